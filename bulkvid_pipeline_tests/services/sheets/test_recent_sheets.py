"""A sheet that was just read is not read again for the next choice, and never for another project."""

from __future__ import annotations

from typing import Any

import pytest

from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.source_notes import SourceNotes
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.sheets.recent_sheets import FRESH_S, MOST_CHARACTERS, MOST_SHEETS, RecentSheets

SHEET_ID = "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms"


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def spec(project_id: str = "default", sheet_id: str = SHEET_ID, **source: Any) -> BulkJobSpec:
    return BulkJobSpec.parse({"project_id": project_id, "input_source": {"sheet_id": sheet_id, **source}})


def raw(text: str = "Title", tabs: tuple[str, ...] = ()) -> RawSheet:
    return RawSheet("Ideas", ((text,),), 1, 0, "sheet", None, SourceNotes(tabs=tabs))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sheets(clock: Clock) -> RecentSheets:
    return RecentSheets(clock)


def test_a_sheet_is_kept_for_a_minute_whatever_its_columns_are_said_to_be(sheets: RecentSheets, clock: Clock) -> None:
    read = raw()
    sheets.keep(spec(), read)
    clock.now += FRESH_S
    assert sheets.find(spec()) is read
    assert sheets.find(spec(columns={"Title": "idea_title"}, hidden_rows="include")) is read
    clock.now += 1
    assert sheets.find(spec()) is None


def test_another_project_range_or_tab_is_another_sheet(sheets: RecentSheets) -> None:
    sheets.keep(spec(), raw())
    for other in (spec("news"), spec(range="A1:B9"), spec(gid=7), spec(format="positional"), spec(sheet_id="x" * 44)):
        assert sheets.find(other) is None


def test_where_the_columns_tell_which_tab_is_meant_they_count(sheets: RecentSheets) -> None:
    sheets.keep(spec(), raw(tabs=("May", "June")))
    assert sheets.find(spec()) is not None
    assert sheets.find(spec(columns={"Title": "idea_title"})) is None


def test_who_has_loaded_the_page_since_sees_the_sheet_as_it_is_now(sheets: RecentSheets, clock: Clock) -> None:
    sheets.keep(spec(), raw())
    assert sheets.find(spec(), since=clock.now) is not None
    assert sheets.find(spec(), since=clock.now + 1) is None


def test_neither_many_nor_large_sheets_fill_the_memory(sheets: RecentSheets) -> None:
    for n in range(MOST_SHEETS + 1):
        sheets.keep(spec(gid=n + 1), raw())
    assert sheets.find(spec(gid=1)) is None
    assert sheets.find(spec(gid=2)) is not None
    sheets.keep(spec(gid=99), raw("x" * (MOST_CHARACTERS + 1)))
    assert sheets.find(spec(gid=99)) is None
    sheets.keep(spec(gid=99), raw("x" * MOST_CHARACTERS))
    assert sheets.find(spec(gid=2)) is None
    assert sheets.find(spec(gid=99)) is not None
