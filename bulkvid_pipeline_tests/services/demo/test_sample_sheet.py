"""The sheets that a newcomer is given are read by us without a word of blame."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from bulkvid_pipeline.core.errors import InvalidSettingsError
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.demo.demo_sheet import demo_job, demo_sheet
from bulkvid_pipeline.services.demo.sample_sheet import (
    LISTED,
    SAMPLE_COLUMNS,
    SAMPLE_ROWS,
    copy_link,
    sample_csv,
    sample_xlsx,
)
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.settings import Settings

REPOSITORY = Path(__file__).parents[3]


def validated(folder: Path, name: str, data: bytes, level: ValidationLevel) -> ValidatedSheet:
    path = folder / name
    path.write_bytes(data)
    spec = BulkJobSpec.for_input(str(path), validation_level=level)
    return validate_for_spec(load_sheet(spec.input_source, Settings(), spec.project_id), spec, Settings())


@pytest.mark.parametrize(("name", "make"), [("ideas.csv", sample_csv), ("ideas.xlsx", sample_xlsx)])
def test_the_sample_passes_at_the_strictest_level_without_a_finding(tmp_path: Path, name: str, make: object) -> None:
    assert callable(make)
    found = validated(tmp_path, name, make(), ValidationLevel.STRICT)

    assert [str(finding) for finding in found.report.findings] == []
    assert [plan.title for plan in found.plans] == [row.cells["idea_title"] for row in SAMPLE_ROWS]


def test_both_samples_hold_the_same_cells(tmp_path: Path) -> None:
    tables = []
    for name, data in (("ideas.csv", sample_csv()), ("ideas.xlsx", sample_xlsx())):
        path = tmp_path / name
        path.write_bytes(data)
        spec = BulkJobSpec.for_input(str(path))
        tables.append(load_sheet(spec.input_source, Settings(), spec.project_id).table.frame.to_dict("records"))

    assert tables[0] == tables[1]
    assert len(tables[0]) == len(SAMPLE_ROWS)


def test_the_workbook_explains_its_columns_and_offers_what_cells_may_say() -> None:
    sheet = load_workbook(io.BytesIO(sample_xlsx())).active
    assert sheet is not None
    offered = {
        str(rule.sqref).split(":")[0].rstrip("0123456789"): rule.formula1
        for rule in sheet.data_validations.dataValidation
    }
    letters = {column: column_letter(at - 1) for at, column in enumerate(SAMPLE_COLUMNS, 1)}

    assert all(sheet.cell(1, at).comment for at in range(1, len(SAMPLE_COLUMNS) + 1))
    assert set(offered) == {letters[column] for column in LISTED}
    assert offered[letters["style_override"]] == '"modern,classic,minimal,corporate"'
    assert "Every row needs it." in str(sheet.cell(1, 1).comment)
    assert "numbered list" in str(sheet.cell(3, 1).comment)


def test_the_demo_sheet_is_part_of_the_package_and_the_one_that_the_readme_names(tmp_path: Path) -> None:
    assert demo_sheet() == (REPOSITORY / "samples" / "demo.csv").read_bytes()
    found = validated(tmp_path, "demo.csv", demo_sheet(), ValidationLevel.MODERATE)
    assert (len(found.report.accepted), len(found.report.errors)) == (10, 0)
    assert BulkJobSpec.parse(demo_job("upload_1")).output.resolution == "720p"


@pytest.mark.parametrize(
    "sheet",
    ["1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms",
     "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/edit?usp=sharing#gid=0"],
)  # fmt: skip
def test_a_sheet_of_the_installation_can_be_copied(sheet: str) -> None:
    copied = "https://docs.google.com/spreadsheets/d/1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms/copy"
    assert copy_link(sheet) == copied
    assert copy_link(None) is None


def test_a_setting_that_names_no_sheet_is_told() -> None:
    with pytest.raises(InvalidSettingsError, match="BULKVID_SAMPLE_SHEET_URL"):
        copy_link("https://example.com/evil")
