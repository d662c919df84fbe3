"""Diagnostics of an installation, as scripts and all doors use them: turn them on, read what they found, clean up."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.diagnostics.exchange import JobLog
from bulkvid_pipeline.core.diagnostics.listing import Listed, listed
from bulkvid_pipeline.core.diagnostics.summary import JobSummary, summary_of
from bulkvid_pipeline.core.diagnostics.views import CleanedUp, DebugFile, DebugMode, DebugStatus, FullLog
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.services.diagnostics import switch
from bulkvid_pipeline.services.diagnostics.files import LogFile, all_logs, debug_folder, log_name, logs_of, remove_older
from bulkvid_pipeline.services.diagnostics.switch import DEFAULT_MINUTES, SwitchState
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.services.jobs.jobs import find_job, id_of
from bulkvid_pipeline.settings import Settings, dagster_home
from bulkvid_pipeline.settings import settings as settings_of_process

DEFAULT_DAYS = 7
RECENT_FILES = 20
_AT_ONCE = 200
_AT_WORK = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]


@dataclass(frozen=True)
class Examined:
    """What was recorded of a job: what it means, and each request in the order of time."""

    summary: JobSummary
    requests: Sequence[Listed]


@dataclass(frozen=True)
class Diagnostics:
    """Diagnostics of the instance in `home`.

    Wherever a `project_id` is given, the jobs of other projects are as unknown as jobs that are not there.
    """

    instance: DagsterInstance
    settings: Settings
    home: Path

    @property
    def folder(self) -> Path:
        """Where the logs are."""
        return debug_folder(self.settings, self.home)

    def enable(
        self, duration_minutes: float = DEFAULT_MINUTES, job_id: str | None = None, *, project_id: str | None = None
    ) -> DebugMode:
        """Record the requests of all jobs for so many minutes from now, or of one beside those that are already.

        All jobs are those of every project: whoever turns them on reads the logs of the own project alone.

        Raises:
            InvalidRequestError: the duration is not between 1 minute and 24 hours.
            JobNotFoundError: there is no such job.
        """
        if job_id is not None:
            find_job(self.instance, job_id, project_id=project_id)
        switch.enable(self.instance, duration_minutes, job_id)
        return self.mode(project_id=project_id)

    def disable(self, *, project_id: str | None = None) -> DebugMode:
        """Record nothing from now on, but single jobs of other projects; what was recorded stays."""
        if project_id is None:
            switch.disable(self.instance)
        else:
            switch.disable(self.instance, keeping=lambda jobs: jobs - self._of_project(jobs, project_id))
        return self.mode(project_id=project_id)

    def mode(self, *, project_id: str | None = None) -> DebugMode:
        """Whether diagnostics are on."""
        return _mode(self._state(project_id))

    def status(self, *, project_id: str | None = None) -> DebugStatus:
        """Whether diagnostics are on, which jobs are being recorded, and the newest logs."""
        state = self._state(project_id)
        logs = self._logs(project_id)
        return DebugStatus(
            **_mode(state).model_dump(),
            active_jobs_with_debug=self._recorded_now(state, project_id),
            recent_debug_files=tuple(_file(log) for log in islice(logs, RECENT_FILES)),
            files_total=len(logs),
            bytes_total=sum(log.size for log in logs),
        )

    def summary_of(self, job_id: str, *, project_id: str | None = None) -> JobSummary:
        """What the job asked of other services, and what is wrong.

        Raises:
            JobNotFoundError: there is no such job.
            NotFoundError: nothing was recorded of it.
        """
        return summary_of(self._logs_of(job_id, project_id))

    def examined(self, job_id: str, *, project_id: str | None = None) -> Examined:
        """The same with the requests themselves, to look through.

        Raises:
            JobNotFoundError: there is no such job.
            NotFoundError: nothing was recorded of it.
        """
        logs = self._logs_of(job_id, project_id)
        return Examined(summary_of(logs), listed(logs))

    def logs(self, *, project_id: str | None = None) -> tuple[DebugFile, ...]:
        """All logs, the newest first."""
        return tuple(map(_file, self._logs(project_id)))

    def full_log_of(self, job_id: str, *, project_id: str | None = None) -> FullLog:
        """All that was recorded of the job, with its summary.

        Raises:
            JobNotFoundError: there is no such job.
            NotFoundError: nothing was recorded of it.
        """
        logs = self._logs_of(job_id, project_id)
        return FullLog(job_id=job_id, generated_at=_moment(time.time()), summary=summary_of(logs), logs=tuple(logs))

    def old_logs(self, days: float, *, project_id: str | None = None) -> tuple[DebugFile, ...]:
        """The logs that `clean_up` would remove now.

        Raises:
            InvalidRequestError: `days` is negative or no number.
        """
        wanted = self._wanted(project_id)
        return tuple(map(_file, remove_older(self.folder, days, wanted=wanted, dry_run=True)))

    def clean_up(self, days: float = DEFAULT_DAYS, *, project_id: str | None = None) -> CleanedUp:
        """Remove the logs that nobody has written to for so many days; 0 removes all.

        Raises:
            InvalidRequestError: `days` is negative or no number.
        """
        removed = remove_older(self.folder, days, wanted=self._wanted(project_id))
        logs = "1 log" if len(removed) == 1 else f"{len(removed)} logs"
        age = f" older than {days:g} day{'' if days == 1 else 's'}" if days else ""
        return CleanedUp(
            deleted_files=len(removed),
            freed_bytes=sum(log.size for log in removed),
            message=f"{logs}{age} removed.",
        )

    def _wanted(self, project_id: str | None) -> Callable[[str], bool]:
        """Tells of a job id whether its logs are the project's."""
        ours = None if project_id is None else {log.job_id for log in self._logs(project_id)}
        return lambda job_id: ours is None or job_id in ours

    def _state(self, project_id: str | None) -> SwitchState:
        """The switch, without single jobs of other projects."""
        state = switch.state(self.instance, self.settings)
        if project_id is None or not state.jobs:
            return state
        ours = self._of_project(state.jobs, project_id)
        return replace(state, jobs={job_id: term for job_id, term in state.jobs.items() if job_id in ours})

    def _logs_of(self, job_id: str, project_id: str | None) -> list[JobLog]:
        if project_id is not None:
            find_job(self.instance, job_id, project_id=project_id)
        logs = logs_of(self.folder, job_id)
        if not logs:
            find_job(self.instance, job_id)
            raise NotFoundError(
                f"Nothing was recorded of job '{job_id}'",
                fix="Turn diagnostics on (`bulkvid debug enable`, or POST /api/v1/batch-debug/enable) and run it again",
            )
        return logs

    def _logs(self, project_id: str | None) -> list[LogFile]:
        """The newest first."""
        logs = all_logs(self.folder)
        if project_id is None:
            return logs
        ours = self._of_project({log.job_id for log in logs}, project_id)
        return [log for log in logs if log.job_id in ours]

    def _of_project(self, job_ids: Iterable[str], project_id: str) -> set[str]:
        """Those of the jobs that are the project's."""
        asked = list(job_ids)
        ours: set[str] = set()
        for at in range(0, len(asked), _AT_ONCE):
            these = {tags.JOB_ID: asked[at : at + _AT_ONCE], tags.PROJECT: project_id}
            ours.update(map(id_of, self.instance.get_runs(RunsFilter(job_name=tags.JOB, tags=these))))
        return ours

    def _recorded_now(self, state: SwitchState, project_id: str | None) -> tuple[str, ...]:
        if not state.enabled:
            return ()
        whose = {tags.PROJECT: project_id} if project_id is not None else {}
        # Newest first, as far as one kind goes: of a job that is spread over several runs, any may be at work.
        kinds = (RunsFilter(job_name=name, statuses=_AT_WORK, tags=whose) for name in tags.JOBS)
        runs = (run for kind in kinds for run in self.instance.get_runs(kind))
        return tuple(dict.fromkeys(job_id for job_id in map(id_of, runs) if state.records(job_id)))


