"""Excel workbooks (.xlsx, .xlsm) as a RawSheet; the file is taken to be hostile.

openpyxl reads the cells; before it sees the file, the archive is checked for bombs and every XML part for a document
type (the way to entity expansion and external entities).
"""

from __future__ import annotations

import datetime
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, repeat
from typing import IO, Any
from xml.etree.ElementTree import ParseError

import openpyxl
from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import iterparse
from openpyxl.cell.read_only import EMPTY_CELL
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, to_excel
from openpyxl.utils.escape import unescape

from bulkvid_pipeline.adapters.sheets.number_formats import is_plain, shown
from bulkvid_pipeline.adapters.sheets.raw_sheet import MAX_COLUMNS, RawSheet, as_raw_sheet, refuse_outside
from bulkvid_pipeline.adapters.sheets.xlsx_marks import read_marks
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.ranges import A1Range, column_letter
from bulkvid_pipeline.core.tab_choice import PEEKED_ROWS, Tab, choose_tab

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 96 * 2**20
"""openpyxl takes about 0.4 s a MiB for the worst that a file can hold: half a minute at most."""
MAX_RATIO = 200
"""Unpacked over packed size, looked at for entries over RATIO_FREE_BYTES: real sheets stay under 50."""
RATIO_FREE_BYTES = 8 * 2**20
EXCEL_ROWS = 1_048_576

_SAVE_AS_XLSX = "Open it in your spreadsheet program and save it as Excel workbook (.xlsx) or CSV UTF-8"
_REMOVE_PASSWORD = "Remove the password in Excel (File, Info, Protect Workbook) and save the file again"


