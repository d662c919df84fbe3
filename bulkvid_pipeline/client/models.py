"""The results of the API, with the names and meanings of the server's models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import MappingProxyType

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


class Finding(Shape):
    """A problem of a sheet, or a value that was understood differently from how it was written.

    `severity` is error (the row is left out), warning or info; `cell` is its place as the sheet shows it.
    """

    severity: str
    problem: str
    fix: str
    cell: str
    sheet_row: int | None = None
    column: str = ""
    column_letter: str = ""
    value: str = ""
    code: str = ""


class RowCounts(Shape):
    """Rows that are rendered, left out because of errors, and left out for another reason."""

    accepted: int = 0
    rejected: int = 0
    skipped: int = 0


class Validation(Shape):
    """The findings of a sheet at one level: the first of them.

    `errors`, `warnings` and `findings_total` count those too that are not among them. `stops_job`: nothing may be
    rendered at this level.
    """

    level: str
    stops_job: bool
    rows: RowCounts
    errors: int
    warnings: int
    findings_total: int
    findings: tuple[Finding, ...]


class Estimate(Shape):
    """What a job will make and need, roughly; `voice_cost` is in the currency of the paid voices' price.

    `processing_time_ms` is the job's time alone on the installation, `work_time_ms` that of its rows one after the
    other; `based_on_rows` the number of past rows from which the figures come, 0 for built-in figures; `machines` how
    many make its rows side by side.
    """

    videos: int
    video_seconds: float
    storage_bytes: int
    processing_time_ms: int
    voice_cost: float
    work_time_ms: int
    based_on_rows: int
    machines: int = 1


class CreatedJob(Job):
    """A job that was just created, with the findings of its sheet.

    `items_total`, `items_pending` and `validation` are None if the sheet could not be read in time: the job reads it
    when it starts.
    """

    items_total: int | None  # type: ignore[assignment]
    items_pending: int | None  # type: ignore[assignment]
    validation: Validation | None = None


class DryRun(Shape):
    """What creating the job would do. Nothing was created."""

    items_total: int
    validation: Validation
    estimate: Estimate


class UploadedSheet(Shape):
    """An uploaded sheet: give its `id` as `path` of a job. `columns` are those that were understood, `rows` the ideas.

    Without a header row, or with several tabs that hold ideas, no columns are known and `rows` is None.
    """

    id: str
    name: str
    size: int
    columns: tuple[str, ...] = ()
    rows: int | None = None
    created_at: datetime


class PreviewRow(Shape):
    """A row of a sheet: what its cells say, by column of ours.

    `sheet_cells` are the filled cells of all columns by letter, as the sheet shows them, each shortened to 300
    characters.
    """

    sheet_row: int
    row_key: str
    cells: Mapping[str, str]
    sheet_cells: Mapping[str, str] = MappingProxyType({})


class PreviewColumn(Shape):
    """A column that was understood: its name, and the letter that the sheet shows."""

    name: str
    letter: str


class SheetColumn(Shape):
    """A column of a sheet: the letter that the sheet shows, its header as written, or "", and our name for it.

    `name` is None where the column is not read. `known_by` is `header`, `position` (in a positional sheet) or
    `mapping`, where `columns` of the job says what it is; None where nothing tells. `key` is what to write there to say
    it by hand. `samples` are its first filled cells, shortened.
    """

    letter: str
    header: str
    name: str | None = None
    known_by: str | None = None
    key: str
    samples: tuple[str, ...] = ()


class SheetPreview(Shape):
    """How a sheet is understood: its columns, its first rows, and the findings at each validation level.

    Findings and estimate are about `rows_checked` rows, the first of `rows_total`. `columns` are those that are read,
    `sheet_columns` are all that the sheet has. `tabs` are those of a workbook file, `tab` is the one that was read.
    """

    name: str
    tab: str = ""
    tabs: tuple[str, ...] = ()
    header_row: int | None
    columns: tuple[PreviewColumn, ...]
    sheet_columns: tuple[SheetColumn, ...] = ()
    rows: tuple[PreviewRow, ...]
    rows_total: int
    rows_checked: int
    validation: Mapping[str, Validation]
    estimate: Estimate


class Item(Shape):
    """A row of a job; `percent` is of the row, `url` a link to its first video that ends at `links_expire_at`.

    `cached` says whether its videos stood in storage already when the newest run came to it.
    """

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
    warnings: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    cached: bool = False
    links_expire_at: datetime | None = None


class QualityCheck(Shape):
    """One check that a video was put to before it was published."""

    name: str
    subject: str
    outcome: str
    value: float | int | str | bool | None = None
    limit: str = ""
    message: str = ""


class VideoOutput(Shape):
    """A published video. Links are None where there is no such file; `checks` are None where they cannot be read."""

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
    links_expire_at: datetime | None = None
    checks: tuple[QualityCheck, ...] | None = None


class ItemAttempt(Shape):
    """How the row's turn in one run ended, after `attempts` tries."""

    run_id: str
    ended_at: datetime
    state: str
    attempts: int = 1
    code: str = ""
    error: str = ""
    fix: str = ""


