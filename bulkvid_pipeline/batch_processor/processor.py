"""BatchProcessor: bulk jobs from a script, in its own process, over the same instance as the CLI and the web UI."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Self

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.rate_limits import RateLimiter
from bulkvid_pipeline.batch_processor.at_exit import close_at_exit
from bulkvid_pipeline.batch_processor.installation import DB_PATH, MAX_WORKERS, Installation, attached_to
from bulkvid_pipeline.batch_processor.launching import Launches
from bulkvid_pipeline.batch_processor.notices import Callback, Notices
from bulkvid_pipeline.batch_processor.own_generation import OwnGeneration
from bulkvid_pipeline.batch_processor.queue_manager import QueueManager
from bulkvid_pipeline.batch_processor.records import VideoJob
from bulkvid_pipeline.batch_processor.retrying import SheetsErrorHandler
from bulkvid_pipeline.batch_processor.steering import Steering, beside
from bulkvid_pipeline.core.errors import GenerationError
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.jobs.jobs import find_job, spec_of
from bulkvid_pipeline.settings import Settings

_log = logging.getLogger("batch_processor")

GRACE_S = 2.0
"""What rows in work get to finish when their processor is cleaned up."""
DRAIN_S = 5.0
"""What callbacks get then, to be told what has happened."""


class BatchProcessor(Steering):
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
        place = Installation.of(credentials_path, db_path, max_workers, debug_mode=debug_mode)
        self._place = place
        self.credentials_path = credentials_path
        self.debug_mode = debug_mode
        self.queue_manager = QueueManager(place.max_workers)
        self.error_handler = SheetsErrorHandler()
        self.instance: DagsterInstance = place.open()
        self.db_path = place.db_path
        self.rate_limiter = rate_limiter
        self._notices = Notices()
        self._told_errors = set()
        self._launches = Launches(self)
        if debug_mode:
            _log.setLevel(logging.DEBUG)
        close_at_exit(self)

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
        await beside(self.close)

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
    def rate_limiter(self) -> RateLimiter:
        """Keeps rows and reads of sheets to its limits; may be replaced at any time, by the settings' own with None."""
        return self._rate_limiter

    @rate_limiter.setter
    def rate_limiter(self, limiter: RateLimiter | None) -> None:
        self._rate_limiter = self._place.limiter(self.instance, limiter)

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
