from __future__ import annotations

import colorsys
from pathlib import Path

import numpy as np
import pytest
import skia

from bulkvid_pipeline.core.colors import contrast, hex_of, parse_hex, with_contrast
from bulkvid_pipeline.core.errors import TemplateInvalidError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.film import scene_film
from bulkvid_pipeline.rendering.pictures.theme import SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.themes import LOGO_POSITIONS, THEMES, theme_for
from bulkvid_pipeline_tests.rendering.pictures import scenes

STYLES = list(Style)
PALETTES = [
    (),
    ("#FF0000",),
    ("#FF0000", "#00FF00", "#0000FF"),
    ("#FFD400", "#00AEEF", "#FFFFFF"),
    ("#111", "#222", "#000"),
    ("#777777", "#787878", "#767676"),
    ("#FFFFFF", "#FFFFFF", "#FFFFFF"),
    ("#0A3D2E", "#0A3D2E", "#0F5132"),
    ("#FF69B4", "#FFB6C1", "#FFE4EC"),
    ("#FFFF00", "#00FFFF", "#FF00FF"),
    ("#8B4513", "#D2691E", "#F5DEB3"),
    ("#E63946", "#A8DADC", "#1D3557"),
    ("#39FF14", "#FF6EC7", "#101010"),
    ("#C0C0C0", "#808080", "#F2E205"),
]


def assert_readable(theme: Theme) -> None:
    captions = theme.captions
    marked_on = captions.mark if captions.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK) else captions.box
    assert contrast(theme.text, theme.background) >= 4.5
    assert contrast(theme.text, theme.background_2) >= 4.5
    assert contrast(theme.muted, theme.background) >= 4.5
    assert contrast(theme.on_panel, theme.panel) >= 4.5
    assert contrast(theme.accent, theme.background) >= 3
    assert contrast(theme.accent_2, theme.background) >= (3 if theme.style is not Style.CORPORATE else 1.2)
    assert contrast(captions.text, captions.box) >= 4.5
    assert contrast(captions.spoken, marked_on) >= 4.5


@pytest.mark.parametrize("colors", PALETTES)
@pytest.mark.parametrize("style", STYLES)
def test_every_palette_gives_a_theme_that_can_be_read(style: Style, colors: tuple[str, ...]) -> None:
    theme, _ = theme_for(style, colors=colors)
    assert_readable(theme)


def test_the_styles_differ_in_all_that_makes_a_look() -> None:
    for aspect in ("background", "accent", "entrance"):
        assert len({getattr(theme, aspect) for theme in THEMES.values()}) == 4, aspect
    assert len({theme.captions.mark_kind for theme in THEMES.values()}) == 4
    assert len({(theme.display_family, theme.display_weight) for theme in THEMES.values()}) == 4


def test_a_template_without_settings_is_the_style_without_warnings() -> None:
    for style in STYLES:
        assert theme_for(style) == (THEMES[style], ())


def test_a_colour_of_too_little_contrast_is_corrected_with_a_warning() -> None:
    theme, warnings = theme_for(Style.MODERN, colors=["#FF0000", "#00FF00", "#0000FF"])
    assert theme.background == (0, 0, 255)
    assert theme.accent != (255, 0, 0)
    assert len(warnings) == 1
    assert "#FF0000" in warnings[0]
    assert hex_of(theme.accent) in warnings[0]


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("ground", ["#FFFFFF", "#FFE4EC", "#F2E205", "#F5DEB3"])
def test_a_light_ground_of_ones_own_stays_clean_from_corner_to_corner(style: Style, ground: str) -> None:
    theme, _ = theme_for(style, colors=["", "", ground])
    assert theme.background != theme.background_2
    for first, second in zip(theme.background, theme.background_2, strict=True):
        assert 0 <= first - second <= 0.075 * first + 1


def test_a_corrected_colour_keeps_its_hue() -> None:
    green = with_contrast((10, 61, 46), 3, (15, 81, 50))
    assert contrast(green, (15, 81, 50)) >= 3
    assert colorsys.rgb_to_hls(*green)[0] == pytest.approx(colorsys.rgb_to_hls(10, 61, 46)[0], abs=0.02)
    assert max(green) > 3 * min(green), "not a grey"
    almost_black = with_contrast((4, 0, 0), 3, (0, 0, 0))
    assert max(almost_black) - min(almost_black) < 24, "the hue of black is chance"


