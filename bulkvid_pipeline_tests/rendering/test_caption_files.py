from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.caption_files import CuePlace, srt, vtt
from bulkvid_pipeline.rendering.captions import cues_for
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.quality.captions import caption_cues


def scene_of(text: str, frames: int, start: int, end: int, lines: tuple[str, ...] = ()) -> TimedScene:
    words = tuple(SpokenWord(word, start, end) for word in text.split())
    return TimedScene(Scene(SceneKind.BODY, text), frames, (Cue(words, start, end, lines),))


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


def test_the_lines_of_a_cue_are_lines_of_the_files() -> None:
    scenes = [scene_of("Put the cup next to it", 60, 0, 45, ("Put the cup", "next to it"))]
    assert "\nPut the cup\nnext to it\n\n" in srt(scenes)
    assert "\nPut the cup\nnext to it\n\n" in vtt(scenes)


def test_vtt_says_what_it_is_and_where_each_caption_stands() -> None:
    text = vtt([scene_of("नमस्ते", 60, 0, 45)], [CuePlace(62, 46, 81)], "hi")
    assert text.startswith("WEBVTT\nKind: captions\nLanguage: hi\n\n")
    assert "00:00:00.000 --> 00:00:01.500 line:62% position:46% size:81% align:center\nनमस्ते\n" in text


def test_a_caption_without_a_second_in_its_scene_stays_on_into_the_next() -> None:
    scenes = [scene_of("Yes.", 20, 4, 20), scene_of("Then we go.", 90, 12, 60)]
    first, second = caption_cues(srt(scenes))
    assert first.end - first.start == pytest.approx(1.0, abs=0.001)
    assert second.start >= first.end


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("جهاز Smart Kettle", ("جهاز", "\u200fSmart Kettle")),
        ("العرب قالوا نعم", ("العرب", "قالوا نعم")),
        ("The word شاي means", ("The word", "\u200eشاي means")),
    ],
)
def test_each_line_keeps_the_direction_of_its_scene(text: str, marked: tuple[str, ...]) -> None:
    first, _, rest = text.partition(" ")
    lines = (first, rest) if not text.startswith("The") else ("The word", "شاي means")
    assert "\n".join(marked) in srt([scene_of(text, 90, 0, 60, lines)])


def test_nothing_to_see_makes_no_cue() -> None:
    assert srt([scene_of("\u200b", 60, 0, 45)]) == ""


@given(st.lists(st.text(min_size=1, max_size=30), min_size=1, max_size=12))
def test_any_words_are_read_back_from_both_files(texts: list[str]) -> None:
    words = tuple(SpokenWord(text, 15 * at, 15 * at + 15, " ") for at, text in enumerate(texts) if text.split())
    cues = cues_for(words, Aspect.WIDE, 15 * len(texts) + 20)
    scenes = [TimedScene(Scene(SceneKind.BODY, "x"), 15 * len(texts) + 20, cues)]
    from_srt, from_vtt = caption_cues(srt(scenes)), caption_cues(vtt(scenes))
    assert [cue.text for cue in from_srt] == [cue.text.replace("-->", "->") for cue in from_vtt]
    assert [(cue.start, cue.end) for cue in from_srt] == [(cue.start, cue.end) for cue in from_vtt]
