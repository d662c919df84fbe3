"""The results of the API, with the names and meanings of the server's models."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from .shapes import Shape

ENDED_STATES = frozenset({"completed", "failed", "canceled"})


class ItemsStatus(Shape):
    """The number of a job's rows, and of rows in each final state; `pending` are all others."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    pending: int = 0


class Timing(Shape):
    """`processing_time_ms` is the time spent on rows, without pauses; `eta_ms` is None while unknown."""

    started_at: datetime | None = None
    processing_time_ms: int = 0
    eta_ms: int | None = None


class ItemInWork(Shape):
    """A row that is being rendered."""

    row_key: str
    stage: str
    percent: int


class Progress(Shape):
    """The progress of a job; `percent_complete` is 0 to 100."""

    job_id: str
    percent_complete: float
    items_status: ItemsStatus
    timing: Timing
    rate_limited: bool = False
    in_work: tuple[ItemInWork, ...] = ()


class Update(Progress):
    """The progress of a job that is watched, with the job's state."""

    state: str

    @property
    def is_last(self) -> bool:
        """Whether the job has ended."""
        return self.state in ENDED_STATES


class Job(Shape):
    """A job. `run_id` is its newest run, `actions` are the actions allowed now; `cost` is over all its runs."""

    id: str
    run_id: str
    title: str
    state: str
    priority: str
    user_id: str
    project_id: str
    percent_complete: float
    items_total: int
    items_completed: int
    items_failed: int
    items_pending: int
    created_at: datetime
    started_at: datetime | None = None
    updated_at: datetime
    ended_at: datetime | None = None
    report: str = ""
    cost: float = 0.0
    items_status: ItemsStatus
    timing: Timing
    rate_limited: bool = False
    in_work: tuple[ItemInWork, ...] = ()
    actions: tuple[str, ...] = ()

    @property
    def has_ended(self) -> bool:
        """Whether the job is completed, failed or canceled."""
        return self.state in ENDED_STATES


class Item(Shape):
    """A row of a job; `percent` is of the row, `url` of its first video."""

    row_key: str
    sheet_row: int
    title: str
    state: str
    stage: str = ""
    percent: int = 0
    code: str = ""
    error: str = ""
    fix: str = ""
    url: str = ""
    duration_s: float = 0.0
    cost: float = 0.0
    attempts: int = 0
    updated_at: datetime | None = None


class Event(Shape):
    """An event of a job; `created_at` is `timestamp` in epoch seconds; `row` is empty if it concerns no single row."""

    timestamp: datetime
    created_at: float
    level: str
    message: str
    run_id: str
    row: str = ""


@dataclass(frozen=True)
class StreamEvent:
    """An event of a job's stream.

    Attributes:
        type: progress, item, state, log or end; a newer server may send others.
        id: name it as `last_event_id` to go on after it.
        data: Progress, Item or Event for progress, item and log; a plain Shape for others.
    """

    type: str
    id: str
    data: Shape


@dataclass(frozen=True)
class DownloadedFile:
    """A file that is complete.

    Attributes:
        bytes: its size.
        was_there: whether it was complete before the call.
    """

    path: Path
    row_key: str
    platform: str
    bytes: int
    was_there: bool
