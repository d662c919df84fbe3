"""Layout of a list's entries in rows, of one size and place in all scenes of the list.

Size and places follow from the display widths that a scene reserves room for (`Scene.room`), not from the entries
that it happens to show, so that no entry moves or shrinks as others come. Where not all of a card's entries fit at a
readable size, the card is divided into pages, one after the other.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import skia

from bulkvid_pipeline.rendering.model import BULLET
from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import LAST_ORDER, Motion
from bulkvid_pipeline.rendering.pictures.stage import Shape
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, TextLook, line_height_px, set_text
from bulkvid_pipeline.rendering.script.statements import display_width


@dataclass(frozen=True)
class RowShape:
    """Measures of a list's rows, in pixels."""

    marker: float
    """Width of the number at the row's start."""
    pad_x: float
    pad_y: float
    gap: float
    """Gap between rows, and between columns."""


_LEAST = {Shape.TALL: 45, Shape.SQUARE: 45, Shape.WIDE: 40}
"""Smallest type of an entry in design units: 44 pixels of a phone's 1080 can be read, and a reserve for rounding."""
_DETAIL_SHARE = 0.8
"""Type size of an entry's explanation, relative to the entry's own, but not below the least one."""
_KEYCAP = "\u20e3"
_STEP = 0.96
_SAMPLE = "How many mistakes ruin the pasta that most of us cook"
_LEAST_EM = 0.5
"""Width of a character of display width 1, in ems, on average: that of the sample, at least half of a Chinese one."""
_LOST = 4
"""Characters by which a line is shorter on average than it could be, since words are not parted."""
_ROOMY = 1.12
"""By how much larger type must be in two columns to be preferred to one."""
_PAD_SHARE, _GAP_SHARE = 0.32, 0.26
"""Largest padding and gap of rows, relative to the type size."""
_MOST_LINES = 12


@dataclass(frozen=True)
class Showing:
    """How a row looks from the frame `since` on, until `until`; None: to the end."""

    is_lit: bool
    since: int
    until: int | None
    enters: bool
    """Whether it comes with an entrance, or stands there at once."""


@dataclass(frozen=True)
class ItemRow:
    """One entry in its place."""

    index: int
    number: int
    sign: str
    """What stands before it instead of its number, if anything."""
    order: int
    row: Box
    marker: Box
    """The box of the number, as high as the row."""
    text: Box
    block: SetText
    detail: SetText | None
    showings: tuple[Showing, ...]
    """One after the other; lit while the entry is spoken."""
    goes_on: bool = False
    """Whether there is room for another one after it."""

    @property
    def has_picture(self) -> bool:
        """Whether an emoji, a tick or a bullet stands before it, which needs no tile around it as a letter does."""
        return self.sign != "" and (_KEYCAP in self.sign or not any(map(str.isalnum, self.sign)))

    @property
    def first_line(self) -> float:
        """Vertical centre of the entry's first line."""
        return self.text.top + self.block.line_height / 2

    @property
    def texts(self) -> list[Box]:
        if self.detail is None:
            return [self.text]
        return [self.text, self.detail.box(self._detail_left, self.text.bottom)]

    @property
    def _detail_left(self) -> float:
        return self.text.right - self.detail.width if self.detail and self.detail.right_to_left else self.text.left

    def paint_text(self, canvas: skia.Canvas) -> None:
        self.block.paint(canvas, self.text.left, self.text.top)
        if self.detail:
            self.detail.paint(canvas, self._detail_left, self.text.bottom)


def arranged(
    c: Composer, zone: Box, look: TextLook, detail: TextLook, shape: RowShape, anchor: float, *, may_part: bool = True,
    column: float = math.inf
) -> list[ItemRow]:  # fmt: skip
    """The scene's items, laid out in rows that fill at most the zone.

    Args:
        look, detail: text looks of the entries, and of the last one's explanation, whose size follows the entries'.
        anchor: share of the free height above the rows.
        may_part: whether a wide frame may have two columns.
        column: largest width of a single column, in pixels.
    """
    items = c.scene.items
    if not items:
        return []
    plan = _planned(c, zone, look, shape, column, may_part=may_part)
    size = plan.size
    while True:
        rows = _rows(c, plan, replace(look, size=size, least_size=size), detail, shape, anchor)
        # Entries that run wider than most do would need more than the height: then all are a little smaller.
        if size <= 4 or max(item.row.bottom for item in rows) <= zone.bottom + 0.5:
            return rows
        size *= _STEP


def draw_row(c: Composer, item: ItemRow, box: Box, draw: Callable[[bool, skia.Canvas], None], motion: Motion) -> None:
    """Add a row; `draw` is told whether it is lit. Others are shown dimmed."""

    def painted(is_lit: bool, canvas: skia.Canvas) -> None:
        if is_lit:
            draw(True, canvas)
            return
        canvas.saveLayerAlpha(None, round(255 * c.theme.dimmed))
        draw(False, canvas)
        canvas.restore()

    for showing in item.showings:
        order = item.order if showing.enters else 0
        entrance = motion if showing.enters else Motion.NONE
        shown = showing.since, showing.until
        c.shape(box, partial(painted, showing.is_lit), order, entrance, item.texts, shown)


