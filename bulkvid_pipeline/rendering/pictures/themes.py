"""The styles' themes, and how a template's colours, font and logo change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.colors import (
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
from bulkvid_pipeline.rendering.pictures.logos import load_logo
from bulkvid_pipeline.rendering.pictures.styles import STYLES
from bulkvid_pipeline.rendering.pictures.theme import GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS

_NIGHT = 0.02


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
    warnings: list[str] = []
    theme = _with_colors(STYLES[style].theme, colors, warnings)
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


def _with_colors(theme: Theme, colors: Sequence[str], warnings: list[str]) -> Theme:
    if not colors:
        return theme
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
        theme = on_ground(theme, background)
    theme = replace(
        theme,
        accent=_checked(accent or theme.accent, theme.background, accent is not None, warnings),
        accent_2=_checked(accent_2 or theme.accent_2, theme.background, accent_2 is not None, warnings),
    )
    return _with_accented_parts(theme) if accent is not None else theme


def _checked(color: Rgb, background: Rgb, custom: bool, warnings: list[str]) -> Rgb:
    """The colour, changed to have enough contrast to the background; changing a custom colour adds a warning."""
    ratio = contrast(color, background)
    if ratio >= GRAPHIC_CONTRAST:
        return color
    better = with_contrast(color, background, GRAPHIC_CONTRAST)
    if custom:
        warnings.append(
            f"colour {hex_of(color)} has a contrast of only {ratio:.1f}:1 on the background {hex_of(background)} "
            f"(WCAG asks for 3:1): {hex_of(better)} is used"
        )
    return better


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
        muted=with_contrast(mix(text, background, 0.25), background, TEXT_CONTRAST),
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


def _with_accented_parts(theme: Theme) -> Theme:
    """Panels and the caption's mark in the template's accent, as dark or light as their text requires."""
    captions = theme.captions
    if captions.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK):
        mark = with_contrast(theme.accent, captions.box, 1.6)
        captions = replace(captions, mark=mark, spoken=readable_on(mark, WHITE))
    else:
        spoken = with_contrast(theme.accent, captions.box, TEXT_CONTRAST)
        captions = replace(captions, mark=spoken, spoken=spoken)
    if theme.ground.brand_panel:
        panel = with_contrast(mix(theme.accent, (0, 0, 0), 0.45), WHITE, 7.0)
        box = panel
        mark = with_contrast(theme.accent_2, box, GRAPHIC_CONTRAST)
        captions = replace(captions, box=box, mark=mark, spoken=readable_on(mark, WHITE))
        return replace(theme, panel=panel, on_panel=WHITE, captions=captions)
    return replace(theme, captions=captions)
