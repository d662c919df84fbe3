from __future__ import annotations

import random
import re

from hypothesis import example, given
from hypothesis import strategies as st

from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.core.rows import VideoIdea, read_idea
from bulkvid_pipeline.core.spec import SheetFormat
from bulkvid_pipeline_tests.core.sheets import table

STANDARD, POSITIONAL = SheetFormat.STANDARD, SheetFormat.POSITIONAL
HEADER = ("idea_title", "script_content")

any_cell = st.text(alphabet=st.characters(), max_size=20)


def keys_of(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> list[str]:
    return list(table(header, *rows).frame["row_key"])


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
