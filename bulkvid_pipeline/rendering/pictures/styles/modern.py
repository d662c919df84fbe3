"""Modern: bold grotesque on a night sky, gradient accents, cards of tinted glass."""

from __future__ import annotations

import itertools
import math
from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.core.colors import TEXT_CONTRAST, Rgb, least_contrast, luminance, mix, readable_on
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, gradient, rounded_rect, stroke
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.grounds import fade_down, glow
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset, framed_picture
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.ornaments import quotation_marks
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.styles.contract import StyleLook, no_ornaments, whole_page
from bulkvid_pipeline.rendering.pictures.theme import CaptionLook, Entrance, GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typesetting import SetText
from bulkvid_pipeline.rendering.pictures.zones import around_logo

_BAR_HEIGHT = 12
_MOST_PILLS = 12
_GLASS = 0.82
"""Opacity of the cards behind entries."""
_TILE_TEXT = ((10, 10, 30), (255, 255, 255))


def header(c: Composer) -> None:
    """The section number as pills: a short one for each earlier section, a long one for the current."""
    if c.scene.number is None:
        return
    before = min(c.scene.number, _MOST_PILLS) - 1
    short, long, gap, height = (size * c.unit for size in (40, 132, 12, 10))
    total = before * (short + gap) + long
    zone = Box(c.start(c.zones.header, total), c.zones.header.top, total, height)

    def draw(canvas: skia.Canvas) -> None:
        for index in range(before):
            left = zone.right - index * (short + gap) - short if c.mirrored else zone.left + index * (short + gap)
            rounded_rect(canvas, Box(left, zone.top, short, height), height / 2, fill(c.theme.text, 0.32))
        here = Box(zone.left if c.mirrored else zone.right - long, zone.top, long, height)
        rounded_rect(canvas, here, height / 2, gradient(here, c.theme.accent_2, c.theme.accent))

    c.shape(zone, draw, 0, Motion.NONE)


def _text_row(c: Composer, block: SetText, zone: Box, gap: float, order: int) -> Row:
    return Row(block.height, gap, lambda top: c.text(block, c.start(zone, block.width), top, order))


def _bar(c: Composer, zone: Box) -> Row:
    def put(top: float) -> None:
        box = Box(c.start(zone, 132 * c.unit), top, 132 * c.unit, _BAR_HEIGHT * c.unit).rounded()
        paint = gradient(box, c.theme.accent_2, c.theme.accent)
        c.shape(box, lambda canvas: rounded_rect(canvas, box, box.height / 2, paint), 0, Motion.GROW)

    return Row(_BAR_HEIGHT * c.unit, 0, put)


def title(c: Composer) -> None:
    zone = c.zones.content
    width = min(zone.width, c.by_shape(1420, 2000, 2000))
    rows: list[Row] = []
    sub = None
    if c.scene.subheading:
        look = c.look(c.by_shape(52, 64, 52), c.theme.muted, c.theme.text_weight, line_height=1.32, spacing=-0.005)
        sub = c.set(c.scene.subheading, look, min(width, 1150 * c.unit), zone.height * 0.26, 4)
    used = _BAR_HEIGHT * c.unit + 44 * c.unit + ((sub.height + 40 * c.unit) if sub else 0)
    look = c.look(c.by_shape(144, 172, 140), c.theme.text, c.theme.display_weight, line_height=1.08, least=64 * c.unit)
    heading = c.set(c.scene.heading or c.scene.text, look, width, zone.height - used, 6)

    rows.append(_bar(c, zone))
    rows.append(_text_row(c, heading, zone, 44 * c.unit, 0))
    if sub:
        rows.append(_text_row(c, sub, zone, 40 * c.unit, 3))
    c.column(zone, rows, 0.5)


def _badge(c: Composer, zone: Box, number: int) -> Row:
    """The section's number on a gradient tile."""
    side = c.by_shape(96, 104, 92)

    def put(top: float) -> None:
        digits = f"{number}"
        wide = max(side, c.ordinal_width(digits, side * 0.5, 800) + side * 0.6)
        box = Box(c.start(zone, wide), top, wide, side).rounded()

        def draw(canvas: skia.Canvas) -> None:
            first, color = _tile(c.theme)
            rounded_rect(canvas, box, 28 * c.unit, gradient(box, first, c.theme.accent))
            c.ordinal(canvas, digits, (box.center_x, box.center_y), side * 0.5, color, 800)

        c.shape(box, draw, 0, Motion.RISE, [box])

    return Row(side, 0, put)


def _tile(theme: Theme) -> tuple[Rgb, Rgb]:
    """The first colour of a tile's gradient to the accent, and that of the digits on it.

    It is nearer to the accent than the second accent is, where no digits could be read on both.
    """
    firsts = [mix(theme.accent, theme.accent_2, share) for share in (1.0, 0.75, 0.5, 0.25, 0.0)]
    for first, ink in itertools.product(firsts, _TILE_TEXT):
        # Between two colours lie darker ones than either.
        between = (mix(first, theme.accent, share / 8) for share in range(9))
        if least_contrast(ink, *between) >= TEXT_CONTRAST:
            return first, ink
    return theme.accent, readable_on(theme.accent)


