"""What happened in a job, as a list that people and programs can read."""

from __future__ import annotations

import logging
from datetime import UTC, datetime

from dagster import DagsterEventType, DagsterInstance, EventLogEntry

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.wire import Event
from bulkvid_pipeline.services.jobs.jobs import find_job

PAGE = 250

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}

_TOLD = {
    DagsterEventType.RUN_START: ("INFO", "Started"),
    DagsterEventType.RUN_SUCCESS: ("INFO", "Finished"),
    DagsterEventType.RUN_FAILURE: ("ERROR", "Run ended with a failure"),
    DagsterEventType.RUN_CANCELED: ("WARNING", "Canceled"),
}


def job_events(
    instance: DagsterInstance, job_id: str, *, level: str = "INFO", limit: int = 100, project_id: str | None = None
) -> list[Event]:
    """The newest `limit` events of all runs of a job, at or above a level, oldest first.

    Raises:
        JobNotFoundError: there is no such job in the project.
        InvalidRequestError: there is no such level.
    """
    if level.upper() not in _LEVELS:
        raise InvalidRequestError(f"'{level}' is no level", fix=f"Use {', '.join(_LEVELS)}")
    job = find_job(instance, job_id, project_id=project_id)
    least = _LEVELS[level.upper()]
    found = [event for run in job.runs for event in _newest(instance, run.run_id, least, limit)]
    return sorted(found, key=lambda event: event.created_at)[-limit:]


def _newest(instance: DagsterInstance, run_id: str, least: int, limit: int) -> list[Event]:
    """The newest events of a run, oldest first: a job of 10,000 rows has more than anybody wants to wait for."""
    found: list[Event] = []
    cursor: str | None = None
    while len(found) < limit:
        page = instance.get_records_for_run(run_id, cursor=cursor, limit=PAGE, ascending=False)
        events = (event_of(record.event_log_entry) for record in page.records)
        found += [event for event in events if event is not None and _LEVELS[event.level] >= least]
        if not page.has_more:
            break
        cursor = page.cursor
    return found[:limit][::-1]


def event_of(entry: EventLogEntry) -> Event | None:
    event = entry.dagster_event
    if event is None:
        name = logging.getLevelName(entry.level)
        return _told(entry, name if name in _LEVELS else "ERROR", entry.user_message)
    row = event.partition or ""
    if event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
        made = event.step_materialization_data.materialization
        what = f"Row finished: {made.description}" if row else f"Asset {made.asset_key.to_user_string()} materialised"
        return _told(entry, "INFO", what, row)
    if event.event_type is DagsterEventType.ASSET_OBSERVATION:
        return _told(entry, "WARNING", event.asset_observation_data.asset_observation.description or "", row)
    if event.event_type is DagsterEventType.STEP_FAILURE:
        failure = event.step_failure_data.user_failure_data
        return _told(entry, "ERROR", (failure.description if failure else None) or event.message or "Step failed")
    if event.event_type in _TOLD:
        return _told(entry, *_TOLD[event.event_type])
    return None


def _told(entry: EventLogEntry, level: str, message: str, row: str = "") -> Event:
    return Event(
        timestamp=datetime.fromtimestamp(entry.timestamp, UTC),
        created_at=entry.timestamp,
        level=level,
        message=message,
        run_id=entry.run_id,
        row=row,
    )
