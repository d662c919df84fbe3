"""Arranging the entries of a list in one or two columns of rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bulkvid_pipeline.rendering.pictures.composer import Composer
from bulkvid_pipeline.rendering.pictures.geometry import Box
from bulkvid_pipeline.rendering.pictures.motion import LAST_ORDER
from bulkvid_pipeline.rendering.pictures.typesetting import SetText, TextLook


@dataclass(frozen=True)
class RowShape:
    """Measures of a list's rows, in pixels."""

    marker: float
    """Width for the number at the row's start."""
    pad_x: float
    pad_y: float
    gap: float
    """Between rows, and between columns."""


@dataclass(frozen=True)
class ItemRow:
    """One entry in its place."""

    index: int
    order: int
    row: Box
    marker: Box
    """A box as high as the row's text area, for the number."""
    text: Box
    block: SetText

    def lowered(self, by: float) -> ItemRow:
        """The same row `by` pixels further down."""
        row, marker, text = (box.shifted(0, by) for box in (self.row, self.marker, self.text))
        return replace(self, row=row, marker=marker, text=text)


def arranged(c: Composer, zone: Box, look: TextLook, shape: RowShape, columns: int) -> list[ItemRow]:
    """The scene's items in rows that fill at most the zone, from its top."""
    items = c.scene.items
    if not items:
        return []
    per_column = -(-len(items) // columns)
    each = zone.height / per_column
    # Where rows are many, their air goes before their text does.
    shape = replace(shape, pad_y=min(shape.pad_y, each * 0.16), gap=min(shape.gap, each * 0.12))
    width = (zone.width - shape.gap * (columns - 1)) / columns
    starts = range(0, len(items), per_column)
    text_width = width - shape.marker - 3 * shape.pad_x
    padding = 2 * shape.pad_y + shape.gap
    longest = max((items[start : start + per_column] for start in starts), key=lambda part: sum(map(len, part)))
    common = min((block.look.size for block in c.set_items(longest, look, text_width, zone.height, padding)), default=0)
    blocks = [
        block
        for start in starts
        for block in c.set_items(
            items[start : start + per_column], _at_most(look, common), text_width, zone.height, padding
        )
    ]
    heights = [block.height + 2 * shape.pad_y for block in blocks]
    rows: list[ItemRow] = []
    for index, (block, height) in enumerate(zip(blocks, heights, strict=True)):
        column, position = divmod(index, per_column)
        above = heights[column * per_column : column * per_column + position]
        place = columns - 1 - column if c.mirrored else column
        row = Box(zone.left + place * (width + shape.gap), zone.top + sum(above) + shape.gap * position, width, height)
        rows.append(_placed(c, row.rounded(), block, index, len(items), shape))
    return rows


def drop(zone: Box, rows: Sequence[ItemRow], share: float) -> float:
    """How far rows that start at the zone's top have to go down to leave `share` of the free height above them."""
    used = max((item.row.bottom for item in rows), default=zone.top) - zone.top
    return float(round(max(0.0, zone.height - used) * share))


def _at_most(look: TextLook, size: float) -> TextLook:
    return replace(look, size=max(look.least_size, min(look.size, size))) if size else look


def _placed(c: Composer, row: Box, block: SetText, index: int, count: int, shape: RowShape) -> ItemRow:
    order = 1 + round((LAST_ORDER - 1) * index / max(1, count - 1))
    marker_left = row.right - shape.pad_x - shape.marker if c.mirrored else row.left + shape.pad_x
    inset = shape.marker + 2 * shape.pad_x
    left = row.right - inset - block.width if c.mirrored else row.left + inset
    text = Box(round(left), round(row.center_y - block.height / 2), block.width, block.height)
    marker = Box(marker_left, row.top, shape.marker, row.height)
    return ItemRow(index, order, row, marker, text, block)
