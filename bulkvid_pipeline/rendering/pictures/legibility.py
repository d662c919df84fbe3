"""Colours that can be read on the ground that is really there: gradients, lights, panels, cards, veiled pictures.

Contrast depends on luminance alone, so a ground is known by its darkest and its lightest pixel. A colour that has too
little contrast to one of them is made lighter or darker; it keeps its hue, since it may be a brand's.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import (
    BLACK,
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    Rgb,
    contrast,
    least_contrast,
    luminance,
    mix,
    with_contrast,
)
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.rendering.model import VideoFormat
from bulkvid_pipeline.rendering.pictures.colors import argb, luminances
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme

Ends = tuple[Rgb, Rgb]
"""The darkest and the lightest colour of a ground."""

_GRAIN = 3.0
"""Standard deviations of the grain of paper that count."""
BAND_CONTRAST = 1.2
"""Contrast at which a band of colour without a text is seen."""
_LIGHTS = (1.0, 0.8, 0.6, 0.4, 0.2, 0.0)
_SAMPLES = tuple(
    Stage.of(VideoFormat(platform, width, height))
    for platform, width, height in (
        (Platform.YOUTUBE, 192, 108),
        (Platform.TIKTOK, 108, 192),
        (Platform.INSTAGRAM, 108, 108),
    )
)
"""Small frames of each shape, in which a ground looks as in a large one."""


@dataclass(frozen=True)
class Grounds:
    """What is behind the texts of a theme: on the page itself, and on its panel, which for most styles is the page."""

    page: Ends
    panel: Ends

    @classmethod
    @lru_cache(maxsize=16)
    def of(cls, theme: Theme) -> Grounds:
        """The style's own ground, as its painter paints it in all shapes of frame."""
        page = [np.array([theme.background, theme.background_2], np.uint8)]
        panel: list[NDArray[np.uint8]] = []
        for stage in _SAMPLES:
            for title in (False, True) if theme.ground.title_apart else (False,):
                pixels = _painted(theme, stage, title)
                on_page, on_panel = look_of(theme).page(stage, title)
                if on_page != on_panel:
                    page.append(_within(pixels, on_page))
                if not on_panel.is_empty:
                    panel.append(_within(pixels, on_panel))
        grain = round(_GRAIN * theme.ground.paper)
        ends = _ends(np.concatenate(page), grain)
        return cls(ends, _ends(np.concatenate(panel), grain) if panel else ends)

    def with_cards(self, theme: Theme) -> tuple[Rgb, ...]:
        """The colours of the page with and without the style's cards on it."""
        card = look_of(theme).card
        return (*self.page, *(card(theme, color) for color in self.page))

    def cards(self, theme: Theme) -> tuple[Rgb, ...]:
        """The colours behind what is written in the panel's colour: panel or cards, by the style."""
        card = look_of(theme).card
        return self.panel if self.panel != self.page else tuple(card(theme, color) for color in self.page)


def legible(theme: Theme) -> Theme:
    """The theme with all colours changed by as little as makes them readable on its own ground.

    The ground's lights are dimmed first, where that saves an accent from being changed.
    """
    lights = [light for light in _LIGHTS if light <= theme.light] if theme.ground.lit else [theme.light]
    tried = [_lit(theme, light) for light in lights]
    readable = [shown for shown in tried if _is_legible(shown, Grounds.of(shown))] or tried[-1:]
    return min(readable, key=lambda shown: (round(_change(theme, shown), 2), -shown.light))


def _lit(theme: Theme, light: float) -> Theme:
    dimmed = replace(theme, light=light)
    shown = legible_on(dimmed, Grounds.of(dimmed))
    # Lights have the accent's colour, so once more when that is settled.
    return legible_on(replace(dimmed, accent=shown.accent, accent_2=shown.accent_2), Grounds.of(shown))


def _change(wanted: Theme, shown: Theme) -> float:
    """By how much the brand's colours are changed: differences of luminance."""
    pairs = [(wanted.accent, shown.accent), (wanted.accent_2, shown.accent_2), (wanted.text, shown.text)]
    if wanted.ground.brand_panel:
        pairs.append((wanted.accent_2, shown.panel_accent))
    return sum(abs(luminance(given) - luminance(used)) for given, used in pairs)


