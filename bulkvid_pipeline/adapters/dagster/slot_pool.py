"""A Dagster concurrency pool as a queue of claims for a number of slots.

Slots are claimed by a transaction of this module on Dagster's tables, not by Dagster's `claim_concurrency_slot`, which
reads in one transaction and writes in another: processes that claim at the same time can all be granted the last slot
(4 held in a pool of 1 were measured), and one that joins the queue while another leaves can wait for ever. It also has
no notion of users.

It depends on these internals of Dagster; its tests fail when they change:

- tables `concurrency_slots` (a row per slot, with run and step while it is held; `deleted` when the limit was lowered
  under it), `pending_steps` (a row per claim until its release, `assigned_timestamp` once it is held) and
  `concurrency_limits` (a row per pool, locked by whoever changes the limit), reached by `index_connection()` and
  `index_transaction()`;
- `supports_global_concurrency_limits`, `get_pool_limits`, `set_concurrency_slots`, `get_concurrency_info` and
  `free_concurrency_slots_for_run` of `instance.event_log_storage`.

The pool must be used for rows only: an op with `pool="render"` would be admitted in Dagster's own order.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, unquote

import sqlalchemy as sa
from dagster import DagsterInstance, RunsFilter
from dagster._core.storage.dagster_run import FINISHED_STATUSES
from dagster._core.storage.event_log.schema import ConcurrencyLimitsTable, ConcurrencySlotsTable, PendingStepsTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from sqlalchemy.engine import Connection

from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.slot_turns import Rank, SlotClaim, give_turn

_limits, _slots, _pending = ConcurrencyLimitsTable.c, ConcurrencySlotsTable.c, PendingStepsTable.c

_READABLE = " @+:,/"


def step_key(user: str, job_id: str, row: str) -> str:
    """`user|job|row`, the claim's name in the web UI; Dagster's own step keys never contain a bar."""
    return f"{quote(user, safe=_READABLE)}|{quote(job_id, safe=_READABLE)}|{row}"


def row_of(step: str) -> str:
    """The row in a `step_key`."""
    return step.split("|", 2)[2]


@dataclass(frozen=True)
class Line:
    """A snapshot of the pool: all claims of rows, and the number of free slots."""

    claims: tuple[SlotClaim, ...]
    names: Mapping[int, tuple[str, str]]
    """Run id and step key of each claim, by claim id."""
    free: int

    def rows_held_by(self, run_id: str) -> frozenset[str]:
        """Rows for which the run holds slots."""
        held = (self.names[claim.id] for claim in self.claims if claim.held)
        return frozenset(row_of(step) for run, step in held if run == run_id)

    def has(self, run_id: str, step: str) -> bool:
        """Whether the run's claim waits or holds a slot."""
        return (run_id, step) in self.names.values()


class SlotPool:
    """One pool of an instance, shared by all processes and machines of the instance.

    Raises:
        ServiceUnavailableError: the instance's storage keeps no concurrency pools.
    """

    def __init__(self, instance: DagsterInstance, name: str) -> None:
        self._instance = instance
        self._storage = _sql_storage(instance)
        self._name = name

    def ensure_limit(self, slots: int) -> int:
        """Set the pool's limit to `slots` unless it has a limit already; returns the limit in force."""
        limits = {pool.name: pool for pool in self._storage.get_pool_limits()}
        pool = limits.get(self._name)
        if pool is not None and not pool.from_default:
            return int(pool.limit)
        try:
            self._storage.set_concurrency_slots(self._name, slots)
        except sa.exc.IntegrityError:  # another process inserted the pool after our read
            return self.ensure_limit(slots)
        return slots

    def raise_limit(self, slots: int) -> None:
        """Let the pool have that many slots at least."""
        if self.ensure_limit(slots) < slots:
            self._storage.set_concurrency_slots(self._name, slots)

    def look(self) -> Line:
        """The current queue; it may have changed by the time this returns."""
        with self._storage.index_connection() as conn:
            return _read(conn, self._name)

    @contextmanager
    def alone(self) -> Iterator[OpenPool]:
        """The pool, opened for changes in one exclusive transaction.

        Raises:
            ServiceUnavailableError: the pool has no limit yet.
        """
        with self._storage.index_transaction() as conn:
            if conn.dialect.name == "sqlite":
                # SQLite has no row locks, and its driver would begin the transaction only at the first write.
                conn.exec_driver_sql("BEGIN IMMEDIATE")
            limit = sa.select(_limits.id).where(_limits.concurrency_key == self._name).with_for_update()
            if conn.execute(limit).first() is None:
                raise ServiceUnavailableError(
                    f"A render slot was asked for, but the pool {self._name!r} has no limit",
                    fix=f"Run: dagster instance concurrency set {self._name} 2",
                )
            yield OpenPool(conn, self._name)

    def free_ended_runs(self, grace_s: float) -> tuple[str, ...]:
        """Free the slots of runs that ended at least `grace_s` seconds ago; returns the ids of those runs."""
        info = self._storage.get_concurrency_info(self._name)
        run_ids = {step.run_id for step in info.pending_steps} | {slot.run_id for slot in info.claimed_slots}
        if not run_ids:
            return ()
        ended = []
        for record in self._instance.get_run_records(RunsFilter(run_ids=sorted(run_ids), statuses=FINISHED_STATUSES)):
            if record.end_time is None or record.end_time + grace_s <= time.time():
                self._storage.free_concurrency_slots_for_run(record.dagster_run.run_id)
                ended.append(record.dagster_run.run_id)
        return tuple(ended)


