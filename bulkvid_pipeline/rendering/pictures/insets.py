"""The row's picture beside or above the card's text: its place, and the frame that the style gives it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import skia

from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import Scene, SceneKind
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.backgrounds import corporate_panel
from bulkvid_pipeline.rendering.pictures.colors import WHITE, Rgb, contrast, mix
from bulkvid_pipeline.rendering.pictures.composer import Composer, Part, fill, gradient, rounded_rect, stroke
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.media import Picture
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.themes import Theme
from bulkvid_pipeline.rendering.pictures.zones import Zones

_LEAST_SIDE = 110
"""In design units: a smaller picture is not shown, the text has the room."""
_BESIDE = {SceneKind.TITLE: 0.42, SceneKind.BODY: 0.42, SceneKind.QUOTE: 0.36, SceneKind.LIST: 0.34}
_ABOVE = {SceneKind.TITLE: 0.44, SceneKind.BODY: 0.44, SceneKind.QUOTE: 0.36, SceneKind.LIST: 0.30}
"""Shares of the content's width or height."""
_LANDSCAPE = 1.15


@dataclass(frozen=True)
class _FrameStyle:
    """Measures in design units: `mat` is the rim between picture and edge, `outside` what the shadow takes."""

    mat: float
    radius: float
    outside: float = 0.0


_FRAMES = {
    Style.MODERN: _FrameStyle(mat=6, radius=30, outside=22),
    Style.CLASSIC: _FrameStyle(mat=26, radius=0),
    Style.MINIMAL: _FrameStyle(mat=0, radius=10),
    Style.CORPORATE: _FrameStyle(mat=14, radius=8, outside=14),
}


@dataclass(frozen=True)
class Inset:
    """Where a picture stands: `frame` with its mat, `inner` the picture itself, undistorted."""

    picture: Picture
    frame: Box
    inner: Box


def with_inset(
    scene: Scene, theme: Theme, stage: Stage, zones: Zones, picture: Picture | None
) -> tuple[Zones, Inset | None]:
    """The zones with the content's share for a picture taken off, and the picture's place; None where room is short."""
    if picture is None:
        return zones, None
    mirrored = scripts.is_right_to_left(scene.heading or scene.text or scene.subheading)
    free = _beside_panel(scene, theme, stage)
    if free is not None:
        inset = _fitted(picture, free, theme, stage, 0.5, 0.5)
        return zones, inset
    content, gap = zones.content, 56 * stage.unit
    if stage.shape is Shape.WIDE or (stage.shape is Shape.SQUARE and picture.width < picture.height * _LANDSCAPE):
        width = content.width * _BESIDE[scene.kind]
        left = content.left if mirrored else content.right - width
        inset = _fitted(picture, Box(left, content.top, width, content.height), theme, stage, not mirrored, 0.5)
        if inset is None:
            return zones, None
        rest = (
            Box.of_edges(inset.frame.right + gap, content.top, content.right, content.bottom)
            if mirrored
            else Box.of_edges(content.left, content.top, inset.frame.left - gap, content.bottom)
        )
        return replace(zones, content=rest), inset
    height = content.height * _ABOVE[scene.kind]
    at = 0.5 if theme.style is Style.CLASSIC else 1.0 if mirrored else 0.0
    inset = _fitted(picture, Box(content.left, content.top, content.width, height), theme, stage, at, 0.0)
    if inset is None:
        return zones, None
    rest = Box.of_edges(content.left, inset.frame.bottom + gap * 0.8, content.right, content.bottom)
    return replace(zones, content=rest), inset


def _beside_panel(scene: Scene, theme: Theme, stage: Stage) -> Box | None:
    """What the corporate title's panel leaves free of a wide frame."""
    if theme.style is not Style.CORPORATE or scene.kind is not SceneKind.TITLE or stage.shape is not Shape.WIDE:
        return None
    left = corporate_panel(stage, True).right + 56 * stage.unit
    return Box.of_edges(left, stage.safe.top, stage.safe.right, stage.safe.bottom)


