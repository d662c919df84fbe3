"""A row's own pictures in the frame: in their place, undistorted, and texts readable over whatever they show."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest

from bulkvid_pipeline.core.colors import TEXT_CONTRAST, Rgb
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Scene, SceneKind, VideoFormat
from bulkvid_pipeline.rendering.pictures.backdrops import ground_for
from bulkvid_pipeline.rendering.pictures.canvas import converted
from bulkvid_pipeline.rendering.pictures.film import SceneFilm, scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.media import CLIP_STEP, Clip, Picture, SceneMedia
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.themes import THEMES, theme_for
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.rendering.pictures import scenes

FORMATS = {"wide": scenes.WIDE, "tall": scenes.TALL, "square": scenes.SQUARE, "reels": scenes.REELS}
MARK: Rgb = (255, 0, 255)
"""A colour that no style has."""


def picture(pixels: media_files.Pixels, name: str = "p") -> Picture:
    return Picture(f"{name}{pixels.shape}", pixels.shape[1], pixels.shape[0], media_files.encoded(pixels))


LANDSCAPE = picture(media_files.flat(900, 600, MARK))
PORTRAIT = picture(media_files.flat(600, 900, MARK))
SQUARE = picture(media_files.flat(700, 700, MARK))
INSETS = {"landscape": LANDSCAPE, "portrait": PORTRAIT, "square": SQUARE}


def backdrop(fmt: VideoFormat, seed: int = 3) -> Picture:
    return picture(media_files.scenery(fmt.width, fmt.height, seed), f"scenery {seed}")


def marked(film: SceneFilm, frame: int = 40) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    """Where a still shows the inset picture."""
    return np.asarray((np.abs(film.still(frame).astype(int) - MARK) < 12).all(axis=2))


def box_of(mask: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]) -> Box:
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return Box.of_edges(float(columns[0]), float(rows[0]), float(columns[-1]) + 1, float(rows[-1]) + 1)


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("fmt", FORMATS.values(), ids=FORMATS)
def test_a_picture_stands_beside_or_above_the_text_undistorted(fmt: VideoFormat, style: Style) -> None:
    shown = 0
    for (kind, timed), (shape, inset) in itertools.product(scenes.KINDS.items(), INSETS.items()):
        film = scene_film(timed, fmt, THEMES[style], media=SceneMedia(inset))
        mask = marked(film)
        if not mask.any():
            assert fmt is scenes.REELS or (fmt is scenes.SQUARE and "list" in kind), (
                f"room for {shape} is only short where half of the frame is taken, or by a list ({kind})"
            )
            continue
        shown += 1
        box = box_of(mask)
        assert film.safe_area.contains(box, tolerance=1), (kind, shape)
        assert box.width / box.height == pytest.approx(inset.width / inset.height, rel=0.03), (kind, shape)
        assert max(box.width, box.height) > 0.1 * min(fmt.width, fmt.height), (kind, shape)
        for frame in (0, 9, 40, film.frames - 1):
            assert not any(text.overlaps(box.inset(-4, -4)) for text in film.text_boxes(frame)), (kind, shape, frame)
    assert shown >= len(scenes.KINDS), "where room is short, it is so for few"


@pytest.mark.parametrize("style", Style)
def test_the_layout_is_made_anew_for_each_shape_of_frame(style: Style) -> None:
    boxes = {
        name: box_of(marked(scene_film(scenes.BODY, fmt, THEMES[style], media=SceneMedia(LANDSCAPE))))
        for name, fmt in FORMATS.items()
    }
    texts = {
        name: scene_film(scenes.BODY, fmt, THEMES[style], media=SceneMedia(LANDSCAPE)).text_boxes(40)
        for name, fmt in FORMATS.items()
    }

    def headline(name: str) -> Box:
        return max(texts[name][:-1], key=lambda box: box.width * box.height)

    assert boxes["wide"].left > headline("wide").right
    for name in ("tall", "square", "reels"):
        assert boxes[name].bottom < headline(name).top


def test_a_picture_stands_at_the_other_side_of_text_that_runs_from_right_to_left() -> None:
    arabic = scenes.timed(Scene(SceneKind.TITLE, heading=scenes.SAMPLES["arabic"]))
    film = scene_film(arabic, scenes.WIDE, THEMES[Style.MODERN], media=SceneMedia(LANDSCAPE))
    assert box_of(marked(film)).right < min(box.left for box in film.text_boxes(40))


@pytest.mark.parametrize("style", Style)
def test_every_script_and_length_leaves_the_picture_free(style: Style) -> None:
    for fmt, text in itertools.product((scenes.WIDE, scenes.SQUARE), (scenes.SAMPLES["chinese"], "w" * 300)):
        for kind in SceneKind:
            scene = Scene(kind, text[:80], text, text, (text, text), 1)
            film = scene_film(scenes.timed(scene), fmt, THEMES[style], media=SceneMedia(LANDSCAPE))
            mask = marked(film)
            assert mask.any() or fmt is scenes.SQUARE, kind
            for text_box in film.text_boxes(40):
                assert film.safe_area.contains(text_box, tolerance=1)
                assert not mask.any() or not text_box.overlaps(box_of(mask)), kind


OVERHANG = 3
"""Pixels by which letters beside the picture may reach over the safe area's edge, where their own is round."""


