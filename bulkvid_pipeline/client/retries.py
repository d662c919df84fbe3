"""Whether a request that failed is sent again, and when: a pure decision."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from time import time

from .errors import BulkJobsError, ConnectionFailedError, IdempotencyError, RateLimitedError

LONGEST_PAUSE_S = 30.0
_PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True)
class RetryPolicy:
    """Exponential backoff with full jitter, within a bound on the whole time.

    Attributes:
        max_retries: attempts after the first one.
        backoff_s: the longest that the first pause can be; each next one is at most twice as long.
        total_s: no attempt begins later than so long after the first; None for no bound.
        spread: gives numbers between 0 and 1, by which pauses are shortened.
    """

    max_retries: int = 4
    backoff_s: float = 0.5
    total_s: float | None = 120.0
    spread: Callable[[], float] = random.random

    def pause_after(self, error: BulkJobsError, *, failures: int, elapsed_s: float, repeatable: bool) -> float | None:
        """Seconds until the next attempt; None if there is to be none.

        Args:
            failures: how many attempts have failed, 1 or more.
            elapsed_s: since the first attempt began.
            repeatable: whether a second request does no harm where nobody knows what became of the first.
        """
        if failures > self.max_retries or not may_pass(error) or not (repeatable or never_acted_on(error)):
            return None
        pause = self.backoff(failures)
        if error.retry_after is not None:
            pause += error.retry_after
        if self.total_s is not None and elapsed_s + pause > self.total_s:
            return None
        return pause

    def backoff(self, failures: int) -> float:
        """Seconds to wait after so many failures in a row, by chance."""
        ceiling: float = min(LONGEST_PAUSE_S, self.backoff_s * 2 ** min(failures - 1, 20))
        return self.spread() * ceiling


def may_pass(error: BulkJobsError) -> bool:
    """Whether the same request may succeed later."""
    if isinstance(error, ConnectionFailedError):
        return True
    if isinstance(error, IdempotencyError):
        return error.status == 409
    return error.status in _PASSING_STATUSES


def never_acted_on(error: BulkJobsError) -> bool:
    """Whether the server certainly did nothing: it was not reached, or turned the request away at the door."""
    return isinstance(error, RateLimitedError) or (
        isinstance(error, ConnectionFailedError) and not error.may_have_arrived
    )


def retry_after_s(header: str | None) -> float | None:
    """Seconds that a `Retry-After` header asks to wait, as a number or as a date; None if it says neither."""
    if header is None:
        return None
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time())
    except ValueError:
        return None
