"""Connections to the databases of an instance that stay open: Dagster itself makes a new one for each query."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from bulkvid_pipeline.core.errors import ServiceUnavailableError

PATIENCE_S = 5
"""Longest wait for a connection, for a lock, and for the answer to a query."""


def lasting_engine(url: str, connections: int) -> sa.Engine:
    """An engine that keeps up to so many connections to the SQLite file or the PostgreSQL database at `url`."""
    pool: dict[str, Any] = {"poolclass": sa.QueuePool, "pool_size": connections, "max_overflow": 0}
    pool["pool_timeout"] = PATIENCE_S
    if url.startswith("sqlite"):
        return sa.create_engine(url, connect_args={"timeout": PATIENCE_S}, **pool)
    # Imported only here: installations on SQLite do not need psycopg2.
    from dagster_postgres.utils import set_pg_statement_timeout

    patience = {"connect_timeout": PATIENCE_S}
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT", pool_pre_ping=True, connect_args=patience, **pool)
    sa.event.listen(engine, "connect", lambda opened, _: set_pg_statement_timeout(opened, 1000 * PATIENCE_S))
    return engine


def postgres_url_of(storage: object) -> str:
    """The database of one of Dagster's PostgreSQL storages.

    Raises:
        ServiceUnavailableError: it is another kind of storage.
    """
    from dagster_postgres import PostgresEventLogStorage, PostgresRunStorage

    if not isinstance(storage, (PostgresEventLogStorage, PostgresRunStorage)):
        raise ServiceUnavailableError(
            f"Jobs cannot be read from the instance's {type(storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    return str(storage.postgres_url)
