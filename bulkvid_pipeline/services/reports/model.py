"""A finished job as its report tells it: rows, what became of them, and their videos."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice


class RowState(StrEnum):
    """How a row ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    """Validation refused it; nothing was rendered."""
    SKIPPED = "skipped"
    CANCELLED = "cancelled"
    PENDING = "pending"
    """No run has begun it yet."""


@dataclass(frozen=True)
class RowOutput:
    """One video of a row. Paths are relative to the folder that holds the report; empty where there is no such file.

    Of a video that was made elsewhere, what is not known is 0; where it lies elsewhere too, `url` is its place.
    """

    platform: Platform
    video: str
    poster: str = ""
    srt: str = ""
    vtt: str = ""
    document: str = ""
    """The video's `video.json`."""
    duration_s: float = 0.0
    size_bytes: int = 0
    loudness_lufs: float | None = None
    width: int = 0
    height: int = 0
    render_seconds: float = 0.0
    cost: float = 0.0
    """What a paid voice has asked for it."""
    quality: str = ""
    """What came of its checks, in one line."""
    url: str = ""
    """Where the video is, if it is no file beside the report."""


@dataclass(frozen=True)
class RowReport:
    """One row of the sheet and what became of it."""

    row_key: str
    sheet_row: int
    title: str
    state: RowState
    outputs: tuple[RowOutput, ...] = ()
    reason: str = ""
    """Why there is no video, one sentence."""
    fix: str = ""
    error_code: str = ""
    warnings: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    style: Style | None = None
    voice: Voice | None = None
    spent_in_vain: float = 0.0
    """What a paid voice has asked for a row that has no video."""

    @property
    def duration_s(self) -> float:
        """Of all its videos together, as are size and render time."""
        return sum(output.duration_s for output in self.outputs)

    @property
    def longest_s(self) -> float:
        return max((output.duration_s for output in self.outputs), default=0.0)

    @property
    def size_bytes(self) -> int:
        return sum(output.size_bytes for output in self.outputs)

    @property
    def render_seconds(self) -> float:
        return sum(output.render_seconds for output in self.outputs)

    @property
    def cost(self) -> float:
        return self.spent_in_vain + sum(output.cost for output in self.outputs)


@dataclass(frozen=True)
class JobReport:
    """A finished job. `started_at` and `finished_at` are ISO 8601; `rows` are in the sheet's order."""

    job_id: str
    title: str
    sheet: str
    started_at: str
    finished_at: str
    wall_seconds: float
    rows: tuple[RowReport, ...]
    findings: tuple[Finding, ...] = ()
    """What validation said about the sheet."""

    @property
    def counts(self) -> dict[RowState, int]:
        """Rows by state, every state named."""
        counted = Counter(row.state for row in self.rows)
        return {state: counted[state] for state in RowState}

    @property
    def videos(self) -> int:
        return sum(len(row.outputs) for row in self.rows)

    @property
    def video_seconds(self) -> float:
        return sum(row.duration_s for row in self.rows)

    @property
    def size_bytes(self) -> int:
        return sum(row.size_bytes for row in self.rows)

    @property
    def render_seconds(self) -> float:
        return sum(row.render_seconds for row in self.rows)

    @property
    def cost(self) -> float:
        """What paid voices have asked for all rows, in the currency of their price."""
        return sum(row.cost for row in self.rows)

    @property
    def speed(self) -> float:
        """Seconds of finished video per second spent on rendering it; 0 where no time was measured."""
        return self.video_seconds / self.render_seconds if self.render_seconds > 0 else 0.0
