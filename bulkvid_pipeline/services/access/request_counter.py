"""Requests a minute of a user and of a project, counted over all API processes."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Self

from bulkvid_pipeline.adapters.rate_limits import RateLimiter, Scope, Taken
from bulkvid_pipeline.core.errors import QuotaExceededError
from bulkvid_pipeline.services.access.scopes import Caller


class TooManyRequestsError(QuotaExceededError):
    """A caller's or a project's requests are used up; `headers` say so for programs."""

    def __init__(self, taken: Taken) -> None:
        of_user = taken.held_by is Scope.USER
        wait_s = math.ceil(taken.wait_s)
        super().__init__(
            f"Rate limit exceeded ({'per-user' if of_user else 'per-project'})",
            fix=f"Wait {wait_s} seconds before retrying"
            if of_user
            else f"Reduce request frequency across team, and wait {wait_s} seconds before retrying",
            retry_after=wait_s,
        )
        self.headers = limit_headers(taken)


class RequestCounter:
    """Counts requests in a thread of its own, so that the event loop never waits for the database.

    Requests that arrive while others are counted are handed to the thread together: changing threads costs more than
    counting. Use as a context manager.
    """

    def __init__(self, limiter: RateLimiter) -> None:
        self._limiter = limiter
        self._thread = ThreadPoolExecutor(1, "request-counter")
        self._waiting: list[_Waiting] = []
        self._is_counting = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self._thread.shutdown(cancel_futures=True)

    async def count(self, caller: Caller) -> dict[str, str]:
        """Count a request of the caller; returns the rate-limit headers of its answer.

        Raises:
            TooManyRequestsError: the user's or the project's limit is reached.
            ServiceUnavailableError: the counts cannot be read.
        """
        loop = asyncio.get_running_loop()
        taken: asyncio.Future[Taken] = loop.create_future()
        self._waiting.append((caller, taken))
        if not self._is_counting:
            self._is_counting = True
            loop.create_task(self._count_all()).add_done_callback(_raise_fault)
        counted = await taken
        if counted.held_by is not None:
            raise TooManyRequestsError(counted)
        return limit_headers(counted)

    async def _count_all(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._waiting:
                batch, self._waiting = self._waiting, []
                results = await loop.run_in_executor(self._thread, self._take_all, [caller for caller, _ in batch])
                for (_, future), result in zip(batch, results, strict=True):
                    if future.done():
                        continue  # who asked has gone
                    if isinstance(result, Exception):
                        future.set_exception(result)
                    else:
                        future.set_result(result)
        finally:
            self._is_counting = False

    def _take_all(self, callers: Sequence[Caller]) -> list[Taken | Exception]:
        return [self._take(caller) for caller in callers]

    def _take(self, caller: Caller) -> Taken | Exception:
        try:
            return self._limiter.take(caller.user_id, caller.project_id)
        except Exception as error:
            return error


_Waiting = tuple[Caller, "asyncio.Future[Taken]"]


def _raise_fault(task: asyncio.Task[None]) -> None:
    if not task.cancelled():
        task.result()


def limit_headers(taken: Taken) -> dict[str, str]:
    """The limit that is nearer to its end: its size, what is left of it, and seconds until there is more."""
    left = {
        taken.usage.user_limit: taken.usage.user_limit - taken.usage.user_used,
        taken.usage.project_limit: taken.usage.project_limit - taken.usage.project_used,
    }
    limit = min(left, key=lambda size: left[size])
    return {
        "RateLimit-Limit": str(limit),
        "RateLimit-Remaining": str(max(0, left[limit])),
        "RateLimit-Reset": str(math.ceil(taken.wait_s if taken.held_by else taken.usage.backoff_s)),
    }
