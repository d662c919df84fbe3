"""What of the past may go."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.pruning import (
    PastRun,
    RowTrace,
    parse_age,
    partitions_to_forget,
    rows_to_prune,
    runs_to_prune,
)

LONG_AGO = PastRun("old", "job", "ideas", True, True, True, started_at=10.0, ended_at=20.0)
BEFORE = 100.0


def deleted(*runs: PastRun, holding: tuple[str, ...] = (), sheets: tuple[str, ...] = ()) -> list[str]:
    found = runs_to_prune(runs, holding=holding, sheets=sheets, before=BEFORE)
    return [run.run_id for run in found.delete]


def thinned(*runs: PastRun, holding: tuple[str, ...] = (), sheets: tuple[str, ...] = ()) -> list[str]:
    found = runs_to_prune(runs, holding=holding, sheets=sheets, before=BEFORE)
    return [run.run_id for run in found.thin]


def gone(keys: list[str], traces: dict[str, RowTrace], *runs: PastRun, busy: tuple[str, ...] = ()) -> tuple[str, ...]:
    return rows_to_prune(keys, traces, runs, before=BEFORE, busy=busy)


@pytest.mark.parametrize(
    ("text", "age"), [("30d", timedelta(days=30)), (" 12H", timedelta(hours=12)), ("2w", timedelta(weeks=2))]
)
def test_ages_are_read_as_people_write_them(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["30", "d", "-3d", "3 months", "", "1.5d"])
def test_what_is_no_age_is_refused_with_the_right_form(text: str) -> None:
    with pytest.raises(InvalidRequestError, match="30d"):
        parse_age(text)


def test_a_run_that_ended_long_ago_goes() -> None:
    assert deleted(LONG_AGO) == ["old"]


@pytest.mark.parametrize("change", [{"over": False}, {"ended_at": BEFORE + 1}])
def test_a_run_stays_that_is_not_over_or_not_old(change: dict[str, float]) -> None:
    assert deleted(replace(LONG_AGO, **change)) == []  # type: ignore[arg-type]


def test_a_job_goes_as_a_whole_or_not_at_all() -> None:
    resumed = replace(LONG_AGO, run_id="resumed", ended_at=BEFORE + 1)

    assert deleted(LONG_AGO, resumed) == []


def test_the_newest_run_over_a_sheet_that_has_rows_is_only_thinned() -> None:
    newer = replace(LONG_AGO, run_id="newer", job_id="other", started_at=11.0)

    assert deleted(LONG_AGO, newer, sheets=("ideas",)) == ["old"]
    assert thinned(LONG_AGO, newer, sheets=("ideas",)) == ["newer"]


def test_a_run_that_holds_what_is_known_of_a_row_is_only_thinned_and_only_once() -> None:
    assert deleted(LONG_AGO, holding=("old",)) == []
    assert thinned(LONG_AGO, holding=("old",)) == ["old"]
    assert thinned(replace(LONG_AGO, thinned=True), holding=("old",)) == []


def test_a_row_goes_that_its_sheet_had_no_more_when_it_was_last_read_long_ago() -> None:
    traces = {"ideas:one": RowTrace(heard_at=15.0), "ideas:two": RowTrace(heard_at=5.0)}

    assert gone(["ideas:one", "ideas:two"], traces, LONG_AGO) == ("ideas:two",)


@pytest.mark.parametrize(
    "run",
    [
        replace(LONG_AGO, complete=False),
        replace(LONG_AGO, whole_sheet=False),
        replace(LONG_AGO, sheet="others"),
        replace(LONG_AGO, ended_at=BEFORE + 1),
    ],
)
def test_a_row_stays_where_no_whole_reading_of_its_sheet_is_old_enough(run: PastRun) -> None:
    assert gone(["ideas:two"], {"ideas:two": RowTrace(heard_at=5.0)}, run) == ()


def test_a_row_goes_that_a_sensor_missed_long_ago_unless_it_came_back() -> None:
    keys = ["ideas:gone", "ideas:back", "ideas:lately"]
    traces = {
        "ideas:gone": RowTrace(5.0, missed_at=50.0),
        "ideas:back": RowTrace(60.0, missed_at=50.0),
        "ideas:lately": RowTrace(5.0, missed_at=BEFORE + 1),
    }

    assert gone(keys, traces) == ("ideas:gone",)


def test_a_row_of_which_nothing_is_known_stays() -> None:
    assert gone(["ideas:new"], {}, LONG_AGO) == ()


def test_rows_of_a_sheet_at_work_stay() -> None:
    assert gone(["ideas:two"], {"ideas:two": RowTrace(heard_at=5.0)}, LONG_AGO, busy=("ideas",)) == ()


def test_of_too_many_partitions_the_oldest_are_forgotten_but_none_of_a_sheet_at_work() -> None:
    keys = ["busy:0", *(f"ideas:{n}" for n in range(5)), "busy:1"]

    assert partitions_to_forget(keys, 7, ()) == ()
    assert partitions_to_forget(keys, 5, ()) == ("busy:0", "ideas:0")
    assert partitions_to_forget(keys, 5, ("busy",)) == ("ideas:0", "ideas:1")
    assert partitions_to_forget(keys, 1, ("busy",)) == tuple(f"ideas:{n}" for n in range(5))


def test_a_run_that_has_planned_stays_as_long_as_one_of_those_that_it_has_planned_for() -> None:
    planner = replace(LONG_AGO, run_id="plan")
    shards = [replace(LONG_AGO, run_id=name, whole_sheet=False, planned_by="plan") for name in ("first", "second")]

    assert deleted(planner, *shards, holding=("second",)) == ["first"]
    assert thinned(planner, *shards, holding=("second",)) == ["plan", "second"]
    assert deleted(planner, *shards) == ["plan", "first", "second"]
