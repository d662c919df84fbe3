"""What a run says about itself alone: its state, its progress, what is wanted of it.

A run that is executed again from the web UI starts with the tags of the run before it, an old pause included. `OWNER`
names the run that such tags were written for; what was written for another one does not count. How runs make a job is
`core.jobs`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord

from bulkvid_pipeline.adapters.dagster.run_tags import PARENT_RUN_ID_TAG, change_tags
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import JobRun, Role, RowInWork, RunProgress, Scope
from bulkvid_pipeline.core.made import Made
from bulkvid_pipeline.core.states import JobAction, JobState

PENDING = {DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED, DagsterRunStatus.STARTING}

OPEN, CLOSED = "yes", "no"
"""What the tag `OPEN` says."""

_ENDS = {JobState.COMPLETED, JobState.PAUSED, JobState.CANCELED, JobState.FAILED}
_UNTOLD = {
    tags.STATE: "",
    tags.INTENT: "",
    tags.PROCESS: "",
    tags.PROGRESS: "{}",
    tags.REPORT: "none",
    tags.TOOK: "",
    tags.MADE: "{}",
    tags.SHARDS: "",
    tags.OPEN: "",
}


def run_of(record: RunRecord) -> JobRun:
    """The run as one of its job's."""
    run = record.dagster_run
    return JobRun(
        run_id=run.run_id,
        state=state_of(run),
        created_at=record.create_timestamp.timestamp(),
        started_at=record.start_time,
        ended_at=record.end_time,
        scope=scope_of(run),
        progress=progress_of(run),
        thinned=run.tags.get(tags.THINNED) == run.run_id,
        made=Made.of_json(json.loads(own_tags(run).get(tags.MADE, "{}"))),
        provider=run.tags.get(tags.PROVIDER, ""),
        past=_past_of(record),
        role=Role(run.tags[tags.ROLE]) if run.tags.get(tags.ROLE) else None,
        planned_by=run.tags.get(tags.PLANNED_BY, ""),
        shard=int(run.tags.get(tags.SHARD) or 0),
        shards=int(own_tags(run).get(tags.SHARDS) or 0),
        intent=own_tags(run).get(tags.INTENT, ""),
    )


def past_as_tag(run_id: str, past: JobRun) -> str:
    """The tag by which run `run_id` keeps what the job's runs told; see `core.jobs.JobRun.past`."""
    made = past.made
    kept = {
        "run_id": run_id,
        "created_at": past.created_at,
        "started_at": past.started_at,
        "covers_until": past.covers_until,
        "provider": past.provider,
        "progress": progress_as_json(past.progress),
        "made": made.as_json(),
    }
    return json.dumps(kept, separators=(",", ":"))


def progress_as_json(progress: RunProgress) -> dict[str, Any]:
    """The progress of runs that have ended, as `RunProgress` is told in tags."""
    return {
        "total": progress.total,
        "counts": dict(progress.counts),
        "percent": progress.percent,
        "elapsed_ms": progress.elapsed_ms,
        "cost": progress.cost,
        "at": progress.at,
        "styles": dict(progress.styles),
        "platforms": dict(progress.platforms),
        "waited_ms": progress.waited_ms,
    }


def _past_of(record: RunRecord) -> JobRun | None:
    run = record.dagster_run
    told: dict[str, Any] = json.loads(run.tags.get(tags.PAST, "{}"))
    if told.get("run_id") != run.run_id:  # inherited by executing a run again
        return None
    return JobRun(
        run_id=run.run_id,
        state=state_of(run),
        created_at=told["created_at"],
        started_at=told["started_at"],
        ended_at=record.end_time,
        progress=_progress(told["progress"]),
        thinned=True,
        made=Made.of_json(told["made"]),
        provider=told["provider"],
        covers_until=told.get("covers_until"),  # older ones stand for no run that is newer than theirs
    )


def state_of(run: DagsterRun) -> JobState:
    """The state that a job would have of which this is the only run."""
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
        # A run that a pause has met in the queue is taken out of it.
        return JobState.PAUSED if ended is JobState.PAUSED else JobState.CANCELED
    if run.status is DagsterRunStatus.SUCCESS:
        return _state_of_success(run, ended)
    return ended or JobState.FAILED


def _state_of_success(run: DagsterRun, ended: JobState | None) -> JobState:
    """A run that has left its rows to others goes on with them, until the conclusion has told it how the job ended."""
    if is_open(run):
        return JobState.RUNNING
    planned = bool(own_tags(run).get(tags.SHARDS))
    return ended if planned and ended is not None else JobState.COMPLETED


def is_open(run: DagsterRun) -> bool:
    """Whether the run has left rows to others and the job was not concluded yet."""
    return run.status is DagsterRunStatus.SUCCESS and own_tags(run).get(tags.OPEN) == OPEN


def scope_of(run: DagsterRun) -> Scope:
    """Which rows the run is about; where nobody has said so, the job is over all of its sheet's."""
    told = run.tags.get(tags.SCOPE)
    if told is not None:
        return Scope(told)
    return Scope.WHOLE if run.job_name == tags.JOB else Scope.ROWS


def progress_of(run: DagsterRun) -> RunProgress:
    """What the run has told of its rows."""
    return _progress(json.loads(own_tags(run).get(tags.PROGRESS, "{}")))


def _progress(told: Mapping[str, Any]) -> RunProgress:
    return RunProgress(
        total=told.get("total", 0),
        counts=told.get("counts", {}),
        percent=told.get("percent", 0.0),
        elapsed_ms=told.get("elapsed_ms", 0),
        eta_ms=told.get("eta_ms"),
        rate_limited=bool(told.get("rate_limited", False)),
        in_work=tuple(RowInWork(*row) for row in told.get("in_work", ())),
        cost=told.get("cost", 0.0),
        at=told.get("at"),
        styles=_pairs(told.get("styles", {})),
        platforms=_pairs(told.get("platforms", {})),
        waited_ms=told.get("waited_ms", 0),
    )


def _pairs(told: Mapping[str, Sequence[int]]) -> dict[str, tuple[int, int]]:
    return {name: (counts[0], counts[1]) for name, counts in told.items()}


def own_tags(run: DagsterRun) -> Mapping[str, str]:
    """The run's tags without those that say something about another run."""
    if _are_own(run.tags, run.run_id):
        return run.tags
    return {name: value for name, value in run.tags.items() if name not in _UNTOLD}


def ended_as(run: DagsterRun) -> JobState | None:
    """How the run's worker said that it ended; None where it has not said so."""
    told = own_tags(run).get(tags.STATE)
    return JobState(told) if told in _ENDS else None


def tell_tags(instance: DagsterInstance, run_id: str, values: Mapping[str, str]) -> None:
    """Put tags on the run, and take from it what it has inherited.

    Raises:
        NotFoundError: there is no such run.
        ServiceUnavailableError: the instance's storage keeps no tags that can be changed.
    """
    change_tags(instance, run_id, lambda before: added_tags(before, run_id, values))


def added_tags(before: Mapping[str, str], run_id: str, values: Mapping[str, str]) -> dict[str, str]:
    """What to change about a run's tags for it to say `values`, and nothing any more that it has inherited."""
    untold = {} if _are_own(before, run_id) else _UNTOLD
    # Dagster stores plain strings alone, not the enums that are strings too.
    plain = {name: str(value) for name, value in values.items()}
    return {**untold, **plain, tags.OWNER: run_id}


def _are_own(found: Mapping[str, str], run_id: str) -> bool:
    owner = found.get(tags.OWNER)
    return owner == run_id or (owner is None and PARENT_RUN_ID_TAG not in found)
