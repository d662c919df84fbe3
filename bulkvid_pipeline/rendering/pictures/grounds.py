"""Drawing functions that the backgrounds of several styles use."""

from __future__ import annotations

import math

import skia

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.stage import Stage


def glow(canvas: skia.Canvas, stage: Stage, x: float, y: float, radius: float, color: Rgb, alpha: float) -> None:
    """A soft round light; its falloff is a smooth curve, so that no edge is visible."""
    stops = [0.0, 0.2, 0.4, 0.6, 0.8, 1.0]
    colors = [argb(color, alpha * math.cos(stop * math.pi / 2) ** 2) for stop in stops]
    shader = skia.GradientShader.MakeRadial((x, y), radius, colors, stops)
    canvas.drawRect(skia.Rect.MakeWH(stage.width, stage.height), skia.Paint(Shader=shader))


def fade_down(canvas: skia.Canvas, stage: Stage, top: Rgb, bottom: Rgb) -> None:
    ends = [(0, 0), (stage.width * 0.25, stage.height)]
    shader = skia.GradientShader.MakeLinear(ends, [argb(top), argb(bottom)])
    canvas.drawRect(skia.Rect.MakeWH(stage.width, stage.height), skia.Paint(Shader=shader))
