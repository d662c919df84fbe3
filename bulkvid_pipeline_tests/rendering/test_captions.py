from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.captions import cue_text, cues_for, srt, vtt
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.script.words import display_text, gap_between, script_words


def spoken(text: str, frames_each: int = 11, start: int = 9) -> tuple[tuple[SpokenWord, ...], int]:
    words = [word.text for word in script_words(text)]
    timed = tuple(
        SpokenWord(word, start + index * frames_each, start + (index + 1) * frames_each)
        for index, word in enumerate(words)
    )
    return timed, start + len(words) * frames_each + 12


TEXT = (
    "Most of us lose two hours a day to small tasks. Let an assistant draft your replies, and only edit what matters."
)


@pytest.mark.parametrize(("aspect", "limit"), [(Aspect.WIDE, 42), (Aspect.TALL, 28), (Aspect.SQUARE, 28)])
def test_cues_hold_all_words_within_the_width_of_the_frame(aspect: Aspect, limit: int) -> None:
    words, frames = spoken(TEXT)
    cues = cues_for(words, aspect, frames)
    assert [word for cue in cues for word in cue.words] == list(words)
    assert all(display_width(cue_text(cue)) <= limit for cue in cues)


def test_cues_break_at_punctuation() -> None:
    words, frames = spoken(TEXT)
    texts = [cue_text(cue) for cue in cues_for(words, Aspect.WIDE, frames)]
    assert "and only edit what matters." in texts
    assert any(text.endswith("small tasks.") for text in texts)


def test_a_comma_is_a_better_break_than_the_middle_of_a_phrase() -> None:
    words, frames = spoken("Roll your shoulders back, then hold the edge of your chair and lean")
    texts = [cue_text(cue) for cue in cues_for(words, Aspect.TALL, frames)]
    assert texts[0] == "Roll your shoulders back,"
    words, frames = spoken("Stop now, because the water in the pot is hot")
    assert cue_text(cues_for(words, Aspect.WIDE, frames)[0]) == "Stop now,"


def test_cues_are_shown_while_they_are_spoken_and_never_overlap() -> None:
    words, frames = spoken(TEXT)
    cues = cues_for(words, Aspect.TALL, frames)
    for cue in cues:
        assert cue.start == cue.words[0].start
        assert cue.end >= cue.words[-1].end
        assert cue.end - cue.start >= 21
        assert len(cue_text(cue)) / ((cue.end - cue.start) / 30) <= 20
    assert all(before.end <= after.start for before, after in itertools.pairwise(cues))
    assert cues[-1].end <= frames


def test_chinese_counts_double_and_joins_without_blanks() -> None:
    text = "放入三克茶叶，水温控制在八十五度左右，第一泡只要二十秒。"
    words, frames = spoken(text)
    cues = cues_for(words, Aspect.TALL, frames)
    assert all(display_width(cue_text(cue)) <= 28 for cue in cues)
    assert "".join(cue_text(cue) for cue in cues) == text
    assert all(not cue_text(cue).startswith(("，", "。")) for cue in cues)


@pytest.mark.parametrize(
    "text",
    ["まずは光を見てください。", "先用热水温一下茶壶。", "สวัสดีครับวันนี้อากาศดี", "«قال» نعم. حسنا", "it's “fine” — ok"],
)
def test_words_join_to_the_text_that_they_were_cut_from(text: str) -> None:
    words = [word.text for word in script_words(text)]
    assert len(words) > 1
    assert display_text(words) == text


def test_groups_of_scripts_without_blanks_never_part_marks_from_letters() -> None:
    for word in script_words("ขึ้นรถไฟไปเชียงใหม่กับเพื่อนที่น่ารัก"):
        assert not re.match("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0e30\u0e32\u0e33]", word.text)
        assert word.text[-1] not in "เแโใไ"


def test_neighbours_are_parted_by_a_blank_only_where_their_script_has_one() -> None:
    assert gap_between("茶", "壶") == ""
    assert gap_between("茶，", "壶") == ""
    assert gap_between("tea", "茶") == " "
    assert gap_between("안녕", "여러분") == " "


@given(st.lists(st.tuples(st.text(min_size=1, max_size=50).filter(str.isalnum), st.integers(1, 60)), max_size=25))
def test_any_words_give_cues_inside_the_scene(parts: list[tuple[str, int]]) -> None:
    position, words = 5, []
    for text, frames in parts:
        words.append(SpokenWord(text, position, position + frames))
        position += frames
    for aspect in Aspect:
        cues = cues_for(words, aspect, position + 8)
        assert [word for cue in cues for word in cue.words] == words
        assert all(cue.start < cue.end <= position + 8 for cue in cues)
        assert all(before.end <= after.start for before, after in itertools.pairwise(cues))


def scene_of(text: str, frames: int, start: int, end: int) -> TimedScene:
    words = tuple(SpokenWord(word, start, end) for word in text.split())
    return TimedScene(Scene(SceneKind.BODY, text), frames, (Cue(words, start, end),))


def test_srt_counts_on_over_scenes_in_milliseconds_of_frames() -> None:
    scenes = [
        TimedScene(Scene(SceneKind.TITLE), 50),
        scene_of("Hello there", 100, 10, 40),
        scene_of("مرحبا 茶", 108_000, 1, 107_999),
    ]
    assert srt(scenes) == (
        "1\n00:00:02,000 --> 00:00:03,000\nHello there\n\n2\n00:00:05,033 --> 01:00:04,967\nمرحبا 茶\n\n"
    )


def test_vtt_escapes_what_would_be_markup() -> None:
    text = vtt([scene_of("<b>A&B</b> --> <script>", 60, 0, 30)])
    assert text == ("WEBVTT\n\n00:00:00.000 --> 00:00:01.000\n&lt;b&gt;A&amp;B&lt;/b&gt; --&gt; &lt;script&gt;\n\n")
    assert "x -> y" in srt([scene_of("x --> y", 60, 0, 30)])


@pytest.mark.parametrize(("pause", "stays"), [(0, 0), (15, 15), (30, 15), (45, 22), (90, 24)])
def test_a_caption_stays_over_short_pauses_and_for_half_of_long_ones(pause: int, stays: int) -> None:
    first = [SpokenWord(f"word{index}", 10 * index, 10 * index + 10) for index in range(4)]
    last = first[-1].end
    full = replace(first[-1], text="word3.")
    then = SpokenWord("Then", last + pause, last + pause + 40)
    cues = cues_for([*first[:-1], full, then], Aspect.WIDE, then.end)
    assert cues[0].words[-1] == full
    assert cues[0].end == last + stays
