"""Arranging the entries of a list in one or two columns of rows."""

from __future__ import annotations

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


def arranged(c: Composer, zone: Box, look: TextLook, shape: RowShape, columns: int, anchor: float) -> list[ItemRow]:
    """The scene's items in rows that fill at most the zone; `anchor` 0..1 places them when they are fewer."""
    items = c.scene.items
    if not items:
        return []
    width = (zone.width - shape.gap * (columns - 1)) / columns
    per_column = -(-len(items) // columns)
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
    tallest = max(sum(heights[start : start + per_column]) + shape.gap * (per_column - 1) for start in starts)
    first = zone.top + max(0.0, zone.height - tallest) * anchor
    rows: list[ItemRow] = []
    for index, (block, height) in enumerate(zip(blocks, heights, strict=True)):
        column, position = divmod(index, per_column)
        above = heights[column * per_column : column * per_column + position]
        place = columns - 1 - column if c.mirrored else column
        row = Box(zone.left + place * (width + shape.gap), first + sum(above) + shape.gap * position, width, height)
        rows.append(_placed(c, row.rounded(), block, index, len(items), shape))
    return rows


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
