"""What a source of cells knows beyond their text: merges, hidden rows, what could not be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.merged_cells import MergedCells


class RecordLength(NamedTuple):
    """How long a row of a text file was written."""

    cells: int
    """All its cells, empty ones at the end included."""
    filled: int
    """Its cells up to the last filled one."""


@dataclass(frozen=True)
class CellFault:
    """A row, or a cell of it, that could not be read; `row` is a sheet row number, `column` counts from 0 = A."""

    row: int
    column: int | None
    problem: str
    fix: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class SourceNotes:
    """What a source knows of its cells beyond their text; indices count from the first row and cell that was read."""

    merged: tuple[MergedCells, ...] = ()
    hidden: frozenset[int] = frozenset()
    """Indices of hidden rows."""
    lengths: tuple[RecordLength, ...] = ()
    """Of each row, where the source is a text file."""
    faults: tuple[CellFault, ...] = ()
    findings: tuple[Finding, ...] = ()
    """About the source as a whole."""


NO_NOTES = SourceNotes()
