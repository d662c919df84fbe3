"""Clocks that jump while a job runs."""

from __future__ import annotations

import pytest

from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]
DAY = 86_400.0


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["forward", "back"])
def test_a_clock_that_jumps_in_mid_job_changes_nothing(place: Installation, seconds: float) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    job = place.start_job(sheet, strike=Strike("during render", Deed.JUMP, nth=4, seconds=seconds))

    assert job.wait() == 0, job.output
    check(place, place.job().job_id, completed=TITLES, faults=0)


@pytest.mark.parametrize("seconds", [DAY, -DAY], ids=["ahead", "behind"])
def test_a_job_whose_clock_is_wrong_is_not_taken_for_dead_by_the_next(place: Installation, seconds: float) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    first = place.start_job(sheet, strike=Strike("reading the sheet", Deed.JUMP, seconds=seconds))
    held = place.start_job(place.sheet([idea("Other")], "other.csv"), strike=Strike("reading the sheet", Deed.HOLD))
    held.wait_for_strike()
    third = place.start_job(place.folder / "other.csv")
    held.let_go()

    assert [job.wait() for job in (first, held, third)] == [0, 0, 0], first.output + held.output + third.output
