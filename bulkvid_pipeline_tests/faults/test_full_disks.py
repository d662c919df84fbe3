"""Disks that are full: where videos go, where they are made, and where Dagster keeps its books."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Callable

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline_tests.faults.conftest import SmallDisk
from bulkvid_pipeline_tests.faults.history import check
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.faults.observed import Deed, Strike
from bulkvid_pipeline_tests.faults.stored import FolderObjects
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.faults

TITLES = [f"Row {n}" for n in range(3)]


def test_a_full_output_disk_stops_the_job_and_a_retry_finishes_it(
    place: Installation, small_disk: Callable[[int], SmallDisk]
) -> None:
    disk = small_disk(300)
    place.environment["BULKVID_OUTPUT_URL"] = f"file://{disk.folder}/output"
    place.objects = FolderObjects(disk.folder / "output")
    job = place.start_job(place.sheet([idea(title) for title in TITLES]))
    assert job.wait() > 0, job.output
    assert "Insufficient storage quota" in job.output
    assert place.job().state is JobState.FAILED

    disk.grow()
    place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)


@pytest.mark.parametrize("renderer", ["event", "graph"])
def test_a_full_work_disk_stops_the_job_and_a_retry_finishes_it(
    place: Installation, small_disk: Callable[[int], SmallDisk], renderer: str
) -> None:
    disk = small_disk(100)
    place.environment |= {"BULKVID_WORK_DIR": str(disk.folder), "BULKVID_RENDERER": renderer}
    job = place.start_job(place.sheet([idea(title) for title in TITLES]))
    assert job.wait() == 1, job.output
    assert "the work disk is full: No space left on device" in job.output
    ended = place.job()
    assert ended.state is JobState.FAILED
    assert ended.items["pending"] >= 1, "every row met the same full disk"

    disk.grow()
    place.retry(ended.job_id)

    check(place, ended.job_id, completed=TITLES)


def test_a_job_that_a_full_disk_stopped_in_the_middle_says_that_it_failed_and_how_to_go_on(
    place: Installation, small_disk: Callable[[int], SmallDisk]
) -> None:
    disk = small_disk(8192)
    place.environment["BULKVID_WORK_DIR"] = str(disk.folder)
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("before render", Deed.HOLD, nth=3)
    )
    job.wait_for_strike()
    wait_until(lambda: bool(place.published()))
    filler = disk.folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    job.let_go()

    assert job.wait() == 1, job.output
    assert "The job failed:" in job.output
    assert f"bulkvid jobs retry {place.job().job_id}" in job.output

    filler.unlink()
    place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)


def test_a_full_cache_costs_a_warning_and_no_row(place: Installation, small_disk: Callable[[int], SmallDisk]) -> None:
    place.environment["BULKVID_CACHE_DIR"] = str(small_disk(32).folder)
    job = place.start_job(place.sheet([idea(title) for title in TITLES]))

    assert job.wait() == 0, job.output
    check(place, place.job().job_id, completed=TITLES, faults=0)


def test_a_job_whose_books_cannot_be_kept_is_finished_by_one_retry(
    place: Installation, small_disk: Callable[[int], SmallDisk]
) -> None:
    disk = small_disk(8192)
    shutil.copytree(place.home, disk.folder / "home")
    shutil.rmtree(place.home)
    place.home.symlink_to(disk.folder / "home")
    job = place.start_job(
        place.sheet([idea(title) for title in TITLES]), strike=Strike("after render", Deed.HOLD, nth=2)
    )
    job.wait_for_strike()
    filler = disk.folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    job.let_go()
    job.wait()

    filler.unlink()
    if place.job().state is not JobState.COMPLETED:
        place.retry(place.job().job_id)

    check(place, place.job().job_id, completed=TITLES)
