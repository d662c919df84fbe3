"""Which row of a processor's jobs is next, and how many are made at once: urgent jobs first, then in their order."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.batch.admission import Admission

MOST_WORKERS = 256


class QueueManager:
    """Shares workers among the jobs that one processor runs in this process; safe to use from many threads.

    It stands before the render slots that all jobs of the instance share. A job that waits for such a slot, or for a
    rate limit, keeps no worker from others.

    Args:
        max_workers: rows made at once; may be changed at any time, rows in work are finished.

    Raises:
        InvalidRequestError: it is no whole number from 1 to 256.
    """

    def __init__(self, max_workers: int = 4) -> None:
        self._lock = threading.Lock()
        self._numbers = itertools.count()
        self._running = 0
        self._waiting: dict[int, _Waiting] = {}
        self.max_workers = max_workers

    @property
    def max_workers(self) -> int:
        return self._max_workers

    @max_workers.setter
    def max_workers(self, value: int) -> None:
        if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= MOST_WORKERS:
            raise InvalidRequestError(f"max_workers is {value!r}", fix=f"Give a whole number from 1 to {MOST_WORKERS}")
        self._max_workers = value

    @property
    def running(self) -> int:
        """Rows in work now."""
        return self._running

    @property
    def waiting(self) -> int:
        """Rows that would begin now if there were workers for them."""
        with self._lock:
            return sum(waiting.rows for waiting in self._waiting.values())

    def join(self) -> int:
        """A job's number in the queue: after all that have joined before."""
        return next(self._numbers)

    def room(self, number: int, priority: Priority, rows: int) -> int:
        """How many of a job's rows may begin now; they count as waiting until `began`, or until they are no more."""
        with self._lock:
            mine = _Waiting(priority, number, rows)
            known = self._waiting.get(number)
            mine.blocked = known.blocked if known else False
            if rows:
                self._waiting[number] = mine
            else:
                self._waiting.pop(number, None)
            before = sum(other.rows for other in self._waiting.values() if other.keeps_back(mine))
            return max(0, min(rows, self._max_workers - self._running - before))

    def began(self, number: int) -> None:
        """A row of the job has begun."""
        with self._lock:
            self._running += 1
            if number in self._waiting:
                self._waiting[number].blocked = False

    def blocked(self, number: int) -> None:
        """The job's rows wait for something else, and keep back nobody until one of them has begun."""
        with self._lock:
            if number in self._waiting:
                self._waiting[number].blocked = True

    def ended(self) -> None:
        """A row has ended."""
        with self._lock:
            self._running -= 1


def queued(queue: Callable[[], QueueManager], priority: Priority) -> Callable[[Admission], Admission]:
    """What lets a job of that priority wait for workers before it waits for what `inner` waits for.

    Args:
        queue: the queue that counts now; another one from time to time, if a script wants that.
        priority: the job's.
    """
    return lambda inner: _QueuedAdmission(queue, priority, inner)


@dataclass
class _Waiting:
    priority: Priority
    number: int
    rows: int
    blocked: bool = False

    def keeps_back(self, other: _Waiting) -> bool:
        """Whether these rows begin before the other ones."""
        return not self.blocked and (self.priority.rank, self.number) < (other.priority.rank, other.number)


@dataclass
class _QueuedAdmission:
    """One job's part of the queue; see `services.batch.admission.Admission`."""

    current: Callable[[], QueueManager]
    priority: Priority
    inner: Admission
    _inside: set[str] = field(default_factory=set)
    _queue: QueueManager = field(init=False)
    _number: int = field(init=False)

    def __post_init__(self) -> None:
        self._queue = self.current()
        self._number = self._queue.join()

    def __enter__(self) -> Self:
        self.inner.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._room(())
        for _ in self._inside:
            self._queue.ended()
        self._inside.clear()
        self.inner.__exit__(kind, error, trace)

    @property
    def look_after_s(self) -> float:
        return self.inner.look_after_s

    def line_up(self, plans: Sequence[VideoPlan]) -> None:
        self.inner.line_up(self._room(plans))

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None:
        may_begin = self._room(plans)
        if not may_begin:
            return None
        entering = self.inner.enter_first(may_begin)
        if entering is None:
            self._queue.blocked(self._number)
            return None
        self._inside.add(entering.row_key)
        self._queue.began(self._number)
        return entering

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None:
        if plan.row_key in self._inside:
            self._inside.remove(plan.row_key)
            self._queue.ended()
        self.inner.leave(plan, self._room(upcoming))

    def withdraw(self) -> None:
        self._room(())
        self.inner.withdraw()

    def _room(self, plans: Sequence[VideoPlan]) -> Sequence[VideoPlan]:
        """Those of the rows, which are the next of the job, that there are workers for."""
        self._follow()
        return plans[: self._queue.room(self._number, self.priority, len(plans))]

    def _follow(self) -> None:
        """Go with all rows in work to the queue that has replaced the one that they began in."""
        before, now = self._queue, self.current()
        if now is before:
            return
        before.room(self._number, self.priority, 0)
        self._queue, self._number = now, now.join()
        for _ in self._inside:
            before.ended()
            now.began(self._number)
