"""Chooses the tab with the ideas if the job names none: a cover or notes often come before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.cells import cleaned
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.columns import COLUMNS, REQUIRED
from bulkvid_pipeline.core.errors import InvalidRangeError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.header_rows import SEARCHED_ROWS, header_candidates
from bulkvid_pipeline.core.ranges import A1Range

PEEKED_ROWS = 2 * SEARCHED_ROWS
"""Number of rows of each tab that are read for the choice."""
_NAMED = 10


@dataclass(frozen=True)
class Tab:
    """A visible tab and its first rows."""

    name: str
    rows: Sequence[Sequence[str]]


def choose_tab(
    tabs: Sequence[Tab], *, source: str, choice: ColumnChoice = NO_CHOICE
) -> tuple[str, tuple[Finding, ...]]:
    """The name of the tab with a fitting header and rows below it, and findings about the choice.

    If no tab has a header, the first tab is chosen, and its missing header is reported later.

    Args:
        source: the name of the spreadsheet in quotes, for messages.
        choice: columns that are named by hand.

    Raises:
        InvalidRangeError: several tabs hold ideas; the message and `details` name them.
    """
    fitness = {tab.name: _fitness(tab, choice) for tab in tabs}
    whole = [name for name, fit in fitness.items() if fit[0] == len(REQUIRED)]
    best = max(fitness.values())
    fitting = whole or [name for name, fit in fitness.items() if fit == best and best > (0, 0)]
    if len(fitting) > 1:
        names = ", ".join(f"'{shortened(name, 40)}'" for name in fitting[:_NAMED])
        example = A1Range(0, len(COLUMNS) - 1, sheet=fitting[0]).text
        raise InvalidRangeError(
            f"Several tabs of {source} hold ideas: {names}" + (", ..." if len(fitting) > _NAMED else ""),
            fix=f'Choose one by its name: --range "{example}" (input_source.range)',
            details={"tabs": fitting},
        )
    name = fitting[0] if fitting else tabs[0].name
    if len(tabs) == 1:
        return name, ()
    others = [tab.name for tab in tabs if tab.name != name]
    finding = Finding(
        Severity.INFO,
        f"The tab '{shortened(name, 40)}' was read, not {', '.join(repr(shortened(other, 40)) for other in others[:5])}"
        + (", ..." if len(others) > 5 else ""),
        'To read another one name it: --range "Tab!A:J" (input_source.range)',
        code="TAB_CHOSEN",
    )
    return name, (finding,)


def has_header(rows: Sequence[Sequence[str]], choice: ColumnChoice = NO_CHOICE) -> bool:
    """Whether one of the first rows could be a header."""
    return bool(header_candidates([tuple(cleaned(cell) for cell in row) for row in rows[:PEEKED_ROWS]], choice))


def _fitness(tab: Tab, choice: ColumnChoice) -> tuple[int, int]:
    """The fitness of the tab's best header; (0, 0) without a header, or without a row below it."""
    rows = [tuple(cleaned(cell) for cell in row) for row in tab.rows]
    filled_below = (header for header in header_candidates(rows, choice) if any(map(any, rows[header.at + 1 :])))
    return max((header.fitness for header in filled_below), default=(0, 0))