class ItemDetail(Item):
    """All that is known of a row: its videos, and how its turns in the job's runs ended, oldest first."""

    outputs: tuple[VideoOutput, ...] = ()
    history: tuple[ItemAttempt, ...] = ()


class Result(Shape):
    """A finished video of a job, or a row that failed: then there are no links and `error` says why.

    Links hold until `links_expire_at`; read the results again for new ones.
    """

    row_key: str
    sheet_row: int
    title: str
    state: str
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
    links_expire_at: datetime | None = None


class Metrics(Shape):
    """Figures of a job, of its rows as they stand now; those that nothing is known for are None.

    `rendered` rows were made by the newest run that came to them, `kept` ones stood in storage already; `retries` are
    tries after the first. `queue_time_ms` is until the first run began. `waiting_for_limits_ms` is how long the next
    row had to wait for a rate limit. `stages` counts the rows in work by their stage, `errors` the failed ones by code.
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
    stages: Mapping[str, int] = {}
    errors: Mapping[str, int] = {}


class Event(Shape):
    """An event of a job; `created_at` is `timestamp` in epoch seconds; `row` is empty if it concerns no single row.

    `id`, where it is given, is a cursor: events after this one can be asked for with it.
    """

    timestamp: datetime
    created_at: float
    level: str
    message: str
    run_id: str
    row: str = ""
    id: str = ""


class SheetReport(Shape):
    """The validation of a job's sheet; `findings_total` counts those too that are not kept or not asked for."""

    job_id: str
    level: str
    stops_job: bool
    rows: RowCounts
    errors: int
    warnings: int
    findings_total: int
    findings: tuple[Finding, ...]
    accepted_rows: tuple[int, ...] = ()
    rejected_rows: tuple[int, ...] = ()
    skipped_rows: tuple[int, ...] = ()


class Workers(Shape):
    """Places at which rows are rendered, over all machines: `active` of them exist, `busy` render, `idle` wait."""

    active: int
    busy: int
    idle: int


class Slots(Shape):
    """The render slots that all jobs share."""

    used: int
    total: int


class SystemStatus(Shape):
    """How busy the installation is; `memory_usage` and `cpu_usage` are 0 to 1."""

    memory_usage: float
    cpu_usage: float
    active_jobs: int
    queue_depth: int
    rate_limited: bool
    slots: Slots
    workers: Workers
    version: str


class Health(Shape):
    """Whether the service works, part by part."""

    status: str
    services: Mapping[str, str]
    version: str
    timestamp: datetime


