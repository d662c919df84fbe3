"""Layout of a list's entries in one or two columns of rows, and of lists that grow from scene to scene."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import skia

from bulkvid_pipeline.rendering.model import BULLET
from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.coverage import missing_glyphs
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import LAST_ORDER, Motion
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, TextLook, line_height_px


@dataclass(frozen=True)
class RowShape:
    """Measures of a list's rows, in pixels."""

    marker: float
    """Width of the number at the row's start."""
    pad_x: float
    pad_y: float
    gap: float
    """Gap between rows, and between columns."""


_DETAIL_SHARE = 0.74
"""Type size of an entry's explanation, relative to the entry's own."""
_DETAIL_LINES = 2
_DIMMED = 0.58
_USUAL_LINES = 1.1
"""Number of lines for which space is reserved for a later entry."""


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
    is_spoken: bool
    """Whether the scene speaks about this entry but not about others of the list."""
    is_earlier: bool
    """Whether it was shown in earlier scenes."""

    @property
    def has_picture(self) -> bool:
        """Whether an emoji, a tick or a bullet stands before it, which needs no tile around it as a letter does."""
        return self.sign != "" and not any(map(str.isalnum, self.sign))

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

    def lowered(self, by: float) -> ItemRow:
        """The same row `by` pixels further down."""
        row, marker, text = (box.shifted(0, by) for box in (self.row, self.marker, self.text))
        return replace(self, row=row, marker=marker, text=text)


def arranged(
    c: Composer, zone: Box, look: TextLook, detail: TextLook, shape: RowShape, columns: int, anchor: float
) -> list[ItemRow]:
    """The scene's items, laid out in rows that fill at most the zone.

    Space is reserved for later entries, so rows keep their size and place while a list grows, unless entries are much
    longer than usual.

    Args:
        look, detail: text looks of the entries, and of the last one's explanation, whose size follows the entries'.
        anchor: share of the free height above the rows.
    """
    items = c.scene.items
    if not items:
        return []
    room = max(len(items), c.scene.room)
    per_column = -(-room // columns)
    each = zone.height / per_column
    # With many rows, their padding shrinks before their text does.
    shape = replace(shape, pad_y=min(shape.pad_y, each * 0.16), gap=min(shape.gap, each * 0.12))
    width = (zone.width - shape.gap * (columns - 1)) / columns
    text_width = width - shape.marker - 3 * shape.pad_x
    padding = 2 * shape.pad_y + shape.gap
    kept = _kept_for_detail(c, look, zone.height - per_column * padding, per_column) if c.scene.detail else 0.0
    blocks = _set_in_columns(c, look, text_width, zone.height - kept, padding, per_column)
    heights = [block.height + 2 * shape.pad_y for block in blocks]
    about = None
    if c.scene.detail:
        size = blocks[-1].look.size * _DETAIL_SHARE
        detail = replace(detail, size=size, least_size=min(size, look.least_size * _DETAIL_SHARE))
        about = c.set(c.scene.detail, detail, text_width, kept, _DETAIL_LINES)
        heights[-1] += about.height
    columns_high = [_column_height(heights[start : start + per_column], shape) for start in _starts(items, per_column)]
    line = line_height_px(look, items[0])
    expected = per_column * (_USUAL_LINES * line + padding) + kept if c.scene.room else 0.0
    down = round(max(0.0, zone.height - max(*columns_high, expected)) * anchor)
    rows: list[ItemRow] = []
    for index, (block, height) in enumerate(zip(blocks, heights, strict=True)):
        column, position = divmod(index, per_column)
        above = heights[column * per_column : column * per_column + position]
        place = columns - 1 - column if c.mirrored else column
        left, top = zone.left + place * (width + shape.gap), zone.top + sum(above) + shape.gap * position
        row = Box(left, top, width, height).rounded().shifted(0, down)
        rows.append(_placed(c, row, block, about if index == len(items) - 1 else None, index, shape))
    return rows


def draw_row(c: Composer, item: ItemRow, box: Box, draw: Callable[[skia.Canvas], None], motion: Motion) -> None:
    """Add a row; entries of earlier scenes are shown dimmed from the first frame on."""
    if not item.is_earlier:
        c.shape(box, draw, item.order, motion, item.texts)
        return

    def dimmed(canvas: skia.Canvas) -> None:
        canvas.saveLayerAlpha(None, round(255 * _DIMMED))
        draw(canvas)
        canvas.restore()

    c.shape(box, dimmed, 0, Motion.NONE, item.texts)


def heading_motion(c: Composer) -> Motion | None:
    """The entrance of a list's heading, only in the list's first scene; else None."""
    return Motion.NONE if c.scene.spoken_from else None


def _starts(items: Sequence[str], per_column: int) -> range:
    return range(0, len(items), per_column)


def _kept_for_detail(c: Composer, look: TextLook, height: float, lines: int) -> float:
    """Height of a detail, if it and `lines` entries of one line each fill `height` pixels of text."""
    entry = line_height_px(look, c.scene.items[0])
    detail = _DETAIL_LINES * _DETAIL_SHARE * line_height_px(look, c.scene.detail)
    return math.ceil(detail * min(1.0, height / (lines * entry + detail)))


def _column_height(heights: Sequence[float], shape: RowShape) -> float:
    return sum(heights) + shape.gap * (len(heights) - 1)


def _set_in_columns(
    c: Composer, look: TextLook, width: float, height: float, padding: float, per_column: int
) -> list[SetText]:
    """The items laid out in one common size; the items of each column share its height."""
    parts = [c.scene.items[start : start + per_column] for start in _starts(c.scene.items, per_column)]

    def fitted(part: Sequence[str], look: TextLook) -> list[SetText]:
        return c.set_items(part, look, width, height * len(part) / per_column, padding)

    longest = max(parts, key=lambda part: sum(map(len, part)))
    common = min((block.look.size for block in fitted(longest, look)), default=look.size)
    look = replace(look, size=max(look.least_size, min(look.size, common)))
    return [block for part in parts for block in fitted(part, look)]


def _drawable(c: Composer, sign: str) -> str:
    return BULLET if sign and missing_glyphs((sign,), c.theme) else sign


def _placed(c: Composer, row: Box, block: SetText, detail: SetText | None, index: int, shape: RowShape) -> ItemRow:
    scene, count = c.scene, len(c.scene.items)
    new = count - scene.spoken_from
    order = 1 + round((LAST_ORDER - 1) * max(0, index - scene.spoken_from) / max(1, new - 1))
    marker_left = row.right - shape.pad_x - shape.marker if c.mirrored else row.left + shape.pad_x
    inset = shape.marker + 2 * shape.pad_x
    left = row.right - inset - block.width if c.mirrored else row.left + inset
    high = block.height + (detail.height if detail else 0.0)
    text = Box(round(left), round(row.center_y - high / 2), block.width, block.height)
    return ItemRow(
        index=index,
        number=scene.item_numbers[index] if index < len(scene.item_numbers) else index + 1,
        sign=_drawable(c, scene.item_signs[index]) if index < len(scene.item_signs) else "",
        order=order,
        row=row,
        marker=Box(marker_left, row.top, shape.marker, row.height),
        text=text,
        block=block,
        detail=detail,
        is_spoken=index >= scene.spoken_from and new < max(count, scene.room),
        is_earlier=index < scene.spoken_from,
    )
