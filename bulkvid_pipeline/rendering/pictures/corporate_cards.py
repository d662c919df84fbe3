"""Corporate: a dark panel with the section's figures, white cards on a light ground, two accent bands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.rendering.pictures.colors import GRAPHIC_CONTRAST, WHITE, with_contrast
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, rounded_rect
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.ornaments import quotation_marks
from bulkvid_pipeline.rendering.pictures.stage import Shape
from bulkvid_pipeline.rendering.pictures.typesetting import SetText


def _on_panel_accent(c: Composer) -> tuple[int, int, int]:
    return with_contrast(c.theme.accent_2, c.theme.panel, GRAPHIC_CONTRAST)


def progress(c: Composer, number: int, count: int) -> None:
    """The section's figure on the panel, with a bar that fills up under it or beside it."""
    panel = c.zones.panel
    wide = c.stage.shape is Shape.WIDE
    size = c.by_shape(190, 84, 72)
    small = size * (0.26 if wide else 0.42)
    figure, of = f"{number:02d}", f"/ {count:02d}"
    width, of_width = c.ordinal_width(figure, size, 780), c.ordinal_width(of, small, 500)
    middle = panel.top + panel.height * 0.40 if wide else panel.top + size * 0.42
    figures = Box(panel.left, middle - size * 0.4, width + 18 * c.unit + of_width, size * 0.8)
    if wide:
        bar = Box(panel.left, middle + size * 0.62, min(panel.width, 300 * c.unit), 10 * c.unit)
    else:
        bar = Box.of_edges(figures.right + 36 * c.unit, middle - 4 * c.unit, panel.right, middle + 4 * c.unit)

    def draw(canvas: skia.Canvas) -> None:
        ink = c.ordinal(canvas, figure, (panel.left + width / 2, middle), size, c.theme.on_panel, 780)
        at = (ink.right + 18 * c.unit + of_width / 2, ink.bottom - small * 0.36)
        c.ordinal(canvas, of, at, small, c.theme.on_panel, 500)
        rounded_rect(canvas, bar, bar.height / 2, fill(c.theme.on_panel, 0.22))
        done = Box(bar.left, bar.top, max(bar.height, bar.width * number / count), bar.height)
        rounded_rect(canvas, done, bar.height / 2, fill(_on_panel_accent(c)))

    c.shape(figures.union(bar).inset(-4 * c.unit, -4 * c.unit).intersection(panel), draw, 0, Motion.NONE, [figures])


def _row(c: Composer, block: SetText, zone: Box, gap: float, order: int) -> Row:
    return Row(block.height, gap, lambda top: c.text(block, c.start(zone, block.width), top, order))


def _rule(c: Composer, zone: Box, color: tuple[int, int, int], gap: float, order: int) -> Row:
    width, height = 120 * c.unit, 10 * c.unit

    def put(top: float) -> None:
        box = Box(c.start(zone, width), top, width, height).rounded()
        c.shape(box, lambda canvas: canvas.drawPaint(fill(color)), order, Motion.GROW)

    return Row(height, gap, put)


def title(c: Composer) -> None:
    zone = c.zones.content
    sub = None
    if c.scene.subheading:
        look = c.look(c.by_shape(50, 62, 50), c.theme.on_panel, 420, line_height=1.34, spacing=0)
        sub = c.set(c.scene.subheading, look, zone.width, zone.height * 0.28, 4)
    used = 10 * c.unit + 44 * c.unit + ((sub.height + 44 * c.unit) if sub else 0)
    look = c.look(
        c.by_shape(120, 150, 122), c.theme.on_panel, c.theme.display_weight, line_height=1.12, least=56 * c.unit
    )
    heading = c.set(c.scene.heading or c.scene.text, look, zone.width, zone.height - used, 6)
    rows = [_row(c, heading, zone, 0, 1), _rule(c, zone, _on_panel_accent(c), 44 * c.unit, 2)]
    if sub:
        rows.append(_row(c, sub, zone, 44 * c.unit, 4))
    c.column(zone, rows, 0.5)


def body(c: Composer) -> None:
    zone = c.zones.content
    look = c.look(
        c.by_shape(108, 132, 104), c.theme.text, c.theme.statement_weight, line_height=1.14, least=46 * c.unit
    )
    rows = [_rule(c, zone, c.theme.accent, 0, 0)]
    if c.scene.number is not None and c.scene.step is not None:  # else the panel shows it
        rows = [_tile(c, zone, c.scene.number)]
    gap = c.by_shape(44, 52, 40)
    height = min(zone.height - rows[0].height - gap, zone.height * 0.84)
    statement = c.statement(look, zone.width, height, c.lines(5, 7, 6), c.theme.accent)
    rows.append(_row(c, statement, zone, gap, 1))
    c.column(zone, rows, 0.46)


def _tile(c: Composer, zone: Box, number: int) -> Row:
    """An entry's number, where the panel shows how far the video is."""
    side = c.by_shape(84, 96, 80)
    wide = max(side, c.ordinal_width(f"{number}", side * 0.5, 700) + side * 0.5)

    def put(top: float) -> None:
        box = Box(c.start(zone, wide), top, wide, side).rounded()

        def draw(canvas: skia.Canvas) -> None:
            rounded_rect(canvas, box, 8 * c.unit, fill(c.theme.accent))
            c.ordinal(canvas, f"{number}", (box.center_x, box.center_y), side * 0.5, c.theme.on_accent, 700)

        c.shape(box, draw, 0, Motion.SLIDE, [box])

    return Row(side, 0, put)


