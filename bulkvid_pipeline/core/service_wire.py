"""The JSON models of what an installation says about itself and its projects: health, status, analytics, templates and
webhook deliveries. Jobs and what belongs to them are in `core.wire`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from bulkvid_pipeline.core.wire import Instant, Moment, _Shape

PartStatus = Literal["healthy", "unhealthy", "available", "unavailable"]
"""`available` and `unavailable` are said of programs, such as ffmpeg."""


class Workers(_Shape):
    """Places at which rows are rendered, over all machines: `active` of them exist, `busy` render, `idle` wait."""

    active: int = Field(examples=[2])
    busy: int = Field(examples=[1])
    idle: int = Field(examples=[1])


class Slots(_Shape):
    """The render slots that all jobs share."""

    used: int = Field(examples=[1])
    total: int = Field(examples=[2])


class Health(_Shape):
    """Whether the service works, part by part."""

    status: Literal["healthy", "unhealthy"] = Field(description="`unhealthy` if any part is")
    services: dict[str, PartStatus] = Field(
        description="The status of each part: database, queue, ffmpeg, storage, workers, web_server, daemon, work_disk",
        examples=[{"database": "healthy", "queue": "healthy", "ffmpeg": "available", "storage": "healthy"}],
    )
    version: str = Field(description="Version of bulkvid", examples=["0.1.0"])
    timestamp: Moment = Field(description="When the parts were looked at", examples=["2025-10-30T01:00:00Z"])


class PartHealth(_Shape):
    """One part of the service: fields that do not apply to it, or are not known, are left out or null."""

    status: PartStatus
    response_time_ms: int = Field(description="How long the part took to answer", examples=[2])
    problem: str | None = Field(None, description="What is wrong", examples=["The storage did not answer within 1.2 s"])
    fix: str | None = Field(None, description="What to do about it", examples=["Check BULKVID_S3_ENDPOINT_URL"])
    kind: str | None = Field(None, description="database: sqlite or postgresql", examples=["postgresql"])
    pool_size: int | None = Field(None, description="database: connections that it allows", examples=[100])
    active_connections: int | None = Field(None, description="database: connections in use", examples=[5])
    queue_depth: int | None = Field(None, description="queue: jobs that wait for their turn", examples=[3])
    active: int | None = Field(None, description="workers: those that exist", examples=[2])
    busy: int | None = Field(None, description="workers: those that render", examples=[1])
    idle: int | None = Field(None, description="workers: those that wait", examples=[1])
    version: str | None = Field(None, description="ffmpeg, web_server: its version", examples=["7.0.2"])
    url: str | None = Field(None, description="storage, web_server: its address", examples=["s3://my-videos"])
    free_bytes: int | None = Field(None, description="work_disk, storage on a disk: room left", examples=[52428800000])
    last_heartbeat: Moment | None = Field(None, description="daemon: its last sign of life")


class DetailedHealth(_Shape):
    """Whether the service works, with figures of each part."""

    status: Literal["healthy", "unhealthy"]
    services: dict[str, PartHealth]
    workers: Workers | None = Field(description="null while the database does not answer")
    version: str = Field(examples=["0.1.0"])
    timestamp: Moment = Field(examples=["2025-10-30T01:00:00Z"])


class SystemStatus(_Shape):
    """How busy the installation is."""

    memory_usage: float = Field(description="Memory of this machine in use, 0..1", examples=[0.85])
    cpu_usage: float = Field(description="Processors of this machine in use, 0..1", examples=[0.45])
    active_jobs: int = Field(description="Jobs at work in the whole installation", examples=[12])
    queue_depth: int = Field(description="Jobs that wait for their turn", examples=[8])
    rate_limited: bool = Field(description="Whether a job of yours waits for a rate limit")
    slots: Slots
    workers: Workers
    version: str = Field(examples=["0.1.0"])


CheckStatus = Literal["ok", "warning", "broken", "skipped"]


class DoctorCheck(_Shape):
    """One thing that `bulkvid doctor` has looked at."""

    name: str = Field(description="Names the check; `--only` takes it", examples=["storage"])
    group: str = Field(description="Names the checks about the same; `--only` takes it too", examples=["storage"])
    status: CheckStatus = Field(
        description="`ok`; `warning`: jobs run, but not as they could; `broken`: jobs that need it fail; `skipped`: "
        "there was nothing to look at"
    )
    found: str = Field(
        description="What was found: version, place, figure; or what is wrong",
        examples=["s3://my-videos: written, read and deleted"],
    )
    mend: str | None = Field(
        description="What to do about it, as one sentence; null if all is well", examples=["Set BULKVID_S3_SECRET."]
    )
    duration_ms: int = Field(description="How long looking took", examples=[12])


class DoctorReport(_Shape):
    """What `bulkvid doctor --json` prints."""

    status: Literal["ok", "warning", "broken"] = Field(description="The worst status of a check")
    counts: dict[CheckStatus, int] = Field(
        description="Checks by their status", examples=[{"broken": 0, "warning": 1, "ok": 25, "skipped": 6}]
    )
    checks: tuple[DoctorCheck, ...]
    version: str = Field(description="Version of bulkvid", examples=["0.1.0"])
    timestamp: Moment = Field(description="When the checks had ended")
    duration_ms: int = Field(description="How long all of it took", examples=[3200])


class CostSummary(_Shape):
    """What paid voices have asked, in the currency of their price. Of the groups, only the requested one is there."""

    model_config = ConfigDict(frozen=True, extra="allow")

    total: float = Field(examples=[1250.0])
    by_template: dict[str, float] | None = Field(None, examples=[{"tpl_abc123": 1250.0}])
    by_style: dict[str, float] | None = None
    by_user: dict[str, float] | None = None
    by_platform: dict[str, float] | None = None
    by_day: dict[str, float] | None = None
    by_provider: dict[str, float] | None = None


class AnalyticsGroup(_Shape):
    """The figures of one group, as those of all."""

    total_jobs: int = Field(examples=[25])
    total_items: int = Field(examples=[1250])
    success_rate: float = Field(examples=[0.96])
    avg_processing_time: float = Field(examples=[45.2])
    cost: float = Field(examples=[1250.0])
    processing_time: float = Field(description="Seconds in which rows were rendered", examples=[56500.0])
    video_seconds: float = Field(description="Length of the finished videos", examples=[37500.0])
    storage_bytes: int = Field(description="Size of the finished videos", examples=[3750000000])


class Analytics(_Shape):
    """What a project's jobs have made in a span of time."""

    total_jobs: int = Field(description="Jobs created in the span; resumed and retried ones count once", examples=[25])
    total_items: int = Field(description="Rows of these jobs", examples=[1250])
    success_rate: float = Field(
        description="Completed rows among those that completed or failed, 0..1; 0 if there are none", examples=[0.96]
    )
    avg_processing_time: float = Field(description="Seconds of work for each row that ended", examples=[45.2])
    cost_summary: CostSummary
    processing_time: float = Field(description="Seconds in which rows were rendered", examples=[56500.0])
    video_seconds: float = Field(description="Length of the finished videos", examples=[37500.0])
    storage_bytes: int = Field(description="Size of the finished videos", examples=[3750000000])
    groups: dict[str, AnalyticsGroup] = Field(description="The same figures for each group, by its name")


