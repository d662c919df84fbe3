from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from bulkvid_pipeline_tests.services.doctor.conftest import Look, spec_of


def everything_in(folder: Path) -> set[Path]:
    return set(folder.rglob("*"))


def test_a_folder_is_written_and_nothing_of_it_stays(look: Look, folder: Path) -> None:
    (folder / "videos").mkdir()
    before = everything_in(folder)

    told = look("storage", BULKVID_OUTPUT_URL=f"file://{folder}/videos")

    assert told.status == "ok"
    assert f"{folder}/videos: written, read and deleted" in told.found
    assert "free" in told.found
    assert everything_in(folder) == before
    assert look("links").status == "skipped"


def test_a_folder_that_does_not_exist_is_not_made(look: Look, folder: Path) -> None:
    told = look("storage", BULKVID_OUTPUT_URL=f"file://{folder}/a/b")

    assert told.status == "ok"
    assert "the first job makes this folder" in told.found
    assert everything_in(folder) == set()


def test_the_output_of_the_job_that_is_asked_about_counts(look: Look, folder: Path) -> None:
    spec = spec_of("ideas.csv")
    output = spec.output.model_copy(update={"output_bucket": f"file://{folder}/mine"})

    assert f"{folder}/mine" in look("storage", spec=spec.model_copy(update={"output": output})).found


def test_a_file_in_the_way_is_broken(look: Look, folder: Path) -> None:
    (folder / "videos").write_text("")

    for place in ("videos", "videos/below"):
        told = look("storage", BULKVID_OUTPUT_URL=f"file://{folder}/{place}")
        assert told.status == "broken"
        assert told.mend


def test_a_place_that_means_nothing_is_broken(look: Look) -> None:
    assert look("storage", BULKVID_OUTPUT_URL="s3://Bad_Bucket!").status == "broken"


def test_an_output_that_is_read_only_is_broken(look: Look, mounted: Callable[[str], Path]) -> None:
    told = look("storage", BULKVID_OUTPUT_URL=f"file://{mounted('size=1m,ro')}")

    assert told.status == "broken"
    assert "Read-only" in told.found
    assert "read-only" in str(told.mend)


def test_a_full_disk_is_broken_and_a_small_one_a_warning(look: Look, mounted: Callable[[str], Path]) -> None:
    disk = mounted("size=1m")

    told = look("storage", BULKVID_OUTPUT_URL=f"file://{disk}")
    assert told.status == "warning"
    assert "good for about 0 rows" in told.found
    fill(disk)
    told = look("storage")
    assert told.status == "broken"
    assert "No space left" in told.found


def fill(disk: Path) -> None:
    room = shutil.disk_usage(disk).free
    (disk / "filler").write_bytes(bytes(room))
