"""Bulk jobs as users know them: their states, their progress, and what may be done with them.

A job is all runs with its job id; the newest run tells its state. Nothing is stored but Dagster's own runs, tags and
events.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.storage.dagster_run import RunRecord

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError, JobNotFoundError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState, require_allowed

PAGE = 100

_ENDED_AS = {JobState.COMPLETED, JobState.PAUSED, JobState.CANCELED, JobState.FAILED}
_PENDING = {DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING}


@dataclass(frozen=True)
class Job:
    """A bulk job at one moment. Times are epoch seconds, None while unknown."""

    job_id: str
    run_id: str
    title: str
    state: JobState
    priority: str
    user_id: str
    project_id: str
    sheet: str
    report: str
    created_at: float
    started_at: float | None
    ended_at: float | None
    updated_at: float
    progress: dict[str, Any] = field(default_factory=dict, repr=False)

    @property
    def items(self) -> dict[str, int]:
        """How many rows there are, and how many in each final state; `pending` are all others."""
        counts = self.progress.get("counts", {})
        total = self.progress.get("total", 0)
        ended = {state.value: counts.get(state.value, 0) for state in ItemState if state.is_final}
        return {"total": total, **ended, "pending": total - sum(ended.values())}

    @property
    def percent(self) -> float:
        return 100.0 if self.state is JobState.COMPLETED else float(self.progress.get("percent", 0.0))

    def as_dict(self) -> dict[str, Any]:
        """The job in the words of the REST API."""
        items = self.items
        return {
            "id": self.job_id,
            "run_id": self.run_id,
            "title": self.title,
            "state": self.state.value,
            "priority": self.priority,
            "user_id": self.user_id,
            "project_id": self.project_id,
            "percent_complete": self.percent,
            "items_total": items["total"],
            "items_completed": items["completed"],
            "items_failed": items["failed"],
            "items_pending": items["pending"],
            "created_at": _iso(self.created_at),
            "started_at": _iso(self.started_at),
            "updated_at": _iso(self.updated_at),
            "ended_at": _iso(self.ended_at),
            "report": self.report,
            **self.progress_dict(),
        }

    def progress_dict(self) -> dict[str, Any]:
        """The progress in the words of the REST API."""
        return {
            "items_status": self.items,
            "timing": {
                "started_at": _iso(self.started_at),
                "processing_time_ms": self.progress.get("elapsed_ms", 0),
                "eta_ms": None if self.state.is_final else self.progress.get("eta_ms"),
            },
            "rate_limited": bool(self.progress.get("rate_limited", False)),
            "in_work": [] if self.state.is_final else self.progress.get("in_work", []),
        }


def state_of(run: DagsterRun) -> JobState:
    """The state of the job whose newest run this is."""
    told, intent = run.tags.get(tags.STATE), run.tags.get(tags.INTENT)
    ended_as = JobState(told) if told in _ENDED_AS else None
    if run.status in _PENDING:
        return JobState.CANCELING if intent == JobAction.CANCEL else JobState.PENDING
    if run.status is DagsterRunStatus.CANCELING:
        return JobState.CANCELING
    if run.status is DagsterRunStatus.STARTED:
        if ended_as is not None:
            return JobState.COMPLETING
        wishes = {JobAction.CANCEL.value: JobState.CANCELING, JobAction.PAUSE.value: JobState.PAUSING}
        return wishes.get(intent or "", JobState.RUNNING)
    if run.status is DagsterRunStatus.CANCELED:
        return JobState.CANCELED
    if run.status is DagsterRunStatus.SUCCESS:
        return JobState.COMPLETED
    return ended_as or JobState.FAILED


def find_job(instance: DagsterInstance, job_id: str) -> Job:
    """The job of that id, or of a unique beginning of it.

    Raises:
        JobNotFoundError: there is none.
        InvalidRequestError: several jobs begin like that.
    """
    records = instance.get_run_records(RunsFilter(tags={tags.JOB_ID: job_id}))
    if not records and len(job_id) >= 4:
        beginning = {job.job_id for job in list_jobs(instance) if job.job_id.startswith(job_id)}
        if len(beginning) > 1:
            raise InvalidRequestError(
                f"Several jobs begin with '{job_id}'", fix=f"Give more of the id: {', '.join(sorted(beginning)[:5])}"
            )
        if beginning:
            return find_job(instance, beginning.pop())
    if not records:
        raise JobNotFoundError(f"Job '{job_id}' not found")
    return _job(records)


def list_jobs(
    instance: DagsterInstance, *, states: Iterable[JobState] = (), user_id: str | None = None, limit: int | None = None
) -> Iterator[Job]:
    """The jobs, newest first."""
    wanted, user = frozenset(states), {tags.USER: user_id} if user_id else {}
    seen: set[str] = set()
    cursor: str | None = None
    found = 0
    while True:
        records = instance.get_run_records(RunsFilter(job_name=tags.JOB, tags=user), limit=PAGE, cursor=cursor)
        for record in records:
            job_id = record.dagster_run.tags.get(tags.JOB_ID, record.dagster_run.run_id)
            if job_id in seen:
                continue
            seen.add(job_id)
            job = _job([record]) if tags.JOB_ID not in record.dagster_run.tags else find_job(instance, job_id)
            if not wanted or job.state in wanted:
                yield job
                found += 1
                if found == limit:
                    return
        if len(records) < PAGE:
            return
        cursor = records[-1].dagster_run.run_id


def _job(records: Sequence[RunRecord]) -> Job:
    """The job whose runs these are, newest first."""
    newest, oldest = records[0], records[-1]
    run = newest.dagster_run
    config: Any = run.run_config
    spec = config.get("resources", {}).get(tags.SPEC_RESOURCE, {}).get("config", {})
    return Job(
        job_id=run.tags.get(tags.JOB_ID, run.run_id),
        run_id=run.run_id,
        title=run.tags.get(tags.TITLE) or spec.get("title") or "",
        state=state_of(run),
        priority=run.tags.get(tags.PRIORITY) or spec.get("priority", "normal"),
        user_id=run.tags.get(tags.USER) or spec.get("user_id", "local"),
        project_id=run.tags.get(tags.PROJECT) or spec.get("project_id", "default"),
        sheet=run.tags.get(tags.SHEET, ""),
        report=run.tags.get(tags.REPORT, "").removeprefix("none"),
        created_at=oldest.create_timestamp.timestamp(),
        started_at=oldest.start_time,
        ended_at=newest.end_time,
        updated_at=newest.update_timestamp.timestamp(),
        progress=json.loads(run.tags.get(tags.PROGRESS, "{}")),
    )


Launcher = Callable[[BulkJobSpec, str], None]
"""Starts a run of the spec under a job id: in this process, or by handing it to Dagster's queue."""


