"""`bulkvid validate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.cli.conftest import Command

MIXED = (
    "idea_title,script_content,voice_preference\nOne,Turn off the tap. Save the water.,female\n,No title here.,female\n"
)


@pytest.fixture
def mixed(folder: Path) -> Path:
    """A sheet with one good row and one without a title."""
    (folder / "mixed.csv").write_text(MIXED)
    return folder / "mixed.csv"


def test_a_good_sheet_is_said_to_be_good(bulkvid: Command, folder: Path) -> None:
    (folder / "good.csv").write_text("idea_title,script_content\nOne,Turn off the tap. Save the water.\n")

    said = bulkvid("validate", "good.csv")

    assert said.code == 0
    assert "1 rows accepted, 0 rejected" in said.out
    assert "the job would render the accepted rows" in said.out


def test_a_faulty_row_is_named_by_its_cell_and_what_to_do(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("validate", mixed.name)

    assert said.code == 3
    (line,) = [line for line in said.out.splitlines() if line.startswith("error")]
    assert "A3" in line
    assert "idea_title" in line
    assert "1 rows accepted, 1 rejected" in said.out


def test_the_level_decides_what_becomes_of_it(bulkvid: Command, mixed: Path) -> None:
    assert bulkvid("validate", mixed.name, "--level", "moderate").code == 3

    strict = bulkvid("validate", mixed.name, "--level", "strict")

    assert strict.code == 2
    assert "at level strict: the job would not run" in strict.out


def test_programs_get_the_whole_report(bulkvid: Command, mixed: Path) -> None:
    said = bulkvid("validate", mixed.name, "--json")

    report = json.loads(said.out)
    assert said.code == 3
    assert report["rows"]["accepted"] == 1
    assert report["rows"]["rejected"] == 1
    assert [finding["cell"] for finding in report["findings"] if finding["severity"] == "error"] == ["A3"]


def test_validating_leaves_nothing_behind(bulkvid: Command, mixed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(mixed.parent / "home"))
    bulkvid("validate", mixed.name)

    assert not (mixed.parent / "home").exists()
    assert not (mixed.parent / "output").exists()
