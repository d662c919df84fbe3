"""Finds runs whose process is dead, ends and reports them."""

from __future__ import annotations

import logging

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.code_servers import is_asked_of_code_server
from bulkvid_pipeline.adapters.dagster.heartbeats import Heartbeats
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.run_state import own_tags, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_log = logging.getLogger(__name__)

SILENT_S = 25.0
"""A run of which nothing was heard for so long, and whose process cannot be seen at work, has no worker any more: two
heartbeats were left out."""
START_S = 180.0
"""How long a run may take until its process gives its first sign of life. Workers take it when they are free."""

UNFINISHED = [
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


def close_orphans(
    instance: DagsterInstance, *, silent_s: float = SILENT_S, start_s: float = START_S
) -> tuple[str, ...]:
    """Mark jobs as failed whose worker died without saying so (kill -9, power, network), and name their runs.

    A process that can be looked at is known to be gone at once, or known to live however long it is silent. One that
    cannot (another machine, another container, before a restart), one that stands still (SIGSTOP), and one that died
    before it could say its name, are judged by their silence: `silent_s` seconds of the database's clock, in which
    somebody has listened. Render slots of a process that is known to be gone are freed at once; those of others a while
    after their run was ended. Callbacks are told.
    """
    runs = instance.get_runs(RunsFilter(statuses=UNFINISHED))
    silences = Heartbeats(instance).silences([run.run_id for run in runs])
    closed = []
    for run in runs:
        fate = fate_of_process(own_tags(run).get(tags.PROCESS, ""))
        silent = silences[run.run_id] > _patience(run, silent_s, start_s)
        lost = fate is Fate.GONE or (fate is not Fate.RUNS and silent)
        if lost and close_lost(instance, run.run_id, _WORDS[fate], gone=fate is Fate.GONE):
            closed.append(run.run_id)
    return tuple(closed)


def close_lost(instance: DagsterInstance, run_id: str, words: str, *, gone: bool) -> bool:
    """Mark the run as failed, unless it has ended well since we read of it; returns whether it was marked.

    Args:
        instance: where the run is.
        run_id: the run.
        words: what became of its worker, for people.
        gone: whether its process is known to be dead, so that nothing of it still uses its render slots.
    """
    run = instance.get_run_by_id(run_id)
    if run is None or run.is_finished:
        return False
    instance.report_run_failed(run, message=words)
    tell_tags(instance, run_id, {tags.STATE: JobState.FAILED})
    if gone:
        instance.event_log_storage.free_concurrency_slots_for_run(run_id)
    _tell_callback(instance, run_id)
    return True


_AGAIN = "Run the job again: finished rows are kept."
_WORDS = {
    Fate.GONE: f"The process that ran this job is gone. {_AGAIN}",
    Fate.STOPPED: f"The process that ran this job stands still, and has said nothing for {SILENT_S:.0f} s. {_AGAIN}",
    Fate.OUT_OF_SIGHT: "The machine that ran this job was lost: nothing was heard of its process for "
    f"{SILENT_S:.0f} s, and it cannot be looked at from here. {_AGAIN}",
}


def _patience(run: DagsterRun, silent_s: float, start_s: float) -> float:
    """How many seconds the run may be silent."""
    if own_tags(run).get(tags.PROCESS):
        return silent_s
    # Its process, if it has one, has not said its name yet; one that waits for a worker may do so as long as it takes.
    is_awaited = run.status in {DagsterRunStatus.NOT_STARTED, *_BEGUN} or is_asked_of_code_server(run)
    return start_s if is_awaited and _is_ours(run) else float("inf")


def _is_ours(run: DagsterRun) -> bool:
    """Other code locations may have runs on the same instance."""
    chosen = {key.to_user_string() for key in run.asset_selection or ()}
    return run.job_name == tags.JOB or tags.JOB_ID in run.tags or bool(chosen & _OUR_ASSETS)


def _tell_callback(instance: DagsterInstance, run_id: str) -> None:
    try:
        tell_state(instance, run_id, JobState.FAILED)
    except BulkVideoError:
        _log.exception("The callback of run %s could not be told that its worker died", run_id)
