"""What spread jobs need next: shards that nobody has begun or that were lost, and at last a conclusion."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import JobRun, Role
from bulkvid_pipeline.core.spread import Member, Standing, Wanted, is_given_up, runs_needed
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import id_of
from bulkvid_pipeline.services.jobs.run_config import config_of
from bulkvid_pipeline.services.jobs.run_state import OPEN, ended_as, own_tags, run_of
from bulkvid_pipeline.services.shards.closing import close_plan

_log = logging.getLogger(__name__)

JOBS = {Role.SHARD: tags.SHARD_JOB, Role.CONCLUSION: tags.CONCLUSION_JOB}
_INHERITED = {
    tags.JOB_ID,
    tags.TITLE,
    tags.USER,
    tags.PROJECT,
    tags.PRIORITY,
    tags.SHEET,
    tags.QUEUE_PRIORITY,
}
_OF_ONE_RUN = ("bulkvid/", "dagster/", ".dagster/")
"""What the names of tags begin with that say something of one run alone."""


@dataclass(frozen=True)
class RunWanted:
    """A run that is to be launched. No two runs are made of one `key`.

    Attributes:
        job: the Dagster job.
        config: its run config.
        tags: of the run.
    """

    key: str
    job: str
    config: Mapping[str, Any]
    tags: Mapping[str, str]


def runs_wanted(instance: DagsterInstance) -> Iterator[RunWanted]:
    """The runs that open jobs need now. Jobs that nobody can conclude are closed as failed.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    for record in instance.get_run_records(RunsFilter(tags={tags.OPEN: OPEN})):
        planner = record.dagster_run
        if own_tags(planner).get(tags.OPEN) != OPEN:  # inherited by executing a run again
            continue
        if planner.status is DagsterRunStatus.SUCCESS:
            yield from _of_job(instance, record)
        elif planner.is_finished:
            close_plan(instance, planner.run_id, JobState(ended_as(planner) or JobState.FAILED))


def _of_job(instance: DagsterInstance, record: RunRecord) -> Iterator[RunWanted]:
    planner, own = record.dagster_run, run_of(record)
    of_job = {tags.JOB_ID: id_of(planner), tags.PLANNED_BY: planner.run_id}
    members = [Member.of(run_of(member)) for member in instance.get_run_records(RunsFilter(tags=of_job))]
    if is_given_up(members):
        _log.error("The conclusion of job %s was lost too often", id_of(planner))
        close_plan(instance, planner.run_id, JobState.FAILED)
        return
    if planner.tags.get(tags.CODE) != code_version():
        _leave_to_its_code(instance, planner, members)
        return
    left = RowClaims(instance, planner.run_id).left()
    stops = bool(own.intent) or _time_is_over(planner, own)
    for wanted in runs_needed(own.shards, left, members, stops=stops):
        yield _run(planner, wanted)


def _leave_to_its_code(instance: DagsterInstance, planner: DagsterRun, members: Iterable[Member]) -> None:
    """Pause a job that another version of the code has planned, once none of its runs is at work any more."""
    if any(member.standing is Standing.LIVE for member in members):
        return
    words = (
        f"The job was planned by version {planner.tags.get(tags.CODE)} of the code, and this one is {code_version()}. "
        "It is paused: resume it, and it is planned anew. Finished rows are kept."
    )
    instance.report_engine_event(words, planner)
    close_plan(instance, planner.run_id, JobState.PAUSED)


def _time_is_over(planner: DagsterRun, own: JobRun) -> bool:
    """Whether the job has had the time that its spec allows; see `BatchRun`."""
    # Unchecked: a spec that a newer version would refuse must not keep other jobs from what they need.
    deadline_ms = config_of(planner).get("processing_deadline_ms")
    return deadline_ms is not None and time.time() >= (own.started_at or own.created_at) + deadline_ms / 1000


def _run(planner: DagsterRun, wanted: Wanted) -> RunWanted:
    inherited = {
        name: value for name, value in planner.tags.items() if name in _INHERITED or not name.startswith(_OF_ONE_RUN)
    }
    own = {tags.PLANNED_BY: planner.run_id, tags.ROLE: wanted.role.value, tags.SHARD: str(wanted.shard)}
    if wanted.role is Role.CONCLUSION:  # a job that is nearly done does not wait for shards of its like
        own[tags.QUEUE_PRIORITY] = str(int(planner.tags.get(tags.QUEUE_PRIORITY, 0)) + 1)
    config = {name: part for name, part in planner.run_config.items() if name in {"resources", "loggers"}}
    key = f"{planner.run_id}/{wanted.role}/{wanted.shard}/{wanted.tries}"
    return RunWanted(key, JOBS[wanted.role], config, inherited | own)
