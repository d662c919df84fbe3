"""Notes of a sheet's source besides the text of cells: merges, hidden rows, unreadable cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.merged_cells import MergedCells


class RecordLength(NamedTuple):
    """The number of cells of a row in a text file."""

    cells: int
    """All cells, including empty ones at the end."""
    filled: int
    """Cells up to the last filled one."""


@dataclass(frozen=True)
class CellFault:
    """A row or cell that could not be read; `row` is a sheet row number, `column` counts from 0 = A."""

    row: int
    column: int | None
    problem: str
    fix: str
    code: str
    value: str = ""


@dataclass(frozen=True)
class SourceNotes:
    """Notes of a source about its cells; indexes count from the first row and cell that was read."""

    merged: tuple[MergedCells, ...] = ()
    hidden: frozenset[int] = frozenset()
    """Indices of hidden rows."""
    lengths: tuple[RecordLength, ...] = ()
    """The widths of all rows, if the source is a text file."""
    faults: tuple[CellFault, ...] = ()
    findings: tuple[Finding, ...] = ()
    """Findings about the source as a whole."""
    tabs: tuple[str, ...] = ()
    """The visible tabs of a workbook, the one that was read among them; empty where they are not known."""


NO_NOTES = SourceNotes()
