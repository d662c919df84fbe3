"""From the cells of a sheet to a table of ideas."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from bulkvid_pipeline.core.cells import cleaned
from bulkvid_pipeline.core.columns import (
    COLUMNS,
    MEDIA_COLUMNS,
    REQUIRED,
    HeaderMap,
    map_headers,
    positional_map,
)
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.ranges import column_letter
from bulkvid_pipeline.core.rows import row_keys
from bulkvid_pipeline.core.spec import SheetFormat

ADVISED_ROWS = 1_000
_BARE_NUMBER = re.compile(r"\s*\d{1,6}(?:[.,]\d{1,6})?(?:\s*[-–—~]\s*\d{1,6}(?:[.,]\d{1,6})?)?\s*")


@dataclass(frozen=True)
class SheetTable:
    """A sheet as strings.

    `frame` has the canonical columns that the sheet has, plus `row_key`; its index is the sheet row number. `letters`
    tells under which letter each column stands in the sheet. `findings` are about the sheet as a whole.
    """

    frame: pd.DataFrame
    letters: Mapping[str, str]
    findings: tuple[Finding, ...]


def sheet_table(
    cells: Sequence[Sequence[str]], *, layout: SheetFormat, first_row: int = 1, first_column: int = 0
) -> SheetTable:
    """The table in the cells of a range whose top left cell is (`first_row`, `first_column`).

    Rows whose cells under our columns are all empty are left out, whatever stands beside them (ticked boxes, notes).
    Cells stay strings: "007" stays "007".

    Raises:
        InvalidSheetError: no rows, or no usable header.
    """
    rows = [tuple(cleaned(cell) for cell in row) for row in cells]
    if not any(map(any, rows)):
        raise InvalidSheetError("The sheet is empty", fix="Put a header row and at least one idea into the range")
    if layout is SheetFormat.POSITIONAL:
        header, body_start = positional_map(max(map(len, rows))), 0
    else:
        body_start = next(i for i, row in enumerate(rows) if any(row)) + 1
        header = map_headers(rows[body_start - 1])
        _require_header(header, rows[body_start - 1])
    ours = header.of_ideas
    body = {
        first_row + i: row
        for i, row in enumerate(rows)
        if i >= body_start and any(row[at] for at in ours if at < len(row))
    }
    if not body:
        raise InvalidSheetError("The sheet has no ideas in our columns", fix="Add at least one row, or widen the range")
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
    findings = [*_header_findings(header), *_size_findings(len(frame))]
    if layout is SheetFormat.POSITIONAL:
        findings += _positional_findings(rows, first_column)
    return SheetTable(frame, letters, tuple(findings))


def _require_header(header: HeaderMap, written: Sequence[str]) -> None:
    if header.positions.keys() & {*REQUIRED, "description"}:
        return
    found = ", ".join(shortened(cell, 20) for cell in written if cell.strip()) or "nothing"
    raise InvalidSheetError(
        f"No header row was found: the first row holds {shortened(found, 160)}",
        fix="Begin the range with a row that names the columns (idea_title, description, ..., script_content, ...), "
        "or set input_source.format to positional",
    )


def _header_findings(header: HeaderMap) -> list[Finding]:
    findings = []
    if header.unknown:
        names = shortened(", ".join(header.unknown), 120)
        findings.append(
            Finding(
                Severity.WARNING,
                f"Unknown columns are ignored: {names}",
                "Rename them to one of " + ", ".join((*COLUMNS, *MEDIA_COLUMNS)) + ", or leave them",
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


def _positional_findings(rows: Sequence[Sequence[str]], first_column: int) -> list[Finding]:
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
    if any(any(row[len(COLUMNS) :]) for row in rows):
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