class OpenPool:
    """A pool within an open transaction."""

    def __init__(self, conn: Connection, name: str) -> None:
        self._conn = conn
        self._name = name

    def line(self) -> Line:
        return _read(self._conn, self._name)

    def add(self, run_id: str, step: str, rank: Rank) -> None:
        """Add a claim to the queue."""
        values = {"concurrency_key": self._name, "run_id": run_id, "step_key": step, "priority": rank.as_number()}
        self._conn.execute(PendingStepsTable.insert().values(values))

    def remove(self, run_id: str, step: str | None = None) -> None:
        """Remove one claim of the run, or all if `step` is None, and free the slots that they hold."""
        slots = [_slots.concurrency_key == self._name, _slots.run_id == run_id]
        pending = [_pending.concurrency_key == self._name, _pending.run_id == run_id]
        if step is not None:
            slots.append(_slots.step_key == step)
            pending.append(_pending.step_key == step)
        self._conn.execute(ConcurrencySlotsTable.delete().where(*slots, _slots.deleted.is_(True)))
        self._conn.execute(ConcurrencySlotsTable.update().where(*slots).values(run_id=None, step_key=None))
        self._conn.execute(PendingStepsTable.delete().where(*pending))

    def grant(self, line: Line, chosen: SlotClaim) -> None:
        """Give a free slot to the waiting claim `chosen` of `line`, which uses the turn in `chosen`."""
        run_id, step = line.names[chosen.id]
        free = sa.select(_slots.id).where(
            _slots.concurrency_key == self._name, _slots.run_id.is_(None), _slots.deleted.is_(False)
        )
        slot = self._conn.execute(free.limit(1)).scalar_one()
        taken = ConcurrencySlotsTable.update().where(_slots.id == slot).values(run_id=run_id, step_key=step)
        self._conn.execute(taken)
        before = {claim.id: claim.rank for claim in line.claims}
        for claim in give_turn(line.claims, chosen):
            if claim.rank != before[claim.id]:
                self._update(claim.id, priority=claim.rank.as_number())
        self._update(chosen.id, assigned_timestamp=sa.func.now())

    def _update(self, claim_id: int, **values: object) -> None:
        self._conn.execute(PendingStepsTable.update().where(_pending.id == claim_id).values(values))


def _sql_storage(instance: DagsterInstance) -> SqlEventLogStorage:
    storage = instance.event_log_storage
    if isinstance(storage, SqlEventLogStorage) and storage.supports_global_concurrency_limits:
        return storage
    raise ServiceUnavailableError(
        f"Render slots were asked for, but {type(storage).__name__} keeps no concurrency pools",
        fix="Use SQLite or PostgreSQL storage for the Dagster instance, and run: dagster instance migrate",
    )


def _read(conn: Connection, pool: str) -> Line:
    slots = conn.execute(
        sa.select(_slots.run_id, _slots.step_key, _slots.deleted).where(_slots.concurrency_key == pool)
    ).all()
    held = {(run, step) for run, step, _ in slots if run is not None}
    rows = conn.execute(
        sa.select(_pending.id, _pending.run_id, _pending.step_key, _pending.priority)
        .where(_pending.concurrency_key == pool)
        .order_by(_pending.id)
    ).all()
    ours = [row for row in rows if row.step_key.count("|") >= 2]
    claims = tuple(
        SlotClaim(
            row.id,
            unquote(row.step_key.split("|", 1)[0]),
            Rank.of_number(row.priority),
            held=(row.run_id, row.step_key) in held,
        )
        for row in ours
    )
    # Slots held above a lowered limit count as held, so that the new limit applies from the next row on.
    limit = sum(not deleted for _, _, deleted in slots)
    return Line(claims, {row.id: (row.run_id, row.step_key) for row in ours}, max(0, limit - len(held)))
