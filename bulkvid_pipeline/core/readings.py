"""What a cell was understood as."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

_Value = TypeVar("_Value", covariant=True)


@dataclass(frozen=True)
class Reading(Generic[_Value]):
    """The meaning of one cell: a value, nothing (the cell is empty, or says that it is), or a problem."""

    value: _Value | None = None
    understood: str = ""
    """What it was taken for, where the cell does not say it in our own words."""
    problem: str = ""
    """Why it cannot be read, with the likely meanings where it could mean several things."""
    fix: str = ""
    """What to write instead, where more can be said than for any cell of the column."""
