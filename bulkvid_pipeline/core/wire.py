"""The JSON models for programs: the same for `--json`, webhooks, the REST API and its clients.

Field names and meanings are those of the API reference. Times are UTC and are written as `2025-10-30T01:00:00Z`,
durations are in milliseconds, percentages 0..100. Imported by clients that have neither Dagster nor pandas.
"""

from __future__ import annotations

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Generic, Literal, TypeVar

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
    """A row of a job; `percent` is of the row, `url` a link to its first video that ends at `links_expire_at`.

    `cached` says whether its videos stood in storage already when the newest run came to it.
    """

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
    warnings: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    cached: bool = False
    links_expire_at: Moment | None = None


class QualityCheck(_Shape):
    """One check that a video was put to before it was published."""

    name: str
    subject: str
    outcome: str
    value: float | int | str | bool | None = None
    limit: str = ""
    message: str = ""


class OutputView(_Shape):
    """A published video. Links are null where there is no such file; `checks` are null where they cannot be read."""

    platform: str
    width: int = 0
    height: int = 0
    duration_s: float = 0.0
    size_bytes: int = 0
    loudness_lufs: float | None = None
    render_seconds: float = 0.0
    cost: float = 0.0
    quality: str = ""
    video_url: str | None = None
    poster_url: str | None = None
    srt_url: str | None = None
    vtt_url: str | None = None
    links_expire_at: Moment | None = None
    checks: tuple[QualityCheck, ...] | None = None


class ItemAttempt(_Shape):
    """How the row's turn in one run ended, after `attempts` tries."""

    run_id: str
    ended_at: Instant
    state: ItemState
    attempts: int = 1
    code: str = ""
    error: str = ""
    fix: str = ""


class ItemDetail(ItemView):
    """All that is known of a row: its videos, and how its turns in the job's runs ended, oldest first."""

    outputs: tuple[OutputView, ...] = ()
    history: tuple[ItemAttempt, ...] = ()


class ResultView(_Shape):
    """A finished video of a job, or a row that failed: then there are no links and `error` says why."""

    row_key: str
    sheet_row: int
    title: str
    state: ItemState
    platform: str = ""
    duration_s: float = 0.0
    size_bytes: int = 0
    width: int = 0
    height: int = 0
    quality: str = ""
    code: str = ""
    error: str = ""
    fix: str = ""
    video_url: str | None = None
    poster_url: str | None = None
    srt_url: str | None = None
    vtt_url: str | None = None
    links_expire_at: Moment | None = None


class Metrics(_Shape):
    """Figures of a job, of its rows as they stand now.

    `rendered` rows were made by the newest run that came to them, `kept` ones stood in storage already; `retries` are
    tries after the first. `rows_per_minute` counts rendered rows in `processing_time_ms`. `queue_time_ms` is until the
    first run began. `waiting_for_limits_ms` is how long the next row had to wait for a rate limit. `stages` counts the
    rows in work by their stage. Figures that nothing is known for are null.
    """

    job_id: str
    processing_time_ms: int
    queue_time_ms: int | None = None
    waiting_for_limits_ms: int = 0
    rows_per_minute: float | None = None
    rendered: int = 0
    kept: int = 0
    failed: int = 0
    retries: int = 0
    warnings: int = 0
    videos: int = 0
    video_seconds: float = 0.0
    size_bytes: int = 0
    render_seconds: float = 0.0
    render_seconds_per_video_second: float | None = None
    cost: float = 0.0
    rate_limited: bool = False
    stages: dict[str, int] = {}
    errors: dict[str, int] = {}
    """The number of failed rows by the code of their error."""


class Event(_Shape):
    """An event of a job; `created_at` is `timestamp` in epoch seconds; `row` is empty if it concerns no single row.

    `id`, where it is given, is a cursor: events after this one can be asked for with it.
    """

    timestamp: Instant
    created_at: float
    level: str
    message: str
    run_id: str
    row: str = ""
    id: str = ""


class EventPage(_Shape):
    """Events of a job, oldest first. `next_cursor` asks for newer ones, now or later, `previous_cursor` for older ones;
    the latter is null if there are none."""

    items: tuple[Event, ...]
    next_cursor: str
    previous_cursor: str | None = None
    has_more: bool = False
    """Whether there are newer events already."""


class FindingView(_Shape):
    """Something about the sheet that a user should know; `cell` is where, such as `E5`, `row 5` or `sheet`."""

    severity: str
    problem: str
    fix: str
    cell: str
    sheet_row: int | None = None
    column: str = ""
    column_letter: str = ""
    value: str = ""
    code: str = ""


class RowCounts(_Shape):
    """How many rows of the sheet the validation has let pass, refused, and left out."""

    accepted: int = 0
    rejected: int = 0
    skipped: int = 0


