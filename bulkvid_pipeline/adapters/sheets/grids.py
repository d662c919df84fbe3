"""A whole tab of a spreadsheet file in memory, and the part of it that a range names."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.adapters.sheets.raw_sheet import RawSheet, as_raw_sheet, crop
from bulkvid_pipeline.core.column_choice import NO_CHOICE, ColumnChoice
from bulkvid_pipeline.core.errors import InvalidRangeError, InvalidSheetError
from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.merged_cells import MergedCells
from bulkvid_pipeline.core.ranges import A1Range
from bulkvid_pipeline.core.source_notes import SourceNotes
from bulkvid_pipeline.core.tab_choice import PEEKED_ROWS, Tab, choose_tab


@dataclass(frozen=True)
class Grid:
    """All cells of a tab as it shows them; indices from 0."""

    name: str
    rows: Sequence[Sequence[str]]
    merged: tuple[MergedCells, ...] = ()
    hidden: frozenset[int] = frozenset()


@dataclass(frozen=True)
class NamedGrid:
    """A tab that is read when it is needed."""

    name: str
    visible: bool
    read: Callable[[], Grid]


def read_grid(
    tabs: Sequence[NamedGrid], area: A1Range | None, *, name: str, source_uri: str, choice: ColumnChoice = NO_CHOICE
) -> RawSheet:
    """The cells that `area` names, or all of the tab that holds the ideas.

    Args:
        name: the file's name, for messages.
        choice: columns that are named by hand.

    Raises:
        InvalidSheetError: no tab, nothing filled, or a limit is passed.
        InvalidRangeError: no tab of that name, several with ideas, or the area starts outside the filled cells.
    """
    if not tabs:
        raise InvalidSheetError(f"'{name}' holds no worksheet", fix="Save it again with the sheet of your ideas in it")
    grid, findings = _chosen(tabs, area, name, choice)
    part, first_row, first_column = crop(grid.rows, area, name=grid.name)
    top, left = first_row - 1, first_column
    notes = SourceNotes(
        merged=tuple(
            MergedCells(m.top - top, m.left - left, m.bottom - top, m.right - left)
            for m in grid.merged
            if m.top >= top and m.left >= left
        ),
        hidden=frozenset(at - top for at in grid.hidden if at >= top),
        findings=findings,
        tabs=tuple(tab.name for tab in tabs if tab.visible or tab.name == grid.name),
    )
    return as_raw_sheet(
        part, name=grid.name, first_row=first_row, first_column=first_column, source_uri=source_uri, notes=notes
    )


def _chosen(
    tabs: Sequence[NamedGrid], area: A1Range | None, name: str, choice: ColumnChoice
) -> tuple[Grid, tuple[Finding, ...]]:
    if area is not None and area.sheet is not None:
        wanted = area.sheet.casefold()
        for tab in tabs:
            if tab.name.casefold() == wanted:
                return tab.read(), ()
        titles = ", ".join(f"'{tab.name}'" for tab in tabs[:10])
        raise InvalidRangeError(
            f"Range '{area.text}' is invalid or out of bounds: '{name}' has no sheet '{area.sheet}'",
            fix=f"Use one of its sheets: {titles}",
        )
    grids = [tab.read() for tab in tabs if tab.visible] or [tabs[0].read()]
    first = area.first_row - 1 if area else 0
    peeked = [Tab(grid.name, grid.rows[first : first + PEEKED_ROWS]) for grid in grids]
    chosen, findings = choose_tab(peeked, source=f"'{name}'", choice=choice)
    return next(grid for grid in grids if grid.name == chosen), findings
