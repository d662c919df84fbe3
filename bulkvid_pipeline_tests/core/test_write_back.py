"""What is written back into a sheet, and where."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bulkvid_pipeline.core.columns import REPORT_COLUMNS, map_headers
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.spec import SheetFormat
from bulkvid_pipeline.core.write_back import (
    CellBlock,
    ReportedSheet,
    RowResult,
    WritePlan,
    plan_writing,
    require_header,
    written_over,
)

HEADER = ["idea_title", "script_content"]
ONE, TWO = (
    RowResult("one", "One", "completed", ("s3://b/1.mp4",), 12.345),
    RowResult("two", "Two", "failed", error="No"),
)
AT = "2026-11-22 10:00:00 UTC"


def planned(cells: list[list[str]], *results: RowResult, **place: Any) -> WritePlan:
    width = max(map(len, cells))
    padded = [row + [""] * (width - len(row)) for row in cells]
    where = {"first_row": 1, "first_column": 0, "ideas_width": 256, **place}
    return plan_writing(ReportedSheet(padded, **where), results, written_at=AT)


def written(cells: list[list[str]], plan: WritePlan, first_row: int = 1, first_column: int = 0) -> list[list[Any]]:
    """The sheet after the plan was carried out."""
    sheet: list[list[Any]] = [list(row) for row in cells]
    for block in plan.blocks:
        for down, values in enumerate(block.values):
            row = sheet[block.row - first_row + down]
            start = block.column - first_column
            row.extend([""] * (start + len(values) - len(row)))
            row[start : start + len(values)] = values
    return sheet


def test_columns_are_added_at_the_right_of_the_header() -> None:
    plan = planned([HEADER, ["One", "A."], ["Two", "B."]], ONE, TWO)

    assert plan.blocks == (
        CellBlock(1, 2, (REPORT_COLUMNS,)),
        CellBlock(2, 2, (("completed", "s3://b/1.mp4", 12.35, "", AT), ("failed", "", "", "No", AT))),
    )
    assert (plan.width, plan.new_columns, plan.written) == (7, True, 2)


def test_rows_are_found_by_key_wherever_they_stand_now() -> None:
    cells = [HEADER, ["Two", "B."], ["Between", "C."], ["One", "A."]]

    sheet = written(cells, planned(cells, ONE, TWO))

    assert [row[2] if len(row) > 2 else "" for row in sheet] == ["video_status", "failed", "", "completed"]


def test_a_row_that_vanished_is_told_and_written_nowhere() -> None:
    plan = planned([HEADER, ["Other", "B."]], ONE)

    assert plan.missing == ("One",)
    assert plan.blocks == ()


def test_columns_that_are_there_are_found_in_any_order_and_place() -> None:
    cells = [["video_url", "Idea Title", "Video Status", "script", "VIDEO_ERROR"], ["", "One", "", "A.", "old"]]

    plan = planned(cells, ONE)
    sheet = written(cells, plan)

    assert sheet[1] == ["s3://b/1.mp4", "One", "completed", "A.", "", 12.35, AT]
    assert sheet[0][5:] == ["video_duration", "video_updated_at"]


def test_what_stands_there_already_is_not_written_again() -> None:
    cells = [[*HEADER, *REPORT_COLUMNS], ["One", "A.", "completed", "s3://b/1.mp4", "12,35", "", "yesterday"]]

    plan = planned(cells, ONE)

    assert plan.blocks == ()
    assert plan.unchanged == 1
    assert planned(cells, replace(ONE, status="failed")).written == 1


def test_new_columns_keep_clear_of_whatever_stands_beside_the_ideas() -> None:
    cells = [[*HEADER, "", "", "", "", "", "", "", "", ""], ["One", "A.", "", "my note", "", "", "", "", "", "", "x"]]

    plan = planned(cells, ONE)

    assert plan.blocks[0].column == 4
    assert planned([[*HEADER, ""], ["One", "A.", "note"]], ONE).blocks[0].column == 3


def test_columns_beyond_the_jobs_range_are_used_but_rows_are_told_apart_by_the_range_alone() -> None:
    cells = [[*HEADER, "id"], ["One", "A.", "key-of-its-own"]]

    plan = planned(cells, ONE, ideas_width=2, first_row=5, first_column=1)

    assert plan.missing == ()
    assert (plan.blocks[0].row, plan.blocks[0].column) == (5, 4)
    assert (plan.blocks[1].row, plan.blocks[1].column) == (6, 4)


def test_several_links_stand_in_lines_and_long_reasons_are_cut() -> None:
    result = replace(TWO, urls=("s3://b/youtube/v.mp4", "s3://b/tiktok/v.mp4"), error="x" * 60_000)

    cells = result.cells(AT)

    assert cells["video_url"] == "s3://b/youtube/v.mp4\ns3://b/tiktok/v.mp4"
    assert len(str(cells["video_error"])) == 1_000


def test_our_columns_are_no_unknown_columns() -> None:
    found = map_headers([*HEADER, "Video Status", "video_url", "notes"])

    assert found.unknown == ("notes",)
    assert found.positions == {"idea_title": 0, "script_content": 1}


def test_a_row_that_was_hit_by_anothers_result_gets_back_what_it_had() -> None:
    def sheet(*rows: list[str]) -> ReportedSheet:
        cells = [[*HEADER, *REPORT_COLUMNS], *rows]
        return ReportedSheet(cells, first_row=1, first_column=0, ideas_width=256)

    old = ["failed", "", "", "Bad", "yesterday"]
    result = ["completed", "s3://b/1.mp4", "12.35", "", AT]
    before = sheet(["One", "A.", "", "", "", "", ""], ["Three", "C.", *old])
    sorted_meanwhile = sheet(["Three", "C.", *result], ["One", "A.", *old])

    restore = written_over(before, sorted_meanwhile, [ONE])
    plan = plan_writing(sorted_meanwhile, [ONE], written_at=AT, restore=restore)

    assert plan.blocks == (CellBlock(2, 2, (tuple(old), ("completed", "s3://b/1.mp4", 12.35, "", AT))),)
    assert written_over(before, sheet(["One", "A.", *result], ["Three", "C.", *old]), [ONE]) == {}


def test_a_sheet_without_a_header_has_no_place_for_them() -> None:
    with pytest.raises(InvalidSheetError, match="header row"):
        require_header(SheetFormat.POSITIONAL)
