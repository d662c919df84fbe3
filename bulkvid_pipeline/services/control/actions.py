"""What may be done with a bulk job, over all its runs: pause, resume, cancel, retry. Its callback is told of each."""

from __future__ import annotations

from collections.abc import Callable

from dagster import DagsterInstance

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import deciding_runs
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobAction, JobState, require_allowed
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, spec_of
from bulkvid_pipeline.services.jobs.run_state import PENDING, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_job

Launcher = Callable[[BulkJobSpec, Job], None]
"""Starts another run of a job by its spec: in this process, or by handing it to Dagster's queue."""


def pause_job(instance: DagsterInstance, job_id: str, *, project_id: str | None = None) -> Job:
    """Let the rows in work finish and start no other; runs that nobody has taken up yet are taken out of the queue.

    Raises:
        JobNotFoundError: there is no such job in the project.
        ActionNotAllowedError: the job is not running.
    """
    job = _allowed(instance, job_id, JobAction.PAUSE, project_id)
    # First, so that no quick worker says before it that the job is paused.
    tell_job(instance, job.job_id, {run.run_id: JobState.PAUSING for run in job.live_runs})
    for run in job.live_runs:
        if not _withdraw(instance, run.run_id, JobAction.PAUSE, JobState.PAUSED):
            tell_tags(instance, run.run_id, {tags.INTENT: JobAction.PAUSE})
    return find_job(instance, job.job_id)


def cancel_job(instance: DagsterInstance, job_id: str, *, project_id: str | None = None) -> Job:
    """Stop all runs of the job: their encoders are killed within two seconds, what is finished stays.

    Raises:
        JobNotFoundError: there is no such job in the project.
        ActionNotAllowedError: the job has ended already.
    """
    job = _allowed(instance, job_id, JobAction.CANCEL, project_id)
    if any(run.state is not JobState.PENDING for run in job.live_runs):
        tell_job(instance, job.job_id, {run.run_id: JobState.CANCELING for run in job.live_runs})
    for run in job.live_runs:
        if not _withdraw(instance, run.run_id, JobAction.CANCEL, JobState.CANCELED):
            tell_tags(instance, run.run_id, {tags.INTENT: JobAction.CANCEL})
    if not job.live_runs:
        for run in deciding_runs(job.runs):
            tell_tags(instance, run.run_id, {tags.INTENT: JobAction.CANCEL, tags.STATE: JobState.CANCELED})
    tell_job(instance, job.job_id, {})
    return find_job(instance, job.job_id)


def _withdraw(instance: DagsterInstance, run_id: str, action: JobAction, state: JobState) -> bool:
    """End a run that no worker has taken up yet; False, and nothing done, if one has."""
    run = instance.get_run_by_id(run_id)
    if run is None or run.status not in PENDING:
        return False
    tell_tags(instance, run_id, {tags.INTENT: action, tags.STATE: state})
    instance.report_run_canceled(run)
    return True


def resume_job(instance: DagsterInstance, job_id: str, launch: Launcher, *, project_id: str | None = None) -> None:
    """Go on with what a paused job has left.

    Raises:
        JobNotFoundError: there is no such job in the project.
        ActionNotAllowedError: the job is not paused.
    """
    _launch_again(instance, _allowed(instance, job_id, JobAction.RESUME, project_id), launch)


def retry_job(instance: DagsterInstance, job_id: str, launch: Launcher, *, project_id: str | None = None) -> None:
    """Render the failed and unfinished rows of a failed job, or the failed rows of a completed one.

    Raises:
        JobNotFoundError: there is no such job in the project.
        ActionNotAllowedError: there is nothing to retry.
    """
    _launch_again(instance, _allowed(instance, job_id, JobAction.RETRY, project_id), launch)


def _allowed(instance: DagsterInstance, job_id: str, action: JobAction, project_id: str | None) -> Job:
    job = find_job(instance, job_id, project_id=project_id)
    require_allowed(action, job.state, job.items["failed"])
    return job


def _launch_again(instance: DagsterInstance, job: Job, launch: Launcher) -> None:
    launch(spec_of(instance, job), job)
