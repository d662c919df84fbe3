"""What came of the rows that a job made first, and what the others will take by their measure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.core.estimates import JobEstimate
from bulkvid_pipeline.core.jobs import processing_ms
from bulkvid_pipeline.core.planning import PlannedOutput
from bulkvid_pipeline.core.risk import ChosenRow
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_reads import job_reads
from bulkvid_pipeline.services.jobs.job_rows import Row
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.previews.poster_sheet import poster_sheet
from bulkvid_pipeline.settings import Settings

SHEET = "canary.jpg"
"""Name of the posters' contact sheet, beside the job's report."""


@dataclass(frozen=True)
class CanaryVideo:
    """A video of a row; `poster` is a key in storage. One that was published before was not `made` now."""

    platform: str
    url: str
    poster: str
    duration_s: float
    size_bytes: int
    cost: float = 0.0
    made: bool = True


@dataclass(frozen=True)
class CanaryRow:
    """A row that was made first: why it was chosen, and its videos, or why it has none."""

    chosen: ChosenRow
    videos: tuple[CanaryVideo, ...] = ()
    warnings: tuple[str, ...] = ()
    error: str = ""
    fix: str = ""

    @property
    def failed(self) -> bool:
        return not self.videos

    @property
    def made(self) -> tuple[CanaryVideo, ...]:
        return tuple(video for video in self.videos if video.made)


@dataclass(frozen=True)
class Canary:
    """All of them. `seconds` is the time in which they were made; lengths, sizes and costs are of what was made."""

    rows: tuple[CanaryRow, ...]
    seconds: float

    @property
    def cost(self) -> float:
        return sum(video.cost for row in self.rows for video in row.made)

    @property
    def failed(self) -> int:
        return sum(row.failed for row in self.rows)

    @property
    def video_s(self) -> float:
        return sum(video.duration_s for row in self.rows for video in row.made)

    @property
    def size_bytes(self) -> int:
        return sum(video.size_bytes for row in self.rows for video in row.made)


def read_canary(
    instance: DagsterInstance,
    job: Job,
    chosen: Sequence[ChosenRow],
    work: Mapping[str, Sequence[PlannedOutput]],
    store: OutputStore,
    settings: Settings,
) -> Canary:
    """What came of the chosen rows in the job's run; `work` are the outputs that were to be made, by row key.

    Raises:
        ServiceUnavailableError: the database does not respond.
    """
    with job_reads(instance, settings) as reads:
        rows: Mapping[str, Row] = reads.rows.rows(job).by_key
    made = tuple(
        _row(each, rows.get(each.plan.row_key), {output.platform.value for output in work[each.plan.row_key]}, store)
        for each in chosen
    )
    return Canary(made, processing_ms(job.runs) / 1000)


def _row(chosen: ChosenRow, row: Row | None, platforms: Collection[str], store: OutputStore) -> CanaryRow:
    end = row.end if row is not None else None
    if end is None:
        return CanaryRow(chosen, error="The row was not made: the job was stopped before it, or the sheet has changed")
    if end.state is not ItemState.COMPLETED:
        return CanaryRow(chosen, error=end.error, fix=end.fix)
    videos = tuple(_video(file, file["platform"] in platforms, store) for file in end.files)
    return CanaryRow(chosen, videos, end.warnings)


def _video(file: Mapping[str, Any], made: bool, store: OutputStore) -> CanaryVideo:
    return CanaryVideo(
        file["platform"],
        store.storage.url(file["video"]),
        file["poster"],
        file["duration_s"],
        file["size_bytes"],
        file.get("cost", 0.0),
        made,
    )


def write_sheet(canary: Canary, store: OutputStore) -> str:
    """Store the contact sheet of the canary's posters beside the job's report; returns its key, empty without a video.

    Raises:
        BulkVideoError: storage refused.
    """
    posters = [
        (f"row {row.chosen.plan.sheet_row}  {video.platform}", _read(store, video.poster))
        for row in canary.rows
        for video in row.videos
    ]
    if not posters:
        return ""
    key, picture = store.beside(SHEET), poster_sheet(posters)
    store.retry.call(lambda: store.storage.write_bytes(key, picture))
    return key


def _read(store: OutputStore, key: str) -> bytes:
    return store.retry.call(lambda: store.storage.read_bytes(key))


def estimate_by(canary: Canary, of_canary: JobEstimate, of_rest: JobEstimate, workers: int) -> JobEstimate:
    """The estimate of the other rows, corrected by how far that of the canary was from what it has become.

    `of_canary` is that of the rows that have not failed alone, and of what was to be made of them.
    """
    made = sum(not row.failed for row in canary.rows)
    if not made:
        return of_rest
    at_once = max(1, min(workers, made))
    video_s = _ratio(canary.video_s, of_canary.video_s) * of_rest.video_s
    work_s = _ratio(canary.seconds * at_once, of_canary.work_s) * of_rest.work_s
    size = _ratio(canary.size_bytes, of_canary.bytes) * of_rest.bytes
    cost = _ratio(canary.cost, of_canary.voice_cost) * of_rest.voice_cost
    wall_s = of_rest.wall_s * _ratio(work_s, of_rest.work_s)
    return replace(
        of_rest,
        video_s=round(video_s, 1),
        bytes=round(size),
        work_s=round(work_s, 1),
        wall_s=round(wall_s, 1),
        voice_cost=round(cost, 6),
    )


def _ratio(was: float, expected: float) -> float:
    """How much more it was than expected; 1 where nothing was measured."""
    return was / expected if was > 0 and expected > 0 else 1.0
