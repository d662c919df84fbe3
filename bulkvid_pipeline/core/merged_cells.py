"""Merged cells: the file has their value only in the top left cell, but it is meant for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class MergedCells:
    """A merged rectangle; indices from 0 into the cells of a sheet, ends inclusive."""

    top: int
    left: int
    bottom: int
    right: int


def spread_down(rows: Sequence[Sequence[str]], merged: Iterable[MergedCells]) -> list[Sequence[str]]:
    """`rows`, in which all cells of each merged rectangle of several rows have its value.

    A row without other filled cells is not changed: it belongs to the idea above, which only has a larger height.
    """
    spread: list[Sequence[str]] = list(rows)
    # Merges cannot overlap, so valid ones cover at most all cells.
    room = sum(map(len, rows))
    for area in merged:
        if area.bottom == area.top or area.top >= len(rows) or area.left >= len(rows[area.top]):
            continue
        value = rows[area.top][area.left]
        bottom = min(area.bottom, len(rows) - 1)
        room -= (bottom - area.top + 1) * (min(area.right, len(rows[area.top]) - 1) - area.left + 1)
        if room < 0:
            break
        for at in range(area.top, bottom + 1):
            if value and any(rows[at]):
                spread[at] = _filled(spread[at], area.left, area.right, value)
    return spread


def spread_across(row: Sequence[str], at: int, merged: Iterable[MergedCells]) -> Sequence[str]:
    """`row`, whose index is `at`, in which all cells of each merged rectangle of one row have its value."""
    for area in merged:
        if area.top == area.bottom == at and area.left < len(row) and row[area.left]:
            row = _filled(row, area.left, area.right, row[area.left])
    return row


def _filled(row: Sequence[str], left: int, right: int, value: str) -> Sequence[str]:
    return [value if left <= index <= right else cell for index, cell in enumerate(row)]
