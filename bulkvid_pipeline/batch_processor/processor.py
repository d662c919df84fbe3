"""BatchProcessor: bulk jobs from a script, in its own process, over the same instance as the CLI and the web UI."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Self, TypeVar

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.rate_limits import RateLimiter
from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.batch_processor import views
from bulkvid_pipeline.batch_processor.at_exit import close_at_exit
from bulkvid_pipeline.batch_processor.installation import DB_PATH, MAX_WORKERS, Installation, attached_to
from bulkvid_pipeline.batch_processor.launching import Launches
from bulkvid_pipeline.batch_processor.notices import Callback, Notices
from bulkvid_pipeline.batch_processor.own_generation import OwnGeneration
from bulkvid_pipeline.batch_processor.queue_manager import QueueManager
from bulkvid_pipeline.batch_processor.records import VideoJob
from bulkvid_pipeline.batch_processor.request import changed, spec_of_request
from bulkvid_pipeline.batch_processor.retrying import SheetsErrorHandler
from bulkvid_pipeline.batch_processor.telling import Telling
from bulkvid_pipeline.core.errors import ActionNotAllowedError, GenerationError, JobNotFoundError
from bulkvid_pipeline.core.options import Priority, ValidationLevel
from bulkvid_pipeline.core.spec import BulkJobSpec, SheetFormat
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, spec_of
from bulkvid_pipeline.services.retention.pruning import prune
from bulkvid_pipeline.settings import Settings

Result = TypeVar("Result")

_log = logging.getLogger("batch_processor")

GRACE_S = 2.0
"""What rows in work get to finish when their processor is cleaned up."""
DRAIN_S = 5.0
"""What callbacks get then, to be told what has happened."""


class BatchProcessor(Telling):
    """Runs bulk jobs in threads of this process. Safe to use from many threads; `cleanup` it, or use it in `with`.

    Subclasses may override `_execute_video_generation` and `handle_error`, as plain methods or as coroutines.

    Args:
        credentials_path: the service account's key for Google sheets, read when the first of them is; what the
            settings name where None or empty.
        db_path: where jobs are kept: a file (beside it, in a folder of that name and `.dagster`, is the Dagster
            instance), a DAGSTER_HOME folder, `:memory:` for as long as the processor lives, or
            `postgresql://user:password@host/database`.
        max_workers: rows made at once over all jobs of the processor.
        rate_limiter: keeps rows and reads of sheets to its limits; one by the settings where None.
        debug_mode: log in detail, and record what goes over the network for its jobs.

    Raises:
        InvalidSettingsError: there is no such database, or a setting is wrong.
        InvalidRequestError: `max_workers` is out of its bounds.
        ServiceUnavailableError: the database does not answer.
    """

    def __init__(
        self,
        credentials_path: str | os.PathLike[str] | None = None,
        db_path: str | os.PathLike[str] = DB_PATH,
        max_workers: int = MAX_WORKERS,
        rate_limiter: RateLimiter | None = None,
        debug_mode: bool = False,
    ) -> None:
        place = Installation.of(credentials_path, db_path, max_workers)
        self._place = place
        self.credentials_path = credentials_path
        self.debug_mode = debug_mode
        self.queue_manager = QueueManager(place.max_workers)
        self.error_handler = SheetsErrorHandler()
        self.instance: DagsterInstance = place.open()
        self.db_path = place.db_path
        self.rate_limiter: RateLimiter = place.limiter(self.instance, rate_limiter)
        self._notices = Notices()
        self._told_errors = set()
        self._launches = Launches(self)
        if debug_mode:
            _log.setLevel(logging.DEBUG)
        close_at_exit(self)

    # Jobs

    def create_bulk_job(
        self,
        sheet_id: str | os.PathLike[str],
        user_id: str,
        priority: Priority | str = Priority.NORMAL,
        column_range: str | None = None,
        sheet_format: SheetFormat | str | None = None,
        *,
        project_id: str | None = None,
        title: str | None = None,
        output: str | Mapping[str, Any] | None = None,
        template: str | Mapping[str, Any] | None = None,
        validation_level: ValidationLevel | str | None = None,
        ai_provider: str | None = None,
        callback_url: str | None = None,
        write_back: bool | None = None,
        processing_deadline_ms: int | None = None,
    ) -> str:
        """Make a job over a sheet, which `process_sheet_ideas` begins; returns its id.

        Args:
            sheet_id: a Google sheet's id or URL, or the path of a CSV or XLSX file.
            user_id: whose job it is, for rate limits and lists.
            priority: urgent, high, normal or low.
            column_range: an A1 range such as A1:J100; the whole first tab where None.
            sheet_format: whether the first row names the columns (standard) or not (positional).
            project_id: what the job counts for.
            title: the job's name; the sheet's where None.
            output: where videos go and how they are made: a bucket or URL, or the spec's `output`.
            template: the look and sound: a template's id, or the spec's `template`.
            validation_level: strict, moderate or permissive.
            ai_provider: handed to `_execute_video_generation` with each video.
            callback_url: told of the job's states.
            write_back: write state and link of each row into the sheet.
            processing_deadline_ms: the longest time that the job may take.

        Raises:
            InvalidSpecError: an argument is wrong; all wrong ones are named.
            InvalidSheetError: there is no such file.
        """
        spec = spec_of_request(
            sheet_id,
            user_id=user_id,
            priority=priority,
            column_range=column_range,
            sheet_format=sheet_format,
            project_id=project_id,
            title=title,
            output=output,
            template=template,
            validation_level=validation_level,
            callback_url=callback_url,
            write_back=write_back,
            processing_deadline_ms=processing_deadline_ms,
        )
        job_id = self._launches.note(spec, ai_provider)
        _log.info("Job %s was created for %s", job_id, user_id)
        return job_id

    async def process_sheet_ideas(
        self,
        bulk_job_id: str,
        sheet_format: SheetFormat | str | None = None,
        validation_level: ValidationLevel | str | None = None,
        ai_provider: str | None = None,
        column_range: str | None = None,
    ) -> dict[str, Any]:
        """Begin the job: its sheet is read and validated, then its videos are made while the script goes on.

        What is None is as the job was created. A job that is paused, or has failed, is gone on with. Returns, once the
        videos are known: status, video_jobs (how many), total_ideas, valid_ideas, rejected_ideas, findings, statistics.

        Raises:
            JobNotFoundError: there is no such job.
            ActionNotAllowedError: it is at work, or has ended.
            InvalidSpecError: an argument is wrong.
            BulkVideoError: what is wrong with the sheet: QuotaExceededError, SheetNotFoundError,
                SheetAccessDeniedError, AuthenticationError, ValidationFailedError, ...
        """
        self._notices.use_loop(asyncio.get_running_loop())
        choices = {
            "sheet_format": sheet_format,
            "validation_level": validation_level,
            "column_range": column_range,
        }
        return await _beside(lambda: self._process(bulk_job_id, choices, ai_provider))

    def _process(self, job_id: str, choices: Mapping[str, Any], ai_provider: str | None) -> dict[str, Any]:
        job = self._job(job_id)
        if job.state not in {JobState.PENDING, JobState.PAUSED, JobState.FAILED} or job.live_runs[1:]:
            raise ActionNotAllowedError(
                f"A job that is {job.state} cannot be processed", fix="Create another job to process the sheet again"
            )
        spec = changed(spec_of(self.instance, job), **choices)
        provider = ai_provider or self._provider_of(job)
        running = self._launches.begin(spec, job, provider)
        return views.started_dict(self.instance, running.await_plan(), provider)

    def pause_bulk_job(self, bulk_job_id: str) -> bool:
        """Let the videos in work be finished and no other begin; False if the job is not running."""
        return self._done("pause", bulk_job_id, lambda: self._send(pause_job(self.instance, bulk_job_id)))

    def cancel_bulk_job(self, bulk_job_id: str) -> bool:
        """Stop the job for good, finished videos stay; False if it has ended already."""
        return self._done("cancel", bulk_job_id, lambda: self._send(cancel_job(self.instance, bulk_job_id)))

    def resume_bulk_job(self, bulk_job_id: str) -> bool:
        """Go on with a job that is paused, or has failed, or whose process died; False if there is nothing to do."""

        def resume() -> None:
            action = retry_job if self._job(bulk_job_id).state is JobState.FAILED else resume_job
            action(self.instance, bulk_job_id, self._launch)

        return self._done("resume", bulk_job_id, resume)

    def retry_bulk_job(self, bulk_job_id: str) -> bool:
        """Make the videos that a job failed to make; False if there are none."""
        return self._done("retry", bulk_job_id, lambda: retry_job(self.instance, bulk_job_id, self._launch))

    def _launch(self, spec: BulkJobSpec, job: Job) -> None:
        self._launches.begin(spec, job, self._provider_of(job))

    def cleanup_old_jobs(self, days_old: float = 30) -> int:
        """Remove logs of jobs that ended so many days ago, with all else of the instance that is of no use any more;
        returns how many runs went. Videos stay, and what says that they are finished."""
        report = prune(self.instance, self.settings_of_jobs(), older_than=timedelta(days=days_old))
        for fault in report.faults:
            _log.warning("Not cleaned up: %s", fault)
        return sum(part.count for part in report.parts if part.part == "runs")

    # What scripts put their own in the place of

    async def _execute_video_generation(self, video_job: VideoJob) -> dict[str, Any]:  # noqa: ARG002
        """Make one video; returns output_url (an http URL, or a file's path), and perhaps cost, duration, quality.

        Where it is not overridden, the built-in engine makes the videos.
        """
        raise GenerationError(
            "The built-in engine was asked for a video by its method",
            fix="Leave _execute_video_generation as it is, and the engine makes all videos of a job",
        )

    async def handle_error(self, job_id: str, error: Exception, context: Mapping[str, Any]) -> str:  # noqa: ARG002
        """What to do about an error of a row: 'retry', 'use_default_template' or 'fail'.

        `context` has attempt (from 1), max_retries, video_job, row, title, template_id and code. Errors that may go
        away by themselves are tried again, after a wait.
        """
        attempt = int(context.get("attempt", 1))
        if not self.error_handler.should_retry(error, attempt):
            return "fail"
        await asyncio.sleep(max(self.calculate_backoff(attempt), getattr(error, "retry_after", None) or 0.0))
        return "retry"

    def calculate_backoff(self, attempt: int) -> float:
        """Seconds to wait after the try of that number (from 1) has failed."""
        return self.error_handler.calculate_backoff(attempt)

    # Callbacks

    def add_progress_callback(self, callback: Callback) -> None:
        """Call `callback(job_id, progress, message)`, progress in percent, when a job comes further."""
        self._notices.progress.append(callback)

    def add_completion_callback(self, callback: Callback) -> None:
        """Call `callback(job_id, result)` for each finished video; `result` has output_url, cost, duration, quality."""
        self._notices.completion.append(callback)

    def add_error_callback(self, callback: Callback) -> None:
        """Call `callback(job_id, error)` for each error, also of what is tried again; `str(error)` is its message."""
        self._notices.error.append(callback)

    # The processor itself

    async def cleanup(self) -> None:
        """End all that the processor has begun: its jobs are paused, and can be resumed. A second time does nothing."""
        await _beside(self.close)

    def close(self, grace_s: float = GRACE_S) -> None:
        """`cleanup` for scripts without an event loop."""
        if self._launches.is_closed:
            return
        self._launches.close(grace_s)
        self._notices.drain(DRAIN_S)
        self._notices.close()
        if self._place.is_temporary:
            self.instance.dispose()
            shutil.rmtree(self._place.home, ignore_errors=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cleanup()

    @property
    def limits_rows(self) -> bool:
        """Whether its rows keep to the rate limits, unless the settings say otherwise."""
        return self._place.base.limit_rows is not False

    def settings_of_jobs(self) -> Settings:
        """What its jobs work with: the installation's settings, but for what the processor was given."""
        return self._place.settings_for(self.queue_manager.max_workers, self.rate_limiter)

    def make_room(self) -> None:
        """Let as many rows be made at once as the queue manager says, where nobody else has a say in it."""
        self._place.make_room(self.instance, self.queue_manager.max_workers)

    @classmethod
    @contextmanager
    def generation_for_resume(cls, instance: DagsterInstance, job_id: str) -> Iterator[Generation]:
        """What makes the rows of a job of this class that another process goes on with.

        Raises:
            GenerationError: the class cannot be made without arguments of its own.
        """
        with attached_to(instance):
            try:
                processor = cls()
            except TypeError as error:
                raise GenerationError(
                    f"{cls.__qualname__} cannot be made to go on with job '{job_id}': {error}",
                    fix="Give all arguments of its __init__ defaults, or override generation_for_resume",
                ) from error
        job = find_job(instance, job_id)
        generation = OwnGeneration(processor, spec_of(instance, job), processor._provider_of(job))
        try:
            yield generation
        finally:
            generation.close()
            processor.close()

    def _done(self, what: str, job_id: str, act: Any) -> bool:
        try:
            self._job(job_id)
            act()
        except (ActionNotAllowedError, JobNotFoundError) as error:
            _log.warning("Job %s was not told to %s: %s", job_id, what, error)
            return False
        _log.info("Job %s was told to %s", job_id, what)
        return True


async def _beside(call: Callable[[], Result]) -> Result:
    """What the call gives, or raises, from a thread that nobody waits for once the script is interrupted."""
    return await asyncio.shield(asyncio.wrap_future(in_daemon_thread(call, "processor")))
