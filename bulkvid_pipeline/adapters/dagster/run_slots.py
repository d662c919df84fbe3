"""Render slots: the number of rows rendered at once on the whole Dagster instance, and which row is next.

The slots are those of the concurrency pool `render`: the web UI shows held and waiting claims, `dagster instance
concurrency set render 4` changes their number at any time, and Dagster's daemon frees those of ended runs.
`core/slot_turns.py` decides which claim is next.

A free slot is taken by the first claim in the queue when its run polls. So waiting claims must be polled often, and be
withdrawn when their slot would not be used. Claims of a killed process stay until its run is marked as ended.
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
"""Seconds between polls of a claim that may get one of the next freed slots."""
LOOK_LATER_S = 0.25
"""Seconds between polls of a claim further back: a poll costs 1.5 ms, and many jobs may wait."""
GRACE_S = 2.0
"""Seconds after its end for which a run may still hold slots, while its encoders are being killed."""
SWEEP_EVERY_S = 2.0
LOOK_FOR_DEAD_EVERY_S = 10.0


class RunSlots:
    """The claims of one run.

    Args:
        user: owner of the job; slots are shared fairly between users.
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
        """Seconds until the waiting claims should be polled again, as of the last poll."""

    def ensure_pool(self, slots: int) -> int:
        """Set the pool's limit to `slots` unless it has a limit already; returns the limit in force."""
        return self._pool.ensure_limit(slots)

    def claim(self, row: str, priority: Priority = Priority.NORMAL) -> Claim:
        """Join the queue for a slot for the row with key `row`; it may be granted at once."""
        claim = Claim(self, row, priority)
        self.change(join=[claim])
        return claim

    def change(self, *, join: Sequence[Claim] = (), release: Sequence[Claim] = ()) -> frozenset[str]:
        """Join and leave the queue in one transaction; returns the rows held.

        The run takes those free slots for which its claims are first in the queue, and leaves the rest to other runs.
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
        """All rows for which the run holds slots, after taking slots that have become free for it.

        Costs one read while there is nothing to take. A claim of `claims` that was removed by others (the web UI can
        free a run's slots) joins the queue again.
        """
        line = self._pool.look()
        gone = [claim for claim in claims if not line.has(self._run_id, self._step(claim))]
        if gone or any(True for _ in self._takes(line)):
            return self.change(join=gone)
        return self._seen(line)

    def release_all(self) -> None:
        """Remove every claim of the run, held or waiting, whichever process made it."""
        with self._pool.alone() as pool:
            pool.remove(self._run_id)

    def free_ended_runs(self, grace_s: float = GRACE_S) -> tuple[str, ...]:
        """Free slots still held by runs that ended at least `grace_s` seconds ago; returns the ids of those runs.

        Dagster's daemon does the same; this is for instances without a running daemon.
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
    """One row's place in the queue, or its slot."""

    slots: RunSlots
    row: str
    priority: Priority

    def granted(self) -> bool:
        """Whether the row holds a slot. Costs one read while it waits."""
        return self.row in self.slots.held([self])

    def release(self) -> None:
        """Free the slot or leave the queue; a second call does nothing."""
        self.slots.change(release=[self])


class SlotAdmission:
    """Lets a run's rows start when they hold a slot. A context manager, for use by the one thread that starts rows.

    Its queued rows keep slots from less urgent rows of other runs, and a slot of a row that does not start keeps every
    other row from it. So queue only as many rows as workers are idle, start whichever of them has a slot, try again
    after `look_after_s`, and call `withdraw` when no more rows are to start.

    Args:
        slots: the run's claims.
        free_dead: called every ten seconds while rows wait; marks runs whose process is dead as ended, so that their
            slots are freed on instances without a daemon.
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
        self._slots.release_all()  # claims left by an earlier, killed process of this run
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
        """Seconds after which to call `enter_first` again; long if no row waits."""
        return self._slots.look_after_s if self._waiting else LOOK_LATER_S

    def line_up(self, plans: Sequence[VideoPlan]) -> None:
        """Queue all `plans`, as many as workers are idle, so that they can take every slot that becomes free.

        Rows before which others have come leave the queue, or their slots, with them.
        """
        new = self._new_claims(plans)
        wanted = {plan.row_key for plan in plans}
        gone = [row for row in self._waiting if row not in wanted]
        if new or gone:
            leaving = [self._waiting.pop(row) for row in gone]
            self._granted = self._slots.change(join=list(new.values()), release=leaving)
            self._waiting |= new

    def enter_first(self, plans: Sequence[VideoPlan]) -> VideoPlan | None:
        """The first of the rows that may start now; None if none may. Never waits for a slot.

        Rows that have not joined the queue yet do so.
        """
        new = self._new_claims(plans)
        if new:
            self._granted = self._slots.change(join=list(new.values()))
            self._waiting |= new
        if not any(plan.row_key in self._granted for plan in plans):
            self._sweep()
            self._granted = self._slots.held(list(self._waiting.values()))
        entering = next((plan for plan in plans if plan.row_key in self._granted), None)
        if entering is not None and entering.row_key in self._waiting:
            self._inside[entering.row_key] = self._waiting.pop(entering.row_key)
        return entering

    def leave(self, plan: VideoPlan, upcoming: Sequence[VideoPlan] = ()) -> None:
        """Free the row's slot and queue `upcoming` in one transaction, so that no less urgent run takes the slot."""
        left = self._inside.pop(plan.row_key, None)
        new = self._new_claims(upcoming)
        if left or new:
            self._granted = self._slots.change(join=list(new.values()), release=[left] if left else [])
            self._waiting |= new

    def withdraw(self) -> None:
        """Remove the claims of all rows that have not started."""
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
