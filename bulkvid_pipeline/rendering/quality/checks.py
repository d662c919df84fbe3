"""What a quality report consists of: checks, each with what was found, what was allowed, and what came of it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What came of a check."""

    PASSED = "passed"
    WARNING = "warning"
    """Not as good as it should be, but good enough to publish."""
    FAULT = "fault"
    """Not to be published."""


class Subject(StrEnum):
    """What a check is about; decides what can be done about a fault."""

    FILE = "file"
    PICTURE = "picture"
    SOUND = "sound"
    TEXT = "text"


@dataclass(frozen=True)
class Check:
    """One check of one file."""

    name: str
    """Lower case with underscores; carries the unit where there is one."""
    subject: Subject
    outcome: Outcome
    value: float | int | str | bool | None
    """What was found; None where there is no number for it, as for the loudness of silence."""
    limit: str
    """What was allowed, in words or figures."""
    said: str = ""
    """In plain words what is wrong; empty where it passed."""


def check(
    name: str,
    subject: Subject,
    value: float | int | str | bool,
    limit: str,
    said: str = "",
    outcome: Outcome = Outcome.FAULT,
) -> Check:
    """A check that passed if nothing is said against it, else came to `outcome`."""
    if isinstance(value, float):
        value = round(value, 3)
    finite = not isinstance(value, float) or math.isfinite(value)
    return Check(name, subject, outcome if said else Outcome.PASSED, value if finite else None, limit, said)


@dataclass(frozen=True)
class QualityReport:
    """All checks of one output. One without checks says nothing: the output is older than these checks."""

    outcome: Outcome = Outcome.PASSED
    """The gravest of the checks'; a warning at least where the output was repaired."""
    checks: tuple[Check, ...] = ()
    repaired: tuple[str, ...] = ()
    """Why it had to be made a second time, and how that was done; empty where the first was good."""

    @classmethod
    def of(cls, checks: Iterable[Check], repaired: tuple[str, ...] = ()) -> QualityReport:
        """The report of these checks."""
        checks = tuple(checks)
        found = {each.outcome for each in checks} | ({Outcome.WARNING} if repaired else set())
        return cls(max(found, key=list(Outcome).index, default=Outcome.PASSED), checks, repaired)

    @property
    def faults(self) -> tuple[Check, ...]:
        return tuple(each for each in self.checks if each.outcome is Outcome.FAULT)

    @property
    def warnings(self) -> tuple[str, ...]:
        """What the user should know of a published output, in plain words."""
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
