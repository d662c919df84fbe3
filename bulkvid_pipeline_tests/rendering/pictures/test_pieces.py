"""Safe areas, backgrounds, colour conversion, fingerprints and posters."""

from __future__ import annotations

import itertools
from dataclasses import replace

import numpy as np
import pytest
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Aspect, Platform, Style
from bulkvid_pipeline.rendering.model import Cue, SpokenWord, TimedScene
from bulkvid_pipeline.rendering.pictures.backgrounds import background_for, dithered
from bulkvid_pipeline.rendering.pictures.canvas import Canvas, PlaneConverter, band_around, converted, empty_planes
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box, merged
from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.safe_area import VERTICAL, safe_area
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.themes import THEMES, theme_for
from bulkvid_pipeline.rendering.scenes import split_scenes
from bulkvid_pipeline_tests.rendering.pictures import scenes


def noise(height: int, width: int) -> NDArray[np.uint8]:
    pixels = np.random.default_rng(3).integers(0, 256, (height, width, 4), np.uint8)
    pixels[..., 3] = 255
    return pixels


def test_planes_are_bt709_limited_range_within_a_rounding_step() -> None:
    pixels = noise(64, 96)
    red, green, blue = np.moveaxis(pixels[..., :3] / 255.0, 2, 0)
    luma = 0.2126 * red + 0.7152 * green + 0.0722 * blue
    chroma = [(blue - luma) / 1.8556, (red - luma) / 1.5748]
    planes = converted(pixels)
    assert np.abs(planes.y - (16 + 219 * luma)).max() <= 0.52
    for plane, exact in zip((planes.u, planes.v), chroma, strict=True):
        mean = exact.reshape(32, 2, 48, 2).mean(axis=(1, 3))
        assert np.abs(plane - (128 + 224 * mean)).max() <= 0.52


