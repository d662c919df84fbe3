"""Which of several runs told the newest news of each row, counted by the database.

Dagster can list such events, but a job of 10,000 rows has as many of them, and reading them takes seconds; here one
statement counts them. Leans on Dagster's table `event_logs`, which its tests name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
from dagster import AssetKey, DagsterEventType, DagsterInstance
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sql_event_log import SqlEventLogStorage
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.jobs import RowNews

_events = SqlEventLogStorageTable.c
_COMPLETED = DagsterEventType.ASSET_MATERIALIZATION.value
_FAILED = DagsterEventType.ASSET_OBSERVATION.value


def row_news(instance: DagsterInstance, asset: str, run_ids: Sequence[str]) -> dict[str, RowNews]:
    """By run, how many partitions of `asset` it was the last of these runs to complete, or to tell the failure of.

    Raises:
        ServiceUnavailableError: the instance keeps its events in no SQL database, or it does not answer.
    """
    log = instance.event_log_storage
    if not isinstance(log, SqlEventLogStorage):
        raise ServiceUnavailableError(
            f"Rows of several runs cannot be counted in the instance's {type(log).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    of_rows = sa.and_(
        _events.run_id.in_(run_ids),
        _events.asset_key == AssetKey(asset).to_string(),
        _events.partition.is_not(None),
        _events.dagster_event_type.in_((_COMPLETED, _FAILED)),
    )
    newest = sa.select(sa.func.max(_events.id)).where(of_rows).group_by(_events.partition)
    kinds = (_events.run_id, _events.dagster_event_type)
    counted = sa.select(*kinds, sa.func.count()).where(_events.id.in_(newest)).group_by(*kinds)
    found: dict[str, RowNews] = {}
    try:
        with log.index_connection() as connection:
            rows = connection.execute(counted).all()
    except DBAPIError as error:
        raise ServiceUnavailableError("The Dagster instance's database did not answer") from error
    for run_id, kind, count in rows:
        known = found.get(run_id, RowNews())
        found[run_id] = replace(known, **{"completed" if kind == _COMPLETED else "failed": count})
    return found
