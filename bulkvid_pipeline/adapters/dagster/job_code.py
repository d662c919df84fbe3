"""A Dagster job as code that Dagster can load again by its place, which executing it in this process asks for."""

from __future__ import annotations

from dagster._core.code_pointer import CodePointer
from dagster._core.definitions.reconstruct import ReconstructableJob, ReconstructableRepository


def job_in_module(module: str, attribute: str, job_name: str) -> ReconstructableJob:
    """The job of that name in the Definitions that a module holds under `attribute`."""
    pointer = CodePointer.from_module(module, attribute, working_directory=None)
    return ReconstructableRepository(pointer).get_reconstructable_job(job_name)
