"""Dagster's SQLite files are opened each time, by engines that are kept."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from dagster._core.storage.runs import SqliteRunStorage

from bulkvid_pipeline.adapters.dagster.instance_storage import sqlite_storage


def test_what_was_compiled_for_a_file_is_kept_and_its_connections_are_not(tmp_path: Path) -> None:
    storage = sqlite_storage(str(tmp_path))
    runs, events = storage.run_storage, storage.event_log_storage
    assert isinstance(runs, SqliteRunStorage)
    assert isinstance(events, SqliteEventLogStorage)

    def kept() -> list[sa.Engine]:
        found = []
        for opened in (runs.connect(), events.index_connection(), events.run_connection("a")):
            with opened as connection:
                found.append(connection.engine)
        return found

    first, second = kept(), kept()
    assert [id(engine) for engine in first] == [id(engine) for engine in second]
    assert len({str(engine.url) for engine in first}) == 3
    assert all(isinstance(engine.pool, sa.NullPool) for engine in first)


def test_what_fails_within_a_transaction_is_not_stored(tmp_path: Path) -> None:
    runs = sqlite_storage(str(tmp_path)).run_storage
    assert isinstance(runs, SqliteRunStorage)
    try:
        with runs.connect() as connection:
            connection.execute(sa.text("INSERT INTO kvs (key, value) VALUES ('a', 'b')"))
            raise LookupError
    except LookupError:
        pass

    with runs.connect() as connection:
        assert connection.execute(sa.text("SELECT count(*) FROM kvs WHERE key = 'a'")).scalar() == 0
