"""Creating, beginning and steering jobs: the acting part of a processor."""

from __future__ import annotations

import asyncio
import logging
import os
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any, TypeVar

from dagster import DagsterRunStatus

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.batch_processor import views
from bulkvid_pipeline.batch_processor.request import changed, spec_of_request
from bulkvid_pipeline.batch_processor.telling import Telling
from bulkvid_pipeline.core.errors import ActionNotAllowedError, JobNotFoundError
from bulkvid_pipeline.core.options import Priority, ValidationLevel
from bulkvid_pipeline.core.spec import BulkJobSpec, SheetFormat
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.jobs.jobs import Job, spec_of
from bulkvid_pipeline.services.retention.pruning import prune

Result = TypeVar("Result")

_log = logging.getLogger("batch_processor")


class Steering(Telling):
    """The acting part of a processor."""

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
        columns: Mapping[str, str | None] | None = None,
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
            columns: what columns of the sheet are whose headers do not tell, such as {"Hook line": "idea_title"}.

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
            columns=columns,
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
        return await beside(lambda: self._process(bulk_job_id, choices, ai_provider))

    def _process(self, job_id: str, choices: Mapping[str, Any], ai_provider: str | None) -> dict[str, Any]:
        job = self._job(job_id)
        if job.state not in {JobState.PENDING, JobState.PAUSED, JobState.FAILED} or job.live_runs[1:]:
            raise ActionNotAllowedError(
                f"A job that is {job.state} cannot be processed", fix="Create another job to process the sheet again"
            )
        if job.state is JobState.PENDING:
            self._check_nobody_launches(job)
        spec = changed(spec_of(self.instance, job), **choices)
        provider = ai_provider or self._provider_of(job)
        running = self._launches.begin(spec, job, provider)
        return views.started_dict(self.instance, running.await_plan(), provider)

    def _check_nobody_launches(self, job: Job) -> None:
        """Raises ActionNotAllowedError if the job waits in Dagster's queue, or is being launched out of it."""
        run = self.instance.get_run_by_id(job.run_id)
        if run is not None and run.status is not DagsterRunStatus.NOT_STARTED:
            raise ActionNotAllowedError(
                f"Job '{job.job_id}' waits in the queue of Dagster, which will begin it",
                fix="Let the queue begin it, or cancel it and create another job",
            )

    def pause_bulk_job(self, bulk_job_id: str) -> bool:
        """Let the videos in work be finished and no other begin; False if the job is not running."""
        return self._done("pause", bulk_job_id, lambda: self._send(pause_job(self.instance, bulk_job_id)))

    def cancel_bulk_job(self, bulk_job_id: str) -> bool:
        """Stop the job for good, finished videos stay; False if it has ended already, or is pausing.

        A job that is pausing is cancelled once its videos in work are finished and it is paused.
        """
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

    def _done(self, what: str, job_id: str, act: Any) -> bool:
        try:
            self._job(job_id)
            act()
        except (ActionNotAllowedError, JobNotFoundError) as error:
            _log.warning("Job %s was not told to %s: %s", job_id, what, error)
            return False
        _log.info("Job %s was told to %s", job_id, what)
        return True


async def beside(call: Callable[[], Result]) -> Result:
    """What the call gives, or raises, from a thread that nobody waits for once the script is interrupted."""
    return await asyncio.shield(asyncio.wrap_future(in_daemon_thread(call, "processor")))
