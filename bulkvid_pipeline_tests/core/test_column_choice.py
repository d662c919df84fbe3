"""Columns that a job names by hand."""

from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.core.column_choice import ColumnChoice
from bulkvid_pipeline.core.errors import InvalidSheetError, InvalidSpecError
from bulkvid_pipeline.core.sheet_table import SheetTable, sheet_table
from bulkvid_pipeline.core.spec import BulkJobSpec, SheetFormat
from bulkvid_pipeline.core.tab_choice import Tab, choose_tab
from bulkvid_pipeline.core.write_back import ReportedSheet, RowResult, plan_writing
from bulkvid_pipeline.services.sheets.changes import row_hashes

UNKNOWN = (("Hook line", "VO", "Zeug"), ("Wash", "Turn off the tap.", "a"), ("Sleep", "Go to bed.", "b"))


def read(columns: dict[str, Any], *rows: tuple[str, ...], **place: Any) -> SheetTable:
    """The table of a job's sheet, which begins at A1 unless `place` says otherwise."""
    return sheet_table(rows, layout=place.pop("layout", SheetFormat.STANDARD), choice=choice(columns), **place)


def choice(columns: dict[str, Any]) -> ColumnChoice:
    return ColumnChoice.of(BulkJobSpec.for_input("a.csv", input_source={"columns": columns}).input_source.columns)


def refused(columns: dict[str, Any], *rows: tuple[str, ...], **place: Any) -> InvalidSheetError:
    with pytest.raises(InvalidSheetError) as error:
        read(columns, *rows, **place)
    assert error.value.field == "input_source.columns"
    return error.value


# Which column is meant


def test_headers_that_we_do_not_know_are_named_and_the_others_stay_recognised() -> None:
    found = read({"Hook line": "idea_title", "VO": "script_content"}, ("Hook line", "VO", "Tone"), ("a", "b", "calm"))
    assert found.letters == {"idea_title": "A", "script_content": "B", "tone": "C"}
    assert found.frame.iloc[0].to_dict() | {"row_key": ""} == {
        "idea_title": "a", "script_content": "b", "tone": "calm", "row_key": ""
    }  # fmt: skip


def test_a_header_is_found_wherever_it_stands_and_whatever_its_case_and_blanks() -> None:
    rows = (("My plan",), ("Owner", "  ｈook   LINE ", "VO"), ("me", "a", "b"))
    found = read({"Hook line": "idea_title", "vo": "script_content"}, *rows)
    assert (found.header_row, found.letters) == (2, {"idea_title": "B", "script_content": "C"})


def test_of_headers_that_differ_in_case_alone_the_one_written_so_is_meant() -> None:
    found = read({"Hook": "idea_title"}, ("HOOK", "Hook", "Script"), ("a", "b", "c"))
    assert found.letters["idea_title"] == "B"


def test_the_hand_wins_over_what_headers_say_and_the_report_tells_what_is_not_read() -> None:
    rows = (("Title", "Script", "Final hook"), ("old", "s", "new"))
    found = read({"Final hook": "title"}, *rows)
    assert found.frame["idea_title"].tolist() == ["new"]
    assert [(f.cell, f.code) for f in found.findings] == [("column A", "COLUMN_DISPLACED")]
    assert "idea_title is taken from column C" in found.findings[0].problem


@pytest.mark.parametrize("nothing", ["ignore", "Ignore", "", None])
def test_a_column_can_be_left_out_without_a_warning(nothing: str | None) -> None:
    rows = (("Title", "Script", "Tone", "Notes"), ("a", "s", "whatever", "n"))
    found = read({"Tone": nothing, "Notes": nothing}, *rows)
    assert found.letters == {"idea_title": "A", "script_content": "B"}
    assert found.findings == ()


def test_a_column_left_out_lets_the_second_of_a_name_count() -> None:
    found = read({"A:A": "ignore"}, ("Title", "Title", "Script"), ("old", "new", "s"))
    assert found.letters["idea_title"] == "B"
    assert found.findings == ()


def test_letters_name_columns_that_headers_cannot() -> None:
    rows = (("", "Text", "Text"), ("a", "wrong", "right"))
    found = read({"A:A": "idea_title", "$c:$c": "script_content"}, *rows)
    assert found.frame[["idea_title", "script_content"]].values.tolist() == [["a", "right"]]


