"""Corporate: a dark panel with the scene's figures or emblem, white cards on a light ground, two accent bands."""

from __future__ import annotations

import itertools
from dataclasses import replace
from functools import partial

import skia

from bulkvid_pipeline.core.colors import WHITE, Rgb, mix
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.rendering.model import SceneKind
from bulkvid_pipeline.rendering.pictures.colors import argb
from bulkvid_pipeline.rendering.pictures.composer import Composer, Row, fill, rounded_rect
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.grounds import fade_down, glow
from bulkvid_pipeline.rendering.pictures.inset_frames import FrameLook, Inset, framed_picture
from bulkvid_pipeline.rendering.pictures.lists import ItemRow, RowShape, arranged, draw_row, heading_motion
from bulkvid_pipeline.rendering.pictures.motion import Motion
from bulkvid_pipeline.rendering.pictures.ornaments import list_lines, quotation_marks, rising_columns
from bulkvid_pipeline.rendering.pictures.stage import Shape, Stage
from bulkvid_pipeline.rendering.pictures.styles.contract import StyleLook
from bulkvid_pipeline.rendering.pictures.theme import CaptionLook, Entrance, GroundLook, SpokenMark, Theme
from bulkvid_pipeline.rendering.pictures.typesetting import SetText
from bulkvid_pipeline.rendering.pictures.zones import around_logo
from bulkvid_pipeline.rendering.script.emphasis import amount_and_unit

_LEAST_FIGURE = 56
"""In design units; a longer amount is not set off on the panel."""
_UNBOUNDED = 20
"""Panels' widths: room for any amount on one line."""


def header(c: Composer) -> None:
    """The panel shows the section's number, else an amount that the scene stresses, else an emblem of its kind."""
    figure = _stressed_figure(c) if c.stage.shape is Shape.WIDE else None
    if c.scene.number is not None:
        _section(c, c.scene.number)
    elif figure is not None:
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
        rounded_rect(canvas, rule, rule.height / 2, fill(c.theme.panel_accent))

    c.shape(figures.union(rule).inset(-4 * c.unit, -4 * c.unit).intersection(panel), draw, 0, Motion.NONE, [figures])


def _stressed_figure(c: Composer) -> tuple[SetText, str] | None:
    """The first amount that the scene stresses, on one line, and what is counted, which may be empty.

    None if it stresses none that fits on the panel.
    """
    for phrase in c.scene.emphasis:
        found = amount_and_unit(phrase)
        figure = _on_one_line(c, found[0]) if found else None
        if found and figure:
            return figure, found[1]
    return None


def _on_one_line(c: Composer, amount: str) -> SetText | None:
    """The amount, filling the panel's width; None if it would be too small there."""
    room, tall = c.zones.panel.width * 0.94, c.zones.panel.height * 0.3
    look = c.look(200 * c.unit, c.theme.on_panel, 780, line_height=1.0)
    whole = c.set(amount, look, _UNBOUNDED * room, tall, 1)
    size = look.size * min(1.0, room / whole.width)
    if whole.lines > 1 or size < _LEAST_FIGURE * c.unit:
        return None
    return c.set(amount, replace(look, size=size, least_size=size), whole.width, tall, 1)


def _figure(c: Composer, figure: SetText, unit: str) -> None:
    """The amount with what it counts below."""
    panel = c.zones.panel
    rows = [_rule(c, panel, c.theme.panel_accent, 0, 0), _row(c, figure, panel, 40 * c.unit, 1)]
    if unit:
        small = c.look(72 * c.unit, c.theme.panel_accent, 600, line_height=1.16, least=30 * c.unit)
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
    c.shape(box, lambda canvas: draw(canvas, box, fill(c.theme.panel_accent)), 0, Motion.NONE)


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
    rows = [_row(c, heading, zone, 0, 0), _rule(c, zone, c.theme.panel_accent, 44 * c.unit, 2)]
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
    inner = Box.of_edges(zone.left, zone.top + taken, zone.right, zone.bottom)
    look = c.look(c.list_size(46, 58, 54), c.theme.text, 600, line_height=1.22, spacing=0)
    detail = replace(look, color=c.theme.muted, cut=replace(look.cut, weight=420))
    shape = RowShape(c.list_size(60, 64, 54), 20 * c.unit, c.by_shape(26, 26, 17), c.by_shape(20, 20, 14))
    rows = arranged(c, inner, look, detail, shape, 0.42)
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


