from __future__ import annotations

import itertools
import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.options import Aspect
from bulkvid_pipeline.rendering.caption_lines import LIMITS
from bulkvid_pipeline.rendering.caption_times import lasting
from bulkvid_pipeline.rendering.captions import cue_text, cues_for
from bulkvid_pipeline.rendering.model import SpokenWord
from bulkvid_pipeline.rendering.script.statements import display_width
from bulkvid_pipeline.rendering.script.tokens import units_of
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
def test_cues_hold_all_words_in_two_lines_of_the_frames_width(aspect: Aspect, limit: int) -> None:
    words, frames = spoken(TEXT)
    cues = cues_for(words, aspect, frames)
    assert [word for cue in cues for word in cue.words] == list(words)
    for cue in cues:
        assert " ".join(cue.lines) == cue_text(cue)
        assert len(cue.lines) <= 2
        assert all(display_width(line) <= limit for line in cue.lines)


def lines_of(text: str, aspect: Aspect = Aspect.WIDE, frames_each: int = 11) -> list[tuple[str, ...]]:
    words, frames = spoken(text, frames_each)
    return [cue.lines for cue in cues_for(words, aspect, frames)]


def test_cues_and_lines_break_at_punctuation() -> None:
    assert lines_of(TEXT) == [
        ("Most of us lose two hours", "a day to small tasks."),
        ("Let an assistant draft your replies,", "and only edit what matters."),
    ]


def test_a_comma_is_a_better_break_than_the_middle_of_a_phrase() -> None:
    text = "Roll your shoulders back, then hold the edge of your chair and lean"
    assert lines_of(text, Aspect.TALL)[0] == ("Roll your shoulders back,",)


def test_lines_end_with_no_article_and_begin_with_no_postposition() -> None:
    (lines,) = lines_of("The best time to plant a tree was in the spring of the last year")
    assert lines == ("The best time to plant a tree", "was in the spring of the last year")
    (lines,) = lines_of("सुबह आपको सिर्फ़ एक छोटा सा बटन रसोई में दबाना है और चाय")
    assert not lines[1].startswith(("में", "है"))


def test_a_single_word_is_shown_with_its_neighbours() -> None:
    assert lines_of("Visit example.com/free-guide.", Aspect.TALL) == [("Visit", "example.com/free-guide.")]
    assert lines_of("Stop. Wait. Look around you.") == [("Stop. Wait. Look around you.",)]


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        (
            "https://www.example.com/guides/2025/how-to-make-better-tea-at-home",
            ("https://www.example.com/guides/", "2025/how-to-make-better-tea-at-home"),
        ),
        (
            "Read https://www.example.com/guides/2025/how-to-make-tea",
            ("Read", "https://www.example.com/guides/2025/how-to-make-tea"),
        ),
        (
            "Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",
            ("Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz",),
        ),
    ],
)
def test_what_is_longer_than_a_line_stands_alone_or_breaks_at_its_marks(text: str, lines: tuple[str, ...]) -> None:
    assert lines_of(text) == [lines]


@pytest.mark.parametrize("aspect", list(Aspect))
@pytest.mark.parametrize(
    "text",
    [
        "今年茶叶出口达到4.15亿元，同比增长5.7%。每斤均价1,980円，10:30访问example.com了解更多，拨打400-820-0199。",
        "Call +49 30 1234567 from 9 a.m. to 4 p.m. and ask J. K. Rowling for 1,2 Mio. of R$ 4,50 each",
        "Wi-Fi und 12,5 kg zu -12 °C kosten 1.234,56 € am 24. Dezember bei team@example.com oder @tea_time_daily",
        "ปีนี้ส่งออก 4.15 ล้านบาท เพิ่มขึ้น 5.7% ราคาแก้วละ 1,980 บาท เปิด 10:30 น. ดูที่ example.com",
    ],
)
def test_a_unit_is_never_parted_by_a_cue_or_a_line(text: str, aspect: Aspect) -> None:
    words = script_words(text)
    timed = tuple(SpokenWord(word.text, 9 * at, 9 * at + 9, word.gap) for at, word in enumerate(words))
    lines = [line for cue in cues_for(timed, aspect, 9 * len(words) + 12) for line in cue.lines]
    for unit in units_of(text):
        assert any(unit.text in line for line in lines), unit.text


