"""What a callback says: the body of a message about a job."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from bulkvid_pipeline.core.states import JobState


class EventType(StrEnum):
    STATE_CHANGED = "bulk_job.state_changed"
    COMPLETED = "bulk_job.completed"
    FAILED = "bulk_job.failed"
    ANNOUNCED = "bulk_job.announced"
    """A line for people, which no program needs to verify."""


@dataclass(frozen=True)
class JobFacts:
    """A job at the moment of the message; `percent_complete` is 0..100, `report_url` empty until there is a report."""

    job_id: str
    title: str
    state: JobState
    percent_complete: float
    items_total: int
    items_completed: int
    items_failed: int
    items_pending: int
    report_url: str = ""


def event_type_of(state: JobState) -> EventType:
    """The type of the message that a job has reached `state`."""
    if state is JobState.COMPLETED:
        return EventType.COMPLETED
    return EventType.FAILED if state is JobState.FAILED else EventType.STATE_CHANGED


def payload_of(facts: JobFacts, at: datetime) -> dict[str, object]:
    """The body after Standard Webhooks (type, timestamp, data).

    job_id, state, percent_complete and items_completed also stand at its top, where the guide's handler reads them.
    """
    data: dict[str, object] = {
        "job_id": facts.job_id,
        "title": facts.title,
        "state": facts.state.value,
        "percent_complete": round(facts.percent_complete, 1),
        "items_total": facts.items_total,
        "items_completed": facts.items_completed,
        "items_failed": facts.items_failed,
        "items_pending": facts.items_pending,
        "report_url": facts.report_url or None,
    }
    top = {name: data[name] for name in ("job_id", "state", "percent_complete", "items_completed")}
    moment = at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"type": event_type_of(facts.state).value, "timestamp": moment, "data": data, **top}
