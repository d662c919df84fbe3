"""Building a card from parts, each painted once at rest, with the order and motion of its entrance."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import skia

from bulkvid_pipeline.core.colors import Rgb
from bulkvid_pipeline.rendering.model import BULLET, Scene, SceneKind
from bulkvid_pipeline.rendering.pictures import scripts
from bulkvid_pipeline.rendering.pictures.accents import accented
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inscriptions import Inscription, note, noted
from bulkvid_pipeline.rendering.pictures.logo_plates import PAD, plate_box
from bulkvid_pipeline.rendering.pictures.motion import (
    EXIT_FRAMES,
    Motion,
    Pose,
    entrance_length,
    leaving_pose,
    pose,
    rest_of,
)
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.theme import Theme
from bulkvid_pipeline.rendering.pictures.typefaces import TEXT_FONTS, Cut, shelf
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, TextLook, set_text
from bulkvid_pipeline.rendering.pictures.zones import Zones
from bulkvid_pipeline.rendering.script.statements import display_width

_STATEMENT_LINE = 11
"""Characters that a line of a statement has at least, on average."""
_BULLET_SHARE = 0.17
"""Radius of a bullet, against the size of a letter in its place."""
_INK_BESIDE, _INK_ABOVE = 0.2, 0.34
"""How far ink may reach out of a text's lines, in font sizes: the tail of an italic f, marks stacked in Burmese."""
_FEW_ENTRIES = {3: 1.3, 4: 1.2, 5: 1.08}


@dataclass(frozen=True)
class Part:
    """A painted part of a card in its resting place, and its motion."""

    image: skia.Image
    box: Box
    order: int
    motion: Motion
    distance: float
    mirrored: bool
    texts: tuple[Box, ...] = ()
    """Boxes of its texts at rest, in pixels."""
    leaves: bool = False
    """Whether it moves out at the scene's end."""
    inscriptions: tuple[Inscription, ...] = ()
    """The texts that were painted on it."""
    since: int = 0
    """The frame at which its entrance begins."""
    until: int | None = None
    """The frame at which it disappears, at once; None: it stays."""

    def pose(self, frame: int, scene_frames: int) -> Pose:
        rest = rest_of(scene_frames, leaves=self.leaves)
        if frame < self.since or (self.until is not None and frame >= self.until):
            return Pose(0, 0, 0, self.box)
        if frame > rest:
            gone = (frame - rest) / (EXIT_FRAMES + 1)
            return leaving_pose(self.motion, self.box, gone, self.distance, self.mirrored)
        frame, left = frame - self.since, scene_frames - self.since
        return pose(self.motion, self.box, self.order, frame, left, self.distance, self.mirrored)

    def events(self, scene_frames: int) -> Iterable[int]:
        """Frames at which its pose may change, other than at the scene's end."""
        until = () if self.until is None else (self.until,)
        return (*range(self.since, self.since + entrance_length(scene_frames - self.since)), *until)

    def paint(self, canvas: skia.Canvas, at: Pose) -> None:
        if at.is_hidden:
            return
        canvas.save()
        canvas.clipRect(_rect(at.clip))
        paint = skia.Paint(Alpha=at.alpha) if at.alpha < 255 else None
        canvas.drawImage(self.image, self.box.left + at.dx, self.box.top + at.dy, skia.SamplingOptions(), paint)
        canvas.restore()

    def text_boxes(self, at: Pose) -> list[Box]:
        """Where its texts are; at rest whole, so that what is cut off counts too, and on the way as far as visible."""
        if at.is_hidden:
            return []
        boxes = [box.shifted(at.dx, at.dy) for box in self.texts]
        if at.dx or at.dy:
            boxes = [box.intersection(at.clip) for box in boxes]
        return [box for box in boxes if box.overlaps(at.clip)]


@dataclass(frozen=True)
class Row:
    """A row of a card's column: its height, the gap above it, and a function that places it at a given top."""

    height: float
    gap: float
    put: Callable[[float], None]


