"""Reading the events of several runs from given places on, so that none is missed and none is met twice.

An event's place is its storage id: unique in a run's own file on SQLite, in the whole database on PostgreSQL. There,
ids are given out when a transaction inserts but events are seen when it commits, so that an event may appear *behind*
one that was read already. A reader that goes by ids would miss it. So new events of PostgreSQL count only once all
transactions that were writing events when they were read have ended (`pg_locks` shows them).

Depends on the table `event_logs` and on the event storages of SQLite and PostgreSQL, which its tests check.
"""

from __future__ import annotations

import heapq
import sqlite3
import time
from collections.abc import Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import DagsterEventType, DagsterInstance, EventLogEntry, EventLogRecord
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._serdes import deserialize_value
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.core.errors import ServiceUnavailableError

PATIENCE_S = 5
CONNECTIONS = 4
"""Largest number of open connections to PostgreSQL, which stay open."""
WRITERS_WAIT_S = 0.25
"""How long one reading waits for transactions that are writing events; a later one goes on waiting."""
STUCK_S = 30
"""Transactions older than this are taken to be stuck: nobody waits for them."""
_WRITERS_PAUSE_S = 0.01

_events = SqlEventLogStorageTable.c
_WRITERS = sa.text(
    f"""
    SELECT locks.virtualtransaction FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS activity USING (pid)
    WHERE locks.locktype = 'relation' AND locks.relation = 'event_logs'::regclass AND locks.granted
      AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND locks.mode = 'RowExclusiveLock'
      AND coalesce(activity.xact_start > clock_timestamp() - interval '{STUCK_S} seconds', true)
    """
)


@dataclass(frozen=True)
class Span:
    """The events of a run with ids above `after`, up to `until` if that is given."""

    run_id: str
    after: int = 0
    until: int | None = None


@dataclass(frozen=True)
class EventPage:
    """Events in the order of time, those of each run in the order of their ids.

    `more` says that there are others; not `settled` that new ones could not be given yet: read again.
    """

    records: tuple[EventLogRecord, ...] = ()
    more: bool = False
    settled: bool = True


class RunEvents:
    """Reads events of these kinds, and what code has logged itself; for use by several threads.

    Raises:
        ServiceUnavailableError: the instance's event storage is neither SQLite nor PostgreSQL, or (from every method)
            the database does not respond.
    """

    def __init__(self, instance: DagsterInstance, kinds: Collection[DagsterEventType]) -> None:
        self._storage = _storage_of(instance, sorted(kind.value for kind in kinds))

    def close(self) -> None:
        """Close connections; a later reading opens others."""
        self._storage.close()

    def newest(self, run_ids: Sequence[str]) -> dict[str, int]:
        """For each run the id of its newest event of any kind, 0 if it has none."""
        return self._storage.newest(run_ids)

    def read(self, spans: Sequence[Span], limit: int) -> EventPage:
        """The next events of the spans, at most `limit`."""
        return self._storage.read(spans, limit) if spans else EventPage()


class _SqliteEvents:
    """A file for each run, to which one transaction at a time writes: what is seen is whole."""

    def __init__(self, storage: SqliteEventLogStorage, kinds: Sequence[str]) -> None:
        self._storage = storage
        self._kinds = kinds
        marks = ", ".join("?" * len(kinds))
        self._query = (
            "SELECT id, event FROM event_logs WHERE run_id = ? AND id > ? AND id <= ? "
            f"AND (dagster_event_type IS NULL OR dagster_event_type IN ({marks})) ORDER BY id LIMIT ?"
        )

    def close(self) -> None: ...

    def newest(self, run_ids: Sequence[str]) -> dict[str, int]:
        found = {}
        for run_id in run_ids:
            rows = self._rows(run_id, "SELECT coalesce(max(id), 0) FROM event_logs WHERE run_id = ?", run_id)
            found[run_id] = int(rows[0][0]) if rows else 0
        return found

    def read(self, spans: Sequence[Span], limit: int) -> EventPage:
        parts = [self._part(span, limit) for span in spans]
        # Of each part that is full there may be more, but nothing that belongs before its last event.
        records = tuple(record for _, record in heapq.merge(*map(_by_time, parts), key=lambda pair: pair[0]))
        return EventPage(records[:limit], more=len(records) > limit or any(len(part) == limit for part in parts))

    def _part(self, span: Span, limit: int) -> list[EventLogRecord]:
        until = span.until if span.until is not None else 2**62
        rows = self._rows(span.run_id, self._query, span.run_id, span.after, until, *self._kinds, limit)
        return [_record(*row) for row in rows]

    def _rows(self, run_id: str, query: str, *values: Any) -> list[tuple[Any, ...]]:
        path = Path(self._storage.path_for_shard(run_id))
        if not path.exists():  # before the run's first event, and after the run was deleted
            return []
        try:
            # Opened without Dagster, which would make the file of a run that has just been deleted.
            with closing(sqlite3.connect(f"{path.as_uri()}?mode=rw", uri=True, timeout=PATIENCE_S)) as database:
                return database.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if not path.exists():
                return []
            raise ServiceUnavailableError(f"The events of run {run_id} cannot be read: {error}") from error


