"""OpenDocument spreadsheets (.ods) as a RawSheet; the file is taken to be hostile.

Such a file holds each cell's text as its program showed it, so that no number format has to be read.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from typing import IO
from xml.etree.ElementTree import Element

from defusedxml.ElementTree import iterparse

from bulkvid_pipeline.adapters.sheets.grids import Grid, NamedGrid, read_grid
from bulkvid_pipeline.adapters.sheets.raw_sheet import MAX_CELL_CHARACTERS, MAX_COLUMNS, MAX_ROWS, RawSheet
from bulkvid_pipeline.adapters.sheets.xlsx_sheets import refuse_bombs, refuse_document_types
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSheetError
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import A1Range

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_SAVE_AGAIN = "Open it in your spreadsheet program and save it as Excel workbook (.xlsx) or CSV UTF-8"
_KEPT_ROWS = MAX_ROWS + 50
_KEPT_COLUMNS = MAX_COLUMNS + 1
_MOST_CELLS = 4_000_000
"""Of a tab, repeated ones counted as often as they stand there; the limits on rows and columns let fewer through."""


def read_ods(
    file: IO[bytes], *, name: str, source_uri: str, area: A1Range | None, choice: ColumnChoice = NO_CHOICE
) -> RawSheet:
    """The cells that `area` names, or all of the tab that holds the ideas, as the sheet shows them.

    Args:
        file: seekable and open for reading.
        name: the file's name, for messages.

    Raises:
        InvalidSheetError: corrupt, protected, a bomb, empty, or over the limits.
        InvalidRangeError: as `grids.read_grid` says.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            refuse_bombs(archive, name=name)
            refuse_document_types(archive, name=name)
            _refuse_encrypted(archive, name)
            grids = list(_grids(archive))
    except BulkVideoError:
        raise
    except Exception as error:  # A broken archive or part can raise nearly anything.
        raise InvalidSheetError(f"'{name}' is damaged: it cannot be read as a spreadsheet", fix=_SAVE_AGAIN) from error
    tabs = [NamedGrid(grid.name, visible, lambda grid=grid: grid) for grid, visible in grids]  # type: ignore[misc]
    return read_grid(tabs, area, name=name, source_uri=source_uri, choice=choice)


def _refuse_encrypted(archive: zipfile.ZipFile, name: str) -> None:
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise InvalidSheetError(
            f"'{name}' is protected by a password", fix="Save it again without one (File, Save As, no password)"
        )


def _grids(archive: zipfile.ZipFile) -> Iterator[tuple[Grid, bool]]:
    """Each tab, and whether it is visible."""
    hidden_styles: set[str | None] = set()
    with archive.open("content.xml") as part:
        table: _Table | None = None
        for event, element in iterparse(part, events=("start", "end"), forbid_dtd=True):
            if element.tag == f"{_TABLE}table" and event == "start" and table is None:
                table = _Table(element)
            elif event == "start":
                continue
            elif element.tag == f"{_STYLE}style":
                properties = element.find(f"{_STYLE}table-properties")
                if properties is not None and properties.get(f"{_TABLE}display") == "false":
                    hidden_styles.add(element.get(f"{_STYLE}name"))
            elif element.tag == f"{_TABLE}table-row" and table is not None:
                table.add(element)
                element.clear()
            elif element.tag == f"{_TABLE}table" and table is not None and element is table.element:
                yield table.grid(), element.get(f"{_TABLE}style-name") not in hidden_styles
                element.clear()
                table = None


class _Table:
    """A tab while it is read."""

    def __init__(self, element: Element) -> None:
        self.element = element
        self._name = element.get(f"{_TABLE}name") or "Sheet1"
        self._rows: list[list[str]] = []
        self._merged: list[MergedCells] = []
        self._hidden: set[int] = set()
        self._cells = 0

    def add(self, element: Element) -> None:
        """Add a row as often as it says that it is repeated; empty ones at the end are repeated a million times."""
        at = len(self._rows)
        row = self._row(element, at)
        times = _repeated(element, "number-rows-repeated", _KEPT_ROWS - at if any(row) else 1_048_576)
        self._cells += times * len(row)
        if self._cells > _MOST_CELLS or (any(row) and at > _KEPT_ROWS):
            raise InvalidSheetError(
                f"Sheet '{self._name}' has more than {MAX_ROWS:,} rows",
                fix=f"Split the sheet into several jobs of at most {MAX_ROWS:,} rows, or give a range",
            )
        self._rows += [row] * times
        if element.get(f"{_TABLE}visibility") in {"collapse", "filter"} and any(row):
            self._hidden.update(range(at, at + times))

    def _row(self, element: Element, at: int) -> list[str]:
        row: list[str] = []
        for cell in element:
            if cell.tag not in {f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"}:
                continue
            text = "" if cell.tag == f"{_TABLE}covered-table-cell" else _cell_text(cell)
            times = _repeated(cell, "number-columns-repeated", _KEPT_COLUMNS - len(row))
            down = _repeated(cell, "number-rows-spanned", 1_048_576)
            across = _repeated(cell, "number-columns-spanned", _KEPT_COLUMNS)
            if down > 1 or across > 1:
                self._merged.append(MergedCells(at, len(row), at + down - 1, len(row) + across - 1))
            row += [text] * times
        while row and not row[-1]:
            row.pop()
        return row

    def grid(self) -> Grid:
        while self._rows and not self._rows[-1]:
            self._rows.pop()
        return Grid(self._name, self._rows, tuple(self._merged), frozenset(self._hidden))


def _repeated(element: Element, attribute: str, most: int) -> int:
    return max(0, min(int(element.get(f"{_TABLE}{attribute}") or 1), most))


def _cell_text(cell: Element) -> str:
    """The paragraphs of a cell as lines; without the notes attached to it."""
    paragraphs = [child for child in cell if child.tag == f"{_TEXT}p"]
    text = "\n".join("".join(_pieces(paragraph)) for paragraph in paragraphs)
    if not paragraphs and cell.get(f"{_OFFICE}value-type") == "string":
        return cell.get(f"{_OFFICE}string-value") or ""
    return text


def _pieces(element: Element) -> Iterator[str]:
    """The text of a paragraph, in which runs of blanks, tabs and line breaks are elements."""
    yield element.text or ""
    for child in element:
        match child.tag.removeprefix(_TEXT):
            case "s":
                yield " " * min(int(child.get(f"{_TEXT}c") or 1), MAX_CELL_CHARACTERS + 1)
            case "tab":
                yield "\t"
            case "line-break":
                yield "\n"
            case "note" | "ruby-text":
                pass
            case _ if not child.tag.startswith(_OFFICE):
                yield from _pieces(child)
        yield child.tail or ""
