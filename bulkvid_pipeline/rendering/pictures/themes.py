"""The four looks, and how a template's colours, font and logo change them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
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
from bulkvid_pipeline.rendering.pictures.logos import Logo, load_logo
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS

_LIGHT_GROUND_SHIFT = {Style.MODERN: 0.035, Style.CLASSIC: 0.07, Style.MINIMAL: 0.03, Style.CORPORATE: 0.055}
_DARK_GROUND_SHIFT = {Style.MODERN: 0.1, Style.CLASSIC: 0.12, Style.MINIMAL: 0.05, Style.CORPORATE: 0.08}
"""How far a custom ground runs towards black, or towards white where it is nearly black itself."""
_NIGHT = 0.02

LOGO_POSITIONS = ("top_left", "top_right", "bottom_left", "bottom_right")


class Entrance(StrEnum):
    """How the parts of a card come in."""

    RISE = "rise"
    FADE = "fade"
    REVEAL = "reveal"
    SLIDE = "slide"


class SpokenMark(StrEnum):
    """How a caption shows the word that is being spoken."""

    PILL = "pill"
    TINT = "tint"
    UNDERLINE = "underline"
    BLOCK = "block"


@dataclass(frozen=True)
class CaptionLook:
    """Colours and shape of the captions. `spoken` is the word's own colour, `mark` that of the shape behind it."""

    box: Rgb
    box_alpha: float
    text: Rgb
    spoken: Rgb
    mark: Rgb
    mark_kind: SpokenMark
    border: Rgb | None
    radius: float
    """Corner radius of the box in units of 1/1080 of the frame's short side."""
    shadow: bool = False
    weight: int = 600


@dataclass(frozen=True)
class Theme:
    """All that decides how a scene looks, apart from its words and the frame's size."""

    style: Style
    background: Rgb
    background_2: Rgb
    text: Rgb
    muted: Rgb
    accent: Rgb
    accent_2: Rgb
    panel: Rgb
    """Ground of cards and side panels."""
    on_panel: Rgb
    display_family: str
    text_family: str
    italic_family: str
    display_weight: int
    statement_weight: int
    text_weight: int
    letter_spacing: float
    """Of large text, in ems."""
    radius: float
    entrance: Entrance
    captions: CaptionLook
    logo: Logo | None = None
    logo_position: str = "bottom_right"

    @property
    def on_accent(self) -> Rgb:
        return readable_on(self.accent, WHITE)


MODERN = Theme(
    style=Style.MODERN,
    background=(13, 14, 33),
    background_2=(27, 18, 54),
    text=(255, 255, 255),
    muted=(184, 186, 218),
    accent=(139, 108, 255),
    accent_2=(45, 212, 238),
    panel=(34, 31, 66),
    on_panel=(255, 255, 255),
    display_family="Inter",
    text_family="Inter",
    italic_family="Inter",
    display_weight=800,
    statement_weight=740,
    text_weight=450,
    letter_spacing=-0.022,
    radius=28,
    entrance=Entrance.RISE,
    captions=CaptionLook((8, 8, 20), 0.80, (255, 255, 255), (255, 255, 255), (112, 76, 240), SpokenMark.PILL, None, 26),
)
CLASSIC = Theme(
    style=Style.CLASSIC,
    background=(247, 240, 227),
    background_2=(236, 224, 203),
    text=(43, 31, 23),
    muted=(104, 84, 67),
    accent=(140, 45, 41),
    accent_2=(164, 125, 55),
    panel=(250, 245, 236),
    on_panel=(43, 31, 23),
    display_family="Source Serif 4",
    text_family="Source Serif 4",
    italic_family="Source Serif 4 Italic",
    display_weight=600,
    statement_weight=560,
    text_weight=430,
    letter_spacing=-0.008,
    radius=0,
    entrance=Entrance.FADE,
    captions=CaptionLook(
        (43, 31, 23), 1.0, (246, 237, 220), (255, 208, 112), (255, 208, 112), SpokenMark.TINT, (164, 125, 55), 4
    ),
)
MINIMAL = Theme(
    style=Style.MINIMAL,
    background=(248, 248, 245),
    background_2=(240, 240, 236),
    text=(20, 20, 22),
    muted=(104, 104, 110),
    accent=(226, 66, 30),
    accent_2=(20, 20, 22),
    panel=(255, 255, 255),
    on_panel=(20, 20, 22),
    display_family="Inter",
    text_family="Inter",
    italic_family="Inter",
    display_weight=620,
    statement_weight=520,
    text_weight=420,
    letter_spacing=-0.03,
    radius=12,
    entrance=Entrance.REVEAL,
    captions=CaptionLook(
        (255, 255, 255), 1.0, (58, 58, 64), (190, 48, 16), (226, 66, 30), SpokenMark.UNDERLINE, (222, 222, 216), 14,
        shadow=True, weight=560,
    ),
)  # fmt: skip
CORPORATE = Theme(
    style=Style.CORPORATE,
    background=(245, 248, 252),
    background_2=(226, 234, 244),
    text=(11, 32, 62),
    muted=(77, 96, 122),
    accent=(0, 122, 130),
    accent_2=(255, 178, 62),
    panel=(11, 37, 72),
    on_panel=(255, 255, 255),
    display_family="Noto Sans",
    text_family="Noto Sans",
    italic_family="Noto Sans",
    display_weight=760,
    statement_weight=680,
    text_weight=450,
    letter_spacing=-0.012,
    radius=10,
    entrance=Entrance.SLIDE,
    captions=CaptionLook((11, 37, 72), 1.0, (255, 255, 255), (11, 32, 62), (255, 190, 84), SpokenMark.BLOCK, None, 8),
)
THEMES: dict[Style, Theme] = {theme.style: theme for theme in (MODERN, CLASSIC, MINIMAL, CORPORATE)}


