"""Which generation a job's rows are made by: one that this process has brought, or one that its run names."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.python_classes import ClassNotLoadedError, load_class
from bulkvid_pipeline.core.errors import ActionNotAllowedError, GenerationError
from bulkvid_pipeline.services.batch.generation import Generation, Resumable

_brought: dict[str, Generation] = {}
_lock = threading.Lock()


@contextmanager
def making_rows(job_id: str, generation: Generation) -> Iterator[None]:
    """Let the generation make the rows of the job, or decide about their errors, in runs that this process executes.

    Raises:
        ActionNotAllowedError: another one does so already.
    """
    with _lock:
        if job_id in _brought:
            raise ActionNotAllowedError(
                f"The job '{job_id}' is at work in this process already", fix="Wait for its end, or cancel it"
            )
        _brought[job_id] = generation
    try:
        yield
    finally:
        with _lock:
            del _brought[job_id]


@contextmanager
def generation_for(instance: DagsterInstance, job_id: str, class_name: str) -> Iterator[Generation | None]:
    """What makes the job's rows, or decides about their errors; None where the engine does without.

    Args:
        class_name: as the run's tag `bulkvid/generation` has it; empty where there is none.

    Raises:
        GenerationError: the class cannot be had in this process.
    """
    with _lock:
        generation = _brought.get(job_id)
    if generation is not None or not class_name:
        yield generation
        return
    try:
        found = load_class(class_name)
        if not isinstance(found, Resumable):
            raise ClassNotLoadedError(class_name, "it has no generation_for_resume, so it is no BatchProcessor")
    except ClassNotLoadedError as error:
        raise GenerationError(
            f"The rows of job '{job_id}' are made by the class {error.name}, which cannot be loaded here: {error.why}",
            fix="Resume the job from the script that made it, or put the class where this process can import it; "
            "finished rows are kept",
        ) from error
    with found.generation_for_resume(instance, job_id) as resumed:
        yield resumed
