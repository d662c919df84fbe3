"""Requests a minute of a user and of a project, counted over all API processes."""

from __future__ import annotations

import math

from starlette.concurrency import run_in_threadpool

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


async def count_request(limiter: RateLimiter, caller: Caller) -> dict[str, str]:
    """Count a request of the caller; returns the rate-limit headers of its answer.

    Raises:
        TooManyRequestsError: the user's or the project's limit is reached.
        ServiceUnavailableError: the counts cannot be read.
    """
    taken = await run_in_threadpool(limiter.take, caller.user_id, caller.project_id)
    if taken.held_by is not None:
        raise TooManyRequestsError(taken)
    return limit_headers(taken)


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
