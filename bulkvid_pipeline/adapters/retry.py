"""Trying again after transient faults: exponential backoff with full jitter, honouring Retry-After.

Works for every adapter: the error itself says whether a call may be tried again (`BulkVideoError.retryable`).
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import tenacity

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.core.errors import BulkVideoError

Result = TypeVar("Result")


@dataclass(frozen=True)
class Wait:
    """One pause between two attempts, as it is reported before it starts."""

    error: BulkVideoError
    """The error of the last attempt."""
    tried: int
    """Number of attempts so far, from 1."""
    delay_s: float


@dataclass(frozen=True)
class RetryPolicy:
    """How often a call is retried, and after which pauses.

    The pause before attempt n+1 is uniformly random from 0 to `min(longest_delay_s, first_delay_s * factor ** (n - 1))`
    ("full jitter", AWS Architecture Blog, Exponential Backoff and Jitter), and is never shorter than the Retry-After
    of the response. `sleep` may raise to interrupt the wait, e.g. on a stop request.
    """

    tries: int = 5
    first_delay_s: float = 1.0
    factor: float = 3.0
    longest_delay_s: float = 60.0
    longest_retry_after_s: float = 300.0
    """A Retry-After longer than this ends the attempts, so that no call sleeps until tomorrow's quota."""
    sleep: Callable[[float], None] = time.sleep
    uniform: Callable[[float, float], float] = random.uniform

    def call(self, attempt: Callable[[], Result], *, on_wait: Callable[[Wait], None] | None = None) -> Result:
        """The result of `attempt`, called again while it raises a retryable error and attempts are left.

        Args:
            attempt: makes one attempt; only errors of type BulkVideoError are retried.
            on_wait: called with each pause before it starts.

        Raises:
            BulkVideoError: the last error of `attempt`, unchanged.
        """

        def announce(state: tenacity.RetryCallState) -> None:
            if on_wait is not None:
                on_wait(Wait(_error_of(state), state.attempt_number, state.upcoming_sleep))

        def numbered() -> Result:
            with exchanges.attempt(retrying.statistics["attempt_number"]):
                return attempt()

        retrying = tenacity.Retrying(
            stop=tenacity.stop_after_attempt(self.tries),
            wait=self._delay_after,
            retry=tenacity.retry_if_exception(self._may_retry),
            before_sleep=announce,
            sleep=self.sleep,
            reraise=True,
        )
        return retrying(numbered)

    def _may_retry(self, error: BaseException) -> bool:
        if not isinstance(error, BulkVideoError) or not error.retryable:
            return False
        return error.retry_after is None or error.retry_after <= self.longest_retry_after_s

    def _delay_after(self, state: tenacity.RetryCallState) -> float:
        ceiling = min(self.longest_delay_s, self.first_delay_s * self.factor ** (state.attempt_number - 1))
        return max(self.uniform(0.0, ceiling), _error_of(state).retry_after or 0.0)


def _error_of(state: tenacity.RetryCallState) -> BulkVideoError:
    error = state.outcome.exception() if state.outcome is not None else None
    assert isinstance(error, BulkVideoError)  # only these are tried again
    return error
