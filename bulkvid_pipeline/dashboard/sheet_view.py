"""A sheet as the wizard shows it: columns with what they are taken for, first rows, and findings in their places."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from bulkvid_pipeline.core.column_choice import letter_key
from bulkvid_pipeline.core.columns import IGNORE, NAMES, REQUIRED
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.options import ValidationLevel
from bulkvid_pipeline.core.ranges import A1Range, column_letter, parse_range
from bulkvid_pipeline.core.sheet_columns import KnownBy
from bulkvid_pipeline.core.wire import FindingView, SheetColumnView, SheetPreview, Validation
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.demo.column_guide import title_of

SHOWN = 200
"""Characters of a cell that the table shows."""
LEVELS = tuple(level.value for level in ValidationLevel)
FIXES = {
    "UNKNOWN_COLUMN": "Say above the column what it is, or leave it",
    "COLUMN_DISPLACED": "Choose something else for this column if it is to be read",
    "REPEATED_COLUMN": "Choose above the columns which one counts",
    "APPROVAL_NOT_ASKED": "Choose “Only rows marked as approved” under “Which rows” to take those alone",
    "HIDDEN_ROWS": "Choose “Take hidden rows too” under “Which rows” to have them rendered",
    "TAB_CHOSEN": "Choose another tab above, or name it in the range",
    "HEADER_IN_POSITIONAL": "Choose “The first row names the columns” under “Which rows”, or begin the range lower",
}
"""What to do here, where the general words speak of options and fields."""
_OPTION = "input_source.columns"
GRAVITY = ("error", "warning", "info")


@dataclass(frozen=True)
class Mark:
    """A finding, once for all levels at which it is told; `id` is that of its entry in the list."""

    id: str
    finding: FindingView
    levels: tuple[str, ...]

    @property
    def fix(self) -> str:
        """What to do about it."""
        return FIXES.get(self.finding.code, plainly(self.finding.fix))

    @property
    def place(self) -> str:
        """The id of the part of the table that it stands in, if that is shown."""
        return _place(self.finding.column_letter, self.finding.sheet_row)


@dataclass(frozen=True)
class Cell:
    """A part of the table: a head, a row's number or a cell."""

    id: str
    text: str = ""
    marks: tuple[Mark, ...] = ()

    def gravest(self, level: str) -> str:
        """The gravest of its findings at a level; "" without one."""
        return _gravest(self.marks, level)


@dataclass(frozen=True)
class Column:
    """A column of the sheet. `chosen` is what was said by hand: one of our names, `ignore`, or "" for nothing."""

    head: Cell
    about: SheetColumnView
    chosen: str

    @property
    def used_as(self) -> str:
        """What people read of what it is taken for; "" where it is not read."""
        return title_of(self.about.name) if self.about.name in NAMES else ""

    @property
    def automatic(self) -> str:
        """What the choice is called that leaves it to us."""
        if self.about.known_by == KnownBy.MAPPING:
            return "Automatic"
        return f"Automatic: {self.used_as}" if self.used_as else "Not used"


@dataclass(frozen=True)
class Row:
    """A row of the sheet; its first cell is its number."""

    number: Cell
    cells: tuple[Cell, ...]

    def is_left_out(self, level: str) -> bool:
        """Whether an error keeps it from being rendered at a level."""
        return "error" in {cell.gravest(level) for cell in (self.number, *self.cells)}


@dataclass(frozen=True)
class SheetView:
    """The whole table. Without a usable header there are columns and samples, but no rows and no verdicts."""

    columns: tuple[Column, ...] = ()
    rows: tuple[Row, ...] = ()
    marks: tuple[Mark, ...] = ()
    verdicts: Mapping[str, Validation] = field(default_factory=dict)
    header_row: int | None = None
    rows_total: int = 0
    rows_checked: int = 0
    tab: str = ""
    tabs: tuple[str, ...] = ()
    picked: A1Range | None = None
    """The range that the job names."""

    def as_said(self, said: Mapping[str, str]) -> SheetView:
        """The table with the choices of a form that was refused."""
        columns = tuple(replace(column, chosen=said.get(column.about.key, "")) for column in self.columns)
        return replace(self, columns=columns)

    @property
    def places(self) -> frozenset[str]:
        """The ids of all parts that are shown."""
        heads = (column.head.id for column in self.columns)
        return frozenset([*heads, *(cell.id for row in self.rows for cell in (row.number, *row.cells))])

    @property
    def letters(self) -> tuple[str, ...]:
        """The letters to choose the edges of a range from: those that were read, and all before them."""
        names = [column.about.letter for column in self.columns]
        last = A1Range(0, 9) if not names else parse_range(letter_key(names[-1]))
        widest = max(last.last_column, self.picked.last_column if self.picked else 0, 9)
        return tuple(column_letter(at) for at in range(min(widest, 255) + 1))


