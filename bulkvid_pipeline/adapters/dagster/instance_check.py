"""Whether the database of a Dagster instance is there, current and writable, asked without making one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import SQLAlchemyError

from bulkvid_pipeline.adapters.dagster.run_database import CONNECT_S, run_database
from bulkvid_pipeline.core.errors import BulkVideoError, ServiceUnavailableError

_KVS = sa.table("kvs", sa.column("key", sa.Text), sa.column("value", sa.Text))
_PROBE = "bulkvid/doctor/"


@dataclass(frozen=True)
class PostgresState:
    """A PostgreSQL database that answers.

    Args:
        version: such as `16.9`.
        bytes: its size.
        connections: those in use, by all of the server's users.
        most_connections: those that the server allows.
        seconds: its clock, since 1970.
        has_tables: whether an instance lives in it already.
        may_create: whether we may make tables.
        read_only: whether it takes no writes: a standby, or set so.
    """

    version: str
    bytes: int
    connections: int
    most_connections: int
    seconds: float
    has_tables: bool
    may_create: bool
    read_only: bool


def look_at_postgres(url: str, timeout_s: float) -> PostgresState:
    """Ask the database, once, for all of that.

    Raises:
        ServiceUnavailableError: it cannot be reached, does not let us in, or does not answer in time.
    """
    with _postgres(url, timeout_s) as cursor:
        cursor.execute(
            "SELECT current_setting('server_version'), pg_database_size(current_database()),"
            " (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'),"
            " current_setting('max_connections')::int, extract(epoch FROM clock_timestamp())::float8,"
            " to_regclass('runs') IS NOT NULL,"
            " coalesce(has_schema_privilege(current_schema(), 'CREATE'), false),"
            " current_setting('transaction_read_only')::bool"
        )
        version, *rest = cursor.fetchone()
    return PostgresState(str(version).partition(" ")[0], *rest)


@contextmanager
def _postgres(url: str, timeout_s: float) -> Iterator[Any]:
    import psycopg2  # type: ignore[import-untyped]  # installations on SQLite do not need it

    limits = f"-c statement_timeout={round(timeout_s * 1000)}"
    try:
        connection = psycopg2.connect(url, connect_timeout=max(CONNECT_S, round(timeout_s)), options=limits)
        try:
            with connection, connection.cursor() as cursor:
                yield cursor
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise _no_answer(str(error)) from error


def sqlite_file(home: Path) -> Path:
    """Where an instance on SQLite keeps its runs."""
    return home / "history" / "runs.db"


def outdated_tables(instance: DagsterInstance) -> tuple[str, ...]:
    """The storages whose tables are of another version than this Dagster's, such as `runs`.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    storages = {
        "runs": instance.run_storage,
        "events": instance.event_log_storage,
        "schedules": instance.schedule_storage,
    }
    found = []
    try:
        for name, storage in storages.items():
            versions = storage.alembic_version() if storage is not None else None
            if versions is not None and versions[0] != versions[1]:
                found.append(name)
    except SQLAlchemyError as error:
        raise _no_answer(_words(error)) from error
    return tuple(found)


def try_writing(instance: DagsterInstance) -> None:
    """Write a value into the instance's database, read it, and delete it.

    Raises:
        ServiceUnavailableError: it cannot be written.
    """
    storage = run_database(instance)
    if storage is None:
        raise ServiceUnavailableError(
            f"Jobs cannot be kept in the instance's {type(instance.run_storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    key = f"{_PROBE}{uuid.uuid4().hex}"
    try:
        with storage.connect() as connection:
            connection.execute(sa.insert(_KVS).values(key=key, value="May be deleted"))
        try:
            known = storage.get_cursor_values({key})
        finally:
            with storage.connect() as connection:
                connection.execute(sa.delete(_KVS).where(_KVS.c.key == key))
    except SQLAlchemyError as error:
        raise ServiceUnavailableError(f"The database cannot be written: {_words(error)}") from error
    if key not in known:
        raise ServiceUnavailableError("The database did not give back what was written")


def _words(error: SQLAlchemyError) -> str:
    return str(getattr(error, "orig", None) or error)


def _no_answer(told: str) -> BulkVideoError:
    line = " ".join(told.split())[:200]
    return ServiceUnavailableError(f"The database did not answer: {line}")
