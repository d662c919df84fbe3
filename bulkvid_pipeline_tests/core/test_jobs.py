"""How runs make a job: states, counts, percentages, times, over resumes, retries, runs side by side, chosen rows."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.jobs import (
    JobRun,
    RowNews,
    RunProgress,
    Scope,
    deciding_runs,
    eta_ms,
    generations,
    items_of_job,
    needs_news,
    percent_of_job,
    processing_ms,
    state_of_job,
)
from bulkvid_pipeline.core.states import JobState

PENDING, RUNNING, PAUSING = JobState.PENDING, JobState.RUNNING, JobState.PAUSING
COMPLETING, CANCELING = JobState.COMPLETING, JobState.CANCELING
PAUSED, COMPLETED, CANCELED, FAILED = JobState.PAUSED, JobState.COMPLETED, JobState.CANCELED, JobState.FAILED
SCOPES, COUNTS = st.sampled_from([*Scope]), st.integers(0, 5)
LIVE = {PENDING, RUNNING, PAUSING, COMPLETING, CANCELING}


def a_run(
    run_id: str, state: JobState, made: float, ended: float | None = None, scope: Scope = Scope.WHOLE, **told: Any
) -> JobRun:
    """A run made and ended at those seconds; `told` are counts by state, and fields of its progress."""
    fields = {name: told.pop(name) for name in ("percent", "elapsed_ms", "eta_ms", "at") if name in told}
    total = told.pop("total", 0)
    over = None if state in LIVE else (made + 10 if ended is None else ended)
    return JobRun(run_id, state, made, made, over, scope, RunProgress(total=total, counts=told, **fields))


def state(*runs: JobRun, news: dict[str, RowNews] | None = None) -> JobState:
    return state_of_job(runs, items_of_job(runs, news))


class TestGenerations:
    def test_runs_side_by_side_are_one_and_a_resume_is_the_next(self) -> None:
        first, beside = a_run("a", PAUSED, 0, 10), a_run("b", PAUSED, 5, 20)
        resumed = a_run("c", RUNNING, 21)

        assert generations([resumed, beside, first]) == [[first, beside], [resumed]]

    def test_runs_that_waited_in_the_queue_from_the_start_belong_to_it(self) -> None:
        runs = [a_run(str(n), COMPLETED, n * 0.01, 10 * (n + 1)) for n in range(4)]

        assert generations(runs) == [runs]

    def test_a_worker_that_has_said_its_end_is_still_beside_the_others(self) -> None:
        said = JobRun("a", PAUSED, 0)

        assert generations([said, a_run("b", RUNNING, 1)]) == [[said, a_run("b", RUNNING, 1)]]


class TestStates:
    @pytest.mark.parametrize("only", [*JobState])
    def test_a_single_run_is_its_job(self, only: JobState) -> None:
        assert state(a_run("a", only, 0)) is only

    @pytest.mark.parametrize(
        ("states", "job"),
        [
            ((RUNNING, PENDING), RUNNING),
            ((RUNNING, PAUSING), RUNNING),
            ((PAUSING, PAUSED), PAUSING),
            ((PAUSING, COMPLETING), PAUSING),
            ((CANCELING, CANCELED), CANCELING),
            ((COMPLETING, COMPLETED), COMPLETING),
            ((COMPLETED, PENDING), RUNNING),
            ((CANCELING, PENDING), RUNNING),
            ((PENDING, PENDING), PENDING),
            ((FAILED, RUNNING), RUNNING),
        ],
    )
    def test_as_long_as_one_of_several_runs_lives_the_job_does(
        self, states: tuple[JobState, ...], job: JobState
    ) -> None:
        runs = [a_run(str(n), each, n, 100) for n, each in enumerate(states)]

        assert state(*runs) is job
        assert state(*reversed(runs)) is job

    def test_a_queued_retry_waits_whatever_was_before(self) -> None:
        assert state(a_run("a", FAILED, 0), a_run("b", PENDING, 20)) is PENDING

    @pytest.mark.parametrize("before", [PAUSED, FAILED, CANCELED])
    def test_what_a_job_came_to_before_is_over_when_it_goes_on_to_its_end(self, before: JobState) -> None:
        first = a_run("a", before, 0, total=3, completed=1)

        assert state(first, a_run("b", COMPLETED, 20, total=3, completed=3)) is COMPLETED

    def test_a_run_whose_rows_all_failed_takes_nothing_from_one_beside_it_that_made_them(self) -> None:
        bad = a_run("a", FAILED, 0, total=2, failed=2)

        assert state(bad, a_run("b", COMPLETED, 1, total=2, completed=2)) is COMPLETED
        assert state(bad, a_run("b", FAILED, 1, total=2, failed=2)) is FAILED

    def test_a_run_that_was_killed_takes_nothing_from_one_that_made_all_rows(self) -> None:
        killed = a_run("a", FAILED, 0, 5, total=3, completed=1)
        other = a_run("b", COMPLETED, 1, 20, total=3, completed=3)

        assert state(killed, other) is COMPLETED

    def test_a_report_that_could_not_be_left_fails_a_resumed_job(self) -> None:
        resumed = a_run("b", FAILED, 20, total=3, completed=3)

        assert state(a_run("a", PAUSED, 0, total=3, completed=1), resumed) is FAILED

    def test_chosen_rows_leave_a_paused_job_paused_until_none_is_left(self) -> None:
        paused = a_run("a", PAUSED, 0, total=3, completed=1)
        chosen = a_run("b", COMPLETED, 20, scope=Scope.ROWS, total=1, completed=1)

        assert state(paused, chosen, news={"a": RowNews(1), "b": RowNews(1)}) is PAUSED
        assert state(paused, chosen, news={"a": RowNews(1), "b": RowNews(2)}) is COMPLETED

    def test_a_chosen_row_that_fails_again_fails_no_job_with_finished_rows(self) -> None:
        first = a_run("a", COMPLETED, 0, total=3, completed=2, failed=1)
        chosen = a_run("b", FAILED, 20, scope=Scope.ROWS, total=1, failed=1)

        assert state(first, chosen, news={"a": RowNews(2), "b": RowNews(0, 1)}) is COMPLETED

    def test_a_cancel_counts_whatever_the_rows_came_to(self) -> None:
        failed = a_run("a", CANCELED, 0, total=2, failed=2)

        assert state(a_run("z", FAILED, -100, total=2, failed=2), failed, news={"a": RowNews(0, 2)}) is CANCELED

    @given(
        st.lists(
            st.tuples(st.sampled_from([*JobState]), SCOPES, COUNTS, COUNTS, st.floats(0, 50)), min_size=1, max_size=6
        ),
        st.booleans(),
    )
    def test_a_job_lives_exactly_as_long_as_a_run_does_and_its_counts_add_up(
        self, told: list[tuple[JobState, Scope, int, int, float]], read: bool
    ) -> None:
        runs = [
            a_run(str(n), each, made, made + 5, scope, total=done + 2, completed=done, failed=bad, percent=50.0)
            for n, (each, scope, done, bad, made) in enumerate(told)
        ]
        news = {run.run_id: RowNews(run.progress.counts["completed"], 1) for run in runs} if read else None
        items = items_of_job(runs, news)
        job = state_of_job(runs, items)

        assert (job in LIVE) == any(run.is_live for run in runs)
        parts = (items["completed"], items["failed"], items["cancelled"], items["skipped"], items["pending"])
        assert items["total"] == sum(parts)
        assert min(parts) >= 0
        assert 0 <= percent_of_job(runs, items, job) <= 100


class TestItems:
    def test_a_row_that_failed_and_is_completed_by_a_retry_is_completed(self) -> None:
        runs = [
            a_run("a", COMPLETED, 0, total=5, completed=4, failed=1),
            a_run("b", COMPLETED, 20, total=5, completed=5),
        ]

        assert not needs_news(runs)
        assert items_of_job(runs) == items(total=5, completed=5)

    def test_chosen_rows_do_not_reset_the_others(self) -> None:
        first = a_run("a", COMPLETED, 0, total=5, completed=4, failed=1)
        chosen = a_run("b", COMPLETED, 20, scope=Scope.ROWS, total=1, completed=1)

        assert needs_news([first, chosen])
        assert items_of_job([first, chosen], {"a": RowNews(4), "b": RowNews(1)}) == items(total=5, completed=5)
        assert items_of_job([first, chosen], {"a": RowNews(3, 1), "b": RowNews(1)}) == items(
            total=5, completed=4, failed=1
        )

    def test_a_resumed_job_does_not_begin_again_at_nought(self) -> None:
        paused = a_run("a", PAUSED, 0, total=10, completed=6, failed=1, percent=60.0)
        resumed = a_run("b", RUNNING, 20, total=10, queued=10, percent=0.0)
        runs, news = [paused, resumed], {"a": RowNews(6, 1)}

        assert needs_news(runs)
        assert items_of_job(runs, news) == items(total=10, completed=6, pending=4), "the failed one is tried again"
        assert percent_of_job(runs, items_of_job(runs, news), RUNNING) == 60.0

    def test_two_runs_over_the_same_rows_do_not_add_up(self) -> None:
        runs = [a_run("a", RUNNING, 0, total=5, completed=2), a_run("b", RUNNING, 1, total=5, completed=1)]

        assert needs_news(runs)
        assert items_of_job(runs, {"a": RowNews(2), "b": RowNews(1)}) == items(total=5, completed=3, pending=2)

    def test_rows_that_were_stopped_and_then_made_are_not_cancelled(self) -> None:
        stopped = a_run("a", CANCELED, 0, total=3, completed=1, cancelled=2)
        chosen = a_run("b", COMPLETED, 20, scope=Scope.ROWS, total=2, completed=2)

        assert items_of_job([stopped, chosen], {"a": RowNews(1), "b": RowNews(2)}) == items(total=3, completed=3)

    def test_a_run_that_has_told_nothing_yet_changes_nothing(self) -> None:
        first = a_run("a", FAILED, 0, total=3, completed=1, failed=1)

        assert items_of_job([first, a_run("b", PENDING, 20)]) == items_of_job([first])

    def test_numbers_are_all_there_is_of_runs_whose_events_were_pruned(self) -> None:
        first = a_run("a", COMPLETED, 0, total=3, completed=3)
        chosen = a_run("b", COMPLETED, 20, scope=Scope.ROWS, total=1, completed=1)
        thinned = JobRun(**{**vars(first), "thinned": True})

        assert not needs_news([thinned, chosen])
        assert items_of_job([thinned, chosen]) == items(total=3, completed=3)


class TestTimes:
    def test_neither_pauses_nor_runs_side_by_side_add_to_the_processing_time(self) -> None:
        runs = [
            a_run("a", PAUSED, 0, at=10.0, elapsed_ms=10_000),
            a_run("b", COMPLETED, 5, at=14.0, elapsed_ms=9_000),
            a_run("c", COMPLETED, 100, at=103.0, elapsed_ms=3_000),
        ]

        assert processing_ms(runs) == 17_000

    def test_the_last_living_run_says_when_all_is_done(self) -> None:
        runs = [a_run("a", RUNNING, 0, eta_ms=5_000), a_run("b", RUNNING, 0, eta_ms=9_000)]

        assert eta_ms([*runs, a_run("c", COMPLETED, 0, eta_ms=99_000)]) == 9_000
        assert eta_ms([*runs, a_run("c", PENDING, 0)]) is None
        assert eta_ms([a_run("c", COMPLETED, 0, eta_ms=0)]) is None


def test_chosen_rows_speak_for_a_job_that_has_nothing_else() -> None:
    chosen = [a_run("a", FAILED, 0, scope=Scope.ROWS), a_run("b", COMPLETED, 20, scope=Scope.ROWS)]

    assert deciding_runs(chosen) == [chosen[1]]
    assert deciding_runs([a_run("w", PAUSED, -50), *chosen])[0].run_id == "w"


def items(**counts: int) -> dict[str, int]:
    return {name: counts.get(name, 0) for name in ("total", "completed", "failed", "cancelled", "skipped", "pending")}
