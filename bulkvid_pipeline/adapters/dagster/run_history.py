"""Reading and deleting Dagster's history: events of runs, events of rows, runs and their tags, partitions.

Dagster's own API deletes a run with all its events, including the newest materialisations, leaves tags and files behind
on SQLite, and deletes runs and partitions only one by one. So this module runs SQL on Dagster's tables. It depends on
these internals, which its tests check on both databases of the pinned Dagster: the tables `event_logs`,
`asset_event_tags`, `asset_check_executions`, `dynamic_partitions`, `run_tags`; `index_connection()` of the event log's
storage, `connect()` of the run storage; and, on SQLite, one file for each run at `path_for_shard(run_id)` beside the
index that holds the events of all assets.

Every transaction is small, so that running jobs do not have to wait.
"""

from __future__ import annotations

import math
import sqlite3
import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from dagster import AssetKey, DagsterEventType, DagsterInstance
from dagster._core.events import EVENT_TYPE_TO_PIPELINE_RUN_STATUS
from dagster._core.storage.event_log.schema import (
    AssetCheckExecutionsTable,
    AssetEventTagsTable,
    DynamicPartitionsTable,
    SqlEventLogStorageTable,
)
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from dagster._core.storage.runs.schema import RunTagsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.core.errors import InvalidRequestError, ServiceUnavailableError
from bulkvid_pipeline.core.pruning import RowTrace

Item = TypeVar("Item")

AT_ONCE = 500
"""Largest number of table rows that one statement deletes."""

_events = SqlEventLogStorageTable.c
_OBSERVATION = DagsterEventType.ASSET_OBSERVATION.value
_NO_RUN = ""
"""Run id of events outside any run, such as a sensor's."""
_STATUS_TYPES = tuple(kind.value for kind in EVENT_TYPE_TO_PIPELINE_RUN_STATUS)
"""Events of the start and end of runs: the few by which a thinned run can still be understood."""


@dataclass(frozen=True)
class NewestEvent:
    """The newest event of its kind for an asset, or for one of its partitions."""

    id: int
    run_id: str
    asset: str
    partition: str | None


@dataclass(frozen=True)
class Cut:
    """How many events were deleted, and their size in bytes."""

    events: int = 0
    bytes: int = 0