@lru_cache(maxsize=64)
def legible_on(theme: Theme, grounds: Grounds, *, large: float = GRAPHIC_CONTRAST) -> Theme:
    """The theme with all colours changed by as little as makes them readable on the grounds.

    `large` is the contrast of large texts and graphics in accent colours.
    """
    spare = theme.ground.spare
    theme = replace(theme, text=_readable(theme.text, grounds.page, spare))
    everywhere = grounds.with_cards(theme)
    second = theme.ground.second_accent_contrast
    text, small = _readable(theme.text, everywhere, spare), TEXT_CONTRAST * spare
    return replace(
        theme,
        text=text,
        dimmed=_dimmed(theme.dimmed, text, everywhere),
        on_panel=_readable(theme.on_panel, grounds.cards(theme), spare),
        muted=with_contrast(theme.muted, small, *everywhere),
        accent=with_contrast(theme.accent, large * spare, *everywhere),
        small_accent=with_contrast(theme.accent, small, *everywhere),
        accent_2=with_contrast(theme.accent_2, BAND_CONTRAST, *grounds.page)
        if second is None
        else with_contrast(theme.accent_2, min(second, large) * spare, *everywhere),
        panel_accent=with_contrast(theme.accent_2, small, *grounds.panel),
    )


def _dimmed(wanted: float, text: Rgb, grounds: Iterable[Rgb]) -> float:
    """The opacity, or as much more as large text needs to be read through it."""
    grounds = tuple(grounds)
    shares = (share / 100 for share in range(round(wanted * 100), 101, 3))
    return next((s for s in shares if all(contrast(mix(g, text, s), g) >= GRAPHIC_CONTRAST for g in grounds)), 1.0)


def has_readable_text(theme: Theme) -> bool:
    """Whether the text can be read on all of the theme's own page, with something to spare for secondary text."""
    return least_contrast(theme.text, *Grounds.of(theme).page) >= TEXT_CONTRAST * theme.ground.spare


def _is_legible(theme: Theme, grounds: Grounds) -> bool:
    everywhere = grounds.with_cards(theme)
    pairs: list[tuple[Rgb, float, Iterable[Rgb]]] = [
        (theme.text, TEXT_CONTRAST, everywhere),
        (theme.muted, TEXT_CONTRAST, everywhere),
        (theme.on_panel, TEXT_CONTRAST, grounds.cards(theme)),
        (theme.accent, GRAPHIC_CONTRAST, everywhere),
        (theme.small_accent, TEXT_CONTRAST, everywhere),
        (theme.panel_accent, TEXT_CONTRAST, grounds.panel),
    ]
    if theme.ground.second_accent_contrast is not None:
        pairs.append((theme.accent_2, GRAPHIC_CONTRAST, everywhere))
    return all(least_contrast(color, *ground) >= ratio for color, ratio, ground in pairs)


def _readable(color: Rgb, grounds: Iterable[Rgb], spare: float) -> Rgb:
    grounds = tuple(grounds)
    for candidate in (color, WHITE, (20, 20, 24)):
        if least_contrast(candidate, *grounds) >= TEXT_CONTRAST * spare:
            return candidate
    return max((color, WHITE, BLACK), key=lambda candidate: least_contrast(candidate, *grounds))


def _painted(theme: Theme, stage: Stage, title: bool) -> NDArray[np.uint8]:
    pixels = np.zeros((stage.height, stage.width, 4), np.uint8)
    canvas = skia.Surface(pixels).getCanvas()
    canvas.clear(argb(theme.background))
    look_of(theme).ground(canvas, theme, stage, title)
    return pixels


def _within(pixels: NDArray[np.uint8], box: Box) -> NDArray[np.uint8]:
    # A pixel of an edge around it is no ground of it.
    box = box.rounded().inset(2, 2)
    return pixels[int(box.top) : int(box.bottom), int(box.left) : int(box.right), :3].reshape(-1, 3)


def _ends(pixels: NDArray[np.uint8], grain: int) -> Ends:
    values = luminances(pixels)
    return _shifted(pixels[int(values.argmin())], -grain), _shifted(pixels[int(values.argmax())], grain)


def _shifted(pixel: NDArray[np.uint8], levels: int) -> Rgb:
    red, green, blue = (min(255, max(0, int(value) + levels)) for value in pixel)
    return red, green, blue