def test_a_band_converts_as_it_would_in_the_whole_picture() -> None:
    pixels = noise(180, 320)
    whole = converted(pixels)
    for left, top, width, height in ((16, 8, 48, 40), (0, 96, 320, 84), (304, 0, 16, 8)):
        planes = empty_planes(320, 180)
        PlaneConverter().convert(pixels[top : top + height, left : left + width], planes, left, top)
        rows, columns = slice(top, top + height), slice(left, left + width)
        np.testing.assert_array_equal(planes.y[rows, columns], whole.y[rows, columns])
        half = (slice(top // 2, (top + height) // 2), slice(left // 2, (left + width) // 2))
        np.testing.assert_array_equal(planes.u[half], whole.u[half])
        np.testing.assert_array_equal(planes.v[half], whole.v[half])


def test_bands_are_whole_blocks_inside_the_frame() -> None:
    band = band_around(Box(17.5, 3.2, 200, 10.1), 100, 90)
    assert (band.left, band.top, band.right, band.bottom) == (16, 0, 100, 16)


@pytest.mark.parametrize("width", [100, 132, 270, 1080])
def test_a_published_band_is_what_the_whole_picture_would_be(width: int) -> None:
    before, after = noise(48, width), noise(48, width)[::-1].copy()
    wanted = converted(after)
    for left in range(0, width, 16):
        canvas = Canvas(before, converted(before))
        canvas.pixels[:] = after
        band = band_around(Box(left, 8, 20, 30), width, 48)
        canvas.publish(band)
        rows, columns = (slice(int(low), int(high)) for low, high in ((band.top, band.bottom), (band.left, band.right)))
        np.testing.assert_array_equal(canvas.planes.y[rows, columns], wanted.y[rows, columns])
        half = [slice(side.start // 2, side.stop // 2) for side in (rows, columns)]
        np.testing.assert_array_equal(canvas.planes.u[*half], wanted.u[*half])


def test_merged_boxes_cover_all_and_do_not_overlap() -> None:
    boxes = [Box(0, 0, 10, 10), Box(20, 0, 5, 5), Box(8, 8, 14, 4), Box(50, 50, 0, 5), Box(21, 4, 2, 9)]
    joined = merged(boxes)
    assert joined == [Box(0, 0, 25, 13)]


@pytest.mark.parametrize("style", list(Style))
def test_backgrounds_are_dithered_and_show_no_bands(style: Style) -> None:
    pixels = background_for(THEMES[style], Stage.of(scenes.WIDE), True).pixels[..., :3].astype(int)
    column = pixels[:, 1200].sum(axis=1)
    run = longest = 1
    for before, after in itertools.pairwise(column):
        run = run + 1 if before == after else 1
        longest = max(longest, run)
    assert longest < 60, "a long run of one colour is the flat part of a band"


def test_dithering_keeps_the_mean_between_two_levels() -> None:
    exact = np.full((128, 128, 4), 100.25 / 255, np.float16)
    pixels = dithered(exact)[..., :3]
    assert set(np.unique(pixels)) <= {100, 101}
    assert pixels.mean() == pytest.approx(float(exact[0, 0, 0]) * 255, abs=0.05)


def test_a_background_is_painted_once() -> None:
    stage = Stage.of(scenes.SMALL)
    theme = THEMES[Style.CLASSIC]
    assert background_for(theme, stage, False) is background_for(theme, stage, True)
    assert not background_for(theme, stage, False).pixels.flags.writeable


@pytest.mark.parametrize("short", [720, 1080, 2160])
def test_the_safe_area_keeps_the_platforms_buttons_clear(short: int) -> None:
    long = short * 16 // 9
    scale = short / 1080
    tiktok = safe_area(Platform.TIKTOK, short, long)
    assert tiktok.top >= 150 * scale
    assert long - tiktok.bottom >= 440 * scale
    assert short - tiktok.right >= 150 * scale
    reels = safe_area(Platform.REELS, short, long)
    assert reels.top >= 0.14 * long
    assert long - reels.bottom >= 0.35 * long - 1
    wide = safe_area(Platform.YOUTUBE, long, short)
    assert wide.left >= 0.05 * long - 1
    assert wide.width >= 0.89 * long
    assert safe_area(Platform.TIKTOK, long, short) == safe_area(Platform.YOUTUBE, long, short)


def test_every_upright_platform_has_margins_of_its_own() -> None:
    upright = [platform for platform in Platform if platform.aspect is Aspect.TALL]
    assert set(VERTICAL) == {*upright}
    story = safe_area(Platform.STORY, 1080, 1920)
    assert story.top >= 0.14 * 1920 - 1
    assert 1920 - story.bottom >= 0.20 * 1920 - 1
    assert story.height > safe_area(Platform.REELS, 1080, 1920).height


def shifted(timed: TimedScene, by: int) -> TimedScene:
    cues = tuple(
        Cue(tuple(SpokenWord(w.text, w.start + by, w.end + by) for w in cue.words), cue.start + by, cue.end + by)
        for cue in timed.cues
    )
    return replace(timed, cues=cues)


def test_fingerprints_tell_apart_whatever_changes_the_pictures() -> None:
    theme = THEMES[Style.MODERN]
    base = scene_film(scenes.BODY, scenes.WIDE, theme)
    scene = scenes.BODY.scene
    others = [
        scene_film(replace(scenes.BODY, frames=scenes.BODY.frames + 1), scenes.WIDE, theme),
        scene_film(replace(scenes.BODY, scene=replace(scene, heading="Other")), scenes.WIDE, theme),
        scene_film(replace(scenes.BODY, scene=replace(scene, number=6)), scenes.WIDE, theme),
        scene_film(shifted(scenes.BODY, 1), scenes.WIDE, theme),
        scene_film(scenes.BODY, scenes.SQUARE, theme),
        scene_film(scenes.BODY, scenes.TALL, theme),
        scene_film(scenes.BODY, scenes.REELS, theme),
        scene_film(scenes.BODY, scenes.WIDE, THEMES[Style.CLASSIC]),
        scene_film(scenes.BODY, scenes.WIDE, theme_for(Style.MODERN, colors=["#FF8800"])[0]),
    ]
    prints = [base.fingerprint, *(film.fingerprint for film in others)]
    assert len(set(prints)) == len(prints)


def test_equal_scenes_have_equal_fingerprints_whatever_their_codec() -> None:
    theme = THEMES[Style.MODERN]
    again = TimedScene(replace(scenes.BODY.scene), scenes.BODY.frames, shifted(scenes.BODY, 0).cues)
    first = scene_film(scenes.BODY, scenes.WIDE, theme).fingerprint
    assert scene_film(again, replace(scenes.WIDE), theme_for(Style.MODERN)[0]).fingerprint == first


def test_scenes_added_to_a_script_leave_the_fingerprints_of_the_others_unchanged() -> None:
    script = "Turn off the tap while you brush your teeth.\n\nShorten your shower by two minutes every day."
    longer = f"Water is dear, and it will be dearer tomorrow.\n\n{script}\n\nYour bill will thank you for all of it."

    def fingerprints(script: str) -> list[str]:
        split = split_scenes("Save water", "At home", script)
        return [
            scene_film(scenes.timed(scene), scenes.WIDE, THEMES[Style.CORPORATE], script=script).fingerprint
            for scene in split
        ]

    before, after = fingerprints(script), fingerprints(longer)
    assert (len(before), len(after)) == (3, 5)
    # The last card of a video does not leave; followed by another, it does.
    assert [print_ for print_ in after if print_ in before] == before[:-1]


def test_the_script_decides_only_where_han_characters_need_it() -> None:
    theme = THEMES[Style.MODERN]
    plain = scene_film(scenes.BODY, scenes.WIDE, theme, script="only English").fingerprint
    assert plain == scene_film(scenes.BODY, scenes.WIDE, theme).fingerprint
    assert plain == scene_film(scenes.BODY, scenes.WIDE, theme, script="カメラなしで写真").fingerprint
    title = scenes.timed(replace(scenes.TITLE.scene, heading="写真", subheading=""))
    alone = scene_film(title, scenes.WIDE, theme)
    japanese = scene_film(title, scenes.WIDE, theme, script="写真がうまくなる")
    assert alone.fingerprint != japanese.fingerprint
    assert (alone.still(30) != japanese.still(30)).any()


def test_a_poster_is_a_jpeg_of_the_picture() -> None:
    rgb = np.zeros((90, 160, 3), np.uint8)
    rgb[:, 80:] = (250, 200, 10)
    data = poster_jpeg(rgb)
    assert data[:3] == b"\xff\xd8\xff"
    image = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(data))
    assert (image.width(), image.height()) == (160, 90)
    back = np.array(image.toarray(colorType=skia.kRGBA_8888_ColorType))[..., :3].astype(int)
    assert np.abs(back[:, :70] - rgb[:, :70]).max() <= 12
    assert np.abs(back[:, 90:] - rgb[:, 90:]).max() <= 12


def test_a_poster_of_the_wrong_shape_is_refused() -> None:
    with pytest.raises(ValueError, match="uint8 RGB"):
        poster_jpeg(np.zeros((10, 10, 4), np.uint8))
    with pytest.raises(ValueError, match="1 to 100"):
        poster_jpeg(np.zeros((10, 10, 3), np.uint8), quality=0)
