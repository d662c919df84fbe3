from __future__ import annotations

import random
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.core.ranges import column_index
from bulkvid_pipeline.core.rows import VideoIdea, read_idea
from bulkvid_pipeline.core.sheet_table import sheet_table
from bulkvid_pipeline.core.spec import SheetFormat
from bulkvid_pipeline_tests.core.sheets import table

STANDARD, POSITIONAL = SheetFormat.STANDARD, SheetFormat.POSITIONAL
HEADER = ("idea_title", "script_content")

any_cell = st.text(alphabet=st.characters(), max_size=20)


def keys_of(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> list[str]:
    return list(table(header, *rows).frame["row_key"])


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


def test_a_heading_above_the_header_is_refused_with_the_way_out() -> None:
    with pytest.raises(InvalidSheetError, match="the first row holds Our plans, 2026") as refused:
        table(("Our plans", "2026"), (), HEADER, ("a", "s"))
    assert "Begin the range with a row that names the columns" in refused.value.fix
    assert "positional" in refused.value.fix


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


# Keys


def test_a_key_comes_from_the_title() -> None:
    assert keys_of(("intro", "s"), ("007", "s")) == ["intro", "007"]
    (key,) = keys_of(("How to Bake Bread", "s"))
    assert re.fullmatch(r"how-to-bake-bread-[0-9a-f]{8}", key)


def test_case_blanks_and_width_of_a_title_do_not_change_its_key() -> None:
    assert keys_of(("How to Bake", "s")) == keys_of((" HOW  to\nbake ", "s")) == keys_of(("Ｈｏｗ to bake", "s"))


def test_titles_in_other_scripts_have_keys_of_their_own() -> None:
    keys = keys_of(("三分钟学会泡一杯好茶", "s"), ("カメラなしで写真", "s"), ("تعلّم لغة", "s"), ("🥱", "s"))
    assert len(set(keys)) == 4
    assert all(re.fullmatch(r"[0-9a-f]{12}", key) for key in keys)


def test_titles_that_differ_only_in_accents_or_signs_have_different_keys() -> None:
    assert len(set(keys_of(("Café!", "s"), ("Cafe?", "s"), ("Cafe", "s"), ("C++", "s"), ("C#", "s")))) == 5


def test_a_hostile_title_gives_a_harmless_key() -> None:
    (key,) = keys_of(("../../../../etc/passwd\x00<script>", "s"))
    assert re.fullmatch(r"[a-z0-9-]+", key)


def test_keys_do_not_follow_the_order_of_the_rows() -> None:
    header = ("id", "title", "script", "platforms")
    rows = [
        ("", "Same", "one", ""),
        ("", "Same", "two", ""),
        ("", "Same", "two", "tiktok"),
        ("", "Other", "one", ""),
        ("r-1", "Same", "one", ""),
        ("", "r-1", "takes the id of another", ""),
        ("", "", "no title", ""),
    ]
    by_row = dict(zip(rows, keys_of(*rows, header=header), strict=True))
    assert len(set(by_row.values())) == len(rows)
    for seed in range(10):
        shuffled = random.Random(seed).sample(rows, len(rows))
        assert dict(zip(shuffled, keys_of(*shuffled, header=header), strict=True)) == by_row


def test_an_id_is_the_key_whatever_else_changes() -> None:
    header = ("id", "title", "script")
    first = keys_of(("A-17", "Title", "script"), ("", "a-17", "another"), header=header)
    later = keys_of(("A-17", "New title", "new script"), ("", "a-17", "another"), header=header)
    assert first[0] == later[0] == "a-17"
    assert first[1] == later[1] != "a-17"


def test_the_script_does_not_change_the_key_of_a_title_that_stands_once() -> None:
    assert keys_of(("Title", "one")) == keys_of(("Title", "two"))


def test_identical_rows_are_numbered() -> None:
    first, second, third = keys_of(*[("Same", "script")] * 3)
    assert second == f"{first}-2"
    assert third == f"{first}-3"


def test_ten_thousand_identical_rows_have_keys_of_their_own() -> None:
    assert len(set(keys_of(*[("Same", "script")] * 10_000))) == 10_000


def test_no_title_can_take_the_key_that_another_row_gets_by_number() -> None:
    first, second = keys_of(("x", ""), ("x", ""))
    assert len(set(keys_of(("x", ""), ("x", ""), (second, ""), (first, "")))) == 4


def test_no_number_takes_the_key_of_an_id_that_is_also_a_title() -> None:
    header = ("id", "title", "script")
    first, second = keys_of(("", "x", ""), ("", "x", ""), header=header)
    keys = keys_of(("", "x", ""), ("", "x", ""), ("", second, ""), (second, "", ""), (first, "", ""), header=header)
    assert keys[3:] == [second, first]
    assert len(set(keys)) == 5


@given(
    st.lists(
        st.tuples(
            any_cell | st.sampled_from(["", "a", "A", "a-2"]), any_cell | st.sampled_from(["", "a", "b"]), any_cell
        ),
        min_size=1,
        max_size=12,
    )
)
@example([("a", "", ""), ("a", "", ""), ("a-2", "", "")])
def test_keys_are_unique_and_of_the_allow_list(rows: list[tuple[str, str, str]]) -> None:
    keys = keys_of(("", "at least one", ""), *rows, header=("id", "title", "script"))
    assert len(set(keys)) == len(keys)
    assert all(re.fullmatch(r"[a-z0-9_-]{1,64}", key) for key in keys)


# One row, read


def test_a_row_is_read_into_an_idea() -> None:
    cells = {
        "row_key": "k",
        "idea_title": "  Two\n words ",
        "description": " about ",
        "target_audience": " all ",
        "tone": " calm ",
        "duration_seconds": "45,5",
        "platform_preferences": "TikTok; youtube",
        "script_content": " Line one.\nLine two. ",
        "voice_preference": "MALE",
        "style_override": "Classic",
        "priority": "Urgent",
    }
    assert read_idea(7, cells) == VideoIdea(
        row_key="k",
        sheet_row=7,
        title="Two words",
        script="Line one.\nLine two.",
        description="about",
        audience="all",
        tone="calm",
        duration_seconds=45.5,
        platforms=(Platform.TIKTOK, Platform.YOUTUBE),
        voice=Voice.MALE,
        style=Style.CLASSIC,
        priority=Priority.URGENT,
    )


def test_what_a_row_leaves_open_is_left_to_the_job() -> None:
    idea = read_idea(2, {"row_key": "k", "idea_title": "t", "script_content": "s"})
    assert (idea.voice, idea.style, idea.priority, idea.duration_seconds) == (None, None, None, None)
    assert idea.platforms == (Platform.YOUTUBE,)
