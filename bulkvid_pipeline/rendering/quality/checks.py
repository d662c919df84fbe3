"""Quality reports: lists of checks, each with the measured value, the limit and the outcome."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of a check."""

    PASSED = "passed"
    WARNING = "warning"
    """Not as good as it should be, but good enough to publish."""
    FAULT = "fault"
    """The output must not be published."""


class Subject(StrEnum):
    """The subject of a check; it decides which remedy is tried for a fault."""

    FILE = "file"
    PICTURE = "picture"
    SOUND = "sound"
    TEXT = "text"


@dataclass(frozen=True)
class Check:
    """One check of one file."""

    name: str
    """Lower case with underscores; ends with the unit if the value has one."""
    subject: Subject
    outcome: Outcome
    value: float | int | str | bool | None
    """The measured value; None if it is not a finite number, as for the loudness of silence."""
    limit: str
    """The allowed values, as text."""
    said: str = ""
    """The fault as a clause for the user; empty if the check passed."""


def check(
    name: str,
    subject: Subject,
    value: float | int | str | bool,
    limit: str,
    said: str = "",
    outcome: Outcome = Outcome.FAULT,
) -> Check:
    """A check that passed if its message is empty, else with the given `outcome`.

    A `found` that is not finite is stored as None.
    """
    if isinstance(value, float):
        value = round(value, 3)
    finite = not isinstance(value, float) or math.isfinite(value)
    return Check(name, subject, outcome if said else Outcome.PASSED, value if finite else None, limit, said)


@dataclass(frozen=True)
class QualityReport:
    """All checks of one output. A report without checks is of an output older than the quality checks."""

    outcome: Outcome = Outcome.PASSED
    """The most severe outcome of the checks; at least a warning if the output was repaired."""
    checks: tuple[Check, ...] = ()
    repaired: tuple[str, ...] = ()
    """Reason and remedy if the output was made a second time; else empty."""

    @classmethod
    def of(cls, checks: Iterable[Check], repaired: tuple[str, ...] = ()) -> QualityReport:
        """The report of these checks, with its overall outcome."""
        checks = tuple(checks)
        found = {each.outcome for each in checks} | ({Outcome.WARNING} if repaired else set())
        return cls(max(found, key=list(Outcome).index, default=Outcome.PASSED), checks, repaired)

    @property
    def faults(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.outcome is Outcome.FAULT)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Messages about a published output for the user: repairs, and checks with a warning."""
        return (*self.repaired, *(each.said for each in self.checks if each.outcome is Outcome.WARNING))

    @property
    def summary(self) -> str:
        """One line: `29 checks passed`, `28 of 29 checks passed; warning: caption_speed; repaired once`."""
        if not self.checks:
            return "not checked"
        passed = sum(each.outcome is Outcome.PASSED for each in self.checks)
        if passed == len(self.checks):
            parts = [f"{passed} checks passed"]
        else:
            parts = [f"{passed} of {len(self.checks)} checks passed"]
        for outcome in (Outcome.FAULT, Outcome.WARNING):
            names = [each.name for each in self.checks if each.outcome is outcome]
            parts += [f"{outcome}: {', '.join(names)}"] if names else []
        return "; ".join(parts + (["repaired once"] if self.repaired else []))
