"""kill -9 of what a job has started: its render workers and their voices."""

from __future__ import annotations

import os
import signal
from collections import Counter

import pytest

from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]
LONG = " ".join(f"Sentence number {n} takes a while to say." for n in range(12))


def renders(place: Installation) -> Counter[str]:
    return Counter(entry.row for entry in place.journal() if entry.what == "render")


def test_rows_whose_workers_are_killed_are_rendered_once_more_in_the_same_run(place: Installation) -> None:
    sheet = place.sheet([idea(title, LONG) for title in TITLES])
    job = place.start_job(sheet, strike=Strike("during render", Deed.HOLD, nth=3))
    job.wait_for_strike()
    workers = place.processes("rendering.worker")
    assert workers
    for pid in workers:
        os.kill(pid, signal.SIGKILL)
    job.let_go()

    assert job.wait() == 0, job.output
    again = [row for row, times in renders(place).items() if times == 2]
    assert 1 <= len(again) <= len(workers)
    check(place, place.job().job_id, completed=TITLES)


def test_a_voice_that_is_killed_is_started_again_and_no_row_notices(place: Installation) -> None:
    sheet = place.sheet([idea(title, LONG) for title in TITLES])
    job = place.start_job(sheet, strike=Strike("render ended", Deed.HOLD, nth=2))
    job.wait_for_strike()
    voices = place.processes("espeak")
    assert voices
    for pid in voices:
        os.kill(pid, signal.SIGKILL)
    job.let_go()

    assert job.wait() == 0, job.output
    assert set(renders(place).values()) == {1}
    check(place, place.job().job_id, completed=TITLES, faults=0)
