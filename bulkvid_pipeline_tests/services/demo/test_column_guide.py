"""The guide to the columns says what sheets are read by."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.cells import is_valid, read_approval, read_captions, read_priority, read_style, read_voice
from bulkvid_pipeline.core.columns import APPROVAL_COLUMNS, COLUMNS, OPTIONAL, REPORT_COLUMNS, ROW_ID, column_of
from bulkvid_pipeline.core.options import Captions, Platform, Priority, Style, Voice
from bulkvid_pipeline.core.platform_names import read_platform_names
from bulkvid_pipeline.core.vocabulary.headers import HEADERS
from bulkvid_pipeline.services.demo.column_guide import ColumnGuide, column_guide, written_back

BY_COLUMN = {guide.column: guide for guide in column_guide()}
IN_TABLE = pytest.mark.parametrize("guide", BY_COLUMN.values(), ids=BY_COLUMN)


def test_every_column_that_is_read_or_written_is_explained_once() -> None:
    assert [guide.column for guide in column_guide()] == [*COLUMNS, *OPTIONAL, ROW_ID, *APPROVAL_COLUMNS]
    assert set(BY_COLUMN) == set(HEADERS)
    assert [column for column, _ in written_back()] == list(REPORT_COLUMNS)


def test_letters_are_those_of_a_sheet_without_a_header() -> None:
    assert "".join(guide.letter for guide in column_guide()) == "ABCDEFGHIJ"
    assert [guide.column for guide in column_guide() if guide.is_required] == ["idea_title", "script_content"]


@IN_TABLE
def test_title_and_headers_are_recognised(guide: ColumnGuide) -> None:
    assert column_of(guide.title) == guide.column
    assert {column_of(header) for header in guide.headers} == {guide.column}
    assert len(guide.headers) > 20


@IN_TABLE
def test_the_example_and_all_that_may_be_written_can_be_read(guide: ColumnGuide) -> None:
    assert guide.holds
    assert guide.if_empty
    for cell in (guide.example, *(written.cell for written in guide.also)):
        assert guide.column not in (*COLUMNS, *OPTIONAL) or is_valid(guide.column, cell), cell
    assert all(written.read_as for written in guide.also)


def test_values_are_all_there_are() -> None:
    listed = {column: [value.value for value in guide.values] for column, guide in BY_COLUMN.items() if guide.values}

    assert listed == {
        "platform_preferences": list(Platform),
        "voice_preference": [*Voice, "silent"],
        "style_override": list(Style),
        "priority": list(Priority),
        "captions": list(Captions),
        "approved": ["approved", "not approved"],
        "status": ["approved", "not approved"],
    }


def test_the_words_of_a_value_mean_it() -> None:
    def meaning(column: str, word: str) -> object:
        if column == "platform_preferences":
            (platform,) = read_platform_names(word).known
            return platform
        if column == "voice_preference":
            voice = read_voice(word).value
            return voice and ("silent" if voice.is_silent else voice.character)
        read = {"style_override": read_style, "priority": read_priority, "captions": read_captions}
        return read[column](word).value if column in read else read_approval(word)

    wrong = [
        (guide.column, value.value, word)
        for guide in column_guide()
        for value in guide.values
        for word in value.words
        if meaning(guide.column, word) != value.value
    ]
    assert wrong == []
