"""Recording that many partitions are materialised, in a few statements.

Dagster records events one by one, which on SQLite opens two files for each; a run over 10,000 rows that were finished
before would do nothing else. PostgreSQL's storage can take many at once; for SQLite this module does what `store_event`
does there: each event goes into the run's own file and into the index of all assets. It depends on these internals of
`SqliteEventLogStorage`, which its tests check.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from dagster import AssetMaterialization, DagsterEvent, DagsterEventType, DagsterInstance, DagsterRun, EventLogEntry
from dagster._core.events import StepMaterializationData
from dagster._core.storage.event_log.schema import SqlEventLogStorageTable
from dagster._core.storage.event_log.sqlite import SqliteEventLogStorage
from sqlalchemy.exc import DBAPIError

from bulkvid_pipeline.core.errors import ServiceUnavailableError

_events = SqlEventLogStorageTable.c


def report_materialised(
    instance: DagsterInstance, run: DagsterRun, step: str, made: Sequence[AssetMaterialization]
) -> None:
    """Record the materialisations, all of one asset, as if the step had yielded them one after the other.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    if not made:
        return
    entries = [_entry(run, step, materialisation) for materialisation in made]
    log = instance.event_log_storage
    try:
        if isinstance(log, SqliteEventLogStorage):
            _store_in_files(log, run.run_id, entries)
        else:
            log.store_event_batch(entries)
    except DBAPIError as error:
        raise ServiceUnavailableError("The Dagster instance's database did not answer about finished rows") from error


def _entry(run: DagsterRun, step: str, materialisation: AssetMaterialization) -> EventLogEntry:
    event = DagsterEvent(
        event_type_value=DagsterEventType.ASSET_MATERIALIZATION.value,
        job_name=run.job_name,
        step_key=step,
        event_specific_data=StepMaterializationData(materialisation),
        message=materialisation.description,
    )
    return EventLogEntry(  # type: ignore[no-untyped-call]
        error_info=None,
        level=logging.DEBUG,
        user_message=materialisation.description or "",
        run_id=run.run_id,
        timestamp=time.time(),
        job_name=run.job_name,
        step_key=step,
        dagster_event=event,
    )


def _store_in_files(storage: SqliteEventLogStorage, run_id: str, entries: Sequence[EventLogEntry]) -> None:
    log: Any = storage
    rows = [log._event_to_row(entry) for entry in entries]
    with log.run_connection(run_id) as connection:
        connection.execute(sa.insert(SqlEventLogStorageTable), rows)
    with log.index_connection() as connection:
        connection.execute(sa.insert(SqlEventLogStorageTable), rows)
        of_run = sa.select(_events.id).where(_events.run_id == run_id).order_by(_events.id.desc()).limit(len(rows))
        ids = list(reversed(connection.execute(of_run).scalars().all()))
        log._store_asset_event_tags(connection, entries, ids)
        log._store_asset_event(connection, entries[-1], ids[-1])