def _draw_item(c: Composer, item: ItemRow, is_lit: bool, canvas: skia.Canvas) -> None:
    _card(c, canvas, item.row, _card_color(c.theme))
    if is_lit:
        canvas.drawRect(
            skia.Rect.MakeXYWH(c.start(item.row, 8 * c.unit), item.row.top, 8 * c.unit, item.row.height),
            fill(c.theme.accent),
        )
    side = min(item.marker.width, item.row.height * 0.8)
    tile = Box(item.marker.center_x - side / 2, item.marker.center_y - side / 2, side, side)
    center = (tile.center_x, tile.center_y)
    if item.has_picture:
        c.sign(canvas, item.sign, center, side * 0.84, c.theme.small_accent, 700)
    else:
        rounded_rect(canvas, tile, 8 * c.unit, fill(c.theme.accent))
        draw = c.sign if item.sign else c.ordinal
        draw(canvas, item.sign or str(item.number), center, side * 0.6, c.theme.on_accent, 700)
    item.paint_text(canvas)


def _card_color(theme: Theme, page: Rgb = WHITE) -> Rgb:  # noqa: ARG001
    """White if the theme's text is readable on it, else a tone of the background; opaque, whatever the page is."""
    return WHITE if sum(theme.text) < 384 else theme.background_2


def quote(c: Composer) -> None:
    zone = c.zones.content
    pad = c.by_shape(60, 48, 44)
    inner = zone.inset(pad, pad)
    on_panel = c.scene.number is None  # without a number the panel shows the quotation marks
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
        _card(c, canvas, card, _card_color(c.theme))
        canvas.drawRect(skia.Rect.MakeXYWH(edge.left, edge.top, edge.width, edge.height), fill(c.theme.accent))

    c.shape(card.inset(-8 * c.unit, -10 * c.unit).intersection(c.stage.safe), draw, 0, Motion.FADE)
    c.column(Box.of_edges(zone.left, top + pad, zone.right, top + height - pad), rows, 0)


def _ground(canvas: skia.Canvas, theme: Theme, stage: Stage, title: bool) -> None:
    """A light background with a dark panel, cut at an angle, with bands in the accent colours."""
    width, unit = stage.width, stage.unit
    fade_down(canvas, stage, theme.background, theme.background_2)
    clear = around_logo(theme, stage, _page(stage, title)[0])
    if title and not _bars_box(stage).overlaps(clear):
        _bars(canvas, theme, stage)
    dots = skia.Paint(AntiAlias=True, Color=argb(theme.panel, 0.10))
    grid = Box.of_edges(width - 240 * unit, 52 * unit, width - 52 * unit, 240 * unit)
    for row, column in itertools.product(range(7), range(7)) if not grid.overlaps(clear) else ():
        canvas.drawCircle(width - (56 + column * 30) * unit, (56 + row * 30) * unit, 3.2 * unit, dots)
    _side_panel(canvas, theme, stage, title)


_BARS, _BAR, _BAR_GAP = (90, 150, 130, 220, 310), 74, 30


def _bars_box(stage: Stage) -> Box:
    width = (70 + len(_BARS) * (_BAR + _BAR_GAP) - _BAR_GAP) * stage.unit
    return Box.of_edges(stage.width - width, stage.height - max(_BARS) * stage.unit, stage.width, stage.height)


def _bars(canvas: skia.Canvas, theme: Theme, stage: Stage) -> None:
    """Rising columns at the lower right, the last one in the accent."""
    unit = stage.unit
    width, gap = _BAR * unit, _BAR_GAP * unit
    for index, height in enumerate(_BARS):
        left = stage.width - 70 * unit - (len(_BARS) - index) * (width + gap) + gap
        last = index == len(_BARS) - 1
        paint = skia.Paint(AntiAlias=True, Color=argb(theme.accent if last else theme.panel, 0.9 if last else 0.10))
        canvas.drawRect(skia.Rect.MakeXYWH(left, stage.height - height * unit, width, height * unit), paint)


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
            glow(canvas, stage, 0, 0, max(width, height) * 0.6, mix(theme.panel, theme.accent, 0.6), 0.35 * theme.light)
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