def listing(c: Composer) -> None:
    zone = c.zones.content
    heading = None
    taken = 0.0
    if c.scene.heading:
        size = min(c.by_shape(68, 80, 64), zone.height * 0.105)
        look = c.look(size, c.theme.text, c.theme.statement_weight, line_height=1.16, least=36 * c.unit)
        heading = c.set(c.scene.heading, look, zone.width, zone.height * 0.3, 3)
        taken = heading.height + 36 * c.unit
    columns = 2 if c.stage.shape is Shape.WIDE and len(c.scene.items) > 6 else 1
    inner = Box.of_edges(zone.left, zone.top + taken, zone.right, zone.bottom)
    look = c.look(
        c.by_shape(44 if columns == 1 else 38, 58, 46),
        c.theme.text,
        600,
        line_height=1.26,
        least=19 * c.unit,
        spacing=0,
    )
    detail = replace(look, color=c.theme.muted, cut=replace(look.cut, weight=420))
    shape = RowShape(c.by_shape(60, 64, 54), 20 * c.unit, c.by_shape(26, 26, 17), c.by_shape(20, 20, 14))
    rows = arranged(c, inner, look, detail, shape, columns, 0.42)
    if heading:
        top = min((item.row.top for item in rows), default=inner.top) - taken
        c.text(heading, c.start(zone, heading.width), top, 0, heading_motion(c))
    for item in rows:
        outer = item.row.inset(-10 * c.unit, -10 * c.unit).intersection(c.stage.safe)
        draw_row(c, item, outer, partial(_draw_item, c, item), Motion.SLIDE)


def _card(c: Composer, canvas: skia.Canvas, box: Box, color: tuple[int, int, int]) -> None:
    shadow = fill(c.theme.panel, 0.16)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 4 * c.unit))
    rounded_rect(canvas, box.shifted(0, 3 * c.unit), c.theme.radius * c.unit, shadow)
    rounded_rect(canvas, box, c.theme.radius * c.unit, fill(color))


def _draw_item(c: Composer, item: ItemRow, canvas: skia.Canvas) -> None:
    _card(c, canvas, item.row, _card_color(c))
    if item.is_spoken:
        canvas.drawRect(
            skia.Rect.MakeXYWH(c.start(item.row, 8 * c.unit), item.row.top, 8 * c.unit, item.row.height),
            fill(c.theme.accent),
        )
    side = min(item.marker.width, item.row.height * 0.8)
    tile = Box(item.marker.center_x - side / 2, item.marker.center_y - side / 2, side, side)
    rounded_rect(canvas, tile, 8 * c.unit, fill(c.theme.accent))
    c.ordinal(canvas, str(item.number), (tile.center_x, tile.center_y), side * 0.5, c.theme.on_accent, 700)
    item.paint_text(canvas)


def _card_color(c: Composer) -> tuple[int, int, int]:
    """White where the theme's text can be read on it, else a tone of the ground."""
    return WHITE if sum(c.theme.text) < 384 else c.theme.background_2


def quote(c: Composer) -> None:
    zone = c.zones.content
    pad = c.by_shape(60, 48, 44)
    inner = zone.inset(pad, pad)
    on_panel = c.stage.shape is Shape.WIDE and c.scene.number is None and c.scene.step is None
    mark = 0.0 if on_panel else c.by_shape(64, 66, 56)
    source = None
    if c.scene.subheading:
        look = c.look(c.by_shape(40, 50, 40), c.theme.muted, 600, line_height=1.3, spacing=0)
        source = c.set(c.scene.subheading, look, inner.width, inner.height * 0.2, 2)
    lead = 28 * c.unit if mark else 0.0
    used = mark + lead + ((source.height + 30 * c.unit) if source else 0)
    look = c.look(c.by_shape(80, 96, 74), c.theme.text, 600, line_height=1.26, least=36 * c.unit)
    words = c.set(c.scene.heading or c.scene.text, look, inner.width, inner.height - used, 9)

    def put_mark(top: float) -> None:
        box = Box(c.start(inner, mark * 1.2), top, mark * 1.2, mark).rounded()
        c.shape(box, lambda canvas: quotation_marks(canvas, box, fill(c.theme.accent)), 1, Motion.SLIDE)

    rows = [] if on_panel else [Row(mark, 0, put_mark)]
    rows.append(_row(c, words, inner, lead, 2))
    if on_panel:
        _mark_on_panel(c)
    if source:
        rows.append(_row(c, source, inner, 30 * c.unit, 3))
    height = used + words.height + 2 * pad
    top = zone.top + max(0.0, zone.height - height) * 0.46
    card = Box(zone.left, top, zone.width, height).rounded()
    edge = Box(c.start(card, 10 * c.unit), card.top, 10 * c.unit, card.height)

    def draw(canvas: skia.Canvas) -> None:
        _card(c, canvas, card, _card_color(c))
        canvas.drawRect(skia.Rect.MakeXYWH(edge.left, edge.top, edge.width, edge.height), fill(c.theme.accent))

    c.shape(card.inset(-8 * c.unit, -10 * c.unit).intersection(c.stage.safe), draw, 0, Motion.FADE)
    c.column(Box.of_edges(zone.left, top + pad, zone.right, top + height - pad), rows, 0)


def _mark_on_panel(c: Composer) -> None:
    panel = c.zones.panel
    height = 150 * c.unit
    box = Box(panel.left, panel.top + panel.height * 0.40 - height / 2, height * 1.2, height).rounded()
    c.shape(box, lambda canvas: quotation_marks(canvas, box, fill(_on_panel_accent(c))), 0, Motion.FADE, [box])
