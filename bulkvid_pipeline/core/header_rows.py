"""Which row of a sheet names its columns: people write titles above it, and explanations and second headers below."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.columns import REQUIRED, HeaderMap, map_headers
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened

SEARCHED_ROWS = 25
"""Rows at the top of a range among which the header is looked for."""
_NAMING = {*REQUIRED, "description"}
"""A header names at least one of these."""


@dataclass(frozen=True)
class HeaderRow:
    """The row that names the columns: its index among the rows, and which cell names which column."""

    at: int
    columns: HeaderMap

    @property
    def fitness(self) -> tuple[int, int]:
        """How many of the required columns it names, and how many of all: more is better."""
        names = self.columns.positions.keys()
        return len(names & {*REQUIRED}), len(names)


def find_header(rows: Sequence[Sequence[str]], *, first_row: int) -> HeaderRow:
    """The header among the first rows: the one that names most columns, the upper one of equals.

    Args:
        rows: cells without what is invisible, as `cells.cleaned` gives them.
        first_row: sheet row number of `rows[0]`.

    Raises:
        InvalidSheetError: there is none, or another row could be the header of another table.
    """
    candidates = header_candidates(rows)
    if not candidates:
        raise _no_header(rows)
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
    return best


def header_candidates(rows: Sequence[Sequence[str]]) -> list[HeaderRow]:
    """The rows at the top that could name the columns.

    The first filled row may name a single one; a row further down must be made of names for the greater part, so that
    an idea whose title is `Photo` is none.
    """
    found = []
    first_filled = next((at for at, row in enumerate(rows) if any(row)), 0)
    for at, row in enumerate(rows[: first_filled + SEARCHED_ROWS]):
        columns = map_headers(row)
        if not columns.positions.keys() & _NAMING:
            continue
        known, filled = len(columns.positions), sum(map(bool, row))
        if at == first_filled or known == filled or (known >= 2 and 2 * known >= filled) or _names_enough(columns):
            found.append(HeaderRow(at, columns))
    return found


def _names_enough(columns: HeaderMap) -> bool:
    return {*REQUIRED} <= columns.positions.keys() and len(columns.positions) > len(REQUIRED)


def _names_another_table(rows: Sequence[Sequence[str]], best: HeaderRow, other: HeaderRow) -> bool:
    """Whether `other` heads a table of its own: it names what is required, elsewhere, with filled rows between."""
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
        "or set input_source.format to positional",
    )
