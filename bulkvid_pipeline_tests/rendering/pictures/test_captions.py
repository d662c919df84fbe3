from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Captions, Style
from bulkvid_pipeline.rendering.model import Cue, Scene, SceneKind, SpokenWord, TimedScene, VideoFormat, shown_scenes
from bulkvid_pipeline.rendering.pictures.caption_places import caption_place
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.theme import SpokenMark
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline_tests.rendering.pictures import scenes

STYLES = list(Style)


def spoken_film(words: list[str], style: Style = Style.MODERN, fmt: VideoFormat = scenes.WIDE) -> SceneFilm:
    """A body scene that speaks the words from frame 30, ten frames each with a pause of four, all in one cue."""
    spoken = tuple(SpokenWord(word, 30 + 10 * index, 36 + 10 * index) for index, word in enumerate(words))
    cue = Cue(spoken, 28, 40 + 10 * len(words))
    timed = TimedScene(Scene(SceneKind.BODY, " ".join(words), "Heading"), cue.end + 20, (cue,))
    return scene_film(timed, fmt, THEMES[style])


def pixels_near(rgb: NDArray[np.uint8], box: Box, color: tuple[int, int, int]) -> int:
    part = rgb[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].astype(int)
    return int((np.abs(part - color).max(axis=2) <= 6).sum())


@pytest.mark.parametrize("style", STYLES)
def test_the_spoken_word_is_marked_in_the_themes_colour_and_others_are_not(style: Style) -> None:
    film = spoken_film(["Review", "every", "morning"], style)
    look = THEMES[style].captions
    first, last = film.spoken_box(31), film.spoken_box(51)
    assert first is not None
    assert last is not None
    assert first.right <= last.left
    color = look.mark if look.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK) else look.spoken
    still = film.still(31)
    assert pixels_near(still, first, color) > 60
    assert pixels_near(still, last, color) == 0
    assert pixels_near(film.still(51), last, color) > 60


def test_between_words_the_last_spoken_word_stays_marked() -> None:
    film = spoken_film(["one", "two"])
    np.testing.assert_array_equal(film.still(30), film.still(39))
    assert (film.still(39) != film.still(40)).any()


def test_a_caption_is_seen_from_its_start_until_before_its_end() -> None:
    film = spoken_film(["one", "two"])
    visible = [len(film.text_boxes(frame)) for frame in (27, 28, 59, 60)]
    assert visible == [1, 2, 2, 1]
    assert film.spoken_box(28) is None, "nothing is marked before the first word is spoken"


@pytest.mark.parametrize("style", STYLES)
def test_words_in_right_to_left_captions_are_marked_from_the_right(style: Style) -> None:
    film = spoken_film(["ابدأ", "بخمس", "كلمات"], style)
    boxes = [film.spoken_box(frame) for frame in (31, 41, 51)]
    lefts = [box.left for box in boxes if box]
    assert len(lefts) == 3
    assert lefts == sorted(lefts, reverse=True)


def test_a_foreign_word_in_a_right_to_left_caption_is_marked_where_it_stands() -> None:
    film = spoken_film(["استخدم", "AI", "tools", "كل", "يوم"])
    boxes = {word: film.spoken_box(31 + 10 * index) for index, word in enumerate(("استخدم", "AI", "tools", "كل"))}
    assert all(boxes.values())
    left = {word: box.left for word, box in boxes.items() if box}
    assert left["كل"] < left["AI"] < left["tools"] < left["استخدم"]


def test_emoji_are_marked_like_words() -> None:
    film = spoken_film(["sleep", "🥱", "now"])
    sleep, yawn, now = (film.spoken_box(frame) for frame in (31, 41, 51))
    assert sleep is not None
    assert yawn is not None
    assert now is not None
    assert sleep.right <= yawn.left + 1
    assert yawn.right <= now.left + 1


def test_marks_of_neighbouring_words_do_not_overlap() -> None:
    film = spoken_film(["Keep", "one", "list", "not", "five", "and", "review"])
    boxes = [film.spoken_box(31 + 10 * index) for index in range(7)]
    for before, after in itertools.pairwise(boxes):
        assert before is not None
        assert after is not None
        assert not before.overlaps(after)


@pytest.mark.parametrize(
    "words", [["下茶壶", "水温", "控制", "在", "八十五度", "左右", "慢慢", "倒出来", "闻一闻", "香气"]]
)
def test_chinese_words_are_set_without_blanks_and_kept_on_one_line(words: list[str]) -> None:
    film = spoken_film(words, Style.CORPORATE, scenes.SHORTS)
    (_, caption) = film.text_boxes(31)[-2:]
    lines = 0
    for index in range(len(words)):
        box = film.spoken_box(31 + 10 * index)
        assert box is not None
        lines = max(lines, round(caption.height / box.height))
        assert box.height < caption.height / 1.5 or lines == 1


