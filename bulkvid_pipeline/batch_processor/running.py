"""A job at work in this process on behalf of a processor: begun, followed, and ended."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.batch_processor.own_generation import OwnGeneration, generation_class
from bulkvid_pipeline.batch_processor.queue_manager import queued
from bulkvid_pipeline.batch_processor.views import failure_of, message_of
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError, JobNotFoundError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.background import BackgroundJob, run_in_background
from bulkvid_pipeline.services.batch.job_means import JobMeans, lend, take_back
from bulkvid_pipeline.services.control.server_stop import ask_to_pause, pause_ended_runs
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, generation_tags_of, run_ids_of

if TYPE_CHECKING:
    from bulkvid_pipeline.batch_processor.processor import BatchProcessor

_log = logging.getLogger("batch_processor")

LOOK_EVERY_S = 0.5
APPEARS_EVERY_S = 0.02
STOP_S = 15.0
"""What a job that is stopped at once may take to end: its encoders are killed, its slots given back."""


class RunningJob:
    """A job in threads of this process; one of them works, one tells the processor's callbacks how it goes."""

    def __init__(self, processor: BatchProcessor, spec: BulkJobSpec, job_id: str, ai_provider: str | None) -> None:
        self.job_id = job_id
        self._processor = processor
        self._instance: DagsterInstance = processor.instance
        self._ai_provider = ai_provider
        self._past = frozenset(run_ids_of(self._instance, job_id))
        self._stopping = Stopping()
        self._generation = OwnGeneration(processor, spec, ai_provider)
        self._told = ("", -1)
        self._workers = 0
        own_class = generation_class(processor)
        by_another = not own_class and bool(generation_tags_of(self._instance, job_id))
        self._lent = self._means(spec)
        lend(job_id, self._lent)
        try:
            self._work: BackgroundJob = run_in_background(
                spec,
                self._instance,
                job_id,
                generation=None if by_another else self._generation,
                generation_class=own_class,
            )
        except BaseException:
            self._end()
            raise
        self._work.future.add_done_callback(lambda _: self._end())
        self._follower = threading.Thread(target=self._follow, name=f"follow {job_id}", daemon=True)
        self._follower.start()

    def _means(self, spec: BulkJobSpec) -> JobMeans:
        processor = self._processor
        self._make_room()
        return JobMeans(
            settings=processor.settings_of_jobs(),
            retry=replace(processor.error_handler.retry_template.policy, sleep=self._stopping.sleep),
            admission=queued(lambda: processor.queue_manager, spec.priority),
            on_outcome=lambda outcome: processor.tell_outcome(self.job_id, outcome),
            stopping=self._stopping,
        )

    @property
    def is_running(self) -> bool:
        return self._work.is_running

    @property
    def is_followed(self) -> bool:
        """Whether there may be something left to tell of it."""
        return self._follower.is_alive()

    def run_id(self) -> str | None:
        """The run that works, once there is one."""
        new = [run_id for run_id in run_ids_of(self._instance, self.job_id) if run_id not in self._past]
        return new[0] if new else None

    def await_run(self) -> str:
        """The run that works, as soon as there is one.

        Raises:
            BulkVideoError: the job has ended without any.
        """
        run_id = self._appeared_run()
        if run_id is None:
            raise self._work.future.exception() or JobNotFoundError(f"The run of job '{self.job_id}' was deleted")
        return run_id

    def _appeared_run(self) -> str | None:
        """The run that works, as soon as there is one; None if the job has ended without any."""
        while self.is_running:
            if (run_id := self.run_id()) is not None:
                return run_id
            time.sleep(APPEARS_EVERY_S)
        return self.run_id()

    def await_plan(self) -> Job:
        """The job once it is known which videos it makes, or once it has ended.

        Raises:
            BulkVideoError: its sheet cannot be read or used.
        """
        self.await_run()
        while self.is_running:
            job = find_job(self._instance, self.job_id)
            if job.items["total"] or job.state.is_final:
                break
            time.sleep(APPEARS_EVERY_S * 5)
        job = find_job(self._instance, self.job_id)
        while job.state.value == "completing" and self.is_running:
            self._work.wait(LOOK_EVERY_S)
            job = find_job(self._instance, self.job_id)
        error = self._work.future.exception() if self._work.future.done() else None
        if error is not None and not job.items["total"]:
            raise error
        failure = failure_of(self._instance, job)
        if failure is not None:
            raise failure
        return job

    def ask_to_pause(self) -> None:
        """Let rows in work finish and begin no other."""
        run_id = self._appeared_run()
        if run_id is not None:
            ask_to_pause(self._instance, [run_id])

    def stop(self) -> None:
        """End all that is at work now; the job is paused then if it was asked to, else canceled."""
        self._stopping.stop()

    def wait(self, timeout_s: float) -> bool:
        """Whether the job's work, and what is told of it, has ended within so long."""
        end = time.monotonic() + timeout_s
        ended = self._work.wait(timeout_s)
        if ended and threading.current_thread() is not self._follower:
            self._follower.join(max(0.1, end - time.monotonic()))
        return ended

    def close_record(self) -> None:
        """End the run of a job whose thread does not end, so that nothing waits for it."""
        run_id = self.run_id()
        if run_id is not None:
            pause_ended_runs(self._instance, [run_id])

    def _end(self) -> None:
        take_back(self.job_id, self._lent)
        self._generation.close()

    def _follow(self) -> None:
        """Tell progress until the job has ended, and how it has."""
        self._guarded(self._note_provider)
        while not self._work.wait(LOOK_EVERY_S):
            self._guarded(self._tell)
        self._guarded(self._tell_end)

    def _note_provider(self) -> None:
        run_id = self._appeared_run()
        if run_id is not None and self._ai_provider:
            provider = {tags.AI_PROVIDER: self._ai_provider}
            change_tags(self._instance, run_id, lambda _: provider)

    def _guarded(self, tell: Callable[[], None]) -> None:
        try:
            tell()
        except Exception as error:  # whatever the database driver raises: the next look may succeed
            _log.warning("It is not known how job %s goes: %s", self.job_id, error)

    def _make_room(self) -> None:
        """Heed that a script has changed its number of workers."""
        if self._workers != (workers := self._processor.queue_manager.max_workers):
            self._workers = workers
            self._processor.make_room()

    def _tell(self) -> None:
        self._make_room()
        try:
            job = find_job(self._instance, self.job_id)
        except JobNotFoundError:
            return
        self._tell_progress(job, None)

    def _tell_end(self) -> None:
        error = self._work.future.exception()
        if error is not None:
            _log.error("Job %s ended with an error", self.job_id, exc_info=error)
            if isinstance(error, Exception):
                self._processor.tell_error(self.job_id, error)
        job = find_job(self._instance, self.job_id)
        failure = failure_of(self._instance, job)
        if failure is not None:
            self._processor.tell_error(self.job_id, failure)
        self._tell_progress(job, failure)

    def _tell_progress(self, job: Job, failure: BulkVideoError | None) -> None:
        told = (message_of(job, failure), int(job.percent))
        if told != self._told:
            self._told = told
            self._processor.tell_progress(self.job_id, told[1], told[0])
