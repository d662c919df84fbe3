"""What a job says of how far it is, and of how long it will take."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def row(number: int, seconds: float = 10.0) -> VideoPlan:
    idea = VideoIdea(f"row-{number}", number, f"Row {number}", "Say it.", duration_seconds=seconds)
    return plan_video(idea, BulkJobSpec.for_input("ideas.csv"), BUILT_IN_TEMPLATES["default_template"])


def ended(plan: VideoPlan, state: ItemState = ItemState.COMPLETED, *, rendered: bool = True) -> RowOutcome:
    return RowOutcome(plan, state, "fingerprint", rendered=rendered)


@pytest.fixture
def clock() -> Clock:
    return Clock()


def progress_of(clock: Clock, *plans: VideoPlan) -> JobProgress:
    progress = JobProgress(clock)
    progress.expect(plans)
    return progress


def test_a_job_that_has_made_nothing_yet_does_not_guess(clock: Clock) -> None:
    progress = progress_of(clock, row(2), row(3))
    clock.now += 5
    seen = progress.snapshot()
    assert (seen.percent, seen.eta_s, seen.elapsed_s) == (0.0, None, 5.0)
    assert seen.counts[ItemState.QUEUED] == 2


def test_the_rest_takes_as_long_as_what_is_made_took(clock: Clock) -> None:
    plans = [row(number) for number in range(2, 6)]
    progress = progress_of(clock, *plans)
    progress.start(plans[0])
    clock.now += 30
    progress.end(ended(plans[0]))
    seen = progress.snapshot()
    assert seen.percent == pytest.approx(25.0)
    assert seen.eta_s == pytest.approx(90.0)


def test_a_long_row_counts_for_as_much_as_it_is_long(clock: Clock) -> None:
    short, long = row(2, 10.0), row(3, 30.0)
    progress = progress_of(clock, short, long)
    progress.start(short)
    clock.now += 10
    progress.end(ended(short))
    assert progress.snapshot().percent == pytest.approx(25.0)
    assert progress.snapshot().eta_s == pytest.approx(30.0)


def test_rows_in_work_count_by_their_share(clock: Clock) -> None:
    plans = row(2), row(3)
    progress = progress_of(clock, *plans)
    progress.start(plans[0])
    clock.now += 10
    progress.advance(plans[0], "encoding", 0.5)
    seen = progress.snapshot()
    assert seen.percent == pytest.approx(25.0)
    assert seen.eta_s == pytest.approx(30.0)
    assert [(each.stage, each.done) for each in seen.in_work] == [("encoding", 0.5)]


def test_what_was_found_finished_says_nothing_about_the_pace(clock: Clock) -> None:
    plans = [row(number) for number in range(2, 6)]
    progress = progress_of(clock, *plans)
    for plan in plans[:2]:
        progress.end(ended(plan, rendered=False))
    assert progress.snapshot().eta_s is None
    progress.start(plans[2])
    clock.now += 20
    progress.end(ended(plans[2]))
    seen = progress.snapshot()
    assert seen.percent == pytest.approx(75.0)
    assert seen.eta_s == pytest.approx(20.0)


def test_failed_rows_are_over_too(clock: Clock) -> None:
    plans = row(2), row(3)
    progress = progress_of(clock, *plans)
    for plan, state in zip(plans, (ItemState.FAILED, ItemState.COMPLETED), strict=True):
        progress.start(plan)
        clock.now += 1
        progress.end(ended(plan, state))
    seen = progress.snapshot()
    assert (seen.percent, seen.eta_s, seen.ended) == (100.0, 0.0, 2)
    assert seen.in_work == ()


def test_an_empty_job_is_done(clock: Clock) -> None:
    seen = progress_of(clock).snapshot()
    assert (seen.percent, seen.eta_s) == (100.0, 0.0)


def test_a_row_that_waits_for_a_limit_is_not_queued_and_comes_back(clock: Clock) -> None:
    progress = progress_of(clock, row(2), row(3))
    progress.wait_for_limit(True)
    progress.wait_for_limit(True)
    assert progress.snapshot().counts[ItemState.RATE_LIMITED] == 1
    progress.wait_for_limit(False)
    seen = progress.snapshot()
    assert (seen.rate_limited, seen.counts[ItemState.QUEUED], seen.counts[ItemState.RATE_LIMITED]) == (False, 2, 0)


def test_rows_that_are_taken_on_the_way_count_from_then_on(clock: Clock) -> None:
    plans = [row(number) for number in range(2, 6)]
    progress = progress_of(clock)
    progress.expect_more(plans[:2])
    progress.start(plans[0])
    clock.now += 10
    progress.end(ended(plans[0]))
    assert progress.snapshot().percent == pytest.approx(50.0)

    progress.expect_more(plans[2:])

    seen = progress.snapshot()
    assert (seen.total, seen.counts[ItemState.QUEUED]) == (4, 3)
    assert seen.percent == pytest.approx(25.0)
    assert seen.eta_s == pytest.approx(30.0)


def test_rows_that_are_given_back_unbegun_are_no_longer_of_this_run(clock: Clock) -> None:
    made, failed, begun, waiting = plans = [row(number) for number in range(2, 6)]
    progress = progress_of(clock)
    progress.expect_more(plans)
    for plan, state in ((made, ItemState.COMPLETED), (failed, ItemState.FAILED)):
        progress.start(plan)
        progress.end(ended(plan, state))
    progress.start(begun)
    progress.end(ended(begun, ItemState.CANCELLED))
    progress.wait_for_limit(True)
    assert progress.snapshot().total == 4

    progress.give_back()

    seen = progress.snapshot()
    assert seen.total == sum(seen.counts.values()) == 3, f"{waiting.title} is another run's"
    assert (seen.counts[ItemState.COMPLETED], seen.counts[ItemState.FAILED]) == (1, 1)
    assert seen.percent == 100.0
