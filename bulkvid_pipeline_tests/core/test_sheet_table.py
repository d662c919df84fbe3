from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import ValidationReport
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.ranges import column_index
from bulkvid_pipeline.core.sheet_table import SheetTable, sheet_table
from bulkvid_pipeline.core.source_notes import CellFault, RecordLength, SourceNotes
from bulkvid_pipeline.core.spec import HiddenRows, SheetFormat
from bulkvid_pipeline.core.validation import validate_table
from bulkvid_pipeline_tests.core.sheets import table

STANDARD, POSITIONAL = SheetFormat.STANDARD, SheetFormat.POSITIONAL
HEADER = ("idea_title", "script_content")


def codes_of(*rows: tuple[str, ...], layout: SheetFormat = STANDARD) -> list[str]:
    return [finding.code for finding in table(*rows, layout=layout).findings]


# Where cells stand


def test_rows_and_letters_are_those_that_the_sheet_shows() -> None:
    found = table(("Title", "Notes", "Script"), ("a", "", "s"), ("b", "", "s"))
    assert list(found.frame.index) == [2, 3]
    assert found.letters == {"idea_title": "A", "script_content": "C"}


def test_a_range_that_begins_at_c5_keeps_the_sheets_own_numbers() -> None:
    found = sheet_table([HEADER, ("a", "s"), ("", ""), ("b", "s")], layout=STANDARD, first_row=5, first_column=2)
    assert list(found.frame.index) == [6, 8]
    assert found.letters == {"idea_title": "C", "script_content": "D"}


def test_the_header_may_stand_below_empty_rows() -> None:
    found = table((), ("", " ", "\u200b"), HEADER, ("a", "s"))
    assert list(found.frame.index) == [4]


def said_of(*rows: tuple[str, ...], notes: SourceNotes | None = None) -> list[str]:
    return [finding.problem for finding in noted(*rows, notes=notes).findings]


def noted(
    *rows: tuple[str, ...], notes: SourceNotes | None = None, hidden_rows: HiddenRows = HiddenRows.SKIP
) -> SheetTable:
    return sheet_table(rows, layout=STANDARD, notes=notes or SourceNotes(), hidden_rows=hidden_rows)


def test_the_header_is_found_below_titles_which_are_told_to_be_left_out() -> None:
    rows = [("Our plans", "2026"), ("Owner: studio",), (), HEADER, ("a", "s")]
    found = table(*rows)
    assert (found.header_row, list(found.frame.index)) == (4, [5])
    assert said_of(*rows) == ["The header was found in row 4; rows 1-2 above it are left out"]
    assert found.findings[0].severity == "info"


def test_a_sheet_without_a_header_in_its_first_rows_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidSheetError, match="in the first 25 rows: the first row holds Our plans, 2026") as refused:
        table(("Our plans", "2026"), *[("x", "y")] * 25, HEADER, ("a", "s"))
    assert "Begin the range with a row that names the columns" in refused.value.fix
    assert "positional" in refused.value.fix


def test_two_tables_under_each_other_are_refused_with_both_headers_named() -> None:
    with pytest.raises(InvalidSheetError, match="Rows 1 and 4 could both be the header") as refused:
        table(HEADER, ("a", "s"), (), ("id", "title", "script"), ("1", "b", "s"))
    assert "--range A1:Z3 or --range A4:Z1000" in refused.value.fix


def test_an_idea_whose_title_is_the_name_of_a_column_is_an_idea() -> None:
    found = table(HEADER, ("Photo", "How to take one."), ("Title", "A belt for the best."))
    assert list(found.frame.index) == [2, 3]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("Title", "Script", "Tone"), "names the columns again"),
        (("(required)", "(the full text)", ""), "explains the columns"),
        (("text", "text", "optional"), "explains the columns"),
        (("e.g. Morning tea", "e.g. Fill the kettle.", ""), "explains the columns"),
        (("Example", "This is an example script.", "calm"), "is an example"),
    ],
)
def test_a_row_that_helps_to_fill_in_the_sheet_is_left_out_and_told(row: tuple[str, ...], said: str) -> None:
    header = (*HEADER, "tone")
    found = table(header, row, ("Tea", "Fill the kettle.", "calm"))
    assert list(found.frame.index) == [3]
    assert [(f.sheet_row, f.problem) for f in found.findings] == [(2, f"Row 2 {said} and is left out")]


@pytest.mark.parametrize(
    "row", [("TOTAL", "", "2"), ("Grand total:", "", ""), ("Summe", "", "12,5"), ("合计", "", "3"), ("", "", "7")]
)
def test_totals_below_the_ideas_are_left_out_and_told(row: tuple[str, ...]) -> None:
    found = table((*HEADER, "duration"), ("Tea", "Fill the kettle.", "12"), row)
    assert list(found.frame.index) == [2]
    assert [f.problem for f in found.findings] == ["Row 3 holds totals and is left out"]


