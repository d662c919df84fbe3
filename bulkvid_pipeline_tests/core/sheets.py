"""Small sheets for the tests of this folder."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.sheet_table import SheetTable, sheet_table
from bulkvid_pipeline.core.spec import SheetFormat

MESSY = Path(__file__).parent.parent / "samples" / "ideas_messy.csv"

GOOD = {
    "idea_title": "Good",
    "description": "d",
    "target_audience": "a",
    "tone": "calm",
    "duration_seconds": "30",
    "platform_preferences": "youtube",
    "script_content": "One sentence. Another one.",
    "voice_preference": "female",
    "style_override": "modern",
    "priority": "normal",
}
"""A row that every level accepts."""


def table(*rows: Sequence[str], layout: SheetFormat = SheetFormat.STANDARD) -> SheetTable:
    """The table of a sheet whose range begins at A1."""
    return sheet_table(rows, layout=layout)


def full_table(*changes: dict[str, str]) -> SheetTable:
    """A sheet of all ten columns with one good row for each of `changes`, changed so."""
    rows = [{**GOOD, "idea_title": f"Good {number}", **change} for number, change in enumerate(changes)]
    return table(COLUMNS, *([row[column] for column in COLUMNS] for row in rows))


def messy_table() -> SheetTable:
    """The sample with one fault of each kind."""
    with MESSY.open(encoding="utf-8", newline="") as file:
        return table(*csv.reader(file))
