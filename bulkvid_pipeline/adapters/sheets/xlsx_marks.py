"""What an Excel worksheet says of its cells beside their values, which openpyxl passes over when it streams.

Merged cells, hidden rows, and formulas without a saved result.
"""

from __future__ import annotations

import re
import zipfile
from dataclasses import dataclass
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse
from openpyxl.utils.cell import coordinate_to_tuple, range_boundaries

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import A1Range
from bulkvid_pipeline.core.source_notes import CellFault, SourceNotes

_SPREADSHEET_XML = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_MARKED = re.compile(rb"<(?:\w+:)?(?:f[\s/>]|mergeCell\s)|\shidden=")
_MOST_MERGES = 20_000


@dataclass(frozen=True)
class Marks:
    """Rows are numbered from 1, columns from 0, as in the sheet."""

    uncalculated: dict[tuple[int, int], str]
    """The formula, with its sign, of each cell whose result was never saved."""
    hidden: frozenset[int]
    merged: tuple[MergedCells, ...]
    """Rows and columns as in the sheet: rows from 1, columns from 0."""

    def notes(self, window: A1Range, findings: tuple[Finding, ...]) -> SourceNotes:
        """The marks by the indices of the cells in `window`."""
        row, column = window.first_row, window.first_column
        return SourceNotes(
            merged=tuple(
                MergedCells(area.top - row, area.left - column, area.bottom - row, area.right - column)
                for area in self.merged
                if area.top >= row and area.left >= column
            ),
            hidden=frozenset(number - row for number in self.hidden if number >= row),
            faults=tuple(uncalculated(*at, formula) for at, formula in self.uncalculated.items()),
            findings=findings,
        )


def uncalculated(row: int, column: int, formula: str) -> CellFault:
    """The fault of a cell with a formula that no program has calculated."""
    return CellFault(
        row,
        column,
        "Holds a formula whose result was never saved",
        "Open the file in Excel, let it calculate, and save it",
        "UNCALCULATED",
        formula,
    )


def read_marks(archive: zipfile.ZipFile, path: str, window: A1Range) -> Marks:
    """The marks of the worksheet at `path`, of the cells in `window`."""
    formulas: dict[tuple[int, int], str] = {}
    hidden: set[int] = set()
    merged: list[MergedCells] = []
    if not _MARKED.search(archive.read(path)):
        return Marks({}, frozenset(), ())
    row_number = 0
    with archive.open(path) as part:
        for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
            tag = element.tag.removeprefix(_SPREADSHEET_XML)
            if event == "start":
                if tag == "row":
                    row_number = int(element.get("r") or row_number + 1)
                    if element.get("hidden") in ("1", "true"):
                        hidden.add(row_number)
            elif tag == "c":
                where = element.get("r")
                if where and _is_uncalculated(element):
                    row, column = coordinate_to_tuple(where)
                    if _holds(window, row, column - 1):
                        formulas[row, column - 1] = _formula(element)
            elif tag == "row":
                element.clear()
            elif tag == "mergeCell" and len(merged) < _MOST_MERGES:
                left, top, right, bottom = range_boundaries(element.get("ref") or "")
                if left and top and right and bottom:
                    merged.append(MergedCells(top, left - 1, bottom, right - 1))
    return Marks(formulas, frozenset(hidden), tuple(merged))


def _is_uncalculated(cell: Element) -> bool:
    """Whether a formula's result is missing; a result that is empty text is there, and says so by its type."""
    if cell.find(f"{_SPREADSHEET_XML}f") is None or cell.get("t") == "str":
        return False
    return not cell.findtext(f"{_SPREADSHEET_XML}v")


def _formula(cell: Element) -> str:
    """The formula's text; cells that share one with another have none of their own."""
    return "=" + (cell.findtext(f"{_SPREADSHEET_XML}f") or "...").strip()


def _holds(window: A1Range, row: int, column: int) -> bool:
    last_row = window.last_row or row
    return window.first_row <= row <= last_row and window.first_column <= column <= window.last_column
