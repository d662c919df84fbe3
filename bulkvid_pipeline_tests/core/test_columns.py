from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.columns import COLUMNS, ROW_ID, map_headers, positional_map

GUIDE_TABLE = [
    "Idea/Title",
    "Description",
    "Target Audience",
    "Tone",
    "Duration (seconds)",
    "Platform Preference",
    "Script Content",
    "Voice Preference",
    "Style",
    "Priority",
]
"""The headers as the user guide's table of columns writes them."""


def test_the_ten_columns_stand_in_the_order_a_to_j() -> None:
    assert map_headers(COLUMNS).positions == {column: at for at, column in enumerate(COLUMNS)}
    assert len(COLUMNS) == 10


def test_the_names_of_the_guides_table_are_understood() -> None:
    found = map_headers(GUIDE_TABLE)
    assert found.positions == {column: at for at, column in enumerate(COLUMNS)}
    assert found.unknown == found.repeated == ()


@pytest.mark.parametrize(
    "header",
    [
        "idea_title",
        "IDEA_TITLE",
        "Idea Title",
        "idea-title",
        "Idea / Title",
        " idea  title ",
        "idea\xa0title",
        "Title:",
        "\ufeffidea_title",
        "idea_title\u200b",
        "Ｔｉｔｌｅ",
        "Title *",
        "Idea\nTitle",
        "İdea",
    ],
)
def test_a_header_is_known_however_it_is_written(header: str) -> None:
    assert map_headers([header]).positions == {"idea_title": 0}


@pytest.mark.parametrize("header", ["id", "ID", "Row ID", "row_id", "Key"])
def test_an_id_column_is_known(header: str) -> None:
    assert map_headers([header]).positions == {ROW_ID: 0}


def test_columns_may_stand_anywhere() -> None:
    assert map_headers(["Notes", "Script", "", "Title"]).positions == {"script_content": 1, "idea_title": 3}


def test_unknown_headers_are_named_as_written_and_empty_ones_are_not() -> None:
    assert map_headers(["Title", " Notes ", "", "  ", "Примечание"]).unknown == ("Notes", "Примечание")


def test_the_first_header_of_a_column_wins() -> None:
    found = map_headers(["Title", "Idea", "script", "IDEA_TITLE"])
    assert found.positions == {"idea_title": 0, "script_content": 2}
    assert found.repeated == ("Idea", "IDEA_TITLE")


def test_a_sheet_without_header_has_its_columns_in_the_fixed_order() -> None:
    assert positional_map(3).positions == {"idea_title": 0, "description": 1, "target_audience": 2}
    assert tuple(positional_map(50).positions) == COLUMNS


@given(st.lists(st.text(alphabet=st.characters()) | st.sampled_from(GUIDE_TABLE), max_size=30))
def test_every_header_is_used_or_unknown_or_repeated_or_blank(headers: list[str]) -> None:
    found = map_headers(headers)
    blank = sum(not header.strip() for header in headers)
    assert len(found.positions) + len(found.unknown) + len(found.repeated) + blank == len(headers)
    assert len(set(found.positions.values())) == len(found.positions)
