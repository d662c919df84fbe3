"""A process says that it works on a run, so that its death is noticed."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from dagster import DagsterInstance

from bulkvid_pipeline.adapters import processes
from bulkvid_pipeline.adapters.dagster.heartbeats import Heartbeats
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.states import JobAction, JobState
from bulkvid_pipeline.services.jobs.run_state import ended_as, own_tags, tell_tags
from bulkvid_pipeline.services.periodic import Periodic
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_log = logging.getLogger(__name__)

BEAT_EVERY_S = 10.0


@contextmanager
def at_work(instance: DagsterInstance, run_id: str, stopping: Stopping | None = None) -> Iterator[None]:
    """Say which process works on the run, and that it lives while the block lasts, so that its death is noticed.

    A block that fails has ended its job, and the job's callback is told so unless the block has done that itself. An
    interrupt stops `stopping`; the job of a block that fails when that is stopped is canceled, or paused if it was
    to pause.
    """
    stopping = stopping or Stopping()
    run = instance.get_run_by_id(run_id)
    job_id = (run.tags.get(tags.JOB_ID) if run else None) or run_id
    try:
        with beating(instance, run_id):
            # Only now: who has a name is judged by its heartbeats.
            tell_tags(instance, run_id, {tags.PROCESS: this_process(), tags.JOB_ID: job_id})
            yield
    except GeneratorExit:
        stopping.stop()
        raise
    except BaseException as error:
        if not isinstance(error, Exception):
            stopping.stop()
        _tell_end(instance, run_id, _end_of(instance, run_id) if stopping.is_stopped else JobState.FAILED)
        raise


@contextmanager
def beating(instance: DagsterInstance, run_id: str) -> Iterator[None]:
    """Give signs of life of the run while the block lasts."""
    heartbeats = Heartbeats(instance)

    def beat() -> None:
        try:
            heartbeats.beat(run_id)
        except Exception:  # a database that is away for a while is met, and told of, by the work itself
            _log.warning("Nobody could be told that run %s lives", run_id, exc_info=True)

    beat()
    try:
        with Periodic(beat, BEAT_EVERY_S, "heartbeat"):
            yield
    finally:
        with suppress(BulkVideoError):  # what stays is removed later
            heartbeats.forget(run_id)


def _end_of(instance: DagsterInstance, run_id: str) -> JobState:
    """What a run that was stopped has ended as."""
    run = instance.get_run_by_id(run_id)
    pausing = run is not None and own_tags(run).get(tags.INTENT) == JobAction.PAUSE
    return JobState.PAUSED if pausing else JobState.CANCELED


def _tell_end(instance: DagsterInstance, run_id: str, state: JobState) -> None:
    """Let nothing that goes wrong here hide why the block failed."""
    try:
        run = instance.get_run_by_id(run_id)
        if run is None or run.is_finished or ended_as(run) is not None:
            return
        tell_tags(instance, run_id, {tags.STATE: state})
        tell_state(instance, run_id, state)
    except Exception:
        _log.exception("Nobody could be told that run %s is %s", run_id, state)


def this_process() -> str:
    """`host:boot:namespace:pid:start` of this process: names it among all processes that ever were."""
    return str(processes.this_process())
