"""Minimal: like a Swiss poster. Much white space, one accent, light weights, hairlines, texts that rise into view."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.core.colors import TEXT_CONTRAST
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, rounded_rect, stroke
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.grounds import fade_down
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset, framed_picture
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.styles.contract import StyleLook, no_ornaments, whole_page
from bulkvid_pipeline.rendering.pictures.theme import CaptionLook, Entrance, GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typesetting import SetText

_DIGIT = 0.76
"""Height of digits in ems; Inter's are 0.73 high."""


def header(c: Composer) -> None:
    """A hairline across the page, in the accent colour at its start, with the section's number at its end."""
    if c.scene.number is None:
        return
    zone = c.zones.header
    figures = f"{c.scene.number:02d}"
    size = 38 * c.unit
    width = c.ordinal_width(figures, size, 560)
    middle = zone.top + 17 * c.unit

    def draw(canvas: skia.Canvas) -> None:
        room = width + 28 * c.unit
        left, right = (zone.left + room, zone.right) if c.mirrored else (zone.left, zone.right - room)
        canvas.drawLine(left, middle, right, middle, stroke(c.theme.text, 2 * c.unit, 0.18))
        start = right - 132 * c.unit if c.mirrored else left
        canvas.drawRect(
            skia.Rect.MakeXYWH(start, middle - 2.5 * c.unit, 132 * c.unit, 5 * c.unit), fill(c.theme.accent)
        )
        x = zone.left + width / 2 if c.mirrored else zone.right - width / 2
        c.ordinal(canvas, figures, (x, middle), size, c.theme.small_accent, 560)

    figures_left = zone.left if c.mirrored else zone.right - width
    box = Box(zone.left, zone.top, zone.width, 34 * c.unit)
    ink = _DIGIT * size
    c.shape(box, draw, 0, Motion.NONE, [Box(figures_left, middle - ink / 2, width, ink)])


def _row(c: Composer, block: SetText, zone: Box, gap: float, order: int) -> Row:
    return Row(block.height, gap, lambda top: c.text(block, c.start(zone, block.width), top, order))


def _dot(c: Composer, zone: Box, diameter: float) -> Row:
    def put(top: float) -> None:
        box = Box(c.start(zone, diameter), top, diameter, diameter).rounded()
        c.shape(
            box,
            lambda canvas: canvas.drawCircle(box.center_x, box.center_y, box.width / 2, fill(c.theme.accent)),
            0,
            Motion.FADE,
        )

    return Row(diameter, 0, put)


def title(c: Composer) -> None:
    zone = c.zones.content
    width = min(zone.width, c.by_shape(1500, 2000, 2000))
    sub = None
    if c.scene.subheading:
        look = c.look(c.by_shape(52, 64, 52), c.theme.muted, 400, line_height=1.32, spacing=-0.01)
        sub = c.set(c.scene.subheading, look, min(width, 1100 * c.unit), zone.height * 0.26, 4)
    dot = 40 * c.unit
    used = dot + 52 * c.unit + ((sub.height + 36 * c.unit) if sub else 0)
    look = c.look(c.by_shape(154, 172, 142), c.theme.text, c.theme.display_weight, line_height=1.06, least=62 * c.unit)
    heading = c.set(c.scene.heading or c.scene.text, look, width, zone.height - used, 6)
    rows = [_dot(c, zone, dot), _row(c, heading, zone, 52 * c.unit, 0)]
    if sub:
        rows.append(_row(c, sub, zone, 36 * c.unit, 3))
    c.column(zone, rows, 0.94 if c.stage.shape is Shape.WIDE else 0.7)


def body(c: Composer) -> None:
    zone = c.zones.content
    rows = [_dot(c, zone, 30 * c.unit)]
    gap = c.by_shape(44, 56, 44)
    look = c.look(
        c.by_shape(140, 164, 126), c.theme.text, c.theme.statement_weight, line_height=1.08, least=50 * c.unit
    )
    width = min(zone.width, c.by_shape(1600, 2000, 2000))
    height = min(zone.height - rows[0].height - gap, zone.height * 0.84)
    statement = c.statement(look, width, height, c.lines(4, 7, 6), c.theme.accent)
    rows.append(_row(c, statement, zone, gap, 0))
    c.column(zone, rows, 0.34)


