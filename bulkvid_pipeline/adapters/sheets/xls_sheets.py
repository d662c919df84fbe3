"""Old Excel workbooks (.xls, Excel 97 to 2003) as a RawSheet; the file is taken to be hostile."""

from __future__ import annotations

import io
from functools import partial
from typing import Any

import xlrd

from bulkvid_pipeline.adapters.sheets.grids import Grid, NamedGrid, read_grid
from bulkvid_pipeline.adapters.sheets.number_formats import shown
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSheetError
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import A1Range

_SAVE_AS_XLSX = "Open it in Excel and save it as Excel workbook (.xlsx) or CSV UTF-8"


def read_xls(
    data: bytes, *, name: str, source_uri: str, area: A1Range | None, choice: ColumnChoice = NO_CHOICE
) -> RawSheet:
    """The cells that `area` names, or all of the tab that holds the ideas, as the sheet shows them.

    Args:
        name: the file's name, for messages.

    Raises:
        InvalidSheetError: corrupt, protected, empty, or over the limits.
        InvalidRangeError: as `grids.read_grid` says.
    """
    try:
        # What it finds odd it prints, which is nobody's concern here.
        with xlrd.open_workbook(
            file_contents=data, formatting_info=True, on_demand=True, ragged_rows=True, logfile=io.StringIO()
        ) as book:
            tabs = [
                NamedGrid(title, visible=book.sheet_by_index(at).visibility == 0, read=partial(_grid, book, at))
                for at, title in enumerate(book.sheet_names())
            ]
            return read_grid(tabs, area, name=name, source_uri=source_uri, choice=choice)
    except BulkVideoError:
        raise
    except Exception as error:  # A broken workbook can make xlrd raise nearly anything.
        if "encrypted" in str(error).lower():
            raise InvalidSheetError(
                f"'{name}' is protected by a password",
                fix="Remove the password in Excel (File, Info, Protect Workbook) and save the file again",
            ) from error
        raise InvalidSheetError(f"'{name}' is damaged: it cannot be read as a workbook", fix=_SAVE_AS_XLSX) from error


def _grid(book: Any, at: int) -> Grid:
    sheet = book.sheet_by_index(at)
    rows = [[_text(book, cell) for cell in sheet.row(row)] for row in range(sheet.nrows)]
    # xlrd's ends are exclusive.
    merged = tuple(MergedCells(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
    hidden = frozenset(row for row, info in sheet.rowinfo_map.items() if info.hidden)
    return Grid(sheet.name, rows, merged, hidden)


def _text(book: Any, cell: Any) -> str:
    match cell.ctype:
        case xlrd.XL_CELL_EMPTY | xlrd.XL_CELL_BLANK:
            return ""
        case xlrd.XL_CELL_BOOLEAN:
            return "TRUE" if cell.value else "FALSE"
        case xlrd.XL_CELL_ERROR:
            return str(xlrd.error_text_from_code.get(cell.value, "#VALUE!"))
        case xlrd.XL_CELL_TEXT:
            return str(cell.value).replace("\r\n", "\n")
        case _:
            number_format = book.format_map[book.xf_list[cell.xf_index].format_key].format_str
            return shown(cell.value, number_format, from_1904=bool(book.datemode))