def test_a_colour_with_enough_contrast_is_used_as_given() -> None:
    theme, warnings = theme_for(Style.MINIMAL, colors=["#0A7B55"])
    assert theme.accent == (10, 123, 85)
    assert warnings == ()


def test_what_is_no_colour_is_warned_about_and_left_out() -> None:
    theme, warnings = theme_for(Style.MODERN, colors=["reddish"])
    assert theme == THEMES[Style.MODERN]
    assert "reddish" in warnings[0]


def test_a_bundled_font_is_found_whatever_its_case() -> None:
    theme, warnings = theme_for(Style.MODERN, font_family="source  serif 4")
    assert (theme.display_family, theme.italic_family) == ("Source Serif 4", "Source Serif 4 Italic")
    assert warnings == ()


def test_an_unknown_font_is_warned_about_and_the_style_keeps_its_own() -> None:
    theme, warnings = theme_for(Style.CLASSIC, font_family="Arial")
    assert theme.display_family == "Source Serif 4"
    assert "'Arial'" in warnings[0]


@pytest.fixture
def logo(tmp_path: Path) -> Path:
    surface = skia.Surface(300, 100)
    surface.getCanvas().clear(0xFFEE1133)
    path = tmp_path / "logo.png"
    surface.makeImageSnapshot().save(str(path), skia.kPNG)
    return path


@pytest.mark.parametrize("position", LOGO_POSITIONS)
@pytest.mark.parametrize("style", STYLES)
def test_a_logo_stands_in_its_corner_and_nothing_covers_it(style: Style, position: str, logo: Path) -> None:
    theme, _ = theme_for(style, logo=logo, logo_position=position)
    for fmt in (scenes.WIDE, scenes.TALL, scenes.SQUARE):
        for scene in scenes.KINDS.values():
            film = scene_film(scene, fmt, theme)
            red = np.argwhere(np.abs(film.still(30).astype(int) - (0xEE, 0x11, 0x33)).max(axis=2) <= 4)
            top, left = red.min(axis=0)
            bottom, right = red.max(axis=0)
            assert len(red) > 0.9 * (bottom - top) * (right - left)
            safe = film.safe_area
            assert safe.left <= left
            assert right < safe.right
            assert safe.top <= top
            assert bottom < safe.bottom
            middle = (top + bottom) / 2
            assert (middle < safe.center_y) == position.startswith("top")


@pytest.mark.parametrize("encoding", [skia.kJPEG, skia.kWEBP])
def test_jpeg_and_webp_logos_are_read(encoding: skia.EncodedImageFormat, tmp_path: Path) -> None:
    path = tmp_path / "logo"
    skia.Surface(120, 60).makeImageSnapshot().save(str(path), encoding)
    theme, warnings = theme_for(Style.MODERN, logo=path)
    assert theme.logo is not None
    assert (theme.logo.width, theme.logo.height) == (120, 60)
    assert warnings == ()


def test_an_unknown_logo_position_is_warned_about(logo: Path) -> None:
    theme, warnings = theme_for(Style.MODERN, logo=logo, logo_position="middle")
    assert theme.logo_position == "bottom_right"
    assert "middle" in warnings[0]


def test_a_logo_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    for name, data in (("a.svg", b"<svg/>"), ("b.png", b"\x89PNG\r\n\x1a\nbroken")):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(TemplateInvalidError, match=name):
            theme_for(Style.MODERN, logo=path)
    with pytest.raises(TemplateInvalidError, match="could not be read"):
        theme_for(Style.MODERN, logo=tmp_path / "absent.png")


def test_contrast_is_that_of_wcag() -> None:
    assert contrast((0, 0, 0), (255, 255, 255)) == pytest.approx(21)
    assert contrast((0x77, 0x77, 0x77), (255, 255, 255)) == pytest.approx(4.48, abs=0.01)
    assert contrast(with_contrast((255, 212, 0), 4.5, (255, 255, 255)), (255, 255, 255)) >= 4.5


def test_hex_colours() -> None:
    assert parse_hex("#0af") == (0, 170, 255)
    assert parse_hex("FF8000") == (255, 128, 0)
    assert parse_hex("#12345") is None