class RunHistory:
    """The history of an instance.

    Raises:
        InvalidRequestError: the instance's storage is neither SQLite nor PostgreSQL.
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        log, runs = instance.event_log_storage, instance.run_storage
        if not isinstance(log, SqlEventLogStorage) or not isinstance(runs, SqlRunStorage):
            raise InvalidRequestError(
                f"Nothing can be pruned in the instance's {type(log).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._log, self._runs = log, runs

    def row_traces(self, asset: str) -> dict[str, RowTrace]:
        """The times of the newest events of each partition of an asset, by partition key."""
        of_rows = (_events.asset_key == AssetKey(asset).to_string(), _events.partition.is_not(None))
        missed = sa.and_(_events.dagster_event_type == _OBSERVATION, _events.run_id == _NO_RUN)
        with self._connection() as connection:
            heard_at = _newest_times(connection, *of_rows, sa.not_(missed))
            missed_at = _newest_times(connection, *of_rows, missed)
        return {key: RowTrace(heard_at.get(key, 0.0), missed_at.get(key)) for key in heard_at.keys() | missed_at.keys()}

    def newest_events(self) -> list[NewestEvent]:
        """The newest event of each kind for each asset and each partition: together they give the current state."""
        groups = (_events.asset_key, _events.partition, _events.dagster_event_type)
        newest = sa.select(sa.func.max(_events.id)).where(_events.asset_key.is_not(None)).group_by(*groups)
        wanted = sa.select(_events.id, _events.run_id, _events.asset_key, _events.partition)
        with self._connection() as connection:
            rows = connection.execute(wanted.where(_events.id.in_(newest))).all()
        return [
            NewestEvent(id_, run_id, str(AssetKey.from_db_string(asset).to_user_string()), partition)  # type: ignore[union-attr]
            for id_, run_id, asset, partition in rows
        ]

    def measure(self, run_id: str, keep: Collection[int] | None = None) -> Cut:
        """What `thin` would delete, or `delete` if `keep` is None, without the space that shrinking a file frees."""
        doomed = self._to_cut(run_id, keep)
        return self._measured(doomed, run_id) if keep is None else _sum(doomed)

    def thin(self, run_id: str, keep: Collection[int]) -> Cut:
        """Delete a run's events except those with the ids in `keep` and its start and end events."""
        doomed = self._to_cut(run_id, keep)
        cut, shard = _sum(doomed), self._shard(run_id)
        self._delete_events([id_ for id_, _ in doomed])
        if shard is None or not shard.exists():
            return cut
        before = _size(shard)
        _thin_shard(shard)
        return Cut(cut.events, cut.bytes + before - _size(shard))

    def delete(self, run_id: str) -> Cut:
        """Delete a run with all its events, tags and claims."""
        doomed = self._to_cut(run_id, None)
        cut = self._measured(doomed, run_id)
        self._delete_events([id_ for id_, _ in doomed])
        with self._connection() as connection:
            checks = AssetCheckExecutionsTable
            connection.execute(checks.delete().where(checks.c.run_id == run_id))
        self._log.free_concurrency_slots_for_run(run_id)
        shard = self._shard(run_id)
        for file in _files_of(shard) if shard is not None else ():
            file.unlink(missing_ok=True)
        # The run itself is deleted last: while it exists, another pruning can complete an interrupted one.
        with self._runs.connect() as connection:  # SQLite does not cascade deletes here
            connection.execute(RunTagsTable.delete().where(RunTagsTable.c.run_id == run_id))
        self._runs.delete_run(run_id)
        return cut

    def remove_partitions(self, definition: str, asset: str, keys: Sequence[str]) -> Cut:
        """Delete partitions with all their events."""
        events = size = 0
        for some in _chunks(keys):
            of_rows = sa.and_(_events.asset_key == AssetKey(asset).to_string(), _events.partition.in_(some))
            with self._connection() as connection:
                found = connection.execute(sa.select(_events.id, self._length()).where(of_rows)).all()
            self._delete_events([id_ for id_, _ in found])
            events, size = events + len(found), size + sum(length for _, length in found)
        self.forget_partitions(definition, keys)
        self._log.wipe_asset_cached_status(AssetKey(asset))  # the cache counts the deleted partitions
        return Cut(events, size)

    def forget_partitions(self, definition: str, keys: Sequence[str], within_s: float = math.inf) -> int:
        """Delete partitions, but none of their events; returns how many, fewer than all if the time was over."""
        table, end, forgotten = DynamicPartitionsTable, time.monotonic() + within_s, 0
        for some in _chunks(keys):
            if time.monotonic() >= end:
                break
            with self._connection() as connection:
                named = sa.and_(table.c.partitions_def_name == definition, table.c.partition.in_(some))
                forgotten += connection.execute(table.delete().where(named)).rowcount
        return forgotten

    def _to_cut(self, run_id: str, keep: Collection[int] | None) -> list[tuple[int, int]]:
        """Ids and sizes of a run's events to delete: all if `keep` is None, else all but `keep` and starts and ends."""
        of_run = [_events.run_id == run_id]
        if keep is not None:
            kind = _events.dagster_event_type
            of_run.append(sa.or_(kind.is_(None), kind.not_in(_STATUS_TYPES)))
        with self._connection() as connection:
            rows = connection.execute(sa.select(_events.id, self._length()).where(*of_run)).all()
        return [(id_, length) for id_, length in rows if keep is None or id_ not in keep]

    def _measured(self, doomed: Sequence[tuple[int, int]], run_id: str) -> Cut:
        shard = self._shard(run_id)
        cut = _sum(doomed)
        return Cut(cut.events, cut.bytes + (_size(shard) if shard is not None else 0))

    def _delete_events(self, ids: Sequence[int]) -> None:
        for some in _chunks(ids):
            with self._connection() as connection:
                connection.execute(AssetEventTagsTable.delete().where(AssetEventTagsTable.c.event_id.in_(some)))
                connection.execute(SqlEventLogStorageTable.delete().where(_events.id.in_(some)))

    def _length(self) -> sa.Label[int]:
        # PostgreSQL returns the length in bytes without unpacking the text; Dagster's JSON is ASCII, so both are bytes.
        in_bytes = sa.func.length if self._is_sharded else sa.func.octet_length
        return in_bytes(_events.event).label("length")

    @property
    def _is_sharded(self) -> bool:
        return hasattr(self._log, "path_for_shard")

    def _shard(self, run_id: str) -> Path | None:
        """The file of a run's own events; None if the storage has no such files."""
        storage: Any = self._log
        return Path(storage.path_for_shard(run_id)) if self._is_sharded and run_id else None

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._log.index_connection() as connection:
                yield connection
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer while pruning") from error


def _newest_times(connection: sa.Connection, *where: sa.ColumnElement[bool]) -> dict[str, float]:
    """The time of the newest event of each partition. Dagster stores naive UTC times."""
    found = sa.select(_events.partition, sa.func.max(_events.timestamp)).where(*where).group_by(_events.partition)
    rows: Sequence[tuple[str, datetime]] = connection.execute(found).tuples().all()
    return {key: at.replace(tzinfo=UTC).timestamp() for key, at in rows}


def _sum(doomed: Sequence[tuple[int, int]]) -> Cut:
    return Cut(len(doomed), sum(length for _, length in doomed))


def _chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    return (items[start : start + AT_ONCE] for start in range(0, len(items), AT_ONCE))


def _thin_shard(shard: Path) -> None:
    """Keep only start and end events in a run's file. The file stays, since a web server may have it open."""
    marks = ", ".join("?" * len(_STATUS_TYPES))
    with closing(sqlite3.connect(shard, timeout=20, isolation_level=None)) as database:
        database.execute(
            f"DELETE FROM event_logs WHERE dagster_event_type IS NULL OR dagster_event_type NOT IN ({marks})",
            _STATUS_TYPES,
        )
        database.execute("DELETE FROM asset_event_tags")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


def _files_of(shard: Path) -> tuple[Path, ...]:
    return (shard, shard.with_name(f"{shard.name}-wal"), shard.with_name(f"{shard.name}-shm"))


def _size(shard: Path) -> int:
    return sum(file.stat().st_size for file in _files_of(shard) if file.exists())


def ids_by_run(events: Iterable[NewestEvent]) -> dict[str, set[int]]:
    """The ids of events, by the run that recorded them."""
    found: defaultdict[str, set[int]] = defaultdict(set)
    for event in events:
        found[event.run_id].add(event.id)
    return dict(found)
