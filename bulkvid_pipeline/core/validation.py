"""What the three validation levels make of the schema's report.

strict: one error anywhere stops the job · moderate: rows with errors are rejected, the others go on · permissive: what
can be repaired is repaired, and each repair is a warning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

import pandas as pd
import pandera.pandas as pa

from bulkvid_pipeline.core.cells import platforms_of
from bulkvid_pipeline.core.columns import COLUMNS, LANGUAGE, MEDIA_COLUMNS, REQUIRED, ROW_ID
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, ValidationReport, shortened
from bulkvid_pipeline.core.languages import language_fault
from bulkvid_pipeline.core.media import SOURCE_FIX, shown_source, source_fault
from bulkvid_pipeline.core.options import Platform, Priority, Style, ValidationLevel, Voice
from bulkvid_pipeline.core.rows import VideoIdea, read_idea
from bulkvid_pipeline.core.schema import FILLED, idea_schema
from bulkvid_pipeline.core.sheet_table import SheetTable

TITLE_FROM_TEXT = 60

_PROBLEMS: dict[str, Callable[[str], tuple[str, str]]] = {
    "duration_seconds": lambda _cell: (
        "Not a length in seconds",
        "Write a number from 1 to 3600, such as 45",
    ),
    "platform_preferences": lambda cell: (
        "Unknown platform " + ", ".join(shortened(name, 20) for name in platforms_of(cell)[1])
        if platforms_of(cell)[1]
        else "No platform is named",
        "Use one or more of " + ", ".join(Platform),
    ),
    "voice_preference": lambda _cell: ("Unknown voice", "Use " + ", ".join(Voice)),
    "style_override": lambda _cell: ("Unknown style", "Use " + ", ".join(Style)),
    "priority": lambda _cell: ("Unknown priority", "Use " + ", ".join(Priority)),
    LANGUAGE: language_fault,
    **dict.fromkeys(MEDIA_COLUMNS, lambda cell: source_fault(cell) or ("Not a medium", SOURCE_FIX)),
}

_SOURCES = {"idea_title": "the description or the script", "script_content": "the description or the title"}
"""Where permissive takes the text of a required cell from."""


@dataclass(frozen=True)
class RowProblem:
    """Something wrong with a readable row that only a check beyond the schema sees, such as a missing glyph."""

    column: str
    value: str
    problem: str
    fix: str
    code: str
    error_at: frozenset[ValidationLevel]
    """Levels at which it is an error; at the others it is a warning."""
    informs: bool = False
    """Whether it only says how something was read, at every level."""


RowCheck = Callable[[VideoIdea], Iterable[RowProblem]]


def validate_table(
    table: SheetTable, level: ValidationLevel, checks: Iterable[RowCheck] = ()
) -> tuple[tuple[VideoIdea, ...], ValidationReport]:
    """The ideas that may be rendered, in sheet order, and the report with every finding of the sheet.

    Raises:
        InvalidSheetError: a required column is missing altogether (moderate), or all text columns are (permissive).
    """
    present = [column for column in COLUMNS if column in table.frame]
    _require_columns(present, level)
    by_row = _schema_findings(table, level)
    findings = [*table.findings, *by_row.pop(None, [])]
    _warn_of_duplicates(table, by_row)
    accepted: list[VideoIdea] = []
    rejected, skipped = [], []
    checks = tuple(checks)
    for number, cells in _rows(table.frame):
        row_findings = by_row[number]
        idea = read_idea(number, cells)
        if level is ValidationLevel.PERMISSIVE:
            repaired = _with_text(idea)
            if repaired is None:
                skipped.append(number)
                findings += [_skipped(number)]
                continue
            idea = repaired
        if not _has_error(row_findings):
            row_findings += [
                _checked(problem, number, table.letters, level) for check in checks for problem in check(idea)
            ]
        findings += row_findings
        if _has_error(row_findings):
            rejected.append(number)
        else:
            accepted.append(idea)
    report = ValidationReport(
        level.value, tuple(findings), tuple(i.sheet_row for i in accepted), tuple(rejected), tuple(skipped)
    )
    return tuple(accepted), report


def _require_columns(present: Iterable[str], level: ValidationLevel) -> None:
    missing = [column for column in REQUIRED if column not in present]
    if level is ValidationLevel.MODERATE and missing:
        raise InvalidSheetError(
            f"The sheet has no column {' and no column '.join(missing)}",
            fix=f"Add the column; the sheet has {', '.join(present) or 'none of ours'}",
        )


def _rows(frame: pd.DataFrame) -> Iterable[tuple[int, dict[str, str]]]:
    columns = list(frame.columns)
    for number, *cells in frame.itertuples(index=True, name=None):
        yield int(number), dict(zip(columns, cells, strict=True))


def _schema_findings(table: SheetTable, level: ValidationLevel) -> defaultdict[int | None, list[Finding]]:
    """The schema's failure cases as findings, by sheet row, in column order."""
    by_row: defaultdict[int | None, list[Finding]] = defaultdict(list)
    try:
        idea_schema().validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return by_row
    order = {column: at for at, column in enumerate((*COLUMNS, *MEDIA_COLUMNS, LANGUAGE))}
    found = zip(cases["column"], cases["check"], cases["failure_case"], cases["index"], strict=True)
    for column, check, case, index in found:
        if check == "column_in_dataframe":
            by_row[None] += _missing_column(str(case), level)
            continue
        finding = _cell_finding(int(index), column, check, str(case), table.letters.get(column, ""), level)
        if finding is not None:
            by_row[int(index)].append(finding)
    for row_findings in by_row.values():
        row_findings.sort(key=lambda f: order.get(f.column, -1))
    return by_row


