"""Grounds made of the row's own picture or video: under a veil of the style's ground, so that every text can be read.

The veil is as thick as the lightest pixel (under light text; the darkest under dark text) asks for: text then has
READING_CONTRAST on every pixel, and accents, which are moved towards the text's colour, at least 4.5:1. A light style
over a dark picture would have to turn it grey: there, text and ground change places, as in a dark style over a bright
picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import skia

from bulkvid_pipeline.rendering.pictures.backgrounds import Background
from bulkvid_pipeline.rendering.pictures.canvas import Pixels, converted
from bulkvid_pipeline.rendering.pictures.colors import (
    BLACK,
    TEXT_CONTRAST,
    WHITE,
    Rgb,
    argb,
    contrast,
    luminance,
    mix,
)
from bulkvid_pipeline.rendering.pictures.media import CLIP_STEP, Backdrop, Clip, Picture, extremes
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import on_ground

READING_CONTRAST = 6.0
"""Of text on any pixel: leaves accents and quieter texts room to differ from it and still have 4.5:1."""
_STEPS = 100
_WORTH_INVERTING = 0.12
"""How much thinner the veil has to become for text and ground to change places."""
_BESIDE_PANEL = 0.1
"""Veil of a title whose texts all stand on a panel of their own: just so much that picture and panel go together."""


@dataclass(frozen=True)
class Ground:
    """A backdrop under its veil, and the theme whose texts can be read on it."""

    theme: Theme
    own_theme: Theme
    """As the template gives it, or its inverse: veil and ornaments have its colours."""
    stage: Stage
    title: bool
    backdrop: Backdrop
    veil: float
    """How much of the ground's colour lies over the backdrop, 0..1."""

    def pictures(self, start: int) -> Iterator[Pixels]:
        """RGBA grounds, one for each CLIP_STEP frames from video frame `start` on; a picture's is one and the same."""
        if isinstance(self.backdrop, Clip):
            for pixels in self.backdrop.pictures(start // CLIP_STEP):
                yield self._veiled(pixels)
            return
        pixels = self._still(self.backdrop)
        while True:
            yield pixels

    def background(self, start: int) -> Background:
        """The first of them with its planes."""
        pixels = next(iter(self.pictures(start)))
        return Background(pixels, converted(pixels))

    def _still(self, picture: Picture) -> Pixels:
        pixels = np.empty((self.stage.height, self.stage.width, 4), np.uint8)
        canvas = skia.Surface(pixels).getCanvas()
        canvas.clear(argb(self.theme.background))
        canvas.drawImage(picture.image, 0, 0)
        return self._veiled(pixels)

    def _veiled(self, pixels: Pixels) -> Pixels:
        """The veil and the style's ornaments over a picture, in place."""
        skia.Surface(pixels).getCanvas().drawImage(_veil(self.own_theme, self.stage, self.title, self.veil), 0, 0)
        return pixels


def ground_for(theme: Theme, stage: Stage, title: bool, backdrop: Backdrop) -> Ground:
    """The backdrop as a ground of title cards or of the other scenes."""
    if title and theme.ground.title_apart:
        return Ground(theme, theme, stage, title, backdrop, _BESIDE_PANEL)
    own, other = _under_veil(theme, backdrop), _under_veil(_inverted(theme), backdrop)
    base, worst, veil = other if other[2] < own[2] - _WORTH_INVERTING else own
    return Ground(_readable(base, mix(worst, base.background, veil)), base, stage, title, backdrop, veil)


def _under_veil(theme: Theme, backdrop: Backdrop) -> tuple[Theme, Rgb, float]:
    """The theme, the pixel that is worst for its texts, and the veil that this one asks for."""
    darkest, lightest = extremes(backdrop)
    worst = lightest if _is_dark(theme) else darkest
    return theme, worst, _thickness(theme, worst)


def _inverted(theme: Theme) -> Theme:
    """The theme by day if it is one of the night, and the other way round."""
    ground = mix(theme.background, WHITE, 0.93) if _is_dark(theme) else mix(theme.text, BLACK, 0.25)
    return on_ground(theme, ground)


def _is_dark(theme: Theme) -> bool:
    return luminance(theme.background) < luminance(theme.text)


def _thickness(theme: Theme, worst: Rgb) -> float:
    """The thinnest veil under which text has READING_CONTRAST, or what its own ground gives if that is less."""
    wanted = min(READING_CONTRAST, contrast(theme.text, theme.background) * 0.98)
    first = round(theme.ground.least_veil * _STEPS)
    thicknesses = (step / _STEPS for step in range(first, _STEPS))
    return next((t for t in thicknesses if contrast(theme.text, mix(worst, theme.background, t)) >= wanted), 1.0)


def _readable(theme: Theme, worst: Rgb) -> Theme:
    """The theme with colours that can be read on the worst pixel."""

    def moved(color: Rgb, ratio: float = TEXT_CONTRAST) -> Rgb:
        tones = (mix(color, theme.text, step / 40) for step in range(41))
        return next((tone for tone in tones if contrast(tone, worst) >= ratio), theme.text)

    wanted = theme.ground.second_accent_contrast
    second = theme.accent_2 if wanted is None else moved(theme.accent_2, wanted)
    return replace(theme, muted=moved(theme.muted), accent=moved(theme.accent), accent_2=second)


@lru_cache(maxsize=4)
def _veil(theme: Theme, stage: Stage, title: bool, thickness: float) -> skia.Image:
    info = skia.ImageInfo.Make(stage.width, stage.height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRaster(info)
    canvas = surface.getCanvas()
    canvas.clear(argb(theme.background, thickness))
    look_of(theme).ornaments(canvas, theme, stage, title)
    return surface.makeImageSnapshot()
