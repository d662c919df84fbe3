"""What validation decides over the sheet as a whole: names of files that would be the same, and the template's look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core.options import Platform, ValidationLevel
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES, Template, parse_template
from bulkvid_pipeline.services.sheets import speech_lengths
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.narration_checks import script_length
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_at_levels, validate_sheet
from bulkvid_pipeline.settings import Settings


def validated(folder: Path, *rows: str, template: Template | None = None) -> ValidatedSheet:
    path = folder / "ideas.csv"
    path.write_text("\n".join(["id,idea_title,script_content,style_override", *rows]), encoding="utf-8")
    spec = BulkJobSpec.for_input(str(path))
    return validate_sheet(
        load_sheet(spec.input_source, Settings(), spec.project_id),
        spec,
        template or BUILT_IN_TEMPLATES["default_template"],
    )


def names(sheet: ValidatedSheet) -> list[str]:
    return [plan.file_name(Platform.YOUTUBE, ".mp4") for plan in sheet.plans]


def test_rows_of_one_title_get_files_of_different_names_and_others_plain_ones(tmp_path: Path) -> None:
    sheet = validated(tmp_path, "17,Tea!,Fill it.,", "18,Tea?,Set it.,", "19,Coffee,Grind it.,")
    assert names(sheet) == ["tea-17-youtube.mp4", "tea-18-youtube.mp4", "coffee-youtube.mp4"]


def test_a_row_that_is_rejected_now_may_be_made_later_and_so_counts(tmp_path: Path) -> None:
    sheet = validated(tmp_path, "17,Tea,Fill it.,", "18,Tea,,")
    assert names(sheet) == ["tea-17-youtube.mp4"]


def test_another_row_of_the_same_title_is_no_reason_to_make_a_video_again(tmp_path: Path) -> None:
    (alone,) = validated(tmp_path, "17,Tea,Fill it.,").plans
    with_another = validated(tmp_path, "17,Tea,Fill it.,", "18,Tea,Set it.,").plans[0]
    assert (alone.name_is_shared, with_another.name_is_shared) == (False, True)
    assert alone.fingerprint("e") == with_another.fingerprint("e")


def test_a_colour_that_cannot_be_shown_as_given_is_a_finding_for_each_style_of_the_sheet(tmp_path: Path) -> None:
    brand = parse_template(
        {"settings": {"style": {"base": "minimal", "colors": ["#F5E960"]}}}, template_id="brand"
    )  # fmt: skip
    sheet = validated(tmp_path, "17,Tea,Fill it.,", "18,Coffee,Grind it.,classic", template=brand)
    found = [finding for finding in sheet.report.findings if finding.code == "TEMPLATE_ADJUSTED"]
    assert [str(finding).split(":")[1] for finding in found] == [
        " Template 'brand' in style classic", " Template 'brand' in style minimal",
    ]  # fmt: skip
    assert all("accent #F5E960 is too light" in finding.problem for finding in found)
    assert len(sheet.plans) == 2


def test_at_all_levels_each_script_is_measured_once_and_judged_as_at_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spoken: list[str] = []

    def script_length_of(plan: Any, *means: Any) -> Any:
        spoken.append(plan.script)
        return script_length(plan, *means)

    monkeypatch.setattr(speech_lengths, "script_length", script_length_of)
    path = tmp_path / "ideas.csv"
    path.write_text("idea_title,script_content,length\nTea,Fill the kettle.,20\nCoffee,Grind it.,\n", encoding="utf-8")
    spec = BulkJobSpec.for_input(str(path), validation_level="permissive")
    sheet = load_sheet(spec.input_source, Settings(), spec.project_id)

    found = validate_at_levels(sheet, spec, Settings())

    assert sorted(spoken) == ["Fill the kettle.", "Grind it."]
    alone = validate_sheet(sheet, spec, BUILT_IN_TEMPLATES["default_template"])
    assert found[ValidationLevel.PERMISSIVE].report == alone.report
    assert found[ValidationLevel.PERMISSIVE].seconds == alone.seconds
