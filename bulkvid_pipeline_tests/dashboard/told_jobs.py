"""Finished jobs that are written by hand: what their runs have told, as pages read it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.storage.runs import SqlRunStorage
from dagster._core.storage.runs.schema import RunsTable, RunTagsTable
from dagster._serdes import serialize_value

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Scope

ToldRun = tuple[DagsterRun, datetime]
"""A run, and when it was created."""


def told_job(instance: DagsterInstance, job_id: str, completed: int = 4, failed: int = 1, **fields: Any) -> str:
    """A job of one run without events of its rows, as `told_run` has it; returns its id."""
    add_runs(instance, [told_run(job_id, completed, failed, **fields)])
    return job_id


def add_runs(instance: DagsterInstance, runs: Iterable[ToldRun]) -> None:
    """Write many runs down at once: one by one they would take a minute."""
    storage = instance.run_storage
    assert isinstance(storage, SqlRunStorage)
    runs = list(runs)
    with storage.connect() as connection:
        connection.execute(
            RunsTable.insert(),
            [
                {
                    "run_id": run.run_id,
                    "pipeline_name": run.job_name,
                    "status": run.status.value,
                    "run_body": serialize_value(run),
                    "create_timestamp": at,
                }
                for run, at in runs
            ],
        )
        connection.execute(
            RunTagsTable.insert(),
            [
                {"run_id": run.run_id, "key": key, "value": value}
                for run, _ in runs
                for key, value in run.tags_for_storage().items()
            ],
        )


def told_run(
    job_id: str,
    completed: int = 4,
    failed: int = 1,
    *,
    created: datetime | None = None,
    title: str = "Spring",
    project: str = "default",
    user: str = "ana",
    template: str = "corporate",
    style: str = "modern",
    platform: str = "youtube",
    status: DagsterRunStatus = DagsterRunStatus.SUCCESS,
    state: str = "completed",
) -> ToldRun:
    """A run over the whole of a sheet that has told its figures."""
    pair, rows = [completed, failed], completed + failed
    amounts = [2.5 * rows, 0.25 * rows, 10.0 * completed, 1_000_000 * completed]
    at = created or datetime.now(UTC)
    progress = {
        "total": rows,
        "counts": {"completed": completed, "failed": failed},
        "percent": 100.0 if state == "completed" else 40.0,
        "elapsed_ms": 2500 * rows,
        "at": at.timestamp(),
        "cost": 0.25 * rows,
        "styles": {style: pair},
        "platforms": {platform: pair},
    }
    made = {"styles": {style: amounts}, "platforms": {platform: amounts}, "providers": {"openai": amounts}}
    config = {"input_source": {"type": "file", "path": "ideas.csv"}, "template": {"template_id": template}}
    run = DagsterRun(
        job_name=tags.JOB,
        run_config={"resources": {tags.SPEC_RESOURCE: {"config": config}}},
        status=status,
        tags={
            tags.JOB_ID: job_id,
            tags.TITLE: title,
            tags.SHEET: "ideas",
            tags.SCOPE: Scope.WHOLE.value,
            tags.PROJECT: project,
            tags.USER: user,
            tags.PROVIDER: "openai",
            tags.PROGRESS: json.dumps(progress),
            tags.MADE: json.dumps(made),
            tags.STATE: state,
        },
    )
    return run, at
