"""Grounds of the four styles, painted once per theme and size, in 16-bit floats and dithered to 8 bits."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import skia
from numpy.typing import NDArray

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Planes
from bulkvid_pipeline.rendering.pictures.canvas import Pixels, converted
from bulkvid_pipeline.rendering.pictures.colors import (
    GRAPHIC_CONTRAST,
    TEXT_CONTRAST,
    WHITE,
    Rgb,
    argb,
    contrast,
    luminance,
    mix,
)
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.themes import Theme

_Painter = Callable[[skia.Canvas, Theme, Stage, bool], None]

_GLOW = 0.22
"""Difference of an accent's luminance from the ground's up to which it glows with full strength."""
_KEPT = 4
"""Backgrounds kept in memory (a 1080p one takes 11 MB, a 4K one 46 MB)."""


@dataclass(frozen=True)
class Background:
    """A ground as RGBA pixels (height, width, 4) and as planes; both are read-only."""

    pixels: Pixels
    planes: Planes


_cache: OrderedDict[tuple[Theme, Stage, bool], Background] = OrderedDict()
_lock = threading.Lock()


def background_for(theme: Theme, stage: Stage, title: bool) -> Background:
    """The ground of title cards or of the other scenes; painted on first use."""
    key = (theme, stage, title and theme.style is Style.CORPORATE)
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
    painters: dict[Style, _Painter] = {
        Style.MODERN: _modern,
        Style.CLASSIC: _classic,
        Style.MINIMAL: _minimal,
        Style.CORPORATE: _corporate,
    }
    painters[theme.style](canvas, theme, stage, title)
    surface.flushAndSubmit()
    pixels = dithered(exact, paper=1.1 if theme.style is Style.CLASSIC else 0.0)
    planes = converted(pixels)
    for array in (pixels, planes.y, planes.u, planes.v):
        array.setflags(write=False)
    return Background(pixels, planes)


def dithered(exact: NDArray[np.float16], paper: float = 0.0) -> Pixels:
    """RGBA 0..1 as 8 bits with interleaved gradient noise (J. Jimenez, SIGGRAPH 2014) instead of rounding.

    The noise is the same for red, green and blue, so it only touches luma. `paper` adds that many levels (standard
    deviation) of a soft, fixed mottle; a fine grain would double the size of every key frame.
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
    """Smooth noise of about ten pixels' grain, the same every time."""
    step = 10
    coarse = np.random.default_rng(1).normal(0, deviation, (height // step + 2, width // step + 2)).astype(np.float32)
    rows, columns = np.arange(height) / step, np.arange(width) / step
    top, left = rows.astype(int), columns.astype(int)
    down, right = (rows - top).astype(np.float32)[:, None], (columns - left).astype(np.float32)
    bands = coarse[top] * (1 - down) + coarse[top + 1] * down
    return np.asarray(bands[:, left] * (1 - right) + bands[:, left + 1] * right, np.float32)


def _glow(canvas: skia.Canvas, stage: Stage, x: float, y: float, radius: float, color: Rgb, alpha: float) -> None:
    """A soft round light; the falloff follows a smooth curve, so that no edge shows."""
    stops = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    colors = [argb(color, alpha * math.cos(stop * math.pi / 2) ** 2) for stop in stops]
    shader = skia.GradientShader.MakeRadial((x, y), radius, colors, stops)
    canvas.drawRect(skia.Rect.MakeWH(stage.width, stage.height), skia.Paint(Shader=shader))


def _fade_down(canvas: skia.Canvas, stage: Stage, top: Rgb, bottom: Rgb) -> None:
    ends = [(0, 0), (stage.width * 0.25, stage.height)]
    shader = skia.GradientShader.MakeLinear(ends, [argb(top), argb(bottom)])
    canvas.drawRect(skia.Rect.MakeWH(stage.width, stage.height), skia.Paint(Shader=shader))


def _modern(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """A night sky of two lights, with thin orbits in a corner."""
    width, height = stage.width, stage.height
    long = max(width, height)
    strength = 0.5 if luminance(theme.background) < 0.2 else 0.22
    # A light accent would outshine texts on a night sky, a dark one soil a day's.
    strength *= min(1.0, _GLOW / max(abs(luminance(theme.accent) - luminance(theme.background)), _GLOW))
    _fade_down(canvas, stage, theme.background, theme.background_2)
    _glow(canvas, stage, width * 0.95, height * 0.02, long * 0.62, theme.accent, strength)
    _glow(canvas, stage, width * 0.0, height * 1.05, long * 0.55, theme.accent_2, strength * 0.5)
    _glow(
        canvas, stage, width * 0.6, height * 1.15, long * 0.4, mix(theme.accent, (255, 80, 160), 0.5), strength * 0.45
    )
    _orbits(canvas, theme, stage, title)


def _orbits(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    del title
    width, height, unit = stage.width, stage.height, stage.unit
    line = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=2 * unit)
    if stage.shape is Shape.TALL:
        for index in range(3):
            line.setColor(argb(theme.text, 0.10 - index * 0.025))
            canvas.drawCircle(0, height, (260 + index * 150) * unit, line)
    # On the margins: a dot beside a word, in whichever direction it is read, is punctuation.
    for index, degrees in enumerate((100.0, 175.0, 96.0, 176.5)):
        radius = (300 + index * 150) * unit
        line.setColor(argb(theme.text, 0.13 - index * 0.025))
        canvas.drawCircle(width, 0, radius, line)
        if stage.shape is not Shape.WIDE:
            continue
        x, y = width + radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))
        color = theme.accent_2 if index % 2 else theme.text
        canvas.drawCircle(x, y, (9 - index) * unit, skia.Paint(AntiAlias=True, Color=argb(color, 0.55 - index * 0.08)))


def _classic(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """Paper with a soft vignette inside a double hairline frame with turned-in corners."""
    width, height = stage.width, stage.height
    stops = [0.0, 0.55, 1.0]
    light = mix(theme.background, WHITE, 0.25 if luminance(theme.text) < luminance(theme.background) else 0.07)
    if contrast(theme.text, light) < TEXT_CONTRAST or contrast(theme.accent, light) < GRAPHIC_CONTRAST:
        light = theme.background  # the texts stand there
    colors = [argb(light), argb(theme.background), argb(theme.background_2)]
    shader = skia.GradientShader.MakeRadial((width / 2, height * 0.45), math.hypot(width, height) * 0.6, colors, stops)
    canvas.drawRect(skia.Rect.MakeWH(width, height), skia.Paint(Shader=shader))
    _page_frame(canvas, theme, stage, title)


def _page_frame(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    del title
    width, height, unit = stage.width, stage.height, stage.unit
    line = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, Color=argb(theme.accent_2, 0.75))
    edge = 26 * unit
    notch = 26 * unit
    line.setStrokeWidth(2.2 * unit)
    canvas.drawPath(_notched(edge, edge, width - edge, height - edge, notch), line)
    line.setStrokeWidth(1.0 * unit)
    inner = edge + 9 * unit
    canvas.drawPath(_notched(inner, inner, width - inner, height - inner, notch), line)


def _notched(left: float, top: float, right: float, bottom: float, notch: float) -> skia.Path:
    """A rectangle whose corners are cut out as quarter circles."""
    box = 2 * notch
    path = skia.Path()
    path.moveTo(left + notch, top)
    path.lineTo(right - notch, top)
    path.arcTo(skia.Rect.MakeXYWH(right - notch, top - notch, box, box), 180, -90, False)
    path.lineTo(right, bottom - notch)
    path.arcTo(skia.Rect.MakeXYWH(right - notch, bottom - notch, box, box), 270, -90, False)
    path.lineTo(left + notch, bottom)
    path.arcTo(skia.Rect.MakeXYWH(left - notch, bottom - notch, box, box), 0, -90, False)
    path.lineTo(left, top + notch)
    path.arcTo(skia.Rect.MakeXYWH(left - notch, top - notch, box, box), 90, -90, False)
    path.close()
    return path


def _minimal(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """Nearly nothing: a quiet light from the top left."""
    del title
    _fade_down(canvas, stage, theme.background, theme.background_2)


def corporate_panel(stage: Stage, title: bool) -> Box:
    """The dark panel of the corporate style: at the start side, or on top of tall and square frames."""
    if stage.shape is Shape.WIDE:
        return Box(0, 0, stage.width * (0.66 if title else 0.27), stage.height)
    if title:
        bottom = min(stage.safe.top + stage.safe.height * 0.80, stage.height * 0.74)
        return Box(0, 0, stage.width, bottom)
    return Box(0, 0, stage.width, stage.safe.top + (122 if stage.shape is Shape.TALL else 96) * stage.unit)


def _corporate(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """A light ground with a dark panel, cut at an angle and banded with the accents."""
    width, unit = stage.width, stage.unit
    _fade_down(canvas, stage, theme.background, theme.background_2)
    if title:
        _bars(canvas, theme, stage)
    dots = skia.Paint(AntiAlias=True, Color=argb(theme.panel, 0.10))
    for row in range(7):
        for column in range(7):
            canvas.drawCircle(width - (56 + column * 30) * unit, (56 + row * 30) * unit, 3.2 * unit, dots)
    _side_panel(canvas, theme, stage, title)


def _side_panel(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    width, height, unit = stage.width, stage.height, stage.unit
    panel = corporate_panel(stage, title)
    slant = (150 if title else 70) * unit
    wide = stage.shape is Shape.WIDE
    for offset, color in ((26 * unit, theme.accent_2), (16 * unit, theme.accent), (0.0, theme.panel)):
        path = skia.Path()
        if wide:
            edges = [(0.0, 0.0), (panel.right + offset, 0), (panel.right + offset - slant, height), (0, height)]
        else:
            edges = [(0.0, 0.0), (width, 0), (width, panel.bottom + offset - slant * 0.5), (0, panel.bottom + offset)]
        path.addPoly([skia.Point(*edge) for edge in edges], True)
        canvas.drawPath(path, skia.Paint(AntiAlias=True, Color=argb(color)))
        if color is theme.panel:
            canvas.save()
            canvas.clipPath(path, doAntiAlias=True)
            _glow(canvas, stage, 0, 0, max(width, height) * 0.6, mix(theme.panel, theme.accent, 0.6), 0.35)
            stripe = skia.Paint(AntiAlias=True, Color=argb(theme.on_panel, 0.035))
            for index in range(3):
                start = panel.right - (520 - index * 210) * unit
                if not wide:
                    start = width - (620 - index * 210) * unit
                stripes = [
                    (start, 0),
                    (start + 90 * unit, 0),
                    (start - 410 * unit, height),
                    (start - 500 * unit, height),
                ]
                strip = skia.Path()
                strip.addPoly([skia.Point(*edge) for edge in stripes], True)
                canvas.drawPath(strip, stripe)
            canvas.restore()


def _bars(canvas: skia.Canvas, theme: Theme, stage: Stage) -> None:
    """Rising columns at the lower right, the last one in the accent."""
    unit = stage.unit
    width, gap = 74 * unit, 30 * unit
    heights = (90, 150, 130, 220, 310)
    for index, height in enumerate(heights):
        left = stage.width - 70 * unit - (len(heights) - index) * (width + gap) + gap
        last = index == len(heights) - 1
        paint = skia.Paint(AntiAlias=True, Color=argb(theme.accent if last else theme.panel, 0.9 if last else 0.10))
        canvas.drawRect(skia.Rect.MakeXYWH(left, stage.height - height * unit, width, height * unit), paint)


def _nothing(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """Minimal has no ornaments, and modern's orbits would be taken for a part of the picture."""


ORNAMENTS: dict[Style, _Painter] = {
    Style.MODERN: _nothing,
    Style.CLASSIC: _page_frame,
    Style.MINIMAL: _nothing,
    Style.CORPORATE: _side_panel,
}
"""What each style draws over a picture of the row's own."""