def theme_for(
    style: Style,
    *,
    colors: Sequence[str] = (),
    font_family: str | None = None,
    logo: Path | None = None,
    logo_position: str = "bottom_right",
) -> tuple[Theme, tuple[str, ...]]:
    """The style's theme with a template's settings, and warnings about what could not be used as given.

    Args:
        colors: hex colours in the order accent, second accent, background; fewer leave the style's own.
        font_family: a bundled family; another one is warned about and the style's own stays.
        logo: PNG, JPEG or WebP file.
        logo_position: one of LOGO_POSITIONS.

    Raises:
        TemplateInvalidError: the logo file cannot be read as a picture, or is too large.
    """
    warnings: list[str] = []
    theme = _with_colors(THEMES[style], colors, warnings)
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
    """The colour, made to stand out from the background; a change of a template's own colour is warned about."""
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
    """The theme on another ground, with texts that can be read on it."""
    text = readable_on(background, theme.text, WHITE, (20, 20, 24))
    panel_share = 0.12 if theme.style is Style.MODERN else 0.06
    panel = mix(background, text, panel_share)
    if contrast(text, panel) < TEXT_CONTRAST:
        panel = mix(background, BLACK if luminance(text) > luminance(background) else WHITE, panel_share)
    if theme.style is Style.CORPORATE:
        panel = theme.panel
    return replace(
        theme,
        background=background,
        background_2=_second_ground(theme.style, background, text),
        text=text,
        muted=with_contrast(mix(text, background, 0.25), background, TEXT_CONTRAST),
        panel=panel,
        on_panel=readable_on(panel, theme.on_panel, text),
    )


def _second_ground(style: Style, background: Rgb, text: Rgb) -> Rgb:
    """Where a custom ground runs to: hardly further than the style's own, since light colours turn to mud soon."""
    if luminance(text) < luminance(background):
        ends, shift = (BLACK, WHITE), _LIGHT_GROUND_SHIFT[style]
    else:
        ends, shift = (BLACK, WHITE) if luminance(background) > _NIGHT else (WHITE, BLACK), _DARK_GROUND_SHIFT[style]
    grounds = (mix(background, end, shift) for end in ends)
    return next((ground for ground in grounds if contrast(text, ground) >= TEXT_CONTRAST), background)


def _with_accented_parts(theme: Theme) -> Theme:
    """Panels and the caption's mark in the template's accent, as dark or light as their text needs."""
    captions = theme.captions
    if captions.mark_kind in (SpokenMark.PILL, SpokenMark.BLOCK):
        mark = with_contrast(theme.accent, captions.box, 1.6)
        captions = replace(captions, mark=mark, spoken=readable_on(mark, WHITE))
    else:
        spoken = with_contrast(theme.accent, captions.box, TEXT_CONTRAST)
        captions = replace(captions, mark=spoken, spoken=spoken)
    if theme.style is Style.CORPORATE:
        panel = with_contrast(mix(theme.accent, (0, 0, 0), 0.45), WHITE, 7.0)
        box = panel
        mark = with_contrast(theme.accent_2, box, GRAPHIC_CONTRAST)
        captions = replace(captions, box=box, mark=mark, spoken=readable_on(mark, WHITE))
        return replace(theme, panel=panel, on_panel=WHITE, captions=captions)
    return replace(theme, captions=captions)
