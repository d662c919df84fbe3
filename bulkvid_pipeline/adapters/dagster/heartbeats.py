"""Signs of life of runs, kept in the instance's key-value table and dated by the database.

Hosts disagree about the time, a database agrees with itself: how long a run has been silent is computed by PostgreSQL
from its own clock. SQLite is a library of one machine, whose clock is the only one.

Silence counts only while somebody listens. When the database was away, or nobody has looked for a while, all runs fall
silent together; they get the whole time anew to be heard of before anyone calls them lost.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.adapters.dagster.run_database import run_database
from bulkvid_pipeline.core.errors import ServiceUnavailableError

PREFIX = "bulkvid/heartbeat/"
LISTENER = "bulkvid/listener"
DEAF_S = 20.0
"""Two looks further apart than that have not listened between them."""
FORGOTTEN_S = 3600.0
"""Signs of runs that have ended are removed after this time."""

_POSTGRES_NOW = "extract(epoch from clock_timestamp())::float8"


class Heartbeats:
    """The signs of life of an instance's runs.

    Raises:
        ServiceUnavailableError: the instance's run storage is not a SQL database, or (from every method) the database
            does not answer.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        storage = run_database(instance)
        if storage is None:
            raise ServiceUnavailableError(
                f"Signs of life cannot be kept in the instance's {type(instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._storage = storage

    def beat(self, run_id: str) -> None:
        """The run lives now."""
        with self._connection() as connection:
            connection.execute(
                sa.text(
                    f"INSERT INTO kvs (key, value) VALUES (:key, CAST({_now(connection)} AS TEXT)) "
                    "ON CONFLICT (key) DO UPDATE SET value = excluded.value"
                ),
                {"key": PREFIX + run_id, **_times(connection)},
            )

    def forget(self, run_id: str) -> None:
        """Nobody needs to hear of the run any more."""
        with self._connection() as connection:
            connection.execute(sa.text("DELETE FROM kvs WHERE key = :key"), {"key": PREFIX + run_id})

    def silences(self, run_ids: Collection[str]) -> dict[str, float]:
        """For how many seconds each of the runs was silent while somebody listened; those never heard of begin with 0.

        To be asked of all unfinished runs: signs of others are removed after a while.
        """
        with self._connection() as connection:
            now, since = _listen(connection)
            heard = {
                str(key).removeprefix(PREFIX): float(value)
                for key, value in connection.execute(
                    sa.text("SELECT key, value FROM kvs WHERE key LIKE :ours"), {"ours": f"{PREFIX}%"}
                )
            }
            for run_id in set(run_ids) - set(heard):
                connection.execute(
                    sa.text("INSERT INTO kvs (key, value) VALUES (:key, :now) ON CONFLICT (key) DO NOTHING"),
                    {"key": PREFIX + run_id, "now": str(now)},
                )
            for run_id in [each for each, at in heard.items() if each not in run_ids and now - at > FORGOTTEN_S]:
                connection.execute(sa.text("DELETE FROM kvs WHERE key = :key"), {"key": PREFIX + run_id})
        return {run_id: max(0.0, now - max(heard.get(run_id, now), since)) for run_id in run_ids}

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._storage.connect() as connection:
                yield connection
        except DBAPIError as error:
            raise ServiceUnavailableError(
                "The Dagster instance's database did not answer about the heartbeats of runs"
            ) from error


def _listen(connection: sa.Connection) -> tuple[float, float]:
    """The time now, and since when somebody has listened without a gap; both as the database's epoch seconds."""
    if not _is_postgres(connection):
        return time.time(), 0.0
    told = connection.execute(
        sa.text(
            f"INSERT INTO kvs (key, value) VALUES (:key, {_POSTGRES_NOW} || ' ' || {_POSTGRES_NOW}) "
            "ON CONFLICT (key) DO UPDATE SET value = "
            f"CASE WHEN {_POSTGRES_NOW} - split_part(kvs.value, ' ', 1)::float8 > :deaf_s "
            "THEN excluded.value "
            "ELSE split_part(excluded.value, ' ', 1) || ' ' || split_part(kvs.value, ' ', 2) END "
            "RETURNING value"
        ),
        {"key": LISTENER, "deaf_s": DEAF_S},
    ).scalar_one()
    now, since = str(told).split(" ")
    return float(now), float(since)


def _now(connection: sa.Connection) -> str:
    return _POSTGRES_NOW if _is_postgres(connection) else ":now"


def _times(connection: sa.Connection) -> dict[str, float]:
    return {} if _is_postgres(connection) else {"now": time.time()}


def _is_postgres(connection: sa.Connection) -> bool:
    return connection.dialect.name == "postgresql"
