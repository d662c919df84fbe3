"""Closing a spread job that nobody concludes: its rows are kept, and another run of it goes on with what is left."""

from __future__ import annotations

import json
from dataclasses import replace

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.spread import progress_of
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.run_state import CLOSED, progress_as_json, run_of, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_WAITING = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED]


def close_plan(instance: DagsterInstance, plan_id: str, state: JobState) -> None:
    """End the job in that state, without a report; runs of it that wait in the queue are taken out. Callbacks are told.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    RowClaims(instance, plan_id).close()
    tell_tags(instance, plan_id, {tags.STATE: state, tags.OPEN: CLOSED, **_figures(instance, plan_id)})
    for run in instance.get_runs(RunsFilter(tags={tags.PLANNED_BY: plan_id}, statuses=_WAITING)):
        instance.report_run_canceled(run)
    tell_state(instance, plan_id)


def _figures(instance: DagsterInstance, plan_id: str) -> dict[str, str]:
    """What the planning run says from now on of the rows that were made: all that its shards have told."""
    record = instance.get_run_record_by_id(plan_id)
    if record is None:
        return {}
    planner = run_of(record)
    ours = {tags.PLANNED_BY: plan_id, tags.ROLE: Role.SHARD.value}
    shards = [run_of(shard) for shard in instance.get_run_records(RunsFilter(tags=ours))]
    progress = progress_of(planner, shards)
    ended = {name.value: count for name, count in progress.ended.items() if count}
    made = sum((shard.made for shard in shards), planner.made)
    return {
        tags.PROGRESS: json.dumps(progress_as_json(replace(progress, counts=ended)), separators=(",", ":")),
        tags.MADE: json.dumps(made.as_json(), separators=(",", ":")),
    }
