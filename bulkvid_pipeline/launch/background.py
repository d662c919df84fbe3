"""Jobs that run in this process beside what it does: each in a thread of its own, which can be told to stop."""

from __future__ import annotations

import atexit
import contextlib
import os
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, wait

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.errors import ActionNotAllowedError, BulkVideoError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch.here import execute_here, refuse_while_loading
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, run_ids_of

LOOK_EVERY_S = 0.05
AT_EXIT_S = 15.0
"""What jobs may take to stop when their process ends: the pace of the one is that of the other."""


class BackgroundJob:
    """A job at work in a thread of this process; see `run_in_background`.

    Attributes:
        future: whether its run succeeded, or what `execute_here` has raised; done once nothing is at work any more.
    """

    def __init__(self, instance: DagsterInstance, job_id: str, work: Callable[[], bool]) -> None:
        self.job_id = job_id
        self._instance = instance
        self._past = frozenset(run_ids_of(instance, job_id))
        self.future: Future[bool] = in_daemon_thread(work, f"job {job_id}")

    @property
    def is_running(self) -> bool:
        """Whether anything of it is at work."""
        return not self.future.done()

    def pause(self) -> None:
        """Let the rows in work finish and begin no other; returns at once, `wait` for the end.

        Rows that wait for another try are left to the resume.
        """
        self._tell(pause_job, JobState.RUNNING)

    def cancel(self) -> None:
        """Stop all that is at work, within some two seconds; returns at once, `wait` for the end."""
        self._tell(cancel_job, JobState.PENDING, JobState.RUNNING, JobState.PAUSING)

    def wait(self, timeout_s: float | None = None) -> bool:
        """Whether it has ended within so long. Its processes, slots and leases are gone then."""
        wait([self.future], timeout_s)
        return self.future.done()

    def _tell(self, action: Callable[[DagsterInstance, str], Job], *when: JobState) -> None:
        """Do the action once the job is in one of the states, unless it ends before."""
        while self.is_running:
            if self._past.issuperset(run_ids_of(self._instance, self.job_id)):
                time.sleep(LOOK_EVERY_S)  # its run is being made
                continue
            state = find_job(self._instance, self.job_id).state
            if state in when:
                with contextlib.suppress(ActionNotAllowedError):
                    action(self._instance, self.job_id)
                    return
            elif state is not JobState.PENDING:
                return
            time.sleep(LOOK_EVERY_S)


_running: set[BackgroundJob] = set()
_lock = threading.Lock()


def _leave_to_parent() -> None:
    """Jobs of a process that forks are its own: a child that exits cancels none of them."""
    global _lock
    _lock = threading.Lock()  # which a thread may have held that the child does not have
    _running.clear()


os.register_at_fork(after_in_child=_leave_to_parent)


def run_in_background(
    spec: BulkJobSpec,
    instance: DagsterInstance,
    job_id: str,
    *,
    generation: Generation | None = None,
    generation_class: str = "",
) -> BackgroundJob:
    """Begin the job in a thread of this process; arguments as of `execute_here`. Close the instance after its end only.

    Whoever begins a job ends it: an interrupt (Ctrl-C) reaches the main thread alone, which has to `cancel` or `pause`
    and `wait`. What is at work when the interpreter exits is cancelled. A generation that never returns keeps nothing
    from ending; its thread is left behind.

    Raises:
        ActionNotAllowedError: a script that is being loaded for its class alone wants to run a job.
    """
    refuse_while_loading()
    job = BackgroundJob(
        instance,
        job_id,
        lambda: execute_here(spec, instance, job_id, generation=generation, generation_class=generation_class),
    )
    with _lock:
        _running.add(job)
    job.future.add_done_callback(lambda _: _forget(job))
    return job


def await_end(job_id: str, timeout_s: float) -> bool:
    """Whether nothing of that job is at work in a thread of this process, or ends within so long."""
    with _lock:
        jobs = [job for job in _running if job.job_id == job_id]
    wait([job.future for job in jobs], timeout_s)
    return all(job.future.done() for job in jobs)


def _forget(job: BackgroundJob) -> None:
    with _lock:
        _running.discard(job)


@atexit.register
def _cancel_all() -> None:
    with _lock:
        jobs = list(_running)
    for job in jobs:
        with contextlib.suppress(BulkVideoError):
            job.cancel()
    wait([job.future for job in jobs], AT_EXIT_S)
