"""How long the parts of a request take, for administrators who send `X-Debug: true` (header Server-Timing)."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request


@contextmanager
def timed(request: Request, part: str) -> Iterator[None]:
    """Add the time that the block takes, in ms, to the request's timings."""
    started = time.perf_counter()
    try:
        yield
    finally:
        timings = request.scope.setdefault("bulkvid.timings", {})
        timings[part] = timings.get(part, 0.0) + 1000 * (time.perf_counter() - started)
