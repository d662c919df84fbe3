"""Whose a run is that was asked for from workers: the first to say so executes it, however often it is asked for."""

from __future__ import annotations

from collections.abc import Mapping

from dagster import DagsterInstance, DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.heartbeats import Heartbeats
from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.run_state import added_tags
from bulkvid_pipeline.services.liveness.heartbeat import this_process


def take_run(instance: DagsterInstance, run_id: str) -> bool:
    """Take the run for this process; False where it is taken, has ended, or is not asked for any more.

    Raises:
        NotFoundError: there is no such run.
        ServiceUnavailableError: the database does not answer.
    """
    run = instance.get_run_by_id(run_id)
    if run is not None and run.status is not DagsterRunStatus.STARTING:
        return False

    taken = False

    def change(before: Mapping[str, str]) -> Mapping[str, str]:
        nonlocal taken  # the last call is the one that counts
        taken = before.get(tags.OWNER) == run_id and bool(before.get(tags.PROCESS))
        return {} if taken else added_tags(before, run_id, {tags.PROCESS: this_process()})

    Heartbeats(instance).beat(run_id)
    change_tags(instance, run_id, change)
    return not taken
