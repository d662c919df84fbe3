"""Sheets that cannot be read when the job needs them."""

from __future__ import annotations

import signal
from collections.abc import Callable

import pytest

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Strike
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]

PASSING: dict[str, Callable[[GooglePeer], None]] = {
    "unavailable": lambda google: google.fail_next(503, times=2),
    "too_many_requests": lambda google: google.fail_next(429, retry_after="1"),
    "reset": lambda google: google.reset_next(times=2),
    "cut": lambda google: google.cut_next(times=1),
}


def shared_sheet(place: Installation, google: GooglePeer) -> str:
    rows = [idea(title) for title in TITLES]
    cells = [list(COLUMNS), *([row.get(column, "") for column in COLUMNS] for row in rows)]
    return google.add_sheet(cells, shared_with=[place.environment["GOOGLE_ACCOUNT"]])


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_a_sheet_that_cannot_be_read_for_a_moment_is_read_again(
    place: Installation, google: GooglePeer, fault: Callable[[GooglePeer], None]
) -> None:
    sheet = shared_sheet(place, google)
    fault(google)
    job = place.start_job(sheet)

    assert job.wait() == 0, job.output
    assert google.count("sheets.values") <= 2
    check(place, place.job().job_id, completed=TITLES, faults=0)


def test_a_sheet_that_is_gone_at_the_retry_fails_it_and_nothing_is_lost(place: Installation) -> None:
    sheet = place.sheet([idea(title) for title in TITLES])
    first = place.start_job(sheet, strike=Strike("after upload", nth=2))
    assert first.wait() == -signal.SIGKILL
    job_id = place.job().job_id
    elsewhere = sheet.rename(sheet.with_suffix(".away"))

    again = place.start("jobs", "retry", job_id, "--plain")
    assert again.wait() == 1, again.output
    assert "ideas.csv" in again.output
    assert place.job().state is JobState.FAILED

    elsewhere.rename(sheet)
    place.retry(job_id)

    check(place, job_id, completed=TITLES)


def test_a_sheet_that_is_no_longer_shared_says_so_at_the_retry(place: Installation, google: GooglePeer) -> None:
    sheet = shared_sheet(place, google)
    first = place.start_job(sheet, strike=Strike("after upload", nth=2))
    assert first.wait() == -signal.SIGKILL, first.output
    job_id = place.job().job_id
    google.workbook(sheet)
    google.revoke_sharing(sheet)

    again = place.start("jobs", "retry", job_id, "--plain")

    assert again.wait() == 1, again.output
    assert "Share the sheet" in again.output
    assert place.job().state is JobState.FAILED