@contextmanager
def open_diagnostics(home: Path | None = None) -> Iterator[Diagnostics]:
    """Diagnostics of the instance in `home`, which is DAGSTER_HOME if left out."""
    chosen = home or dagster_home()
    with open_instance(chosen) as instance:
        yield Diagnostics(instance, settings_of_process(), chosen)


def file_name_of(log: FullLog) -> str:
    """The name under which a full log is saved: `job_{JOB_ID}_{TIMESTAMP}.json`."""
    return log_name(log.job_id, log.logs[0].started_at)


def _mode(state: SwitchState) -> DebugMode:
    return DebugMode(
        enabled=state.enabled,
        message=_message(state),
        since=None if state.since is None else _moment(state.since),
        expires_at=None if state.until is None else _moment(state.until),
        job_id=state.only[0] if len(state.only) == 1 else None,
        job_ids=state.only,
        by_environment=state.by_environment,
    )


def _message(state: SwitchState) -> str:
    if state.by_environment:
        return "Diagnostics are on without an end, because BULKVID_BATCH_DEBUG is set."
    if not state.enabled or state.until is None:
        return "Diagnostics are off."
    minutes = max(1, round((state.until - time.time()) / 60))
    jobs = "job" if len(state.only) == 1 else "jobs"
    whose = f" for {jobs} {', '.join(state.only)}" if state.only else ""
    return f"Diagnostics are on{whose} for {minutes} minute{'' if minutes == 1 else 's'}."


def _file(log: LogFile) -> DebugFile:
    return DebugFile(filename=log.path.name, job_id=log.job_id, created_at=_moment(log.started_at), size_bytes=log.size)


def _moment(epoch_s: float) -> datetime:
    return datetime.fromtimestamp(epoch_s, UTC)
