"""Claims of runs on rows of a job that is spread over several runs: each row is in the hands of one run at a time.

The rows of a plan, in the order in which they are to be made, are rows of a table of ours beside Dagster's runs. A
claim is valid as long as its run is at work, by Dagster's record of it: those of a lost machine are free as soon as its
run was closed (see `services.liveness.orphans`), without clocks or renewals. A row that has ended is deleted. Each
operation is one statement, which the databases execute completely or not at all.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import sqlalchemy as sa
from dagster import DagsterInstance
from sqlalchemy.exc import IntegrityError, ProgrammingError

from bulkvid_pipeline.adapters.dagster.run_database import database_faults, run_database
from bulkvid_pipeline.core.errors import ServiceUnavailableError

AT_ONCE = 400
"""Rows that one statement inserts: SQLite takes 999 values."""

_CREATE = sa.text(
    "CREATE TABLE IF NOT EXISTS bulkvid_row_claims ("
    "plan_id VARCHAR(64) NOT NULL, place INTEGER NOT NULL, run_id VARCHAR(64), PRIMARY KEY (plan_id, place))"
)
_TAKE = (
    "WITH picked AS (SELECT place FROM bulkvid_row_claims c WHERE plan_id = :plan_id AND (run_id IS NULL OR"
    " (run_id <> :run_id AND NOT EXISTS (SELECT 1 FROM runs r WHERE r.run_id = c.run_id"
    " AND r.status IN ('STARTED', 'CANCELING'))))"
    " ORDER BY place LIMIT :count {lock})"
    " UPDATE bulkvid_row_claims SET run_id = :run_id"
    " WHERE plan_id = :plan_id AND place IN (SELECT place FROM picked) RETURNING place"
)
_END = sa.text("DELETE FROM bulkvid_row_claims WHERE plan_id = :plan_id AND place = :place AND run_id = :run_id")
_RELEASE = sa.text("UPDATE bulkvid_row_claims SET run_id = NULL WHERE plan_id = :plan_id AND run_id = :run_id")
_HELD = sa.text("SELECT place FROM bulkvid_row_claims WHERE plan_id = :plan_id AND run_id = :run_id")
_LEFT = sa.text("SELECT count(*) FROM bulkvid_row_claims WHERE plan_id = :plan_id")
_CLOSE = sa.text("DELETE FROM bulkvid_row_claims WHERE plan_id = :plan_id")


class RowClaims:
    """The claims on the rows of one plan.

    Args:
        instance: whose database keeps them.
        plan_id: the run that has planned the rows.

    Raises:
        ServiceUnavailableError: the instance's run storage is not a SQL database, or (from every method) the database
            does not respond.
    """

    def __init__(self, instance: DagsterInstance, plan_id: str) -> None:
        storage = run_database(instance)
        if storage is None:
            raise ServiceUnavailableError(
                f"Rows cannot be claimed in the instance's {type(instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._storage = storage
        self._plan_id = plan_id
        self._is_postgres = hasattr(storage, "postgres_url")

    def open(self, rows: int) -> None:
        """Let `rows` rows be claimed, by their places from 0 on; those that can be claimed already stay as they are."""
        self._create_table()
        for start in range(0, rows, AT_ONCE):
            places = range(start, min(rows, start + AT_ONCE))
            values = ", ".join(f"(:plan_id, {place})" for place in places)
            statement = f"INSERT INTO bulkvid_row_claims (plan_id, place) VALUES {values} ON CONFLICT DO NOTHING"
            with self._connection() as connection:
                connection.execute(sa.text(statement), {"plan_id": self._plan_id})

    def take(self, run_id: str, count: int) -> tuple[int, ...]:
        """Claim the next rows, at most `count`; returns their places. None: no row is free now."""
        lock = "FOR UPDATE SKIP LOCKED" if self._is_postgres else ""
        named = {"plan_id": self._plan_id, "run_id": run_id, "count": count}
        with self._connection() as connection:
            found = connection.execute(sa.text(_TAKE.format(lock=lock)), named).scalars().all()
        return tuple(sorted(found))

    def held(self, run_id: str) -> tuple[int, ...]:
        """The rows that the run has claimed and not ended, those too whose answer to `take` was lost on the way."""
        with self._connection() as connection:
            found = connection.execute(_HELD, {"plan_id": self._plan_id, "run_id": run_id}).scalars().all()
        return tuple(sorted(found))

    def end(self, run_id: str, place: int) -> bool:
        """The row has ended, and nobody claims it any more; False if the run had lost its claim."""
        with self._connection() as connection:
            named = {"plan_id": self._plan_id, "run_id": run_id, "place": place}
            return connection.execute(_END, named).rowcount > 0

    def release(self, run_id: str) -> None:
        """Leave the rows that the run has claimed and not ended to others."""
        with self._connection() as connection:
            connection.execute(_RELEASE, {"plan_id": self._plan_id, "run_id": run_id})

    def left(self) -> int:
        """How many rows have not ended."""
        with self._connection() as connection:
            return int(connection.execute(_LEFT, {"plan_id": self._plan_id}).scalar_one())

    def close(self) -> None:
        """Forget all rows of the plan."""
        with self._connection() as connection:
            connection.execute(_CLOSE, {"plan_id": self._plan_id})

    def _create_table(self) -> None:
        try:
            with self._storage.connect() as connection:
                connection.execute(_CREATE)
        except (IntegrityError, ProgrammingError):
            # PostgreSQL refuses the second of two that create it at the same moment: it is there then.
            pass
        except database_faults() as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer about claims") from error

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._storage.connect() as connection:
                yield connection
        except database_faults() as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer about claims") from error
