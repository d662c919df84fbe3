"""Is a render worker still at work? Told by what it has done, never by its being there.

Three things can go wrong with a worker that lives: it stands still (stopped, or two of its threads wait for each
other), it waits for somebody else longer than it said it would, or it works without coming any further.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from enum import StrEnum

from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, cpu_seconds, fate_of, identity_of

SILENT_S = 30.0
"""How long a worker may show no sign of life."""
LEAST_CPU_S = 0.3
"""CPU time that counts as work: one part in a hundred of SILENT_S. Waiting in loops that look again takes less."""
LOOK_EVERY_S = 2.0


class Ailment(StrEnum):
    """What is wrong with a worker."""

    SILENT = "silent"
    """It neither came further, nor used its processor, nor waits for somebody else."""
    STALLED = "stalled"
    """It works, and comes no further."""


class SignsOfLife:
    """Judges one row's worker by what is heard and seen of it; safe to use from two threads.

    Time is what passed between looks, as the caller says: a caller who was stopped himself has seen nothing then.

    Args:
        stall_s: how long it may work without coming further.
        silent_s: how long it may show no sign of life.
    """

    def __init__(self, stall_s: float, silent_s: float = SILENT_S) -> None:
        self._stall_s, self._silent_s = stall_s, silent_s
        self._silence = self._stall = self._excused = 0.0
        self._news: object = None
        self._cpu_s: float | None = None
        self._lock = threading.Lock()

    def heard(self, news: object) -> None:
        """It has told how far it is; the same news again are no sign of anything."""
        with self._lock:
            if news != self._news:
                self._news = news
                self._stall = 0.0
                self._live()

    def waits(self, seconds: float, *, pause: bool) -> None:
        """It waits for somebody else from now on, so long at most. A `pause` takes all of that time."""
        with self._lock:
            self._live()
            self._excused = seconds
            if pause:
                self._stall -= seconds

    def was_answered(self, seconds: float) -> None:
        """It waits no longer; it has done so for so long."""
        with self._lock:
            self._live()
            self._stall -= seconds

    def look(self, passed_s: float, cpu_s: float, *, stopped: bool) -> Ailment | None:
        """What is wrong after another `passed_s` seconds, when it has used `cpu_s` of CPU time in all so far."""
        with self._lock:
            if self._cpu_s is None or cpu_s - self._cpu_s >= LEAST_CPU_S:
                self._cpu_s, self._silence = cpu_s, 0.0
            elif self._excused > 0 and not stopped:
                self._excused -= passed_s
            else:
                self._silence += passed_s
            self._stall += passed_s
            if self._silence >= self._silent_s:
                return Ailment.SILENT
            return Ailment.STALLED if self._stall >= self._stall_s else None

    def _live(self) -> None:
        self._silence = self._excused = 0.0


class WorkerWatch:
    """Looks at the process `pid` every other second; `expire` is told once what is wrong with it, if anything is."""

    def __init__(self, pid: int, signs: SignsOfLife, expire: Callable[[Ailment], None]) -> None:
        self._identity = identity_of(pid)
        self._pid, self._signs, self._expire = pid, signs, expire
        self._cancelled = threading.Event()
        threading.Thread(target=self._watch, name="worker-watch", daemon=True).start()

    def cancel(self) -> None:
        """Look no more."""
        self._cancelled.set()

    def _watch(self) -> None:
        looked = time.monotonic()
        while not self._cancelled.wait(LOOK_EVERY_S):
            now = time.monotonic()
            # A look that comes late tells that we were stopped or starved ourselves, and the worker perhaps as well.
            passed_s, looked = min(now - looked, 2 * LOOK_EVERY_S), now
            ailment = self._signs.look(passed_s, cpu_seconds(self._pid), stopped=_is_stopped(self._identity))
            if ailment is not None:
                self._expire(ailment)
                return


def _is_stopped(identity: ProcessIdentity | None) -> bool:
    return fate_of(identity) is Fate.STOPPED