def pause_job(instance: DagsterInstance, job_id: str) -> Job:
    """Let the rows in work finish and start no other.

    Raises:
        ActionNotAllowedError: the job is not running.
    """
    job = _allowed(instance, job_id, JobAction.PAUSE)
    instance.add_run_tags(job.run_id, {tags.INTENT: JobAction.PAUSE.value})
    return find_job(instance, job.job_id)


def cancel_job(instance: DagsterInstance, job_id: str) -> Job:
    """Stop the job: its encoders are killed within two seconds, what is finished stays.

    Raises:
        ActionNotAllowedError: the job has ended already.
    """
    job = _allowed(instance, job_id, JobAction.CANCEL)
    run = instance.get_run_by_id(job.run_id)
    assert run is not None
    instance.add_run_tags(job.run_id, {tags.INTENT: JobAction.CANCEL.value})
    if run.status in _PENDING:
        instance.report_run_canceled(run)
    elif run.status is not DagsterRunStatus.STARTED:
        instance.add_run_tags(job.run_id, {tags.STATE: JobState.CANCELED.value})
    return find_job(instance, job.job_id)


def resume_job(instance: DagsterInstance, job_id: str, launch: Launcher) -> None:
    """Go on with what a paused job has left.

    Raises:
        ActionNotAllowedError: the job is not paused.
    """
    _launch_again(instance, _allowed(instance, job_id, JobAction.RESUME), launch)


def retry_job(instance: DagsterInstance, job_id: str, launch: Launcher) -> None:
    """Render the failed and unfinished rows of a failed job, or the failed rows of a completed one.

    Raises:
        ActionNotAllowedError: there is nothing to retry.
    """
    job = find_job(instance, job_id)
    if not (job.state is JobState.COMPLETED and job.items["failed"]):
        require_allowed(JobAction.RETRY, job.state)
    _launch_again(instance, job, launch)


def _allowed(instance: DagsterInstance, job_id: str, action: JobAction) -> Job:
    job = find_job(instance, job_id)
    require_allowed(action, job.state)
    return job


def _launch_again(instance: DagsterInstance, job: Job, launch: Launcher) -> None:
    launch(spec_of(instance, job), job.job_id)


def spec_of(instance: DagsterInstance, job: Job) -> BulkJobSpec:
    """The spec that the job runs by."""
    run = instance.get_run_by_id(job.run_id)
    assert run is not None
    config: Any = run.run_config
    return BulkJobSpec.parse(config["resources"][tags.SPEC_RESOURCE]["config"])


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")
