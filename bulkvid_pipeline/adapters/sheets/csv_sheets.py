"""CSV and TSV text as a RawSheet.

Rows are counted as a spreadsheet program shows them (a record is a row, however many lines its cells span).
"""

from __future__ import annotations

import codecs
import contextlib
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence

from bulkvid_pipeline.adapters.sheets.raw_sheet import MAX_CELL_CHARACTERS, RawSheet, as_raw_sheet, cell_too_long, crop
from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.ranges import A1Range

DELIMITERS = (",", ";", "\t")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # The UTF-32 mark begins with the UTF-16 one.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS_UTF8 = 'Save the file again as "CSV UTF-8 (comma delimited)"'
_SNIFFED_RECORDS = 20


def read_csv(
    data: bytes, *, name: str, source_uri: str, area: A1Range | None, delimiter: str | None = None
) -> RawSheet:
    """The rows that `area` names (all, if None) of a CSV file's bytes.

    Args:
        data: the file; UTF-8, or UTF-16 / UTF-32 with a byte order mark, or Windows-1252.
        name: the file's name without its ending, used as the sheet's name.
        delimiter: one of DELIMITERS; found out from the first rows if None.

    Raises:
        InvalidSheetError: no CSV text, empty, or over the limits.
        InvalidRangeError: the area names another sheet or starts outside the rows.
    """
    if area is not None and area.sheet is not None and area.sheet.casefold() != name.casefold():
        raise InvalidRangeError(
            f"Range '{area.text}' names the sheet '{area.sheet}', but a CSV file has no sheets by name",
            fix="Leave the sheet's name out of the range, for example A1:J100",
        )
    lines = list(io.StringIO(decode(data, name=name), newline=""))
    if lines and (separator := re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE)):
        delimiter = separator[1]  # Excel's own way to name it; not a row
        del lines[0]
    rows = list(_records(lines, delimiter or sniff_delimiter(lines), name))
    part, first_row, first_column = crop(rows, area, name=name)
    return as_raw_sheet(part, name=name, first_row=first_row, first_column=first_column, source_uri=source_uri)


def decode(data: bytes, *, name: str) -> str:
    """The text of a file: by its byte order mark, else UTF-8, else Windows-1252.

    Raises:
        InvalidSheetError: the bytes are no text in any of these, or hold NUL.
    """
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise InvalidSheetError(
                f"'{name}' begins as {encoding} text but byte {error.start + 1} is not", fix=_SAVE_AS_UTF8
            ) from error
        text = _decode_windows(data, name)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidSheetError(f"'{name}' is not a text file: line {line} holds a NUL byte", fix=_SAVE_AS_UTF8)
    return text


def _decode_windows(data: bytes, name: str) -> str:
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InvalidSheetError(
            f"'{name}' is neither UTF-8 nor Windows-1252 text: byte {error.start + 1} fits neither", fix=_SAVE_AS_UTF8
        ) from error


def sniff_delimiter(lines: Sequence[str]) -> str:
    """Which of DELIMITERS splits the first filled row into most cells, and the following rows into as many."""

    def score(delimiter: str) -> tuple[int, int]:
        widths: list[int] = []
        # Broken quotes are reported when the rows are read; here they only end the look.
        with contextlib.suppress(csv.Error):
            records = itertools.islice(csv.reader(lines, delimiter=delimiter, strict=True), _SNIFFED_RECORDS)
            widths.extend(len(record) for record in records if any(record))
        if not widths:
            return (lines[0].count(delimiter) + 1, 0) if lines else (0, 0)
        return (widths[0], widths.count(widths[0]))

    return max(DELIMITERS, key=score)


def _records(lines: Sequence[str], delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    row = 0
    while True:
        row += 1
        consumed = reader.line_num
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if "field limit" in str(error):
                column, characters = _first_long_cell(lines[consumed:], delimiter)
                raise cell_too_long(name, row, column, characters) from error
            raise InvalidSheetError(
                f"Row {row} of '{name}' (line {reader.line_num}) is not valid CSV: {error}",
                fix="Put the cell in double quotes and double each quote inside it, or export the sheet again as CSV",
            ) from error
        yield record


def _first_long_cell(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """0-based column and length of the first cell over the limit in the record at the start of `lines`."""
    column = characters = 0
    quoted = False
    for character in itertools.chain.from_iterable(lines):
        if character == '"':
            quoted = not quoted
        elif character == delimiter and not quoted:
            if characters > MAX_CELL_CHARACTERS:
                break
            column, characters = column + 1, 0
        elif character in "\r\n" and not quoted:
            break
        else:
            characters += 1
    return column, characters
