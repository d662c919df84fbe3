"""A run that is only noted down: nobody executes it, so that a job can be seen before it is begun."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dagster import DagsterInstance, DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.job_code import job_in_module


def note_run(
    instance: DagsterInstance, job: tuple[str, str, str], run_config: Mapping[str, Any], tags: Mapping[str, str]
) -> str:
    """Note a run of the job (its module, the attribute that holds its Definitions, its name); returns the run's id."""
    code = job_in_module(*job)
    run = instance.create_run_for_job(
        job_def=code.get_definition(),
        run_config=run_config,
        tags=dict(tags),
        status=DagsterRunStatus.NOT_STARTED,
        job_code_origin=code.get_python_origin(),
    )
    return run.run_id