class Composer:
    """Collects the parts of one card."""

    def __init__(
        self, scene: Scene, theme: Theme, stage: Stage, zones: Zones, variant: scripts.HanVariant | None
    ) -> None:
        self.scene = scene
        self.theme = theme
        self.stage = stage
        self.zones = zones
        self.variant = variant
        self.unit = stage.unit
        self.mirrored = scripts.is_right_to_left(scene.heading or scene.text or scene.subheading)
        self.parts: list[Part] = []
        self.entry_starts: tuple[int, ...] = ()
        """The frame at which each entry that is spoken in the scene begins."""
        self.page = True
        """Whether the added parts belong to the page, which all cards share, and stay when a card moves out."""

    def by_shape(self, wide: float, tall: float, square: float) -> float:
        """The measure for the frame's shape, converted from design units to pixels."""
        return {Shape.WIDE: wide, Shape.TALL: tall, Shape.SQUARE: square}[self.stage.shape] * self.unit

    def lines(self, wide: int, tall: int, square: int) -> int:
        """The number of lines for the frame's shape."""
        return {Shape.WIDE: wide, Shape.TALL: tall, Shape.SQUARE: square}[self.stage.shape]

    def start(self, zone: Box, width: float) -> float:
        """Left edge of an element of `width` pixels at the side of the zone where reading starts."""
        return zone.right - width if self.mirrored else zone.left

    def indented(self, zone: Box, by: float) -> Box:
        """The zone reduced by `by` pixels at the side where reading starts."""
        if self.mirrored:
            return Box.of_edges(zone.left, zone.top, zone.right - by, zone.bottom)
        return Box.of_edges(zone.left + by, zone.top, zone.right, zone.bottom)

    def look(self, size: float, color: Rgb, weight: int, *, line_height: float = 1.14, least: float | None = None,
             align: str = "start", family: str | None = None, spacing: float | None = None) -> TextLook:  # fmt: skip
        """A look in the theme's display family; `size` and `least` in pixels."""
        return TextLook(
            cut=Cut(family or self.theme.display_family, weight),
            color=color,
            size=size,
            least_size=least if least is not None else size * 0.5,
            line_height=line_height,
            letter_spacing=self.theme.letter_spacing if spacing is None else spacing,
            align=align,
        )

    def set(self, text: str, look: TextLook, width: float, height: float, max_lines: int) -> SetText:
        """The text laid out in a box."""
        return set_text(text, look, width, height, max_lines=max_lines, variant=self.variant)

    def statement(self, look: TextLook, width: float, height: float, max_lines: int, accent: Rgb) -> SetText:
        """The scene's large text, with its stressed phrases in the accent colour."""
        text = self.scene.heading or self.scene.text
        # Few words get few lines: a column of single words is large, but slow to read.
        lines = min(max_lines, max(2, math.ceil(display_width(text) / _STATEMENT_LINE)))
        stressed = self.scene.emphasis
        block = set_text(text, look, width, height, max_lines=lines, variant=self.variant, together=stressed)
        return accented(block, stressed, accent)

    def text(self, block: SetText, left: float, top: float, order: int, motion: Motion | None = None) -> None:
        """Add a text part."""
        size = block.look.size
        at = Box(round(left), round(top), block.width, block.height)
        # Room for ink outside of the line box: slanted ends, stacked marks, swashes.
        outer = at.inset(-round(size * _INK_BESIDE), -round(size * _INK_ABOVE)).rounded().intersection(self.stage.frame)
        motion = Motion(self.theme.entrance.value) if motion is None else motion
        self._add(lambda canvas: block.paint(canvas, at.left, at.top), outer, order, motion, (at,))

    def shape(
        self,
        box: Box,
        draw: Callable[[skia.Canvas], None],
        order: int,
        motion: Motion,
        texts: Sequence[Box] = (),
        shown: tuple[int, int | None] = (0, None),
    ) -> None:
        """Add a drawn part; `draw` works in the frame's own coordinates; `shown` are the part's `since` and `until`."""
        box = box.rounded().intersection(self.stage.frame)
        if not box.is_empty:
            self._add(draw, box, order, motion, tuple(texts), shown)

    def _add(
        self,
        draw: Callable[[skia.Canvas], None],
        box: Box,
        order: int,
        motion: Motion,
        texts: tuple[Box, ...],
        shown: tuple[int, int | None] = (0, None),
    ) -> None:
        with noted() as inscriptions:
            image = painted(box, draw)
        distance = 30 * self.unit
        if motion is Motion.SLIDE:
            room = self.stage.safe.right - box.right if self.mirrored else box.left - self.stage.safe.left
            distance = max(0.0, min(60 * self.unit, room))
        leaves = (
            self.scene.leaves and not self.page and (motion is not Motion.NONE or self.scene.kind is SceneKind.LIST)
        )
        notes = tuple(inscriptions)
        self.parts.append(Part(image, box, order, motion, distance, self.mirrored, texts, leaves, notes, *shown))

    def column(self, zone: Box, rows: list[Row], anchor: float) -> None:
        """Stack rows; `anchor` 0 aligns them at the zone's top, 0.5 in its middle, 1 at its bottom."""
        total = sum(row.height + (row.gap if index else 0) for index, row in enumerate(rows))
        top = zone.top + max(0.0, zone.height - total) * anchor
        for index, row in enumerate(rows):
            top += row.gap if index else 0
            row.put(round(top))
            top += row.height

    def list_size(self, wide: float, tall: float, square: float) -> float:
        """A measure of a list's rows, converted to pixels: larger if a wide frame has few entries."""
        room = max(3, len(self.scene.items), len(self.scene.room))
        large = 1.0 if self.stage.shape is Shape.TALL else _FEW_ENTRIES.get(room, 1.0)
        return self.by_shape(wide, tall, square) * large

    def ordinal(
        self, canvas: skia.Canvas, text: str, center: tuple[float, float], size: float, color: Rgb, weight: int
    ) -> Box:
        """Draw a short Latin text (a number) with its ink centred on a point; returns the ink's box."""
        face = shelf().typeface(TEXT_FONTS[self.theme.display_family], weight)
        font = skia.Font(face, size)
        font.setSubpixel(True)
        font.setEdging(skia.Font.Edging.kAntiAlias)
        bounds = skia.Rect()
        font.measureText(text, skia.TextEncoding.kUTF8, bounds)
        left, baseline = center[0] - bounds.centerX(), center[1] - bounds.centerY()
        canvas.drawString(text, left, baseline, font, skia.Paint(AntiAlias=True, Color=argb(color)))
        ink = Box(left + bounds.left(), baseline + bounds.top(), bounds.width(), bounds.height())
        note(Inscription(text, ink))
        return ink

    def ordinal_width(self, text: str, size: float, weight: int) -> float:
        font = skia.Font(shelf().typeface(TEXT_FONTS[self.theme.display_family], weight), size)
        return float(font.measureText(text))

    def sign(
        self, canvas: skia.Canvas, text: str, center: tuple[float, float], size: float, color: Rgb, weight: int
    ) -> None:
        """Draw what stands before an entry instead of a number, centred on a point."""
        if text == BULLET:
            canvas.drawCircle(center[0], center[1], size * _BULLET_SHARE, fill(color))
            return
        look = self.look(size, color, weight, line_height=1.0, spacing=0)
        block = set_text(text, look, size * 3, size * 2, max_lines=1, variant=self.variant)
        block.paint(canvas, center[0] - block.width / 2, center[1] - block.height / 2)

    def logo(self, plate: Rgb | None) -> None:
        """Add the theme's logo, at rest from the first frame, on a plate if it cannot be seen without one."""
        logo, box = self.theme.logo, self.zones.logo
        if logo is None or box.is_empty:
            return
        if plate is not None:
            ground, pad = plate_box(box, self.unit, self.theme.logo_position).rounded(), PAD * self.unit
            self.shape(ground, lambda canvas: rounded_rect(canvas, ground, pad, fill(plate)), 0, Motion.NONE)
            box = Box(round(ground.left + pad), round(ground.top + pad), box.width, box.height)
        sampling = skia.SamplingOptions(skia.FilterMode.kLinear, skia.MipmapMode.kLinear)
        picture = logo.picture
        self.shape(
            box, lambda canvas: canvas.drawImageRect(picture, _rect(box), sampling, skia.Paint()), 0, Motion.NONE
        )


