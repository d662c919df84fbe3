"""What the three validation levels make of the schema's report.

strict: one error anywhere stops the job · moderate: rows with errors are rejected, the others go on · permissive: what
can be repaired is repaired, and each repair is a warning.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pandera.pandas as pa

from bulkvid_pipeline.core.cells import READINGS, formula_fault, is_formula, read_approval
from bulkvid_pipeline.core.column_choice import FIELD
from bulkvid_pipeline.core.columns import (
    APPROVAL_COLUMNS,
    COLUMNS,
    LANGUAGE,
    MEDIA_COLUMNS,
    OPTIONAL,
    REQUIRED,
    ROW_ID,
    SAY_AS,
)
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.findings import Finding, Severity, ValidationReport, shortened
from bulkvid_pipeline.core.media import shown_source
from bulkvid_pipeline.core.options import Captions, Platform, Priority, Style, ValidationLevel, Voice
from bulkvid_pipeline.core.rows import VideoIdea, read_idea
from bulkvid_pipeline.core.schema import FILLED, idea_schema
from bulkvid_pipeline.core.sheet_columns import tell_columns
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.core.spec import OnlyRows
from bulkvid_pipeline.core.vocabulary.approvals import Approval
from bulkvid_pipeline.core.vocabulary.empties import is_empty_text

TITLE_FROM_TEXT = 60

_FIXES = {
    "duration_seconds": "Write a number from 1 to 3600, such as 45",
    "platform_preferences": "Use one or more of " + ", ".join(Platform),
    "voice_preference": "Use " + ", ".join(Voice),
    "style_override": "Use " + ", ".join(Style),
    "priority": "Use " + ", ".join(Priority),
    "captions": "Use " + ", ".join(Captions),
}
_UNDERSTOOD_FIX = "Change the cell if it means something else"

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
    table: SheetTable,
    level: ValidationLevel,
    checks: Iterable[RowCheck] = (),
    *,
    only: OnlyRows | None = None,
    before_checks: Callable[[Sequence[VideoIdea]], None] = lambda _: None,
) -> tuple[tuple[VideoIdea, ...], ValidationReport]:
    """The ideas that may be rendered, in sheet order, and the report with every finding of the sheet.

    With `only` the other rows are skipped, whatever stands in them. `before_checks` is given all ideas that are going
    to be checked, for what is better found out of many rows at once.

    Raises:
        InvalidSheetError: a required column is missing altogether (moderate), or all text columns are (permissive);
            no column says which rows are approved, and only these are wanted; `details` has the columns.
    """
    try:
        table, left_out = _wanted(table, only)
        _require_columns([column for column in COLUMNS if column in table.frame], level)
    except InvalidSheetError as error:
        tell_columns(error, table.columns, table.header_row)
        raise
    by_row = _schema_findings(table, level)
    findings = [*table.findings, *by_row.pop(None, [])]
    _warn_of_duplicates(table, by_row)
    broken = _add_faults(table, level, by_row)
    accepted: list[VideoIdea] = []
    rejected: list[int] = []
    skipped = [finding.sheet_row for finding in left_out if finding.sheet_row is not None]
    checks = tuple(checks)
    read: list[tuple[int, VideoIdea | None, list[Finding]]] = []
    for number, cells in _rows(table.frame):
        if number in broken:
            read.append((number, None, by_row[number]))
            continue
        idea: VideoIdea | None = read_idea(number, cells)
        if level is ValidationLevel.PERMISSIVE and idea is not None:
            idea = _with_text(idea)
        row_findings = by_row[number] + _understood(number, cells, table.letters)
        read.append((number, idea, row_findings if idea is not None else [_skipped(number)]))
    before_checks([idea for _, idea, row_findings in read if idea is not None and not _has_error(row_findings)])
    for number, idea, row_findings in read:
        if idea is None:
            skipped.append(number)
            findings += row_findings
            continue
        if not _has_error(row_findings):
            row_findings += [
                _checked(problem, number, table.letters, level) for check in checks for problem in check(idea)
            ]
        findings += row_findings
        if _has_error(row_findings):
            rejected.append(number)
        else:
            accepted.append(idea)
    findings += left_out
    report = ValidationReport(
        level.value, tuple(findings), tuple(i.sheet_row for i in accepted), tuple(rejected), tuple(sorted(skipped))
    )
    return tuple(accepted), report


def _wanted(table: SheetTable, only: OnlyRows | None) -> tuple[SheetTable, list[Finding]]:
    """The rows that the job takes, and what is said of the others, or of a column that nobody asked for."""
    column = next((name for name in APPROVAL_COLUMNS if name in table.frame), None)
    if only is None:
        return table, [_not_asked_for(column, table.letters)] if column else []
    if column is None:
        raise InvalidSheetError(
            "The sheet has no column that says which rows are approved",
            fix="Add a column named approved or status, or leave out input_source.only to render all rows",
        )
    said = dict(zip(table.frame.index.tolist(), table.frame[column].tolist(), strict=True))
    approvals = {row: read_approval(cell) for row, cell in said.items()}
    left_out = [
        _not_approved(row, column, table.letters[column], said[row], approval)
        for row, approval in approvals.items()
        if approval is not Approval.APPROVED
    ]
    approved = table.frame.loc[[approval is Approval.APPROVED for approval in approvals.values()]]
    return replace(table, frame=approved), left_out


def _not_asked_for(column: str, letters: Mapping[str, str]) -> Finding:
    return Finding(
        Severity.INFO,
        "All rows are taken, whatever this column says",
        "Use --only approved (input_source.only) to take the rows that it approves",
        column=column,
        column_letter=letters[column],
        code="APPROVAL_NOT_ASKED",
    )


def _not_approved(row: int, column: str, letter: str, value: str, approval: Approval) -> Finding:
    if approval is Approval.UNCLEAR:
        severity = Severity.WARNING
        problem = "May mean that the idea is ready, or something else; the row was skipped"
    else:
        severity, problem = Severity.INFO, "Not approved; the row was skipped"
    fix = "Write approved when it is to be rendered"
    return Finding(severity, problem, fix, row, column, letter, shortened(value), "NOT_APPROVED")


def _require_columns(present: Sequence[str], level: ValidationLevel) -> None:
    missing = [column for column in REQUIRED if column not in present]
    if level is ValidationLevel.MODERATE and missing:
        raise InvalidSheetError(
            f"The sheet has no column {' and no column '.join(missing)}",
            fix=f"Add the column; the sheet has {', '.join(present) or 'none of ours'}. "
            f"If another column is it, say so in {FIELD} (--column 'Hook line={missing[0]}')",
        )


def _rows(frame: pd.DataFrame) -> Iterable[tuple[int, dict[str, str]]]:
    columns = list(frame.columns)
    for number, *cells in frame.itertuples(index=True, name=None):
        yield int(number), dict(zip(columns, cells, strict=True))


def _schema_findings(table: SheetTable, level: ValidationLevel) -> defaultdict[int | None, list[Finding]]:
    """The schema's failure cases as findings, by sheet row, in column order."""
    by_row: defaultdict[int | None, list[Finding]] = defaultdict(list)
    if table.frame.empty:
        return by_row
    try:
        idea_schema().validate(table.frame, lazy=True)
    except pa.errors.SchemaErrors as errors:
        cases = errors.failure_cases
    else:
        return by_row
    order = {column: at for at, column in enumerate((*COLUMNS, *OPTIONAL))}
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


