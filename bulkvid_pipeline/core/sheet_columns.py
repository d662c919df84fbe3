"""Every column of a sheet as a person sees it, whether we know what it holds or not: so that one can say it by hand."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum

from bulkvid_pipeline.core.column_choice import key_of_column
from bulkvid_pipeline.core.columns import HeaderMap
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.ranges import column_letter

SAMPLES = 3
SAMPLE_SHOWN = 120
"""Characters of a cell's text in a sample."""


class KnownBy(StrEnum):
    """What says which column of ours it is, or that it is not read."""

    HEADER = "header"
    POSITION = "position"
    MAPPING = "mapping"


@dataclass(frozen=True)
class SheetColumn:
    """A column of the sheet.

    `header` is as written, "" without one; `name` our name, None where the column is not read; `key` names the column
    in a mapping; `samples` are its first filled cells, shortened.
    """

    letter: str
    header: str
    name: str | None
    known_by: KnownBy | None
    key: str
    samples: tuple[str, ...]


def sheet_columns(
    rows: Sequence[Sequence[str]],
    header_at: int | None,
    columns: HeaderMap,
    *,
    by_hand: Mapping[int, str],
    first_column: int,
) -> tuple[SheetColumn, ...]:
    """All columns up to the last one that is filled, in the sheet's order.

    Args:
        rows: the sheet's cells, cleaned.
        header_at: index of the header row; None where there is none.
        by_hand: what was said by hand of columns, by index.
    """
    names = {at: name for name, at in columns.positions.items()}
    headers = () if header_at is None else rows[header_at]
    recognised = KnownBy.POSITION if header_at is None else KnownBy.HEADER
    start = 0 if header_at is None else header_at + 1

    def known_by(at: int) -> KnownBy | None:
        if at in by_hand:
            return KnownBy.MAPPING
        return recognised if at in names else None

    return tuple(
        SheetColumn(
            letter=column_letter(first_column + at),
            header=_cell(headers, at).strip(),
            name=names.get(at),
            known_by=known_by(at),
            key=key_of_column(headers, at, column_letter(first_column + at)),
            samples=tuple(_samples(rows[start:], at)),
        )
        for at in range(_width(rows))
    )


def tell_columns(error: InvalidSheetError, columns: Sequence[SheetColumn], header_row: int | None) -> None:
    """Put into the error's details what is needed to name the columns by hand."""
    error.details = {"columns": [asdict(column) for column in columns], "header_row": header_row}


def _samples(rows: Sequence[Sequence[str]], at: int) -> Iterator[str]:
    found = 0
    for row in rows:
        if text := _cell(row, at):
            yield shortened(text, SAMPLE_SHOWN)
            found += 1
            if found == SAMPLES:
                return


def _width(rows: Sequence[Sequence[str]]) -> int:
    return max((next((at + 1 for at in range(len(row) - 1, -1, -1) if row[at]), 0) for row in rows), default=0)


def _cell(row: Sequence[str], at: int) -> str:
    return row[at] if at < len(row) else ""