class TemplateVoice(_Shape):
    """How the voice speaks: `speed` is a factor, `pitch` in semitones."""

    speed: float = Field(1.0, examples=[1.0])
    pitch: float = Field(0.0, examples=[0.0])


class TemplateStyle(_Shape):
    """The look: the built-in style `base`, and what is changed of it."""

    base: str = Field(examples=["modern"])
    colors: tuple[str, ...] = Field((), description="Accent, second accent, background", examples=[["#FF0000"]])
    font_family: str | None = Field(None, examples=["Arial"])
    logo: str | None = Field(None, description="A file in the templates folder", examples=["logo.png"])
    logo_position: str = Field("bottom_right", examples=["bottom_right"])
    captions: str = Field("burned", description="burned, or off: captions as files alone", examples=["burned"])


class TemplateAudio(_Shape):
    """The sound."""

    voice: str = Field(examples=["female"])
    background_music: str | None = Field(
        None, description='A file in the templates folder; null: the style\'s own music; "none": no music'
    )
    voice_settings: TemplateVoice
    pronunciations: dict[str, str | dict[str, str]] = Field(
        default_factory=dict,
        description="Written form: spoken form; or a language, and such a list for it",
        examples=[{"SQL": "sequel"}],
    )


class TemplateSettingsView(_Shape):
    style: TemplateStyle
    audio: TemplateAudio


class TemplateView(_Shape):
    """A template."""

    template_id: str = Field(examples=["my_brand_template"])
    name: str = Field("", examples=["My Brand Style"])
    description: str = Field("", examples=["Custom template for brand videos"])
    origin: Literal["built_in", "shared", "project"] = Field(
        description="Whose it is: part of the program, of the installation for all projects, or of your project"
    )
    read_only: bool = Field(description="Whether it cannot be changed: true unless it is your project's")
    settings: TemplateSettingsView | None = Field(description="null if the template cannot be used")
    problems: tuple[str, ...] = Field((), description="Why the template cannot be used")
    warnings: tuple[str, ...] = Field((), description="What cannot be used as given, and what is used instead")
    updated_at: Moment | None = Field(None, description="null for built-in templates")


