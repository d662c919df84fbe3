"""Finds the header row of a sheet: titles may stand above it, explanations and second headers below it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.columns import IGNORE, REQUIRED, HeaderMap, map_headers
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened

SEARCHED_ROWS = 25
"""Number of rows at the top of a range in which the header is searched."""
_NAMING = {*REQUIRED, "description"}
"""Columns of which a header names at least one."""


@dataclass(frozen=True)
class HeaderRow:
    """The header row: its index among the rows, and its map of columns."""

    at: int
    columns: HeaderMap
    by_hand: Mapping[int, str] = field(default_factory=dict)
    """What was said by hand of columns, by index."""

    @property
    def fitness(self) -> tuple[int, int]:
        """Number of required columns that it names, and of all columns: higher is better."""
        names = self.columns.positions.keys()
        return len(names & {*REQUIRED}), len(names)


def find_header(
    rows: Sequence[Sequence[str]], *, first_row: int, first_column: int = 0, choice: ColumnChoice = NO_CHOICE
) -> HeaderRow:
    """The header among the first rows: the row that names most columns, the upper one if several name equally many.

    Args:
        rows: cells cleaned by `cells.cleaned`.
        first_row: sheet row number of `rows[0]`.
        first_column: 0-based column of the first cells.
        choice: columns that are named by hand.

    Raises:
        InvalidSheetError: there is no header, another row could be the header of another table, or a column that is
            named by hand is not there.
    """
    candidates = header_candidates(rows, choice)
    if not candidates:
        header = _header_by_hand(rows, likely_header(rows, choice), first_row, first_column, choice)
        if not header.columns.positions.keys() & _NAMING:
            raise _no_header(rows)
        return header
    best = max(candidates, key=lambda header: header.fitness)
    for other in candidates:
        if _names_another_table(rows, best, other):
            numbers = sorted((first_row + best.at, first_row + other.at))
            raise InvalidSheetError(
                f"Rows {numbers[0]} and {numbers[1]} could both be the header: each names the columns of a table, "
                "and rows stand between them",
                fix="Give the range of one table, for example "
                f"--range A{numbers[0]}:Z{numbers[1] - 1} or --range A{numbers[1]}:Z1000",
            )
    return _header_by_hand(rows, best.at, first_row, first_column, choice)


def _header_by_hand(
    rows: Sequence[Sequence[str]], at: int, first_row: int, first_column: int, choice: ColumnChoice
) -> HeaderRow:
    width = max(map(len, rows))
    places = choice.places(rows[at], width=width, first_column=first_column, header_row=first_row + at)
    return HeaderRow(at, map_headers(rows[at], places), places)


def likely_header(rows: Sequence[Sequence[str]], choice: ColumnChoice = NO_CHOICE) -> int:
    """Index of the row that is the header if there is one at all.

    The row that names most columns if that are several, else the first one that is about as wide as the table: a title
    above a table is one cell.
    """
    top = rows[: next((at for at, row in enumerate(rows) if any(row)), 0) + SEARCHED_ROWS]
    known = [len(map_headers(row, choice.in_row(row)).positions) for row in top]
    named = [len(choice.in_row(row)) for row in top]
    if max(known) > 1 or max(named) > 0:
        return max(range(len(top)), key=lambda at: (named[at], known[at], -at))
    filled = [sum(map(bool, row)) for row in top]
    return next(at for at, count in enumerate(filled) if 2 * count >= max(filled))


def header_candidates(rows: Sequence[Sequence[str]], choice: ColumnChoice = NO_CHOICE) -> list[HeaderRow]:
    """The rows at the top that could name the columns.

    The first filled row may name a single column; in a lower row most cells must be column names, so that an idea with
    the title `Photo` is not read as a header.
    """
    found = []
    first_filled = next((at for at, row in enumerate(rows) if any(row)), 0)
    for at, row in enumerate(rows[: first_filled + SEARCHED_ROWS]):
        named = choice.in_row(row)
        columns = map_headers(row, named)
        if not columns.positions.keys() & _NAMING:
            continue
        known = len(columns.positions) + sum(name == IGNORE for name in named.values())
        filled = sum(map(bool, row))
        if at == first_filled or known == filled or (known >= 2 and 2 * known >= filled) or _names_enough(columns):
            found.append(HeaderRow(at, columns))
    return found


def _names_enough(columns: HeaderMap) -> bool:
    return {*REQUIRED} <= columns.positions.keys() and len(columns.positions) > len(REQUIRED)


def _names_another_table(rows: Sequence[Sequence[str]], best: HeaderRow, other: HeaderRow) -> bool:
    """Whether `other` is the header of another table: it names required columns, and filled rows are between."""
    if other.fitness[0] < len(REQUIRED) or other.columns.positions == best.columns.positions:
        return False
    first, last = sorted((best.at, other.at))
    return any(any(row) for row in rows[first + 1 : last])


def _no_header(rows: Sequence[Sequence[str]]) -> InvalidSheetError:
    written = next(row for row in rows if any(row))
    found = ", ".join(shortened(cell, 20) for cell in written if cell)
    return InvalidSheetError(
        f"No header row was found in the first {SEARCHED_ROWS} rows: the first row holds {shortened(found, 160)}",
        fix="Begin the range with a row that names the columns (idea_title, description, ..., script_content, ...), "
        "say which column is which with input_source.columns (--column 'Hook line=idea_title'), "
        "or set input_source.format to positional",
    )