def test_a_word_that_draws_nothing_is_never_marked() -> None:
    film = spoken_film(["one", "\u200d", "two"])
    assert film.spoken_box(41) is None
    assert film.spoken_box(51) is not None


def test_a_caption_of_many_words_shrinks_and_stays_in_its_zone() -> None:
    for style in STYLES:
        film = spoken_film(
            ["Rindfleischetikettierungsüberwachungsaufgabenübertragungsgesetz"] * 8, style, scenes.SHORTS
        )
        for box in film.text_boxes(31):
            assert film.safe_area.contains(box, tolerance=1)
        assert film.spoken_box(61) is not None


def test_cues_that_overlap_show_the_later_one() -> None:
    early = Cue((SpokenWord("early", 20, 25),), 20, 40)
    late = Cue((SpokenWord("considerably later", 30, 35),), 30, 50)
    film = scene_film(TimedScene(Scene(SceneKind.BODY), 60, (early, late)), scenes.WIDE, THEMES[Style.MODERN])
    assert film.text_boxes(35)[0].width > film.text_boxes(25)[0].width


@pytest.mark.parametrize(
    "words",
    [
        ["காலையில்", "நிரப்புங்கள்", "ஒரு", "பொத்தானை", "அழுத்தினால்", "போதும்", "என்றும்", "கூறுங்கள்"],
        ["ចាក់", "ទឹក", "ឱ្យ", "ពេញ", "កំសៀវ", "ពី", "យប់", "ដាក់", "ពែង", "ក្បែរ", "នៅ", "ក្រោម", "ត្រង់", "ក្រុម"],
        ["Đặt", "ruộng", "thị", "cộng", "nhộng", "Ồn", "Ẩm", "ngọng", "Ỡm", "nhẵn", "gặp", "được"],
    ],
)
def test_a_word_whose_signs_hang_below_its_line_is_marked_on_that_line_alone(words: list[str]) -> None:
    film = spoken_film(words, Style.MODERN, scenes.SHORTS)
    (_, caption) = film.text_boxes(31)[-2:]
    heights = [box.height for index in range(len(words)) if (box := film.spoken_box(31 + 10 * index))]
    assert len(heights) == len(words)
    assert caption.height > 1.5 * max(heights)
    assert max(heights) == min(heights)


def test_a_caption_of_a_right_to_left_text_that_begins_with_a_foreign_name_is_set_from_the_right() -> None:
    film = spoken_film(["Smart", "جهاز", "جديد", "في", "المطبخ"])
    boxes = [film.spoken_box(31 + 10 * index) for index in range(5)]
    lefts = [box.left for box in boxes if box]
    assert len(lefts) == 5
    assert lefts == sorted(lefts, reverse=True)


@pytest.mark.parametrize("style", STYLES)
def test_without_captions_in_the_picture_the_card_has_their_room(style: Style) -> None:
    word = SpokenWord("Hello", 30, 60)
    text = "A card with a long text that fills what room there is. " * 14
    timed = TimedScene(Scene(SceneKind.BODY, "Hello", text), 90, (Cue((word,), 30, 75),))
    (burned,), (off,) = shown_scenes([timed], Captions.BURNED), shown_scenes([timed], Captions.OFF)
    with_caption, without = (scene_film(each, scenes.WIDE, THEMES[style]) for each in (burned, off))
    assert len(with_caption.text_boxes(60)) == len(without.text_boxes(60)) + 1
    assert without.text_boxes(60)[0].height > with_caption.text_boxes(60)[0].height
    assert with_caption.fingerprint != without.fingerprint


@pytest.mark.parametrize("fmt", [scenes.WIDE, scenes.SHORTS])
@pytest.mark.parametrize("style", STYLES)
def test_players_show_captions_where_the_picture_has_its_own(style: Style, fmt: VideoFormat) -> None:
    film = spoken_film(["Review", "every", "morning"], style, fmt)
    caption = film.text_boxes(31)[-1]
    place = caption_place(Scene(SceneKind.BODY, "Review", "Heading"), THEMES[style], Stage.of(fmt))
    left, right = place.position - place.size / 2, place.position + place.size / 2
    safe = film.safe_area
    assert left >= 100 * safe.left / fmt.width - 1
    assert right <= 100 * safe.right / fmt.width + 1
    assert place.line <= 100 * caption.top / fmt.height
    assert 100 * caption.bottom / fmt.height <= 100 * safe.bottom / fmt.height
    assert left <= 100 * caption.center_x / fmt.width <= right
