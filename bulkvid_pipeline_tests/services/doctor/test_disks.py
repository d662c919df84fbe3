from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkvid_pipeline.services.doctor import disks
from bulkvid_pipeline_tests.services.doctor.conftest import Look


def test_disks_with_room_are_well_and_nothing_is_made(look: Look, folder: Path) -> None:
    work = look("work-disk", BULKVID_WORK_DIR=str(folder / "work"), BULKVID_WORKERS="2")

    assert work.status == "ok"
    assert "room for the 2 rows" in work.found
    home = look("home-disk", DAGSTER_HOME=str(folder / "home"))
    assert home.status == "ok"
    assert "the first job makes this folder" in home.found
    assert list(folder.iterdir()) == []


def test_a_work_disk_without_room_is_broken(look: Look, mounted: Callable[[str], Path]) -> None:
    told = look("work-disk", BULKVID_WORK_DIR=str(mounted("size=2m")))

    assert told.status == "broken"
    assert "BULKVID_WORK_DIR" in str(told.mend)


def test_a_work_disk_for_fewer_rows_than_workers_is_a_warning(look: Look, mounted: Callable[[str], Path]) -> None:
    told = look("work-disk", BULKVID_WORK_DIR=str(mounted("size=600m")), BULKVID_WORKERS="8")

    assert told.status == "warning"
    assert "room for 2 rows at once of the 8 wanted" in told.found


def test_disks_that_cannot_be_written_are_broken(look: Look, mounted: Callable[[str], Path]) -> None:
    closed = mounted("size=1m,ro")

    assert look("work-disk", BULKVID_WORK_DIR=str(closed)).status == "broken"
    told = look("home-disk", DAGSTER_HOME=str(closed / "home"))
    assert told.status == "broken"
    assert "DAGSTER_HOME" in told.found


def test_a_home_with_little_room_is_a_warning(look: Look, mounted: Callable[[str], Path]) -> None:
    assert look("home-disk", DAGSTER_HOME=str(mounted("size=2m"))).status == "warning"


def test_too_few_open_files_are_a_warning(look: Look) -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(400, before[0]), before[1]))
        told = look("open-files", BULKVID_WORKERS="64")
        assert told.status == "warning"
        assert "ulimit -n" in str(told.mend)
        assert look("open-files", BULKVID_WORKERS="2").status == "ok"
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)


def test_more_workers_than_memory_are_a_warning(look: Look) -> None:
    assert look("memory", BULKVID_WORKERS="1").status == "ok"
    told = look("memory", BULKVID_WORKERS="256")
    assert told.status == "warning"
    assert "BULKVID_WORKERS" in str(told.mend)


def test_a_containers_memory_counts(look: Look, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "memory.max").write_text("700000000\n")
    (folder / "memory.current").write_text("100000000\n")
    memory = disks.memory
    small = memory(folder)
    monkeypatch.setattr(disks, "memory", lambda: small)

    assert small == (700_000_000, 600_000_000)
    assert "not even one" in look("memory", BULKVID_WORKERS="1").found
    (folder / "memory.max").write_text("max\n")
    assert memory(folder)[0] > 700_000_000


def test_a_home_that_is_a_file_is_broken_and_no_job_is_said_to_make_it(look: Look, folder: Path) -> None:
    (folder / "home").touch()

    told = look("home-disk", DAGSTER_HOME=str(folder / "home"))

    assert (told.status, told.found) == ("broken", f"{folder}/home is a file")
    assert "the first job" not in look("database").found
