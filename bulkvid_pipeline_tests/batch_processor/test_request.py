from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.batch_processor import JobPriority, SheetFormat, ValidationLevel
from bulkvid_pipeline.batch_processor.request import changed, spec_of_request
from bulkvid_pipeline.core.errors import InvalidRequestError, InvalidSheetError, InvalidSpecError

SHEET = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


def test_what_is_not_said_is_left_to_the_defaults() -> None:
    spec = spec_of_request(SHEET, user_id="user123", project_id=None, column_range=None)

    assert (spec.input_source.sheet_id, spec.user_id, spec.priority) == (SHEET, "user123", JobPriority.NORMAL)
    assert spec.project_id == "default"


def test_a_link_names_the_sheet_and_its_tab() -> None:
    spec = spec_of_request(f"https://docs.google.com/spreadsheets/d/{SHEET}/edit#gid=7", user_id="u")

    assert (spec.input_source.sheet_id, spec.input_source.gid) == (SHEET, 7)


def test_a_file_is_found_from_anywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("ideas.csv").write_text("idea_title\nTea\n")

    paths = {
        spec_of_request(name, user_id="u").input_source.path
        for name in ("ideas.csv", Path("ideas.csv"), (tmp_path / "ideas.csv").as_uri())
    }

    assert paths == {str(tmp_path / "ideas.csv")}


def test_a_file_that_is_not_there_is_said_at_once() -> None:
    with pytest.raises(InvalidSheetError, match=r"'no/such.csv' not found"):
        spec_of_request("no/such.csv", user_id="u")


def test_choices_come_in_the_words_of_scripts() -> None:
    spec = spec_of_request(
        SHEET,
        user_id="u",
        priority="urgent",
        column_range="A1:J100",
        sheet_format=SheetFormat.POSITIONAL,
        output="my-videos",
        template="corporate",
    )

    assert (spec.priority, spec.input_source.range) == (JobPriority.URGENT, "A1:J100")
    assert (spec.input_source.format, spec.output.output_bucket) == (SheetFormat.POSITIONAL, "my-videos")
    assert spec.template.template_id == "corporate"


def test_a_job_can_be_processed_otherwise_than_it_was_created() -> None:
    spec = spec_of_request(SHEET, user_id="u", column_range="A1:C3")

    other = changed(spec, validation_level=ValidationLevel.STRICT, column_range="A1:D9", sheet_format=None)

    assert (other.validation_level, other.input_source.range) == (ValidationLevel.STRICT, "A1:D9")
    assert other.input_source.sheet_id == SHEET
    assert changed(spec, validation_level=None) is spec


@pytest.mark.parametrize(
    "wrong",
    [{"priority": "soon"}, {"user_id": ""}, {"user_id": None}, {"column_range": "?"}, {"output": {"resolution": "9p"}}],
)
def test_what_is_wrong_is_named(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequestError) as caught:
        spec_of_request(SHEET, **{"user_id": "u", **wrong})  # type: ignore[arg-type]
    assert caught.value.fix or isinstance(caught.value, InvalidSpecError)
