"""Logos in their corners: seen on what is behind them, and apart from ornaments, texts and captions."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import skia

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.backgrounds import background_for
from bulkvid_pipeline.rendering.pictures.card import zones_of
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.logo_plates import plate_behind, plate_box
from bulkvid_pipeline.rendering.pictures.logos import Logo, load_logo
from bulkvid_pipeline.rendering.pictures.media import Clip, SceneMedia
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import LOGO_POSITIONS, theme_for
from bulkvid_pipeline.rendering.pictures.zones import logo_box
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.rendering.pictures import scenes
from bulkvid_pipeline_tests.rendering.pictures.painted_texts import luminance
from bulkvid_pipeline_tests.rendering.pictures.test_row_media import picture

STYLES = list(Style)
FORMATS = tuple(
    replace(fmt, width=fmt.width // 2, height=fmt.height // 2)
    for fmt in (scenes.WIDE, scenes.TALL, scenes.REELS, scenes.SQUARE)
)
WHITE_INK, BLACK_INK, NAVY = 0xFFFFFFFF, 0xFF111111, 0xFF0B2548


def drawn(folder: Path, width: int, height: int, draw: Callable[[skia.Canvas], object]) -> Path:
    surface = skia.Surface(width, height)
    surface.getCanvas().clear(0)
    draw(surface.getCanvas())
    path = folder / f"{width}x{height}-{len(list(folder.iterdir()))}.png"
    surface.makeImageSnapshot().save(str(path), skia.kPNG)
    return path


def bars(color: int) -> Callable[[skia.Canvas], object]:
    """A mark of three bars on nothing."""

    def draw(canvas: skia.Canvas) -> None:
        size = canvas.getBaseLayerSize()
        for at in (0, 2, 4):
            left = size.width() * at / 5
            canvas.drawRect(skia.Rect.MakeXYWH(left, 0, size.width() / 5, size.height()), skia.Paint(Color=color))

    return draw


def behind(color: tuple[int, int, int], *more: tuple[int, int, int]) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.array([[color, *more]], np.uint8)


def logo(folder: Path, color: int, width: int = 300, height: int = 100) -> Logo:
    return load_logo(drawn(folder, width, height, bars(color)))


def test_a_logo_that_stands_out_gets_no_plate(tmp_path: Path) -> None:
    assert plate_behind(logo(tmp_path, WHITE_INK), behind((10, 10, 30))) is None
    assert plate_behind(logo(tmp_path, BLACK_INK), behind((250, 245, 230))) is None


def test_a_logo_of_the_grounds_own_tone_gets_a_plate_of_the_other(tmp_path: Path) -> None:
    assert plate_behind(logo(tmp_path, WHITE_INK), behind((250, 245, 230))) == (20, 20, 24)
    assert plate_behind(logo(tmp_path, BLACK_INK), behind((10, 10, 30))) == (255, 255, 255)


def test_a_logo_over_a_picture_counts_as_seen_only_where_no_part_of_the_picture_hides_it(tmp_path: Path) -> None:
    grey = logo(tmp_path, 0xFF777777)
    assert plate_behind(grey, behind((0, 0, 0), (255, 255, 255))) is not None
    assert plate_behind(logo(tmp_path, WHITE_INK), behind((0, 0, 0), (90, 90, 90))) is None


def test_a_picture_with_a_ground_of_its_own_needs_no_plate(tmp_path: Path) -> None:
    def icon(canvas: skia.Canvas) -> None:
        canvas.clear(NAVY)
        canvas.drawCircle(100, 100, 40, skia.Paint(Color=WHITE_INK))

    assert plate_behind(load_logo(drawn(tmp_path, 200, 200, icon)), behind((11, 37, 72))) is None
    block = load_logo(drawn(tmp_path, 200, 200, lambda canvas: canvas.clear(NAVY)))
    assert plate_behind(block, behind((11, 37, 72))) == (255, 255, 255)


def test_an_empty_picture_gets_no_plate(tmp_path: Path) -> None:
    assert plate_behind(load_logo(drawn(tmp_path, 50, 50, lambda _: None)), behind((0, 0, 0))) is None


def contrast_in(
    still: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], place: Box, position: str, unit: float
) -> float:
    """Contrast of the bars to what is between them, on the picture: in the logo's place, with or without a plate."""
    plate = plate_box(place, unit, position).rounded()
    columns = luminance(still[int(plate.center_y), int(plate.left) : int(plate.right), :3])
    return float((columns.max() + 0.05) / (columns.min() + 0.05))


