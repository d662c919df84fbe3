"""Bulk jobs as users know them: their states and their progress.

A job is all runs with its job id; the newest run tells its state. Nothing is stored but Dagster's own runs, tags and
events.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter
from dagster._core.storage.dagster_run import RunRecord

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError, JobNotFoundError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState
from bulkvid_pipeline.services.jobs.run_config import config_of, spec_of_run
from bulkvid_pipeline.services.jobs.run_state import ended_as, own_tags

PAGE = 100

PENDING = {DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING}


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
    cost: float = 0.0
    """What paid voices have asked in all its runs, in the currency of their price."""

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
            "cost": self.cost,
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
    ended, intent = ended_as(run), own_tags(run).get(tags.INTENT, "")
    if run.status in PENDING:
        return JobState.CANCELING if intent == JobAction.CANCEL else JobState.PENDING
    if run.status is DagsterRunStatus.CANCELING:
        return JobState.CANCELING
    if run.status is DagsterRunStatus.STARTED:
        if ended is not None:
            return JobState.COMPLETING
        wishes = {JobAction.CANCEL.value: JobState.CANCELING, JobAction.PAUSE.value: JobState.PAUSING}
        return wishes.get(intent, JobState.RUNNING)
    if run.status is DagsterRunStatus.CANCELED:
        return JobState.CANCELED
    if run.status is DagsterRunStatus.SUCCESS:
        return JobState.COMPLETED
    return ended or JobState.FAILED


def find_job(instance: DagsterInstance, job_id: str) -> Job:
    """The job of that id, or of a unique beginning of it.

    Raises:
        JobNotFoundError: there is none.
        InvalidRequestError: several jobs begin like that.
    """
    records = _records_of(instance, [job_id]).get(job_id)
    if records is None and len(job_id) >= 4:
        # The database takes an underscore for any character.
        known = {
            whole for _, ids in instance.get_run_tags(tag_keys=[tags.JOB_ID], value_prefix=job_id) for whole in ids
        }
        beginning = {whole for whole in known if whole.startswith(job_id)}
        if len(beginning) > 1:
            raise InvalidRequestError(
                f"Several jobs begin with '{job_id}'", fix=f"Give more of the id: {', '.join(sorted(beginning)[:5])}"
            )
        records = _records_of(instance, list(beginning)).get(next(iter(beginning), ""))
    if records is None:
        raise JobNotFoundError(f"Job '{job_id}' not found")
    return job_of(records)


def list_jobs(
    instance: DagsterInstance, *, states: Iterable[JobState] = (), user_id: str | None = None, limit: int | None = None
) -> Iterator[Job]:
    """The jobs, newest first."""
    wanted, user = frozenset(states), {tags.USER: user_id} if user_id else {}
    page = PAGE if limit is None or wanted else min(PAGE, max(limit, 20))
    seen: set[str] = set()
    cursor: str | None = None
    found = 0
    while True:
        records = instance.get_run_records(RunsFilter(job_name=tags.JOB, tags=user), limit=page, cursor=cursor)
        new = [
            job_id for job_id in dict.fromkeys(id_of(record.dagster_run) for record in records) if job_id not in seen
        ]
        seen.update(new)
        runs = _records_of(instance, new)
        for job in (job_of(runs[job_id]) for job_id in new if job_id in runs):
            if not wanted or job.state in wanted:
                yield job
                found += 1
                if found == limit:
                    return
        if len(records) < page:
            return
        cursor = records[-1].dagster_run.run_id


def id_of(run: DagsterRun) -> str:
    """The id of the job that a run belongs to; a run that has not begun may be a job of its own."""
    return run.tags.get(tags.JOB_ID) or run.run_id


def _records_of(instance: DagsterInstance, job_ids: Sequence[str]) -> dict[str, list[RunRecord]]:
    """The runs of those jobs, newest first, in two reads however many they are; jobs without runs are left out."""
    found: dict[str, list[RunRecord]] = {}
    if job_ids:
        for record in instance.get_run_records(RunsFilter(tags={tags.JOB_ID: job_ids})):
            found.setdefault(id_of(record.dagster_run), []).append(record)
    untagged = [job_id for job_id in job_ids if job_id not in found]
    if untagged:
        for record in instance.get_run_records(RunsFilter(run_ids=untagged, job_name=tags.JOB)):
            if tags.JOB_ID not in record.dagster_run.tags:
                found[record.dagster_run.run_id] = [record]
    return found


def job_of(records: Sequence[RunRecord]) -> Job:
    """The job whose runs these are, newest first."""
    newest, oldest = records[0], records[-1]
    run = newest.dagster_run
    told = own_tags(run)
    spec = config_of(run)
    return Job(
        job_id=id_of(run),
        run_id=run.run_id,
        title=run.tags.get(tags.TITLE) or spec.get("title") or "",
        state=state_of(run),
        priority=run.tags.get(tags.PRIORITY) or spec.get("priority", "normal"),
        user_id=run.tags.get(tags.USER) or spec.get("user_id", "local"),
        project_id=run.tags.get(tags.PROJECT) or spec.get("project_id", "default"),
        sheet=run.tags.get(tags.SHEET, ""),
        report=told.get(tags.REPORT, "").removeprefix("none"),
        created_at=oldest.create_timestamp.timestamp(),
        started_at=oldest.start_time,
        ended_at=newest.end_time,
        updated_at=newest.update_timestamp.timestamp(),
        progress=_progress_of(run),
        cost=round(sum(_progress_of(record.dagster_run).get("cost", 0.0) for record in records), 6),
    )


def _progress_of(run: DagsterRun) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(own_tags(run).get(tags.PROGRESS, "{}"))
    return found


def spec_of(instance: DagsterInstance, job: Job) -> BulkJobSpec:
    """The spec that the job runs by."""
    run = instance.get_run_by_id(job.run_id)
    assert run is not None
    return spec_of_run(run)


def _iso(seconds: float | None) -> str | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC).isoformat(timespec="seconds")


def newest_run(instance: DagsterInstance, job_id: str) -> str | None:
    """Id of the newest run of a bulk job, None before there is one."""
    runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}), limit=1)
    return runs[0].run_id if runs else None


def was_canceled(instance: DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is not None and run.status is DagsterRunStatus.CANCELED
