"""How much a job will make and need, from its plans and the paces of past rows. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bulkvid_pipeline.core.paces import BUILT_IN, Paces
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.wire import Estimate

SHARDS_START_S = 40.0
"""Seconds by which spreading a job delays its end: until Dagster has launched the shards after the planning run, and
the conclusion after them. Measured with `bulkvid serve` on two busy cores: 32 to 41 s in four runs."""


@dataclass(frozen=True)
class Spreading:
    """How far the rows of a job may be spread over machines.

    Attributes:
        most: runs that may make them side by side.
        worth_s: seconds of work that each of these is to have.
        slots: rows that all of them may make at once.
    """

    most: int
    worth_s: float
    slots: int


def machines_for(work_s: float, *, most: int, workers: int, worth_s: float) -> int:
    """How many machines are worth their start for a job: each is to have `worth_s` seconds of work or more.

    Args:
        work_s: seconds of the job's rows one after the other.
        most: how many it may have.
        workers: rows that a machine makes at once.
        worth_s: what a further machine must have to do.
    """
    return max(1, min(most, int(work_s / workers / worth_s) if worth_s else most))


@dataclass(frozen=True)
class JobEstimate:
    """What a job will make and need.

    Attributes:
        videos: their number.
        video_s: their seconds.
        bytes: their size.
        work_s: seconds of its rows one after the other.
        wall_s: seconds from its start to its end, with so many rows at once and no other job beside it.
        machines: runs that make its rows side by side.
        voice_cost: cost of paid voices, in the currency of their price.
        based_on_rows: past rows from which the figures come; 0 for built-in figures.
    """

    videos: int = 0
    video_s: float = 0.0
    bytes: int = 0
    work_s: float = 0.0
    wall_s: float = 0.0
    voice_cost: float = 0.0
    based_on_rows: int = 0
    machines: int = 1

    def view(self) -> Estimate:
        """The estimate in the words of the API."""
        return Estimate(
            videos=self.videos,
            video_seconds=self.video_s,
            storage_bytes=self.bytes,
            processing_time_ms=round(self.wall_s * 1000),
            work_time_ms=round(self.work_s * 1000),
            voice_cost=self.voice_cost,
            based_on_rows=self.based_on_rows,
            machines=self.machines,
        )


def estimate_job(
    lengths: Iterable[tuple[VideoPlan, float]],
    *,
    workers: int,
    price_per_million: float = 0.0,
    paces: Paces = BUILT_IN,
    rows_total: int | None = None,
    spreading: Spreading | None = None,
) -> JobEstimate:
    """The estimate of a job.

    Args:
        lengths: its plans, with the outputs that are to be made alone, and the seconds that the checks of their rows
            have found (`ValidatedSheet.seconds`): the shortest or the wanted length of the videos.
        workers: rows that a machine renders at once.
        price_per_million: price of a million characters of the voice; 0 if it is free.
        paces: of past rows.
        rows_total: the plans are a sample of so many rows.
        spreading: over how many machines the rows may be spread; None for one.
    """
    videos = characters = rows = 0
    video_s = size = work_s = longest_s = 0.0
    for plan, expected_s in lengths:
        seconds = paces.video_s(plan, expected_s)
        row_s = paces.row_s + sum(paces.made_s(plan, output, seconds) for output in plan.outputs)
        rows += 1
        videos += len(plan.outputs)
        video_s += seconds * len(plan.outputs)
        size += sum(paces.bytes(plan, output, seconds) for output in plan.outputs)
        work_s, longest_s = work_s + row_s, max(longest_s, row_s)
        characters += 0 if plan.is_silent else len(plan.script)
    if not rows:
        return JobEstimate(based_on_rows=paces.based_on_rows)
    total = rows if rows_total is None else rows_total
    factor = total / rows
    start_s, at_once, machines = paces.start_s, workers, 1
    if spreading is not None:
        fitting = machines_for(factor * work_s, most=spreading.most, workers=workers, worth_s=spreading.worth_s)
        machines = min(fitting, total)
    if spreading is not None and machines > 1:
        start_s, at_once = start_s + SHARDS_START_S, min(machines * workers, spreading.slots)
    wall_s = start_s + max(longest_s, factor * work_s / max(1, min(at_once, total)))
    return JobEstimate(
        round(factor * videos),
        round(factor * video_s, 1),
        round(factor * size),
        round(factor * work_s, 1),
        round(wall_s, 1),
        round(factor * characters * paces.spoken_share() * price_per_million / 1_000_000, 6),
        paces.based_on_rows,
        machines,
    )
