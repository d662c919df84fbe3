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
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bulkvid_pipeline.adapters.sheets.raw_sheet import MAX_CELL_CHARACTERS, RawSheet, as_raw_sheet, cell_too_long, crop
from bulkvid_pipeline.adapters.sheets.text_encodings import judge_encoding
from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.ranges import A1Range
from bulkvid_pipeline.core.source_notes import CellFault, RecordLength, SourceNotes

DELIMITERS = (",", ";", "\t", "|")

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    # The UTF-32 mark begins with the UTF-16 one.
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAVE_AS_UTF8 = 'Save the file again as "CSV UTF-8 (comma delimited)"'
_MEND_QUOTES = "Put the cell in double quotes and double each quote inside it, or export the sheet again as CSV"
_GARBLED = re.compile(
    "[\u00c2-\u00f4][\u0080-\u00bf\u0152\u0153\u0160\u0161\u0178\u017d\u017e\u0192\u02c6\u02dc\u2013-\u2122]"
    "|(?:[РС][\u00a0-\u00bb\u0402-\u040f\u0452-\u045f\u0490\u0491\u2013-\u2122]){2}"
)
"""Two letters that one letter of UTF-8 becomes when it is read as Windows-1252, or two of them as Windows-1251."""
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x0c\x0e-\x1f]")
_SNIFFED_RECORDS = 25


def read_csv(
    data: bytes, *, name: str, source_uri: str, area: A1Range | None, delimiter: str | None = None
) -> RawSheet:
    """The rows that `area` names (all, if None) of a CSV file's bytes.

    Args:
        data: the file; UTF-8, UTF-16, UTF-32 with a byte order mark, or an encoding that its language tells.
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
    text, findings = decode(data, name=name)
    lines = list(io.StringIO(text, newline=""))
    if lines and (separator := re.fullmatch(r"sep=(.)\s*", lines[0], re.IGNORECASE)):
        delimiter = separator[1]  # Excel's own way to name it; not a row
        del lines[0]
    records = _records(lines, delimiter or sniff_delimiter(lines), name)
    part, first_row, first_column = crop([record.cells for record in records], area, name=name)
    lengths = [RecordLength(len(record.cells), _filled(record.cells)) for record in records]
    faults = [
        CellFault(row, None, problem=record.fault[0], fix=record.fault[1], code="BROKEN_QUOTES")
        for row, record in enumerate(records, 1)
        if record.fault
    ]
    notes = SourceNotes(lengths=tuple(lengths[first_row - 1 :]), faults=tuple(faults), findings=findings)
    return as_raw_sheet(
        part, name=name, first_row=first_row, first_column=first_column, source_uri=source_uri, notes=notes
    )


def _filled(cells: Sequence[str]) -> int:
    end = len(cells)
    while end and not cells[end - 1].strip():
        end -= 1
    return end


class Decoded(NamedTuple):
    """A file's text, and what is to be said of how it was read."""

    text: str
    findings: tuple[Finding, ...]


def decode(data: bytes, *, name: str) -> Decoded:
    """The text of a file: by its byte order mark, else UTF-8, else the encoding that its language tells.

    Raises:
        InvalidSheetError: the bytes are no text in any of these, or their encoding is in doubt, or they hold NUL.
    """
    encoding = next((encoding for mark, encoding in _BYTE_ORDER_MARKS if data.startswith(mark)), None)
    findings: tuple[Finding, ...] = ()
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as error:
        if encoding is not None:
            raise InvalidSheetError(
                f"'{name}' begins as {encoding} text but byte {error.start + 1} is not", fix=_SAVE_AS_UTF8
            ) from error
        text, findings = _decode_foreign(data, name, error)
    if "\0" in text and encoding is None:
        text, findings = _decode_unmarked_utf_16(data, text)
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        raise InvalidSheetError(f"'{name}' is not a text file: line {line} holds a NUL byte", fix=_SAVE_AS_UTF8)
    if text.isascii():
        return Decoded(text, findings)
    mended, changed = mend_mojibake(text)
    return Decoded(mended, (*findings, _mended(changed)) if changed else findings)


def _decode_foreign(data: bytes, name: str, error: UnicodeDecodeError) -> Decoded:
    line = data.count(b"\n", 0, error.start) + 1
    if _is_mostly_utf_8(data):
        raise InvalidSheetError(
            f"'{name}' is UTF-8 text, but byte {error.start + 1} in line {line} is not: the file is damaged, or two "
            "encodings are mixed in it",
            fix=_SAVE_AS_UTF8,
        ) from error
    if b"\0" in data:
        return _decode_unmarked_utf_16(data, "\0")
    judged = judge_encoding(data)
    if judged is None:
        raise InvalidSheetError(
            f"'{name}' is not UTF-8 text (line {line}), and what else it is is in doubt", fix=_SAVE_AS_UTF8
        ) from error
    text = data.decode(judged.encoding)
    example = shortened(next(piece for piece in re.split(r"[,;\t\r\n\"|]", text) if not piece.isascii()), 40)
    finding = Finding(
        Severity.INFO if judged.encoding == "cp1252" else Severity.WARNING,
        f"The file is not UTF-8; it was read as {judged.name}, for example '{example}'",
        f"If that is wrong: {_SAVE_AS_UTF8[0].lower()}{_SAVE_AS_UTF8[1:]}",
        code="NOT_UTF8",
    )
    return Decoded(text, (finding,))