def _missing_column(column: str, level: ValidationLevel) -> list[Finding]:
    if level is ValidationLevel.STRICT:
        severity, problem, fix = Severity.ERROR, "", "Add it; strict needs all ten columns"
    elif column in REQUIRED:
        severity = Severity.WARNING
        problem, fix = f"; the text was taken from {_SOURCES[column]}", "Add it to choose the text yourself"
    else:
        return []
    return [Finding(severity, f"Column {column} is missing{problem}", fix, column=column, code="MISSING_COLUMN")]


def _cell_finding(row: int, column: str, check: str, value: str, letter: str, level: ValidationLevel) -> Finding | None:
    permissive = level is ValidationLevel.PERMISSIVE
    if check == FILLED:
        if level is not ValidationLevel.STRICT and column not in REQUIRED:
            return None
        problem = "Nothing in it can be spoken" if value.strip() else "Empty cell"
        fix, code = "Fill it in", "EMPTY_CELL"
        if permissive:
            problem += f"; the text was taken from {_SOURCES[column]}"
            fix = "Fill it in to choose the text yourself"
    else:
        problem, fix = _PROBLEMS[column](value)
        code = "INVALID_CELL"
        if level is not ValidationLevel.STRICT or column not in COLUMNS:
            fix += ", or leave it empty"
        if permissive and column in MEDIA_COLUMNS:
            problem += "; the medium is left out"
        elif permissive and column == LANGUAGE:
            problem += "; it is found out from the text"
        elif permissive:
            some_left = column == "platform_preferences" and platforms_of(value)[0]
            problem += "; it is left out" if some_left else "; the default was used"
    severity = Severity.WARNING if permissive else Severity.ERROR
    value = shown_source(value) if column in MEDIA_COLUMNS else value
    return Finding(severity, problem, fix, row, column, letter, shortened(value), code)


def _warn_of_duplicates(table: SheetTable, by_row: defaultdict[int | None, list[Finding]]) -> None:
    same_text = ("Same title and script as row {}", "Remove one of them, unless both are wanted", "DUPLICATE_ROW")
    _warn_of_equals(table, [c for c in REQUIRED if c in table.frame], same_text, by_row)
    same_id = ("Same id as row {}", "Give each row an id of its own, by which it is known again", "DUPLICATE_ID")
    _warn_of_equals(table, [c for c in (ROW_ID,) if c in table.frame], same_id, by_row)


def _warn_of_equals(
    table: SheetTable, columns: list[str], wording: tuple[str, str, str], by_row: defaultdict[int | None, list[Finding]]
) -> None:
    """A warning at each row whose `columns` hold the same as an earlier row's, but for case and blanks."""
    if not columns:
        return
    problem, fix, code = wording
    letter = table.letters.get(columns[0], "")
    folded = table.frame[columns].apply(lambda cells: cells.str.split().str.join(" ").str.casefold())
    first_row: dict[tuple[str, ...], int] = {}
    for number, *cells in folded[folded.ne("").any(axis=1)].itertuples(index=True, name=None):
        first = first_row.setdefault(tuple(cells), int(number))
        if first != number:
            value = shortened(str(table.frame.at[number, columns[0]]))
            by_row[int(number)].append(
                Finding(Severity.WARNING, problem.format(first), fix, int(number), columns[0], letter, value, code)
            )


def _with_text(idea: VideoIdea) -> VideoIdea | None:
    """The idea with a title and a script, each made from the other texts where it is missing; None without any text."""
    if not (idea.title or idea.script or idea.description):
        return None
    title = idea.title or _first_words(idea.description or idea.script)
    return replace(idea, title=title, script=idea.script or idea.description or idea.title)


def _first_words(text: str) -> str:
    """The beginning of `text` on one line, cut between words where there are any."""
    line = " ".join(text.split())
    if len(line) <= TITLE_FROM_TEXT:
        return line
    head = line[:TITLE_FROM_TEXT]
    return (head.rpartition(" ")[0] or head[:-1]) + "…"


def _skipped(row: int) -> Finding:
    return Finding(
        Severity.WARNING,
        "Row has neither title nor description nor script; it was skipped",
        "Write at least one of them",
        row,
        code="SKIPPED_ROW",
    )


def _has_error(findings: Iterable[Finding]) -> bool:
    return any(f.severity is Severity.ERROR for f in findings)


def _checked(problem: RowProblem, row: int, letters: Mapping[str, str], level: ValidationLevel) -> Finding:
    severity = Severity.ERROR if level in problem.error_at else Severity.INFO if problem.informs else Severity.WARNING
    letter = letters.get(problem.column, "")
    return Finding(
        severity, problem.problem, problem.fix, row, problem.column, letter, shortened(problem.value), problem.code
    )
