"""The jobs that a processor runs in this process: begun once, however many processors ask, and ended with it."""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.dagster.planned_run import note_run
from bulkvid_pipeline.adapters.idempotency import Answer
from bulkvid_pipeline.batch_processor.own_generation import generation_class
from bulkvid_pipeline.batch_processor.running import STOP_S, RunningJob
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobAction, JobState
from bulkvid_pipeline.launch.again import claim_launch
from bulkvid_pipeline.launch.background import await_end
from bulkvid_pipeline.launch.here import refuse_while_loading
from bulkvid_pipeline.launch.queue import queue_tags
from bulkvid_pipeline.services.batch.run_control import is_cancelled
from bulkvid_pipeline.services.intake.idempotency import KeyedRequests
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.run_config import new_job_id, run_config_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags

if TYPE_CHECKING:
    from bulkvid_pipeline.batch_processor.processor import BatchProcessor

_log = logging.getLogger("batch_processor")

TELL_S = 5.0
"""What may pass until the end of a job is told, once it has ended."""


class Launches:
    """Begins jobs of one processor, and knows those that are at work; safe to use from many threads."""

    def __init__(self, processor: BatchProcessor) -> None:
        self._processor = processor
        self._keyed = KeyedRequests(processor.instance)
        self._begun: list[RunningJob] = []
        self._lock = threading.Lock()
        self._closed = False

    @property
    def is_closed(self) -> bool:
        return self._closed

    def note(self, spec: BulkJobSpec, ai_provider: str | None) -> str:
        """Make a job that nobody has begun yet; returns its id.

        Raises:
            ActionNotAllowedError: the processor was cleaned up, or its script is being loaded for a class alone.
        """
        refuse_while_loading()
        self._check_open()
        job_id = new_job_id()
        own = {tags.GENERATION: generation_class(self._processor), tags.AI_PROVIDER: ai_provider or ""}
        named = {name: value for name, value in own.items() if value}
        job = (tags.DEFINITIONS_MODULE, "defs", tags.JOB)
        note_run(self._processor.instance, job, run_config_of(spec), {**queue_tags(spec, job_id), **named})
        return job_id

    def begin(self, spec: BulkJobSpec, job: Job, ai_provider: str | None) -> RunningJob:
        """Run the job in this process, after what it was until now.

        Raises:
            ActionNotAllowedError: somebody else has begun it at this moment, or the processor was cleaned up.
            BulkVideoError: what has kept it from beginning.
        """
        self._check_open()
        claim = claim_launch(self._keyed, job)
        try:
            await_end(job.job_id, STOP_S)  # its run may have ended a moment before its thread does
            with self._lock:  # so that `close` finds all that has begun
                self._check_open()
                running = RunningJob(self._processor, spec, job.job_id, ai_provider)
                self._begun = [each for each in self._begun if each.is_running or each.is_followed]
                self._begun.append(running)
        except BaseException:
            self._keyed.release(claim)
            raise
        try:
            run_id = running.await_run()
        except BaseException:
            self._keyed.release(claim)
            raise
        self._keyed.finish(claim, Answer(200, ""))
        if job.state is JobState.PENDING:
            self._replace_noted(job.run_id, run_id)
        return running

    def _replace_noted(self, noted_id: str, run_id: str) -> None:
        """Remove the run that only noted that the job is there; a cancel that met it counts for the one at work."""
        instance = self._processor.instance
        noted = instance.get_run_by_id(noted_id)
        if noted is not None and is_cancelled(noted):
            tell_tags(instance, run_id, {tags.INTENT: JobAction.CANCEL})
        instance.delete_run(noted_id)

    def running(self) -> list[RunningJob]:
        """The jobs at work here."""
        with self._lock:
            return [job for job in self._begun if job.is_running]

    def close(self, grace_s: float) -> None:
        """Begin nothing any more; pause what is at work. Rows in work get so many seconds to finish."""
        with self._lock:
            self._closed = True
        jobs = self.running()
        if jobs:
            names = ", ".join(job.job_id for job in jobs)
            _log.warning("Jobs are paused, since their processor ends: %s. Resume them to go on", names)
        for job in jobs:
            with _logged(job):
                job.ask_to_pause()
        end = time.monotonic() + grace_s
        for job in jobs:
            job.wait(max(0.0, end - time.monotonic()))
        for job in jobs:
            job.stop()
        end = time.monotonic() + STOP_S
        for job in jobs:
            if not job.wait(max(0.0, end - time.monotonic())):
                _log.error("Job %s does not end; its run is closed, and it can be resumed", job.job_id)
                with _logged(job):
                    job.close_record()
        for job in self._begun:
            job.wait(TELL_S)

    def _check_open(self) -> None:
        if self._closed:
            raise ActionNotAllowedError(
                "The processor was cleaned up, and begins no job any more", fix="Make another BatchProcessor"
            )


@contextlib.contextmanager
def _logged(job: RunningJob) -> Iterator[None]:
    """Let a job that cannot be told something, for whatever reason, keep nobody from ending the others."""
    try:
        yield
    except Exception:
        _log.exception("Job %s could not be paused; it is stopped", job.job_id)
