"""Whether all parts of an installation work, answered in time however many of them hang.

The parts are looked at side by side, each by a thread of its own. A part that does not answer in time is named as
broken, and is not asked again before it has answered: however often the health is asked for, it has one thread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import UTC, datetime

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.service_wire import DetailedHealth, Health, PartHealth, Workers

LIMIT_S = 1.2
"""How long all parts have to answer."""
FRESH_S = 1.0
"""How long an answer is given again: asking more often costs nothing."""

FFMPEG = "ffmpeg"
"""The part that is called `available`, not `healthy`."""
WORKERS = "workers"

Finding = tuple[str, PartHealth]


@dataclass(frozen=True)
class Watched:
    """One or several parts that are looked at one after the other.

    Args:
        fixes: what to do when a part does not answer, by its name.
        look: finds how each of the parts is, and may hang.
    """

    fixes: Mapping[str, str]
    look: Callable[[], Iterator[Finding]]


@dataclass
class _Look:
    """One look under way, or ended."""

    began: float
    ended: Future[None] = field(default_factory=Future)
    found: dict[str, PartHealth] = field(default_factory=dict)


class HealthWatch:
    """Looks at all parts when it is asked, at most once a second.

    Args:
        watched: the parts.
        version: of the program.
    """

    def __init__(
        self,
        watched: Sequence[Watched],
        *,
        version: str,
        limit_s: float = LIMIT_S,
        fresh_s: float = FRESH_S,
    ) -> None:
        self._watched = tuple(watched)
        self._version = version
        self._limit_s, self._fresh_s = limit_s, fresh_s
        self._lock = threading.Lock()
        self._round: Future[DetailedHealth] | None = None
        self._round_ended = float("-inf")
        self._looks: dict[int, _Look] = {}

    def health(self) -> Future[DetailedHealth]:
        """The health, at most a second old; there within `limit_s` and a little. The same for all who ask at once."""
        with self._lock:
            is_old = time.monotonic() - self._round_ended > self._fresh_s
            if self._round is None or (self._round.done() and is_old):
                self._round = in_daemon_thread(self._look_at_all, "health")
            return self._round

    def _look_at_all(self) -> DetailedHealth:
        began = time.monotonic()
        looks = [self._begin(number, watched) for number, watched in enumerate(self._watched)]
        for look in looks:
            _wait(look.ended, began + self._limit_s - time.monotonic())
        parts = dict(
            finding
            for watched, look in zip(self._watched, looks, strict=True)
            for finding in _findings(watched, look, began)
        )
        health = DetailedHealth(
            status="healthy" if all(is_well(part) for part in parts.values()) else "unhealthy",
            services=parts,
            workers=_workers_in(parts),
            version=self._version,
            timestamp=datetime.now(UTC),
        )
        with self._lock:
            self._round_ended = time.monotonic()
        return health

    def _begin(self, number: int, watched: Watched) -> _Look:
        """A new look, or the one that still waits for an answer."""
        look = self._looks.get(number)
        if look is None or look.ended.done():
            look = self._looks[number] = _Look(time.monotonic())
            look.ended = in_daemon_thread(lambda: _fill(watched, look), f"health-{next(iter(watched.fixes))}")
        return look


def _workers_in(parts: Mapping[str, PartHealth]) -> Workers | None:
    part = parts.get(WORKERS)
    if part is None or part.active is None or part.busy is None or part.idle is None:
        return None
    return Workers(active=part.active, busy=part.busy, idle=part.idle)


def is_well(part: PartHealth) -> bool:
    """Whether the part works."""
    return part.status in {"healthy", "available"}


def in_short(health: DetailedHealth) -> Health:
    """The health without figures and reasons, which are not everybody's business."""
    return Health(
        status=health.status,
        services={name: part.status for name, part in health.services.items()},
        version=health.version,
        timestamp=health.timestamp,
    )


def _fill(watched: Watched, look: _Look) -> None:
    for name, part in watched.look():
        look.found[name] = part


def _wait(ended: Future[None], seconds: float) -> None:
    done = threading.Event()
    ended.add_done_callback(lambda _: done.set())
    done.wait(max(0.0, seconds))


def _findings(watched: Watched, look: _Look, round_began: float) -> Iterator[Finding]:
    # What a look found before it hung may have changed long since.
    found = dict(look.found) if look.ended.done() or look.began >= round_began else {}
    waited_s = time.monotonic() - look.began
    fault = look.ended.exception() if look.ended.done() else None
    for name, fix in watched.fixes.items():
        yield name, found.get(name) or _broken(name, fix, waited_s, fault)


def _broken(name: str, fix: str, waited_s: float, fault: BaseException | None) -> PartHealth:
    problem = f"It has not answered for {waited_s:.1f} s"
    if fault is not None:
        problem = f"Looking at it failed: {type(fault).__name__}"
    return PartHealth(
        status="unavailable" if name == FFMPEG else "unhealthy",
        response_time_ms=round(1000 * waited_s),
        problem=problem,
        fix=fix,
    )


def part_looked_at(name: str, fix: str, look: Callable[[], PartHealth]) -> PartHealth:
    """What `look` finds, with the time that it took; an error of ours becomes a broken part.

    `look` says the status of a part that works.
    """
    began = time.monotonic()
    try:
        found = look()
    except BulkVideoError as error:
        return PartHealth(
            status="unavailable" if name == FFMPEG else "unhealthy",
            response_time_ms=_since(began),
            problem=error.message,
            fix=error.fix if error.fix != error.default_fix else fix,
        )
    return found.model_copy(update={"response_time_ms": _since(began)})


def _since(began: float) -> int:
    return round(1000 * (time.monotonic() - began))