def heading_motion(c: Composer) -> Motion | None:
    """The entrance of a list's heading, only where its card is new; else None."""
    return Motion.NONE if c.scene.standing else None


@dataclass(frozen=True)
class _Plan:
    """The size of all entries of a list, and where they are."""

    zone: Box
    size: float
    pages: tuple[range, ...]
    columns: int
    width: float
    """Width of a column."""
    reserved: float
    """Height of the highest page, as reserved."""

    def page_of(self, index: int) -> range:
        """The page that an entry is on; entries beyond the reserved room are on the last one."""
        return next((page for page in self.pages if index in page), self.pages[-1])


@dataclass(frozen=True)
class _Measure:
    """Estimates the heights of rows, from display widths alone."""

    c: Composer
    look: TextLook
    shape: RowShape
    width: float
    """Width of a column."""

    @cached_property
    def em(self) -> float:
        """Width of a character of display width 1, in ems, on average."""
        return max(_LEAST_EM, self.c.ordinal_width(_SAMPLE, 100, self.look.cut.weight) / (100 * len(_SAMPLE)))

    def text_width(self) -> float:
        return self.width - self.shape.marker - 3 * self.shape.pad_x

    def padding(self, size: float) -> float:
        shape = _with_padding(self.shape, size)
        return 2 * shape.pad_y + shape.gap

    def height(self, width: int, size: float) -> float:
        """Height of the text of so many characters."""
        room = max(1.0, self.text_width() / (self.em * size))
        lines = 1 if width <= room else math.ceil(width / max(1.0, room - _LOST))
        return lines * line_height_px(replace(self.look, size=size), self.c.scene.items[0])

    def column_height(self, rooms: Sequence[tuple[int, int]], size: float) -> float:
        """Height of rows with so wide entries and explanations; only the last entry that is shown has its own."""
        above = highest = 0.0
        for width, detail in rooms:
            above += self.height(width, size) + self.padding(size)
            below = self.height(detail, _detail_size(self.c, size)) if detail else 0.0
            highest = max(highest, above + below)
        return highest


def least_size(c: Composer) -> float:
    """The smallest type size of entries, in pixels."""
    return _LEAST[c.stage.shape] * c.unit


def _detail_size(c: Composer, size: float) -> float:
    return max(size * _DETAIL_SHARE, min(size, least_size(c)))


def _with_padding(shape: RowShape, size: float) -> RowShape:
    """With small type, rows are closer together."""
    return replace(shape, pad_y=min(shape.pad_y, size * _PAD_SHARE), gap=min(shape.gap, size * _GAP_SHARE))


def _planned(c: Composer, zone: Box, look: TextLook, shape: RowShape, column: float, *, may_part: bool) -> _Plan:
    scene = c.scene
    widths = scene.room or tuple(map(display_width, scene.items))
    details = scene.detail_room or (*[0] * (len(widths) - 1), display_width(scene.detail))
    rooms = list(zip(widths, details, strict=True))
    narrow = min(zone.width, column)
    single = Box(zone.center_x - narrow / 2, zone.top, narrow, zone.height) if column < zone.width else zone
    one = _in_columns(c, single, look, shape, rooms, 1)
    if not may_part or c.stage.shape is not Shape.WIDE or len(rooms) < 4:
        return one
    two = _in_columns(c, zone, look, shape, rooms, 2)
    return two if (-len(two.pages), two.size) > (-len(one.pages), one.size * _ROOMY) else one


def _in_columns(
    c: Composer, zone: Box, look: TextLook, shape: RowShape, rooms: Sequence[tuple[int, int]], columns: int
) -> _Plan:
    measure = _Measure(c, look, shape, (zone.width - shape.gap * (columns - 1)) / columns)
    least = min(look.size, least_size(c))
    fewest = len(_pages(measure, zone, rooms, least, columns))
    size = look.size
    while True:
        pages = _pages(measure, zone, rooms, size, columns)
        reserved = max(_page_height(measure, rooms[page.start : page.stop], size, columns) for page in pages)
        if size <= least or (len(pages) <= fewest and reserved <= zone.height):
            return _Plan(zone, size, tuple(pages), columns, measure.width, reserved)
        size = max(least, size * _STEP)


def _pages(measure: _Measure, zone: Box, rooms: Sequence[tuple[int, int]], size: float, columns: int) -> list[range]:
    """The entries that fit the zone together, page after page; at least one each."""
    pages: list[range] = []
    start = 0
    while start < len(rooms):
        end = start + 1
        while end < len(rooms) and _page_height(measure, rooms[start : end + 1], size, columns) <= zone.height:
            end += 1
        pages.append(range(start, end))
        start = end
    return pages


