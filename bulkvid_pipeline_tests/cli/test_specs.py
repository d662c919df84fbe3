"""From what people type to the spec of a job."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bulkvid_pipeline.cli.specs import spec_from
from bulkvid_pipeline.core.errors import InvalidSheetError, InvalidSpecError
from bulkvid_pipeline.core.options import Priority, Style, Voice

SHEET_ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


def test_a_path_becomes_absolute_so_that_the_job_can_be_run_again_from_anywhere(folder: Path) -> None:
    assert spec_from("ideas.csv", {}).input_source.path == str(folder / "ideas.csv")
    assert spec_from("~/ideas.csv", {}).input_source.path == str(Path.home() / "ideas.csv")


def test_a_file_url_is_the_file_that_it_names(folder: Path) -> None:
    assert spec_from(f"file://{folder}/my%20ideas.csv", {}).input_source.path == f"{folder}/my ideas.csv"


@pytest.mark.parametrize("sheet", [SHEET_ID, f"https://docs.google.com/spreadsheets/d/{SHEET_ID}/edit"])
def test_an_id_and_a_link_are_the_google_sheet(sheet: str) -> None:
    assert spec_from(sheet, {}).input_source.sheet_id == SHEET_ID


@pytest.mark.parametrize("sheet", ["https://example.com/ideas.csv", "s3://bucket/ideas.csv", "ftp://host/x"])
def test_another_address_is_no_sheet(sheet: str) -> None:
    with pytest.raises(InvalidSheetError, match="neither a file nor a link"):
        spec_from(sheet, {})


@pytest.mark.parametrize("ending", ["yaml", "yml", "json", "YAML"])
def test_a_spec_file_is_a_whole_job_and_options_stand_above_it(folder: Path, ending: str) -> None:
    document = {
        "title": "Spring",
        "priority": "low",
        "input_source": {"path": "sheets/ideas.csv"},
        "template": {"overrides": {"style": "minimal", "voice": "male"}},
    }
    (folder / f"job.{ending}").write_text(json.dumps(document))

    spec = spec_from(f"job.{ending}", {"priority": "urgent", "template": {"overrides": {"voice": "female"}}})

    assert spec.title == "Spring"
    assert spec.priority is Priority.URGENT
    assert spec.template.overrides.style is Style.MINIMAL
    assert spec.template.overrides.voice is Voice.FEMALE
    assert spec.input_source.path == str(folder / "sheets" / "ideas.csv")


def test_a_saved_job_may_be_launched_by_hand(folder: Path) -> None:
    (folder / "saved.yaml").write_text('input_source: {path: a.csv}\nwatch: true\nschedule: "0 9 * * *"\n')

    assert spec_from("saved.yaml", {}).input_source.path == str(folder / "a.csv")


def test_what_is_wrong_in_an_option_is_named_by_its_field() -> None:
    with pytest.raises(InvalidSpecError, match="priority"):
        spec_from("ideas.csv", {"priority": "asap"})