def _fitted(picture: Picture, room: Box, theme: Theme, stage: Stage, across: float, down: float) -> Inset | None:
    """The picture as large as the room allows, no more than twice its size; `across` and `down` 0..1 say where."""
    look = _FRAMES[theme.style]
    mat, outside = look.mat * stage.unit, look.outside * stage.unit
    room = room.inset(outside, outside)
    width, height = room.width - 2 * mat, room.height - 2 * mat
    if width <= 0 or height <= 0:
        return None
    scale = min(width / picture.width, height / picture.height, max(2.0, 2 * stage.unit))
    width, height = picture.width * scale, picture.height * scale
    if min(width, height) < _LEAST_SIDE * stage.unit and max(width, height) < 3 * _LEAST_SIDE * stage.unit:
        return None
    left = round(room.left + (room.width - width - 2 * mat) * across)
    top = round(room.top + (room.height - height - 2 * mat) * down)
    inner = Box(round(left + mat), round(top + mat), max(1, round(width)), max(1, round(height)))
    return Inset(picture, inner.inset(-round(mat), -round(mat)), inner)


def inset_part(
    scene: Scene, theme: Theme, stage: Stage, zones: Zones, inset: Inset, variant: scripts.HanVariant | None
) -> Part:
    """The framed picture, to be painted before the card's texts. It comes in with the title and then stands there."""
    composer = Composer(scene, theme, stage, zones, variant)
    outside = _FRAMES[theme.style].outside * stage.unit
    box = inset.frame.inset(-outside, -outside).intersection(stage.safe)
    frames: dict[Style, Callable[[Composer, skia.Canvas, Inset], None]] = {
        Style.MODERN: _modern,
        Style.CLASSIC: _classic,
        Style.MINIMAL: _minimal,
        Style.CORPORATE: _corporate,
    }
    motion = Motion.FADE if scene.kind is SceneKind.TITLE else Motion.NONE
    composer.shape(box, lambda canvas: frames[theme.style](composer, canvas, inset), 2, motion)
    return composer.parts[0]


def _modern(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """Round corners with a gradient rim, and a soft shadow."""
    radius = 30 * c.unit
    shadow = fill((0, 0, 0), 0.45)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 7 * c.unit))
    rounded_rect(canvas, inset.frame.shifted(0, 3 * c.unit), radius, shadow)
    rounded_rect(canvas, inset.frame, radius, gradient(inset.frame, c.theme.accent_2, c.theme.accent))
    _picture(canvas, inset, radius - 6 * c.unit, c.theme.panel)


def _classic(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """A plate: paper rim, a double hairline."""
    paper = mix(c.theme.background, WHITE, 0.55)
    rounded_rect(canvas, inset.frame, 0, fill(paper))
    edge = inset.frame.inset(2 * c.unit, 2 * c.unit)
    rounded_rect(canvas, edge, 0, stroke(c.theme.accent_2, 2.2 * c.unit))
    rounded_rect(canvas, inset.inner.inset(-9 * c.unit, -9 * c.unit), 0, stroke(c.theme.accent_2, 1.2 * c.unit, 0.8))
    _picture(canvas, inset, 0, paper)


def _minimal(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """Nothing but the picture; a hairline keeps a bright one apart from the bright ground."""
    _picture(canvas, inset, 10 * c.unit, c.theme.background_2)
    edge = inset.inner.inset(0.75 * c.unit, 0.75 * c.unit)
    rounded_rect(canvas, edge, 10 * c.unit, stroke(c.theme.text, 1.5 * c.unit, 0.14))


def _corporate(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """A white card with the accent along its foot."""
    shadow = fill(c.theme.panel, 0.28)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 4 * c.unit))
    rounded_rect(canvas, inset.frame.shifted(0, 3 * c.unit), 8 * c.unit, shadow)
    rounded_rect(canvas, inset.frame, 8 * c.unit, fill(WHITE))
    foot = Box(inset.frame.left, inset.frame.bottom - 6 * c.unit, inset.frame.width, 6 * c.unit)
    rounded_rect(canvas, foot, 3 * c.unit, fill(c.theme.accent))
    _picture(canvas, inset, 3 * c.unit, WHITE)


def _picture(canvas: skia.Canvas, inset: Inset, radius: float, mat: Rgb) -> None:
    """The picture itself; what is transparent in it shows a ground that it stands out from."""
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
    """The mean colour of what can be seen of a picture with transparent parts; None if it has none."""
    pixels = picture.pixels
    weight = pixels[..., 3].astype(np.float64)
    if weight.min() == 255 or weight.sum() == 0:
        return None
    red, green, blue = ((pixels[..., channel] * weight).sum() / weight.sum() for channel in range(3))
    return round(red), round(green), round(blue)
