"""Corporate: a dark panel with the scene's figures or emblem, white cards on a light ground, two accent bands."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.rendering.model import SceneKind
from bulkvid_pipeline.rendering.pictures.colors import GRAPHIC_CONTRAST, WHITE, with_contrast
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, rounded_rect
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.ornaments import list_lines, quotation_marks, rising_columns
from bulkvid_pipeline.rendering.pictures.stage import Shape
from bulkvid_pipeline.rendering.pictures.typesetting import SetText
from bulkvid_pipeline.rendering.statements import display_width

_LONGEST_AMOUNT = 8


def _on_panel_accent(c: Composer) -> tuple[int, int, int]:
    return with_contrast(c.theme.accent_2, c.theme.panel, GRAPHIC_CONTRAST)


def header(c: Composer) -> None:
    """The panel shows the section's figure, else an amount that the scene stresses, else an emblem of its kind."""
    figure = _stressed_figure(c) if c.stage.shape is Shape.WIDE else None
    if c.scene.number is not None:
        _section(c, c.scene.number)
    elif figure:
        _figure(c, *figure)
    else:
        _emblem(c)


def _section(c: Composer, number: int) -> None:
    """The section's number with a rule under it or beside it."""
    panel = c.zones.panel
    wide = c.stage.shape is Shape.WIDE
    size = c.by_shape(190, 84, 72)
    digits = f"{number:02d}"
    width = c.ordinal_width(digits, size, 780)
    middle = panel.top + panel.height * 0.40 if wide else panel.top + size * 0.42
    left = panel.left if wide else c.start(panel, width)
    figures = Box(left, middle - size * 0.4, width, size * 0.8)
    if wide:
        rule = Box(left, middle + size * 0.62, 132 * c.unit, 10 * c.unit)
    else:
        beside = figures.left - (36 + 132) * c.unit if c.mirrored else figures.right + 36 * c.unit
        rule = Box(beside, middle - 4 * c.unit, 132 * c.unit, 8 * c.unit)

    def draw(canvas: skia.Canvas) -> None:
        c.ordinal(canvas, digits, (figures.center_x, middle), size, c.theme.on_panel, 780)
        rounded_rect(canvas, rule, rule.height / 2, fill(_on_panel_accent(c)))

    c.shape(figures.union(rule).inset(-4 * c.unit, -4 * c.unit).intersection(panel), draw, 0, Motion.NONE, [figures])


def _stressed_figure(c: Composer) -> tuple[str, str] | None:
    """The first amount that the scene stresses, and its unit, which may be empty; None if it stresses none."""
    for phrase in c.scene.emphasis:
        amount, _, unit = phrase.partition(" ")
        of_a_range = any(map(str.isdigit, unit))  # "44 and 46 million dollars" is not 44 of anything
        if any(map(str.isdigit, amount)) and not of_a_range and display_width(amount) <= _LONGEST_AMOUNT:
            return amount, unit
    return None


def _figure(c: Composer, amount: str, unit: str) -> None:
    """The amount as large as the panel is wide, with its unit under it."""
    panel = c.zones.panel
    look = c.look(200 * c.unit, c.theme.on_panel, 780, line_height=1.0, least=72 * c.unit)
    figure = c.set(amount, look, panel.width * 0.94, panel.height * 0.3, 1)
    rows = [_rule(c, panel, _on_panel_accent(c), 0, 0), _row(c, figure, panel, 40 * c.unit, 1)]
    if unit:
        small = c.look(60 * c.unit, _on_panel_accent(c), 600, line_height=1.16, least=30 * c.unit)
        rows.append(_row(c, c.set(unit, small, panel.width, panel.height * 0.24, 2), panel, 6 * c.unit, 3))
    c.column(panel, rows, 0.36)


def _emblem(c: Composer) -> None:
    """Rising columns, lines of a list, or quotation marks."""
    panel = c.zones.panel
    wide = c.stage.shape is Shape.WIDE
    height = c.by_shape(150, 58, 50)
    top = panel.top + panel.height * 0.40 - height / 2 if wide else panel.top + 4 * c.unit
    box = Box(c.start(panel, height * 1.2) if not wide else panel.left, top, height * 1.2, height).rounded()
    draw = {SceneKind.LIST: list_lines, SceneKind.QUOTE: quotation_marks}.get(c.scene.kind, rising_columns)
    c.shape(box, lambda canvas: draw(canvas, box, fill(_on_panel_accent(c))), 0, Motion.NONE)


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
    rows = [_row(c, heading, zone, 0, 0), _rule(c, zone, _on_panel_accent(c), 44 * c.unit, 2)]
    if sub:
        rows.append(_row(c, sub, zone, 44 * c.unit, 3))
    c.column(zone, rows, 0.5)


def body(c: Composer) -> None:
    zone = c.zones.content
    look = c.look(
        c.by_shape(108, 132, 104), c.theme.text, c.theme.statement_weight, line_height=1.14, least=46 * c.unit
    )
    rows = [_rule(c, zone, c.theme.accent, 0, 0)]
    gap = c.by_shape(44, 52, 40)
    height = min(zone.height - rows[0].height - gap, zone.height * 0.84)
    statement = c.statement(look, zone.width, height, c.lines(5, 7, 6), c.theme.accent)
    rows.append(_row(c, statement, zone, gap, 0))
    c.column(zone, rows, 0.46)


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
        c.list_size(44 if columns == 1 else 38, 58, 46),
        c.theme.text,
        600,
        line_height=1.26,
        least=19 * c.unit,
        spacing=0,
    )
    detail = replace(look, color=c.theme.muted, cut=replace(look.cut, weight=420))
    shape = RowShape(c.list_size(60, 64, 54), 20 * c.unit, c.by_shape(26, 26, 17), c.by_shape(20, 20, 14))
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
    on_panel = c.scene.number is None  # where the panel has the marks, the card needs none
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
        c.shape(box, lambda canvas: quotation_marks(canvas, box, fill(c.theme.accent)), 0, Motion.SLIDE)

    rows = [] if on_panel else [Row(mark, 0, put_mark)]
    rows.append(_row(c, words, inner, lead, 0))
    if source:
        rows.append(_row(c, source, inner, 30 * c.unit, 2))
    height = used + words.height + 2 * pad
    top = zone.top + max(0.0, zone.height - height) * 0.46
    card = Box(zone.left, top, zone.width, height).rounded()
    edge = Box(c.start(card, 10 * c.unit), card.top, 10 * c.unit, card.height)

    def draw(canvas: skia.Canvas) -> None:
        _card(c, canvas, card, _card_color(c))
        canvas.drawRect(skia.Rect.MakeXYWH(edge.left, edge.top, edge.width, edge.height), fill(c.theme.accent))

    c.shape(card.inset(-8 * c.unit, -10 * c.unit).intersection(c.stage.safe), draw, 0, Motion.FADE)
    c.column(Box.of_edges(zone.left, top + pad, zone.right, top + height - pad), rows, 0)