def test_letters_are_those_that_the_sheet_shows_also_where_the_range_begins_later() -> None:
    found = read({"D:D": "idea_title"}, ("x", "Script"), ("a", "s"), first_row=5, first_column=3)
    assert (found.letters["idea_title"], found.header_row, list(found.frame.index)) == ("D", 5, [6])


def test_with_letters_alone_the_header_is_the_first_row_as_wide_as_the_table() -> None:
    found = read({"A:A": "idea_title", "B:B": "script_content"}, ("Plan for May",), *UNKNOWN)
    assert (found.header_row, found.frame["idea_title"].tolist()) == (2, ["Wash", "Sleep"])


def test_a_header_that_looks_like_letters_is_a_header() -> None:
    found = read({"AD": "idea_title", "B": "script_content"}, ("B", "AD"), ("s", "a"))
    assert found.letters == {"script_content": "A", "idea_title": "B"}


def test_a_sheet_without_headers_keeps_the_other_places() -> None:
    row = tuple(f"{letter}1" for letter in "ABCDEFGHIJK")
    found = read({"K:K": "idea_title", "A:A": "ignore"}, row, layout=SheetFormat.POSITIONAL)
    assert found.letters["idea_title"] == "K"
    assert found.letters["script_content"] == "G"
    assert found.findings == ()


def test_units_in_a_header_count_also_where_it_is_named_by_hand() -> None:
    rows = (("Title", "Script", "Wie lange (min)?"), ("a", "s", "2"))
    assert read({"Wie lange (min)?": "duration_seconds"}, *rows).frame["duration_seconds"].tolist() == ["2 min"]


def test_a_header_that_stands_again_in_the_table_is_no_idea() -> None:
    found = read({"Hook line": "idea_title", "VO": "script_content"}, *UNKNOWN, UNKNOWN[0], ("New", "s", ""))
    assert found.frame["idea_title"].tolist() == ["Wash", "Sleep", "New"]


# Rows stay the same rows


def test_rows_that_are_named_by_hand_are_the_rows_of_a_sheet_with_our_headers() -> None:
    body = (("Wash", "Turn off the tap.", "calm"), ("Wash", "Save water.", "calm"), ("Wash", "Save water.", "loud"))
    ours = read({}, ("idea_title", "script_content", "tone"), *body)
    theirs = read(
        {"Hook line": "idea_title", "VO": "script_content", "C:C": "tone"}, ("Hook line", "VO", "Vibe?"), *body
    )
    moved = read(
        {"Hook line": "idea_title", "VO": "script_content"},
        ("VO", "Tone", "Hook line"),
        *((b, c, a) for a, b, c in body),
    )
    assert list(ours.frame["row_key"]) == list(theirs.frame["row_key"]) == list(moved.frame["row_key"])
    assert row_hashes(ours) == row_hashes(theirs) == row_hashes(moved)


def test_results_are_written_beside_the_rows_that_are_named_by_hand() -> None:
    columns = {"Hook line": "idea_title", "VO": "script_content"}
    key = read(columns, *UNKNOWN).frame["row_key"].iloc[1]
    sheet = ReportedSheet(UNKNOWN, first_row=1, first_column=0, ideas_width=3, choice=choice(columns))

    plan = plan_writing(sheet, [RowResult(key, "Sleep", "completed")], written_at="now")

    assert [(block.row, block.column, block.values[0][0]) for block in plan.blocks] == [
        (1, 3, "video_status"), (3, 3, "completed"),
    ]  # fmt: skip


def test_of_several_tabs_the_one_with_the_named_headers_is_read() -> None:
    tabs = [Tab("Cover", [("Welcome",)]), Tab("May", UNKNOWN), Tab("Lists", [("a", "b")])]
    assert choose_tab(tabs, source="'x'")[0] == "Cover"
    assert choose_tab(tabs, source="'x'", choice=choice({"Hook line": "idea_title"}))[0] == "May"


# What is wrong is told