def _is_mostly_utf_8(data: bytes) -> bool:
    """Whether more characters outside ASCII are UTF-8 than are not."""
    text = data.decode("utf-8", "replace")
    broken = text.count("\ufffd")
    return sum(not character.isascii() for character in text) - broken > broken


def _decode_unmarked_utf_16(data: bytes, otherwise: str) -> Decoded:
    """Text of UTF-16 without its mark: its NUL bytes stand at one side of each pair."""
    nul_first, nul_last = data[::2].count(0), data[1::2].count(0)
    encoding = "utf-16-be" if nul_first > nul_last else "utf-16-le"
    if min(nul_first, nul_last) * 10 > max(nul_first, nul_last) or max(nul_first, nul_last) * 20 < len(data):
        return Decoded(otherwise, ())
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        return Decoded(otherwise, ())
    finding = Finding(
        Severity.INFO, "The file is not UTF-8; it was read as UTF-16 without its mark", _SAVE_AS_UTF8, code="NOT_UTF8"
    )
    return Decoded(text, (finding,))


def mend_mojibake(text: str) -> tuple[str, list[tuple[str, str]]]:
    """`text` with UTF-8 that was once taken for Windows-1252 read rightly (`CafÃ©` is `Café`), and each such line.

    Only what is certain is changed: bytes that are UTF-8 by its rules, in a line that is no text of any language.
    """
    changed: list[tuple[str, str]] = []
    if not _GARBLED.search(text):
        return text, changed
    from ftfy import fix_encoding  # of no use to most files
    from ftfy.badness import is_bad

    lines = text.split("\n")
    for at, line in enumerate(lines):
        if _GARBLED.search(line) and is_bad(line):
            mended = fix_encoding(line)
            # Each letter had become two or three signs.
            if len(mended) < len(line) and not _CONTROL.search(mended):
                changed.append((line, mended))
                lines[at] = mended
    return "\n".join(lines), changed


def _mended(changed: Sequence[tuple[str, str]]) -> Finding:
    was, now = changed[0]
    pieces = zip(re.split(r"[,;\t|]", was), re.split(r"[,;\t|]", now), strict=False)
    example = next(((a, b) for a, b in pieces if a != b), (was, now))
    return Finding(
        Severity.WARNING,
        f"Letters were garbled before the file was saved and have been mended in {len(changed)} "
        f"line{'s' if len(changed) > 1 else ''}: '{shortened(example[0], 30)}' became '{shortened(example[1], 30)}'",
        "Save the sheet again from where it was first made, as CSV UTF-8",
        code="GARBLED_TEXT",
    )


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


@dataclass(frozen=True)
class _Record:
    cells: list[str]
    fault: tuple[str, str] | None = None
    """What is wrong with its quotes, and how to mend it."""


def _records(lines: Sequence[str], delimiter: str, name: str) -> list[_Record]:
    """The rows of a file. A row with a fault in its quotes is cut at its line's end, where the next one begins."""
    records: list[_Record] = []
    at = 0
    while at < len(lines):
        at = _read_on(lines, at, delimiter, name, records)
    return records


def _read_on(lines: Sequence[str], begin: int, delimiter: str, name: str, records: list[_Record]) -> int:
    """Add the records from line `begin` on, up to and with the first one that is broken; the line after it."""
    reader = csv.reader(lines[begin:] if begin else lines, delimiter=delimiter, strict=True)
    consumed = 0
    try:
        for cells in reader:
            records.append(_Record(cells))
            consumed = reader.line_num
    except csv.Error as error:
        row, opened = len(records) + 1, begin + consumed
        if "field limit" in str(error):
            column, characters = _first_long_cell(lines[opened:], delimiter)
            raise cell_too_long(name, row, column, characters) from error
        ends = begin + reader.line_num
        never_closed = "unexpected end of data" in str(error)
        alone = ends == opened + 1 or _goes_on_alike(lines[opened + 1 :], delimiter, records)
        if not alone:
            raise InvalidSheetError(
                f"Row {row} of '{name}' (line {opened + 1}) is not valid CSV: a quote opens in it and "
                + ("is never closed" if never_closed else f"closes in line {ends}, in the middle of a cell"),
                fix=_MEND_QUOTES,
            ) from error
        problem = "A quote opens in this row and is not closed"
        if ends == opened + 1 and not never_closed:
            problem = "A cell of this row has a quote in the middle that is not doubled"
        records.append(_Record(_cells_without_quotes(lines[opened], delimiter), (problem, _MEND_QUOTES)))
        return opened + 1
    return len(lines)


def _goes_on_alike(lines: Sequence[str], delimiter: str, records: Sequence[_Record]) -> bool:
    """Whether the lines below a broken row are rows as long as the first one, so that the break concerns it alone."""
    if not records:
        return False
    width = len(records[0].cells)
    try:
        below = list(csv.reader(lines, delimiter=delimiter, strict=True))
    except csv.Error:
        return False
    return all(len(cells) == width for cells in below if cells)


def _cells_without_quotes(line: str, delimiter: str) -> list[str]:
    return [cell.strip('"') for cell in line.rstrip("\r\n").split(delimiter)]


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