class SheetReport(_Shape):
    """The validation of a job's sheet; `findings_total` counts those too that are not kept or not asked for."""

    job_id: str
    level: str
    stops_job: bool
    rows: RowCounts
    errors: int
    warnings: int
    findings_total: int
    findings: tuple[FindingView, ...]
    accepted_rows: tuple[int, ...] = ()
    rejected_rows: tuple[int, ...] = ()
    skipped_rows: tuple[int, ...] = ()


class StateChange(_Shape):
    """The state that a job has now, with the actions that it allows."""

    job_id: str
    state: JobState
    actions: tuple[str, ...] = ()


class EndReason(StrEnum):
    """Why nothing more will come of a stream."""

    ENDED = "ended"
    """The job has ended; a retry makes it begin anew."""
    GONE = "gone"
    """The job has been deleted."""


class StreamEnd(_Shape):
    """The last event of a job's stream; `state` is null if the job is gone. Whoever gets it need not connect again."""

    job_id: str
    state: JobState | None
    reason: EndReason


class BreakReason(StrEnum):
    """Why the server breaks off a stream of a job that goes on."""

    TOKEN_EXPIRED = "token_expired"
    TOKEN_REVOKED = "token_revoked"
    SERVER_STOPPING = "server_stopping"
    TOO_SLOW = "too_slow"
    """The client did not read as fast as events came."""


class StreamBreak(_Shape):
    """The last event of a stream that the server breaks off: connect again with the id of the last event."""

    job_id: str
    reason: BreakReason
    message: str
    fix: str


class ProgressMessage(_Shape):
    """A `progress` event of a stream."""

    event: Literal["progress"]
    id: str
    data: Progress


class ItemMessage(_Shape):
    """An `item` event of a stream: a row has ended."""

    event: Literal["item"]
    id: str
    data: ItemView


class StateMessage(_Shape):
    """A `state` event of a stream."""

    event: Literal["state"]
    id: str
    data: StateChange


class LogMessage(_Shape):
    """A `log` event of a stream."""

    event: Literal["log"]
    id: str
    data: Event


class EndMessage(_Shape):
    """The `end` event of a stream, its last one."""

    event: Literal["end"]
    id: str
    data: StreamEnd


class ReconnectMessage(_Shape):
    """The `reconnect` event of a stream, its last one; it has no id of its own."""

    event: Literal["reconnect"]
    data: StreamBreak


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


class Validation(_Shape):
    """The findings of a sheet at one level: the first of them, informative ones last.

    `errors`, `warnings` and `findings_total` count those too that are not among them. `stops_job`: nothing may be
    rendered at this level.
    """

    level: str
    stops_job: bool
    rows: RowCounts
    errors: int
    warnings: int
    findings_total: int
    findings: tuple[FindingView, ...]


class Estimate(_Shape):
    """What a job will make and need, roughly: its videos, their length and size, its time alone on this installation,
    that of its rows one after the other, the cost of paid voices in the currency of their price, and how many machines
    make its rows side by side."""

    videos: int
    video_seconds: float
    storage_bytes: int
    processing_time_ms: int
    work_time_ms: int
    voice_cost: float
    based_on_rows: int
    """Past rows of this installation from which the figures come; 0 while there are none: built-in figures."""
    machines: int = 1


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
    """A row of a sheet: what its cells say, by column of ours.

    `sheet_cells` are the filled cells of all columns by letter, as the sheet shows them, each shortened to 300
    characters.
    """

    sheet_row: int
    row_key: str
    cells: dict[str, str]
    sheet_cells: dict[str, str] = {}


class PreviewColumn(_Shape):
    """A column that was understood: its name, and the letter that the sheet shows."""

    name: str
    letter: str


class SheetColumnView(_Shape):
    """A column of a sheet: the letter that the sheet shows, its header as written, or "", and our name for it.

    `name` is null where the column is not read. `known_by` is `header`, `position` (in a positional sheet) or
    `mapping`, where `input_source.columns` says what it is; null where nothing tells. `key` is what to write there to
    say it by hand. `samples` are its first filled cells, shortened.
    """

    letter: str
    header: str
    name: str | None = None
    known_by: str | None = None
    key: str
    samples: tuple[str, ...] = ()


class SheetPreview(_Shape):
    """How a sheet is understood: its columns, its first rows, and the findings at each validation level.

    Findings and estimate are about `rows_checked` rows, the first of `rows_total`. `columns` are those that are read,
    `sheet_columns` are all that the sheet has. `tabs` are those of a workbook file, `tab` is the one that was read.
    """

    name: str
    tab: str = ""
    tabs: tuple[str, ...] = ()
    header_row: int | None
    columns: tuple[PreviewColumn, ...]
    sheet_columns: tuple[SheetColumnView, ...] = ()
    rows: tuple[PreviewRow, ...]
    rows_total: int
    rows_checked: int
    validation: dict[str, Validation]
    estimate: Estimate
