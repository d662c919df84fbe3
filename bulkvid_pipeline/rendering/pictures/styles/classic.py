"""Classic: a book page. Serif, centred, hairlines and diamonds, Roman numerals, italics for quotes."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.core.colors import GRAPHIC_CONTRAST, TEXT_CONTRAST, WHITE, contrast, luminance, mix
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, rounded_rect, stroke
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset, framed_picture
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.ornaments import diamond, quotation_marks, roman
from bulkvid_pipeline.rendering.pictures.stage import Stage
from bulkvid_pipeline.rendering.pictures.styles.contract import StyleLook
from bulkvid_pipeline.rendering.pictures.theme import CaptionLook, Entrance, GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typefaces import Cut
from bulkvid_pipeline.rendering.pictures.typesetting import SetText

_MOST_DIAMONDS = 12


def header(c: Composer) -> None:
    """The section number as a row of diamonds, the last one larger; as Roman numerals if the row is too long."""
    if c.scene.number is None:
        return
    count = min(c.scene.number, _MOST_DIAMONDS)
    zone = c.zones.header
    step = 34 * c.unit
    width = (count - 1) * step
    first, middle = zone.center_x - width / 2, zone.top + 13 * c.unit
    box = Box(first, middle - 13 * c.unit, width, 26 * c.unit).inset(-14 * c.unit, 0)

    def draw(canvas: skia.Canvas) -> None:
        for index in range(count):
            here = index == (0 if c.mirrored else count - 1)
            color = c.theme.accent if here else c.theme.accent_2
            diamond(canvas, first + index * step, middle, (11 if here else 7) * c.unit, fill(color))

    c.shape(box, draw, 0, Motion.NONE)


def _centered(c: Composer, block: SetText, zone: Box, gap: float, order: int) -> Row:
    return Row(block.height, gap, lambda top: c.text(block, zone.center_x - block.width / 2, top, order))


def _ornament(
    c: Composer, zone: Box, gap: float, order: int, width: float, motion: Motion = Motion.GROW_FROM_CENTER
) -> Row:
    """A diamond between two hairlines that extend from it."""
    height = 26 * c.unit

    def put(top: float) -> None:
        box = Box(zone.center_x - width / 2, top, width, height).rounded()

        def draw(canvas: skia.Canvas) -> None:
            line = stroke(c.theme.accent_2, 2 * c.unit)
            hole = 28 * c.unit
            canvas.drawLine(box.left, box.center_y, box.center_x - hole, box.center_y, line)
            canvas.drawLine(box.center_x + hole, box.center_y, box.right, box.center_y, line)
            diamond(canvas, box.center_x, box.center_y, 10 * c.unit, fill(c.theme.accent))

        c.shape(box, draw, order, motion)

    return Row(height, gap, put)


def _numeral(c: Composer, zone: Box, number: int) -> Row:
    """The section number in Roman numerals between hairlines."""
    text = roman(number)
    size = c.by_shape(60, 64, 56)
    inner = c.ordinal_width(text, size, 500)
    rule = 110 * c.unit
    width = inner + 2 * (rule + 30 * c.unit)

    def put(top: float) -> None:
        box = Box(zone.center_x - width / 2, top, width, size).rounded()

        def draw(canvas: skia.Canvas) -> None:
            line = stroke(c.theme.accent_2, 2 * c.unit)
            canvas.drawLine(box.left, box.center_y, box.left + rule, box.center_y, line)
            canvas.drawLine(box.right - rule, box.center_y, box.right, box.center_y, line)
            c.ordinal(canvas, text, (box.center_x, box.center_y), size, c.theme.accent, 500)

        c.shape(box, draw, 0, Motion.GROW_FROM_CENTER, [box.inset(rule + 20 * c.unit, 0)])

    return Row(size, 0, put)


def title(c: Composer) -> None:
    zone = c.zones.content
    width = min(zone.width, c.by_shape(1420, 2000, 2000))
    sub = None
    if c.scene.subheading:
        look = c.look(c.by_shape(56, 68, 56), c.theme.muted, 420, line_height=1.3, align="center", spacing=0,
                      family=c.theme.italic_family)  # fmt: skip
        sub = c.set(c.scene.subheading, look, min(width, 1100 * c.unit), zone.height * 0.26, 4)
    used = 2 * 26 * c.unit + 2 * 48 * c.unit + ((sub.height + 40 * c.unit) if sub else 0)
    look = c.look(
        c.by_shape(140, 164, 132),
        c.theme.text,
        c.theme.display_weight,
        line_height=1.1,
        align="center",
        least=62 * c.unit,
    )
    heading = c.set(c.scene.heading or c.scene.text, look, width, zone.height - used, 6)
    rows = [
        _ornament(c, zone, 0, 0, 360 * c.unit),
        _centered(c, heading, zone, 48 * c.unit, 0),
        _ornament(c, zone, 48 * c.unit, 2, 360 * c.unit),
    ]
    if sub:
        rows.append(_centered(c, sub, zone, 40 * c.unit, 3))
    c.column(zone, rows, 0.5)


def body(c: Composer) -> None:
    zone = c.zones.content
    rows: list[Row] = []
    used = 0.0
    if c.scene.number is not None:
        rows.append(_numeral(c, zone, c.scene.number))
        used = rows[0].height + 48 * c.unit
    used += (26 + 44) * c.unit
    width = min(zone.width, c.by_shape(1400, 2000, 2000))
    look = c.look(
        c.by_shape(128, 156, 118),
        c.theme.text,
        c.theme.statement_weight,
        line_height=1.16,
        align="center",
        least=48 * c.unit,
    )
    height = min(zone.height - used, zone.height * 0.82)
    statement = c.statement(look, width, height, c.lines(4, 7, 6), c.theme.accent)
    rows.append(_centered(c, statement, zone, 48 * c.unit, 0))
    rows.append(_ornament(c, zone, 44 * c.unit, 2, c.by_shape(260, 320, 260)))
    c.column(zone, rows, 0.5)


def listing(c: Composer) -> None:
    zone = c.zones.content
    heading = None
    taken = 0.0
    if c.scene.heading:
        size = min(c.by_shape(76, 84, 68), zone.height * 0.105)
        look = c.look(size, c.theme.text, c.theme.statement_weight, line_height=1.14, align="center", least=40 * c.unit)
        heading = c.set(c.scene.heading, look, min(zone.width, 1400 * c.unit), zone.height * 0.28, 3)
        taken = heading.height + c.by_shape(76, 70, 66)
    width = min(zone.width, c.by_shape(1640, 2000, 2000))
    inner = Box.of_edges(zone.center_x - width / 2, zone.top + taken, zone.center_x + width / 2, zone.bottom)
    look = c.look(c.list_size(54, 68, 58), c.theme.text, 480, line_height=1.16, spacing=0)
    # As wide as any number of two digits, so that entries do not move as more are added.
    marker = c.ordinal_width("88.", look.size * 0.8, 500)
    detail = replace(look, color=c.theme.muted, cut=Cut(c.theme.italic_family, 430))
    shape = RowShape(marker + 8 * c.unit, 18 * c.unit, c.list_size(15, 15, 13), 2 * c.unit)
    rows = arranged(c, inner, look, detail, shape, 0.45, column=1180 * c.unit)
    if heading:
        top = min((item.row.top for item in rows), default=inner.top) - taken
        c.text(heading, zone.center_x - heading.width / 2, top, 0, heading_motion(c))
        ornament = _ornament(c, zone, 0, 1, 300 * c.unit, heading_motion(c) or Motion.GROW_FROM_CENTER)
        ornament.put(round(top + heading.height + 22 * c.unit))
    for item in rows:
        draw_row(c, item, item.row, partial(_draw_item, c, item), Motion.FADE)


def _draw_item(c: Composer, item: ItemRow, is_lit: bool, canvas: skia.Canvas) -> None:
    size = item.block.look.size * 0.8
    numeral = f".{item.number}" if c.mirrored else f"{item.number}."
    width = size if item.sign else c.ordinal_width(numeral, size, 500)
    x = item.marker.left + width / 2 if c.mirrored else item.marker.right - width / 2
    draw = c.sign if item.sign else c.ordinal
    draw(canvas, item.sign or numeral, (x, item.first_line), size, c.theme.small_accent, 500)
    item.paint_text(canvas)
    if is_lit or item.goes_on:
        y = item.row.bottom - 1.6 * c.unit
        line = stroke(c.theme.accent, 3 * c.unit) if is_lit else stroke(c.theme.accent_2, 1.4 * c.unit, 0.55)
        canvas.drawLine(item.row.left, y, item.row.right, y, line)


def quote(c: Composer) -> None:
    zone = c.zones.content
    width = min(zone.width, c.by_shape(1380, 2000, 2000))
    mark = c.by_shape(84, 92, 78)
    source = None
    if c.scene.subheading:
        look = c.look(c.by_shape(44, 54, 44), c.theme.muted, 560, line_height=1.25, align="center", spacing=0.04)
        source = c.set(c.scene.subheading, look, width, zone.height * 0.18, 2)
    used = mark + 36 * c.unit + ((source.height + 26 * c.unit + 70 * c.unit) if source else 0)
    look = c.look(c.by_shape(98, 112, 90), c.theme.text, 460, line_height=1.22, align="center", least=44 * c.unit,
                  family=c.theme.italic_family, spacing=0)  # fmt: skip
    words = c.set(c.scene.heading or c.scene.text, look, width, zone.height - used, 8)

    def put_mark(top: float) -> None:
        box = Box(zone.center_x - mark * 0.6, top, mark * 1.2, mark).rounded()
        c.shape(box, lambda canvas: quotation_marks(canvas, box, fill(c.theme.accent)), 0, Motion.FADE)

    rows = [Row(mark, 0, put_mark), _centered(c, words, zone, 36 * c.unit, 0)]
    if source:
        rows.append(_ornament(c, zone, 40 * c.unit, 2, 240 * c.unit))
        rows.append(_centered(c, source, zone, 30 * c.unit, 3))
    c.column(zone, rows, 0.5)


def _ground(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """Paper with a soft vignette inside a double hairline frame with turned-in corners."""
    width, height = stage.width, stage.height
    stops = [0.0, 0.55, 1.0]
    light = mix(theme.background, WHITE, 0.25 if luminance(theme.text) < luminance(theme.background) else 0.07)
    if contrast(theme.text, light) < TEXT_CONTRAST or contrast(theme.accent, light) < GRAPHIC_CONTRAST:
        light = theme.background  # behind the texts
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


def _page(stage: Stage, title: bool) -> tuple[Box, Box]:  # noqa: ARG001
    safe = stage.safe
    keep = 40 * stage.unit
    edges = Box.of_edges(keep, keep, stage.width - keep, stage.height - keep).inset(36 * stage.unit, 30 * stage.unit)
    # Everything is centred, so the page has equal margins at the left and right.
    side = max(safe.left, stage.width - safe.right)
    return safe.intersection(edges).intersection(stage.frame.inset(side, 0)), Box(0, 0, 0, 0)


def _frame(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """A plate: paper rim, a double hairline."""
    paper = mix(c.theme.background, WHITE, 0.55)
    rounded_rect(canvas, inset.frame, 0, fill(paper))
    edge = inset.frame.inset(2 * c.unit, 2 * c.unit)
    rounded_rect(canvas, edge, 0, stroke(c.theme.accent_2, 2.2 * c.unit))
    rounded_rect(canvas, inset.inner.inset(-9 * c.unit, -9 * c.unit), 0, stroke(c.theme.accent_2, 1.2 * c.unit, 0.8))
    framed_picture(canvas, inset, 0, paper)


_THEME = Theme(
    style=Style.CLASSIC,
    background=(247, 240, 227),
    background_2=(236, 224, 203),
    text=(43, 31, 23),
    muted=(104, 84, 67),
    accent=(140, 45, 41),
    accent_2=(164, 125, 55),
    small_accent=(140, 45, 41),
    panel_accent=(128, 97, 43),
    panel=(250, 245, 236),
    on_panel=(43, 31, 23),
    display_family="Source Serif 4",
    text_family="Source Serif 4",
    italic_family="Source Serif 4 Italic",
    display_weight=600,
    statement_weight=560,
    text_weight=430,
    letter_spacing=-0.008,
    radius=0,
    entrance=Entrance.FADE,
    captions=CaptionLook(
        (43, 31, 23), 1.0, (246, 237, 220), (255, 208, 112), (255, 208, 112), SpokenMark.TINT, (164, 125, 55), 4
    ),
    ground=GroundLook(
        light_shift=0.07,
        dark_shift=0.12,
        panel_share=0.06,
        least_veil=0.34,
        blur=3.0,
        second_accent_contrast=GRAPHIC_CONTRAST,
        small_accents=True,
        paper=1.1,
    ),
)

LOOK = StyleLook(
    theme=_THEME,
    ground=_ground,
    ornaments=_page_frame,
    page=_page,
    header=header,
    title=title,
    body=body,
    listing=listing,
    quote=quote,
    frame=FrameLook(mat=26, radius=0),
    paint_frame=_frame,
    inset_at=0.5,
)
