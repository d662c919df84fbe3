"""Decides whether a request is admitted now, or when at the earliest. Pure; times are whole microseconds of the store.

Each admission has a time stamp. A sliding window of limit N is full while N stamps are at most one window old, so no
interval of that length, wherever it begins and both ends included, ever contains more than N admissions.

The project's token bucket holds at most `burst` tokens and regains them at the refill rate; each admission takes one.
Alone it would admit `burst + refill_rate * window` in the first window (600 for 300 at 5/s in 60 s), so a sliding
window limits the project as well. With the default figures the window is the tighter limit; with a smaller burst or a
slower refill the bucket is tighter and spreads the admissions.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.errors import InvalidRequestError

MICROSECONDS = 1_000_000
LONGEST_WINDOW_S = 3600.0


class Scope(StrEnum):
    """Whether a limit is a user's or a project's; the values are used in error messages."""

    USER = "per-user"
    PROJECT = "per-project"


@dataclass(frozen=True)
class Limits:
    """The limits of one user and one project.

    Args:
        per_user: admissions of one user in any window, over all projects.
        per_project: admissions of one project in any window, over all users.
        refill_rate: tokens per second that a project's bucket regains.
        burst: tokens that a full bucket holds.
        window_s: length of the windows in seconds, at most an hour.

    Raises:
        InvalidRequestError: a figure is out of its bounds.
    """

    per_user: int
    per_project: int
    refill_rate: float
    burst: int
    window_s: float

    def __post_init__(self) -> None:
        for name in ("per_user", "per_project", "burst"):
            value = getattr(self, name)
            if not isinstance(value, int) or value < 1:
                raise InvalidRequestError(f"Rate limit {name} is {value!r}", fix="Give a whole number from 1")
        if not (math.isfinite(self.refill_rate) and self.refill_rate > 0):
            raise InvalidRequestError(f"Rate limit refill_rate is {self.refill_rate!r}", fix="Give tokens per second")
        if not 0 < self.window_s <= LONGEST_WINDOW_S:
            raise InvalidRequestError(
                f"Rate limit window_s is {self.window_s!r}", fix=f"Give seconds, at most {LONGEST_WINDOW_S:.0f}"
            )

    @property
    def window_us(self) -> int:
        """Length of the windows in microseconds, rounded up."""
        return math.ceil(self.window_s * MICROSECONDS)

    @property
    def token_us(self) -> int:
        """Time in which the bucket regains one token, in whole microseconds, rounded up."""
        return math.ceil(MICROSECONDS / self.refill_rate)


@dataclass(frozen=True)
class Meter:
    """The stored state of one user or one project; times in microseconds of the store."""

    stamps: tuple[int, ...] = ()
    """Times of the admissions within the last window, oldest first."""
    full_at_us: int = 0
    """When the bucket will be full again (theoretical arrival time of GCRA, ITU-T I.371). A user has no bucket."""
    idle_at_us: int = 0
    """From this time on the meter equals a new one, so it can be deleted."""

    def within(self, window_us: int, now_us: int) -> tuple[int, ...]:
        """The stamps that are still inside the window at `now_us`."""
        return self.stamps[bisect_left(self.stamps, now_us - window_us) :]


@dataclass(frozen=True)
class Verdict:
    """The answer to one request: admitted where `wait_us` is 0."""

    wait_us: int
    held_by: Scope | None
    """The limit with the longest wait."""


def judge(limits: Limits, now_us: int, user: Meter, project: Meter) -> Verdict:
    """Whether one more request is admitted at `now_us`, or how long it has to wait, in microseconds."""
    user_us = _window_wait_us(limits.per_user, limits.window_us, now_us, user)
    project_us = max(
        _window_wait_us(limits.per_project, limits.window_us, now_us, project),
        max(project.full_at_us, now_us) + (1 - limits.burst) * limits.token_us - now_us,
    )
    if max(user_us, project_us) <= 0:
        return Verdict(0, None)
    return Verdict(user_us, Scope.USER) if user_us >= project_us else Verdict(project_us, Scope.PROJECT)


def admit(limits: Limits, now_us: int, user: Meter, project: Meter) -> tuple[Meter, Meter]:
    """Both meters (user, project) with one more admission at `now_us`, and without stamps outside the window."""
    window_us = limits.window_us
    left_at_us = now_us + window_us + 1
    full_at_us = max(project.full_at_us, now_us) + limits.token_us
    return (
        Meter((*user.within(window_us, now_us), now_us), 0, left_at_us),
        Meter((*project.within(window_us, now_us), now_us), full_at_us, max(left_at_us, full_at_us)),
    )


def tokens(limits: Limits, now_us: int, project: Meter) -> int:
    """Whole tokens in the project's bucket at `now_us`: 0 to `limits.burst`."""
    missing_us = max(0, project.full_at_us - now_us)
    return max(0, limits.burst - math.ceil(missing_us / limits.token_us))


def _window_wait_us(limit: int, window_us: int, now_us: int, meter: Meter) -> int:
    """Time until the window has room, in microseconds: until the limit-th newest stamp has left it."""
    if len(meter.stamps) < limit:
        return 0
    return max(0, meter.stamps[-limit] + window_us + 1 - now_us)
