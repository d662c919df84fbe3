"""The JSON models of the switch and of the files of diagnostics, for all doors."""

from __future__ import annotations

from pydantic import Field

from bulkvid_pipeline.core.diagnostics.exchange import JobLog
from bulkvid_pipeline.core.diagnostics.summary import JobSummary
from bulkvid_pipeline.core.wire import Instant, Moment, _Shape


class DebugMode(_Shape):
    """Whether requests are recorded, of which jobs, and until when."""

    enabled: bool
    message: str = Field(description="The same in words", examples=["Diagnostics are on for 30 minutes."])
    since: Moment | None = Field(description="null while they are off, or turned on by the environment")
    expires_at: Moment | None = Field(description="When they end by themselves; null if they do not, or are off")
    job_id: str | None = Field(
        description="The only job that is recorded; null for all, or for several", examples=["job_123"]
    )
    job_ids: tuple[str, ...] = Field(
        description="The only jobs that are recorded; empty for all", examples=[["job_123"]]
    )
    by_environment: bool = Field(description="Whether BULKVID_BATCH_DEBUG has turned them on in the answering process")


class DebugFile(_Shape):
    """A file of what one process has recorded of one job."""

    filename: str = Field(examples=["job_job_123_20251030T010000000000Z.json"])
    job_id: str = Field(examples=["job_123"])
    created_at: Moment
    size_bytes: int = Field(examples=[20480])


class DebugStatus(DebugMode):
    """The switch, and what is recorded."""

    active_jobs_with_debug: tuple[str, ...] = Field(
        description="Jobs at work that are recorded", examples=[["job_123"]]
    )
    recent_debug_files: tuple[DebugFile, ...] = Field(description="The newest 20 files")
    files_total: int = Field(examples=[1])
    bytes_total: int = Field(examples=[20480])


class FullLog(_Shape):
    """All that was recorded of a job, and what it means."""

    job_id: str = Field(examples=["job_123"])
    generated_at: Instant
    summary: JobSummary
    logs: tuple[JobLog, ...] = Field(description="What each process has recorded, the oldest first")


class CleanedUp(_Shape):
    """What a clean-up has removed."""

    deleted_files: int = Field(examples=[3])
    freed_bytes: int = Field(examples=[61440])
    message: str = Field(examples=["3 logs older than 7 days removed."])
