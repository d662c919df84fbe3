"""The JSON models for programs: the same for `--json`, webhooks, the REST API and its clients.

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
"""A time with milliseconds, where the order within a second matters: `2025-10-30T01:00:00.000Z`."""


class _Shape(BaseModel):
    """Base of all models: frozen; unknown fields of a newer server are ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    def as_json(self) -> dict[str, Any]:
        """The model as JSON-compatible values."""
        return self.model_dump(mode="json")


class ItemsStatus(_Shape):
    """The number of a job's rows, and of rows in each final state; `pending` are all others."""

    total: int = 0
    completed: int = 0
    failed: int = 0
    cancelled: int = 0
    skipped: int = 0
    pending: int = 0


class Timing(_Shape):
    """`processing_time_ms` is the time spent on rows, without pauses; `eta_ms` is null while unknown."""

    started_at: Moment | None = None
    processing_time_ms: int = 0
    eta_ms: int | None = None


class ItemInWork(_Shape):
    """A row that is being rendered."""

    row_key: str
    stage: str
    percent: int


class Progress(_Shape):
    """The progress of a job: the response of `/progress`."""

    job_id: str
    percent_complete: float
    items_status: ItemsStatus
    timing: Timing
    rate_limited: bool = False
    in_work: tuple[ItemInWork, ...] = ()


class JobView(_Shape):
    """A job. `run_id` is its newest run, `actions` are the actions allowed now; `cost` is over all its runs."""

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
    """A row of a job; `percent` is of the row, `url` of its first video."""

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
    """An event of a job; `created_at` is `timestamp` in epoch seconds; `row` is empty if it concerns no single row."""

    timestamp: Instant
    created_at: float
    level: str
    message: str
    run_id: str
    row: str = ""


class ErrorBody(_Shape):
    """An error; `field` is the invalid part of the request."""

    code: str
    message: str
    fix: str = ""
    field: str | None = None
    details: Any = None
    request_id: str | None = None


class Page(_Shape, Generic[T]):
    """A page of a list; `next_page_token` requests the next page, null at the end."""

    items: tuple[T, ...]
    next_page_token: str | None = None


class CallbackData(JobView):
    """The job in a callback, under the names that the webhook guide uses too."""

    job_id: str
    report_url: str | None = None


class Callback(_Shape):
    """The body of a callback, after Standard Webhooks (type, timestamp, data).

    job_id, state, percent_complete and items_completed are also at the top level, where the guide's handler reads them.
    """

    type: str
    timestamp: Instant
    data: CallbackData
    job_id: str
    state: JobState
    percent_complete: float
    items_completed: int


class UploadView(_Shape):
    """An uploaded sheet. `columns` are the columns that were understood, in our names, and `rows` the ideas.

    Without a header row, or with several tabs that hold ideas, no columns are known and `rows` is null: a job over it
    names a range, or the format `positional`.
    """

    id: str
    name: str
    size: int
    columns: tuple[str, ...] = ()
    rows: int | None = None
    created_at: Moment


class FindingView(_Shape):
    """A problem of a sheet, or a value that was understood differently from how it was written.

    `severity` is error (the row is left out), warning or info; `cell` is its place as the sheet shows it.
    """

    severity: str
    problem: str
    fix: str
    sheet_row: int | None = None
    column: str = ""
    column_letter: str = ""
    value: str = ""
    code: str = ""
    cell: str = ""


class RowCounts(_Shape):
    """Rows that are rendered, left out because of errors, and left out for another reason."""

    accepted: int
    rejected: int
    skipped: int


class Validation(_Shape):
    """The findings of a sheet at one level: the first of them, informative ones last; `findings_total` counts all.

    `stops_job`: nothing may be rendered at this level.
    """

    level: str
    stops_job: bool
    rows: RowCounts
    findings_total: int
    findings: tuple[FindingView, ...]


class Estimate(_Shape):
    """What a job will make and need, roughly: its videos, their length and size, its time alone on this installation,
    and the cost of paid voices in the currency of their price."""

    videos: int
    video_seconds: float
    storage_bytes: int
    processing_time_ms: int
    voice_cost: float


class CreatedJob(JobView):
    """A job that was just created, with the findings of its sheet.

    `items_total`, `items_pending` and `validation` are null if the sheet could not be read in time: the job reads it
    when it starts.
    """

    items_total: int | None  # type: ignore[assignment]
    items_pending: int | None  # type: ignore[assignment]
    validation: Validation | None = None


class DryRun(_Shape):
    """What creating the job would do. Nothing was created."""

    items_total: int
    validation: Validation
    estimate: Estimate


class PreviewRow(_Shape):
    """A row of a sheet: what its cells say, by column."""

    sheet_row: int
    row_key: str
    cells: dict[str, str]


class PreviewColumn(_Shape):
    """A column that was understood: its name, and the letter that the sheet shows."""

    name: str
    letter: str


class SheetPreview(_Shape):
    """How a sheet is understood: its columns, its first rows, and the findings at each validation level.

    Findings and estimate are about `rows_checked` rows, the first of `rows_total`.
    """

    name: str
    header_row: int | None
    columns: tuple[PreviewColumn, ...]
    rows: tuple[PreviewRow, ...]
    rows_total: int
    rows_checked: int
    validation: dict[str, Validation]
    estimate: Estimate
