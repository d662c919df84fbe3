"""Running a bulk job in this process, with the same run config that the Launchpad would make."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import nullcontext

from dagster import DagsterInstance, execute_job

from bulkvid_pipeline.adapters.dagster.job_code import job_in_module
from bulkvid_pipeline.adapters.dagster.run_logging import configure_logging_once
from bulkvid_pipeline.adapters.python_classes import being_loaded
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.batch.own_generations import making_rows
from bulkvid_pipeline.services.jobs.jobs import generation_tags_of
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.liveness.heartbeat import this_process


def execute_here(
    spec: BulkJobSpec,
    instance: DagsterInstance,
    job_id: str,
    *,
    generation: Generation | None = None,
    generation_class: str = "",
    canary: Sequence[str] = (),
) -> bool:
    """Run the job in this process and wait for it; True when its run succeeded.

    An interrupt (Ctrl-C) cancels the run and is raised again; it reaches the main thread alone.

    Args:
        spec: the job.
        instance: where it runs; several threads may run jobs over one instance.
        job_id: the job that the run belongs to.
        generation: makes its rows in the engine's place, or decides about their errors.
        generation_class: the class by which other processes go on with the job, as `python_classes.address_of` names
            it; empty: that of the job's runs before.
        canary: keys of the rows that it makes before it pauses the job; all rows if empty.

    Raises:
        ActionNotAllowedError: the job is at work in this process with a generation already, or a script that is being
            loaded for its class alone wants to run a job.
    """
    refuse_while_loading()
    configure_logging_once(instance)
    named = {tags.GENERATION: generation_class} if generation_class else generation_tags_of(instance, job_id)
    with making_rows(job_id, generation) if generation else nullcontext():
        result = execute_job(
            job_in_module(tags.DEFINITIONS_MODULE, "defs", tags.JOB),
            instance=instance,
            run_config=run_config_of(spec, quiet=True, canary=canary),
            tags={tags.JOB_ID: job_id, tags.PROCESS: this_process(), **named},
            raise_on_error=False,
        )
    return result.success


def refuse_while_loading() -> None:
    """Nothing is begun by a script that another process imports for a class.

    Raises:
        ActionNotAllowedError: such a script wants to begin a job.
    """
    if place := being_loaded():
        raise ActionNotAllowedError(
            f"{place} begins a job while it is imported",
            fix='Put what the script does under `if __name__ == "__main__":`',
        )
