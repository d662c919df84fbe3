"""From the cells of a sheet to a table of ideas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from bulkvid_pipeline.core.cells import cleaned
from bulkvid_pipeline.core.column_choice import FIELD, NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.columns import (
    COLUMNS,
    OPTIONAL,
    REQUIRED,
    HeaderMap,
    column_of,
    map_headers,
    positional_map,
)
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.header_rows import find_header, likely_header
from bulkvid_pipeline.core.helper_rows import HelperRow, helper_rows
from bulkvid_pipeline.core.left_out import LeftOut
from bulkvid_pipeline.core.merged_cells import MergedCells, spread_across, spread_down
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.rows import row_keys
from bulkvid_pipeline.core.sheet_columns import SheetColumn, sheet_columns, tell_columns
from bulkvid_pipeline.core.source_notes import NO_NOTES, SourceNotes
from bulkvid_pipeline.core.spec import HiddenRows, SheetFormat

ADVISED_ROWS = 1_000
_BARE_NUMBER = re.compile(r"\s*\d{1,6}(?:[.,]\d{1,6})?(?:\s*[-–—~]\s*\d{1,6}(?:[.,]\d{1,6})?)?\s*")


@dataclass(frozen=True)
class SheetTable:
    """A sheet as strings.

    `frame` has the canonical columns that the sheet has, plus `row_key`; its index is the sheet row number. `letters`
    tells under which letter each column stands in the sheet. `findings` are about the sheet as a whole. `faults` are
    errors, by sheet row, of rows that could not be read as they were meant. `header_row` is the header's sheet row.
    `columns` are all that the sheet has, also those that are not read.
    """

    frame: pd.DataFrame
    letters: Mapping[str, str]
    findings: tuple[Finding, ...]
    faults: Mapping[int, tuple[Finding, ...]] = field(default_factory=dict)
    header_row: int | None = None
    columns: tuple[SheetColumn, ...] = ()


def sheet_table(
    cells: Sequence[Sequence[str]],
    *,
    layout: SheetFormat,
    first_row: int = 1,
    first_column: int = 0,
    notes: SourceNotes = NO_NOTES,
    hidden_rows: HiddenRows = HiddenRows.SKIP,
    choice: ColumnChoice = NO_CHOICE,
) -> SheetTable:
    """The table in the cells of a range whose top left cell is (`first_row`, `first_column`).

    Rows whose cells under our columns are all empty are left out, whatever stands beside them (ticked boxes, notes),
    and so are titles above the header, rows that explain it, totals, and hidden rows. Cells stay strings: "007" stays
    "007". What is said by hand of columns (`choice`) wins over headers and positions.

    Raises:
        InvalidSheetError: no rows, no usable header, or no such column as is named by hand; `details` has the columns.
    """
    rows = [tuple(cleaned(cell) for cell in row) for row in cells]
    if not any(map(any, rows)):
        raise InvalidSheetError("The sheet is empty", fix="Put a header row and at least one idea into the range")
    cut = _Cut(first_row, first_column)
    try:
        return _table(rows, cut, layout, notes, hidden_rows, choice)
    except InvalidSheetError as error:
        at = None if layout is SheetFormat.POSITIONAL else likely_header(rows, choice)
        columns = _columns_as_far_as_known(rows, at, cut, choice)
        tell_columns(error, columns, None if at is None else first_row + at)
        raise


@dataclass(frozen=True)
class _Cut:
    """Where in the sheet the cells stand."""

    first_row: int
    first_column: int


def _columns_as_far_as_known(
    rows: Sequence[Sequence[str]], header_at: int | None, cut: _Cut, choice: ColumnChoice
) -> tuple[SheetColumn, ...]:
    """The columns of cells that are no table."""
    headers = () if header_at is None else rows[header_at]
    letters = {at - cut.first_column: name for at, name in choice.by_letter.items() if at >= cut.first_column}
    by_hand = {**choice.in_row(headers), **letters}
    known = positional_map(max(map(len, rows)), by_hand) if header_at is None else map_headers(headers, by_hand)
    return sheet_columns(rows, header_at, known, by_hand=by_hand, first_column=cut.first_column)


def _table(
    cells: Sequence[Sequence[str]],
    cut: _Cut,
    layout: SheetFormat,
    notes: SourceNotes,
    hidden_rows: HiddenRows,
    choice: ColumnChoice,
) -> SheetTable:
    first_row, first_column = cut.first_row, cut.first_column
    rows: Sequence[Sequence[str]] = spread_down(cells, notes.merged)
    left_out = LeftOut(first_row)
    width = max(map(len, rows))
    if layout is SheetFormat.POSITIONAL:
        by_hand: Mapping[int, str] = choice.places(None, width=width, first_column=first_column, header_row=None)
        header, header_at = positional_map(width, by_hand), None
        helpers: Mapping[int, HelperRow] = {}
    else:
        found = find_header(rows, first_row=first_row, first_column=first_column, choice=choice)
        header, header_at, by_hand = found.columns, found.at, found.by_hand
        left_out.above_header(rows, header_at)
        rows, bands = _spread_ideas(rows, header.positions, header_at, notes.merged)
        helpers = helper_rows(rows, header_at, header.positions) | bands
    if hidden_rows is HiddenRows.INCLUDE:
        hidden: frozenset[int] = frozenset()
    else:
        hidden = notes.hidden
    ours = header.of_ideas
    start = 0 if header_at is None else header_at + 1
    ideas = [i for i in range(start, len(rows)) if any(rows[i][at] for at in ours if at < len(rows[i]))]
    left_out.helpers({i: helpers[i] for i in ideas if i in helpers and i not in hidden})
    left_out.hidden([i for i in ideas if i in hidden])
    body = {first_row + i: rows[i] for i in ideas if i not in helpers and i not in hidden}
    if not body:
        raise InvalidSheetError("The sheet has no ideas in our columns", fix=left_out.cure())
    letters = {column: column_letter(first_column + at) for column, at in header.positions.items()}
    frame = pd.DataFrame(
        {c: [row[at] if at < len(row) else "" for row in body.values()] for c, at in header.positions.items()},
        index=pd.Index(list(body), name="sheet_row", dtype=int),
        dtype=str,
    )
    if header.duration_form != "{}":
        frame["duration_seconds"] = frame["duration_seconds"].map(
            lambda cell: header.duration_form.format(cell.strip()) if _BARE_NUMBER.fullmatch(cell) else cell
        )
    frame["row_key"] = row_keys(frame)
    columns = sheet_columns(rows, header_at, header, by_hand=by_hand, first_column=first_column)
    findings = [*notes.findings, *left_out.findings, *_header_findings(header), *_size_findings(len(frame))]
    findings += _displaced_findings(header, columns)
    if layout is SheetFormat.POSITIONAL:
        findings += _positional_findings(rows, first_column, by_hand)
    faults = _faults(notes, header_at, first_row, {at: c for c, at in header.positions.items()}, first_column)
    return SheetTable(
        frame,
        letters,
        tuple(findings),
        {row: errors for row, errors in faults.items() if row in body},
        None if header_at is None else first_row + header_at,
        columns,
    )


def _spread_ideas(
    rows: Sequence[Sequence[str]], positions: Mapping[str, int], header_at: int, merged: Sequence[MergedCells]
) -> tuple[Sequence[Sequence[str]], dict[int, HelperRow]]:
    """The rows with merges inside one row filled, and the headings that are merged over title and script alike."""
    required = [positions[column] for column in REQUIRED if column in positions]
    bands: dict[int, HelperRow] = {}
    across: dict[int, list[MergedCells]] = {}
    for area in merged:
        if area.top != area.bottom or not header_at < area.top < len(rows):
            continue
        covers_all = len(required) == len(REQUIRED) and all(area.left <= at <= area.right for at in required)
        if covers_all:
            bands[area.top] = HelperRow.BAND
        else:
            across.setdefault(area.top, []).append(area)
    filled = list(rows)
    for at, areas in across.items():
        filled[at] = spread_across(filled[at], at, areas)
    return filled, bands


def _faults(
    notes: SourceNotes, header_at: int | None, first_row: int, columns: Mapping[int, str], first_column: int
) -> dict[int, tuple[Finding, ...]]:
    """What could not be read of the rows below the header, as errors by sheet row; of columns that count only."""
    found: dict[int, list[Finding]] = {}
    if header_at is not None and notes.lengths:
        expected = notes.lengths[header_at].cells
        for at, length in enumerate(notes.lengths[header_at + 1 :], header_at + 1):
            if length.filled > expected:
                found.setdefault(first_row + at, []).append(_too_long(first_row + at, length.filled, expected))
    for fault in notes.faults:
        column = "" if fault.column is None else columns.get(fault.column - first_column)
        if column is None:
            continue
        letter = "" if fault.column is None else column_letter(fault.column)
        found.setdefault(fault.row, []).append(
            Finding(
                Severity.ERROR, fault.problem, fault.fix, fault.row, column, letter, shortened(fault.value), fault.code
            )
        )
    return {row: tuple(errors) for row, errors in found.items()}


def _too_long(row: int, cells: int, expected: int) -> Finding:
    return Finding(
        Severity.ERROR,
        f"The row has {cells} cells, the header {expected}: a text in it has the separator inside",
        'Put the text in double quotes: "one, two, three"',
        row,
        code="ROW_TOO_LONG",
    )


def _header_findings(header: HeaderMap) -> list[Finding]:
    findings = []
    if header.unknown:
        names = shortened(", ".join(header.unknown), 120)
        findings.append(
            Finding(
                Severity.WARNING,
                f"Unknown columns are ignored: {names}",
                f"Rename them to one of {', '.join((*COLUMNS, *OPTIONAL))}, say in {FIELD} which one each of them is, "
                "or leave them",
                code="UNKNOWN_COLUMN",
            )
        )
    findings += [
        Finding(
            Severity.WARNING,
            f"Column '{shortened(name, 40)}' stands twice; the first one counts",
            "Remove or rename one",
            code="REPEATED_COLUMN",
        )
        for name in header.repeated
    ]
    return findings


def _displaced_findings(header: HeaderMap, columns: Sequence[SheetColumn]) -> list[Finding]:
    """Columns that would be read, if another one had not been named by hand in their place."""
    taken = {column.name: column.letter for column in columns}
    findings = []
    for column in (columns[at] for at in header.displaced if at < len(columns)):
        name = column_of(column.header) if column.header else COLUMNS[columns.index(column)]
        findings.append(
            Finding(
                Severity.INFO,
                f"Not read: {name} is taken from column {taken[name]}, as {FIELD} says",
                f"Name this column in {FIELD} if it is to be read as something else",
                column_letter=column.letter,
                value=shortened(column.header),
                code="COLUMN_DISPLACED",
            )
        )
    return findings


def _positional_findings(rows: Sequence[Sequence[str]], first_column: int, by_hand: Mapping[int, str]) -> list[Finding]:
    """What is odd about a sheet that is said to have no header and columns in the fixed order."""
    findings = []
    first = next(row for row in rows if any(row))
    if {*REQUIRED} <= map_headers(first).positions.keys():
        findings.append(
            Finding(
                Severity.WARNING,
                "The first row looks like a header, but the positional format has none; it is taken for an idea",
                "Set input_source.format to standard, or begin the range one row lower",
                code="HEADER_IN_POSITIONAL",
            )
        )
    if any(cell for row in rows for at, cell in enumerate(row[len(COLUMNS) :], len(COLUMNS)) if at not in by_hand):
        last = column_letter(first_column + len(COLUMNS) - 1)
        findings.append(
            Finding(
                Severity.WARNING,
                f"Columns after {last} are ignored: the positional format has {len(COLUMNS)}",
                "Leave them, or name the columns in a header row and set input_source.format to standard",
                code="UNKNOWN_COLUMN",
            )
        )
    return findings


def _size_findings(rows: int) -> list[Finding]:
    if rows <= ADVISED_ROWS:
        return []
    return [
        Finding(
            Severity.WARNING,
            f"The sheet has {rows} rows; up to {ADVISED_ROWS} are advised",
            "Split it into several jobs to see results sooner",
            code="MANY_ROWS",
        )
    ]
