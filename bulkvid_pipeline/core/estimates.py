"""How much a job will make and need, from its plans: figures measured on 2 cores, for orders of magnitude."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bulkvid_pipeline.core.options import VideoCodec
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan

_BYTES_PER_MEGAPIXEL_S = 60_000
"""Size of a second of video for each million pixels of the frame."""
_BYTES_PER_S = 60_000
"""Size of a second of video, whatever the frame: the sound, and the text that moves."""
_CORE_S_PER_ROW = 1.0
"""Narrating, drawing and storing a row, apart from encoding."""
_CORE_S_PER_MEGAPIXEL_S = {VideoCodec.H264: 0.03, VideoCodec.H265: 0.2, VideoCodec.VP9: 0.12}
"""CPU seconds for encoding a second of video, for each million pixels of the frame."""


@dataclass(frozen=True)
class JobEstimate:
    """Videos, their seconds and bytes, seconds of work with so many rows at once, and the cost of paid voices."""

    videos: int = 0
    video_s: float = 0.0
    bytes: int = 0
    work_s: float = 0.0
    voice_cost: float = 0.0


def estimate_job(
    lengths: Iterable[tuple[VideoPlan, float]], *, workers: int, price_per_million: float = 0.0
) -> JobEstimate:
    """The estimate of a job.

    Args:
        lengths: its plans, and the seconds that each of their videos will have.
        workers: rows that are rendered at once.
        price_per_million: price of a million characters of the voice; 0 if it is free.
    """
    videos = size = characters = rows = 0
    video_s = core_s = 0.0
    for plan, seconds in lengths:
        rows += 1
        videos += len(plan.outputs)
        video_s += seconds * len(plan.outputs)
        size += round(sum(seconds * bytes_per_second(output) for output in plan.outputs))
        core_s += _CORE_S_PER_ROW + sum(seconds * _core_seconds(output) for output in plan.outputs)
        characters += 0 if plan.is_silent else len(plan.script)
    return JobEstimate(
        videos,
        round(video_s, 1),
        size,
        round(core_s / max(1, min(workers, rows)), 1),
        round(characters * price_per_million / 1_000_000, 6),
    )


def bytes_per_second(output: PlannedOutput) -> float:
    """The size of a second of an output."""
    return _BYTES_PER_S + _BYTES_PER_MEGAPIXEL_S * _megapixels(output)


def _core_seconds(output: PlannedOutput) -> float:
    return _CORE_S_PER_MEGAPIXEL_S[output.video_codec] * _megapixels(output)


def _megapixels(output: PlannedOutput) -> float:
    return output.width * output.height / 1_000_000
