"""kill -9 of a job at every edge, then one retry."""

from __future__ import annotations

import signal

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Strike
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]
STRIKES = [
    Strike("reading the sheet"),
    Strike("judging the sheet"),
    Strike("looking for what is published"),
    Strike("before render", nth=3),
    Strike("during render", nth=12),
    Strike("after render", nth=2),
    Strike("during upload", nth=7),
    Strike("before the document", nth=2),
    Strike("after upload", nth=2),
    Strike("before materialisation", nth=3),
    Strike("before the report"),
    Strike("during the report"),
    Strike("before the state"),
    Strike("after the state"),
]


@pytest.mark.parametrize("strike", STRIKES, ids=lambda strike: strike.edge.replace(" ", "_"))
def test_a_killed_job_is_finished_by_one_retry(place: Installation, strike: Strike) -> None:
    first = place.start_job(place.sheet([idea(title) for title in TITLES]), strike=strike)
    assert first.wait() == -signal.SIGKILL, first.output
    before = place.published()

    place.retry(place.job().job_id)

    job = place.job()
    assert job.state is JobState.COMPLETED
    assert place.published() >= before
    check(place, job.job_id, completed=TITLES)
