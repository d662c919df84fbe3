"""Where the counts are kept: the interface of all stores, the time they keep, and the store of a single process."""

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
    """Whose meter it is; a user and a project may have the same name."""

    kind: str
    name: str


class Meters(NamedTuple):
    """The two meters that one request is judged by."""

    user: Meter
    project: Meter


Step = Callable[[int, Meters], tuple[Answer, Meters | None]]
"""Reads the time in microseconds and the meters; gives an answer, and the meters to keep (None: leave them).

Pure, as a store may call it again after a lost connection.
"""


class Store(Protocol):
    """Keeps meters for all who share it."""

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        """The answer of `step`, made while nobody else reads or writes the budget; what it changed is kept.

        Raises:
            ServiceUnavailableError: the database did not answer, or refused.
        """
        ...

    def forget_idle(self, *, dry_run: bool = False) -> int:
        """Forget the meters of all budgets that say no more than new ones; how many they were (`dry_run`: are).

        Raises:
            ServiceUnavailableError: as `transact`.
        """
        ...

    def close(self) -> None:
        """Give the connection free; a later `transact` opens it again."""
        ...


@dataclass(frozen=True)
class StoreTime:
    """A budget's time, which never goes back, whatever the clock under it does.

    Where the clock goes back (it was set, or the machine was started again), time stands still for that moment and
    goes on from there: the stamps stay valid, so nobody is admitted too early and nobody waits longer than a window.
    """

    clock_us: int
    """What the clock showed last."""
    now_us: int
    """The time that it stood for."""
    prune_at_us: int
    """When idle meters are forgotten next."""

    @classmethod
    def beginning(cls, clock_us: int) -> StoreTime:
        return cls(clock_us, clock_us, clock_us + PRUNE_EVERY_US)

    def at(self, clock_us: int) -> StoreTime:
        """The time when the clock shows `clock_us`."""
        return replace(self, clock_us=clock_us, now_us=self.now_us + max(0, clock_us - self.clock_us))

    @property
    def must_prune(self) -> bool:
        return self.now_us >= self.prune_at_us

    def pruned(self) -> StoreTime:
        return replace(self, prune_at_us=self.now_us + PRUNE_EVERY_US)


def monotonic_us() -> int:
    """The machine's clock that is never set: one for all its processes, begun when it was started."""
    return time.monotonic_ns() // 1000


def encode_stamps(stamps: tuple[int, ...]) -> bytes:
    """Stamps in 4 bytes each: the newest whole, the others as their distance from it, which a window keeps short."""
    if not stamps:
        return b""
    newest = stamps[-1]
    return struct.pack(f"<q{len(stamps)}I", newest, *(newest - stamp for stamp in stamps))


def decode_stamps(data: bytes) -> tuple[int, ...]:
    """What `encode_stamps` was given."""
    if not data:
        return ()
    newest, *distances = struct.unpack(f"<q{len(data) // 4 - 2}I", data)
    return tuple(newest - distance for distance in distances)


class MemoryStore:
    """Counts of this process alone, gone with it; for an ephemeral instance, and for one process on its own."""

    def __init__(self, clock_us: Callable[[], int] = monotonic_us) -> None:
        self._clock_us = clock_us
        self._lock = threading.Lock()
        self._times: dict[str, StoreTime] = {}
        self._meters: dict[tuple[str, Subject], Meter] = {}

    def transact(self, budget: str, user: Subject, project: Subject, step: Step[Answer]) -> Answer:
        with self._lock:
            clock_us = self._clock_us()
            moment = self._times.get(budget, StoreTime.beginning(clock_us)).at(clock_us)
            subjects = (user, project)
            meters = Meters(*(self._meters.get((budget, subject), Meter()) for subject in subjects))
            answer, changed = step(moment.now_us, meters)
            if changed is not None:
                self._meters.update(zip(((budget, subject) for subject in subjects), changed, strict=True))
                if moment.must_prune:
                    self._forget_idle(budget, moment.now_us)
                    moment = moment.pruned()
            self._times[budget] = moment
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
        """Nothing to give free."""

    def _forget_idle(self, budget: str, now_us: int) -> None:
        for key in self._idle(budget, now_us):
            del self._meters[key]

    def _idle(self, budget: str, now_us: int) -> list[tuple[str, Subject]]:
        return [key for key, meter in self._meters.items() if key[0] == budget and meter.idle_at_us <= now_us]
