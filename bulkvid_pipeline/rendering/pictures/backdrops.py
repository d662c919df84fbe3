"""Backgrounds from the row's own picture or video, under a veil of the style's background, so that texts are readable.

The veil's opacity is decided by the lightest pixel (under light text; by the darkest under dark text): text then has
READING_CONTRAST on every pixel, and accents, which are moved towards the text's colour, have at least 4.5:1. A light
style over a dark picture would turn it grey; there, the colours of text and background are swapped, and so they are in
a dark style over a bright picture.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import skia

from bulkvid_pipeline.core.colors import BLACK, TEXT_CONTRAST, WHITE, Rgb, contrast, luminance, mix
from bulkvid_pipeline.rendering.pictures.backgrounds import Background
from bulkvid_pipeline.rendering.pictures.canvas import Pixels, converted
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.legibility import Grounds, legible_on
from bulkvid_pipeline.rendering.pictures.media import CLIP_STEP, Backdrop, Clip, Picture, extremes
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.themes import on_ground

READING_CONTRAST = 6.0
"""Contrast of text on any pixel: high enough for accents and secondary texts to differ and still have 4.5:1."""
_STEPS = 100
_WORTH_INVERTING = 0.12
"""By how much the veil's opacity must decrease for the colours of text and background to be swapped."""
_BESIDE_PANEL = 0.1
"""Veil opacity of a title whose texts are all on a panel: just enough for picture and panel to match."""


@dataclass(frozen=True)
class Ground:
    """A backdrop with its veil, and the theme whose texts are readable on it."""

    theme: Theme
    own_theme: Theme
    """The template's theme, or its inverse: its colours are used for veil and ornaments."""
    stage: Stage
    title: bool
    backdrop: Backdrop
    veil: float
    """Opacity of the veil, 0..1."""

    def pictures(self, start: int) -> Iterator[Pixels]:
        """RGBA backgrounds, one for each CLIP_STEP frames from video frame `start` on; all the same for a picture."""
        if isinstance(self.backdrop, Clip):
            for pixels in self.backdrop.pictures(start // CLIP_STEP):
                yield self._veiled(pixels)
            return
        pixels = self._still(self.backdrop)
        while True:
            yield pixels

    def background(self, start: int) -> Background:
        """The first background from video frame `start` on, with its planes."""
        pixels = next(iter(self.pictures(start)))
        return Background(pixels, converted(pixels))

    def extremes_in(self, box: Box) -> Pixels:
        """The darkest and the lightest picture that the backdrop can have in a box of whole pixels, one above other."""
        area = np.empty((2, self.stage.height, self.stage.width, 4), np.uint8)
        for pixels, color in zip(area, extremes(self.backdrop), strict=True):
            pixels[:] = (*color, 255)
            self._veiled(pixels)
        top, left = int(box.top), int(box.left)
        return area[:, top : top + int(box.height), left : left + int(box.width)].reshape(-1, int(box.width), 4)

    def _still(self, picture: Picture) -> Pixels:
        pixels = np.empty((self.stage.height, self.stage.width, 4), np.uint8)
        canvas = skia.Surface(pixels).getCanvas()
        canvas.clear(argb(self.theme.background))
        canvas.drawImage(picture.image, 0, 0)
        return self._veiled(pixels)

    def _veiled(self, pixels: Pixels) -> Pixels:
        """Paint the veil and the style's ornaments over the pixels, in place; returns them."""
        skia.Surface(pixels).getCanvas().drawImage(_veil(self.own_theme, self.stage, self.title, self.veil), 0, 0)
        return pixels


def ground_for(theme: Theme, stage: Stage, title: bool, backdrop: Backdrop) -> Ground:
    """The backdrop as the background of title cards or of the other scenes."""
    if title and theme.ground.title_apart:
        return Ground(theme, theme, stage, title, backdrop, _BESIDE_PANEL)
    own, other = _under_veil(theme, backdrop), _under_veil(_inverted(theme), backdrop)
    base, veil = other if other[1] < own[1] - _WORTH_INVERTING else own
    darkest, lightest = (mix(end, base.background, veil) for end in extremes(backdrop))
    page = darkest, lightest
    grounds = Grounds(page, Grounds.of(base).panel if theme.ground.title_apart else page)
    return Ground(legible_on(base, grounds, large=TEXT_CONTRAST), base, stage, title, backdrop, veil)


def _under_veil(theme: Theme, backdrop: Backdrop) -> tuple[Theme, float]:
    """The theme, and the veil's opacity under which its texts can be read."""
    darkest, lightest = extremes(backdrop)
    return theme, _thickness(theme, lightest if _is_dark(theme) else darkest)


def _inverted(theme: Theme) -> Theme:
    """The light variant of a dark theme, and the dark variant of a light one."""
    ground = mix(theme.background, WHITE, 0.93) if _is_dark(theme) else mix(theme.text, BLACK, 0.25)
    return on_ground(theme, ground)


def _is_dark(theme: Theme) -> bool:
    return luminance(theme.background) < luminance(theme.text)


def _thickness(theme: Theme, worst: Rgb) -> float:
    """Least veil opacity at which text has READING_CONTRAST, or the contrast on the theme's background if lower."""
    wanted = min(READING_CONTRAST, contrast(theme.text, theme.background) * 0.98)
    first = round(theme.ground.least_veil * _STEPS)
    thicknesses = (step / _STEPS for step in range(first, _STEPS))
    return next((t for t in thicknesses if contrast(theme.text, mix(worst, theme.background, t)) >= wanted), 1.0)


@lru_cache(maxsize=4)
def _veil(theme: Theme, stage: Stage, title: bool, thickness: float) -> skia.Image:
    info = skia.ImageInfo.Make(stage.width, stage.height, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRaster(info)
    canvas = surface.getCanvas()
    canvas.clear(argb(theme.background, thickness))
    look_of(theme).ornaments(canvas, theme, stage, title)
    return surface.makeImageSnapshot()
