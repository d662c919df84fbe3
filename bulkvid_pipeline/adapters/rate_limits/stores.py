"""Stores of the counts: their common interface, their time, and the in-memory store of a single process."""

from __future__ import annotations

import struct
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple, Protocol, TypeVar

from bulkvid_pipeline.adapters.rate_limits.admission import MICROSECONDS, Meter

Answer = TypeVar("Answer")

PRUNE_EVERY_US = 60 * MICROSECONDS


class Subject(NamedTuple):
    """The owner of a meter; a user and a project may have the same name."""

    kind: str
    name: str


class Meters(NamedTuple):
    """The two meters that decide one request."""

    user: Meter
    project: Meter


Step = Callable[[int, Meters], tuple[Answer, Meters | None]]
"""A function of the time in microseconds and the meters; returns a result, and the new meters (None: unchanged).

It must be pure, as a store may call it again after a lost connection.
"""


class Store(Protocol):
    """Stores meters for all processes that share it."""

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        """Run `step` with exclusive access to the budget, store the meters that it changed, and return its result.

        Raises:
            ServiceUnavailableError: the database did not respond, or refused the transaction.
        """
        ...

    def forget_idle(self, *, dry_run: bool = False) -> int:
        """Delete idle meters of all budgets (those equal to new ones); returns their number. `dry_run` only counts.

        Raises:
            ServiceUnavailableError: as `transact`.
        """
        ...

    def close(self) -> None:
        """Close the connection; a later `transact` opens it again."""
        ...


@dataclass(frozen=True)
class StoreTime:
    """A budget's time, which never goes back, even if the underlying clock does.

    When the clock goes back (it was set, or the machine was restarted), the time does not advance at that reading and
    continues from there. The stamps stay valid, so no request is admitted too early or waits longer than a window.
    """

    clock_us: int
    """The last reading of the clock."""
    now_us: int
    """The budget's time at that reading."""
    prune_at_us: int
    """When idle meters are to be deleted next."""

    @classmethod
    def beginning(cls, clock_us: int) -> StoreTime:
        return cls(clock_us, clock_us, clock_us + PRUNE_EVERY_US)

    def at(self, clock_us: int) -> StoreTime:
        """The budget's time when the clock reads `clock_us`."""
        return replace(self, clock_us=clock_us, now_us=self.now_us + max(0, clock_us - self.clock_us))

    @property
    def must_prune(self) -> bool:
        return self.now_us >= self.prune_at_us

    def pruned(self) -> StoreTime:
        return replace(self, prune_at_us=self.now_us + PRUNE_EVERY_US)


def monotonic_us() -> int:
    """The machine's monotonic clock in microseconds: never set, starts at boot, the same for all processes."""
    return time.monotonic_ns() // 1000


def encode_stamps(stamps: tuple[int, ...]) -> bytes:
    """Stamps as bytes: the newest in 8 bytes, the others in 4 bytes each as distances from it (at most one window)."""
    if not stamps:
        return b""
    newest = stamps[-1]
    return struct.pack(f"<q{len(stamps)}I", newest, *(newest - stamp for stamp in stamps))


def decode_stamps(data: bytes) -> tuple[int, ...]:
    """The stamps that `encode_stamps` encoded."""
    if not data:
        return ()
    newest, *distances = struct.unpack(f"<q{len(data) // 4 - 2}I", data)
    return tuple(newest - distance for distance in distances)


class MemoryStore:
    """Counts in the memory of this process; for an ephemeral instance, or for a single process."""

    def __init__(self, clock_us: Callable[[], int] = monotonic_us) -> None:
        self._clock_us = clock_us
        self._lock = threading.Lock()
        self._times: dict[str, StoreTime] = {}
        self._meters: dict[tuple[str, Subject], Meter] = {}

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        with self._lock:
            clock_us = self._clock_us()
            store_time = self._times.get(budget, StoreTime.beginning(clock_us)).at(clock_us)
            subjects = (user, project)
            meters = Meters(*(self._meters.get((budget, subject), Meter()) for subject in subjects))
            answer, changed = step(store_time.now_us, meters)
            if changed is not None:
                self._meters.update(zip(((budget, subject) for subject in subjects), changed, strict=True))
                if store_time.must_prune:
                    self._forget_idle(budget, store_time.now_us)
                    store_time = store_time.pruned()
            self._times[budget] = store_time
            return answer

    def forget_idle(self, *, dry_run: bool = False) -> int:
        with self._lock:
            clock_us = self._clock_us()
            idle = [
                key for budget, known in self._times.items() for key in self._idle(budget, known.at(clock_us).now_us)
            ]
            for key in [] if dry_run else idle:
                del self._meters[key]
            return len(idle)

    def close(self) -> None:
        """Does nothing: there is no connection."""

    def _forget_idle(self, budget: str, now_us: int) -> None:
        for key in self._idle(budget, now_us):
            del self._meters[key]

    def _idle(self, budget: str, now_us: int) -> list[tuple[str, Subject]]:
        return [key for key, meter in self._meters.items() if key[0] == budget and meter.idle_at_us <= now_us]