def listing(c: Composer) -> None:
    zone = c.zones.content
    wide = c.stage.shape is Shape.WIDE
    list_zone = zone
    if c.scene.heading:
        size = min(c.by_shape(84, 88, 72), zone.height * 0.105)
        look = c.look(size, c.theme.text, c.theme.statement_weight, line_height=1.1, least=38 * c.unit)
        width = zone.width * 0.36 if wide else zone.width
        heading = c.set(c.scene.heading, look, width, zone.height * (0.8 if wide else 0.3), 6 if wide else 3)
        c.text(heading, c.start(zone, heading.width), zone.top + (8 * c.unit if wide else 0), 0, heading_motion(c))
        top = zone.top + heading.height + 36 * c.unit
        list_zone = (
            c.indented(zone, zone.width * 0.42) if wide else Box.of_edges(zone.left, top, zone.right, zone.bottom)
        )
    look = c.look(c.list_size(54, 66, 56), c.theme.text, 480, line_height=1.18, spacing=-0.012)
    detail = replace(look, color=c.theme.muted, cut=replace(look.cut, weight=400))
    shape = RowShape(c.list_size(56, 56, 56), 4 * c.unit, c.list_size(18, 18, 18), 2 * c.unit)
    for item in arranged(c, list_zone, look, detail, shape, 0.0, may_part=False):
        draw_row(c, item, item.row, partial(_draw_item, c, item), Motion.REVEAL)


def _draw_item(c: Composer, item: ItemRow, is_lit: bool, canvas: skia.Canvas) -> None:
    y = item.row.top + 1.2 * c.unit
    line = stroke(c.theme.accent, 4 * c.unit) if is_lit else stroke(c.theme.text, 2 * c.unit, 0.2)
    canvas.drawLine(item.row.left, y + line.getStrokeWidth() / 2, item.row.right, y + line.getStrokeWidth() / 2, line)
    size = item.block.look.size * 0.62
    if item.has_picture:
        size = min(item.block.look.size * 0.8, item.marker.width * 0.72)
    digits = str(item.number)
    width = size if item.sign else c.ordinal_width(digits, size, 560)
    x = item.marker.right - width / 2 if c.mirrored else item.marker.left + width / 2
    draw = c.sign if item.sign else c.ordinal
    draw(canvas, item.sign or digits, (x, item.first_line), size, c.theme.small_accent, 560)
    item.paint_text(canvas)


def quote(c: Composer) -> None:
    zone = c.zones.content
    inner = c.indented(zone, 52 * c.unit)
    source = None
    if c.scene.subheading:
        look = c.look(c.by_shape(44, 54, 44), c.theme.muted, 460, line_height=1.25, spacing=-0.005)
        source = c.set(c.scene.subheading, look, inner.width, zone.height * 0.18, 2)
    used = (source.height + 40 * c.unit) if source else 0.0
    look = c.look(c.by_shape(104, 116, 92), c.theme.text, 360, line_height=1.16, least=44 * c.unit)
    words = c.set(
        c.scene.heading or c.scene.text, look, min(inner.width, c.by_shape(1500, 2000, 2000)), zone.height - used, 8
    )
    rows = [_row(c, words, inner, 0, 0)]
    if source:
        rows.append(_row(c, source, inner, 40 * c.unit, 3))
    total = words.height + used
    top = zone.top + max(0.0, zone.height - total) * 0.4
    rule = Box(c.start(zone, 6 * c.unit), top, 6 * c.unit, total).rounded()
    c.shape(rule, lambda canvas: canvas.drawPaint(fill(c.theme.accent)), 0, Motion.REVEAL)
    c.column(zone, rows, 0.4)


def _ground(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """A plain background with a faint light from the top left."""
    del title
    fade_down(canvas, stage, theme.background, theme.background_2)


def _frame(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """The picture without a frame; a hairline separates a bright one from the bright background."""
    framed_picture(canvas, inset, 10 * c.unit, c.theme.background_2)
    edge = inset.inner.inset(0.75 * c.unit, 0.75 * c.unit)
    rounded_rect(canvas, edge, 10 * c.unit, stroke(c.theme.text, 1.5 * c.unit, 0.14))


_THEME = Theme(
    style=Style.MINIMAL,
    background=(248, 248, 245),
    background_2=(240, 240, 236),
    text=(20, 20, 22),
    muted=(104, 104, 110),
    accent=(226, 66, 30),
    accent_2=(20, 20, 22),
    small_accent=(197, 57, 25),
    panel_accent=(20, 20, 22),
    panel=(255, 255, 255),
    on_panel=(20, 20, 22),
    display_family="Inter",
    text_family="Inter",
    italic_family="Inter",
    display_weight=620,
    statement_weight=520,
    text_weight=420,
    letter_spacing=-0.03,
    radius=12,
    entrance=Entrance.REVEAL,
    captions=CaptionLook(
        (255, 255, 255), 1.0, (58, 58, 64), (190, 48, 16), (226, 66, 30), SpokenMark.UNDERLINE, (222, 222, 216), 14,
        shadow=True, weight=560,
    ),
    ground=GroundLook(
        light_shift=0.03,
        dark_shift=0.05,
        panel_share=0.06,
        least_veil=0.34,
        blur=10.0,
        second_accent_contrast=TEXT_CONTRAST,
        small_accents=True,
    ),
)  # fmt: skip

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
    frame=FrameLook(mat=0, radius=10),
    paint_frame=_frame,
)
