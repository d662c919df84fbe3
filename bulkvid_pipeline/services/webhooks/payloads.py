"""What a callback says: the body of a message about a job."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import Callback, CallbackData, JobView


class EventType(StrEnum):
    STATE_CHANGED = "bulk_job.state_changed"
    COMPLETED = "bulk_job.completed"
    FAILED = "bulk_job.failed"
    ANNOUNCED = "bulk_job.announced"
    """A line for people, which no program needs to verify."""


def event_type_of(state: JobState) -> EventType:
    """The type of the message that a job has reached `state`."""
    if state is JobState.COMPLETED:
        return EventType.COMPLETED
    return EventType.FAILED if state is JobState.FAILED else EventType.STATE_CHANGED


def payload_of(job: JobView, at: datetime) -> dict[str, Any]:
    """The body of the message that the job has come to its present state, as JSON has it."""
    # Which rows are in work is old by the time a message comes, and may be longer than a message is allowed to be.
    data = CallbackData(**{**dict(job), "in_work": ()}, job_id=job.id, report_url=job.report or None)
    body = Callback(
        type=event_type_of(job.state).value,
        timestamp=at,
        data=data,
        job_id=job.id,
        state=job.state,
        percent_complete=job.percent_complete,
        items_completed=job.items_completed,
    )
    return body.as_json()