@pytest.mark.parametrize(
    "row", [("Total control", "Say no.", ""), ("Total", "What a total is.", ""), ("7", "Seven.", "")]
)
def test_an_idea_about_totals_is_an_idea(row: tuple[str, ...]) -> None:
    found = table((*HEADER, "duration"), ("Tea", "Fill the kettle.", "12"), row)
    assert list(found.frame.index) == [2, 3]


# What the source knows


def test_hidden_rows_are_left_out_and_told_unless_they_are_asked_for() -> None:
    rows = [HEADER, ("a", "s"), ("b", "s"), ("c", "s")]
    notes = SourceNotes(hidden=frozenset({1, 2}))
    assert list(noted(*rows, notes=notes).frame.index) == [4]
    assert said_of(*rows, notes=notes) == ["2 hidden rows are left out: rows 2-3"]
    assert list(noted(*rows, notes=notes, hidden_rows=HiddenRows.INCLUDE).frame.index) == [2, 3, 4]


def test_a_sheet_whose_rows_are_all_hidden_says_so() -> None:
    with pytest.raises(InvalidSheetError, match="no ideas") as refused:
        noted(HEADER, ("a", "s"), notes=SourceNotes(hidden=frozenset({1})))
    assert "clear the filter" in refused.value.fix


def test_merged_cells_give_their_value_to_each_row_that_has_an_idea() -> None:
    header = (*HEADER, "tone", "platform")
    rows = [header, ("a", "s", "calm", "tiktok"), ("b", "s", "", ""), ("", "", "", ""), ("c", "s", "wild", "")]
    merged = (MergedCells(1, 2, 3, 2), MergedCells(1, 3, 4, 3))
    found = noted(*rows, notes=SourceNotes(merged=merged))
    assert found.frame["tone"].tolist() == ["calm", "calm", "wild"]
    assert found.frame["platform_preferences"].tolist() == ["tiktok"] * 3
    assert list(found.frame.index) == [2, 3, 5]


def test_a_header_of_two_rows_is_read_by_its_lower_one() -> None:
    rows = [("Title", "Script", "Settings", ""), ("", "", "Tone", "Platform"), ("a", "s", "calm", "tiktok")]
    found = noted(*rows, notes=SourceNotes(merged=(MergedCells(0, 0, 1, 0), MergedCells(0, 1, 1, 1))))
    assert found.header_row == 2
    assert (found.frame.at[3, "idea_title"], found.frame.at[3, "tone"]) == ("a", "calm")


def test_a_heading_merged_across_the_sheet_is_no_idea() -> None:
    found = noted(HEADER, ("WEEK 1", ""), ("a", "s"), notes=SourceNotes(merged=(MergedCells(1, 0, 1, 1),)))
    assert list(found.frame.index) == [3]
    assert [f.problem for f in found.findings] == ["Row 2 is a heading across the sheet and is left out"]


def test_a_row_of_a_text_file_that_is_longer_than_the_header_has_its_cause_told() -> None:
    lengths = (RecordLength(2, 2), RecordLength(4, 4), RecordLength(4, 2), RecordLength(2, 2))
    rows = [HEADER, ("a", "Fill", " set", " press"), ("b", "s"), ("c", "s")]
    found = noted(*rows, notes=SourceNotes(lengths=lengths))
    assert list(found.faults) == [2]
    assert found.faults[2][0].problem.startswith("The row has 4 cells, the header 2")


def test_cells_beside_the_header_of_a_workbook_are_notes() -> None:
    assert noted(HEADER, ("a", "s", "ask Ann")).faults == {}


def test_a_cell_that_could_not_be_read_counts_only_in_our_columns() -> None:
    faults = tuple(CellFault(2, column, "p", "f", "UNCALCULATED", "=A1") for column in (1, 2))
    found = noted((*HEADER, "Notes"), ("a", "=A1", "=A1"), notes=SourceNotes(faults=faults))
    assert [(f.cell, f.column) for f in found.faults[2]] == [("B2", "script_content")]


@given(
    st.integers(1, 10**6),
    st.integers(0, 17_000),
    st.lists(st.lists(st.sampled_from(["", " ", "x"]), max_size=5), min_size=1, max_size=8),
)
def test_rows_and_letters_are_right_for_any_corner(first_row: int, first_column: int, body: list[list[str]]) -> None:
    cells = [["script", "", "title"], ["s", "", "t"], *body]
    found = sheet_table(cells, layout=STANDARD, first_row=first_row, first_column=first_column)
    assert column_index(found.letters["script_content"]) == first_column
    assert column_index(found.letters["idea_title"]) == first_column + 2
    for number in found.frame.index:
        row = [*cells[number - first_row], "", "", ""]
        assert str(found.frame.at[number, "script_content"]).strip() == row[0].strip()
        assert str(found.frame.at[number, "idea_title"]).strip() == row[2].strip()
    shown = {first_row + at for at, row in enumerate(cells) if at and any(c.strip() for c in (*row[:1], *row[2:3]))}
    assert set(found.frame.index) == shown


