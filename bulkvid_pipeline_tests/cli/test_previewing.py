"""`bulkvid templates` and `bulkvid preview`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline_tests.cli.conftest import Command


@pytest.fixture
def templates(folder: Path) -> Path:
    (folder / "templates").mkdir()
    return folder / "templates"


def test_the_templates_that_come_along_are_listed(bulkvid: Command) -> None:
    said = bulkvid("templates")

    assert said.code == 0
    names = {line.split()[0] for line in said.out.splitlines()}
    assert {"default_template", *Style} <= names


def test_a_template_of_ones_own_is_listed_and_a_broken_one_says_so(bulkvid: Command, templates: Path) -> None:
    (templates / "broken.json").write_text("{")

    (line,) = [line for line in bulkvid("templates").out.splitlines() if line.startswith("broken")]

    assert "(broken)" in line


def test_a_template_that_can_be_used_is_said_to(bulkvid: Command) -> None:
    said = bulkvid("templates", "check", "modern")

    assert (said.code, said.out) == (0, "Template 'modern' can be used.\n")


def test_all_that_is_wrong_with_a_template_is_said(bulkvid: Command, templates: Path) -> None:
    file = templates / "loud.json"
    file.write_text(json.dumps({"template_id": "loud", "name": 5, "settings": {"style": {"base": "pop"}}}))

    by_file, by_id = bulkvid("templates", "check", str(file)), bulkvid("templates", "check", "loud")

    assert by_file.code == by_id.code == 2
    assert by_file.out == by_id.out
    assert "settings.style.base" in by_id.out
    assert "name: " in by_id.out


def test_a_row_is_drawn_and_its_files_named(bulkvid: Command, folder: Path) -> None:
    (folder / "a.csv").write_text("idea_title,script_content\nOne,Turn off the tap. Save the water.\n")

    said = bulkvid("preview", "a.csv", "--row", "2")

    assert said.code == 0
    made = [Path(line.split(maxsplit=1)[1]) for line in said.out.splitlines()[1:]]
    assert said.out.startswith("Row 2: One")
    assert len(made) >= 3
    assert all(path.is_file() for path in made)
