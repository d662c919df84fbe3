"""A Dagster job as a reference to code, as Dagster requires for executing a job in this process."""

from __future__ import annotations

from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository


def job_in_module(module: str, attribute: str, job_name: str) -> ReconstructableJob:
    """The job named `job_name` in the Definitions that a module has in `attribute`."""
    pointer = CodePointer.from_module(module, attribute, working_directory=None)
    return ReconstructableRepository(pointer).get_reconstructable_job(job_name)
