from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Platform, Style
from bulkvid_pipeline.rendering.model import Cue, Film, Planes, Scene, SceneKind, SpokenWord, TimedScene, VideoFormat
from bulkvid_pipeline.rendering.pictures.backgrounds import background_for
from bulkvid_pipeline.rendering.pictures.canvas import converted
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import ENTRANCE_FRAMES, EXIT_FRAMES
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.themes import THEMES
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline_tests.rendering.pictures import scenes

STYLES = list(Style)
FORMATS = {
    "wide": scenes.WIDE,
    "tiktok": scenes.TALL,
    "reels": scenes.REELS,
    "shorts": scenes.SHORTS,
    "square": scenes.SQUARE,
}

OVERHANG = 3
"""Pixels by which the edges of round and slanted letters may reach over their box; nothing of a letter is cut off."""


def film_of(kind: str, style: Style, fmt: VideoFormat = scenes.WIDE) -> SceneFilm:
    return scene_film(scenes.KINDS[kind], fmt, THEMES[style])


def planes_of(rgb: NDArray[np.uint8]) -> Planes:
    opaque = np.dstack([rgb, np.full(rgb.shape[:2], 255, np.uint8)])
    return converted(opaque)


def assert_same(got: Planes, wanted: Planes) -> None:
    for name in ("y", "u", "v"):
        np.testing.assert_array_equal(getattr(got, name), getattr(wanted, name), err_msg=name)


def test_a_scene_film_is_a_film() -> None:
    film: Film = film_of("title", Style.MODERN, scenes.SMALL)  # the type checker proves the protocol
    assert film.frames == scenes.TITLE.frames


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", scenes.KINDS)
def test_changes_start_at_zero_and_increase_strictly_within_the_film(kind: str, style: Style) -> None:
    film = film_of(kind, style, scenes.SMALL)
    frames = [change.frame for change in film.changes()]
    assert frames[0] == 0
    assert all(before < after for before, after in itertools.pairwise(frames))
    assert frames[-1] < film.frames


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", scenes.KINDS)
def test_playing_the_changes_gives_the_same_picture_as_painting_a_frame_alone(kind: str, style: Style) -> None:
    film = film_of(kind, style, scenes.SMALL)
    for number, change in enumerate(film.changes()):
        if number % 4 == 0 or change.frame > ENTRANCE_FRAMES:
            assert_same(change.planes, planes_of(film.still(change.frame)))


def leaving_film(style: Style, fmt: VideoFormat = scenes.WIDE) -> SceneFilm:
    return scene_film(replace(scenes.BODY, scene=replace(scenes.BODY.scene, leaves=True)), fmt, THEMES[style])


@pytest.mark.parametrize("style", STYLES)
def test_a_card_that_makes_room_stays_at_rest_until_it_leaves(style: Style) -> None:
    film, stays = leaving_film(style), film_of("body", style)
    assert (film.rest, stays.rest) == (film.frames - 1 - EXIT_FRAMES, stays.frames - 1)
    np.testing.assert_array_equal(film.still(film.rest), stays.still(film.rest))
    shown = [film.still(frame) for frame in range(film.rest, film.frames)]
    assert all((before != after).any() for before, after in itertools.pairwise(shown))


@pytest.mark.parametrize("style", STYLES)
def test_leaving_is_played_as_it_is_painted(style: Style) -> None:
    film = leaving_film(style, scenes.SMALL)
    for change in film.changes():
        if change.frame > film.rest:
            assert_same(change.planes, planes_of(film.still(change.frame)))


