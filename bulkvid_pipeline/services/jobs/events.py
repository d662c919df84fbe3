"""What happened in a job, as a list that people and programs can read."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dagster import DagsterEventType, DagsterInstance, EventLogEntry, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.jobs.jobs import find_job

PAGE = 250

_LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}

_TOLD = {
    DagsterEventType.RUN_START: ("INFO", "Started"),
    DagsterEventType.RUN_SUCCESS: ("INFO", "Finished"),
    DagsterEventType.RUN_FAILURE: ("ERROR", "Run ended with a failure"),
    DagsterEventType.RUN_CANCELED: ("WARNING", "Canceled"),
}


@dataclass(frozen=True)
class JobEvent:
    """One event; `timestamp` in epoch seconds."""

    timestamp: float
    level: str
    message: str
    run_id: str
    row: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {
            "timestamp": datetime.fromtimestamp(self.timestamp, UTC).isoformat(timespec="milliseconds"),
            "created_at": self.timestamp,
            "level": self.level,
            "message": self.message,
            "run_id": self.run_id,
            "row": self.row,
        }


def job_events(instance: DagsterInstance, job_id: str, *, level: str = "INFO", limit: int = 100) -> list[JobEvent]:
    """The newest `limit` events at or above a level, oldest first.

    Raises:
        JobNotFoundError: there is no such job.
        InvalidRequestError: there is no such level.
    """
    if level.upper() not in _LEVELS:
        raise InvalidRequestError(f"'{level}' is no level", fix=f"Use {', '.join(_LEVELS)}")
    job = find_job(instance, job_id)
    least = _LEVELS[level.upper()]
    found = []
    for run in instance.get_runs(RunsFilter(tags={tags.JOB_ID: job.job_id})):
        found += _newest(instance, run.run_id, least, limit)
    return sorted(found, key=lambda event: event.timestamp)[-limit:]


def _newest(instance: DagsterInstance, run_id: str, least: int, limit: int) -> list[JobEvent]:
    """The newest events of a run, oldest first: a job of 10,000 rows has more than anybody wants to wait for."""
    found: list[JobEvent] = []
    cursor: str | None = None
    while len(found) < limit:
        page = instance.get_records_for_run(run_id, cursor=cursor, limit=PAGE, ascending=False)
        events = (_event(record.event_log_entry) for record in page.records)
        found += [event for event in events if event is not None and _LEVELS[event.level] >= least]
        if not page.has_more:
            break
        cursor = page.cursor
    return found[:limit][::-1]


def _event(entry: EventLogEntry) -> JobEvent | None:
    event = entry.dagster_event
    if event is None:
        name = logging.getLevelName(entry.level)
        return JobEvent(entry.timestamp, name if name in _LEVELS else "ERROR", entry.user_message, entry.run_id)
    row = event.partition or ""
    if event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
        made = event.step_materialization_data.materialization
        what = f"Row finished: {made.description}" if row else f"Asset {made.asset_key.to_user_string()} materialised"
        return JobEvent(entry.timestamp, "INFO", what, entry.run_id, row)
    if event.event_type is DagsterEventType.ASSET_OBSERVATION:
        told = event.asset_observation_data.asset_observation.description or ""
        return JobEvent(entry.timestamp, "WARNING", told, entry.run_id, row)
    if event.event_type is DagsterEventType.STEP_FAILURE:
        failure = event.step_failure_data.user_failure_data
        text = (failure.description if failure else None) or event.message or "Step failed"
        return JobEvent(entry.timestamp, "ERROR", text, entry.run_id)
    if event.event_type in _TOLD:
        known_level, text = _TOLD[event.event_type]
        return JobEvent(entry.timestamp, known_level, text, entry.run_id)
    return None
