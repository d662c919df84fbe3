"""What a processor tells of its jobs and of itself: all is read from the Dagster instance."""

from __future__ import annotations

import logging
from contextlib import closing
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.adapters.rate_limits import RateLimiter
from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.batch_processor import views
from bulkvid_pipeline.batch_processor.errors import error_of
from bulkvid_pipeline.batch_processor.launching import Launches
from bulkvid_pipeline.batch_processor.notices import Notices
from bulkvid_pipeline.batch_processor.queue_manager import QueueManager
from bulkvid_pipeline.batch_processor.records import BulkJob, JobEvent, JobStatus, VideoJob, video_job_id
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.items import external_video, first_video
from bulkvid_pipeline.services.jobs.job_rows import Row, RowReader
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, list_jobs, spec_of
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.system.machine import Machine
from bulkvid_pipeline.services.system.status import system_status
from bulkvid_pipeline.services.webhooks.callbacks import send_now
from bulkvid_pipeline.settings import Settings

_log = logging.getLogger("batch_processor")
_MACHINE = Machine()


class Telling:
    """The reading part of a processor."""

    instance: DagsterInstance
    queue_manager: QueueManager
    _notices: Notices
    _launches: Launches
    _told_errors: set[str]
    """Videos whose last error was told already."""

    @property
    def rate_limiter(self) -> RateLimiter:
        """Keeps its rows to its limits."""
        raise NotImplementedError

    def settings_of_jobs(self) -> Settings:
        """What its jobs work with."""
        raise NotImplementedError

    # Jobs

    def get_bulk_job_status(self, bulk_job_id: str) -> dict[str, Any]:
        """Where a job stands: status, progress (0..100), message, statistics, error, times, cost, actions, ...

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = self._job(bulk_job_id)
        return views.job_dict(job, spec_of(self.instance, job), views.failure_of(self.instance, job))

    def get_bulk_job(self, bulk_job_id: str) -> BulkJob:
        """The same as a BulkJob."""
        job = self._job(bulk_job_id)
        spec, view = spec_of(self.instance, job), job.view()
        source = spec.input_source
        return BulkJob(
            id=job.job_id,
            sheet_id=source.sheet_id or source.path or "",
            user_id=job.user_id,
            priority=Priority(job.priority),
            project_id=job.project_id,
            title=job.title,
            column_range=source.range,
            sheet_format=source.format,
            status=views.status_of_job(job),
            progress=int(job.percent),
            statistics=views.statistics_of(job),
            created_at=view.created_at,
            started_at=view.started_at,
            completed_at=view.ended_at,
        )

    def get_video_jobs(self, bulk_job_id: str) -> list[VideoJob]:
        """The job's videos in the order of its sheet; none before the sheet was read. `idea_data` has the title alone.

        Raises:
            JobNotFoundError: there is no such job.
        """
        job = self._job(bulk_job_id)
        with closing(RunLog(self.instance)) as log:
            rows = RowReader(log).rows(job).rows
        provider, storage = self._provider_of(job), Links(self.settings_of_jobs(), b"").storage(job)
        return [_video_job(job, row, provider, storage) for row in rows if row.state is not ItemState.SKIPPED]

    def get_job_events(self, job_id: str, limit: int = 50, level: str = "INFO") -> list[dict[str, Any]]:
        """The newest events of a job, oldest first: created_at and timestamp (ISO 8601), level, message, row.

        Args:
            job_id: a bulk job's, or a video's.
            limit: how many at most.
            level: DEBUG, INFO, WARNING or ERROR, and above.

        Raises:
            JobNotFoundError: there is no such job.
            InvalidRequestError: there is no such level.
        """
        bulk_job_id, _, row_key = job_id.partition(":")
        if limit < 1:
            return []
        found = job_events(self.instance, bulk_job_id, level=level, limit=limit, row_key=row_key)
        return [JobEvent.of(bulk_job_id, event).as_dict() for event in found]

    def get_system_status(self) -> dict[str, Any]:
        """How busy processor, database and machine are: state, bulk_jobs, queue_running, rate_limiter, ..."""
        close_orphans(self.instance)
        jobs = list(list_jobs(self.instance))
        here = [job.job_id for job in self._launches.running()]
        status = system_status(self.instance, self.settings_of_jobs(), _MACHINE, jobs, "default").as_json()
        return {
            **status,
            "state": "stopped" if self._launches.is_closed else "running" if here else "idle",
            "bulk_jobs": views.counts_of(jobs),
            "jobs_here": here,
            "queue_running": self.queue_manager.running,
            "queue_waiting": self.queue_manager.waiting,
            "max_workers": self.queue_manager.max_workers,
            "rate_limiter": self._rate_limits(jobs),
        }

    def _rate_limits(self, jobs: list[Job]) -> dict[str, Any]:
        """The figures of the limiter, and what of them the users and projects of unfinished jobs have used."""
        limits = getattr(self.rate_limiter, "limits", None)
        figures = (
            {
                "per_user_limit": limits.per_user,
                "per_project_limit": limits.per_project,
                "refill_rate": limits.refill_rate,
            }
            if limits
            else {}
        )
        users: dict[str, dict[str, Any]] = {}
        projects: dict[str, dict[str, Any]] = {}
        for job in jobs:
            if limits and not job.state.is_final:
                usage = self.rate_limiter.usage(job.user_id, job.project_id)
                users[job.user_id] = {"used": usage.user_used, "backoff": round(usage.backoff_s, 3)}
                projects[job.project_id] = {"used": usage.project_used, "tokens": usage.project_tokens}
        return {**figures, "users": users, "projects": projects}

    # What running jobs tell

    def tell_progress(self, job_id: str, progress: int, message: str) -> None:
        _log.info("Job %s: %d %%, %s", job_id, progress, message)
        self._notices.tell(self._notices.progress, job_id, progress, message)

    def tell_outcome(self, job_id: str, outcome: RowOutcome) -> None:
        """A row has ended; its error was told before, unless nobody was asked what to do about it."""
        row, video_job = outcome.plan.sheet_row, video_job_id(job_id, outcome.plan.row_key)
        if outcome.state is ItemState.COMPLETED and outcome.outputs:
            _log.info("Job %s: row %d finished: %s", job_id, row, outcome.outputs[0].url)
            self._notices.tell(self._notices.completion, job_id, views.result_dict(job_id, video_job, outcome))
        elif outcome.failure is not None:
            failure = outcome.failure
            _log.error("Job %s: row %d failed: %s", job_id, row, failure)
            if video_job not in self._told_errors:
                self.tell_error(job_id, error_of(failure.code, failure.message, failure.fix))
        self._told_errors.discard(video_job)

    def tell_error(self, job_id: str, error: Exception, *, row_key: str = "") -> None:
        if row_key:
            self._told_errors.add(video_job_id(job_id, row_key))
        _log.warning("Job %s: %s: %s", job_id, type(error).__name__, error)
        self._notices.tell(self._notices.error, job_id, error)

    # Parts

    def _job(self, job_id: str) -> Job:
        """The job, once those are ended whose process is gone."""
        close_orphans(self.instance)
        return find_job(self.instance, job_id)

    def _provider_of(self, job: Job) -> str | None:
        runs = (self.instance.get_run_by_id(run.run_id) for run in reversed(job.runs))
        return next((run.tags[tags.AI_PROVIDER] for run in runs if run and tags.AI_PROVIDER in run.tags), None)

    def _send(self, job: Job) -> None:
        """Tell the job's callback URL, without letting the script wait."""
        if not job.callback_url:
            return

        def send() -> None:
            try:
                send_now(self.instance, job, self.settings_of_jobs())
            except BulkVideoError as error:
                _log.warning("The callback of job %s was not sent: %s", job.job_id, error)

        in_daemon_thread(send, "callbacks")


def _video_job(job: Job, row: Row, provider: str | None, storage: Storage) -> VideoJob:
    """The video of a row; while it is made again, nothing of what came of it before is told."""
    end = row.end if row.in_work is None else None
    is_held_back = row.state is ItemState.QUEUED and job.rate_limited
    key = first_video(row)
    return VideoJob(
        id=video_job_id(job.job_id, row.row_key),
        bulk_job_id=job.job_id,
        idea_data={"title": row.title, "idea_title": row.title},
        priority=Priority(job.priority),
        ai_provider=provider,
        status=JobStatus.RATE_LIMITED if is_held_back else JobStatus.of(row.state),
        attempts=end.attempts if end else row.in_work.tries - 1 if row.in_work else 0,
        output_url=external_video(row) or (storage.url(key) if key else None),
        error=end.error or None if end else None,
        user_id=job.user_id,
        project_id=job.project_id,
        row=row.sheet_row,
        row_key=row.row_key,
    )