class _PostgresEvents:
    """One table for all runs, to which many transactions write at once."""

    def __init__(self, engine: sa.Engine, kinds: Sequence[str]) -> None:
        self._engine = engine
        self._is_wanted = sa.or_(_events.dagster_event_type.is_(None), _events.dagster_event_type.in_(kinds))

    def close(self) -> None:
        self._engine.dispose()

    def newest(self, run_ids: Sequence[str]) -> dict[str, int]:
        query = (
            sa.select(_events.run_id, sa.func.max(_events.id))
            .where(_events.run_id.in_(run_ids))
            .group_by(_events.run_id)
        )
        with self._connection() as connection:
            found = {run_id: int(newest) for run_id, newest in connection.execute(query)}
            while not _have_ended(connection):  # events behind these must be there before anybody begins here
                continue
        return {run_id: found.get(run_id, 0) for run_id in run_ids}

    def read(self, spans: Sequence[Span], limit: int) -> EventPage:
        query = sa.select(_events.id, _events.event).where(sa.or_(*map(_within, spans)), self._is_wanted)
        query = query.order_by(_events.id).limit(limit + 1)
        with self._connection() as connection:
            rows = connection.execute(query).tuples().all()
            if rows and any(span.until is None for span in spans):
                seen_to = rows[-1][0]
                if not _have_ended(connection):
                    return EventPage(settled=False)
                rows = [row for row in connection.execute(query).tuples() if row[0] <= seen_to]
        return EventPage(tuple(_record(*row) for row in rows[:limit]), more=len(rows) > limit)

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DBAPIError, sa.exc.TimeoutError) as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error


def _within(span: Span) -> sa.ColumnElement[bool]:
    bounds = [_events.run_id == span.run_id, _events.id > span.after]
    return sa.and_(*bounds, *([_events.id <= span.until] if span.until is not None else []))


def _have_ended(connection: sa.Connection) -> bool:
    """Wait until all transactions that are writing events now have ended; False if they take too long."""
    until = time.monotonic() + WRITERS_WAIT_S
    writing = _writers(connection)
    while writing:
        if time.monotonic() > until:
            return False
        time.sleep(_WRITERS_PAUSE_S)
        writing &= _writers(connection)
    return True


def _writers(connection: sa.Connection) -> set[str]:
    return set(connection.execute(_WRITERS).scalars())


def _record(id_: int, event: str) -> EventLogRecord:
    return EventLogRecord(storage_id=id_, event_log_entry=deserialize_value(event, EventLogEntry))


def _by_time(records: Sequence[EventLogRecord]) -> Iterator[tuple[tuple[float, str, int], EventLogRecord]]:
    """Each event with what orders it among those of other runs, never against its own: threads' clocks are read
    before they write."""
    latest = 0.0
    for record in records:
        latest = max(latest, record.event_log_entry.timestamp)
        yield (latest, record.event_log_entry.run_id, record.storage_id), record


def _storage_of(instance: DagsterInstance, kinds: Sequence[str]) -> _SqliteEvents | _PostgresEvents:
    storage = instance.event_log_storage
    if isinstance(storage, SqliteEventLogStorage):
        return _SqliteEvents(storage, kinds)
    # Imported only here: installations on SQLite do not need psycopg2.
    from dagster_postgres import PostgresEventLogStorage
    from dagster_postgres.utils import set_pg_statement_timeout

    if not isinstance(storage, PostgresEventLogStorage):
        raise ServiceUnavailableError(
            f"Events cannot be followed in the instance's {type(storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    engine = sa.create_engine(
        storage.postgres_url,
        isolation_level="AUTOCOMMIT",
        pool_pre_ping=True,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_timeout=PATIENCE_S,
        connect_args={"connect_timeout": PATIENCE_S},
    )
    sa.event.listen(engine, "connect", lambda opened, _: set_pg_statement_timeout(opened, 1000 * PATIENCE_S))
    return _PostgresEvents(engine, kinds)
