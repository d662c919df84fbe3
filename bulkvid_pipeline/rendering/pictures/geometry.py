"""Rectangles in pixels."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Box:
    """A rectangle in pixels of the frame, origin at the top left; `right` and `bottom` are exclusive."""

    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def center_x(self) -> float:
        return self.left + self.width / 2

    @property
    def center_y(self) -> float:
        return self.top + self.height / 2

    @property
    def is_empty(self) -> bool:
        return self.width <= 0 or self.height <= 0

    @classmethod
    def of_edges(cls, left: float, top: float, right: float, bottom: float) -> Box:
        return cls(left, top, max(0.0, right - left), max(0.0, bottom - top))

    def inset(self, x: float, y: float) -> Box:
        """The box reduced by `x` at the left and right and by `y` at the top and bottom (negative: enlarged)."""
        return Box.of_edges(self.left + x, self.top + y, self.right - x, self.bottom - y)

    def shifted(self, dx: float, dy: float) -> Box:
        return Box(self.left + dx, self.top + dy, self.width, self.height)

    def contains(self, other: Box, tolerance: float = 0.0) -> bool:
        return (
            other.left >= self.left - tolerance
            and other.top >= self.top - tolerance
            and other.right <= self.right + tolerance
            and other.bottom <= self.bottom + tolerance
        )

    def overlaps(self, other: Box) -> bool:
        return not self.intersection(other).is_empty

    def intersection(self, other: Box) -> Box:
        return Box.of_edges(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )

    def union(self, other: Box) -> Box:
        if self.is_empty:
            return other
        if other.is_empty:
            return self
        return Box.of_edges(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def rounded(self) -> Box:
        """The smallest box of whole pixels around this one."""
        return Box.of_edges(math.floor(self.left), math.floor(self.top), math.ceil(self.right), math.ceil(self.bottom))


def merged(boxes: Iterable[Box]) -> list[Box]:
    """The boxes with overlapping ones merged, so that no pixel is processed twice."""
    apart: list[Box] = []
    for box in boxes:
        if box.is_empty:
            continue
        joined = box
        while True:
            touching = [other for other in apart if other.overlaps(joined)]
            if not touching:
                break
            apart = [other for other in apart if not other.overlaps(joined)]
            for other in touching:
                joined = joined.union(other)
        apart.append(joined)
    return apart
