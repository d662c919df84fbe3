"""Spread jobs that nobody concludes: closed once, told of, and gone on with by another run."""

from __future__ import annotations

from dagster import DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.shards.closing import close_plan
from bulkvid_pipeline_tests.services.shards.hall import Hall
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

pytestmark = ON_BOTH_DATABASES

ROWS = [idea(f"Row {n}") for n in range(4)]


def test_a_closed_job_has_ended_and_what_waited_for_it_does_no_more(hall: Hall) -> None:
    plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS)))
    queued = [hall.begin(run, DagsterRunStatus.QUEUED) for run in hall.wanted()]

    close_plan(hall.instance, plan_id, JobState.FAILED)

    assert hall.job.state is JobState.FAILED
    assert RowClaims(hall.instance, plan_id).left() == 0
    runs = [hall.instance.get_run_by_id(run_id) for run_id in queued]
    assert [run.status for run in runs if run] == [DagsterRunStatus.CANCELED] * 2
    assert hall.wanted() == []


def test_another_run_goes_on_with_what_a_closed_job_has_left_and_cleans_up_after_it(hall: Hall) -> None:
    spec = hall.workplace.spec(hall.workplace.sheet(ROWS))
    first = hall.plan(spec)
    hall.execute(hall.wanted()[0])
    made = list(hall.studio.rendered)
    close_plan(hall.instance, first, JobState.FAILED)
    assert hall.job.items["completed"] == 4

    again = hall.plan(spec)
    hall.execute_all()

    assert len(made) == 4, "the first shard has found no other beside it"
    assert hall.studio.rendered == made
    assert hall.job.state is JobState.COMPLETED
    assert hall.tags_of(again).get(tags.OPEN) in (None, "no")


def test_a_shard_that_comes_after_the_end_of_its_job_makes_nothing(hall: Hall) -> None:
    plan_id = hall.plan(hall.workplace.spec(hall.workplace.sheet(ROWS)))
    late = hall.wanted()[0]
    close_plan(hall.instance, plan_id, JobState.FAILED)

    ended = hall.execute(late)

    assert ended.status is DagsterRunStatus.FAILURE
    assert hall.studio.rendered == []
    assert hall.job.state is JobState.FAILED