def test_each_style_leaves_in_a_way_of_its_own() -> None:
    halfway = {style: leaving_film(style) for style in STYLES}
    poses = {
        style: tuple(
            (at.alpha < 255, at.dx != 0, at.dy != 0, at.clip != part.box.shifted(at.dx, at.dy))
            for part, at in zip(film._parts, film._state(film.frames - 1).poses, strict=True)
            if part.texts
        )
        for style, film in halfway.items()
    }
    assert len(set(poses.values())) == len(STYLES)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_a_film_tells_where_it_will_change(style: Style, fmt: VideoFormat) -> None:
    film = film_of("body", style, fmt)
    before: Planes | None = None
    for redraw, change in zip(film.redraws(), film.changes(), strict=True):
        assert redraw.frame == change.frame
        if before is not None:
            outside = np.ones(before.y.shape, bool)
            for left, top, width, height in redraw.regions:
                outside[top : top + height, left : left + width] = False
            assert not (outside & (before.y != change.planes.y)).any()
            half = outside[::2, ::2]
            assert not (half & ((before.u != change.planes.u) | (before.v != change.planes.v))).any()
        before = Planes(change.planes.y.copy(), change.planes.u.copy(), change.planes.v.copy())


@pytest.mark.parametrize("style", STYLES)
def test_a_picture_holds_until_the_next_change(style: Style) -> None:
    film = film_of("body", style, scenes.SMALL)
    frames = [change.frame for change in film.changes()] + [film.frames]
    for frame, following in itertools.pairwise(frames):
        if following - frame > 1:
            np.testing.assert_array_equal(film.still(frame), film.still(following - 1))


