"""How busy this machine is."""

from __future__ import annotations

import threading
import time

import psutil

SPAN_S = 1.0
"""The use of processors is measured over this long, or longer."""
SHORTEST_S = 0.1


class Machine:
    """Processors and memory of this machine; safe to use from many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._measured_at = time.monotonic()
        self._busy_s, self._all_s = _processor_seconds()
        self._cpu_usage: float | None = None

    def cpu_usage(self) -> float:
        """The share of all processors that was in use since somebody last asked, 0..1; the same for a second."""
        with self._lock:
            since_s = time.monotonic() - self._measured_at
            if self._cpu_usage is None or since_s >= SPAN_S:
                if since_s < SHORTEST_S:
                    time.sleep(SHORTEST_S - since_s)
                busy_s, all_s = _processor_seconds()
                passed_s = all_s - self._all_s
                self._cpu_usage = max(0.0, min(1.0, (busy_s - self._busy_s) / passed_s)) if passed_s > 0 else 0.0
                self._busy_s, self._all_s, self._measured_at = busy_s, all_s, time.monotonic()
            return round(self._cpu_usage, 3)

    def memory_usage(self) -> float:
        """The share of memory that is in use, 0..1."""
        return round(psutil.virtual_memory().percent / 100, 3)


def _processor_seconds() -> tuple[float, float]:
    """Seconds that the processors have worked since the machine started, and those that have passed for them."""
    times = psutil.cpu_times()._asdict()
    # Guests' time is part of the user's.
    all_s = sum(seconds for name, seconds in times.items() if not name.startswith("guest"))
    return all_s - times["idle"] - times.get("iowait", 0.0), all_s