def read_xlsx(
    file: IO[bytes], *, name: str, source_uri: str, area: A1Range | None, choice: ColumnChoice = NO_CHOICE
) -> RawSheet:
    """The cells that `area` names (all of the first visible sheet, if None) of a workbook.

    Without a tab's name in `area` the tab with ideas is chosen. Numbers, dates and times are given as their cells show
    them, a formula as the result that the program saved with it; one without a result is a fault of its cell.

    Args:
        file: seekable and open for reading.
        name: the file's name, for messages.
        choice: columns that are named by hand.

    Raises:
        InvalidSheetError: corrupt, protected, another format, a bomb, empty, or over the limits.
        InvalidRangeError: no sheet of that name, several sheets with ideas, or the area starts outside its rows.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            refuse_hostile(archive, name=name)
            workbook = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            try:
                sheet, findings = _choose_sheet(workbook, area, name, choice)
                found = _read_sheet(archive, sheet, source_uri, area, findings)
                shown = [each for each in workbook.worksheets if each.sheet_state == "visible" or each is sheet]
                return replace(found, notes=replace(found.notes, tabs=tuple(each.title for each in shown)))
            finally:
                workbook.close()
    except BulkVideoError:
        raise
    except Exception as error:  # A broken workbook can make openpyxl raise nearly anything.
        raise InvalidSheetError(f"'{name}' is damaged: it cannot be read as a workbook", fix=_SAVE_AS_XLSX) from error


def refuse_hostile(archive: zipfile.ZipFile, *, name: str) -> None:
    """Raise InvalidSheetError if the archive is no plain Excel workbook of sensible size."""
    refuse_bombs(archive, name=name)
    names = set(archive.namelist())
    if "xl/workbook.bin" in names:
        raise InvalidSheetError(f"'{name}' is a binary workbook (.xlsb), which is not supported", fix=_SAVE_AS_XLSX)
    if "[Content_Types].xml" not in names:
        raise InvalidSheetError(f"'{name}' is a ZIP archive but no Excel workbook", fix=_SAVE_AS_XLSX)
    refuse_document_types(archive, name=name)


def refuse_bombs(archive: zipfile.ZipFile, *, name: str) -> None:
    """Raise InvalidSheetError if the archive unpacks to more than sensible, or is encrypted."""
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise _bomb(name, f"it has {len(entries):,} parts, the limit is {MAX_ENTRIES:,}")
    if (unpacked := sum(entry.file_size for entry in entries)) > MAX_UNPACKED_BYTES:
        raise _bomb(name, f"it unpacks to {unpacked >> 20:,} MiB, the limit is {MAX_UNPACKED_BYTES >> 20}")
    for entry in entries:
        if entry.file_size > RATIO_FREE_BYTES and entry.file_size > MAX_RATIO * entry.compress_size:
            raise _bomb(name, f"'{entry.filename}' is packed more than {MAX_RATIO} times")
        if entry.flag_bits & 1:
            raise InvalidSheetError(f"'{name}' is protected by a password", fix=_REMOVE_PASSWORD)


def refuse_document_types(archive: zipfile.ZipFile, *, name: str) -> None:
    """Raise InvalidSheetError if any part declares a document type or entities."""
    for entry in archive.infolist():
        _refuse_document_type(archive, entry, name)


def _refuse_document_type(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> None:
    """A document type can only stand before the first element, so no more than that is parsed."""
    with archive.open(entry) as part:
        try:
            next(iter(iterparse(part, events=("start",), forbid_dtd=True)), None)
        except DefusedXmlException as error:
            raise InvalidSheetError(
                f"'{name}' is refused: its part '{entry.filename}' declares a document type or entities",
                fix=_SAVE_AS_XLSX,
            ) from error
        except ParseError:
            return  # a picture, say; a part that should be XML fails when it is read


def _bomb(name: str, reason: str) -> InvalidSheetError:
    return InvalidSheetError(
        f"'{name}' is refused: {reason}", fix="Save only the sheet with your ideas, as a new workbook or as CSV UTF-8"
    )


def _choose_sheet(
    workbook: openpyxl.Workbook, area: A1Range | None, name: str, choice: ColumnChoice
) -> tuple[Any, tuple[Finding, ...]]:
    sheets = workbook.worksheets
    if not sheets:
        raise InvalidSheetError(f"'{name}' holds no worksheet", fix=_SAVE_AS_XLSX)
    if area is None or area.sheet is None:
        visible = [sheet for sheet in sheets if sheet.sheet_state == "visible"] or sheets[:1]
        if len(visible) == 1:
            return visible[0], ()
        tabs = [Tab(sheet.title, _peek(sheet, area)) for sheet in visible]
        title, findings = choose_tab(tabs, source=f"'{name}'", choice=choice)
        return next(sheet for sheet in visible if sheet.title == title), findings
    for sheet in sheets:
        if sheet.title.casefold() == area.sheet.casefold():
            return sheet, ()
    titles = ", ".join(f"'{sheet.title}'" for sheet in sheets[:10])
    raise InvalidRangeError(
        f"Range '{area.text}' is invalid or out of bounds: '{name}' has no sheet '{area.sheet}'",
        fix=f"Use one of its sheets: {titles}",
    )


def _peek(sheet: Any, area: A1Range | None) -> list[list[str]]:
    """The first rows of a sheet, enough to find its header."""
    first = area.first_row if area else 1
    rows = sheet.iter_rows(min_row=first, max_row=first + PEEKED_ROWS, max_col=MAX_COLUMNS)
    return [[str(cell.value) if cell.value is not None else "" for cell in row] for row in rows]


def _read_sheet(
    archive: zipfile.ZipFile, sheet: Any, source_uri: str, area: A1Range | None, findings: tuple[Finding, ...]
) -> RawSheet:
    window = area or A1Range(first_column=0, last_column=MAX_COLUMNS)
    # One column more than allowed, so that a wider sheet is noticed.
    last_column = min(window.last_column, window.first_column + MAX_COLUMNS)
    last_row = min(window.last_row or EXCEL_ROWS, EXCEL_ROWS)
    window = A1Range(window.first_column, last_column, window.first_row, last_row)
    marks = read_marks(archive, sheet._worksheet_path, window)
    # Bounds are given, since the size written in the file may be wrong, or a lie.
    cells = sheet.iter_rows(
        min_row=window.first_row, max_row=last_row, min_col=window.first_column + 1, max_col=last_column + 1
    )
    rows = _texts(cells, window, marks.uncalculated, epoch=sheet.parent.epoch)
    blank_rows = 0
    first_filled = None
    for row in rows:
        if any(map(str.strip, row)):
            first_filled = row
            break
        blank_rows += 1
    if first_filled is None:
        if area is not None:
            _refuse_start_outside(sheet, area)
        first_filled = ()
    return as_raw_sheet(
        chain(repeat((), blank_rows), (first_filled,), rows),
        name=sheet.title,
        first_row=window.first_row,
        first_column=window.first_column,
        source_uri=source_uri,
        notes=marks.notes(window, findings),
    )


def _refuse_start_outside(sheet: Any, area: A1Range) -> None:
    """Tell an area beyond the filled cells from one that is merely empty."""
    height = width = 0
    max_column = max(MAX_COLUMNS, area.first_column + 1)
    for number, row in enumerate(sheet.iter_rows(min_row=1, max_row=EXCEL_ROWS, max_col=max_column), 1):
        filled = [index for index, cell in enumerate(row, 1) if cell is not EMPTY_CELL and cell.value is not None]
        if filled:
            height, width = number, max(width, filled[-1])
    refuse_outside(area, name=sheet.title, height=height, width=width)


def _texts(
    rows: Iterator[tuple[Any, ...]],
    window: A1Range,
    uncalculated: Mapping[tuple[int, int], str],
    *,
    epoch: datetime.datetime,
) -> Iterator[Sequence[str]]:
    """The cells' texts; a formula without a result is shown itself."""
    with_formulas = {row for row, _ in uncalculated}
    blank: tuple[Any, ...] | None = None
    for row_number, row in enumerate(rows, window.first_row):
        # openpyxl fills gaps with one and the same tuple, and a file may claim a million rows.
        if row_number not in with_formulas and (row is blank or all(cell is EMPTY_CELL for cell in row)):
            blank = row
            yield ()
            continue
        texts = [_cell_text(cell, epoch) if cell is not EMPTY_CELL else "" for cell in row]
        for offset, text in enumerate(texts):
            if "\0" in text:
                where = f"{column_letter(window.first_column + offset)}{row_number}"
                raise InvalidSheetError(f"Cell {where} holds a NUL character", fix="Type the cell's text anew")
        if row_number in with_formulas:
            texts = [
                text or uncalculated.get((row_number, window.first_column + offset), "")
                for offset, text in enumerate(texts)
            ]
        yield texts


def _cell_text(cell: Any, epoch: datetime.datetime) -> str:
    value = cell.value
    if isinstance(value, str):
        return cell_text(value, cell.number_format if "@" in cell.number_format else "General")
    return cell_text(value, cell.number_format, epoch=epoch)


def cell_text(value: object, number_format: str, *, epoch: datetime.datetime = WINDOWS_EPOCH) -> str:
    """A cell's value as its program shows it.

    Args:
        number_format: such as `0%` or `yyyy-mm-dd`.
        epoch: from which the file counts days.
    """
    match value:
        case None:
            return ""
        case str():
            text = unescape(value).replace("\r\n", "\n")
            return text if is_plain(number_format) else shown(text, number_format)
        case bool():
            return "TRUE" if value else "FALSE"
        case int() | float():
            return shown(value, number_format, from_1904=epoch == MAC_EPOCH)
        case datetime.datetime() | datetime.date() | datetime.time() | datetime.timedelta():
            # The time of a day stands before the first day.
            days = to_excel(value, epoch)  # type: ignore[no-untyped-call]
            return shown(float(days), number_format, from_1904=epoch == MAC_EPOCH)
        case _:
            return str(value)
