"""Whether a logo can be seen on the pixels behind it, and the plate behind one that cannot."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.colors import GRAPHIC_CONTRAST, Rgb, luminance
from bulkvid_pipeline.rendering.pictures.colors import luminances
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.logos import Logo

PAD = 12
"""Rim of a plate around its logo, in design units."""
PLATES: tuple[Rgb, ...] = ((255, 255, 255), (20, 20, 24))

_SIDE = 96
"""Longest side of the small copy of a logo that is looked at, in pixels."""
_VISIBLE = 0.8
"""Share of a logo's ink that must stand out: thin pale parts of a logo may be as pale as its designer drew them."""
_WORTH_IT = 0.1
"""By how much more of the ink a plate must show."""
_TILE = 0.75
"""Share of its box that the ink of a logo with a ground of its own fills: what is drawn on that can be seen."""
_DRAWN = 0.03
"""Share of such a logo that must differ from its ground for it to be more than a block of one colour."""
_SOLID = 0.6
"""Least opacity of ink: edges are half transparent."""

Luminances = NDArray[np.float64]


def plate_behind(logo: Logo, behind: NDArray[np.uint8]) -> Rgb | None:
    """The plate's colour for a logo on these pixels; None if it can be seen without one.

    Args:
        logo: the picture.
        behind: pixels that are behind it in the video, shape (..., 3 or 4); of moving ones the darkest and lightest.
    """
    ink, alpha, filled = _ink(logo.digest, logo)
    if not len(ink):
        return None
    own = float(np.median(ink))
    if filled >= _TILE and float(_visible(ink, alpha, own, own).mean()) >= _DRAWN:
        return None
    grounds = luminances(behind.reshape(-1, behind.shape[-1])[:, :3])
    share = float(_visible(ink, alpha, float(grounds.min()), float(grounds.max())).mean())
    if share >= _VISIBLE:
        return None
    shown = {plate: _shown_on(plate, ink, alpha) for plate in PLATES}
    best = max(PLATES, key=lambda plate: shown[plate])
    return best if shown[best] >= share + _WORTH_IT else None


def plate_box(logo: Box, unit: float, position: str) -> Box:
    """The plate of a logo in that corner: it grows away from the edges of the page, into the space around the logo."""
    grown = 2 * PAD * unit
    left = logo.left - (grown if position.endswith("right") else 0)
    top = logo.top - (0 if position.startswith("top") else grown)
    return Box(left, top, logo.width + grown, logo.height + grown)


def _shown_on(plate: Rgb, ink: Luminances, alpha: Luminances) -> float:
    ground = luminance(plate)
    return float(_visible(ink, alpha, ground, ground).mean())


def _visible(ink: Luminances, alpha: Luminances, darkest: float, lightest: float) -> NDArray[np.bool_]:
    """Which of the ink has the contrast of graphics to all grounds between two: it is lighter or darker than all."""
    lighter = (ink * alpha + lightest * (1 - alpha) + 0.05) / (lightest + 0.05)
    darker = (darkest + 0.05) / (ink * alpha + darkest * (1 - alpha) + 0.05)
    return np.asarray(np.maximum(lighter, darker) >= GRAPHIC_CONTRAST)


@lru_cache(maxsize=8)
def _ink(digest: str, logo: Logo) -> tuple[Luminances, Luminances, float]:  # noqa: ARG001 - the digest is the cache's key
    """Luminance and opacity of the pixels that are drawn, and their share of the box around them."""
    scale = min(1.0, _SIDE / max(logo.width, logo.height))
    width, height = max(1, round(logo.width * scale)), max(1, round(logo.height * scale))
    pixels = np.zeros((height, width, 4), np.uint8)
    info = skia.ImageInfo.Make(width, height, skia.kRGBA_8888_ColorType, skia.kUnpremul_AlphaType)
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
    surface = skia.Surface.MakeRaster(info.makeAlphaType(skia.kPremul_AlphaType))
    surface.getCanvas().drawImageRect(logo.picture, skia.Rect.MakeWH(width, height), sampling, skia.Paint())
    surface.readPixels(info, pixels, width * 4)
    opacity = pixels[..., 3] / 255
    strongest = opacity.max()
    drawn = opacity >= _SOLID * strongest if strongest else np.zeros_like(opacity, bool)
    rows, columns = np.nonzero(drawn)
    if not len(rows):
        return np.zeros(0), np.zeros(0), 0.0
    box = (int(np.ptp(rows)) + 1) * (int(np.ptp(columns)) + 1)
    return luminances(pixels[drawn][:, :3]), opacity[drawn], len(rows) / box