def test_a_cue_holds_words_of_one_entry_of_a_list() -> None:
    words = tuple(
        SpokenWord(text, 20 * at, 20 * at + 12, gap)
        for at, (text, gap) in enumerate([("Tea", "\n"), ("Green", " "), ("milk", "\n"), ("Bread", None)])
    )
    assert [cue_text(cue) for cue in cues_for(words, Aspect.WIDE, 120)] == ["Tea", "Green milk", "Bread"]


def test_a_short_cue_takes_the_pause_or_lets_the_next_one_wait() -> None:
    entries = (SpokenWord("Tea", 10, 16, "\n"), SpokenWord("Milk", 31, 37, "\n"), SpokenWord("Bread", 80, 90))
    spans = [(cue.start, cue.end) for cue in cues_for(entries, Aspect.WIDE, 120)]
    assert all(end - start >= 30 for start, end in spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(spans))


def test_cues_are_shown_while_they_are_spoken_and_never_overlap() -> None:
    words, frames = spoken(TEXT)
    cues = cues_for(words, Aspect.TALL, frames)
    for cue in cues:
        assert cue.start == cue.words[0].start
        assert cue.end >= cue.words[-1].end
        assert cue.end - cue.start >= 30
        assert len(cue_text(cue)) / ((cue.end - cue.start) / 30) <= 20
    assert all(before.end <= after.start for before, after in itertools.pairwise(cues))
    assert cues[-1].end <= frames


@pytest.mark.parametrize(("aspect", "limit"), [(Aspect.WIDE, 20), (Aspect.TALL, 14)])
def test_lines_of_chinese_have_so_many_characters_and_no_blanks(aspect: Aspect, limit: int) -> None:
    text = "放入三克茶叶，水温控制在八十五度左右，第一泡只要二十秒。"
    words, frames = spoken(text)
    cues = cues_for(words, aspect, frames)
    assert all(len(line) <= limit for cue in cues for line in cue.lines)
    assert "".join(line for cue in cues for line in cue.lines) == text
    assert all(not cue_text(cue).startswith(("，", "。")) for cue in cues)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("今年茶叶出口达到4.15亿元，", ["今年", "茶叶", "出口", "达到", "4.15亿元，"]),
        ("我们的客户都喜欢喝清淡的茶", ["我们的", "客户", "都", "喜欢", "喝", "清淡的", "茶"]),
        ("喜欢二十秒的茶", ["喜欢", "二十秒", "的", "茶"]),
        ("ゆっくりお茶を飲みましょう。", ["ゆっくり", "お茶を", "飲みましょう。"]),
        ("人口は約1,400万人です。「今日」は晴れ", ["人口は", "約", "1,400万人です。", "「今日」は", "晴れ"]),
        ("コンピューターでデータを分析しています。", ["コンピューターで", "データを", "分析しています。"]),
    ],
)
def test_words_of_chinese_and_japanese_are_those_of_the_dictionary(text: str, words: list[str]) -> None:
    assert [word.text for word in script_words(text)] == words


@pytest.mark.parametrize(
    "text",
    ["まずは光を見てください。", "先用热水温一下茶壶。", "สวัสดีครับวันนี้อากาศดี", "«قال» نعم. حسنا", "it's “fine” — ok"],
)
def test_words_join_to_the_text_that_they_were_cut_from(text: str) -> None:
    words = script_words(text)
    assert len(words) > 1
    assert display_text([word.text for word in words], [word.gap for word in words]) == text


def test_groups_of_scripts_without_blanks_never_part_marks_from_letters() -> None:
    for word in script_words("ขึ้นรถไฟไปเชียงใหม่กับเพื่อนที่น่ารัก"):
        assert not re.match("[\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0e30\u0e32\u0e33]", word.text)
        assert word.text[-1] not in "เแโใไ"