def view_of_preview(preview: SheetPreview, chosen: Mapping[str, str], picked: A1Range | None) -> SheetView:
    """The table of a sheet that can be read.

    Args:
        chosen: the mapping of the draft.
    """
    marks = _marks(preview.validation)
    at = _by_place(marks)
    return SheetView(
        columns=_columns(preview.sheet_columns, chosen, at),
        rows=tuple(_row(row, preview.sheet_columns, at) for row in preview.rows),
        marks=marks,
        verdicts=preview.validation,
        header_row=preview.header_row,
        rows_total=preview.rows_total,
        rows_checked=preview.rows_checked,
        tab=preview.tab,
        tabs=preview.tabs,
        picked=picked,
    )


def view_of_refusal(error: BulkVideoError, chosen: Mapping[str, str], picked: A1Range | None) -> SheetView:
    """What is known of a sheet that cannot be read as it is: its columns and its tabs, to choose from by hand."""
    told: Mapping[str, Any] = error.details if isinstance(error.details, dict) else {}
    return SheetView(
        columns=_columns(_columns_told(error), chosen, {}),
        header_row=told.get("header_row"),
        tab=str(told.get("tab", "")),
        tabs=tuple(map(str, told.get("tabs", ()))),
        picked=picked,
    )


def _columns_told(error: BulkVideoError) -> list[SheetColumnView]:
    """The columns of a sheet, out of the error about it."""
    told = error.details.get("columns", ()) if isinstance(error.details, dict) else ()
    return [SheetColumnView.model_validate(column) for column in told]


def plainly(text: str) -> str:
    """A message without the name of the field that the choices of this page are kept in."""
    return text.replace(_OPTION, "your choice of columns").removeprefix("your choice of columns: ").strip()


def refusal_fix(error: BulkVideoError) -> str:
    """What to do, beside the columns, about a sheet that cannot be read as it is."""
    if error.field == _OPTION:
        return "Choose again below what the columns are. What was chosen for a column that is gone is forgotten then."
    known = {column.name for column in _columns_told(error)}
    if known.issuperset(REQUIRED):
        return "All that is needed is there but the ideas: write the first one into the row below the headings."
    title, script = map(title_of, REQUIRED)
    return f"Say below which column holds the {title} and which one the {script}; the others are optional."


def choices() -> tuple[tuple[str, str], ...]:
    """What a column can be said to be, with what people read for it."""
    return (*((name, title_of(name)) for name in NAMES), (IGNORE, "Do not use"))


def _columns(
    columns: Iterable[SheetColumnView], chosen: Mapping[str, str], at: Mapping[str, tuple[Mark, ...]]
) -> tuple[Column, ...]:
    found = []
    for column in columns:
        place = _place(column.letter, None)
        by_hand = (column.name or IGNORE) if column.known_by == KnownBy.MAPPING else chosen.get(column.key, "")
        found.append(Column(Cell(place, column.header, at.get(place, ())), column, by_hand))
    return tuple(found)


def _row(row: Any, columns: Sequence[SheetColumnView], at: Mapping[str, tuple[Mark, ...]]) -> Row:
    def cell(column: SheetColumnView) -> Cell:
        place = _place(column.letter, row.sheet_row)
        text = row.sheet_cells.get(column.letter) or row.cells.get(column.name or "", "")
        return Cell(place, shortened(text, SHOWN), at.get(place, ()))

    number = _place("", row.sheet_row)
    return Row(Cell(number, str(row.sheet_row), at.get(number, ())), tuple(map(cell, columns)))


def _marks(validation: Mapping[str, Validation]) -> tuple[Mark, ...]:
    """The findings of all levels, each once, those of the sheet and gravest first where they stand in one place."""
    levels: defaultdict[str, list[str]] = defaultdict(list)
    findings: dict[str, FindingView] = {}
    for level, found in validation.items():
        for finding in found.findings:
            key = finding.model_dump_json()
            findings.setdefault(key, finding)
            levels[key].append(level)
    ordered = sorted(findings, key=lambda key: (findings[key].sheet_row or 0, GRAVITY.index(findings[key].severity)))
    return tuple(Mark(f"finding-{n}", findings[key], tuple(levels[key])) for n, key in enumerate(ordered, 1))


def _by_place(marks: Iterable[Mark]) -> dict[str, tuple[Mark, ...]]:
    found: defaultdict[str, list[Mark]] = defaultdict(list)
    for mark in marks:
        found[mark.place].append(mark)
    return {place: tuple(those) for place, those in found.items()}


def _place(letter: str, row: int | None) -> str:
    return f"at-{letter}{row or ''}" if letter or row else "at-sheet"


def _gravest(marks: Iterable[Mark], level: str) -> str:
    told = {mark.finding.severity for mark in marks if level in mark.levels}
    return next((severity for severity in GRAVITY if severity in told), "")


def verdict(found: Validation) -> Iterator[str]:
    """What becomes of the rows that were checked, in short sentences."""
    rows = found.rows
    if found.stops_job and found.errors:
        yield f"The job would not start: {plural(found.errors, 'error')}"
    elif found.stops_job:
        yield "The job would not start: no row can be rendered"
    else:
        yield f"{rows.accepted} of {rows.accepted + rows.rejected + rows.skipped} rows would be rendered"
        if rows.rejected:
            yield f"{rows.rejected} left out with errors"
        if rows.skipped:
            yield f"{rows.skipped} skipped"