@pytest.mark.parametrize(
    ("columns", "message", "fix"),
    [
        ({"Hook": "banana"}, "There is no column 'banana', which 'Hook' is said to be", "Use one of idea_title, "),
        ({"Hook": "video_url"}, "There is no column 'video_url'", "Use one of idea_title, "),
        ({"Hook": 7}, "There is no column '7'", "Use one of idea_title, "),
        ({"Hook": "title", "VO": "idea_title"}, "idea_title is taken from two columns, 'Hook' and 'VO'", "Keep one"),
        ({"C:C": "tone", "c:c": "ignore"}, "Column C is named twice, by its letter", "Name it once"),
        ({" ": "tone"}, "A column is named by nothing", "C:C"),
        (["Hook", "VO"], "columns is not a mapping", '{"Hook line": "idea_title"'),
    ],
)
def test_a_choice_that_cannot_be_meant_is_refused_before_the_sheet_is_read(
    columns: Any, message: str, fix: str
) -> None:
    with pytest.raises(InvalidSpecError) as error:
        choice(columns)
    assert (error.value.field, message in error.value.message, fix in error.value.fix) == (
        "input_source.columns", True, True,
    )  # fmt: skip


def test_a_column_that_is_gone_is_told_with_those_that_are_there() -> None:
    error = refused({"Hook": "idea_title", "VO": "script_content"}, *UNKNOWN)
    assert error.message == (
        "input_source.columns names the column 'Hook', which the sheet does not have: "
        "the headers in row 1 are 'Hook line' (A), 'VO' (B), 'Zeug' (C)"
    )
    assert error.fix == "Name one of them, or take 'Hook' out of input_source.columns"


def test_who_writes_a_bare_letter_is_told_how_letters_are_written() -> None:
    assert refused({"c": "idea_title"}, *UNKNOWN).fix.endswith("To name a column by its letter write C:C")


def test_a_header_that_stands_twice_is_told_with_its_letters() -> None:
    error = refused({"VO": "script_content"}, ("Title", "VO", "VO"), ("a", "b", "c"))
    assert "columns B, C are all headed so" in error.message
    assert error.fix == "Name the one that is meant by its letter: B:B or C:C"


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"Z:Z": "idea_title"}, "names column Z, which was not read: the sheet's filled columns are A to C"),
        ({"A:A": "idea_title", "Hook line": "ignore"}, "names column A twice"),
    ],
)
def test_letters_that_cannot_be_meant_are_told(columns: dict[str, str], message: str) -> None:
    assert message in refused(columns, *UNKNOWN).message


def test_headers_mean_nothing_in_a_sheet_without_them() -> None:
    error = refused({"Hook": "idea_title"}, ("a", "b"), layout=SheetFormat.POSITIONAL)
    assert "a positional sheet has no headers" in error.message


def test_results_are_never_read_as_ideas() -> None:
    rows = (("Title", "Script", "video_status"), ("a", "s", "completed"))
    assert "which holds results" in refused({"video_status": "status"}, *rows).message
    assert read({"video_status": "ignore"}, *rows).frame["idea_title"].tolist() == ["a"]


# Every column is shown


def test_every_column_is_told_with_how_it_is_known_and_how_it_is_named() -> None:
    long = "x" * 5000
    rows = (("Title", "Texto", "Texto", "", "Notes"), ("a", "s", "", "", long), ("b", "s2", "t", "", ""))
    found = read({"B:B": "script_content", "Notes": "ignore"}, *rows)
    assert [(c.letter, c.header, c.name, c.known_by, c.key) for c in found.columns] == [
        ("A", "Title", "idea_title", "header", "Title"),
        ("B", "Texto", "script_content", "mapping", "B:B"),
        ("C", "Texto", None, None, "C:C"),
        ("D", "", None, None, "D:D"),
        ("E", "Notes", None, "mapping", "Notes"),
    ]
    assert found.columns[1].samples == ("s", "s2")
    assert [len(sample) for sample in found.columns[4].samples] == [120]


def test_a_sheet_without_a_known_header_tells_its_columns_in_the_error() -> None:
    with pytest.raises(InvalidSheetError, match="No header row was found") as error:
        read({}, ("Plan for May",), *UNKNOWN)
    told: Any = error.value.details
    assert told["header_row"] == 2
    assert [(c["letter"], c["key"], c["name"]) for c in told["columns"]] == [
        ("A", "Hook line", None), ("B", "VO", None), ("C", "Zeug", None),
    ]  # fmt: skip


def test_what_the_error_tells_is_enough_to_name_the_columns() -> None:
    rows = (("Plan for May",), *UNKNOWN)
    with pytest.raises(InvalidSheetError) as error:
        read({}, *rows)
    told: Any = error.value.details
    title, script, _ = (column["key"] for column in told["columns"])
    assert read({title: "idea_title", script: "script_content"}, *rows).frame["idea_title"].tolist() == [
        "Wash",
        "Sleep",
    ]
