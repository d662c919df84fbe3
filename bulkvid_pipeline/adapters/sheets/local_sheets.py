"""Sheets from local files: CSV, TSV and Excel workbooks. The content decides what a file is, not its ending."""

from __future__ import annotations

import io
from pathlib import Path

from bulkvid_pipeline.adapters.sheets.csv_sheets import read_csv
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.ranges import A1Range

MAX_FILE_BYTES = 64 * 2**20

_ZIP = b"PK\x03\x04"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_DELIMITER_BY_SUFFIX = {".csv": None, ".txt": None, ".tsv": "\t", ".tab": "\t"}


def read_local(path: Path, area: A1Range | None) -> RawSheet:
    """The cells that `area` names (the whole first sheet, if None) of a .csv, .tsv, .xlsx or .xlsm file.

    Raises:
        InvalidSheetError: missing, unreadable, another format, damaged, protected, empty or over the limits.
        InvalidRangeError: no sheet of that name, or the area starts outside the filled cells.
    """
    data = _contents(path)
    source_uri = path.resolve().as_uri()
    if data.startswith(_ZIP):
        # openpyxl takes longer to import than most CSV files to read.
        from bulkvid_pipeline.adapters.sheets.xlsx_sheets import read_xlsx

        return read_xlsx(io.BytesIO(data), name=path.name, source_uri=source_uri, area=area)
    if data.startswith(_OLE):
        raise _ole_error(path, data)
    suffix = path.suffix.lower()
    if suffix in _DELIMITER_BY_SUFFIX:
        delimiter = _DELIMITER_BY_SUFFIX[suffix]
        return read_csv(data, name=path.stem, source_uri=source_uri, area=area, delimiter=delimiter)
    if suffix in {".xlsx", ".xlsm"}:
        raise InvalidSheetError(
            f"'{path.name}' is damaged: it does not begin as an Excel workbook does",
            fix="Save it again from your spreadsheet program, or copy it anew",
        )
    raise InvalidSheetError(
        f"'{path.name}' is no kind of sheet that can be read",
        fix="Save it as CSV UTF-8 (.csv) or as Excel workbook (.xlsx)",
    )


def _contents(path: Path) -> bytes:
    """The file's bytes; InvalidSheetError if there is no such file, or it is empty or too large."""
    try:
        if path.is_dir():
            raise InvalidSheetError(f"'{path}' is a directory, not a file", fix="Give the path of a CSV or XLSX file")
        if not path.exists():
            raise InvalidSheetError(f"File '{path}' not found", fix="Check the path; it is relative to the work folder")
        if not path.is_file():
            raise InvalidSheetError(f"'{path}' is not a regular file", fix="Give the path of a CSV or XLSX file")
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidSheetError(
            f"File '{path}' cannot be read: {error.strerror}", fix="Check the path and the file's permissions"
        ) from error
    if not data:
        raise InvalidSheetError(f"'{path.name}' is empty: the file has no bytes", fix="Save the sheet again")
    if len(data) > MAX_FILE_BYTES:
        raise InvalidSheetError(
            f"'{path.name}' is larger than {MAX_FILE_BYTES >> 20} MiB",
            fix="Split the sheet into several files, or remove pictures and other sheets from it",
        )
    return data


def _ole_error(path: Path, data: bytes) -> InvalidSheetError:
    """Old Excel files and encrypted new ones come in the same container."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return InvalidSheetError(
            f"'{path.name}' is protected by a password",
            fix="Remove the password in Excel (File, Info, Protect Workbook) and save the file again",
        )
    return InvalidSheetError(
        f"'{path.name}' is an old Excel file (.xls), which is not supported",
        fix="Open it in Excel and save it as Excel workbook (.xlsx) or CSV UTF-8",
    )
