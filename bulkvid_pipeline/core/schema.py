"""The one pandera schema of a sheet of ideas.

The validated frame holds strings, one row per idea; its index is the sheet row number. The schema states everything
that `strict` requires; `validation` decides how the other levels treat its findings.
"""

from __future__ import annotations

from functools import partial

import pandas as pd
import pandera.pandas as pa

from bulkvid_pipeline.core.cells import is_filled, is_valid
from bulkvid_pipeline.core.columns import COLUMNS, OPTIONAL

FILLED = "filled"
VALID = "valid"


def _filled(column: str) -> pa.Check:
    return pa.Check(lambda cells: cells.map(partial(is_filled, column)).astype(bool), name=FILLED)


def _valid_when_filled(column: str) -> pa.Check:
    def check(cells: pd.Series[str]) -> pd.Series[bool]:
        return cells.map(lambda cell: not is_filled(column, cell) or is_valid(column, cell)).astype(bool)

    return pa.Check(check, name=VALID)


def idea_schema() -> pa.DataFrameSchema:
    """All ten columns present and filled, with valid values in them and in the optional columns.

    Validate with `lazy=True` to get all findings at once.
    """
    columns = {name: pa.Column(str, checks=[_filled(name), _valid_when_filled(name)]) for name in COLUMNS}
    columns |= {name: pa.Column(str, checks=[_valid_when_filled(name)], required=False) for name in OPTIONAL}
    return pa.DataFrameSchema(columns, index=pa.Index(int, unique=True, name="sheet_row"), strict=False)