@pytest.mark.parametrize("style", Style)
def test_nothing_of_a_framed_picture_leaves_the_safe_area(style: Style) -> None:
    looked = 0
    for fmt in FORMATS.values():
        for timed in scenes.KINDS.values():
            film = scene_film(timed, fmt, THEMES[style], media=SceneMedia(LANDSCAPE))
            plain = scene_film(timed, fmt, THEMES[style])
            changed = np.argwhere((film.still(40) != plain.still(40)).any(axis=2))
            if len(changed):
                looked += 1
                (top, left), (bottom, right) = changed.min(axis=0), changed.max(axis=0)
                assert film.safe_area.contains(Box.of_edges(left, top, right + 1, bottom + 1), OVERHANG)
    assert looked > len(FORMATS) * len(scenes.KINDS) / 2


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("ink", [(250, 250, 250), (12, 12, 12), (40, 36, 70)])
def test_a_transparent_picture_stands_out_from_the_ground_it_gets(style: Style, ink: Rgb) -> None:
    logo = picture(media_files.disc(400, ink), f"disc {ink}")
    film = scene_film(scenes.TITLE, scenes.WIDE, THEMES[style], media=SceneMedia(logo))
    place = box_of(
        marked(
            scene_film(
                scenes.TITLE, scenes.WIDE, THEMES[style], media=SceneMedia(picture(media_files.flat(400, 400, MARK)))
            )
        )
    )
    still = film.still(40)
    disc = still[int(place.center_y), int(place.center_x)]
    ground = still[int(place.top + place.height * 0.06), int(place.left + place.width * 0.06)]
    assert np.abs(disc.astype(int) - ink).max() <= 3
    assert contrast_of(disc[None], ground[None]).item() >= 1.9


def luminance(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    """WCAG 2.2 relative luminance of RGB pixels, written anew so that the painter is not judged by itself."""
    values = pixels[..., :3].astype(np.float64) / 255
    linear = np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ np.array([0.2126, 0.7152, 0.0722]))


def contrast_of(
    first: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], second: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]
) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    one, other = luminance(first) + 0.05, luminance(second) + 0.05
    return np.maximum(one, other) / np.minimum(one, other)


EXTREMES = {
    "white": media_files.flat(1280, 720, (255, 255, 255)),
    "black": media_files.flat(1280, 720, (0, 0, 0)),
    "noise": np.random.default_rng(1).integers(0, 256, (720, 1280, 3), np.uint8),
    "yellow and blue": np.concatenate(
        [media_files.flat(640, 720, (255, 255, 0)), media_files.flat(640, 720, (0, 0, 255))], axis=1
    ),
    "scenery": media_files.scenery(1280, 720),
    "transparent": media_files.flat(1280, 720, (255, 255, 255, 0)),
}


@pytest.mark.parametrize("name", EXTREMES)
@pytest.mark.parametrize("style", Style)
def test_every_text_colour_has_enough_contrast_on_every_pixel_of_any_background(style: Style, name: str) -> None:
    stage = Stage.of(scenes.WIDE)
    ground = ground_for(THEMES[style], stage, False, picture(EXTREMES[name], name))
    pixels = ground.background(0).pixels
    beside_panel = pixels[:, 420:] if style is Style.CORPORATE else pixels[60:-60, 60:-60]  # not its own ornaments
    theme = ground.theme
    for color in (theme.text, theme.muted, theme.accent):
        least = contrast_of(np.array(color, np.uint8)[None, None], beside_panel).min()
        assert least >= TEXT_CONTRAST * 0.97, (color, "rounding may take a little")


@pytest.mark.parametrize("colors", [["#FFD400"], ["#00FF88", "#123456", "#102030"], ["#AA0000", "#00AA00", "#FFFFEE"]])
@pytest.mark.parametrize("style", Style)
def test_a_templates_own_colours_can_be_read_too(style: Style, colors: list[str]) -> None:
    theme, _ = theme_for(style, colors=colors)
    ground = ground_for(theme, Stage.of(scenes.WIDE), False, picture(EXTREMES["noise"], "noise"))
    pixels = ground.background(0).pixels
    beside_panel = pixels[:, 420:] if style is Style.CORPORATE else pixels[60:-60, 60:-60]
    for color in (ground.theme.text, ground.theme.muted, ground.theme.accent):
        assert contrast_of(np.array(color, np.uint8)[None, None], beside_panel).min() >= TEXT_CONTRAST * 0.97


