"""Finds runs whose process is dead, ends and reports them."""

from __future__ import annotations

import logging
import time

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunRecord, RunsFilter

from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.run_state import own_tags, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_log = logging.getLogger(__name__)

SILENT_S = 60.0
"""A run of which nothing was heard for so long, and whose process cannot be seen at work, has no worker any more."""

_UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
"""Runs that a process has in hand, or had; those in Dagster's queue have none yet."""

_BEGUN = {DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING}

_OUR_ASSETS = {tags.VIDEO_ASSET, tags.BATCH_ASSET}


def fate_of_process(name: str) -> Fate:
    """What can be said from here of the process that a run's tag names."""
    return fate_of(ProcessIdentity.read(name))


def close_orphans(instance: DagsterInstance, *, now: float | None = None) -> tuple[str, ...]:
    """Mark jobs as failed whose worker died without saying so (kill -9, power, network), and name their runs.

    A process that can be looked at is known to be gone at once, or known to live however long it is silent. One that
    cannot (another machine, another container, before a restart), one that stands still (SIGSTOP), and one that died
    before it could say its name, are judged by their silence. Render slots of a process that is known to be gone are
    freed at once; those of others a while after their run was ended. Callbacks are told.
    """
    moment = time.time() if now is None else now
    closed = []
    for record in instance.get_run_records(RunsFilter(statuses=_UNFINISHED)):
        run = record.dagster_run
        fate = fate_of_process(own_tags(run).get(tags.PROCESS, ""))
        lost = fate is Fate.GONE or (fate is not Fate.RUNS and _is_silent(record, moment))
        if not lost or _has_ended(instance, run.run_id):
            continue
        instance.report_run_failed(run, message=_WORDS[fate])
        tell_tags(instance, run.run_id, {tags.STATE: JobState.FAILED})
        if fate is Fate.GONE:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        _tell_callback(instance, run.run_id)
        closed.append(run.run_id)
    return tuple(closed)


_AGAIN = "Run the job again: finished rows are kept."
_WORDS = {
    Fate.GONE: f"The process that ran this job is gone. {_AGAIN}",
    Fate.STOPPED: f"The process that ran this job stands still, and has said nothing for {SILENT_S:.0f} s. {_AGAIN}",
    Fate.OUT_OF_SIGHT: f"Nothing was heard for {SILENT_S:.0f} s of the process that ran this job, which cannot be "
    f"looked at from here. {_AGAIN}",
}


def _is_silent(record: RunRecord, now: float) -> bool:
    """Whether a run has changed nothing of itself for too long."""
    run = record.dagster_run
    # Without a name nobody has begun: a run that is not started yet may wait for a worker as long as it takes.
    awaited = bool(own_tags(run).get(tags.PROCESS)) or (run.status in _BEGUN and _is_ours(run))
    return awaited and now - record.update_timestamp.timestamp() > SILENT_S


def _is_ours(run: DagsterRun) -> bool:
    """Other code locations may have runs on the same instance."""
    chosen = {key.to_user_string() for key in run.asset_selection or ()}
    return run.job_name == tags.JOB or tags.JOB_ID in run.tags or bool(chosen & _OUR_ASSETS)


def _has_ended(instance: DagsterInstance, run_id: str) -> bool:
    """Asked once the process is known to be gone: it may have ended its run well since we read of it."""
    run = instance.get_run_by_id(run_id)
    return run is None or run.is_finished


def _tell_callback(instance: DagsterInstance, run_id: str) -> None:
    try:
        tell_state(instance, run_id, JobState.FAILED)
    except BulkVideoError:
        _log.exception("The callback of run %s could not be told that its worker died", run_id)
