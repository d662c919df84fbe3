"""Dagster's storage in SQLite files, with engines that are kept.

Dagster makes an engine for each connection, and with it forgets every statement that was compiled: compiling them anew
costs several times what running them does. Connections are still opened and closed each time, so that forked children
and deleted files of runs are as safe as before. Depends on `connect` and `_connect` of Dagster's storages, the latter
copied but for the engine, which tests of whole jobs go through.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.schedules import SqliteScheduleStorage
from dagster._core.storage.sqlite import SQLITE_BUSY_TIMEOUT_SECONDS
from dagster._core.storage.sqlite_storage import (
    DagsterSqliteStorage,
    _event_logs_directory,
    _runs_directory,
    _schedule_directory,
)

ENGINES = 32
"""Of as many files statements stay compiled; each run has a file of its own."""
LOCKED_RUNS_S = 5.0
"""How long locked runs and schedules are waited for: as long as Dagster does."""


@lru_cache(maxsize=ENGINES)
def _engine(url: str, locked_s: float) -> sa.Engine:
    return sa.create_engine(url, poolclass=sa.NullPool, connect_args={"timeout": locked_s})


@contextmanager
def _transaction(url: str, locked_s: float) -> Iterator[sa.Connection]:
    with _engine(url, locked_s).connect() as connection, connection.begin():
        yield connection


class _Runs(SqliteRunStorage):
    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        with _transaction(self._conn_string, LOCKED_RUNS_S) as connection:
            yield connection


class _Schedules(SqliteScheduleStorage):
    @contextmanager
    def connect(self) -> Iterator[sa.Connection]:
        with _transaction(self._conn_string, LOCKED_RUNS_S) as connection:
            yield connection


class _Events(SqliteEventLogStorage):
    @contextmanager
    def _connect(self, shard: str) -> Iterator[sa.Connection]:
        with self._db_lock:
            url = self.conn_string_for_shard(shard)
            if shard not in self._initialized_dbs:
                self._initdb(_engine(url, SQLITE_BUSY_TIMEOUT_SECONDS))
                self._initialized_dbs.add(shard)
            with _transaction(url, SQLITE_BUSY_TIMEOUT_SECONDS) as connection:
                yield connection


class SqliteStorage(DagsterSqliteStorage):
    """`DagsterSqliteStorage`, of the storages above."""

    def __init__(self, base_dir: str) -> None:
        super().__init__(base_dir)
        self._run_storage = _Runs.from_local(_runs_directory(base_dir))
        self._event_log_storage = _Events(_event_logs_directory(base_dir))
        self._schedule_storage = _Schedules.from_local(_schedule_directory(base_dir))
