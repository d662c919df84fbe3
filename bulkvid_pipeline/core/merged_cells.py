"""Merged cells: a spreadsheet program keeps their value in the top left one; a reader sees it in all of them."""

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
    """`rows` with the value of each merged rectangle that is more than one row high in all its cells.

    A row in which nothing else is filled stays as it is: it belongs to the idea above, which is merely drawn higher.
    """
    spread: list[Sequence[str]] = list(rows)
    # Merges cannot overlap, so honest ones cover no more cells than there are.
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
    """`row`, the one with index `at`, with the value of each merged rectangle of one row in all its cells."""
    for area in merged:
        if area.top == area.bottom == at and area.left < len(row) and row[area.left]:
            row = _filled(row, area.left, area.right, row[area.left])
    return row


def _filled(row: Sequence[str], left: int, right: int, value: str) -> Sequence[str]:
    return [value if left <= index <= right else cell for index, cell in enumerate(row)]
