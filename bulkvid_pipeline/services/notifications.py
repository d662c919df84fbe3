"""Telling people that a job has ended: a line of text to the address that the installation names, as Slack takes it.

Goes the way of callbacks, so it is kept through restarts and tried for a day. Addresses of chat rooms check no
signature: an installation needs no secret for them.
"""

from __future__ import annotations

from datetime import UTC, datetime
from html import escape

from dagster import DagsterInstance

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, id_of
from bulkvid_pipeline.services.webhooks.callbacks import tell_state
from bulkvid_pipeline.services.webhooks.dispatch import notify
from bulkvid_pipeline.services.webhooks.payloads import EventType
from bulkvid_pipeline.settings import Settings

_ENDS = {
    JobState.COMPLETED: "is completed",
    JobState.FAILED: "has failed",
    JobState.PAUSED: "is paused",
    JobState.CANCELED: "was cancelled",
}
_NEXT = {JobState.FAILED: "retry", JobState.PAUSED: "resume"}


def announce_end(instance: DagsterInstance, run_id: str, settings: Settings) -> str:
    """Queue what is to be said of a job one of whose runs has ended, once it has ended itself; returns the text.

    Each end is said once, however often this is called and however many runs the job has.

    The job's callback is told too: a run that was stopped before a process took it up could not do so itself.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    tell_state(instance, run_id)
    run = instance.get_run_by_id(run_id)
    if run is None:
        return ""
    job = find_job(instance, id_of(run))
    text = text_of(job)
    if settings.notify_url is not None and text:
        url = settings.notify_url.get_secret_value()
        said_by = job.generation[0].run_id
        notify(instance, said_by, job.job_id, EventType.ANNOUNCED, {"text": text}, url, now=datetime.now(UTC))
    return text


def text_of(job: Job) -> str:
    """`Job 'Spring' (job_1) is completed: 40 of 42 rows finished, 2 failed. ...`; empty while the job goes on.

    Slack's three special characters are written as it asks for, so that no title can call a channel or hide a link.
    """
    if job.state not in _ENDS:
        return ""
    items = job.items
    parts = [f"{items['completed']} of {items['total']} rows finished"] if items["total"] else ["no row was begun"]
    parts += [f"{items['failed']} failed"] if items["failed"] else []
    parts += [f"{items['pending']} left"] if items["pending"] else []
    text = f"Job '{shortened(job.title or job.sheet or 'without a title')}' ({job.job_id}) {_ENDS[job.state]}: "
    text += ", ".join(parts) + "."
    if job.state in _NEXT:
        text += f" Go on with: bulkvid jobs {_NEXT[job.state]} {job.job_id}"
    if job.report:
        text += f" Gallery: {job.report}"
    return escape(text, quote=False)