@pytest.mark.parametrize("style", Style)
def test_a_calm_background_keeps_more_of_itself_than_a_glaring_one(style: Style) -> None:
    stage = Stage.of(scenes.WIDE)
    like_ground = media_files.flat(1280, 720, tuple(THEMES[style].background))
    calm = ground_for(THEMES[style], stage, False, picture(like_ground, "calm"))
    glaring = ground_for(THEMES[style], stage, False, picture(EXTREMES["noise"], "noise"))
    assert calm.veil < glaring.veil < 0.9


@pytest.mark.parametrize("style", Style)
def test_text_and_ground_change_places_where_that_keeps_more_of_the_picture(style: Style) -> None:
    stage = Stage.of(scenes.WIDE)
    own = THEMES[style]
    is_dark = own.background < own.text
    for name, turned in (("black", not is_dark), ("white", is_dark), ("noise", False)):
        theme = ground_for(own, stage, False, picture(EXTREMES[name], name)).theme
        assert (theme.background < theme.text) == (is_dark != turned), name


@pytest.mark.parametrize("fmt", [scenes.WIDE, scenes.TALL, scenes.SQUARE], ids=["wide", "tall", "square"])
def test_a_background_is_shown_pixel_by_pixel(fmt: VideoFormat) -> None:
    shown = backdrop(fmt)
    film = scene_film(scenes.TITLE, fmt, THEMES[Style.MINIMAL], media=SceneMedia(backdrop=shown))
    corner = (slice(0, 30), slice(-200, None))
    still, original = film.still(40)[corner].astype(float), shown.pixels[corner][..., :3].astype(float)
    veil = ground_for(THEMES[Style.MINIMAL], Stage.of(fmt), True, shown).veil
    expected = original * (1 - veil) + np.array(THEMES[Style.MINIMAL].background) * veil
    assert np.abs(still - expected).max() <= 2.5


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    folder = tmp_path_factory.mktemp("clip")
    data = media_files.clip(folder / "a.mp4", "testsrc2=size=640x360:rate=10", 1.2)
    return Clip("moving", 12, data)


def test_a_video_moves_ten_times_a_second_and_playing_it_equals_painting_each_frame_alone(clip: Clip) -> None:
    film = scene_film(scenes.BODY, scenes.SMALL, THEMES[Style.MODERN], media=SceneMedia(backdrop=clip, start=4))
    frames = []
    for change in film.changes():
        frames.append(change.frame)
        if change.frame % 5 == 0:
            alone = converted(np.dstack([film.still(change.frame), np.full((360, 640), 255, np.uint8)]))
            for plane, expected in zip(
                (change.planes.y, change.planes.u, change.planes.v), (alone.y, alone.u, alone.v), strict=True
            ):
                np.testing.assert_array_equal(plane, expected)
    ticks = {frame for frame in range(film.frames) if (frame + 4) % CLIP_STEP == 0}
    assert ticks <= set(frames)
    assert max(after - before for before, after in itertools.pairwise(frames)) <= CLIP_STEP
    assert [redraw.frame for redraw in film.redraws()] == frames


def test_a_video_goes_on_from_scene_to_scene(clip: Clip) -> None:
    plain = scenes.timed(Scene(SceneKind.BODY), 30)
    first = scene_film(plain, scenes.SMALL, THEMES[Style.MODERN], media=SceneMedia(backdrop=clip))
    second = scene_film(plain, scenes.SMALL, THEMES[Style.MODERN], media=SceneMedia(backdrop=clip, start=15))
    np.testing.assert_array_equal(first.still(15), second.still(0))
    assert (first.still(0) != second.still(0)).any()


def test_media_count_in_a_films_fingerprint_by_their_content_alone(clip: Clip) -> None:
    def fingerprint(media: SceneMedia) -> str:
        return scene_film(scenes.BODY, scenes.SMALL, THEMES[Style.MODERN], media=media).fingerprint

    plain = scene_film(scenes.BODY, scenes.SMALL, THEMES[Style.MODERN]).fingerprint
    assert fingerprint(SceneMedia()) == plain
    assert fingerprint(SceneMedia(start=90)) == plain
    shown = [
        SceneMedia(LANDSCAPE),
        SceneMedia(PORTRAIT),
        SceneMedia(None, LANDSCAPE),
        SceneMedia(LANDSCAPE, PORTRAIT),
        SceneMedia(None, clip),
        SceneMedia(None, clip, start=30),
    ]
    assert len({plain, *map(fingerprint, shown)}) == 7
    assert fingerprint(SceneMedia(LANDSCAPE, PORTRAIT, start=30)) == fingerprint(shown[3])
    assert fingerprint(SceneMedia(None, clip, start=36)) == fingerprint(shown[4]), "the loop is at its beginning again"
    assert fingerprint(SceneMedia(replace(LANDSCAPE, data=b""))) == fingerprint(shown[0])
