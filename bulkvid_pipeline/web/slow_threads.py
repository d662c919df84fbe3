"""Threads for requests that read sheets or launch runs, so that quick ones always find one of the others."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from starlette.requests import Request

SLOW_REQUESTS = 16
"""At once, in each door of a process."""
Result = TypeVar("Result")


async def in_slow_thread(request: Request, work: Callable[[], Result]) -> Result:
    """Call `work` in one of a few threads that are for slow requests alone."""
    state = request.app.state
    if not hasattr(state, "slow_requests"):
        state.slow_requests = CapacityLimiter(SLOW_REQUESTS)
    return await to_thread.run_sync(work, limiter=state.slow_requests)
