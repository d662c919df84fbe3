"""The styles' themes, and how a template's colours, font and logo change them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from bulkvid_pipeline.core.colors import (
    BLACK,
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    Rgb,
    contrast,
    hex_of,
    luminance,
    mix,
    parse_hex,
    readable_on,
    with_contrast,
)
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.legibility import has_readable_text, legible
from bulkvid_pipeline.rendering.pictures.logos import load_logo
from bulkvid_pipeline.rendering.pictures.styles import STYLES
from bulkvid_pipeline.rendering.pictures.theme import GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS

_NIGHT = 0.02
_MOST_ON_GROUND = 7.0
"""Contrast of text to a background that has been moved as far as it is."""


LOGO_POSITIONS = ("top_left", "top_right", "bottom_left", "bottom_right")


THEMES: dict[Style, Theme] = {style: look.theme for style, look in STYLES.items()}


def theme_for(
    style: Style,
    *,
    colors: Sequence[str] = (),
    font_family: str | None = None,
    logo: Path | None = None,
    logo_position: str = "bottom_right",
) -> tuple[Theme, tuple[str, ...]]:
    """The style's theme with a template's settings, and warnings about settings that could not be used as given.

    Args:
        colors: hex colours in the order accent, second accent, background; missing ones stay the style's own.
        font_family: a bundled family; for another one there is a warning, and the style's own is used.
        logo: PNG, JPEG or WebP file.
        logo_position: one of LOGO_POSITIONS.

    Raises:
        TemplateInvalidError: the logo file cannot be read as a picture, or is too large.
    """
    brand = branded(style, tuple(colors))
    theme, warnings = brand.shown, list(brand.warnings)
    if font_family:
        theme = _with_family(theme, font_family, warnings)
    if logo_position not in LOGO_POSITIONS:
        warnings.append(
            f"logo_position {logo_position!r} is not one of {', '.join(LOGO_POSITIONS)}: bottom_right is used"
        )
        logo_position = "bottom_right"
    if logo is not None:
        theme = replace(theme, logo=load_logo(logo), logo_position=logo_position)
    return theme, tuple(warnings)


def _with_family(theme: Theme, family: str, warnings: list[str]) -> Theme:
    known = {name.casefold(): name for name in TEXT_FONTS}
    name = known.get(" ".join(family.split()).casefold())
    if name is None:
        offered = ", ".join(name for name in TEXT_FONTS if not name.endswith("Italic"))
        warnings.append(f"font_family {family!r} is not bundled: {theme.display_family} is used (bundled: {offered})")
        return theme
    italic = f"{name} Italic" if f"{name} Italic" in TEXT_FONTS else name
    return replace(theme, display_family=name, text_family=name, italic_family=italic)


@dataclass(frozen=True)
class Branded:
    """A style in a template's colours: as they are given (None where they are not), and as they are shown."""

    accent: Rgb | None
    accent_2: Rgb | None
    background: Rgb | None
    shown: Theme
    warnings: tuple[str, ...]


@lru_cache(maxsize=64)
def branded(style: Style, colors: tuple[str, ...]) -> Branded:
    """The style in a template's colours: accent, second accent, background; see `theme_for`."""
    theme = STYLES[style].theme
    if not colors:
        return Branded(None, None, None, theme, ())
    warnings: list[str] = []
    parsed: list[Rgb | None] = []
    for text in colors:
        color = parse_hex(text)
        if color is None:
            warnings.append(f"colour {text!r} is not a hex colour like #3366FF: the style's own is used")
        parsed.append(color)
    if len(colors) > 3:
        warnings.append("only the first three colours are used: accent, second accent, background")
    accent, accent_2, background = (*parsed, None, None, None)[:3]
    if background is not None:
        theme = _on_readable_ground(theme, background)
    wanted = replace(theme, accent=accent or theme.accent, accent_2=accent_2 or theme.accent_2)
    if wanted.ground.brand_panel and accent is not None:
        wanted = replace(wanted, panel=_brand_panel(accent), on_panel=WHITE)
    shown = legible(wanted)
    warnings += _corrections(shown, accent, accent_2, background)
    if accent is not None:
        shown = _with_accented_captions(shown)
    return Branded(accent, accent_2, background, shown, tuple(warnings))