def painted(box: Box, draw: Callable[[skia.Canvas], None]) -> skia.Image:
    """An image of what `draw` paints inside a box of whole pixels, on a transparent background."""
    info = skia.ImageInfo.Make(
        max(1, int(box.width)), max(1, int(box.height)), skia.kRGBA_8888_ColorType, skia.kPremul_AlphaType
    )
    surface = skia.Surface.MakeRaster(info)
    canvas = surface.getCanvas()
    canvas.translate(-box.left, -box.top)
    draw(canvas)
    return surface.makeImageSnapshot()


def _rect(box: Box) -> skia.Rect:
    return skia.Rect.MakeXYWH(box.left, box.top, box.width, box.height)


def rounded_rect(canvas: skia.Canvas, box: Box, radius: float, paint: skia.Paint) -> None:
    canvas.drawRoundRect(_rect(box), radius, radius, paint)


def fill(color: Rgb, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=argb(color, alpha))


def stroke(color: Rgb, width: float, alpha: float = 1.0) -> skia.Paint:
    return skia.Paint(AntiAlias=True, Color=argb(color, alpha), Style=skia.Paint.kStroke_Style, StrokeWidth=width)


def gradient(box: Box, first: Rgb, second: Rgb) -> skia.Paint:
    """A paint with a gradient from one colour to the other across the box."""
    ends = [(box.left, box.top), (box.right, box.bottom)]
    return skia.Paint(
        AntiAlias=True, Dither=True, Shader=skia.GradientShader.MakeLinear(ends, [argb(first), argb(second)])
    )
