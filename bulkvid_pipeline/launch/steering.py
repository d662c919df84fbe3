"""Steering jobs from a door: an action is done, is seen by the next reads of this process, and is told to whoever
waits for it."""

from __future__ import annotations

import logging
from collections.abc import Sequence

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.states import JobAction, JobState, require_allowed
from bulkvid_pipeline.launch.again import LaunchAgain
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.jobs.job_rows import JobRows
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.webhooks.callbacks import send_now

MOST_NAMED = 20
"""How many unknown rows an error names."""

_AFTER = {
    JobAction.PAUSE: {JobState.PAUSING, JobState.PAUSED},
    JobAction.CANCEL: {JobState.CANCELING, JobState.CANCELED},
}
_log = logging.getLogger(__name__)


def steer(
    services: OpenServices,
    action: JobAction,
    job: Job,
    *,
    items: Sequence[str | int] | None = None,
    run_id_before: str | None = None,
) -> Job:
    """Do the action; returns the job after it.

    Args:
        services: over the instance of the job.
        action: what to do.
        job: the job as it stands.
        items: what a retry is about, as row keys or sheet row numbers; None: all rows that failed or were not
            finished.
        run_id_before: the job's newest run when this same request was begun by a process that has died: what that
            process has done already is not refused.

    Raises:
        ActionNotAllowedError: the job is in no state that allows it.
        InvalidRequestError: the job has no such rows; names them.
        ServiceUnavailableError: nothing was done, or (AnswerLostError) that is not known.
    """
    try:
        require_allowed(action, job.state, job.items["failed"])
        _do(services, action, job, items)
    except ActionNotAllowedError:
        if run_id_before is None or not _is_done(action, job, run_id_before):
            raise
    after = find_job(services.instance, job.job_id)
    services.see_own_writing()
    _send_callbacks(services, after)
    return after


def _do(services: OpenServices, action: JobAction, job: Job, items: Sequence[str | int] | None) -> None:
    match action:
        case JobAction.PAUSE:
            pause_job(services.instance, job.job_id)
        case JobAction.CANCEL:
            cancel_job(services.instance, job.job_id)
        case JobAction.RESUME:
            resume_job(services.instance, job.job_id, _launch_of(services))
        case JobAction.RETRY:
            only = () if items is None else row_keys(items, services.reads.rows.rows(job))
            retry_job(services.instance, job.job_id, _launch_of(services, only))


def _launch_of(services: OpenServices, only: tuple[str, ...] = ()) -> LaunchAgain:
    return LaunchAgain(services.instance, services.settings, services.keyed, only)


def _send_callbacks(services: OpenServices, job: Job) -> None:
    """Send what is due without letting the caller wait; what fails is sent again by the daemon."""
    if not job.callback_url:
        return

    def send() -> None:
        try:
            send_now(services.instance, job, services.settings)
        except Exception:
            _log.exception("The callbacks of job %s were not sent", job.job_id)

    in_daemon_thread(send, "callbacks")


def row_keys(items: Sequence[str | int], rows: JobRows) -> tuple[str, ...]:
    """The keys of the rows that are named, each once.

    Raises:
        InvalidRequestError: the job has no such rows; names them.
    """
    by_number = {row.sheet_row: row for row in rows.rows}
    found = {item: by_number.get(item) if isinstance(item, int) else rows.find(item) for item in items}
    unknown = [item for item, row in found.items() if row is None]
    if unknown:
        named = ", ".join(shortened(str(item)) for item in unknown[:MOST_NAMED])
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        raise InvalidRequestError(
            f"The job has no rows {named}{more}",
            fix="Use keys or sheet row numbers of rows that the job has",
            field="items",
            details={"unknown": unknown[:MOST_NAMED]},
        )
    return tuple(dict.fromkeys(row.row_key for row in found.values() if row is not None))


def _is_done(action: JobAction, job: Job, run_id_before: str) -> bool:
    """Whether the job is as the action leaves it; `run_id_before` was its newest run."""
    return job.state in _AFTER[action] if action in _AFTER else job.run_id != run_id_before