def _corrections(shown: Theme, accent: Rgb | None, accent_2: Rgb | None, ground: Rgb | None) -> Iterator[str]:
    """What is said about a template's colours that are not shown as given."""
    background = shown.background
    if ground is not None and background != ground:
        fault = "light for white" if luminance(ground) > luminance(background) else "dark for black"
        yield f"background {hex_of(ground)} is too {fault} text: shown as {hex_of(background)}"
    if accent is not None:
        if shown.accent != accent:
            yield _correction("accent", accent, shown.accent, background)
        elif shown.ground.small_accents and shown.small_accent != accent:
            yield _correction("accent", accent, shown.small_accent, background, "small text")
    if accent_2 is not None:
        if shown.accent_2 != accent_2:
            yield _correction("second accent", accent_2, shown.accent_2, background)
        elif shown.ground.brand_panel and shown.panel_accent != accent_2:
            yield _correction("second accent", accent_2, shown.panel_accent, shown.panel)


def _correction(name: str, given: Rgb, used: Rgb, ground: Rgb, use: str = "text and graphics") -> str:
    fault = "light" if luminance(given) > luminance(used) else "dark"
    return f"{name} {hex_of(given)} is too {fault} for {use} on {hex_of(ground)}: shown as {hex_of(used)}"


def _on_readable_ground(theme: Theme, background: Rgb) -> Theme:
    """The theme on a background, which is moved if it is of a medium tone on which neither white nor black is read."""
    ratio = TEXT_CONTRAST
    shown = on_ground(theme, background)
    while not has_readable_text(replace(shown, light=0.0)) and ratio < _MOST_ON_GROUND:
        ratio += 0.15
        shown = on_ground(theme, with_contrast(background, ratio, shown.text))
    return shown


def on_ground(theme: Theme, background: Rgb) -> Theme:
    """The theme on another background, with text colours that are readable on it."""
    text = readable_on(background, theme.text, WHITE, (20, 20, 24))
    panel_share = theme.ground.panel_share
    panel = mix(background, text, panel_share)
    if contrast(text, panel) < TEXT_CONTRAST:
        panel = mix(background, BLACK if luminance(text) > luminance(background) else WHITE, panel_share)
    if theme.ground.brand_panel:
        panel = theme.panel
    return replace(
        theme,
        background=background,
        background_2=_second_ground(theme.ground, background, text),
        text=text,
        muted=with_contrast(mix(text, background, 0.25), TEXT_CONTRAST, background),
        panel=panel,
        on_panel=readable_on(panel, theme.on_panel, text),
    )


def _second_ground(ground: GroundLook, background: Rgb, text: Rgb) -> Rgb:
    """The second colour of a custom background's gradient: near the first, since darkened light colours look muddy."""
    if luminance(text) < luminance(background):
        ends, shift = (BLACK, WHITE), ground.light_shift
    else:
        ends, shift = (BLACK, WHITE) if luminance(background) > _NIGHT else (WHITE, BLACK), ground.dark_shift
    grounds = (mix(background, end, shift) for end in ends)
    return next((found for found in grounds if contrast(text, found) >= TEXT_CONTRAST), background)


def _brand_panel(accent: Rgb) -> Rgb:
    """A panel in the accent's hue, dark enough for white text."""
    return with_contrast(mix(accent, BLACK, 0.45), 7.0, WHITE)


def _with_accented_captions(theme: Theme) -> Theme:
    """The caption's mark in the template's accent, as dark or light as its text requires."""
    captions = theme.captions
    if theme.ground.brand_panel:
        mark = with_contrast(theme.accent_2, GRAPHIC_CONTRAST, theme.panel)
        return replace(theme, captions=replace(captions, box=theme.panel, mark=mark, spoken=readable_on(mark, WHITE)))
    if captions.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK):
        mark = with_contrast(theme.accent, 1.6, captions.box)
        return replace(theme, captions=replace(captions, mark=mark, spoken=readable_on(mark, WHITE)))
    spoken = with_contrast(theme.accent, TEXT_CONTRAST, captions.box)
    return replace(theme, captions=replace(captions, mark=spoken, spoken=spoken))
