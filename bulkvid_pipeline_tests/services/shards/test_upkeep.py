"""What open jobs need next, however their runs have ended, and when nothing is begun any more."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass

import dagster as dg
import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.spread import MOST_TRIES
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.defs.shards import open_jobs_sensor
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.shards import upkeep
from bulkvid_pipeline.services.shards.upkeep import RunWanted
from bulkvid_pipeline_tests.services.shards.hall import JOB, Hall
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

pytestmark = ON_BOTH_DATABASES

ROWS = [idea(f"Row {n}") for n in range(4)]


@pytest.fixture
def plan_id(hall: Hall) -> str:
    """A job that two shards are to make, and that nobody has begun."""
    return hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS), user_id="ana", priority="high"))


@dataclass(frozen=True)
class Clock:
    """Stands in for the module `time`."""

    now: float

    def time(self) -> float:
        return self.now


def roles(wanted: list[RunWanted]) -> list[tuple[str, str]]:
    return [(run.tags[tags.ROLE], run.tags[tags.SHARD]) for run in wanted]


SHARDS = [("shard", "0"), ("shard", "1")]
CONCLUSION = [("conclusion", "0")]


def test_shards_are_of_the_job_and_inherit_what_is_of_it_and_nothing_of_the_planning_run(
    hall: Hall, plan_id: str
) -> None:
    hall.instance.add_run_tags(plan_id, {"team": "video", "dagster/priority": "10", "dagster/backfill": "b1"})

    wanted = hall.wanted()

    assert roles(wanted) == SHARDS
    assert len({run.key for run in wanted}) == 2
    for run in wanted:
        assert run.job == tags.SHARD_JOB
        told = {name: run.tags.get(name) for name in (tags.JOB_ID, tags.USER, tags.PRIORITY, tags.PLANNED_BY)}
        assert told == {tags.JOB_ID: JOB, tags.USER: "ana", tags.PRIORITY: "high", tags.PLANNED_BY: plan_id}
        assert (run.tags["team"], run.tags["dagster/priority"]) == ("video", "10")
        of_planner = {tags.STATE, tags.PROGRESS, tags.OPEN, tags.SHARDS, tags.OWNER, tags.PROCESS, "dagster/backfill"}
        assert of_planner.isdisjoint(run.tags)


def test_what_was_asked_for_twice_has_one_key(hall: Hall, plan_id: str) -> None:
    assert hall.tags_of(plan_id)[tags.OPEN] == "yes"

    assert hall.wanted() == hall.wanted()


def test_a_lost_shard_is_begun_anew_a_few_times_and_one_that_works_is_left_alone(hall: Hall, plan_id: str) -> None:
    first, second = (hall.begin(run) for run in hall.wanted())
    assert hall.wanted() == []
    assert hall.tags_of(second)[tags.PLANNED_BY] == plan_id

    for _ in range(MOST_TRIES - 1):
        hall.lose(first)
        (again,) = hall.wanted()
        assert roles([again]) == SHARDS[:1]
        first = hall.begin(again)
    hall.lose(first)
    assert hall.wanted() == []

    hall.lose(second)
    assert roles(hall.wanted()) == SHARDS[1:]


@pytest.mark.parametrize("wish", ["pause", "cancel"])
def test_a_job_that_is_to_stop_before_its_shards_have_begun_is_concluded(hall: Hall, plan_id: str, wish: str) -> None:
    queued, begun = (
        hall.begin(run, status)
        for run, status in zip(hall.wanted(), (DagsterRunStatus.QUEUED, DagsterRunStatus.STARTED), strict=True)
    )
    (pause_job if wish == "pause" else cancel_job)(hall.instance, JOB)
    waiting = hall.instance.get_run_by_id(queued)
    assert waiting is not None
    assert waiting.status is DagsterRunStatus.CANCELED
    assert hall.wanted() == [], "one is at work still"

    hall.tell(begun, STATE="paused" if wish == "pause" else "canceled")
    hall.lose(begun)

    assert roles(hall.wanted()) == CONCLUSION
    hall.execute_all()
    assert hall.job.state is (JobState.PAUSED if wish == "pause" else JobState.CANCELED)
    assert hall.tags_of(plan_id)[tags.OPEN] == "no"
    assert hall.studio.rendered == []


def test_once_the_jobs_time_is_over_nothing_is_begun(hall: Hall, monkeypatch: pytest.MonkeyPatch) -> None:
    hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS), processing_deadline_ms=60_000))
    assert roles(hall.wanted()) == SHARDS
    now = time.time()
    monkeypatch.setattr(upkeep, "time", Clock(now + 120))

    assert roles(hall.wanted()) == CONCLUSION


def test_a_job_that_nobody_can_conclude_fails_with_its_rows_kept(hall: Hall, plan_id: str) -> None:
    for shard in hall.wanted():
        hall.execute(shard)
    for _ in range(MOST_TRIES):
        (conclusion,) = hall.wanted()
        assert conclusion.tags[tags.ROLE] == Role.CONCLUSION
        hall.lose(hall.begin(conclusion))

    assert hall.wanted() == []
    assert hall.tags_of(plan_id)[tags.OPEN] == "no"
    assert hall.job.state is JobState.FAILED
    assert sorted(hall.studio.rendered) == [f"Row {n}" for n in range(4)]


def test_a_job_whose_spec_this_version_refuses_keeps_no_other_from_its_runs(hall: Hall, plan_id: str) -> None:
    told = {tags.JOB_ID: "job_old", tags.SHARDS: "2", tags.OPEN: "yes"}
    spec = {"resources": {tags.SPEC_RESOURCE: {"config": {"of": "another age"}}}}
    old = DagsterRun(tags.JOB, run_config=spec, tags=told, status=DagsterRunStatus.SUCCESS)
    hall.instance.run_storage.add_run(old)

    by_plan = Counter(run.tags[tags.PLANNED_BY] for run in hall.wanted() if run.tags[tags.ROLE] == Role.SHARD)

    assert by_plan[plan_id] == 2


def test_a_planning_run_that_was_lost_before_it_was_through_is_no_open_job(hall: Hall, plan_id: str) -> None:
    hall.lose(plan_id)  # as if it had died between leaving its rows and its end

    assert hall.wanted() == []
    assert hall.tags_of(plan_id)[tags.OPEN] == "no"
    assert hall.job.state is JobState.FAILED
    assert hall.wanted() == []


def test_tags_that_a_run_has_inherited_open_nothing(hall: Hall, plan_id: str) -> None:
    hall.execute_all()
    again = hall.instance.create_run_for_job(
        dg.job(name=tags.JOB)(lambda: None),
        tags={**hall.tags_of(plan_id), tags.OPEN: "yes", "dagster/parent_run_id": plan_id},
        status=DagsterRunStatus.SUCCESS,
    )

    assert hall.tags_of(again.run_id)[tags.OWNER] == plan_id
    assert hall.wanted() == []


def test_the_sensor_asks_for_what_is_needed(hall: Hall, plan_id: str) -> None:
    def tick(instance: DagsterInstance) -> dg.SensorResult:
        result = open_jobs_sensor(dg.build_sensor_context(instance))
        assert isinstance(result, dg.SensorResult)
        return result

    asked = tick(hall.instance).run_requests or []
    assert [request.run_key for request in asked] == [f"{plan_id}/shard/{n}/0" for n in range(2)]
    hall.execute_all()

    idle = tick(hall.instance)
    assert not idle.run_requests
    assert idle.skip_reason is not None


def test_a_job_that_other_code_has_planned_is_paused_once_its_runs_have_ended(hall: Hall, plan_id: str) -> None:
    shards = [hall.begin(run) for run in hall.wanted()]
    tell_tags(hall.instance, plan_id, {tags.CODE: "0.0.1-other"})
    assert (hall.wanted(), hall.job.state) == ([], JobState.RUNNING)

    for shard in shards:
        hall.lose(shard)

    assert (hall.wanted(), hall.job.state) == ([], JobState.PAUSED)
    assert hall.tags_of(plan_id)[tags.OPEN] == "no"
