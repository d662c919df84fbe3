"""How busy an installation is, in the words of the REST API."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.metadata import version

from dagster import DagsterInstance

from bulkvid_pipeline.core.service_wire import SystemStatus
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.system.load import queue_depth, slots_of, workers_of
from bulkvid_pipeline.services.system.machine import Machine
from bulkvid_pipeline.settings import Settings

AT_WORK = {JobState.RUNNING, JobState.PAUSING, JobState.CANCELING, JobState.COMPLETING}


def system_status(
    instance: DagsterInstance, settings: Settings, machine: Machine, jobs: Iterable[Job], project_id: str
) -> SystemStatus:
    """The status of the installation, as a project sees it.

    Args:
        jobs: all jobs of the installation.
        project_id: whose jobs decide `rate_limited`.

    Raises:
        ServiceUnavailableError: the instance's database does not answer, or keeps no concurrency pools.
    """
    at_work = [job for job in jobs if job.state in AT_WORK]
    slots = slots_of(instance, settings)
    return SystemStatus(
        memory_usage=machine.memory_usage(),
        cpu_usage=machine.cpu_usage(),
        active_jobs=len(at_work),
        queue_depth=queue_depth(instance),
        rate_limited=any(job.rate_limited for job in at_work if job.project_id == project_id),
        slots=slots,
        workers=workers_of(slots),
        version=version("bulkvid-pipeline"),
    )
