"""Texts in pictures: where they stand, and characters that no font has."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.quality import Outcome
from bulkvid_pipeline.rendering.quality.texts import (
    Overrun,
    glyph_check,
    missing_characters,
    missing_in_words,
    overrun,
    resting_frames,
    safe_area_check,
    shown_cells,
)
from bulkvid_pipeline_tests.rendering.pictures import scenes

THEME = THEMES[Style.MODERN]


@dataclass(frozen=True)
class Moved:
    """A film whose texts stand elsewhere from one frame on."""

    timed: TimedScene
    fmt: VideoFormat
    right: float
    since: int = 0

    @property
    def fingerprint(self) -> str:
        return "moved"

    def text_boxes(self, frame: int) -> list[Box]:
        boxes = scene_film(self.timed, self.fmt, THEME).text_boxes(frame)
        return [box.shifted(self.right, 0) if frame >= self.since else box for box in boxes]


@pytest.mark.parametrize("fmt", [scenes.WIDE, scenes.TALL, scenes.SHORTS, scenes.SQUARE], ids=lambda fmt: fmt.platform)
@pytest.mark.parametrize("kind", scenes.KINDS)
def test_real_scenes_keep_to_the_safe_area(kind: str, fmt: VideoFormat) -> None:
    timed = scenes.KINDS[kind]
    assert overrun(scene_film(timed, fmt, THEME), timed, fmt) == Overrun()


def test_a_text_under_the_platforms_buttons_is_a_fault() -> None:
    timed = scenes.KINDS["body"]
    found = overrun(Moved(timed, scenes.TALL, right=400.0), timed, scenes.TALL)
    check = safe_area_check([timed, timed], [Overrun(), found])
    assert check.outcome is Outcome.FAULT
    assert found.pixels > 1
    assert f"at {(timed.frames + found.frame) / 30:.1f} s extends {found.pixels:.0f} pixels beyond" in check.said


def test_a_text_that_leaves_the_safe_area_at_the_end_is_found() -> None:
    timed = scenes.KINDS["body"]
    last = timed.frames - 1
    assert overrun(Moved(timed, scenes.WIDE, 2000.0, since=last), timed, scenes.WIDE).frame == last


def test_every_caption_is_looked_at_once_at_rest() -> None:
    timed = scenes.KINDS["body"]
    frames = resting_frames(timed)
    assert frames[-1] == timed.frames - 1
    assert all(any(cue.start <= frame < cue.end for frame in frames) for cue in timed.cues)


def test_characters_that_no_font_has_are_named_with_their_cell() -> None:
    cells = (("idea_title", "A \U00012000 and \U00012000"), ("script_content", "\ue000 \U00012000\u0301"))
    missing = missing_characters(cells, THEME)
    assert missing_in_words(missing) == (
        "\U00012000 (U+12000 CUNEIFORM SIGN A) in idea_title; "
        "\ue000 (U+E000 without a name), \U00012000\u0301 (U+12000 CUNEIFORM SIGN A + U+0301 COMBINING ACUTE ACCENT)"
        " in script_content"
    )
    assert glyph_check(missing).outcome is Outcome.FAULT
    assert glyph_check(()).outcome is Outcome.PASSED


def test_of_very_many_characters_some_are_named() -> None:
    signs = "".join(map(chr, range(0x12000, 0x12010)))
    assert missing_in_words(missing_characters([("idea_title", signs)], THEME)).endswith("in idea_title; and 6 more")


def test_a_character_that_nobody_will_see_needs_no_font() -> None:
    assert missing_characters(shown_cells("Tea", "", "[music: \U0010fffd] Welcome back."), THEME) == ()
    assert missing_characters(shown_cells("Tea", "", "Welcome \U0010fffd back."), THEME)
