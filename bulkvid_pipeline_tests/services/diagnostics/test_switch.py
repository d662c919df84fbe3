"""Turning diagnostics on and off, for all processes of an instance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.diagnostics.switch import OFF, disable, enable, state
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

QUIET = Settings(batch_debug=False)
NOON = 1_700_000_000.0


def test_they_are_off_until_somebody_turns_them_on(workplace: Workplace) -> None:
    assert state(workplace.instance, QUIET) == OFF


@ON_BOTH_DATABASES
def test_what_one_process_turns_on_is_on_for_those_that_look_at_the_database(workplace: Workplace) -> None:
    told = enable(workplace.instance, 30, now=NOON)
    assert state(workplace.instance, QUIET, now=NOON + 1) == told
    assert (told.since, told.until) == (NOON, NOON + 1800)
    disable(workplace.instance)
    assert state(workplace.instance, QUIET, now=NOON + 2) == OFF


def test_they_end_by_themselves_when_their_time_is_over(workplace: Workplace) -> None:
    enable(workplace.instance, 5, now=NOON)
    assert state(workplace.instance, QUIET, now=NOON + 299.9).enabled
    assert state(workplace.instance, QUIET, now=NOON + 300) == OFF


def test_the_last_word_counts_however_often_they_are_turned_on_or_off(workplace: Workplace) -> None:
    enable(workplace.instance, 600, now=NOON)
    enable(workplace.instance, 1, "job_1", now=NOON)
    assert state(workplace.instance, QUIET, now=NOON).job_id == "job_1"
    assert state(workplace.instance, QUIET, now=NOON + 61) == OFF
    disable(workplace.instance)
    disable(workplace.instance)
    assert state(workplace.instance, QUIET, now=NOON) == OFF


def test_many_who_turn_them_on_at_once_do_not_wait_for_each_other_for_ever(workplace: Workplace) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda minutes: enable(workplace.instance, minutes, now=NOON), range(1, 17)))
    assert state(workplace.instance, QUIET, now=NOON) in told


@pytest.mark.parametrize("minutes", [0, 0.99, -5, 1441, float("nan"), float("inf"), True])
def test_a_duration_out_of_bounds_is_refused_and_changes_nothing(workplace: Workplace, minutes: float) -> None:
    with pytest.raises(InvalidRequestError) as refused:
        enable(workplace.instance, minutes)
    assert refused.value.field == "duration_minutes"
    assert state(workplace.instance, QUIET) == OFF


@pytest.mark.parametrize("minutes", [1, 1440])
def test_the_shortest_and_the_longest_duration_are_accepted(workplace: Workplace, minutes: int) -> None:
    assert enable(workplace.instance, minutes, now=NOON).until == NOON + minutes * 60


def test_the_environment_turns_them_on_for_the_process_whatever_the_database_says(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("BULKVID_BATCH_DEBUG", "true")
    disable(workplace.instance)
    now = state(workplace.instance, Settings())
    assert (now.enabled, now.by_environment, now.until) == (True, True, None)


def test_where_one_job_is_named_the_others_are_not_recorded(workplace: Workplace) -> None:
    one = enable(workplace.instance, 30, "job_1")
    assert one.records("job_1")
    assert not one.records("job_2")
    assert enable(workplace.instance, 30).records("job_2")
    assert not OFF.records("job_1")