class PartHealth(Shape):
    """One part of the service; what does not apply to it, or is not known, is None."""

    status: str
    response_time_ms: int
    problem: str | None = None
    fix: str | None = None
    kind: str | None = None
    pool_size: int | None = None
    active_connections: int | None = None
    queue_depth: int | None = None
    active: int | None = None
    busy: int | None = None
    idle: int | None = None
    version: str | None = None
    url: str | None = None
    free_bytes: int | None = None
    last_heartbeat: datetime | None = None


class DetailedHealth(Shape):
    """Whether the service works, with figures of each part."""

    status: str
    services: Mapping[str, PartHealth]
    workers: Workers | None
    version: str
    timestamp: datetime


class CostSummary(Shape):
    """What paid voices have asked, in the currency of their price. Of the groups, only the requested one is there."""

    total: float
    by_template: Mapping[str, float] | None = None
    by_style: Mapping[str, float] | None = None
    by_user: Mapping[str, float] | None = None
    by_platform: Mapping[str, float] | None = None
    by_day: Mapping[str, float] | None = None
    by_provider: Mapping[str, float] | None = None


class AnalyticsGroup(Shape):
    """The figures of one group, as those of all."""

    total_jobs: int
    total_items: int
    success_rate: float
    avg_processing_time: float
    cost: float
    processing_time: float
    video_seconds: float
    storage_bytes: int


class Analytics(Shape):
    """What a project's jobs have made in a span of time.

    `success_rate` is 0 to 1, `avg_processing_time` in seconds of work for each row that ended, `processing_time` all of
    these seconds. `video_seconds` and `storage_bytes` are of the finished videos.
    """

    total_jobs: int
    total_items: int
    success_rate: float
    avg_processing_time: float
    cost_summary: CostSummary
    groups: Mapping[str, AnalyticsGroup]
    processing_time: float
    video_seconds: float
    storage_bytes: int


class TemplateVoice(Shape):
    """How the voice speaks: `speed` is a factor, `pitch` in semitones."""

    speed: float = 1.0
    pitch: float = 0.0


class TemplateStyle(Shape):
    """The look: the built-in style `base`, and what is changed of it."""

    base: str
    colors: tuple[str, ...] = ()
    font_family: str | None = None
    logo: str | None = None
    logo_position: str = "bottom_right"
    captions: str = "burned"


class TemplateAudio(Shape):
    """The sound."""

    voice: str
    background_music: str | None = None
    voice_settings: TemplateVoice
    pronunciations: Mapping[str, str | Mapping[str, str]] = {}


class TemplateSettings(Shape):
    """The look and the sound."""

    style: TemplateStyle
    audio: TemplateAudio


class Template(Shape):
    """A template. `origin` is built_in, shared or project; `settings` is None if it cannot be used."""

    template_id: str
    name: str = ""
    description: str = ""
    origin: str
    read_only: bool
    settings: TemplateSettings | None
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    updated_at: datetime | None = None


class DeliveryAttempt(Shape):
    """One attempt to send a message; `status` is None if the receiver did not answer."""

    at: datetime
    status: int | None
    duration_ms: int
    code: str = ""
    error: str = ""


class WebhookDelivery(Shape):
    """A message to a job's callback URL. `state` is waiting, delivered, gone, refused, given_up or dropped."""

    id: str
    job_id: str
    type: str
    url: str
    state: str
    created_at: datetime
    next_attempt_at: datetime | None = None
    ended_at: datetime | None = None
    attempts: tuple[DeliveryAttempt, ...] = ()


class StateChange(Shape):
    """The state that a job has now, with the actions that it allows."""

    job_id: str
    state: str
    actions: tuple[str, ...] = ()


class StreamEnd(Shape):
    """The last event of a job's stream; `reason` is ended or gone, `state` is None if the job is gone."""

    job_id: str
    state: str | None
    reason: str


@dataclass(frozen=True)
class StreamEvent:
    """An event of a job's stream.

    Attributes:
        type: progress, item, state, log or end; a newer server may send others.
        id: name it as `last_event_id` to go on after it.
        data: a Progress, Item, StateChange, Event or StreamEnd; a plain Shape for types that are not known.
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
