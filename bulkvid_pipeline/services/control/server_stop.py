"""What becomes of the jobs at work when the server that runs them stops: they are paused, and can be resumed.

A job that a server is stopped under has neither failed nor been cancelled by anybody. Its rows get a moment to finish;
then its processes end, and who resumes it renders the rows that are left.
"""

from __future__ import annotations

from collections.abc import Iterable

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.code_servers import socket_of
from bulkvid_pipeline.adapters.dagster.run_launchers import is_asked_of_workers
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobAction, JobState
from bulkvid_pipeline.services.jobs.jobs import id_of
from bulkvid_pipeline.services.jobs.run_state import own_tags, state_of, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

_IN_HAND = [DagsterRunStatus.STARTING, DagsterRunStatus.STARTED, DagsterRunStatus.CANCELING]

_WORDS = "The server that ran this job was stopped. Resume the job: finished rows are kept."


def runs_in_hand(instance: DagsterInstance, socket: str, *, with_untold: bool = False) -> tuple[str, ...]:
    """Ids of the unfinished runs that the code server at that socket runs.

    Args:
        instance: where the runs are.
        socket: the code server's.
        with_untold: count those too that a daemon has taken out of the queue and given to no code server yet.
    """
    runs = instance.get_runs(RunsFilter(statuses=_IN_HAND))
    return tuple(run.run_id for run in runs if _is_in_hand(run, socket, with_untold))


def _is_in_hand(run: DagsterRun, socket: str, with_untold: bool) -> bool:
    told = socket_of(run)
    if is_asked_of_workers(run):
        return False
    return told == socket or (told is None and with_untold and run.status is DagsterRunStatus.STARTING)


def ask_to_pause(instance: DagsterInstance, run_ids: Iterable[str]) -> None:
    """Let the runs begin no other row, and end as paused if the rows in work are finished in time."""
    for run_id in run_ids:
        run = instance.get_run_by_id(run_id)
        if run is not None and not run.is_finished and not own_tags(run).get(tags.INTENT):
            tell_tags(instance, run_id, {tags.INTENT: JobAction.PAUSE})


def pause_ended_runs(instance: DagsterInstance, run_ids: Iterable[str]) -> tuple[str, ...]:
    """End the runs whose processes are gone: as canceled where that was wanted, else as paused. Callbacks are told.

    Returns:
        Ids of the jobs of which a run is paused now.
    """
    paused = []
    for run_id in run_ids:
        run = instance.get_run_by_id(run_id)
        if run is None:
            continue
        if not run.is_finished:
            _end(instance, run)
            run = instance.get_run_by_id(run_id) or run
        if state_of(run) is JobState.PAUSED:
            paused.append(id_of(run))
    return tuple(dict.fromkeys(paused))


def _end(instance: DagsterInstance, run: DagsterRun) -> None:
    canceled = state_of(run) is JobState.CANCELING
    intent, state = (JobAction.CANCEL, JobState.CANCELED) if canceled else (JobAction.PAUSE, JobState.PAUSED)
    tell_tags(instance, run.run_id, {tags.INTENT: intent, tags.STATE: state})
    instance.report_run_canceled(run, message=_WORDS if not canceled else None)
    instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
    tell_state(instance, run.run_id, state)