def _page_height(measure: _Measure, rooms: Sequence[tuple[int, int]], size: float, columns: int) -> float:
    per_column = -(-len(rooms) // columns)
    return max(
        measure.column_height(rooms[first : first + per_column], size) for first in range(0, len(rooms), per_column)
    )


def _rows(c: Composer, plan: _Plan, look: TextLook, detail: TextLook, shape: RowShape, anchor: float) -> list[ItemRow]:
    scene = c.scene
    shape = _with_padding(shape, look.size)
    text_width = plan.width - shape.marker - 3 * shape.pad_x
    down = round(max(0.0, plan.zone.height - plan.reserved) * anchor)
    starts = _starts(c)
    about = None
    if scene.detail:
        fixed = _detail_size(c, look.size)
        about = _set(c, scene.detail, replace(detail, size=fixed, least_size=fixed), text_width)
    first_page = plan.page_of(scene.spoken_from)
    rows: list[ItemRow] = []
    place, heights = (-1, -1), list[float]()
    for index, item in enumerate(scene.items):
        page = plan.page_of(index)
        if page.start < first_page.start:
            continue
        block = _set(c, item, look, text_width)
        its_detail = about if index == len(scene.items) - 1 else None
        high = block.height + (its_detail.height if its_detail else 0.0) + 2 * shape.pad_y
        per_column = -(-len(page) // plan.columns)
        column = min(plan.columns - 1, (index - page.start) // per_column)
        if (page.start, column) != place:
            place, heights = (page.start, column), []
        across = plan.columns - 1 - column if c.mirrored else column
        left = plan.zone.left + across * (plan.width + shape.gap)
        top = plan.zone.top + sum(heights) + shape.gap * len(heights)
        heights.append(high)
        box = Box(left, top, plan.width, high).rounded().shifted(0, down)
        rows.append(_placed(c, box, block, its_detail, index, shape, _showings(plan, starts, c, index)))
        if index + 1 < page.stop:
            rows[-1] = replace(rows[-1], goes_on=True)
    return rows


def _set(c: Composer, text: str, look: TextLook, width: float) -> SetText:
    """The text in its size, in as many lines as it needs."""
    height = _MOST_LINES * line_height_px(look, text)
    return set_text(text, look, width, height, max_lines=_MOST_LINES, variant=c.variant)


def _starts(c: Composer) -> list[int]:
    """The frame at which each entry appears; entries of earlier scenes at once."""
    spoken = len(c.scene.items) - c.scene.spoken_from
    known = c.entry_starts if len(c.entry_starts) == spoken else (0,) * spoken
    return [0] * c.scene.spoken_from + list(known)


def _showings(plan: _Plan, starts: Sequence[int], c: Composer, index: int) -> tuple[Showing, ...]:
    """How an entry looks over the scene: hidden until it is spoken, lit until the next one is, dimmed after it."""
    page = plan.page_of(index)
    later = [start for other, start in enumerate(starts) if other > index]
    leaves = next((starts[other] for other in range(index + 1, len(starts)) if other not in page), None)
    showings: list[Showing] = []
    stands = index < c.scene.standing
    lit_from, lit_until = starts[index], later[0] if later else None
    if index < c.scene.spoken_from:
        lit_from, lit_until = 0, 0
    if lit_until is None or lit_until > lit_from:
        showings.append(Showing(True, lit_from, lit_until, not stands))
    if lit_until is not None and (leaves is None or leaves > lit_until):
        # Where several begin at once, as in a picture of a card, each comes with its entrance.
        showings.append(Showing(False, lit_until, leaves, not stands and not showings))
    return tuple(showings)


def _drawable(c: Composer, sign: str) -> str:
    """The sign, or if no font has it, a bullet, or for a number "", so that the number is drawn."""
    if not sign or not missing_glyphs((sign,), c.theme):
        return sign
    return "" if any(map(str.isdigit, sign)) else BULLET


def _placed(
    c: Composer, row: Box, block: SetText, detail: SetText | None, index: int, shape: RowShape,
    showings: tuple[Showing, ...]
) -> ItemRow:  # fmt: skip
    scene = c.scene
    together = [start for start in _starts(c)[scene.spoken_from :] if start == 0]
    # Entries that appear one after the other as they are spoken come without delay.
    order = 1 + round((LAST_ORDER - 1) * max(0, index - scene.spoken_from) / max(1, len(together) - 1))
    marker_left = row.right - shape.pad_x - shape.marker if c.mirrored else row.left + shape.pad_x
    inset = shape.marker + 2 * shape.pad_x
    left = row.right - inset - block.width if c.mirrored else row.left + inset
    high = block.height + (detail.height if detail else 0.0)
    text = Box(round(left), round(row.center_y - high / 2), block.width, block.height)
    return ItemRow(
        index=index,
        number=scene.item_numbers[index] if index < len(scene.item_numbers) else index + 1,
        sign=_drawable(c, scene.item_signs[index]) if index < len(scene.item_signs) else "",
        order=order if len(together) > 1 else 0,
        row=row,
        marker=Box(marker_left, row.top, shape.marker, row.height),
        text=text,
        block=block,
        detail=detail,
        showings=showings,
    )
