"""Brand colours of every kind: all texts can be read on the pixels behind them, and a changed colour keeps its hue."""

from __future__ import annotations

import colorsys
import random
from dataclasses import replace

import numpy as np
import pytest

from bulkvid_pipeline.core.colors import WHITE, Rgb, contrast, hex_of, least_contrast, mix, parse_hex, with_contrast
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.legibility import Grounds, legible
from bulkvid_pipeline.rendering.pictures.media import SceneMedia
from bulkvid_pipeline.rendering.pictures.theme import SpokenMark
from bulkvid_pipeline.rendering.pictures.themes import THEMES, theme_for
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.rendering.pictures import scenes
from bulkvid_pipeline_tests.rendering.pictures.painted_texts import painted_texts
from bulkvid_pipeline_tests.rendering.pictures.test_row_media import picture

STYLES = list(Style)
FORMATS = [replace(fmt, width=fmt.width // 2, height=fmt.height // 2) for fmt in (scenes.WIDE, scenes.TALL)]
CARDS = ("title", "list", "stressed body", "numbered quote")
NASTY = [
    (),
    ("#F5E960",),
    ("#427ECB", "#FE2955"),  # darker between the two than at either
    ("#FFC911", "#CED458", "#BF2CE0"),  # neither white nor black is read on it
    ("#444444", "#008000"),
    ("#E63946", "#A8DADC", "#1D3557"),
    ("#808080", "#7F7F7F", "#818181"),
    ("#FFFF00", "#00FFFF", "#FF00FF"),
    ("#5EB094",),
    ("#000000", "#000000", "#000000"),
    ("#FFFFFF", "#FFFFFF", "#FFFFFF"),
]


def chance_palettes(count: int) -> list[tuple[str, ...]]:
    chance = random.Random(12)
    return [tuple(f"#{chance.randrange(1 << 24):06X}" for _ in range(chance.choice((1, 2, 3)))) for _ in range(count)]


@pytest.mark.parametrize("colors", NASTY + chance_palettes(6), ids=lambda colors: "-".join(colors) or "own")
def test_every_text_of_every_card_can_be_read_on_the_pixels_behind_it(colors: tuple[str, ...]) -> None:
    looked = 0
    for style in STYLES:
        theme, _ = theme_for(style, colors=colors)
        for fmt in FORMATS:
            for card in CARDS:
                texts = painted_texts(scenes.KINDS[card], fmt, theme)
                assert [text for text in texts if not text.is_readable] == [], (style, fmt.platform, card)
                looked += len(texts)
    assert looked > 80


@pytest.mark.parametrize("colors", [(), ("#F5E960",), ("#5EB094", "#821024", "#8F7F89")])
@pytest.mark.parametrize("behind", ["white", "black", "noise", "half"])
def test_every_text_can_be_read_over_any_picture_too(behind: str, colors: tuple[str, ...]) -> None:
    fmt = FORMATS[0]
    pixels = {
        "white": media_files.flat(fmt.width, fmt.height, (255, 255, 255)),
        "black": media_files.flat(fmt.width, fmt.height, (0, 0, 0)),
        "noise": np.random.default_rng(1).integers(0, 256, (fmt.height, fmt.width, 3), np.uint8),
        "half": np.concatenate([media_files.flat(fmt.width // 2, fmt.height, (tone,) * 3) for tone in (20, 235)], 1),
    }[behind]
    media = SceneMedia(backdrop=picture(pixels, f"legible {behind}"))
    for style in STYLES:
        theme, _ = theme_for(style, colors=colors)
        for card in CARDS:
            texts = painted_texts(scenes.KINDS[card], fmt, theme, media)
            assert [text for text in texts if not text.is_readable] == [], (style, card)


@pytest.mark.parametrize("style", STYLES)
def test_captions_can_be_read_whatever_the_brands_colours_and_the_ground_are(style: Style) -> None:
    for colors in (*NASTY, *chance_palettes(6)):
        look = theme_for(style, colors=colors)[0].captions
        marked_on = look.mark if look.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK) else look.box
        assert least_contrast(look.text, look.box, mix(look.box, WHITE, 1 - look.box_alpha)) >= 4.5
        assert contrast(look.spoken, marked_on) >= 4.5


@pytest.mark.parametrize("style", STYLES)
def test_the_styles_own_colours_need_no_correction(style: Style) -> None:
    own, shown = THEMES[style], legible(THEMES[style])
    for name in ("text", "muted", "accent", "small_accent", "on_panel", "light"):
        assert getattr(shown, name) == getattr(own, name), name


@pytest.mark.parametrize("style", STYLES)
def test_entries_that_are_not_spoken_are_dimmed_no_further_than_they_can_be_read(style: Style) -> None:
    for colors in (*NASTY, *chance_palettes(6)):
        theme, _ = theme_for(style, colors=colors)
        for ground in Grounds.of(theme).with_cards(theme):
            assert contrast(mix(ground, theme.text, theme.dimmed), ground) >= 2.95
    assert THEMES[style].dimmed < 0.7


def hue(color: Rgb) -> float:
    return colorsys.rgb_to_hls(*(value / 255 for value in color))[0] * 360


@pytest.mark.parametrize("style", STYLES)
def test_a_corrected_brand_colour_keeps_its_hue(style: Style) -> None:
    looked = 0
    for colors in chance_palettes(16):
        shown, _ = theme_for(style, colors=colors)
        given = [parse_hex(color) or (0, 0, 0) for color in colors]
        pairs = [*zip(given, (shown.accent, shown.accent_2, shown.background), strict=False)]
        pairs.append((given[0], shown.small_accent))
        for color, used in pairs:
            if used != color and max(used) - min(used) >= 16 and max(color) - min(color) >= 16:
                apart = abs(hue(color) - hue(used)) % 360
                assert min(apart, 360 - apart) < 5, (hex_of(color), hex_of(used))
                looked += 1
    assert looked > 8


def test_a_correction_is_said_with_the_colour_that_is_shown() -> None:
    shown, said = theme_for(Style.MINIMAL, colors=["#F5E960", "#141416", "#FFFFFF"])
    assert said == (f"accent #F5E960 is too light for text and graphics on #FFFFFF: shown as {hex_of(shown.accent)}",)
    assert contrast(shown.accent, (255, 255, 255)) >= 3


def test_a_second_accent_is_told_apart_from_the_first() -> None:
    shown, said = theme_for(Style.MODERN, colors=["#8B6CFF", "#101018"])
    assert said == (
        f"second accent #101018 is too dark for text and graphics on {hex_of(shown.background)}: "
        f"shown as {hex_of(shown.accent_2)}",
    )


def test_a_colour_that_only_small_text_cannot_have_is_kept_for_the_rest() -> None:
    shown, said = theme_for(Style.MINIMAL, colors=["#E2421E"])
    assert hex_of(shown.accent) == "#E2421E"
    assert said == (f"accent #E2421E is too light for small text on #F8F8F5: shown as {hex_of(shown.small_accent)}",)


def test_a_ground_of_a_tone_on_which_nothing_is_read_is_moved_and_that_is_said() -> None:
    shown, said = theme_for(Style.CLASSIC, colors=["#FFFFFF", "#FFFFFF", "#BF2CE0"])
    assert said[0] == f"background #BF2CE0 is too light for white text: shown as {hex_of(shown.background)}"
    assert hue(shown.background) == pytest.approx(hue((0xBF, 0x2C, 0xE0)), abs=5)
    assert max(abs(a - b) for a, b in zip(shown.background, (0xBF, 0x2C, 0xE0), strict=True)) < 40


def test_lights_of_a_ground_are_dimmed_before_a_brands_colour_is_changed() -> None:
    shown, said = theme_for(Style.MODERN, colors=["#8B6CFF", "#2DD4EE"])
    assert (hex_of(shown.accent), hex_of(shown.accent_2), said) == ("#8B6CFF", "#2DD4EE", ())


def test_one_colour_can_be_read_on_several_grounds_at_once() -> None:
    grounds = (40, 40, 40), (90, 90, 90)
    shown = with_contrast((200, 40, 40), 4.5, *grounds)
    assert least_contrast(shown, *grounds) >= 4.5
    assert hue(shown) == pytest.approx(0, abs=2)
