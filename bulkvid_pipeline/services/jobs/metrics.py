"""Figures of a job: how fast, how much, at what cost; from what its runs have told of rows."""

from __future__ import annotations

from collections import Counter

from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.wire import Metrics
from bulkvid_pipeline.services.jobs.job_rows import JobRows


def metrics_of(rows: JobRows) -> Metrics:
    """The figures of a job whose rows these are."""
    job = rows.job
    ends = [row.end for row in rows.rows if row.end is not None]
    done = [end for end in ends if end.state is ItemState.COMPLETED]
    rendered = [end for end in done if end.rendered]
    failed = [row.end for row in rows.rows if row.end is not None and row.state is ItemState.FAILED]
    spent_ms = job.processing_ms
    video_s, render_s = sum(end.duration_s for end in done), sum(end.render_seconds for end in done)
    begun = job.started_at
    return Metrics(
        job_id=job.job_id,
        processing_time_ms=spent_ms,
        queue_time_ms=None if begun is None else max(0, round(1000 * (begun - job.created_at))),
        waiting_for_limits_ms=sum(run.progress.waited_ms for run in job.passes),
        rows_per_minute=round(60_000 * len(rendered) / spent_ms, 3) if rendered and spent_ms else None,
        rendered=len(rendered),
        kept=len(done) - len(rendered),
        failed=len(failed),
        retries=sum(max(0, end.attempts - 1) for end in ends),
        warnings=sum(len(end.warnings) for end in done),
        videos=sum(max(1, len(end.files)) for end in done),
        video_seconds=round(video_s, 3),
        size_bytes=sum(end.size_bytes for end in done),
        render_seconds=round(render_s, 3),
        render_seconds_per_video_second=round(render_s / video_s, 4) if video_s else None,
        cost=job.cost,
        rate_limited=job.rate_limited,
        stages=dict(Counter(row.in_work.stage for row in rows.rows if row.in_work is not None)),
        errors=dict(Counter(end.code or "INTERNAL" for end in failed)),
    )