def corporate_panel(stage: Stage, title: bool) -> Box:
    """The dark panel of the corporate style: at the start side, or on top of tall and square frames."""
    if stage.shape is Shape.WIDE:
        return Box(0, 0, stage.width * (0.66 if title else 0.27), stage.height)
    if title:
        bottom = min(stage.safe.top + stage.safe.height * 0.80, stage.height * 0.74)
        return Box(0, 0, stage.width, bottom)
    return Box(0, 0, stage.width, stage.safe.top + (122 if stage.shape is Shape.TALL else 96) * stage.unit)


def _page(stage: Stage, title: bool) -> tuple[Box, Box]:
    safe = stage.safe
    panel = corporate_panel(stage, title)
    slant = (150 if title else 70) * stage.unit
    if stage.shape is Shape.WIDE:
        on_panel = safe.intersection(Box.of_edges(0, 0, panel.right - slant, stage.height))
        page = on_panel if title else Box.of_edges(panel.right + 64 * stage.unit, safe.top, safe.right, safe.bottom)
        return page, on_panel
    on_panel = safe.intersection(Box.of_edges(0, 0, stage.width, panel.bottom - slant * 0.5))
    page = (
        on_panel
        if title
        else Box.of_edges(
            safe.left, panel.bottom + (60 if stage.shape is Shape.TALL else 44) * stage.unit, safe.right, safe.bottom
        )
    )
    return page, on_panel


def _beside_title(stage: Stage) -> Box:
    """The part of a wide frame beside the title's panel."""
    left = corporate_panel(stage, True).right + 56 * stage.unit
    return Box.of_edges(left, stage.safe.top, stage.safe.right, stage.safe.bottom)


def _frame(c: Composer, canvas: skia.Canvas, inset: Inset) -> None:
    """A white card with a bar in the accent colour at its bottom."""
    shadow = fill(c.theme.panel, 0.28)
    shadow.setMaskFilter(skia.MaskFilter.MakeBlur(skia.kNormal_BlurStyle, 4 * c.unit))
    rounded_rect(canvas, inset.frame.shifted(0, 3 * c.unit), 8 * c.unit, shadow)
    rounded_rect(canvas, inset.frame, 8 * c.unit, fill(WHITE))
    foot = Box(inset.frame.left, inset.frame.bottom - 6 * c.unit, inset.frame.width, 6 * c.unit)
    rounded_rect(canvas, foot, 3 * c.unit, fill(c.theme.accent))
    framed_picture(canvas, inset, 3 * c.unit, WHITE)


_THEME = Theme(
    style=Style.CORPORATE,
    background=(245, 248, 252),
    background_2=(226, 234, 244),
    text=(11, 32, 62),
    muted=(77, 96, 122),
    accent=(0, 122, 130),
    accent_2=(255, 178, 62),
    small_accent=(0, 112, 120),
    panel_accent=(255, 178, 62),
    panel=(11, 37, 72),
    on_panel=(255, 255, 255),
    display_family="Noto Sans",
    text_family="Noto Sans",
    italic_family="Noto Sans",
    display_weight=760,
    statement_weight=680,
    text_weight=450,
    letter_spacing=-0.012,
    radius=10,
    entrance=Entrance.SLIDE,
    captions=CaptionLook((11, 37, 72), 1.0, (255, 255, 255), (11, 32, 62), (255, 190, 84), SpokenMark.BLOCK, None, 8),
    ground=GroundLook(
        light_shift=0.055,
        dark_shift=0.08,
        panel_share=0.06,
        least_veil=0.28,
        blur=3.0,
        second_accent_contrast=None,
        brand_panel=True,
        lit=True,
        title_apart=True,
    ),
)

LOOK = StyleLook(
    theme=_THEME,
    ground=_ground,
    ornaments=_side_panel,
    page=_page,
    header=header,
    title=title,
    body=body,
    listing=listing,
    quote=quote,
    frame=FrameLook(mat=14, radius=8, outside=14),
    paint_frame=_frame,
    card=_card_color,
    beside_title=_beside_title,
)
