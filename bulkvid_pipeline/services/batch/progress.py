"""How far a job is: counted by the row loop, read by displays and written to the run."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome


@dataclass(frozen=True)
class RowInWork:
    """A row that is being made: `done` is 0..1, `started` in seconds of the same clock as `JobSnapshot.now`."""

    row_key: str
    sheet_row: int
    title: str
    stage: str
    done: float
    started: float
    tries: int = 1
    """Which try this is; while `stage` is `RETRIED`, the one that failed."""

    @property
    def state(self) -> ItemState:
        """Whether it is made, or waits for another try."""
        return ItemState.RETRIED if self.stage == ItemState.RETRIED else ItemState.IN_PROGRESS


@dataclass(frozen=True)
class JobSnapshot:
    """The job at one moment. `percent` counts rows in work by their share; `eta_s` is None while nothing is known."""

    total: int
    counts: Mapping[ItemState, int]
    in_work: tuple[RowInWork, ...]
    percent: float
    elapsed_s: float
    eta_s: float | None
    now: float
    rate_limited: bool = False
    """Whether the next row waits for a rate limit."""
    cost: float = 0.0
    """What rows have cost so far in this run: paid voices, and what makes rows in the engine's place."""
    styles: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """Completed and failed rows by style."""
    platforms: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    """The same by platform; a row for several counts for each."""
    waited_s: float = 0.0
    """How long the next row had to wait for a rate limit, in all."""

    @property
    def ended(self) -> int:
        return sum(count for state, count in self.counts.items() if state.is_final)

    def as_tag(self) -> dict[str, object]:
        """The compact form that stands on the run."""
        return {
            "percent": round(self.percent, 1),
            "total": self.total,
            "counts": {state.value: count for state, count in self.counts.items() if count},
            "elapsed_ms": round(self.elapsed_s * 1000),
            "eta_ms": None if self.eta_s is None else round(self.eta_s * 1000),
            "rate_limited": self.rate_limited,
            "cost": round(self.cost, 6),
            "styles": dict(self.styles),
            "platforms": dict(self.platforms),
            "waited_ms": round(self.waited_s * 1000),
            "in_work": [
                [row.row_key, row.stage, round(row.done * 100), *([row.tries] if row.tries > 1 else [])]
                for row in self.in_work
            ],
        }


@dataclass
class _Share:
    weight: float
    done: float = 0.0


