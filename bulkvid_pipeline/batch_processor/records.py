"""Jobs, videos and events in the words of scripts; what they say is read from the Dagster instance."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import EllipsisType
from typing import Any

from bulkvid_pipeline.core.options import Priority, ValidationLevel
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import SheetFormat
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.core.wire import Event

__all__ = ["BulkJob", "JobEvent", "JobPriority", "JobStatus", "SheetFormat", "ValidationLevel", "VideoJob", "status_of"]

JobPriority = Priority


class JobStatus(StrEnum):
    """Where a video stands, and a bulk job as far as these words fit it."""

    QUEUED = "queued"
    RATE_LIMITED = "rate_limited"
    DISPATCHED = "dispatched"
    IN_PROGRESS = "in_progress"
    RETRIED = "retried"
    COMPLETED = "completed"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @classmethod
    def of(cls, state: ItemState) -> JobStatus:
        """The status of a video whose row is in that state; rows that are left out have no video."""
        return cls.CANCELLED if state is ItemState.SKIPPED else cls(state.value)


_STATUS = {
    JobState.PENDING: JobStatus.QUEUED.value,
    JobState.RUNNING: JobStatus.IN_PROGRESS.value,
    JobState.COMPLETING: JobStatus.IN_PROGRESS.value,
    JobState.CANCELING: "cancelling",
    JobState.CANCELED: JobStatus.CANCELLED.value,
}


def status_of(state: JobState, *, rate_limited: bool = False) -> str:
    """A bulk job's status: a value of JobStatus, or `pausing`, `paused`, `cancelling`, which only bulk jobs have."""
    if state is JobState.RUNNING and rate_limited:
        return JobStatus.RATE_LIMITED.value
    return _STATUS.get(state, state.value)


@dataclass
class BulkJob:
    """A job over a sheet: how it was asked for, and where it stands. Times are UTC, None while unknown."""

    id: str
    sheet_id: str
    user_id: str
    priority: Priority = Priority.NORMAL
    project_id: str = "default"
    title: str = ""
    column_range: str | None = None
    sheet_format: SheetFormat = SheetFormat.STANDARD
    status: str = JobStatus.QUEUED.value
    progress: int = 0
    statistics: Mapping[str, int] = field(default_factory=dict)
    created_at: datetime | None = None
    started_at: datetime | None = None
    completed_at: datetime | None = None


@dataclass
class VideoJob:
    """One row of a sheet on its way to a video.

    `idea_data` holds what the row says, its script and title, and what was chosen for it, such as voice and style,
    both by short names (`script`, `voice`) and by the names of the sheet's columns (`script_content`). Without an `id`
    (or with `...`) it gets a new one.
    """

    id: str | EllipsisType = ...
    bulk_job_id: str = ""
    idea_data: dict[str, Any] = field(default_factory=dict)
    priority: Priority = Priority.NORMAL
    ai_provider: str | None = None
    status: JobStatus = JobStatus.QUEUED
    attempts: int = 0
    output_url: str | None = None
    error: str | None = None
    user_id: str = "local"
    project_id: str = "default"
    row: int | None = None
    row_key: str = ""
    created_at: datetime = field(default_factory=lambda: datetime.now(UTC))

    def __post_init__(self) -> None:
        if isinstance(self.id, EllipsisType):
            self.id = f"video_{uuid.uuid4().hex[:12]}"
        self.priority = Priority(self.priority)
        self.status = JobStatus(self.status)

    @property
    def title(self) -> str:
        return str(self.idea_data.get("title", ""))


def video_job_id(bulk_job_id: str, row_key: str) -> str:
    """The id of the video of a job's row: the same in all its runs."""
    return f"{bulk_job_id}:{row_key}"


def idea_data_of(plan: VideoPlan) -> dict[str, Any]:
    """What a row says and what was chosen for it; lengths in seconds, None where the script decides."""
    platforms = [output.platform.value for output in plan.outputs]
    media = {use: medium.source for use, medium in plan.media.items()}
    said: dict[str, Any] = {
        "title": plan.title,
        "description": plan.description,
        "script": plan.script,
        "voice": None if plan.is_silent else plan.voice_name or plan.voice.value,
        "style": plan.style.value,
        "duration": plan.target_seconds,
        "platforms": platforms,
        "language": plan.language or plan.likely_language,
        "image": media.get("image"),
        "background": media.get("background"),
        "captions": plan.captions.value,
        "template_id": plan.template.template_id,
        "priority": plan.priority.value,
        "row": plan.sheet_row,
        "row_key": plan.row_key,
    }
    columns = {
        "idea_title": said["title"],
        "script_content": said["script"],
        "voice_preference": said["voice"],
        "style_override": said["style"],
        "duration_seconds": said["duration"],
        "platform_preferences": platforms,
        "image_url": said["image"],
        "background_url": said["background"],
    }
    return {**said, **columns}


@dataclass(frozen=True)
class JobEvent:
    """Something that happened in a job; `level` is DEBUG, INFO, WARNING or ERROR, `created_at` is UTC."""

    job_id: str
    level: str
    message: str
    created_at: datetime
    row: str = ""

    @classmethod
    def of(cls, job_id: str, event: Event) -> JobEvent:
        return cls(job_id, event.level.upper(), event.message, event.timestamp, event.row)

    def as_dict(self) -> dict[str, Any]:
        """The event as `get_job_events` gives it: times as ISO 8601."""
        at = self.created_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return {
            "job_id": self.job_id,
            "level": self.level,
            "message": self.message,
            "created_at": at,
            "timestamp": at,
            "row": self.row,
            "event_type": "video" if self.row else "job",
        }