def _add_faults(
    table: SheetTable, level: ValidationLevel, by_row: defaultdict[int | None, list[Finding]]
) -> frozenset[int]:
    """Put what could not be read of the rows before their other findings; the rows that permissive has to skip.

    Permissive does without an option that could not be read, but not without a text.
    """
    broken = set()
    for row, errors in table.faults.items():
        unread = {fault.column for fault in errors}
        others = [finding for finding in by_row[row] if not finding.column or finding.column not in unread]
        if level is not ValidationLevel.PERMISSIVE:
            by_row[row] = [*errors, *others]
        elif unread & {"", *REQUIRED, "description"}:
            broken.add(row)
            by_row[row] = [_at_permissive(fault, "the row was skipped") for fault in errors]
        else:
            by_row[row] = [*(_at_permissive(fault, "the default was used") for fault in errors), *others]
    return frozenset(broken)


def _at_permissive(fault: Finding, done: str) -> Finding:
    return replace(fault, severity=Severity.WARNING, problem=f"{fault.problem}; {done}")


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
        problem, fix, code = "Empty cell", "Fill it in", "EMPTY_CELL"
        if value.strip():
            problem = "Counts as an empty cell" if is_empty_text(value) else "Nothing in it can be spoken"
    else:
        problem, fix = _fault(column, value)
        code = "INVALID_CELL"
        if column not in REQUIRED and (level is not ValidationLevel.STRICT or column not in COLUMNS):
            fix += ", or leave it empty"
    if permissive:
        problem += f"; {_repair(column, value)}"
        if check == FILLED:
            fix = "Fill it in to choose the text yourself"
    severity = Severity.WARNING if permissive else Severity.ERROR
    value = shown_source(value) if column in MEDIA_COLUMNS else value
    return Finding(severity, problem, fix, row, column, letter, shortened(value), code)


def _fault(column: str, value: str) -> tuple[str, str]:
    """What is wrong with a cell, and how to mend it."""
    if failed := formula_fault(value):
        return failed, "Mend the formula, or write the value itself"
    if column not in READINGS:
        return "Holds a formula, not its result", "Write the text itself"
    reading = READINGS[column](value)
    return reading.problem, reading.fix or _FIXES[column]


def _repair(column: str, value: str) -> str:
    """What permissive does about a faulty cell."""
    if column in REQUIRED:
        return f"the text was taken from {_SOURCES[column]}"
    if column in MEDIA_COLUMNS:
        return "the medium is left out"
    if column == LANGUAGE:
        return "it is found out from the text"
    if column == SAY_AS or column not in READINGS or READINGS[column](value).value is not None:
        return "it is left out"
    return "the default was used"


def _understood(row: int, cells: Mapping[str, str], letters: Mapping[str, str]) -> list[Finding]:
    """How the cells of a row were read that are not written in our own words."""
    found = []
    for column, cell in cells.items():
        if column in READINGS:
            understood = READINGS[column](cell).understood
        else:
            understood = "an empty cell" if column == "description" and cell.strip() and is_empty_text(cell) else ""
        if understood:
            severity, problem, fix, code = Severity.INFO, f"Read as {understood}", _UNDERSTOOD_FIX, "UNDERSTOOD"
        elif column in {"idea_title", "description"} and is_formula(cell):
            severity, problem = (
                Severity.WARNING,
                "Looks like a formula that was never calculated; it is shown as it stands",
            )
            fix, code = "Write its result, if that is meant", "FORMULA_TEXT"
        else:
            continue
        found.append(Finding(severity, problem, fix, row, column, letters.get(column, ""), shortened(cell), code))
    return found


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
