"""Which tab of a spreadsheet holds the ideas, when nobody named it: often a cover or notes stand before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.cells import cleaned
from bulkvid_pipeline.core.columns import COLUMNS, REQUIRED
from bulkvid_pipeline.core.errors import InvalidRangeError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.header_rows import SEARCHED_ROWS, header_candidates
from bulkvid_pipeline.core.ranges import A1Range

PEEKED_ROWS = 2 * SEARCHED_ROWS
"""Rows of each tab that are enough to choose by."""
_NAMED = 10


@dataclass(frozen=True)
class Tab:
    """A tab that a reader sees, and its first rows."""

    name: str
    rows: Sequence[Sequence[str]]


def choose_tab(tabs: Sequence[Tab], *, source: str) -> tuple[str, tuple[Finding, ...]]:
    """The name of the tab with a header that fits and rows below it, and what is to be said of the choice.

    Where no tab has a header it is the first one, whose fault is then told.

    Args:
        source: what the tabs belong to, in quotes, for messages.

    Raises:
        InvalidRangeError: several tabs hold ideas; names them.
    """
    fitness = {tab.name: _fitness(tab) for tab in tabs}
    whole = [name for name, fit in fitness.items() if fit[0] == len(REQUIRED)]
    best = max(fitness.values())
    fitting = whole or [name for name, fit in fitness.items() if fit == best and best > (0, 0)]
    if len(fitting) > 1:
        names = ", ".join(f"'{shortened(name, 40)}'" for name in fitting[:_NAMED])
        choice = A1Range(0, len(COLUMNS) - 1, sheet=fitting[0]).text
        raise InvalidRangeError(
            f"Several tabs of {source} hold ideas: {names}" + (", ..." if len(fitting) > _NAMED else ""),
            fix=f'Choose one by its name: --range "{choice}" (input_source.range)',
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


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether one of the first rows could name the columns."""
    return bool(header_candidates([tuple(cleaned(cell) for cell in row) for row in rows[:PEEKED_ROWS]]))


def _fitness(tab: Tab) -> tuple[int, int]:
    """How many columns the tab's best header names; (0, 0) without a header, or without a row below it."""
    rows = [tuple(cleaned(cell) for cell in row) for row in tab.rows]
    filled_below = (header for header in header_candidates(rows) if any(map(any, rows[header.at + 1 :])))
    return max((header.fitness for header in filled_below), default=(0, 0))