def _card(theme: Theme, page: Rgb) -> Rgb:
    return mix(page, theme.panel, _GLASS)


def body(c: Composer) -> None:
    zone = c.zones.content
    rows = [_bar(c, zone) if c.scene.number is None else _badge(c, zone, c.scene.number)]
    gap = c.by_shape(44, 56, 44)
    look = c.look(c.by_shape(132, 160, 124), c.theme.text, c.theme.statement_weight, line_height=1.1, least=50 * c.unit)
    width = min(zone.width, c.by_shape(1560, 2000, 2000))
    height = min(zone.height - rows[0].height - gap, zone.height * 0.82)
    statement = c.statement(look, width, height, c.lines(4, 7, 6), c.theme.accent_2)
    rows.append(_text_row(c, statement, zone, gap, 0))
    c.column(zone, rows, 0.5)


def listing(c: Composer) -> None:
    zone = c.zones.content
    heading = None
    taken = 0.0
    if c.scene.heading:
        size = min(c.by_shape(76, 84, 68), zone.height * 0.105)
        look = c.look(size, c.theme.text, c.theme.statement_weight, line_height=1.12, least=40 * c.unit)
        heading = c.set(c.scene.heading, look, zone.width, zone.height * 0.32, 3)
        taken = heading.height + 40 * c.unit
    look = c.look(c.list_size(50, 62, 56), c.theme.on_panel, 560, line_height=1.22, spacing=-0.01)
    shape = RowShape(c.list_size(60, 64, 54), 22 * c.unit, c.list_size(25, 25, 25), 18 * c.unit)
    inner = Box.of_edges(zone.left, zone.top + taken, zone.right, zone.bottom)
    detail = replace(look, color=c.theme.muted, cut=replace(look.cut, weight=440))
    rows = arranged(c, inner, look, detail, shape, 0.45)
    if heading:
        top = min((item.row.top for item in rows), default=inner.top) - taken
        c.text(heading, c.start(zone, heading.width), top, 0, heading_motion(c))
    for item in rows:
        draw_row(c, item, item.row, partial(_draw_item, c, item), Motion.RISE)


def _draw_item(c: Composer, item: ItemRow, is_lit: bool, canvas: skia.Canvas) -> None:
    side = min(item.marker.width, item.row.height * 0.78)
    tile = Box(item.marker.center_x - side / 2, item.marker.center_y - side / 2, side, side)
    radius = min(24 * c.unit, item.row.height / 2)
    rounded_rect(canvas, item.row, radius, fill(c.theme.panel, _GLASS))
    edge = stroke(c.theme.accent_2, 3 * c.unit, 0.9) if is_lit else stroke(c.theme.text, 1.6 * c.unit, 0.14)
    rounded_rect(canvas, item.row.inset(2 * c.unit, 2 * c.unit), radius, edge)
    center = (tile.center_x, tile.center_y)
    if item.has_picture:
        c.sign(canvas, item.sign, center, side * 0.84, c.theme.small_accent, 780)
    else:
        first, color = _tile(c.theme)
        rounded_rect(canvas, tile, side * 0.32, gradient(tile, first, c.theme.accent))
        draw = c.sign if item.sign else c.ordinal
        draw(canvas, item.sign or str(item.number), center, side * 0.6, color, 780)
    item.paint_text(canvas)


def quote(c: Composer) -> None:
    zone = c.zones.content
    inner = c.indented(zone, 48 * c.unit)
    rows: list[Row] = []
    mark_height = c.by_shape(92, 100, 84)
    rows.append(Row(mark_height, 0, lambda top: _mark(c, inner, top, mark_height)))
    source = None
    if c.scene.subheading:
        look = c.look(c.by_shape(44, 54, 44), c.theme.muted, 520, line_height=1.25, spacing=0)
        source = c.set(f"— {c.scene.subheading}", look, inner.width, zone.height * 0.18, 2)
    used = mark_height + 30 * c.unit + ((source.height + 36 * c.unit) if source else 0)
    look = c.look(c.by_shape(96, 112, 88), c.theme.text, 600, line_height=1.2, least=44 * c.unit)
    words = c.set(
        c.scene.heading or c.scene.text, look, min(inner.width, c.by_shape(1480, 2000, 2000)), zone.height - used, 8
    )
    rows.append(_text_row(c, words, inner, 30 * c.unit, 0))
    if source:
        rows.append(_text_row(c, source, inner, 36 * c.unit, 3))
    total = sum(row.height for row in rows) + sum(row.gap for row in rows[1:])
    top = zone.top + max(0.0, zone.height - total) * 0.5
    side = Box(c.start(zone, 10 * c.unit), top, 10 * c.unit, total).rounded()
    paint = gradient(side, c.theme.accent_2, c.theme.accent)
    c.shape(side, lambda canvas: rounded_rect(canvas, side, side.width / 2, paint), 0, Motion.FADE)
    c.column(zone, rows, 0.5)


