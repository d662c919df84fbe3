"""Telling a job's callback URL about its states."""

from __future__ import annotations

import base64
import os
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.webhooks import check_secret, check_target
from bulkvid_pipeline.core.errors import InvalidSpecError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job, id_of, job_as_told
from bulkvid_pipeline.services.webhooks.background import sending_callbacks
from bulkvid_pipeline.services.webhooks.dispatch import deliver_due, notify
from bulkvid_pipeline.services.webhooks.payloads import EventType, event_type_of, payload_of
from bulkvid_pipeline.settings import Settings

_UNTOLD = {JobState.PENDING, JobState.COMPLETING}
"""States of which no message is sent: nobody has begun, or the end is about to be told."""


def check_callback(spec: BulkJobSpec, settings: Settings) -> None:
    """Find out before anything is rendered whether the job's callback can be sent at all.

    Raises:
        InvalidSpecError: there is no secret to sign with.
        BulkVideoError: the address is refused or unknown.
    """
    if spec.callback_url is None:
        return
    if settings.webhook_secret is None:
        raise InvalidSpecError(
            "The job has a callback URL, but there is no secret to sign callbacks with",
            fix="Set BULKVID_WEBHOOK_SECRET to whsec_ and the base64 of 32 random bytes",
        )
    check_secret(settings.webhook_secret.get_secret_value())
    check_target(spec.callback_url, allow_private=settings.webhook_allow_private)


def tell_state(
    instance: DagsterInstance, run_id: str, state: JobState | None = None, *, callback_url: str | None = None
) -> None:
    """Queue the message that the run's job has come to a state, if anybody waits for it.

    The run is in `state`, where one is given; the message is about the job, which is not at its end before all its runs
    are. A job says each state once in each generation of runs, however many runs it has and however often this is
    called.

    Args:
        callback_url: where the job's own spec does not say whom to tell.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    run = instance.get_run_by_id(run_id)
    if run is not None:
        tell_job(instance, id_of(run), {run_id: state} if state else {}, callback_url=callback_url)


def tell_job(
    instance: DagsterInstance, job_id: str, states: Mapping[str, JobState], *, callback_url: str | None = None
) -> None:
    """Queue the message about the state that the job is in when its runs are in those states; see `tell_state`."""
    job = job_as_told(instance, job_id, states)
    url = callback_url or job.callback_url
    if url is None or job.state in _UNTOLD:
        return
    body = payload_of(job.view(), datetime.now(UTC))
    notify(instance, job.generation[0].run_id, job.job_id, event_type_of(job.state), body, url)


def sending(
    instance: DagsterInstance, spec: BulkJobSpec, settings: Settings, stopping: Stopping
) -> AbstractContextManager[Any]:
    """Sends due callbacks beside the work inside the block, where the job has any; see `sending_callbacks`."""
    if spec.callback_url is None or settings.webhook_secret is None:
        return nullcontext()
    secret = settings.webhook_secret.get_secret_value()
    return sending_callbacks(instance, secret=secret, allow_private=settings.webhook_allow_private, stopping=stopping)


def send_now(instance: DagsterInstance, job: Job, settings: Settings) -> None:
    """Send what is due, where the job has a callback: for commands, beside which nobody else may be sending.

    Takes some seconds at most; what fails waits for the next sender.
    """
    if settings.webhook_secret is None or not job.callback_url:
        return
    secret = settings.webhook_secret.get_secret_value()
    with sending_callbacks(instance, secret=secret, allow_private=settings.webhook_allow_private):
        pass


def send_due(instance: DagsterInstance, settings: Settings) -> int:
    """Send what is due of all jobs; how many tries were made. Without a secret, only what nobody verifies is sent."""
    if settings.webhook_secret is None and settings.notify_url is None:
        return 0
    signed = settings.webhook_secret is not None
    secret = settings.webhook_secret.get_secret_value() if settings.webhook_secret else _a_secret_of_nobody()
    tries = deliver_due(
        instance,
        datetime.now(UTC),
        secret=secret,
        allow_private=settings.webhook_allow_private,
        types=None if signed else {EventType.ANNOUNCED},
    )
    return len(tries)


def _a_secret_of_nobody() -> str:
    return "whsec_" + base64.b64encode(os.urandom(32)).decode()
