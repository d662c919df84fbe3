"""Sheets from local files: CSV, TSV, Excel and OpenDocument workbooks; the content decides what a file is."""

from __future__ import annotations

import io
from pathlib import Path, PurePath

from bulkvid_pipeline.adapters.sheets.csv_sheets import read_csv
from bulkvid_pipeline.adapters.sheets.file_kinds import FileKind, kind_of
from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.ranges import A1Range

MAX_FILE_BYTES = 64 * 2**20

_DELIMITER_BY_SUFFIX = {".tsv": "\t", ".tab": "\t"}
_WORKBOOKS = {".xlsx", ".xlsm", ".xls", ".ods"}


def read_local(path: Path, area: A1Range | None, choice: ColumnChoice = NO_CHOICE) -> RawSheet:
    """The cells that `area` names (else all of the tab with ideas) of a .csv, .tsv, .xlsx, .xlsm, .xls or .ods file.

    Columns that are named by hand (`choice`) help to tell the tab with ideas.

    Raises:
        InvalidSheetError: missing, unreadable, another format, damaged, protected, empty or over the limits.
        InvalidRangeError: no sheet of that name, several with ideas, or the area starts outside the filled cells.
    """
    return read_content(_contents(path), path, path.resolve().as_uri(), area, choice)


def read_content(
    data: bytes, path: PurePath, source_uri: str, area: A1Range | None, choice: ColumnChoice = NO_CHOICE
) -> RawSheet:
    """`read_local` of a file whose bytes are at hand; of the path only the name counts.

    Raises:
        InvalidSheetError, InvalidRangeError: as `read_local`.
    """
    if not data:
        raise InvalidSheetError(f"'{path.name}' is empty: the file has no bytes", fix="Save the sheet again")
    kind = kind_of(data, path)
    # The libraries take longer to import than most CSV files to read.
    match kind:
        case FileKind.XLSX:
            from bulkvid_pipeline.adapters.sheets.xlsx_sheets import read_xlsx

            return read_xlsx(io.BytesIO(data), name=path.name, source_uri=source_uri, area=area, choice=choice)
        case FileKind.ODS:
            from bulkvid_pipeline.adapters.sheets.ods_sheets import read_ods

            return read_ods(io.BytesIO(data), name=path.name, source_uri=source_uri, area=area, choice=choice)
        case FileKind.XLS:
            from bulkvid_pipeline.adapters.sheets.xls_sheets import read_xls

            return read_xls(data, name=path.name, source_uri=source_uri, area=area, choice=choice)
        case FileKind.TEXT:
            delimiter = _DELIMITER_BY_SUFFIX.get(path.suffix.lower())
            try:
                return read_csv(data, name=path.stem, source_uri=source_uri, area=area, delimiter=delimiter)
            except InvalidSheetError as error:
                if path.suffix.lower() not in _WORKBOOKS:
                    raise
                raise InvalidSheetError(
                    f"'{path.name}' is neither a workbook nor text: the file is damaged", fix="Save it again"
                ) from error


def _contents(path: Path) -> bytes:
    """The file's bytes; InvalidSheetError if there is no such file, or it is too large."""
    try:
        if path.is_dir():
            raise InvalidSheetError(
                f"'{path}' is a directory, not a file", fix="Give the path of a CSV, XLSX, XLS or ODS file"
            )
        if not path.exists():
            raise InvalidSheetError(f"File '{path}' not found", fix="Check the path; it is relative to the work folder")
        if not path.is_file():
            raise InvalidSheetError(
                f"'{path}' is not a regular file", fix="Give the path of a CSV, XLSX, XLS or ODS file"
            )
        with path.open("rb") as file:
            data = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise InvalidSheetError(
            f"File '{path}' cannot be read: {error.strerror}", fix="Check the path and the file's permissions"
        ) from error
    if len(data) > MAX_FILE_BYTES:
        raise InvalidSheetError(
            f"'{path.name}' is larger than {MAX_FILE_BYTES >> 20} MiB",
            fix="Split the sheet into several files, or remove pictures and other sheets from it",
        )
    return data
