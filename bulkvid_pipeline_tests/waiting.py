"""Waiting for what must happen, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE_S = 300.0
"""So long that only what never happens fails: no verdict hangs on how fast the machine is."""


def wait_until(met: Callable[[], object], told: str = "it never happened", *, seconds: float = PATIENCE_S) -> None:
    """Return as soon as `met()` is true; fail with `told` when it has not come true after `seconds`."""
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, told
        time.sleep(0.02)
