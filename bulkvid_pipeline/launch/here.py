"""Running a bulk job in this process, with the same run config that the Launchpad would make."""

from __future__ import annotations

from collections.abc import Sequence

from dagster import DagsterInstance, execute_job

from bulkvid_pipeline.adapters.dagster.job_code import job_in_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.liveness.heartbeat import this_process


def execute_here(spec: BulkJobSpec, instance: DagsterInstance, job_id: str, *, canary: Sequence[str] = ()) -> bool:
    """Run the job in this process and wait for it; True when its run succeeded.

    With a `canary` it makes the rows of these keys and pauses the job.

    An interrupt (Ctrl-C) cancels the run and is raised again.
    """
    result = execute_job(
        job_in_module(tags.DEFINITIONS_MODULE, "defs", tags.JOB),
        instance=instance,
        run_config=run_config_of(spec, quiet=True, canary=canary),
        tags={tags.JOB_ID: job_id, tags.PROCESS: this_process()},
        raise_on_error=False,
    )
    return result.success
