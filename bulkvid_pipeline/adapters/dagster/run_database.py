"""The SQL database of a Dagster instance's runs."""

from __future__ import annotations

from dataclasses import dataclass

import sqlalchemy as sa
from dagster import DagsterInstance, DagsterRun
from dagster._core.storage.runs import SqliteRunStorage
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.storage.runs.sql_run_storage import SqlRunStorage

from bulkvid_pipeline.core.errors import BulkVideoError, ServiceUnavailableError

CONNECT_S = 2
"""The shortest limit that PostgreSQL's library keeps to."""


@dataclass(frozen=True)
class DatabaseState:
    """A database that answers. `pool_size` are the connections that it allows; None for SQLite, which has no such."""

    kind: str
    pool_size: int | None = None
    active_connections: int | None = None


def run_database(instance: DagsterInstance) -> SqlRunStorage | None:
    """The instance's run storage, whose `connect()` opens a transaction; None if it is not a SQL storage."""
    storage = instance.run_storage
    return storage if isinstance(storage, SqlRunStorage) else None


def is_sqlite(instance: DagsterInstance) -> bool:
    """Whether the instance's runs are in a SQLite file."""
    return isinstance(instance.run_storage, SqliteRunStorage)


def database_faults() -> tuple[type[Exception], ...]:
    """What queries raise where the database does not answer. PostgreSQL is asked for ten seconds, by Dagster."""
    from dagster_postgres.utils import DagsterPostgresException  # installations on SQLite do not need psycopg2

    return (DagsterPostgresException, sa.exc.DBAPIError)


def run_now(instance: DagsterInstance, run_id: str) -> DagsterRun | None:
    """The run as it stands in the database; None if there is none.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    try:
        return instance.get_run_by_id(run_id)
    except database_faults() as error:
        raise _no_answer(str(error.__cause__ or error)) from error


def look_at_database(instance: DagsterInstance, timeout_s: float) -> DatabaseState:
    """Ask the instance's database for something, once: Dagster itself would ask for ten seconds.

    Args:
        instance: whose database.
        timeout_s: limit of a statement; connecting may take CONNECT_S.

    Raises:
        ServiceUnavailableError: it did not answer, or has no table of runs.
    """
    storage = run_database(instance)
    if storage is None:
        return DatabaseState(type(instance.run_storage).__name__)
    url = getattr(storage, "postgres_url", None)
    try:
        if url is not None:
            return _look_at_postgres(str(url), timeout_s)
        with storage.connect() as connection:
            connection.execute(sa.select(RunsTable.c.id).limit(1)).all()
    except sa.exc.DBAPIError as error:
        raise _no_answer(str(error.orig)) from error
    return DatabaseState("sqlite")


def _look_at_postgres(url: str, timeout_s: float) -> DatabaseState:
    import psycopg2  # type: ignore[import-untyped]  # installations on SQLite do not need it

    limits = f"-c statement_timeout={round(timeout_s * 1000)}"
    try:
        connection = psycopg2.connect(url.replace("+psycopg2", "", 1), connect_timeout=CONNECT_S, options=limits)
        try:
            with connection, connection.cursor() as cursor:
                cursor.execute("SELECT 1 FROM runs LIMIT 1")
                cursor.execute(
                    "SELECT current_setting('max_connections')::int, count(*) FROM pg_stat_activity"
                    " WHERE datname = current_database()"
                )
                pool_size, active = cursor.fetchone()
        finally:
            connection.close()
    except psycopg2.Error as error:
        raise _no_answer(str(error)) from error
    return DatabaseState("postgresql", pool_size, active)


def _no_answer(told: str) -> BulkVideoError:
    line = " ".join(told.split())[:200]
    return ServiceUnavailableError(f"The database did not answer: {line}")
