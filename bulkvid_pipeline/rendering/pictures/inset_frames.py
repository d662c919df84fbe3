"""Drawing a row's picture in the frame of a style."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import skia

from bulkvid_pipeline.core.colors import WHITE, Rgb, contrast
from bulkvid_pipeline.rendering.pictures.composer import fill
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.media import Picture


@dataclass(frozen=True)
class FrameLook:
    """Measures in design units: `mat` is the rim between picture and edge, `outside` the extent of the shadow."""

    mat: float
    radius: float
    outside: float = 0.0


@dataclass(frozen=True)
class Inset:
    """The place of a picture: `frame` includes its mat, `inner` is the undistorted picture itself."""

    picture: Picture
    frame: Box
    inner: Box


def framed_picture(canvas: skia.Canvas, inset: Inset, radius: float, mat: Rgb) -> None:
    """Draw the picture; behind transparent parts is a background with enough contrast to the visible parts."""
    inner = skia.Rect.MakeXYWH(inset.inner.left, inset.inner.top, inset.inner.width, inset.inner.height)
    canvas.save()
    canvas.clipRRect(skia.RRect.MakeRectXY(inner, radius, radius), doAntiAlias=True)
    ink = _ink(inset.picture)
    if ink is not None:
        ground = next((g for g in (mat, WHITE, (24, 24, 30)) if contrast(g, ink) >= 2.0), mat)
        canvas.drawRect(inner, fill(ground))
    sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
    canvas.drawImageRect(inset.picture.image, inner, sampling, skia.Paint(AntiAlias=True))
    canvas.restore()


def _ink(picture: Picture) -> Rgb | None:
    """The mean visible colour of a picture with transparent parts; None if it has no transparent parts."""
    pixels = picture.pixels
    weight = pixels[..., 3].astype(np.float64)
    if weight.min() == 255 or weight.sum() == 0:
        return None
    red, green, blue = ((pixels[..., channel] * weight).sum() / weight.sum() for channel in range(3))
    return round(red), round(green), round(blue)
