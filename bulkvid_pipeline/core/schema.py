"""The one pandera schema of a sheet of ideas.

The frame it judges holds strings, one row per idea; its index is the sheet row number. The schema states everything
that `strict` asks for; what the other levels make of its report is decided in `validation`.
"""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pandera.pandas as pa

from bulkvid_pipeline.core.cells import duration_of, option_of, platforms_of, says_something
from bulkvid_pipeline.core.columns import COLUMNS, LANGUAGE, MEDIA_COLUMNS
from bulkvid_pipeline.core.languages import names_language
from bulkvid_pipeline.core.media import source_fault
from bulkvid_pipeline.core.options import Priority, Style, Voice

FILLED = "filled"
VALID = "valid"


def _filled(column: str) -> pa.Check:
    if column == "script_content":  # a dash or an emoji alone gives a video without a word
        return pa.Check(lambda cells: cells.map(says_something).astype(bool), name=FILLED)
    return pa.Check(lambda cells: cells.str.strip() != "", name=FILLED)


def _valid_when_filled(is_valid: Callable[[str], bool]) -> pa.Check:
    def check(cells: pd.Series[str]) -> pd.Series[bool]:
        return (cells.str.strip() == "") | cells.map(is_valid).astype(bool)

    return pa.Check(check, name=VALID)


def _names_platforms(cell: str) -> bool:
    known, unknown = platforms_of(cell)
    return bool(known) and not unknown


_VALID: dict[str, Callable[[str], bool]] = {
    "duration_seconds": lambda cell: duration_of(cell) is not None,
    "platform_preferences": _names_platforms,
    "voice_preference": lambda cell: option_of(Voice, cell) is not None,
    "style_override": lambda cell: option_of(Style, cell) is not None,
    "priority": lambda cell: option_of(Priority, cell) is not None,
    LANGUAGE: names_language,
    **dict.fromkeys(MEDIA_COLUMNS, lambda cell: source_fault(cell) is None),
}


def idea_schema() -> pa.DataFrameSchema:
    """All ten columns, present and filled, the typed ones valid, and what media there are.

    Validate with `lazy=True` for every finding.
    """
    columns = {
        name: pa.Column(str, checks=[_filled(name)] + ([_valid_when_filled(_VALID[name])] if name in _VALID else []))
        for name in COLUMNS
    }
    columns |= {
        name: pa.Column(str, checks=[_valid_when_filled(_VALID[name])], required=False)
        for name in (*MEDIA_COLUMNS, LANGUAGE)
    }
    return pa.DataFrameSchema(columns, index=pa.Index(int, unique=True, name="sheet_row"), strict=False)