def test_a_change_is_given_for_each_spoken_word_and_for_the_end_of_the_captions() -> None:
    film = film_of("body", Style.MODERN)
    wanted = {word.start for cue in scenes.BODY.cues for word in cue.words} | {scenes.BODY.cues[-1].end}
    after_entrance = {frame for frame in wanted if frame >= ENTRANCE_FRAMES}
    frames = {change.frame for change in film.changes()}
    assert after_entrance == {frame for frame in frames if frame >= ENTRANCE_FRAMES}
    assert wanted <= frames


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_nothing_is_painted_outside_the_safe_area(style: Style, fmt: VideoFormat) -> None:
    for kind, scene in scenes.KINDS.items():
        film = scene_film(scene, fmt, THEMES[style])
        ground = background_for(THEMES[style], Stage.of(fmt), kind == "title").pixels[..., :3]
        safe = film.safe_area
        for frame in (0, 6, 40):
            changed = np.argwhere((film.still(frame) != ground).any(axis=2))
            assert len(changed), "a card begins to come in at once: no scene starts with an empty picture"
            (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
            assert left >= safe.left - OVERHANG, kind
            assert top >= safe.top - OVERHANG, kind
            assert right < safe.right + OVERHANG, kind
            assert bottom < safe.bottom + OVERHANG, kind


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_text_never_stands_over_text_at_any_frame_of_the_entrance(style: Style, fmt: VideoFormat) -> None:
    for kind in scenes.KINDS:
        film = film_of(kind, style, fmt)
        for frame in (*range(ENTRANCE_FRAMES), 30):
            boxes = film.text_boxes(frame)
            for first, second in itertools.combinations(boxes, 2):
                assert not first.overlaps(second), (kind, frame, first, second)


@pytest.mark.parametrize("style", STYLES)
def test_the_entrance_ends_within_its_frames_and_the_card_then_rests(style: Style) -> None:
    film = film_of("title", style, scenes.SMALL)
    assert (film.still(0) != film.still(ENTRANCE_FRAMES)).any()
    np.testing.assert_array_equal(film.still(ENTRANCE_FRAMES), film.still(film.frames - 1))


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("kind", ["title", "body", "quote", "stressed body", "numbered quote"])
def test_the_main_text_is_to_be_seen_from_the_first_frame_on(kind: str, style: Style) -> None:
    film = film_of(kind, style, scenes.SMALL)
    main = max(film.text_boxes(ENTRANCE_FRAMES), key=lambda box: box.width * box.height)
    seen = max(film.text_boxes(0), key=lambda box: box.width * box.height)
    assert abs(seen.left - main.left) <= 30
    assert seen.width == main.width


@pytest.mark.parametrize("frames", [1, 2, 5])
def test_a_very_short_scene_still_shows_its_whole_card(frames: int) -> None:
    short = replace(scenes.TITLE, frames=frames)
    film = scene_film(short, scenes.SMALL, THEMES[Style.MODERN])
    rested = film_of("title", Style.MODERN, scenes.SMALL).still(50)
    np.testing.assert_array_equal(film.still(frames - 1), rested)
    assert next(film.changes()).frame == 0


@pytest.mark.parametrize("style", STYLES)
def test_the_four_styles_and_the_three_shapes_are_laid_out_anew(style: Style) -> None:
    heads = {name: film_of("body", style, fmt).text_boxes(30) for name, fmt in FORMATS.items() if name != "reels"}
    assert len({tuple(boxes) for boxes in heads.values()}) == len(heads)


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("name", scenes.SAMPLES)
def test_every_script_stays_in_the_safe_area(name: str, style: Style) -> None:
    text = scenes.SAMPLES[name]
    scene = Scene(SceneKind.LIST, text, text, text, (text, text, text), 1)
    film = scene_film(replace(scenes.timed(scene, 120), entries=(0, 40, 80)), scenes.SHORTS, THEMES[style])
    boxes = [box for frame in (9, 59, 99) for box in film.text_boxes(frame)]
    assert len(boxes) >= 3 * 2 + 1, "heading and entry at a time, and a caption"
    assert all(film.safe_area.contains(box, tolerance=1) for box in boxes)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_four_hundred_letters_without_a_blank_fit(style: Style, fmt: VideoFormat) -> None:
    for kind in SceneKind:
        scene = Scene(kind, "w" * 400, "w" * 400, "w" * 400, ("w" * 400, "w" * 120), 1)
        film = scene_film(scenes.timed(scene), fmt, THEMES[style])
        boxes = film.text_boxes(20)
        assert boxes
        assert all(film.safe_area.contains(box, tolerance=1) for box in boxes), kind
        for first, second in itertools.combinations(boxes, 2):
            assert not first.overlaps(second), kind


def test_right_to_left_text_stands_at_the_right_where_others_stand_at_the_left() -> None:
    for style in (Style.MODERN, Style.MINIMAL):
        latin = scene_film(scenes.timed(Scene(SceneKind.TITLE, heading="Short")), scenes.WIDE, THEMES[style])
        arabic = scene_film(
            scenes.timed(Scene(SceneKind.TITLE, heading=scenes.SAMPLES["arabic"])), scenes.WIDE, THEMES[style]
        )
        assert abs(latin.text_boxes(30)[0].left - latin.safe_area.left) <= 1
        assert abs(arabic.text_boxes(30)[0].right - arabic.safe_area.right) <= 1


def test_a_list_of_forty_items_is_shown_inside_the_safe_area() -> None:
    scene = Scene(SceneKind.LIST, heading="Many", items=tuple(f"Item number {index}" for index in range(40)))
    for style in STYLES:
        for fmt in (scenes.WIDE, scenes.SHORTS):
            starts = tuple(range(0, 800, 20))
            film = scene_film(TimedScene(scene, 820, entries=starts), fmt, THEMES[style])
            spoken = [film.text_boxes(start + 19) for start in starts]
            assert all(len(boxes) >= 2 for boxes in spoken)
            assert all(film.safe_area.contains(box, tolerance=1) for boxes in spoken for box in boxes)
            places = {box for boxes in spoken for box in boxes}
            assert all(
                not first.overlaps(second) or first.left == second.left
                for first, second in itertools.combinations(places, 2)
            )


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_entries_of_a_growing_list_stand_still_from_scene_to_scene(style: Style, fmt: VideoFormat) -> None:
    theme = THEMES[style]
    films = [scene_film(scenes.growing(count), fmt, theme) for count in (2, 3, 4)]
    for before, after in itertools.pairwise(films):
        earlier, later = before.text_boxes(40)[:-1], after.text_boxes(40)[:-1]  # without their captions
        held = [box for box in earlier if box in later]
        if len(held) < len(earlier) - 1:
            assert fmt is scenes.SHORTS, "only where half of the frame is taken, there is a second page"
            assert [box.top for box in earlier[:2]] == [box.top for box in later[:2]], "which begins in the same place"
            continue
        assert len(held) >= len(earlier) - 1, "all but what was said about the entry before"
        assert [box for box in after.text_boxes(0)[:-1] if box in held], "they are there from the first frame on"


def brightness_range(film: SceneFilm, box: Box, frame: int = 40) -> int:
    rows, columns = slice(int(box.top), int(box.bottom)), slice(int(box.left), int(box.right))
    luma = film.still(frame)[rows, columns].mean(axis=2)
    return int(luma.max() - luma.min())


@pytest.mark.parametrize("style", STYLES)
def test_entries_spoken_before_are_calmer_than_the_one_being_spoken(style: Style) -> None:
    film = scene_film(scenes.growing(4), scenes.WIDE, THEMES[style])
    spoken = scene_film(scenes.growing(3), scenes.WIDE, THEMES[style])
    still = [box for box in spoken.text_boxes(40) if box in film.text_boxes(40)]
    third = max(still, key=lambda box: box.top)
    assert brightness_range(film, third) < 0.8 * brightness_range(spoken, third)


@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
@pytest.mark.parametrize("style", STYLES)
def test_of_the_entries_of_one_scene_the_spoken_one_is_lit_those_before_it_are_dimmed_and_later_ones_hidden(
    style: Style, fmt: VideoFormat
) -> None:
    entries = ("Fill the kettle", "Set the cup", "Press the button")
    scene = Scene(SceneKind.LIST, "\n".join(entries), "Tea", items=entries, room=(16, 16, 16))
    film = scene_film(TimedScene(scene, 130, entries=(0, 40, 80)), fmt, THEMES[style])
    rows = film.text_boxes(129)[-3:]
    for spoken, frame in enumerate((35, 75, 115)):
        shown = film.text_boxes(frame)[-spoken - 1 :]
        assert sorted(shown, key=lambda box: box.top) == rows[: spoken + 1], (
            "each comes in its turn and stays in its place"
        )
        bright = [brightness_range(film, box, frame) for box in rows]
        assert all(bright[earlier] < 0.8 * bright[spoken] for earlier in range(spoken))
    changed = [redraw.frame for redraw in film.redraws() if redraw.frame >= 18]
    assert {40, 80} <= set(changed) <= {*range(40, 58), *range(80, 98)}, "nothing is drawn but what changes"


PACKED = (
    "A warm jacket", "Two pairs of socks, one of them of wool", "Water", "A map", "Bread and cheese for two days",
    "A knife", "A torch with new batteries", "Plasters", "A rope", "Matches that stay dry", "Soap", "A book",
)  # fmt: skip


@pytest.mark.parametrize("platform", [Platform.TIKTOK, Platform.SHORTS, Platform.REELS])
@pytest.mark.parametrize("style", STYLES)
def test_entries_are_of_one_size_in_all_scenes_at_least_44_pixels_on_a_phone(style: Style, platform: Platform) -> None:
    script = "\n".join(f"{number}. {entry}" for number, entry in enumerate(PACKED, 1))
    listed = split_scenes("T", "", script)[1:]
    assert sum(len(scene.items) - scene.spoken_from for scene in listed) == len(PACKED)
    lines: set[float] = set()
    tops: set[float] = set()
    for scene in listed:
        film = scene_film(scenes.timed(scene), VideoFormat(platform, 1080, 1920), THEMES[style])
        entries = film.text_boxes(30)[:-1]  # without the caption
        lines |= {min(box.height for box in entries)}
        tops |= {min(box.top for box in entries)}
    assert len(lines) == len(tops) == 1
    assert min(lines) >= 44 * 1.16, "lines are a little higher than their type"


@pytest.mark.parametrize("style", STYLES)
def test_stressed_phrases_change_colour_and_nothing_else(style: Style) -> None:
    plain = replace(scenes.STRESSED, scene=replace(scenes.STRESSED.scene, emphasis=()))
    # In a wide frame the corporate panel shows the figure too.
    fmt = scenes.SQUARE if style is Style.CORPORATE else scenes.WIDE
    films = [scene_film(timed, fmt, THEMES[style]) for timed in (scenes.STRESSED, plain)]
    assert films[0].text_boxes(40) == films[1].text_boxes(40)
    changed = np.argwhere((films[0].still(40) != films[1].still(40)).any(axis=2))
    headline = max(films[0].text_boxes(40), key=lambda box: box.width * box.height)
    assert len(changed) > 100
    assert changed[:, 1].min() >= headline.left
    assert changed[:, 0].max() < headline.bottom
    assert len(changed) < 0.5 * headline.width * headline.height


def test_a_stressed_figure_stands_on_the_corporate_panel_with_its_unit() -> None:
    theme = THEMES[Style.CORPORATE]
    number, unit, *_ = scene_film(scenes.STRESSED, scenes.WIDE, theme).text_boxes(40)
    assert number.height > 2 * unit.height
    assert unit.top >= number.bottom
    said = replace(scenes.STRESSED.scene, heading="Never break the spaghetti", emphasis=("Never",))
    plain = scene_film(replace(scenes.STRESSED, scene=said), scenes.WIDE, theme).text_boxes(40)
    assert min(box.left for box in plain) > number.right, "a word is no figure"
    span = "44 and 46 million dollars"
    said = replace(scenes.STRESSED.scene, heading=f"We expect between {span}", emphasis=(span,))
    ranged = scene_film(replace(scenes.STRESSED, scene=said), scenes.WIDE, theme).text_boxes(40)
    assert min(box.left for box in ranged) > number.right, "half of a range is no figure"


@pytest.mark.parametrize("name", ["arabic", "chinese", "hebrew", "hindi", "korean"])
def test_phrases_are_stressed_in_any_script(name: str) -> None:
    text = scenes.SAMPLES[name]
    phrase = text.split()[-1] if " " in text else text[:3]
    scene = Scene(SceneKind.BODY, heading=text, emphasis=(phrase,))
    stressed, plain = (
        scene_film(TimedScene(each, 60), scenes.TALL, THEMES[Style.MODERN]).still(50)
        for each in (scene, replace(scene, emphasis=()))
    )
    assert (stressed != plain).any(axis=2).sum() > 100


@pytest.mark.parametrize("style", STYLES)
def test_the_section_s_number_shows_in_the_picture_and_moves_nothing(style: Style) -> None:
    for fmt in (scenes.WIDE, scenes.TALL, scenes.SQUARE):
        films = [
            scene_film(replace(scenes.BODY, scene=replace(scenes.BODY.scene, number=number)), fmt, THEMES[style])
            for number in (2, 3)
        ]
        changed = np.argwhere((films[0].still(40) != films[1].still(40)).any(axis=2))
        assert len(changed) > 20
        kept = [box for box in films[0].text_boxes(40) if box in films[1].text_boxes(40)]
        statement = max(films[0].text_boxes(40), key=lambda box: box.width * box.height)
        assert statement in kept
        assert not any(Box(x, y, 1, 1).overlaps(statement) for y, x in changed[::7])


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("number", [1, 12, 13, 150])
def test_the_mark_of_any_section_stays_in_the_safe_area(style: Style, number: int) -> None:
    for fmt in (scenes.WIDE, scenes.SHORTS, scenes.SQUARE):
        film = scene_film(replace(scenes.QUOTE, scene=replace(scenes.QUOTE.scene, number=number)), fmt, THEMES[style])
        assert all(film.safe_area.contains(box, tolerance=1) for box in film.text_boxes(40))


@pytest.mark.parametrize("name", ["english figure", "arabic figure", "chinese figure"])
def test_a_stressed_figure_stays_with_its_unit_on_one_line(name: str) -> None:
    heading, phrase = {
        "english figure": ("Revenue grew 18 percent year over year", "18 percent"),
        "arabic figure": ("احفظ خمس كلمات كل صباح", "خمس كلمات"),
        "chinese figure": ("水温控制在八十五度左右", "八十五度"),
    }[name]
    for style, fmt in itertools.product(STYLES, FORMATS.values()):
        accent = np.array(THEMES[style].accent_2 if style is Style.MODERN else THEMES[style].accent)
        scene = Scene(SceneKind.BODY, heading=heading, emphasis=(phrase,))
        film = scene_film(TimedScene(scene, 60), fmt, THEMES[style])
        plain = scene_film(TimedScene(replace(scene, emphasis=()), 60), fmt, THEMES[style])
        box = max(film.text_boxes(50), key=lambda box: box.width * box.height)
        area = film.still(50)[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].astype(int)
        rows = np.flatnonzero((np.abs(area - accent).max(axis=2) < 40).sum(axis=1) >= 1)
        line = max(plain.text_boxes(50), key=lambda box: box.width * box.height).height
        assert len(rows)
        assert rows[-1] - rows[0] <= line


def test_a_title_does_not_end_in_a_lone_short_word() -> None:
    scene = Scene(SceneKind.TITLE, heading="How to Improve Productivity with AI Tools")
    for style in STYLES:
        film = scene_film(TimedScene(scene, 60), scenes.TALL, THEMES[style])
        box = max(film.text_boxes(50), key=lambda box: box.width * box.height)
        picture = film.still(50)[int(box.top) : int(box.bottom), int(box.left) : int(box.right)].astype(int)
        ink = np.abs(picture - picture[0, 0]).max(axis=2) > 120
        last = ink[-int(box.height / 5) :]
        columns = np.flatnonzero(last.any(axis=0))
        assert columns[-1] - columns[0] > 0.6 * box.width, style


def test_a_frame_outside_the_film_is_refused() -> None:
    film = film_of("title", Style.MODERN, scenes.SMALL)
    with pytest.raises(ValueError, match="frames 0 to 59"):
        film.still(60)


def test_a_film_without_frames_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        scene_film(TimedScene(Scene(SceneKind.TITLE), 0), scenes.SMALL, THEMES[Style.MODERN])


def test_an_empty_scene_is_its_background() -> None:
    film = scene_film(TimedScene(Scene(SceneKind.BODY), 30), scenes.SMALL, THEMES[Style.CLASSIC])
    ground = background_for(THEMES[Style.CLASSIC], Stage.of(scenes.SMALL), False)
    np.testing.assert_array_equal(film.still(29), ground.pixels[..., :3])
    assert [change.frame for change in film.changes()] == [0]


ANY_TEXT = st.text(st.characters(), max_size=40)  # surrogates and unassigned characters included
TINY = replace(scenes.SMALL, width=320, height=180)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    kind=st.sampled_from(SceneKind),
    style=st.sampled_from(STYLES),
    heading=ANY_TEXT,
    subheading=ANY_TEXT,
    items=st.lists(ANY_TEXT, max_size=4),
    words=st.lists(ANY_TEXT, min_size=1, max_size=5),
)
def test_any_unicode_is_painted_inside_the_safe_area(
    kind: SceneKind, style: Style, heading: str, subheading: str, items: list[str], words: list[str]
) -> None:
    spoken = tuple(SpokenWord(word, index, index + 1) for index, word in enumerate(words))
    scene = Scene(kind, " ".join(words), heading, subheading, tuple(items))
    film = scene_film(TimedScene(scene, 10, (Cue(spoken, 0, 9),)), TINY, THEMES[style])
    for change in film.changes():
        assert change.planes.y.shape == (180, 320)
        assert all(film.safe_area.contains(box, tolerance=1) for box in film.text_boxes(change.frame))
    assert len(film.fingerprint) == 40
