"""What has changed among the runs of an instance, seen by cheap looks at its database.

Dagster's own queries read whole runs, a few KB of JSON each. Here a look reads three small columns of the few runs that
may have changed, by an index of the table `runs`, and bodies only of those that did. Depends on that table and on the
run storages of SQLite and PostgreSQL, which its tests check. Connections are its own and stay open, since Dagster makes
a new one for each query.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord
from dagster._core.storage.runs.schema import RunsTable
from dagster._core.storage.runs.sqlite import SqliteRunStorage
from dagster._serdes import deserialize_value
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.adapters.dagster.lasting_connections import lasting_engine, postgres_url_of
from bulkvid_pipeline.core.errors import ServiceUnavailableError

AT_ONCE = 500
"""Largest number of runs whose bodies one statement reads."""

_runs = RunsTable.c
_FINISHED = (DagsterRunStatus.SUCCESS.value, DagsterRunStatus.FAILURE.value, DagsterRunStatus.CANCELED.value)
_UNFINISHED = tuple(status.value for status in DagsterRunStatus if status.value not in _FINISHED)
_MARK = (_runs.id, _runs.update_timestamp, _runs.status)
_LATELY = sa.union_all(
    sa.select(*_MARK).where(_runs.status.in_(_UNFINISHED)),
    sa.select(*_MARK).where(_runs.status.in_(_FINISHED), _runs.update_timestamp > sa.bindparam("since")),
)
_ALL = sa.select(*_MARK)
_BODIES = sa.select(
    *(_runs.id, _runs.run_body, _runs.status, _runs.create_timestamp, _runs.update_timestamp),
    *(_runs.start_time, _runs.end_time),
).where(_runs.id.in_(sa.bindparam("ids", expanding=True)))


@dataclass(frozen=True, slots=True)
class RunMark:
    """The version of a run: two equal marks mean that nothing about it has changed. Times are the database's."""

    updated_at: datetime
    status: str

    @property
    def is_finished(self) -> bool:
        return self.status in _FINISHED


@dataclass(frozen=True, slots=True)
class MarkedRun:
    """A run, and the mark of the version that was read."""

    mark: RunMark
    record: RunRecord


class RunChanges:
    """Looks at the runs of an instance, for use by one thread at a time; runs are named by their storage ids.

    Raises:
        ServiceUnavailableError: the instance's run storage is not a SQL database, or (from every method) the database
            does not respond.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        storage = instance.run_storage
        if isinstance(storage, SqliteRunStorage):
            url: str = storage._conn_string
        else:
            url = postgres_url_of(storage)
        self._engine = lasting_engine(url, connections=1)

    def close(self) -> None:
        """Close the connection; a later look opens another."""
        self._engine.dispose()

    def marks_lately(self, newest: datetime, overlap: timedelta) -> dict[int, RunMark]:
        """The marks of all unfinished runs, and of finished ones not older than `newest` (a mark's time) by more than
        `overlap`, which covers clocks that differ and transactions that end late."""
        with self._connection() as connection:
            return _marks(connection.execute(_LATELY, {"since": newest - overlap}))

    def all_marks(self) -> dict[int, RunMark]:
        """The marks of all runs."""
        with self._connection() as connection:
            return _marks(connection.execute(_ALL))

    def read(self, ids: Sequence[int]) -> list[MarkedRun]:
        """The runs with these ids, oldest first; those that are gone are left out."""
        found: list[MarkedRun] = []
        for start in range(0, len(ids), AT_ONCE):
            with self._connection() as connection:
                rows = connection.execute(_BODIES, {"ids": ids[start : start + AT_ONCE]}).all()
            found += (_marked(*row) for row in rows)
        return sorted(found, key=lambda run: run.record.storage_id)

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except (DBAPIError, sa.exc.TimeoutError) as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer") from error


def _marks(rows: sa.Result[Any]) -> dict[int, RunMark]:
    return {id_: RunMark(updated_at, status) for id_, updated_at, status in rows}


def _marked(
    id_: int,
    body: str,
    status: str,
    created: datetime,
    updated: datetime,
    started: float | None,
    ended: float | None,
) -> MarkedRun:
    # The column tells the status: the body may have been written back with an older one.
    run = deserialize_value(body, DagsterRun).with_status(DagsterRunStatus(status))
    record = RunRecord(
        storage_id=id_,
        dagster_run=run,
        create_timestamp=created.replace(tzinfo=UTC),
        update_timestamp=updated.replace(tzinfo=UTC),
        start_time=started,
        end_time=ended,
    )
    return MarkedRun(RunMark(updated, status), record)
