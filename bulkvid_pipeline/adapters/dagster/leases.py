"""Leases: names that one run of the Dagster instance holds exclusively, such as the rows that it renders.

A lease is a row of the instance's key-value table (`kvs`): the key is a hash of the leased name, the value the id of
the run that holds it. It is valid until its run has ended, so leases of a killed process become free once its run is
marked as dead (see `services.liveness.orphans`). One INSERT takes the leases of all names. The databases execute it
completely or not at all, even without a transaction, which Dagster's connections to PostgreSQL do not have.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import sqlalchemy as sa
from dagster import DagsterInstance, RunsFilter
from sqlalchemy.exc import DBAPIError, IntegrityError

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import ServiceUnavailableError

PREFIX = "bulkvid/lease/"
LOOK_FOR_DEAD_EVERY_S = 5.0
LOOK_AGAIN_S = 0.05
_DELETE = sa.text("DELETE FROM kvs WHERE key = :key AND value = :run_id")
_KVS = sa.table("kvs", sa.column("key", sa.Text), sa.column("value", sa.Text))


class Leases:
    """The leases of one run, for use by any of its threads. A context manager that releases all leases at its end.

    Args:
        instance: the instance that stores the leases.
        run_id: the run that holds them.
        free_dead: called every few seconds while other runs hold wanted names; marks runs whose process is dead as
            ended.

    Raises:
        ServiceUnavailableError: the instance's run storage is not a SQL database, or (from every method) the database
            does not respond.
    """

    def __init__(self, instance: DagsterInstance, run_id: str, free_dead: Callable[[], object] = lambda: None) -> None:
        storage = run_database(instance)
        if storage is None:
            raise ServiceUnavailableError(
                f"Rows cannot be leased in the instance's {type(instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._instance = instance
        self._storage = storage
        self._run_id = run_id
        self._free_dead = free_dead
        self._looked_for_dead = float("-inf")

    def __enter__(self) -> Self:
        self._forget_ended()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release_all()

    def take(self, names: Collection[str]) -> bool:
        """Lease all the names, or none if another active run holds one of them. Returns whether they were leased."""
        keys = [_key(name) for name in names]
        while not self._insert(keys):
            holders = self._holders(keys)
            at_work = self._at_work(set(holders.values()) - {self._run_id})
            if any(run_id in at_work for run_id in holders.values()):
                return False
            self._delete(holders)
        return True

    def taken(self, names: Collection[str]) -> frozenset[str]:
        """Those of the names that other active runs hold. Costs one read if there are none."""
        by_key = {_key(name): name for name in names}
        holders = self._holders(list(by_key))
        others = set(holders.values()) - {self._run_id}
        if others and time.monotonic() - self._looked_for_dead >= LOOK_FOR_DEAD_EVERY_S:
            self._looked_for_dead = time.monotonic()
            self._free_dead()
        at_work = self._at_work(others)
        return frozenset(by_key[key] for key, run_id in holders.items() if run_id in at_work)

    def release(self, names: Collection[str]) -> None:
        """Release those of the names that the run holds."""
        self._delete({_key(name): self._run_id for name in names})

    def release_all(self) -> None:
        """Release all leases of the run."""
        with self._connection() as connection:
            connection.execute(sa.delete(_KVS).where(_ours(), _KVS.c.value == self._run_id))

    @contextmanager
    def alone(self, name: str, within_s: float) -> Iterator[bool]:
        """Wait up to `within_s` seconds for one name and hold it during the block; yields whether it was leased."""
        end = time.monotonic() + within_s
        held = self.take([name])
        while not held and time.monotonic() < end:
            time.sleep(LOOK_AGAIN_S)
            self.taken([name])  # looks for dead holders
            held = self.take([name])
        try:
            yield held
        finally:
            if held:
                self.release([name])

    def _insert(self, keys: Collection[str]) -> bool:
        try:
            with self._connection() as connection:
                # As text: Dagster opens SQLite for each connection again, and compiling costs more than inserting.
                rows = ", ".join(f"(:key{number}, :run_id)" for number in range(len(keys)))
                named = {f"key{number}": key for number, key in enumerate(keys)}
                connection.execute(
                    sa.text(f"INSERT INTO kvs (key, value) VALUES {rows}"), {**named, "run_id": self._run_id}
                )
        except IntegrityError:
            return False
        return True

    def _holders(self, keys: Collection[str]) -> dict[str, str]:
        """The runs that hold leases, by key."""
        with self._connection() as connection:
            rows = connection.execute(sa.select(_KVS.c.key, _KVS.c.value).where(_KVS.c.key.in_(keys))).all()
        return {str(key): str(run_id) for key, run_id in rows}

    def _at_work(self, run_ids: Collection[str]) -> set[str]:
        """The runs that have not ended."""
        if not run_ids:
            return set()
        runs = self._instance.get_runs(RunsFilter(run_ids=sorted(run_ids)))
        return {run.run_id for run in runs if not run.is_finished}

    def _forget_ended(self) -> None:
        """Delete leases of ended runs, and leases left by an earlier process of this run."""
        with self._connection() as connection:
            rows = connection.execute(sa.select(_KVS.c.key, _KVS.c.value).where(_ours())).all()
        at_work = self._at_work({str(run_id) for _, run_id in rows} - {self._run_id})
        self._delete({str(key): str(run_id) for key, run_id in rows if run_id not in at_work})

    def _delete(self, holders: dict[str, str]) -> None:
        """Delete leases that are still held by the given runs."""
        with self._connection() as connection:
            for key, run_id in holders.items():
                connection.execute(_DELETE, {"key": key, "run_id": run_id})

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._storage.connect() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer about leases") from error


def _ours() -> sa.ColumnElement[bool]:
    return _KVS.c.key.startswith(PREFIX, autoescape=True)


def _key(name: str) -> str:
    return f"{PREFIX}{hashlib.blake2b(name.encode(), digest_size=20).hexdigest()}"
