"""The rate limiter: requests slots, waits for them, and reports each wait with its reason."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.adapters.rate_limits import admission
from bulkvid_pipeline.adapters.rate_limits.admission import MICROSECONDS, Limits, Meter, Scope, Verdict
from bulkvid_pipeline.adapters.rate_limits.stores import Answer, MemoryStore, Meters, Step, Store, Subject
from bulkvid_pipeline.core.errors import InvalidRequestError, QuotaExceededError


class Budget(StrEnum):
    """What is limited. Each budget has its own counts; Google, for example, counts reads and writes separately."""

    SHEETS_READ = "sheets_read"
    SHEETS_WRITE = "sheets_write"
    VOICE = "voice"
    DISPATCH = "dispatch"
    API = "api"


@dataclass(frozen=True)
class Pause:
    """One pause of `RateLimiter.acquire`, as it is reported before it starts."""

    limit: Scope
    """The limit that causes the pause."""
    delay_s: float
    """Length of this pause. If another request takes the slot first, a further pause follows."""
    waited_s: float
    """Total length of the earlier pauses of this call."""


@dataclass(frozen=True)
class Usage:
    """How much of their limits a user and a project have used in the window that ends now."""

    user_used: int
    user_limit: int
    project_used: int
    project_limit: int
    project_tokens: int
    """Whole tokens in the project's bucket."""
    backoff_s: float
    """Seconds until the next request would be admitted; 0.0: now."""


@dataclass(frozen=True)
class Taken:
    """The answer to `RateLimiter.take`: the usage after it, and if no slot was free, which limit held it and how long.

    `wait_s` is 0.0 and `held_by` None where a slot was taken.
    """

    usage: Usage
    held_by: Scope | None
    wait_s: float


class RateLimiter:
    """Limits per user and per project, shared by all processes that use the same store.

    All processes on one store must be given the same limits.

    Args:
        per_user_limit: admissions of one user in any window, over all projects.
        per_project_limit: admissions of one project in any window, over all users.
        refill_rate: tokens per second that a project's bucket regains.
        burst: tokens in a project's full bucket, i.e. requests admitted at once; None: the project's limit.
        window_s: length of the window in seconds.
        budget: the budget whose counts are used.
        store: where the counts are kept; None: in this process alone.

    Raises:
        InvalidRequestError: a figure is out of its bounds.
    """

    def __init__(
        self,
        per_user_limit: int = 60,
        per_project_limit: int = 300,
        refill_rate: float = 5.0,
        *,
        burst: int | None = None,
        window_s: float = 60.0,
        budget: Budget = Budget.DISPATCH,
        store: Store | None = None,
    ) -> None:
        full_bucket = per_project_limit if burst is None else burst
        self.limits = Limits(per_user_limit, per_project_limit, refill_rate, full_bucket, window_s)
        """The figures that it was made with."""
        self.budget = Budget(budget)
        self.store: Store = MemoryStore() if store is None else store

    def can_proceed(self, user_id: str, project_id: str = "default") -> bool:
        """Whether a request is admitted now; if so, it takes a slot of both limits.

        Raises:
            InvalidRequestError: an id is empty or not printable.
            ServiceUnavailableError: the store's database cannot be used.
        """
        return self._take(user_id, project_id).wait_us == 0

    def take(self, user_id: str, project_id: str = "default") -> Taken:
        """Take a slot of both limits if there is one, and say how much of them is used then, in one transaction.

        Raises:
            InvalidRequestError, ServiceUnavailableError: as `can_proceed`.
        """
        return self._transact(user_id, project_id, self._take_and_tell_step)

    def get_backoff_time(self, user_id: str, project_id: str = "default") -> float:
        """Seconds until a request would be admitted if no other came first; 0.0: now. Takes no slot.

        Raises:
            InvalidRequestError, ServiceUnavailableError: as `can_proceed`.
        """
        return self.usage(user_id, project_id).backoff_s

    def usage(self, user_id: str, project_id: str = "default") -> Usage:
        """How much of both limits is used. Takes no slot.

        Raises:
            InvalidRequestError, ServiceUnavailableError: as `can_proceed`.
        """
        return self._transact(user_id, project_id, self._usage_step)

    def acquire(
        self,
        user_id: str,
        project_id: str = "default",
        *,
        on_wait: Callable[[Pause], None] | None = None,
        timeout: float | None = None,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> float:
        """Take a slot of both limits, waiting until there is one; returns the seconds waited.

        Args:
            user_id: the user who makes the request.
            project_id: the project that the request counts for.
            on_wait: called with each pause before it starts.
            timeout: longest wait in seconds; None: no limit.
            sleep: may raise to interrupt the wait, e.g. on a stop request; no slot is lost then.
            clock: returns seconds; used for `timeout`.

        Raises:
            QuotaExceededError: no slot can become free before the timeout; raised at once, not after it.
            InvalidRequestError, ServiceUnavailableError: as `can_proceed`.
        """
        started = clock()
        while (verdict := self._take(user_id, project_id)).held_by is not None:
            delay_s = verdict.wait_us / MICROSECONDS
            waited_s = clock() - started
            if timeout is not None and waited_s + delay_s > timeout:
                raise _exceeded(self.budget, verdict.held_by, user_id, project_id, delay_s)
            if on_wait is not None:
                on_wait(Pause(verdict.held_by, delay_s, waited_s))
            sleep(delay_s)
        return clock() - started

    def _take(self, user_id: str, project_id: str) -> Verdict:
        return self._transact(user_id, project_id, self._take_step)

    def _take_step(self, now_us: int, meters: Meters) -> tuple[Verdict, Meters | None]:
        verdict = admission.judge(self.limits, now_us, *meters)
        if verdict.held_by is not None:
            return verdict, None
        return verdict, Meters(*admission.admit(self.limits, now_us, *meters))

    def _take_and_tell_step(self, now_us: int, meters: Meters) -> tuple[Taken, Meters | None]:
        verdict, after = self._take_step(now_us, meters)
        usage, _ = self._usage_step(now_us, after or meters)
        return Taken(usage, verdict.held_by, verdict.wait_us / MICROSECONDS), after

    def _usage_step(self, now_us: int, meters: Meters) -> tuple[Usage, None]:
        def used(meter: Meter) -> int:
            return len(meter.within(self.limits.window_us, now_us))

        return (
            Usage(
                used(meters.user),
                self.limits.per_user,
                used(meters.project),
                self.limits.per_project,
                admission.tokens(self.limits, now_us, meters.project),
                admission.judge(self.limits, now_us, *meters).wait_us / MICROSECONDS,
            ),
            None,
        )

    def _transact(self, user_id: str, project_id: str, step: Step[Answer]) -> Answer:
        user = Subject("user", _checked("user_id", user_id))
        project = Subject("project", _checked("project_id", project_id))
        return self.store.transact(self.budget.value, user, project, step)


def _checked(field: str, value: str) -> str:
    if not value or not value.isprintable():
        raise InvalidRequestError(
            f"A rate limit was requested for {field} {value!r}", fix="Give an id of printable characters"
        )
    return value


def _exceeded(budget: Budget, limit: Scope, user_id: str, project_id: str, delay_s: float) -> QuotaExceededError:
    whose = f"user {user_id!r}" if limit is Scope.USER else f"project {project_id!r}"
    fix = (
        f"Wait {delay_s:.0f} seconds before retrying"
        if limit is Scope.USER
        else "Reduce request frequency across team, or wait"
    )
    return QuotaExceededError(
        f"Rate limit exceeded ({limit}): no {budget} slot for {whose} before {delay_s:.1f} s",
        fix=fix,
        retry_after=delay_s,
    )