@pytest.mark.parametrize("ink", [WHITE_INK, BLACK_INK, NAVY], ids=["white", "black", "navy"])
@pytest.mark.parametrize("style", STYLES)
def test_every_logo_is_seen_in_every_corner_of_every_card(style: Style, ink: int, tmp_path: Path) -> None:
    path = drawn(tmp_path, 300, 100, bars(ink))
    for position in LOGO_POSITIONS:
        theme, _ = theme_for(style, logo=path, logo_position=position)
        for fmt in FORMATS[:2]:
            for card in ("title", "list"):
                stage = Stage.of(fmt)
                timed = scenes.KINDS[card]
                place = zones_of(timed.scene, theme, stage, 0).logo
                still = scene_film(timed, fmt, theme).still(30)
                assert contrast_in(still, place, position, stage.unit) >= 3, (position, fmt.platform, card)


@pytest.mark.parametrize("tone", [0, 255])
@pytest.mark.parametrize("ink", [WHITE_INK, BLACK_INK])
def test_a_logo_is_seen_over_the_rows_own_picture(ink: int, tone: int, tmp_path: Path) -> None:
    path = drawn(tmp_path, 300, 100, bars(ink))
    fmt = FORMATS[0]
    pixels = media_files.flat(fmt.width, fmt.height, (tone, tone, tone))
    media = SceneMedia(backdrop=picture(pixels, f"ground {tone}"))
    for style in STYLES:
        theme, _ = theme_for(style, logo=path)
        stage = Stage.of(fmt)
        place = zones_of(scenes.BODY.scene, theme, stage, 0).logo
        still = scene_film(scenes.BODY, fmt, theme, media=media).still(30)
        assert contrast_in(still, place, theme.logo_position, stage.unit) >= 3, style


@pytest.mark.parametrize("ink", [WHITE_INK, BLACK_INK])
def test_a_logo_is_seen_over_every_picture_of_the_rows_own_video(ink: int, tmp_path: Path) -> None:
    path = drawn(tmp_path, 300, 100, bars(ink))
    data = media_files.clip(tmp_path / "a.mp4", "testsrc2=size=640x360:rate=10", 0.5)
    media = SceneMedia(backdrop=Clip("moving", 5, data))
    for style in STYLES:
        theme, _ = theme_for(style, logo=path)
        stage = Stage.of(scenes.SMALL)
        place = zones_of(scenes.BODY.scene, theme, stage, 0).logo
        film = scene_film(scenes.BODY, scenes.SMALL, theme, media=media)
        for frame in (30, 36):
            assert contrast_in(film.still(frame), place, theme.logo_position, stage.unit) >= 3, (style, frame)


@pytest.mark.parametrize("size", [(300, 100), (1200, 80), (200, 200), (120, 500)])
@pytest.mark.parametrize("style", STYLES)
def test_neither_text_nor_caption_nor_ornament_is_in_a_logos_way(
    style: Style, size: tuple[int, int], tmp_path: Path
) -> None:
    path = drawn(tmp_path, *size, bars(BLACK_INK))
    for position in LOGO_POSITIONS:
        theme, _ = theme_for(style, logo=path, logo_position=position)
        for fmt in FORMATS:
            stage = Stage.of(fmt)
            for timed in (scenes.TITLE, scenes.LIST):
                place = zones_of(timed.scene, theme, stage, 0).logo
                plate = plate_box(place, stage.unit, position)
                film = scene_film(timed, fmt, theme)
                assert not any(box.overlaps(plate) for box in film.text_boxes(30)), (position, fmt.platform)
                captions = zones_of(timed.scene, theme, stage, stage.caption_height).captions
                assert timed is scenes.TITLE or not captions.overlaps(plate), (position, fmt.platform)
            for title in (False, True):
                page, _panel = look_of(theme).page(stage, title)
                around = plate_box(logo_box(theme, stage, page), stage.unit, position).rounded()
                assert steepest(theme, stage, title, around) <= 12, (position, fmt.platform, title)


def steepest(theme: Theme, stage: Stage, title: bool, box: Box) -> int:
    """The largest step between neighbouring pixels of the ground in a box: grain makes some, ornaments more."""
    area = background_for(theme, stage, title).pixels[
        int(box.top) : int(box.bottom), int(box.left) : int(box.right), :3
    ].astype(int)  # fmt: skip
    return int(max(np.abs(np.diff(area, axis=0)).max(), np.abs(np.diff(area, axis=1)).max()))


def test_a_tall_logo_is_not_made_thin(tmp_path: Path) -> None:
    stage = Stage.of(replace(scenes.WIDE, width=1920, height=1080))
    sizes = {}
    for size in ((100, 400), (200, 200), (400, 100)):
        theme, _ = theme_for(Style.MODERN, logo=drawn(tmp_path, *size, bars(WHITE_INK)))
        box = logo_box(theme, stage, stage.safe)
        sizes[size] = (box.width, box.height)
    assert sizes == {(100, 400): (26, 104), (200, 200): (72, 72), (400, 100): (230, 57)}
