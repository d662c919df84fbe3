"""Reading the events of a run as they are stored, some kinds of them only, from either end.

Dagster's own reading makes objects of whole events, ten times as much work as reading the JSON, and cannot leave out
kinds of events where code has logged something itself. Depends on the table `event_logs`, on the form of events in it,
and on the event storages of SQLite (one file for each run) and PostgreSQL, which its tests check.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import sqlalchemy as sa
from dagster import AssetKey, DagsterEventType, DagsterInstance, EventLogEntry
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._serdes import deserialize_value
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.adapters.dagster.lasting_connections import PATIENCE_S, lasting_engine, postgres_url_of
from bulkvid_pipeline.core.errors import ServiceUnavailableError

CONNECTIONS = 4
"""Largest number of open connections to PostgreSQL, which stay open."""
ENDLESS = 2**62
"""Larger than any storage id."""
STUCK_S = 30
"""Transactions older than this are taken to be stuck: nobody waits for them."""

_WRITERS = f"""
    SELECT locks.virtualtransaction FROM pg_locks AS locks LEFT JOIN pg_stat_activity AS activity USING (pid)
    WHERE locks.locktype = 'relation' AND locks.relation = 'event_logs'::regclass AND locks.granted
      AND locks.database = (SELECT oid FROM pg_database WHERE datname = current_database())
      AND locks.mode = 'RowExclusiveLock'
      AND coalesce(activity.xact_start > clock_timestamp() - interval '{STUCK_S} seconds', true)
"""


@dataclass(frozen=True)
class Wanted:
    """Which events of a run to read: those with storage ids above `after` and up to `until`.

    `kinds` are Dagster's event types; `with_messages` adds what code has logged itself. `assets` and `partition`, if
    they are given, leave out the events of all others.
    """

    kinds: Collection[DagsterEventType]
    with_messages: bool = False
    assets: Sequence[str] = ()
    partition: str | None = None
    after: int = 0
    until: int = ENDLESS


@dataclass(frozen=True, slots=True)
class StoredEvent:
    """An event of a run as JSON; `id` is its storage id in the run's log."""

    id: int
    text: str

    @property
    def entry(self) -> EventLogEntry:
        """The event as Dagster's object."""
        return deserialize_value(self.text, EventLogEntry)


@dataclass(frozen=True, slots=True)
class AssetEvent:
    """A materialisation, an observation or a check of an asset. `timestamp` is in epoch seconds."""

    timestamp: float
    is_materialisation: bool
    asset: str
    partition: str
    metadata: dict[str, Any] = field(default_factory=dict)


class RunLog:
    """Reads events; for use by several threads.

    Raises:
        ServiceUnavailableError: the instance's event storage is neither SQLite nor PostgreSQL, or (from every method)
            the database does not respond.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        storage = instance.event_log_storage
        self._database: _Database
        self.may_be_late = not isinstance(storage, SqliteEventLogStorage)
        """Whether an event may appear behind newer ones: PostgreSQL gives ids before transactions end."""
        if isinstance(storage, SqliteEventLogStorage):
            self._database = _SqliteFiles(storage)
        else:
            self._database = _Postgres(lasting_engine(postgres_url_of(storage), CONNECTIONS))

    def close(self) -> None:
        """Close connections; a later reading opens others."""
        self._database.close()

    def read(self, run_id: str, wanted: Wanted, limit: int, *, newest_first: bool = False) -> list[StoredEvent]:
        """The first or the last events that are wanted, at most `limit`."""
        query, values = _query(run_id, wanted, limit, newest_first=newest_first)
        return [StoredEvent(int(id_), text) for id_, text in self._database.rows(run_id, query, values)]

    def newest(self, run_id: str) -> int:
        """The storage id of the run's newest event of any kind, 0 if it has none."""
        query = "SELECT coalesce(max(id), 0) FROM event_logs WHERE run_id = :run_id"
        rows = self._database.rows(run_id, query, {"run_id": run_id})
        return int(rows[0][0]) if rows else 0

    def writers(self) -> set[str]:
        """The transactions that are writing events now, by names of their own; none where nothing may be late."""
        return {str(name) for (name,) in self._database.rows("", _WRITERS, {})} if self.may_be_late else set()


class _Database(Protocol):
    def rows(self, run_id: str, query: str, values: dict[str, Any]) -> Sequence[Any]: ...

    def close(self) -> None: ...


class _SqliteFiles:
    def __init__(self, storage: SqliteEventLogStorage) -> None:
        self._storage = storage

    def rows(self, run_id: str, query: str, values: dict[str, Any]) -> Sequence[Any]:
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

    def close(self) -> None: ...


class _Postgres:
    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def rows(self, run_id: str, query: str, values: dict[str, Any]) -> Sequence[Any]:  # noqa: ARG002
        try:
            with self._engine.connect() as connection:
                return connection.execute(sa.text(query), values).all()
        except (DBAPIError, sa.exc.TimeoutError) as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error

    def close(self) -> None:
        self._engine.dispose()


def asset_event(text: str) -> AssetEvent:
    """The asset's event that is stored so, without making Dagster's objects of it."""
    stored = json.loads(text)
    event = stored["dagster_event"]
    data = event["event_specific_data"]
    kind = event["event_type_value"]
    if kind == DagsterEventType.ASSET_CHECK_EVALUATION.value:
        return AssetEvent(stored["timestamp"], False, "/".join(data["asset_key"]["path"]), "", _metadata(data))
    is_made = kind == DagsterEventType.ASSET_MATERIALIZATION.value
    about = data["materialization"] if is_made else data["asset_observation"]
    asset = "/".join(about["asset_key"]["path"])
    return AssetEvent(stored["timestamp"], is_made, asset, about["partition"] or "", _metadata(about))


_VALUE_FIELDS = ("value", "text", "data", "path", "url", "md_str")
"""Where the kinds of metadata that we use keep their value."""


def _metadata(about: dict[str, Any]) -> dict[str, Any]:
    entries = about.get("metadata_entries")
    if entries is None:
        return {label: _value(data) for label, data in about["metadata"].items()}
    return {entry["label"]: _value(entry["entry_data"]) for entry in entries}


def _value(data: dict[str, Any]) -> Any:
    return next((data[name] for name in _VALUE_FIELDS if name in data), None)


def _query(run_id: str, wanted: Wanted, limit: int, *, newest_first: bool) -> tuple[str, dict[str, Any]]:
    values: dict[str, Any] = {"run_id": run_id, "after": wanted.after, "until": wanted.until, "limit": limit}

    def names(prefix: str, items: Sequence[str]) -> str:
        values.update({f"{prefix}{number}": item for number, item in enumerate(items)})
        return ", ".join(f":{prefix}{number}" for number in range(len(items)))

    kinds = f"dagster_event_type IN ({names('kind', sorted(kind.value for kind in wanted.kinds))})"
    where = ["run_id = :run_id", "id > :after", "id <= :until"]
    where.append(f"({kinds} OR dagster_event_type IS NULL)" if wanted.with_messages else kinds)
    if wanted.assets:
        where.append(f"asset_key IN ({names('asset', [AssetKey(asset).to_string() for asset in wanted.assets])})")
    if wanted.partition is not None:
        where.append("partition = :partition")
        values["partition"] = wanted.partition
    order = "DESC" if newest_first else "ASC"
    return f"SELECT id, event FROM event_logs WHERE {' AND '.join(where)} ORDER BY id {order} LIMIT :limit", values
