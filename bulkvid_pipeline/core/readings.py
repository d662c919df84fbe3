"""The result of reading a cell."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Generic, TypeVar

_Value = TypeVar("_Value", covariant=True)


@dataclass(frozen=True)
class Reading(Generic[_Value]):
    """The meaning of one cell: a value, no value (an empty cell or a word such as `n/a`), or a problem."""

    value: _Value | None = None
    understood: str = ""
    """How the cell was understood, if it is not written in our own terms."""
    problem: str = ""
    """Why the cell cannot be read, with the likely meanings if it is ambiguous."""
    fix: str = ""
    """What to write instead, if there is a more specific advice than the column's general one."""
