"""Cancel in each stage of a job, then the same sheet once more."""

from __future__ import annotations

import time

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.batch.run_control import LOOK_EVERY_S
from bulkvid_pipeline_tests.faults.history import check, check_objects
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]
STRIKES = [
    Strike("reading the sheet", Deed.HOLD),
    Strike("looking for what is published", Deed.HOLD),
    Strike("during render", Deed.HOLD, nth=3),
    Strike("render ended", Deed.HOLD),
    Strike("during upload", Deed.HOLD, nth=3),
    Strike("before materialisation", Deed.HOLD),
]


def cancelled(place: Installation, strike: Strike) -> JobState:
    """Run a job, cancel it at the edge, and wait until it has ended."""
    job = place.start_job(place.sheet([idea(title) for title in TITLES]), strike=strike)
    job.wait_for_strike()
    order = place.start("jobs", "cancel", place.job().job_id)
    assert order.wait() == 0, order.output
    # A job looks for wishes every so often; let go at once, its last row could end before it has seen the cancel.
    time.sleep(LOOK_EVERY_S + 0.5)
    job.let_go()
    job.wait()
    assert place.processes() == []
    return place.job().state


@pytest.mark.parametrize("strike", STRIKES, ids=lambda strike: strike.edge.replace(" ", "_"))
def test_a_job_cancelled_at_any_stage_stops_and_the_next_one_finishes_its_rows(
    place: Installation, strike: Strike
) -> None:
    assert cancelled(place, strike) is JobState.CANCELED

    again = place.start_job(place.folder / "ideas.csv")
    assert again.wait() == 0, again.output

    check(place, place.jobs()[-1].job_id, completed=TITLES)


def test_a_cancel_that_comes_when_all_rows_are_done_changes_nothing(place: Installation) -> None:
    assert cancelled(place, Strike("during the report", Deed.HOLD)) is JobState.COMPLETED

    check_objects(place, TITLES)