class TemplateDeleted(_Shape):
    template_id: str = Field(examples=["my_brand_template"])
    deleted: Literal[True] = True


class TemplateAsset(_Shape):
    """A logo or music that templates can name."""

    name: str = Field(description="As templates name it", examples=["acme-logo.png"])
    kind: Literal["logo", "music"]
    media_type: str = Field(examples=["image/png"])
    size: int = Field(description="In bytes", examples=[48213])
    origin: Literal["shared", "project"] = Field(
        description="Whose it is: of the installation for all projects, or of your project, which may delete it"
    )
    width: int | None = Field(None, description="Of a logo, in pixels", examples=[512])
    height: int | None = Field(None, description="Of a logo, in pixels", examples=[256])
    duration_s: float | None = Field(None, description="Of music, in seconds, as its file tells it", examples=[93.5])
    used_by: tuple[str, ...] = Field((), description="Ids of your project's templates that name it")
    uploaded_at: Moment


class ColorCheck(_Shape):
    """A colour in one of its uses, by WCAG 2.2 contrast."""

    part: Literal["accent", "second_accent", "background", "captions"] = Field(
        description="The first three are `settings.style.colors`, in their order"
    )
    use: str = Field(examples=["Large words and shapes on the background"])
    color: str = Field(examples=["#FFE100"])
    against: str = Field(
        description="What it is seen against: where it varies, where it is seen worst", examples=["#FFFFFF"]
    )
    ratio: float = Field(description="Contrast of the two, 1..21", examples=[1.32])
    limit: float = Field(description="What WCAG 2.2 asks for this use: 4.5, or 3 for large text and graphics")
    needed: float = Field(description="The limit, and a little more where gradients take some", examples=[3.03])
    passes: bool
    nearest: str = Field(description="The nearest colour that passes, itself if it does", examples=["#948200"])


class FieldProblem(_Shape):
    """What is wrong with a part of a document."""

    field: str = Field(description="Empty for the whole document", examples=["settings.style.logo"])
    problem: str


class TemplateDocumentCheck(_Shape):
    """What a template's document comes to, before it is saved."""

    problems: tuple[FieldProblem, ...] = Field(description="Why it cannot be saved; empty if it can")
    warnings: tuple[str, ...] = Field((), description="What cannot be used as given, and what is used instead")
    colors: tuple[ColorCheck, ...] = Field((), description="Its colours, and its texts, where its style draws them")
    suggested_colors: tuple[str, ...] = Field(
        (), description="Its colours, changed by as little as makes all of them pass", examples=[["#948200"]]
    )


class TemplateChoice(_Shape):
    """A value that a field of a template may have."""

    value: str = Field(examples=["modern"])
    label: str = Field(examples=["Modern"])
    explanation: str = Field("", examples=["Bold sans serif on a deep gradient"])


class TemplateField(_Shape):
    """A field of a template, as a form shows it."""

    path: str = Field(description="Where it is in the document", examples=["settings.style.base"])
    group: str = Field(description="The part of a form that it belongs to", examples=["Look"])
    title: str = Field(examples=["Style"])
    explanation: str = Field(examples=["The built-in style that the other settings change"])
    kind: Literal["text", "choice", "number", "colors", "font", "logo", "music", "pronunciations"]
    choices: tuple[TemplateChoice, ...] = Field((), description="All values it may have; empty: any of its kind")
    least: float | None = None
    most: float | None = None
    step: float | None = Field(None, description="Of a number: how finely it is chosen")
    default: str | float | None = None


class DeliveryAttempt(_Shape):
    """One attempt to send a message."""

    at: Instant
    status: int | None = Field(description="The receiver's HTTP status; null if it did not answer", examples=[200])
    duration_ms: int = Field(examples=[120])
    code: str = Field("", description="What went wrong, for programs; empty if the message was taken")
    error: str = Field("", description="What went wrong")


class WebhookDelivery(_Shape):
    """A message to a job's callback URL, and what became of it."""

    id: str = Field(description="Sent as `webhook-id`, the same at every attempt", examples=["msg_2f6d1c"])
    job_id: str = Field(examples=["job_123"])
    type: str = Field(examples=["bulk_job.completed"])
    url: str = Field(description="Where it goes, without query and password", examples=["https://yourapp.com/hook"])
    state: str = Field(description="waiting, delivered, gone, refused, given_up or dropped", examples=["delivered"])
    created_at: Instant
    next_attempt_at: Instant | None = Field(None, description="null unless it waits for one")
    ended_at: Instant | None = None
    attempts: tuple[DeliveryAttempt, ...] = ()