def test_neighbours_are_parted_by_a_blank_only_where_their_script_has_one() -> None:
    assert gap_between("茶", "壶") == ""
    assert gap_between("茶，", "壶") == ""
    assert gap_between("tea", "茶") == " "
    assert gap_between("안녕", "여러분") == " "


SOME_WORDS = """
a the tea of Visit example.com/free-guide 4.15 million dollars 茶叶 達到 4.15亿元， ใช้ เวลา क्षण शाम। Smart مل 👩🏽‍🍳
Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz $1,234.56 +49 30 1234567 Stop. well, — 10:30 p.m.
self-care https://www.example.com/a/very/long/path/to/some-thing-that/nobody-reads.html
"""
WORDS = st.sampled_from(SOME_WORDS.split())
PARTS = st.lists(
    st.tuples(WORDS | st.text(min_size=1, max_size=50).filter(str.isalnum), st.integers(1, 60), st.sampled_from(" \n")),
    max_size=25,
)


@given(PARTS, st.sampled_from(Aspect), st.integers(0, 40))
def test_any_words_give_cues_that_keep_the_rules(parts: list[tuple[str, int, str]], aspect: Aspect, tail: int) -> None:
    position, words = 5, []
    for text, frames, gap in parts:
        words.append(SpokenWord(text, position, position + frames, "\n" if gap == "\n" else None))
        position += frames
    cues = cues_for(words, aspect, position + tail)
    assert [word for cue in cues for word in cue.words] == words
    assert all(cue.start < cue.end <= position + tail for cue in cues)
    assert all(before.end <= after.start for before, after in itertools.pairwise(cues))
    assert all(gap == 0 or gap >= 2 for gap in (after.start - before.end for before, after in itertools.pairwise(cues)))
    for cue in cues:
        assert all(word.gap != "\n" for word in cue.words[:-1])
        assert 1 <= len(cue.lines) <= 2
        assert re.sub(r"\s", "", "".join(cue.lines)) == re.sub(r"\s", "", cue_text(cue))
        for line in cue.lines:
            alone = len(line.split()) == 1 or any(unit.text == line for unit in units_of(line))
            assert LIMITS[aspect].share(line) <= 1 or alone


@given(st.lists(st.tuples(st.integers(1, 80), st.integers(0, 60)), max_size=12), st.integers(0, 60))
def test_captions_last_a_second_wherever_there_is_time(parts: list[tuple[int, int]], tail: int) -> None:
    position, spans = 0, []
    for frames, gap in parts:
        spans.append((position + gap, position + gap + frames))
        position += gap + frames
    total = position + tail
    lasting_spans = lasting(spans, total)
    assert all(0 <= start < end <= total for start, end in lasting_spans)
    assert all(before[1] <= after[0] for before, after in itertools.pairwise(lasting_spans))
    bounds = [0, *(bound for span in lasting_spans for bound in span), total]
    gaps = [after - before for before, after in zip(bounds[::2], bounds[1::2], strict=True)]
    for (start, end), before, after in zip(lasting_spans, gaps, gaps[1:], strict=False):
        assert end - start >= 30 or (before, after) == (0, 0)


@pytest.mark.parametrize(("pause", "stays"), [(0, 0), (15, 15), (30, 15), (45, 22), (90, 24)])
def test_a_caption_stays_over_short_pauses_and_for_half_of_long_ones(pause: int, stays: int) -> None:
    first = [SpokenWord(f"word{index}", 10 * index, 10 * index + 10) for index in range(4)]
    last = first[-1].end
    full = replace(first[-1], text="word3.")
    then = SpokenWord("Then", last + pause, last + pause + 40)
    cues = cues_for([*first[:-1], full, then], Aspect.WIDE, then.end)
    assert cues[0].words[-1] == full
    assert cues[0].end == last + stays
