"""What this system says to programs: one shape for `--json`, webhooks, the REST API and its clients.

Field names and meanings are those of the API reference. Times are UTC and are written as `2025-10-30T01:00:00Z`,
durations are in milliseconds, percentages 0..100. Imported by clients that have neither Dagster nor pandas.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Generic, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, PlainSerializer

from bulkvid_pipeline.core.states import ItemState, JobState

T = TypeVar("T")


def _to_the_second(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def _to_the_millisecond(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Moment = Annotated[AwareDatetime, PlainSerializer(_to_the_second, when_used="json")]
Instant = Annotated[AwareDatetime, PlainSerializer(_to_the_millisecond, when_used="json")]
"""Where the order of things within a second matters: `2025-10-30T01:00:00.000Z`."""


class _Shape(BaseModel):
    """Frozen; what a newer server adds is kept out of an older client's way."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def as_json(self) -> dict[str, Any]:
        """The value as JSON has it."""
        return self.model_dump(mode="json")


class ItemsStatus(_Shape):
    """How many rows a job has, and how many in each final state; `pending` are all others."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    pending: int = 0


class Timing(_Shape):
    """`processing_time_ms` is the time in which rows were in work, pauses left out; `eta_ms` is null while unknown."""

    started_at: Moment | None = None
    processing_time_ms: int = 0
    eta_ms: int | None = None


class ItemInWork(_Shape):
    """A row that is being made."""

    row_key: str
    stage: str
    percent: int


class Progress(_Shape):
    """How far a job is: the answer of `/progress`."""

    job_id: str
    percent_complete: float
    items_status: ItemsStatus
    timing: Timing
    rate_limited: bool = False
    in_work: tuple[ItemInWork, ...] = ()


class JobView(_Shape):
    """A job. `run_id` is its newest run, `actions` what may be done with it now; `cost` is over all its runs."""

    id: str
    run_id: str
    title: str
    state: JobState
    priority: str
    user_id: str
    project_id: str
    percent_complete: float
    items_total: int
    items_completed: int
    items_failed: int
    items_pending: int
    created_at: Moment
    started_at: Moment | None = None
    updated_at: Moment
    ended_at: Moment | None = None
    report: str = ""
    cost: float = 0.0
    items_status: ItemsStatus
    timing: Timing
    rate_limited: bool = False
    in_work: tuple[ItemInWork, ...] = ()
    actions: tuple[str, ...] = ()


class ItemView(_Shape):
    """A row of a job; `percent` of the row, `url` of its first video."""

    row_key: str
    sheet_row: int
    title: str
    state: ItemState
    stage: str = ""
    percent: int = 0
    code: str = ""
    error: str = ""
    fix: str = ""
    url: str = ""
    duration_s: float = 0.0
    cost: float = 0.0
    attempts: int = 0
    updated_at: Moment | None = None


class Event(_Shape):
    """Something that happened in a job; `created_at` is `timestamp` in epoch seconds, `row` empty if none is meant."""

    timestamp: Instant
    created_at: float
    level: str
    message: str
    run_id: str
    row: str = ""


class ErrorBody(_Shape):
    """An error; `field` is the part of the request that it is about."""

    code: str
    message: str
    fix: str = ""
    field: str | None = None
    details: Any = None
    request_id: str | None = None


class Page(_Shape, Generic[T]):
    """A part of a list; `next_page_token` asks for the next one, null at the end."""

    items: tuple[T, ...]
    next_page_token: str | None = None


class CallbackData(JobView):
    """The job in a callback, under the names that the webhook guide uses too."""

    job_id: str
    report_url: str | None = None


class Callback(_Shape):
    """The body of a callback, after Standard Webhooks (type, timestamp, data).

    job_id, state, percent_complete and items_completed also stand at its top, where the guide's handler reads them.
    """

    type: str
    timestamp: Instant
    data: CallbackData
    job_id: str
    state: JobState
    percent_complete: float
    items_completed: int
