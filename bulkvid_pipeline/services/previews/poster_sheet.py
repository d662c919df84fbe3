"""Posters of several videos on one picture, each under its name."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import skia

from bulkvid_pipeline.rendering.pictures.poster import poster_jpeg
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS, shelf
from bulkvid_pipeline.services.previews.contact_sheet import Picture, tiled, wrapped

HEIGHT = 360
"""Of a poster, in pixels: half that of the smallest videos, so that its text can still be read."""
_BAND, _SIZE, _BASELINE = 34, 20, 24
_GROUND, _INK = skia.ColorSetRGB(32, 32, 36), skia.ColorWHITE


def poster_sheet(posters: Iterable[tuple[str, bytes]]) -> bytes:
    """The posters (name and JPEG) side by side, as one JPEG.

    Raises:
        ValueError: there are none, or one of them is no picture.
    """
    return poster_jpeg(tiled(wrapped(_named(name, jpeg) for name, jpeg in posters)))


def _named(name: str, jpeg: bytes) -> Picture:
    """The poster at its height, its name on a band above it."""
    poster = skia.Image.MakeFromEncoded(skia.Data.MakeWithCopy(jpeg))
    if poster is None:
        raise ValueError(f"The poster of {name} is no picture")
    width = max(1, round(poster.width() * HEIGHT / poster.height()))
    small = poster.resize(width, HEIGHT, skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear))
    pixels = np.zeros((HEIGHT + _BAND, width, 4), np.uint8)
    surface = skia.Surface.MakeRasterDirect(
        skia.ImageInfo.Make(width, HEIGHT + _BAND, skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType), pixels
    )
    with surface as canvas:
        canvas.clear(_GROUND)
        canvas.drawImage(small, 0, _BAND)
        font = skia.Font(shelf().typeface(TEXT_FONTS["Noto Sans"], 600), _SIZE)
        canvas.drawString(name, 10, _BASELINE, font, skia.Paint(AntiAlias=True, Color=_INK))
    return np.ascontiguousarray(pixels[..., :3])
