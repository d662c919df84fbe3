"""What a call costs, for tests of how the cost grows."""

from __future__ import annotations

import gc
import time
from collections.abc import Callable


def least_cpu_seconds(call: Callable[[int], object], times: int = 3) -> float:
    """The least CPU time, in seconds, of several calls; each is given its number, so that it can avoid caches.

    A busy machine disturbs some of them, but not all. Garbage is not collected meanwhile: late in a long test session
    that costs more than the call.
    """
    spent: list[float] = []
    gc.collect()
    gc.disable()
    try:
        for number in range(times):
            began = time.process_time()
            call(number)
            spent.append(time.process_time() - began)
    finally:
        gc.enable()
    return min(spent)
