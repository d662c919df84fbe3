"""What every sheet source delivers: a rectangle of cells as text, within the product's limits.

What the cells mean (headers, aliases, values) is decided elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.ranges import A1Range, column_letter
from bulkvid_pipeline.core.source_notes import NO_NOTES, SourceNotes

MAX_ROWS = 10_000
"""Filled rows of ideas in one sheet; one more is let through here, which may be the header."""
MAX_CELL_CHARACTERS = 50_000
MAX_COLUMNS = 256
"""Ten are used; far more means that the file is no table of ideas."""


@dataclass(frozen=True)
class RawSheet:
    """A rectangle of cells as the sheet shows them.

    Numbers, dates and the like are never converted back from their text: '007' stays '007'.
    """

    name: str
    """What a person calls the sheet: its tab, or the file's name."""
    cells: tuple[tuple[str, ...], ...]
    """Rows of equal length; empty cells are ''. Empty rows inside are kept, those after the last filled one are not."""
    first_row: int
    """Sheet row number (1-based) of `cells[0]`."""
    first_column: int
    """0-based column of `cells[n][0]`."""
    source_uri: str
    version: str | None
    """Digest of the cells and where they stand: equal exactly when the same cells were read."""
    notes: SourceNotes = NO_NOTES
    """What the source knows of the cells beyond their text."""


def as_raw_sheet(
    rows: Iterable[Sequence[str]],
    *,
    name: str,
    first_row: int,
    first_column: int,
    source_uri: str,
    notes: SourceNotes = NO_NOTES,
) -> RawSheet:
    """Rows of any length as a RawSheet: padded, without trailing emptiness, and within the limits.

    Raises:
        InvalidSheetError: nothing is filled, or a limit is passed; names the row and column.
    """
    kept: list[tuple[str, ...]] = []
    filled_rows = 0
    end = 0
    width = 0
    for offset, row in enumerate(rows):
        filled = _checked_width(row, name, first_row + offset, first_column)
        kept.append(tuple(row[:filled]))
        if filled:
            filled_rows += 1
            end = offset + 1
            width = max(width, filled)
        if filled_rows > MAX_ROWS + 1:
            raise InvalidSheetError(
                f"Sheet '{name}' has more than {MAX_ROWS:,} rows: row {first_row + offset}, "
                f"column {column_letter(first_column)} is beyond the limit",
                fix=f"Split the sheet into several jobs of at most {MAX_ROWS:,} rows, or give a range",
            )
    if not filled_rows:
        raise InvalidSheetError(
            f"Sheet '{name}' is empty: no cell is filled", fix="Check that the sheet and the range hold your ideas"
        )
    empty = ("",) * width
    cells = tuple(row + empty[len(row) :] if row else empty for row in kept[:end])
    return RawSheet(name, cells, first_row, first_column, source_uri, _digest(cells, first_row, first_column), notes)


def crop(rows: Sequence[Sequence[str]], area: A1Range | None, *, name: str) -> tuple[Sequence[Sequence[str]], int, int]:
    """The part of a whole sheet that `area` names, with the row number and column of its first cell.

    Raises:
        InvalidRangeError: the area starts beyond the last filled row or column.
    """
    if area is None:
        return rows, 1, 0
    height, width = len(rows), max(map(len, rows), default=0)
    refuse_outside(area, name=name, height=height, width=width)
    part = [row[area.first_column : area.last_column + 1] for row in rows[area.first_row - 1 : area.last_row]]
    return part, area.first_row, area.first_column


def refuse_outside(area: A1Range, *, name: str, height: int, width: int) -> None:
    """Raise InvalidRangeError if `area` starts outside a sheet of this many rows and columns that is not empty."""
    if height and width and (area.first_row > height or area.first_column >= width):
        raise InvalidRangeError(
            f"Range '{area.text}' is invalid or out of bounds: '{name}' has {height} rows and {width} columns",
            fix=f"Use a range inside A1:{column_letter(width - 1)}{height}",
        )


def _checked_width(row: Sequence[str], name: str, row_number: int, first_column: int) -> int:
    """How many cells there are up to the last filled one."""
    filled = len(row)
    while filled and not row[filled - 1].strip():
        filled -= 1
    if filled > MAX_COLUMNS:
        raise InvalidSheetError(
            f"Sheet '{name}' has more than {MAX_COLUMNS:,} columns: row {row_number}, "
            f"column {column_letter(first_column + filled - 1)} is beyond the limit",
            fix="Give a range that holds only your ideas, for example A:J",
        )
    for offset in range(filled):
        if len(row[offset]) > MAX_CELL_CHARACTERS:
            raise cell_too_long(name, row_number, first_column + offset, len(row[offset]))
    return filled


def cell_too_long(name: str, row_number: int, column: int, characters: int) -> InvalidSheetError:
    """The error for a cell over the limit; `column` is 0-based."""
    return InvalidSheetError(
        f"The cell in row {row_number}, column {column_letter(column)} of '{name}' has {characters:,} characters, "
        f"the limit is {MAX_CELL_CHARACTERS:,}",
        fix="Shorten the cell's text, or split it over several rows",
    )


def _digest(cells: tuple[tuple[str, ...], ...], first_row: int, first_column: int) -> str:
    digest = hashlib.sha256(f"{first_row},{first_column}".encode())
    for row in cells:
        # Lengths keep ("ab", "") and ("a", "b") apart; surrogates can stand in a cell but not in UTF-8.
        digest.update(repr([len(cell) for cell in row]).encode())
        digest.update("".join(row).encode("utf-8", "surrogatepass"))
    return f"sha256:{digest.hexdigest()}"