def _mark(c: Composer, zone: Box, top: float, height: float) -> None:
    width = height * 1.2
    box = Box(c.start(zone, width), top, width, height).rounded()
    paint = gradient(box, c.theme.accent_2, c.theme.accent)
    c.shape(box, lambda canvas: quotation_marks(canvas, box, paint), 0, Motion.RISE)


_GLOW = 0.22
"""Largest luminance difference between an accent and the background at which it glows with full strength."""


def _ground(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """A night sky of two lights, with thin orbits in a corner."""
    width, height = stage.width, stage.height
    long = max(width, height)
    strength = 0.5 if luminance(theme.background) < 0.2 else 0.22
    # A light accent would be brighter than texts on a dark background, a dark one would look dirty on a light one.
    strength *= theme.light * min(1.0, _GLOW / max(abs(luminance(theme.accent) - luminance(theme.background)), _GLOW))
    fade_down(canvas, stage, theme.background, theme.background_2)
    glow(canvas, stage, width * 0.95, height * 0.02, long * 0.62, theme.accent, strength)
    glow(canvas, stage, width * 0.0, height * 1.05, long * 0.55, theme.accent_2, strength * 0.5)
    glow(canvas, stage, width * 0.6, height * 1.15, long * 0.4, mix(theme.accent, (255, 80, 160), 0.5), strength * 0.45)
    clear = around_logo(theme, stage, stage.safe)
    canvas.save()
    canvas.clipRect(skia.Rect.MakeXYWH(clear.left, clear.top, clear.width, clear.height), skia.ClipOp.kDifference, True)
    _orbits(canvas, theme, stage, title)
    canvas.restore()


def _orbits(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    del title
    width, height, unit = stage.width, stage.height, stage.unit
    line = skia.Paint(AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=2 * unit)
    if stage.shape is Shape.TALL:
        for index in range(3):
            line.setColor(argb(theme.text, 0.10 - index * 0.025))
            canvas.drawCircle(0, height, (260 + index * 150) * unit, line)
    # In the margins, because a dot beside a word looks like punctuation in either reading direction.
    for index, degrees in enumerate((100.0, 175.0, 96.0, 176.5)):
        radius = (300 + index * 150) * unit
        line.setColor(argb(theme.text, 0.13 - index * 0.025))
        canvas.drawCircle(width, 0, radius, line)
        if stage.shape is not Shape.WIDE:
            continue
        x, y = width + radius * math.cos(math.radians(degrees)), radius * math.sin(math.radians(degrees))
        color = theme.accent_2 if index % 2 else theme.text
        canvas.drawCircle(x, y, (9 - index) * unit, skia.Paint(AntiAlias=True, Color=argb(color, 0.55 - index * 0.08)))


def _frame(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """Round corners with a gradient rim, and a soft shadow."""
    radius = 30 * c.unit
    shadow = fill((0, 0, 0), 0.45)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 7 * c.unit))
    rounded_rect(canvas, inset.frame.shifted(0, 3 * c.unit), radius, shadow)
    rounded_rect(canvas, inset.frame, radius, gradient(inset.frame, c.theme.accent_2, c.theme.accent))
    framed_picture(canvas, inset, radius - 6 * c.unit, c.theme.panel)


_THEME = Theme(
    style=Style.MODERN,
    background=(13, 14, 33),
    background_2=(27, 18, 54),
    text=(255, 255, 255),
    muted=(184, 186, 218),
    accent=(139, 108, 255),
    accent_2=(45, 212, 238),
    small_accent=(171, 149, 255),
    panel_accent=(45, 212, 238),
    panel=(34, 31, 66),
    on_panel=(255, 255, 255),
    display_family="Inter",
    text_family="Inter",
    italic_family="Inter",
    display_weight=800,
    statement_weight=740,
    text_weight=450,
    letter_spacing=-0.022,
    radius=28,
    light=0.6,
    entrance=Entrance.RISE,
    captions=CaptionLook((8, 8, 20), 0.80, (255, 255, 255), (255, 255, 255), (112, 76, 240), SpokenMark.PILL, None, 26),
    ground=GroundLook(
        light_shift=0.035,
        dark_shift=0.1,
        panel_share=0.12,
        least_veil=0.28,
        blur=5.0,
        second_accent_contrast=TEXT_CONTRAST,
        lit=True,
        spare=1.04,
    ),
)

LOOK = StyleLook(
    theme=_THEME,
    ground=_ground,
    ornaments=no_ornaments,
    page=whole_page,
    header=header,
    title=title,
    body=body,
    listing=listing,
    quote=quote,
    frame=FrameLook(mat=6, radius=30, outside=22),
    paint_frame=_frame,
    card=_card,
)
