"""Which rows are looked at first."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from bulkvid_pipeline.core.media import PlannedMedium
from bulkvid_pipeline.core.options import Captions, Platform, Style
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.pronunciations import Pronunciation
from bulkvid_pipeline.core.risk import ChosenRow, riskiest
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES

SPEC = BulkJobSpec.for_input("ideas.csv")


def row(number: int, title: str = "A plain title", script: str = "Turn off the tap.", **fields: Any) -> VideoPlan:
    platforms = fields.pop("platforms", (Platform.YOUTUBE,))
    idea = VideoIdea(f"row-{number}", number, title, script, platforms=platforms)
    return replace(plan_video(idea, SPEC, BUILT_IN_TEMPLATES["default_template"]), **fields)


def plain_rows(count: int) -> list[VideoPlan]:
    return [row(number) for number in range(2, 2 + count)]


def numbers(chosen: tuple[ChosenRow, ...]) -> list[int]:
    return [each.plan.sheet_row for each in chosen]


def why(chosen: tuple[ChosenRow, ...], number: int) -> tuple[str, ...]:
    (found,) = (each for each in chosen if each.plan.sheet_row == number)
    return found.reasons


SPECIAL: dict[str, tuple[VideoPlan, str]] = {
    "longest title": (row(50, "A title that is quite a bit longer than another"), "the longest title (47 characters)"),
    "longest script": (row(50, script="Turn off the tap. " * 20), "the longest script (360 characters)"),
    "longest word": (row(50, "Donaudampfschifffahrt"), "the longest word (21 letters)"),
    "rarest writing": (row(50, "三分钟学会泡", "先烧一壶热水。"), "the rarest writing: CJK"),
    "rarest language": (row(50, likely_language="de"), "the rarest language: German"),
    "style": (row(50, style=Style.CORPORATE), "style corporate"),
    "platform": (row(50, platforms=(Platform.YOUTUBE, Platform.TIKTOK)), "platform tiktok"),
    "picture": (row(50, image=PlannedMedium("https://a.example/b.png?sig=1")), "an image (png)"),
    "video": (row(50, background=PlannedMedium("tide.mp4")), "a background (mp4)"),
    "say_as": (row(50, pronunciations=(Pronunciation("tap", "tapp"),)), "words said otherwise than written"),
    "silent": (row(50, is_silent=True), "no narration"),
    "captions": (row(50, captions=Captions.OFF), "no captions in the picture"),
    "length": (row(50, target_seconds=30.0), "a wanted length"),
    "hurried": (row(50, is_hurried=True), "hurried speech"),
    "right to left": (row(50, "A plain שלום"), "text from right to left"),
    "emoji": (row(50, "A plain 🚰"), "emoji or symbols"),
    "writings": (row(50, "A plain Ж"), "letters of several writing systems"),
    "numbers": (row(50, script="Turn off 3 taps."), "numbers in the script"),
    "short title": (row(50, "Tap"), "a very short title"),
}  # fmt: skip


@pytest.mark.parametrize("kind", SPECIAL)
def test_a_row_unlike_the_others_is_among_the_first_two(kind: str) -> None:
    special, reason = SPECIAL[kind]
    others = [replace(each, likely_language="en") for each in plain_rows(40)]
    if kind != "rarest language":
        special = replace(special, likely_language="en")

    chosen = riskiest([*others, special], 2)

    assert 50 in numbers(chosen)
    assert reason in why(chosen, 50)


def test_what_all_rows_have_is_no_reason() -> None:
    chosen = riskiest([*plain_rows(5), row(9, "A longer plain title")], 6)
    assert [each.reasons for each in chosen] == [
        ("the longest title (20 characters)",),
        *[("the next row of the sheet",)] * 5,
    ]


def test_a_row_that_validation_warns_of_comes_early() -> None:
    (first,) = riskiest(plain_rows(5), 1, warned={4})
    assert (first.plan.sheet_row, first.reasons) == (4, ("a warning about it",))


def test_each_style_and_each_platform_comes_once_before_any_comes_twice() -> None:
    styles, platforms = list(Style), [Platform.YOUTUBE, Platform.TIKTOK, Platform.INSTAGRAM, Platform.X]
    rows = [row(2 + at, style=styles[at % 4], platforms=(platforms[at // 4],)) for at in range(16)]

    chosen = riskiest(rows, 4)

    assert {each.plan.style for each in chosen} == set(styles)
    assert {each.plan.outputs[0].platform for each in chosen} == set(platforms)


def test_a_row_that_shows_two_things_saves_one() -> None:
    both = row(9, style=Style.CLASSIC, platforms=(Platform.TIKTOK,))
    rows = [row(2), row(3), row(4, style=Style.CLASSIC), row(5, platforms=(Platform.TIKTOK,)), both]

    assert 9 in numbers(riskiest(rows, 2))


def test_the_choice_depends_on_the_sheet_alone() -> None:
    rows = [SPECIAL[kind][0] for kind in SPECIAL]
    rows = [replace(each, sheet_row=at, row_key=f"row-{at}") for at, each in enumerate(rows, 2)]
    first = riskiest(rows, 5)

    shuffled = rows.copy()
    random.Random(7).shuffle(shuffled)

    assert riskiest(shuffled, 5) == first
    assert riskiest(rows, 3) == first[:3]


def test_there_are_never_more_rows_than_the_sheet_has_and_each_says_why() -> None:
    chosen = riskiest(plain_rows(3), 10)

    assert sorted(numbers(chosen)) == [2, 3, 4]
    assert all(each.reasons for each in chosen)
    assert riskiest([], 3) == ()
