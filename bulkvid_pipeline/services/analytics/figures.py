"""A job's figures for analytics, over all its runs: resumes, retries and shards are one job, and so is what pruning has
left of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from bulkvid_pipeline.core.analytics import Ended, JobFigures
from bulkvid_pipeline.core.jobs import JobRun, RunProgress, counted_runs, gains, later_rows
from bulkvid_pipeline.core.made import Made
from bulkvid_pipeline.services.jobs.jobs import Job

Pairs = Mapping[str, tuple[int, int]]
"""Completed and failed rows by group."""


def figures_of(job: Job) -> JobFigures:
    """The figures of a job. A row that failed and then completed has completed; its time and cost are those of all its
    turns."""
    runs = job.told_runs
    counted, later = counted_runs(runs), later_rows(runs)
    unmade = _first_made_later(job, counted)
    styles = _settled([run.progress.styles for run in counted], [run.progress.styles for run in later], unmade)
    platforms = _settled([run.progress.platforms for run in counted], [run.progress.platforms for run in later], unmade)
    made = _made(runs, counted, later, unmade)
    videos = made.total
    return JobFigures(
        created_at=job.created_at,
        user_id=job.user_id,
        template_id=job.template_id,
        items=job.items["total"],
        ended=Ended(job.items["completed"], job.items["failed"]),
        processing_ms=job.processing_ms,
        cost=job.cost,
        styles=styles,
        platforms=platforms,
        provider=next((run.provider for run in reversed(runs) if run.provider), ""),
        video_s=videos.video_s,
        bytes=videos.bytes,
        style_amounts=made.styles,
        platform_amounts=made.platforms,
        provider_amounts=made.providers,
    )


def _ended(run: JobRun) -> tuple[int, int]:
    return run.progress.counts.get("completed", 0), run.progress.counts.get("failed", 0)


def _first_made_later(job: Job, counted: Sequence[JobRun]) -> int:
    """At most so many rows have completed in a later run and had neither completed nor failed in the counted ones."""
    completed, failed = (sum(ended) for ended in zip(*map(_ended, counted), strict=True)) if counted else (0, 0)
    total = sum(run.progress.total for run in counted)
    mended = max(0, failed - job.items["failed"])
    return max(0, min(total - completed - failed, job.items["completed"] - completed - mended))


def _settled(counted: Sequence[Pairs], later: Sequence[Pairs], unmade: int) -> dict[str, Ended]:
    """The rows of each group, with those that a later run over chosen rows has mended, or made first."""
    base: dict[str, Ended] = {}
    for pairs in counted:
        for name, (completed, failed) in pairs.items():
            base[name] = base.get(name, Ended()) + Ended(completed, failed)
    for gained in gains({name: (of.completed, of.failed) for name, of in base.items()}, later, unmade):
        for name, rows in gained.items():
            base[name] = base.get(name, Ended()) + Ended(rows.completed, -rows.mended)
    return base


def _made(runs: Sequence[JobRun], counted: Sequence[JobRun], later: Sequence[JobRun], unmade: int) -> Made:
    """What was spent in all runs, and the videos of each finished row once."""
    made = sum((run.made.spent for run in runs), Made())
    made = sum((run.made.videos for run in counted), made)
    before = {"": (0, sum(_ended(run)[1] for run in counted))}
    gained = gains(before, [{"": _ended(run)} for run in later], unmade)
    for run, rows in zip(later, gained, strict=True):
        completed, _ = _ended(run)
        made += run.made.videos * (rows[""].completed / completed if completed else 0.0)
    return made


def runs_as_one(job: Job) -> JobRun:
    """All runs of a job that is over as one run with the same figures: what pruning keeps of them."""
    figures, newest, items = figures_of(job), job.runs[-1], job.items
    counts = {"completed": items["completed"], "failed": items["failed"], "cancelled": items["cancelled"]}
    ends = [run.progress.at for run in job.told_runs if run.progress.at is not None]
    return JobRun(
        run_id=newest.run_id,
        state=newest.state,
        created_at=job.created_at,
        started_at=job.started_at,
        ended_at=job.ended_at,
        progress=RunProgress(
            total=items["total"],
            counts={**counts, "skipped": items["skipped"]},
            percent=job.percent,
            elapsed_ms=job.processing_ms,
            cost=job.cost,
            at=max(ends, default=None),
            styles=_pairs(figures.styles),
            platforms=_pairs(figures.platforms),
            waited_ms=sum(run.progress.waited_ms for run in job.told_runs),
        ),
        thinned=True,
        made=Made(figures.style_amounts, figures.platform_amounts, figures.provider_amounts),
        provider=figures.provider,
        covers_until=max(run.created_at for run in job.runs),
    )


def _pairs(groups: Mapping[str, Ended]) -> dict[str, tuple[int, int]]:
    return {name: (ended.completed, ended.failed) for name, ended in groups.items()}
