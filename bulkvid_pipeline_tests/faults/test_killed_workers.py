"""kill -9 of what a job has started, its render workers and their voices; and of the job, which none may outlive."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from random import Random

import pytest

from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import BULKVID, PATIENCE_S, Installation
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


@pytest.mark.parametrize("moment", [0.0, *(round(Random(8).uniform(0.0, 4.0), 2) for _ in range(5))])
def test_nothing_that_a_job_has_started_outlives_it_by_two_seconds(place: Installation, moment: float) -> None:
    """From the first moment of its first worker on, while that still imports what it needs."""
    sheet = place.sheet([idea(title, LONG) for title in TITLES])
    killer = [sys.executable, "-m", "bulkvid_pipeline_tests.faults.survivors", str(moment)]
    job = [*BULKVID, "run", str(sheet), "-r", "720p", "--plain"]
    environment = {**os.environ, **place.environment}
    done = subprocess.run(
        [*killer, *job], env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S
    )

    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.strip().rpartition("\n")[2])
    assert told["orphans"] >= 1
    assert told["outlived_s"] < 2
