"""Backgrounds of the styles, painted once per theme and size, in 16-bit floats and dithered to 8 bits."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Planes
from bulkvid_pipeline.rendering.pictures.canvas import Pixels, converted
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles import look_of
from bulkvid_pipeline.rendering.pictures.theme import Theme

_KEPT = 4
"""Number of backgrounds kept in memory (a 1080p one takes 11 MB, a 4K one 46 MB)."""


@dataclass(frozen=True)
class Background:
    """A background as RGBA pixels (height, width, 4) and as planes; both are read-only."""

    pixels: Pixels
    planes: Planes


_cache: OrderedDict[tuple[Theme, Stage, bool], Background] = OrderedDict()
_lock = threading.Lock()


def background_for(theme: Theme, stage: Stage, title: bool) -> Background:
    """The background of title cards or of the other scenes; painted at first use."""
    key = (theme, stage, title and theme.ground.title_apart)
    with _lock:
        found = _cache.get(key)
        if found is None:
            found = _paint(theme, stage, title)
            _cache[key] = found
            while len(_cache) > _KEPT:
                _cache.popitem(last=False)
        else:
            _cache.move_to_end(key)
    return found


def _paint(theme: Theme, stage: Stage, title: bool) -> Background:
    exact = np.zeros((stage.height, stage.width, 4), np.float16)
    info = skia.ImageInfo.Make(stage.width, stage.height, skia.kRGBA_F16_ColorType, skia.kPremul_AlphaType)
    surface = skia.Surface.MakeRasterDirect(info, exact, stage.width * 8)
    canvas = surface.getCanvas()
    canvas.clear(argb(theme.background))
    look_of(theme).ground(canvas, theme, stage, title)
    surface.flushAndSubmit()
    pixels = dithered(exact, paper=theme.ground.paper)
    planes = converted(pixels)
    for array in (pixels, planes.y, planes.u, planes.v):
        array.setflags(write=False)
    return Background(pixels, planes)


def dithered(exact: NDArray[np.float16], paper: float = 0.0) -> Pixels:
    """RGBA 0..1 as 8 bits with interleaved gradient noise (J. Jimenez, SIGGRAPH 2014) instead of rounding.

    The noise is the same for red, green and blue, so it only affects luma. `paper` adds a soft, fixed mottle of that
    many levels (standard deviation); a fine grain would double the size of every key frame.
    """
    height, width = exact.shape[:2]
    x = np.arange(width, dtype=np.float32)
    y = np.arange(height, dtype=np.float32)[:, None]
    noise = np.float32(52.9829189) * np.modf(np.float32(0.06711056) * x + np.float32(0.00583715) * y)[0]
    noise -= np.floor(noise)
    if paper:
        noise += _mottle(height, width, paper)
    values = exact[..., :3].astype(np.float32)
    values *= 255
    values += noise[..., None]
    pixels = np.full((height, width, 4), 255, np.uint8)
    np.clip(values, 0, 255, out=values)
    pixels[..., :3] = values
    return pixels


def _mottle(height: int, width: int, deviation: float) -> NDArray[np.float32]:
    """Smooth noise with a grain of about ten pixels, the same every time; shape (height, width)."""
    step = 10
    coarse = np.random.default_rng(1).normal(0, deviation, (height // step + 2, width // step + 2)).astype(np.float32)
    rows, columns = np.arange(height) / step, np.arange(width) / step
    top, left = rows.astype(int), columns.astype(int)
    down, right = (rows - top).astype(np.float32)[:, None], (columns - left).astype(np.float32)
    bands = coarse[top] * (1 - down) + coarse[top + 1] * down
    return np.asarray(bands[:, left] * (1 - right) + bands[:, left + 1] * right, np.float32)
