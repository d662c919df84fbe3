"""What may be done with a bulk job: pause, resume, cancel, retry. The job's callback is told of each."""

from __future__ import annotations

from collections.abc import Callable

from dagster import DagsterInstance, DagsterRunStatus

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobAction, JobState, require_allowed
from bulkvid_pipeline.services.jobs.jobs import PENDING, Job, find_job, spec_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import tell_state

Launcher = Callable[[BulkJobSpec, str], None]
"""Starts a run of the spec under a job id: in this process, or by handing it to Dagster's queue."""


def pause_job(instance: DagsterInstance, job_id: str) -> Job:
    """Let the rows in work finish and start no other.

    Raises:
        ActionNotAllowedError: the job is not running.
    """
    job = _allowed(instance, job_id, JobAction.PAUSE)
    # First, so that no quick worker says before it that the job is paused.
    tell_state(instance, job.run_id, JobState.PAUSING)
    tell_tags(instance, job.run_id, {tags.INTENT: JobAction.PAUSE})
    return find_job(instance, job.job_id)


def cancel_job(instance: DagsterInstance, job_id: str) -> Job:
    """Stop the job: its encoders are killed within two seconds, what is finished stays.

    Raises:
        ActionNotAllowedError: the job has ended already.
    """
    job = _allowed(instance, job_id, JobAction.CANCEL)
    run = instance.get_run_by_id(job.run_id)
    assert run is not None
    if run.status is DagsterRunStatus.STARTED:
        tell_state(instance, job.run_id, JobState.CANCELING)
        tell_tags(instance, job.run_id, {tags.INTENT: JobAction.CANCEL})
        return find_job(instance, job.job_id)
    tell_tags(instance, job.run_id, {tags.INTENT: JobAction.CANCEL, tags.STATE: JobState.CANCELED})
    if run.status in PENDING:
        instance.report_run_canceled(run)
    tell_state(instance, job.run_id, JobState.CANCELED)
    return find_job(instance, job.job_id)


def resume_job(instance: DagsterInstance, job_id: str, launch: Launcher) -> None:
    """Go on with what a paused job has left.

    Raises:
        ActionNotAllowedError: the job is not paused.
    """
    _launch_again(instance, _allowed(instance, job_id, JobAction.RESUME), launch)


def retry_job(instance: DagsterInstance, job_id: str, launch: Launcher) -> None:
    """Render the failed and unfinished rows of a failed job, or the failed rows of a completed one.

    Raises:
        ActionNotAllowedError: there is nothing to retry.
    """
    job = find_job(instance, job_id)
    if not (job.state is JobState.COMPLETED and job.items["failed"]):
        require_allowed(JobAction.RETRY, job.state)
    _launch_again(instance, job, launch)


def _allowed(instance: DagsterInstance, job_id: str, action: JobAction) -> Job:
    job = find_job(instance, job_id)
    require_allowed(action, job.state)
    return job


def _launch_again(instance: DagsterInstance, job: Job, launch: Launcher) -> None:
    launch(spec_of(instance, job), job.job_id)
