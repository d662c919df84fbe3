"""Turning diagnostics on and off, for all processes of an instance."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.diagnostics import switch
from bulkvid_pipeline.services.diagnostics.switch import MOST_JOBS, OFF, disable, enable, state
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
    enable(workplace.instance, 1, now=NOON)
    assert state(workplace.instance, QUIET, now=NOON + 59).enabled
    assert state(workplace.instance, QUIET, now=NOON + 61) == OFF
    disable(workplace.instance)
    disable(workplace.instance)
    assert state(workplace.instance, QUIET, now=NOON) == OFF


def test_many_who_turn_them_on_at_once_do_not_wait_for_each_other_for_ever(workplace: Workplace) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = list(pool.map(lambda minutes: enable(workplace.instance, minutes, now=NOON), range(1, 17)))
    assert state(workplace.instance, QUIET, now=NOON) in told


@ON_BOTH_DATABASES
def test_jobs_that_are_named_at_once_are_all_recorded(workplace: Workplace) -> None:
    names = [f"job_{number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: enable(workplace.instance, 5, name, now=NOON), names))
    now = state(workplace.instance, QUIET, now=NOON + 1)
    assert set(now.only) == set(names)
    assert all(map(now.records, names))
    assert not now.records("job_other")


def test_named_jobs_and_all_jobs_have_terms_of_their_own(workplace: Workplace) -> None:
    enable(workplace.instance, 1, "job_1", now=NOON)
    enable(workplace.instance, 5, "job_2", now=NOON)
    enable(workplace.instance, 3, now=NOON + 30)
    assert state(workplace.instance, QUIET, now=NOON + 70).records("job_1"), "all are recorded"
    later = state(workplace.instance, QUIET, now=NOON + 240)
    assert (later.only, later.until) == (("job_2",), NOON + 300)
    assert state(workplace.instance, QUIET, now=NOON + 301) == OFF
    disable(workplace.instance)
    assert state(workplace.instance, QUIET, now=NOON) == OFF


def test_what_is_over_is_forgotten_and_there_are_never_too_many(workplace: Workplace) -> None:
    for number in range(MOST_JOBS):
        enable(workplace.instance, 1, f"job_{number}", now=NOON)
    with pytest.raises(InvalidRequestError, match="one by one"):
        enable(workplace.instance, 1, "job_more", now=NOON + 1)
    assert enable(workplace.instance, 1, "job_more", now=NOON + 61).only == ("job_more",)


def test_a_record_that_another_version_wrote_counts_as_off(workplace: Workplace) -> None:
    enable(workplace.instance, 30)
    table = switch._table(workplace.instance)
    table.swap(switch._KEY, table.read(switch._KEY) or "", '{"since": 1, "until": "never", "all_jobs": 7}')
    assert state(workplace.instance, QUIET) == OFF
    assert enable(workplace.instance, 30).enabled


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
