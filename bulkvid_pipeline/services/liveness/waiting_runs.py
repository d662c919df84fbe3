"""Runs that were left to workers and that nobody takes: the broker may have lost them, or may have been away."""

from __future__ import annotations

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.heartbeats import Heartbeats
from bulkvid_pipeline.adapters.dagster.run_launchers import AsksWorkers, is_asked_of_workers, is_taken
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.liveness.orphans import UNFINISHED

WAITED_S = 20.0
"""A task that was just sent, or is just being taken, is neither in the queue nor taken."""


def ask_again(instance: DagsterInstance, *, waited_s: float = WAITED_S) -> tuple[str, ...]:
    """Ask for runs again whose tasks the broker does not have any more, and name them.

    Which tasks a broker holds cannot be read from every kind of broker, but how many can. While there are as many as
    runs that wait, none is lost. Else all that wait are asked for again: a run whose task is there twice is executed
    once (see `services.workers.taking`). Runs that workers of another code version were asked for, and did not begin,
    are asked for from those of ours.

    Raises:
        ServiceUnavailableError: the broker does not answer; it is asked again with the next call.
    """
    launcher = instance.run_launcher
    if not isinstance(launcher, AsksWorkers):
        return ()
    runs = instance.get_runs(RunsFilter(statuses=UNFINISHED))
    waiting = [
        run
        for run in runs
        if run.status is DagsterRunStatus.STARTING and is_asked_of_workers(run) and not is_taken(run)
    ]
    heartbeats = Heartbeats(instance)
    silences = heartbeats.silences([run.run_id for run in runs])
    ours = [run for run in waiting if run.tags.get(tags.CODE) == code_version()]
    late = [run for run in waiting if silences[run.run_id] > waited_s]
    if not late:
        return ()
    has_all = launcher.tasks_waiting() >= len(ours)
    again = [run.run_id for run in late if run not in ours or not has_all]
    for run_id in again:
        heartbeats.beat(run_id)  # its wait begins anew
        launcher.ask_workers(run_id)
    return tuple(again)