# What is in them


def test_cells_stay_strings() -> None:
    found = table(HEADER, ("007", "1e3"), ("TRUE", "=1+1"))
    assert found.frame["idea_title"].tolist() == ["007", "TRUE"]
    assert found.frame["script_content"].tolist() == ["1e3", "=1+1"]


def test_short_rows_are_filled_up_and_long_ones_cut() -> None:
    found = table(HEADER, ("a",), ("b", "s", "beyond the header"))
    assert found.frame["script_content"].tolist() == ["", "s"]


def test_empty_rows_are_left_out() -> None:
    found = table(HEADER, ("a", "s"), ("", "  "), (), ("\u00a0", "\ufeff"), ("b", "s"))
    assert list(found.frame.index) == [2, 6]


def test_a_row_with_nothing_but_a_ticked_box_is_empty() -> None:
    found = table((*HEADER, "Done?"), ("a", "s", "TRUE"), ("", "", "FALSE"), ("", "", "FALSE"))
    assert list(found.frame.index) == [2]


@pytest.mark.parametrize("rows", [[], [()], [("", " "), ("\t",)], [("\u200b",)]])
def test_a_sheet_without_any_text_is_empty(rows: list[tuple[str, ...]]) -> None:
    with pytest.raises(InvalidSheetError, match="The sheet is empty"):
        table(*rows)


def test_a_header_alone_is_no_idea() -> None:
    with pytest.raises(InvalidSheetError, match="The sheet has no ideas"):
        table(HEADER, ("", ""))


def test_positional_sheets_have_no_header() -> None:
    found = table(("Title", "About", "a", "b", "30", "tiktok", "A script"), layout=POSITIONAL)
    assert list(found.frame.index) == [1]
    assert found.frame.at[1, "script_content"] == "A script"
    assert found.letters["script_content"] == "G"
    assert "voice_preference" not in found.frame


# What is odd about the sheet as a whole


def test_unknown_columns_are_one_warning() -> None:
    found = table((*HEADER, "Notes", "Owner <b>"), ("a", "s", "x", "y"))
    assert [finding.problem for finding in found.findings] == ["Unknown columns are ignored: Notes, Owner <b>"]
    assert found.findings[0].severity == "warning"
    assert found.findings[0].cell == "sheet"
    assert "Notes" not in found.frame


def test_a_column_named_twice_is_a_warning() -> None:
    found = table((*HEADER, "Title"), ("first", "s", "second"))
    assert [finding.problem for finding in found.findings] == ["Column 'Title' stands twice; the first one counts"]
    assert found.frame["idea_title"].tolist() == ["first"]


def test_more_than_a_thousand_rows_are_warned_about() -> None:
    assert codes_of(HEADER, *[("a", "s")] * 1000) == []
    assert codes_of(HEADER, *[("a", "s")] * 1001) == ["MANY_ROWS"]


def test_a_header_in_a_positional_sheet_is_warned_about() -> None:
    assert codes_of(COLUMNS, ("a",), layout=POSITIONAL) == ["HEADER_IN_POSITIONAL"]


def test_columns_after_the_tenth_of_a_positional_sheet_are_one_warning() -> None:
    assert codes_of(("a",) * 10, layout=POSITIONAL) == []
    assert codes_of(("a",) * 12, ("b",) * 11, layout=POSITIONAL) == ["UNKNOWN_COLUMN"]


# What becomes of rows that could not be read


def validated(level: ValidationLevel, column: int | None) -> ValidationReport:
    rows = [(*HEADER, "tone", "style"), ("a", "Say it.", "calm", "=A1"), ("b", "Say more.", "calm", "modern")]
    fault = CellFault(2, column, "Holds a formula whose result was never saved", "Save it", "UNCALCULATED", "=A1")
    _ideas, report = validate_table(noted(*rows, notes=SourceNotes(faults=(fault,))), level)
    return report


def test_a_fault_rejects_its_row_and_no_other_at_moderate() -> None:
    report = validated(ValidationLevel.MODERATE, 3)
    assert (report.accepted, report.rejected) == ((3,), (2,))
    assert [(f.cell, f.code) for f in report.errors] == [("D2", "UNCALCULATED")]


def test_a_fault_stops_the_job_at_strict() -> None:
    assert validated(ValidationLevel.STRICT, 3).stops_job


def test_permissive_does_without_an_option_that_could_not_be_read() -> None:
    report = validated(ValidationLevel.PERMISSIVE, 3)
    assert report.accepted == (2, 3)
    assert [f.problem for f in report.of_row(2)] == [
        "Holds a formula whose result was never saved; the default was used"
    ]


@pytest.mark.parametrize("column", [None, 0, 1])
def test_permissive_skips_a_row_whose_text_could_not_be_read(column: int | None) -> None:
    report = validated(ValidationLevel.PERMISSIVE, column)
    assert (report.accepted, report.skipped) == ((3,), (2,))
    assert not report.errors
