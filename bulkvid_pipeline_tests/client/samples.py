"""Answers of the API, made by the server's own models."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import ItemsStatus, JobView, Progress, Timing

NOON = datetime(2025, 10, 30, 12, tzinfo=UTC)


def job(state: str = "running", completed: int = 0, total: int = 4, **fields: Any) -> dict[str, Any]:
    status = ItemsStatus(total=total, completed=completed, pending=total - completed)
    view = JobView(
        id="job_1",
        run_id="run_1",
        title="Spring",
        state=JobState(state),
        priority="normal",
        user_id="ann",
        project_id="default",
        percent_complete=100 * completed / total,
        items_total=total,
        items_completed=completed,
        items_failed=0,
        items_pending=total - completed,
        created_at=NOON,
        updated_at=NOON,
        items_status=status,
        timing=Timing(started_at=NOON, processing_time_ms=1000),
        **fields,
    )
    return view.as_json()


def progress(completed: int, total: int = 4) -> dict[str, Any]:
    status = ItemsStatus(total=total, completed=completed, pending=total - completed)
    return Progress(
        job_id="job_1",
        percent_complete=100 * completed / total,
        items_status=status,
        timing=Timing(started_at=NOON, processing_time_ms=1000),
    ).as_json()