@dataclass
class JobProgress:
    """Counts what the row loop reports; safe to use from its threads.

    Rows are weighted by the length of what is to be made, so that a long row moves the bar as far as it should.
    """

    clock: Callable[[], float] = time.monotonic
    later: tuple[VideoPlan, ...] = ()
    """Rows of the job that this run leaves to another."""
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _shares: dict[str, _Share] = field(default_factory=dict)
    _in_work: dict[str, RowInWork] = field(default_factory=dict)
    _counts: Counter[ItemState] = field(default_factory=Counter)
    _started: float = field(default=0.0)
    _found_done: float = field(default=0.0)
    _rate_limited: bool = field(default=False)
    _cost: float = field(default=0.0)
    _styles: dict[str, tuple[int, int]] = field(default_factory=dict)
    _platforms: dict[str, tuple[int, int]] = field(default_factory=dict)
    _waiting_since: float = field(default=0.0)
    _waited_s: float = field(default=0.0)

    def __post_init__(self) -> None:
        self._started = self.clock()

    def expect(self, plans: tuple[VideoPlan, ...]) -> None:
        """The rows that the job is about, besides those that come later."""
        everything = (*plans, *self.later)
        with self._lock:
            self._shares = {plan.row_key: _Share(_weight(plan)) for plan in everything}
            self._counts = Counter({ItemState.QUEUED: len(everything)})

    def expect_more(self, plans: Sequence[VideoPlan]) -> None:
        """Further rows that this run is about."""
        with self._lock:
            self._shares |= {plan.row_key: _Share(_weight(plan)) for plan in plans}
            self._counts[ItemState.QUEUED] += len(plans)

    def give_back(self) -> None:
        """The rows that were not begun are left to other runs."""
        with self._lock:
            for key in [key for key, share in self._shares.items() if not share.done and key not in self._in_work]:
                del self._shares[key]
            self._counts[ItemState.QUEUED] = self._counts[ItemState.RATE_LIMITED] = 0

    def wait_for_limit(self, waiting: bool) -> None:
        """Whether the next row has to wait for a rate limit."""
        with self._lock:
            if waiting != self._rate_limited:
                self._waited_s = self._waited(self.clock())
                self._waiting_since = self.clock()
                self._rate_limited = waiting
                queued, limited = ItemState.QUEUED, ItemState.RATE_LIMITED
                self._move(*((queued, limited) if waiting else (limited, queued)))

    def pay(self, cost: float) -> None:
        """A row has cost so much, finished or not."""
        with self._lock:
            self._cost += cost

    def start(self, plan: VideoPlan) -> None:
        """A worker takes the row up."""
        with self._lock:
            self._move(ItemState.QUEUED, ItemState.IN_PROGRESS)
            self._in_work[plan.row_key] = RowInWork(
                plan.row_key, plan.sheet_row, plan.title, "starting", 0.0, self.clock()
            )

    def advance(self, plan: VideoPlan, stage: str, done: float) -> None:
        """The row has reached `done` (0..1) in `stage`."""
        with self._lock:
            row = self._in_work.get(plan.row_key)
            if row is not None:
                self._in_work[plan.row_key] = replace(row, stage=stage, done=done)
                self._shares[plan.row_key].done = done

    def wait_for_retry(self, plan: VideoPlan, tries: int) -> None:
        """A try at the row has failed; what is to be done about it is being decided, or waited for."""
        self._go_on(plan, ItemState.RETRIED, tries)

    def retry(self, plan: VideoPlan, tries: int) -> None:
        """The row is tried once more, for the `tries`th time."""
        self._go_on(plan, "starting", tries)

    def _go_on(self, plan: VideoPlan, stage: str, tries: int) -> None:
        with self._lock:
            before = self._in_work[plan.row_key]
            after = replace(before, stage=stage, done=0.0, tries=tries)
            self._in_work[plan.row_key] = after
            self._shares[plan.row_key].done = 0.0
            self._move(before.state, after.state)

    def end(self, outcome: RowOutcome) -> None:
        """The row's turn is over."""
        with self._lock:
            key = outcome.plan.row_key
            row = self._in_work.pop(key, None)
            self._move(row.state if row else ItemState.QUEUED, outcome.state)
            share = self._shares[key]
            share.done = 1.0
            self._count_kinds(outcome)
            if not outcome.rendered and outcome.state is ItemState.COMPLETED:
                self._found_done += share.weight

    def snapshot(self) -> JobSnapshot:
        """The job now. The ETA goes by the pace of what this run has made itself."""
        with self._lock:
            now = self.clock()
            all_work = sum(share.weight for share in self._shares.values())
            done = sum(share.weight * share.done for share in self._shares.values())
            made, elapsed = done - self._found_done, now - self._started
            left = all_work - done
            return JobSnapshot(
                total=len(self._shares),
                counts=dict(self._counts),
                in_work=tuple(self._in_work.values()),
                percent=100.0 * done / all_work if all_work else 100.0,
                elapsed_s=elapsed,
                eta_s=elapsed * left / made if made > 0 else (0.0 if left == 0 else None),
                now=now,
                rate_limited=self._rate_limited,
                cost=self._cost,
                styles=dict(self._styles),
                platforms=dict(self._platforms),
                waited_s=self._waited(now),
            )

    def _count_kinds(self, outcome: RowOutcome) -> None:
        completed, failed = outcome.state is ItemState.COMPLETED, outcome.state is ItemState.FAILED
        if completed or failed:
            _add(self._styles, outcome.plan.style.value, completed, failed)
            for output in outcome.plan.outputs:
                _add(self._platforms, output.platform.value, completed, failed)

    def _waited(self, now: float) -> float:
        return self._waited_s + (now - self._waiting_since if self._rate_limited else 0.0)

    def _move(self, before: ItemState, after: ItemState) -> None:
        self._counts[before] -= 1
        self._counts[after] += 1


def _add(counts: dict[str, tuple[int, int]], name: str, completed: int, failed: int) -> None:
    before = counts.get(name, (0, 0))
    counts[name] = (before[0] + completed, before[1] + failed)


def _weight(plan: VideoPlan) -> float:
    """Pixels times the length that the script suggests: what painting and encoding cost."""
    return sum(output.width * output.height for output in plan.outputs) * (
        plan.target_seconds or 5 + len(plan.script) / 15
    )
