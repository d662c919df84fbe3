"""Closing a spread job that nobody concludes: its rows are kept, and another run of it goes on with what is left."""

from __future__ import annotations

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.run_state import CLOSED, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_WAITING = [DagsterRunStatus.NOT_STARTED, DagsterRunStatus.QUEUED]


def close_plan(instance: DagsterInstance, plan_id: str, state: JobState) -> None:
    """End the job in that state, without a report; runs of it that wait in the queue are taken out. Callbacks are told.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    RowClaims(instance, plan_id).close()
    tell_tags(instance, plan_id, {tags.STATE: state, tags.OPEN: CLOSED})
    for run in instance.get_runs(RunsFilter(tags={tags.PLANNED_BY: plan_id}, statuses=_WAITING)):
        instance.report_run_canceled(run)
    tell_state(instance, plan_id)
