"""Render slots: how many rows are in work at once on the whole Dagster instance, and whose row is next.

The slots are those of the concurrency pool `render`: the web UI shows who holds and who waits, `dagster instance
concurrency set render 4` changes their number at any time, and Dagster's daemon frees those of ended runs. Who is
next is told in `core/slot_turns.py`.

A slot that becomes free is taken by the first in line when that one looks. So a claim must be looked at often while it
waits, and be withdrawn when nobody would use its slot. Claims of a process that was killed stay until its run is
marked as ended.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import Self

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.slot_pool import Line, SlotPool, step_key
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.slot_turns import Rank, SlotClaim, in_line, turn_of_newcomer

POOL = "render"
LOOK_SOON_S = 0.05
"""When to look again at a claim that one of the next freed slots may be for."""
LOOK_LATER_S = 0.25
"""When to look again at one that is further back: a look costs 1.5 ms, and many jobs may wait."""
GRACE_S = 2.0
"""How long after its end a run may still hold slots: its encoders are being killed meanwhile."""
SWEEP_EVERY_S = 2.0
LOOK_FOR_DEAD_EVERY_S = 10.0


class RunSlots:
    """The claims of one run.

    Args:
        user: whose job it is; slots are shared fairly between users.
        job: priority of the job.
        job_id: shown in the web UI beside the row; the run's id if empty.

    Raises:
        ServiceUnavailableError: the instance's storage keeps no concurrency pools, or `ensure_pool` was not called.
    """

    def __init__(
        self,
        instance: DagsterInstance,
        run_id: str,
        *,
        user: str = "",
        job: Priority = Priority.NORMAL,
        job_id: str = "",
        pool: str = POOL,
    ) -> None:
        self._pool = SlotPool(instance, pool)
        self._run_id = run_id
        self._user = user
        self._job = job
        self._job_id = job_id or run_id
        self.look_after_s = LOOK_SOON_S
        """How soon to look again at the claims that wait, as of the last look."""

    def ensure_pool(self, slots: int) -> int:
        """Give the pool `slots` slots unless somebody has set its limit; returns the limit that holds."""
        return self._pool.ensure_limit(slots)

    def claim(self, row: str, priority: Priority = Priority.NORMAL) -> Claim:
        """Join the line for a slot for the row of that key; it may be granted at once."""
        claim = Claim(self, row, priority)
        self.change(join=[claim])
        return claim

    def change(self, *, join: Sequence[Claim] = (), release: Sequence[Claim] = ()) -> frozenset[str]:
        """Join and leave the line in one step, so that no other run sees a time between; returns the rows held.

        Of what is free this run takes what it is first in line for, and leaves the rest to those whose it is.
        """
        with self._pool.alone() as pool:
            for claim in release:
                pool.remove(self._run_id, self._step(claim))
            line = pool.line()
            for claim in join:
                if not line.has(self._run_id, self._step(claim)):
                    turn = turn_of_newcomer(line.claims, self._user, self._job)
                    pool.add(self._run_id, self._step(claim), Rank(self._job, claim.priority, turn))
                    line = pool.line()
            for chosen in self._takes(line):
                pool.grant(line, chosen)
                line = pool.line()
        return self._seen(line)

    def held(self, claims: Sequence[Claim]) -> frozenset[str]:
        """All rows that the run holds slots for, after taking what has become free for it.

        Costs one read while there is nothing to take. A claim of `claims` that somebody has removed (the web UI can
        free a run's slots) joins the line anew.
        """
        line = self._pool.look()
        gone = [claim for claim in claims if not line.has(self._run_id, self._step(claim))]
        if gone or any(True for _ in self._takes(line)):
            return self.change(join=gone)
        return self._seen(line)

    def release_all(self) -> None:
        """Leave the line with every claim of the run, held or waiting, whichever process made it."""
        with self._pool.alone() as pool:
            pool.remove(self._run_id)

    def free_ended_runs(self, grace_s: float = GRACE_S) -> tuple[str, ...]:
        """Free the slots of runs that ended `grace_s` seconds ago or more without doing so; names those runs.

        Dagster's daemon does the same; this serves instances where none is running.
        """
        return self._pool.free_ended_runs(grace_s)

    def _takes(self, line: Line) -> Iterator[SlotClaim]:
        return (claim for claim in in_line(line.claims, line.free) if line.names[claim.id][0] == self._run_id)

    def _seen(self, line: Line) -> frozenset[str]:
        slots = line.free + sum(claim.held for claim in line.claims)
        near = any(line.names[claim.id][0] == self._run_id for claim in in_line(line.claims, slots))
        self.look_after_s = LOOK_SOON_S if near else LOOK_LATER_S
        return line.rows_held_by(self._run_id)

    def _step(self, claim: Claim) -> str:
        return step_key(self._user, self._job_id, claim.row)


@dataclass(frozen=True)
class Claim:
    """One row's place in the line or in a slot."""

    slots: RunSlots
    row: str
    priority: Priority

    def granted(self) -> bool:
        """Whether the row may start, or go on. One read while it has to wait."""
        return self.row in self.slots.held([self])

    def release(self) -> None:
        """Leave the slot or the line; a second time does nothing."""
        self.slots.change(release=[self])


class SlotAdmission:
    """Lets a run's rows start when they hold a slot; for the one thread that starts them, as a context manager.

    Its rows in the line keep slots from less urgent ones of other runs: have only as many there as workers are idle,
    look again after `look_after_s`, and `withdraw` when nothing more shall start.

    Args:
        slots: the run's claims.
        free_dead: called every ten seconds while rows wait; ends runs whose process is gone, so that slots that they
            hold come free where no daemon sees to that.
    """

    def __init__(self, slots: RunSlots, free_dead: Callable[[], object] = lambda: None) -> None:
        self._slots = slots
        self._free_dead = free_dead
        self._looked_for_dead = time.monotonic()
        self._waiting: dict[str, Claim] = {}
        self._inside: dict[str, Claim] = {}
        self._granted: frozenset[str] = frozenset()
        self._swept = float("-inf")

    def __enter__(self) -> Self:
        self._slots.release_all()  # what an earlier process of this run left when it was killed
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.clear()
        self._inside.clear()
        self._granted = frozenset()
        self._slots.release_all()

    @property
    def look_after_s(self) -> float:
        """Seconds after which to try again to enter; long where nothing waits."""
        return self._slots.look_after_s if self._waiting else LOOK_LATER_S

    def line_up(self, plans: Sequence[VideoPlan]) -> None:
        """Join the line for all `plans`, as many as workers are idle, so that no slot passes them by."""
        new = self._new_claims(plans)
        if new:
            self._granted = self._slots.change(join=list(new.values()))
            self._waiting |= new

    def try_enter(self, plan: VideoPlan) -> bool:
        """Whether the row may start now; it joins the line if it has not. Never waits for a slot."""
        if plan.row_key in self._inside:
            return True
        self.line_up([plan])
        if plan.row_key not in self._granted:
            self._sweep()
            self._granted = self._slots.held(list(self._waiting.values()))
        if plan.row_key not in self._granted:
            return False
        self._inside[plan.row_key] = self._waiting.pop(plan.row_key)
        return True

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None:
        """Free the row's slot as `upcoming` join the line: a less urgent run cannot slip in between."""
        left = self._inside.pop(plan.row_key, None)
        new = self._new_claims(upcoming)
        if left or new:
            self._granted = self._slots.change(join=list(new.values()), release=[left] if left else [])
            self._waiting |= new

    def withdraw(self) -> None:
        """Leave the line with all rows that have not started."""
        if self._waiting:
            self._granted = self._slots.change(release=list(self._waiting.values()))
            self._waiting.clear()

    def _new_claims(self, plans: Sequence[VideoPlan]) -> dict[str, Claim]:
        return {
            plan.row_key: Claim(self._slots, plan.row_key, plan.priority)
            for plan in plans
            if plan.row_key not in self._waiting and plan.row_key not in self._inside
        }

    def _sweep(self) -> None:
        now = time.monotonic()
        if now - self._swept >= SWEEP_EVERY_S:
            self._swept = now
            self._slots.free_ended_runs()
        if now - self._looked_for_dead >= LOOK_FOR_DEAD_EVERY_S:
            self._looked_for_dead = now
            self._free_dead()
