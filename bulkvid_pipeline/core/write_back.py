"""Which results are written back into which cells of a sheet: pure decisions over the sheet's current cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import count
from types import MappingProxyType

from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.columns import REPORT_COLUMNS, report_columns_in
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.sheet_table import sheet_table
from bulkvid_pipeline.core.spec import SheetFormat

Value = str | float

LONGEST_ERROR = 1_000
"""Characters of a reason in a cell; Google allows 50,000, but long text is unreadable in a cell."""


@dataclass(frozen=True)
class RowResult:
    """The result of one row that is written into the sheet."""

    row_key: str
    title: str
    status: str
    urls: tuple[str, ...] = ()
    duration_s: float | None = None
    """Total duration of all its videos in seconds."""
    error: str = ""

    def cells(self, written_at: str) -> dict[str, Value]:
        """The row's cells by column. Several links are written one per line, each with its platform."""
        return {
            "video_status": self.status,
            "video_url": "\n".join(self.urls),
            "video_duration": "" if self.duration_s is None else round(self.duration_s, 2),
            "video_error": shortened(self.error, LONGEST_ERROR),
            "video_updated_at": written_at,
        }


@dataclass(frozen=True)
class CellBlock:
    """Values for a rectangle whose top left cell is (`row`, `column`): 1-based sheet row, 0-based column."""

    row: int
    column: int
    values: tuple[tuple[Value, ...], ...]


@dataclass(frozen=True)
class WritePlan:
    """The cells to write. `missing` are titles of rows that are no longer in the sheet."""

    blocks: tuple[CellBlock, ...]
    width: int
    """Number of columns that the sheet must have, counted from A."""
    new_columns: bool
    """Whether columns are added, which may require widening the sheet first."""
    written: int
    unchanged: int
    missing: tuple[str, ...]


class ReportedSheet:
    """A snapshot of the sheet: the position of each row, and the current values of our columns.

    Args:
        cells: the sheet from (`first_row`, `first_column`) to its right edge, rows of equal length.
        ideas_width: number of these columns that the job reads ideas from.
        choice: columns that the job names by hand.

    Raises:
        InvalidSheetError: the sheet no longer has a header row, or a column that the job names.
    """

    def __init__(
        self,
        cells: Sequence[Sequence[str]],
        *,
        first_row: int,
        first_column: int,
        ideas_width: int,
        choice: ColumnChoice = NO_CHOICE,
    ) -> None:
        self.cells, self.first_row, self.first_column = cells, first_row, first_column
        ideas = [row[:ideas_width] for row in cells]
        table = sheet_table(
            ideas, layout=SheetFormat.STANDARD, first_row=first_row, first_column=first_column, choice=choice
        )
        assert table.header_row is not None, "a standard sheet has a header"
        self.header_at = table.header_row - first_row
        self.places = report_columns_in(cells[self.header_at])
        """Index of each of our columns that the sheet has."""
        self.rows = {key: int(number) for key, number in zip(table.frame["row_key"], table.frame.index, strict=True)}
        """Sheet row number of each row's key."""

    def says(self, number: int) -> dict[str, str]:
        """The values of our columns in a row; columns that the sheet does not have are left out."""
        row = self.cells[number - self.first_row]
        return {name: row[self.places[name]] if name in self.places else "" for name in REPORT_COLUMNS}


def plan_writing(
    sheet: ReportedSheet,
    results: Iterable[RowResult],
    *,
    written_at: str,
    restore: Mapping[str, Mapping[str, Value]] = MappingProxyType({}),
) -> WritePlan:
    """Find each row by its key and each column by its header, and decide which cells to write.

    Missing columns are put at the first free place to the right of the header. A row that already has the same status,
    links and reason is not written, so writing twice changes nothing.

    Args:
        restore: cells of other rows to restore, by row key; see `written_over`.
    """
    new = _places_for_new(sheet, [name for name in REPORT_COLUMNS if name not in sheet.places])
    changed = {sheet.rows[key]: cells for key, cells in restore.items()}
    unchanged, written, missing = 0, 0, []
    for result in results:
        number, values = sheet.rows.get(result.row_key), result.cells(written_at)
        if number is None:
            missing.append(result.title or result.row_key)
        elif _compared(sheet.says(number)) == _compared(values):
            unchanged += 1
        else:
            written += 1
            changed[number] = values
    places = {**sheet.places, **new}
    headers = {sheet.first_row + sheet.header_at: {name: name for name in new}} if new and changed else {}
    blocks = [*_blocks(headers, new, sheet.first_column), *_blocks(changed, places, sheet.first_column)]
    width = sheet.first_column + max(places.values()) + 1
    return WritePlan(tuple(blocks), width, bool(new), written, unchanged, tuple(missing))


def written_over(
    before: ReportedSheet, after: ReportedSheet, results: Iterable[RowResult]
) -> dict[str, Mapping[str, Value]]:
    """The former cells, by row key, of rows overwritten by results of other rows: the sheet was sorted meanwhile."""
    results = list(results)
    ours, written = {result.row_key for result in results}, {_compared(result.cells("")) for result in results}
    hit: dict[str, Mapping[str, Value]] = {}
    for key, number in after.rows.items():
        if key in ours:
            continue
        was = before.says(before.rows[key]) if key in before.rows else dict.fromkeys(REPORT_COLUMNS, "")
        now = after.says(number)
        if now != was and _compared(now) in written:
            hit[key] = was
    return hit


def _compared(cells: Mapping[str, Value]) -> tuple[Value, ...]:
    """The cells to compare: all but the duration, which the sheet shows in its own locale's format, and the time."""
    return cells["video_status"], cells["video_url"], cells["video_error"]


def _places_for_new(sheet: ReportedSheet, names: Sequence[str]) -> dict[str, int]:
    """The first run of columns after the header that is empty in every row."""
    if not names:
        return {}
    filled = {at for row in sheet.cells for at, cell in enumerate(row) if cell}
    behind = max(at for at, cell in enumerate(sheet.cells[sheet.header_at]) if cell) + 1
    start = next(at for at in count(behind) if filled.isdisjoint(range(at, at + len(names))))
    return {name: start + offset for offset, name in enumerate(names)}


def _blocks(
    rows: Mapping[int, Mapping[str, Value]], places: Mapping[str, int], first_column: int
) -> Iterator[CellBlock]:
    """Merge adjacent columns of adjacent rows into one block each."""
    for names in _neighbours(places):
        lines: list[tuple[Value, ...]] = []
        numbers = sorted(rows)
        for position, number in enumerate(numbers):
            lines.append(tuple(rows[number][name] for name in names))
            if position + 1 == len(numbers) or numbers[position + 1] != number + 1:
                yield CellBlock(number - len(lines) + 1, first_column + places[names[0]], tuple(lines))
                lines = []


def _neighbours(places: Mapping[str, int]) -> list[list[str]]:
    groups: list[list[str]] = []
    for name in sorted(places, key=places.__getitem__):
        if groups and places[groups[-1][-1]] + 1 == places[name]:
            groups[-1].append(name)
        else:
            groups.append([name])
    return groups


def require_header(layout: SheetFormat) -> None:
    """Raise InvalidSheetError for sheets without a header row, in which our columns cannot be named."""
    if layout is SheetFormat.POSITIONAL:
        raise InvalidSheetError(
            "write_back needs a header row, and input_source.format is positional",
            fix="Give the sheet a header row and set input_source.format to standard, or set write_back to false",
        )
