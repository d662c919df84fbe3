"""Steering jobs: pause, resume, cancel, retry."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Annotated

from fastapi import Body, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.api.auth import Writer, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer, success_body
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.idempotency import IdempotencyKey, Work, once
from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.states import JobAction, JobState, require_allowed
from bulkvid_pipeline.core.wire import JobView
from bulkvid_pipeline.launch.again import LaunchAgain
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.webhooks.callbacks import send_now

_log = logging.getLogger(__name__)

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])

JobId = Annotated[str, Path(description="The job's id", examples=["job_4f1c0a9b2e77"])]
Act = Callable[[Job], object]
_ANSWERS = documented(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)
_AFTER = {
    JobAction.PAUSE: {JobState.PAUSING, JobState.PAUSED},
    JobAction.CANCEL: {JobState.CANCELING, JobState.CANCELED},
}
MOST_NAMED = 20
"""How many unknown rows an error names."""


class RetryRequest(BaseModel):
    """What to retry."""

    model_config = ConfigDict(extra="forbid")

    items: list[StrictStr | StrictInt] | None = Field(
        None,
        min_length=1,
        max_length=10_000,
        description="Row keys or sheet row numbers; without it all rows that failed or were not finished",
        examples=[["turn-off-the-tap", 17]],
    )


@router.post("/{job_id}/pause", operation_id="pause_job", response_model=Answer[JobView], responses=_ANSWERS)
async def pause(
    job_id: JobId, request: Request, caller: Writer, context: Context, key: IdempotencyKey = None
) -> Response:
    """Let the rows in work finish and start no other. A job that is running can be paused."""
    return await _act(
        request, caller, context, key, job_id, JobAction.PAUSE, lambda job: pause_job(context.instance, job.job_id)
    )


@router.post("/{job_id}/resume", operation_id="resume_job", response_model=Answer[JobView], responses=_ANSWERS)
async def resume(
    job_id: JobId, request: Request, caller: Writer, context: Context, key: IdempotencyKey = None
) -> Response:
    """Go on with what a paused job has left."""
    launch = LaunchAgain(context.instance, context.settings, context.keyed)
    return await _act(
        request,
        caller,
        context,
        key,
        job_id,
        JobAction.RESUME,
        lambda job: resume_job(context.instance, job.job_id, launch),
    )


@router.post("/{job_id}/cancel", operation_id="cancel_job", response_model=Answer[JobView], responses=_ANSWERS)
async def cancel(
    job_id: JobId, request: Request, caller: Writer, context: Context, key: IdempotencyKey = None
) -> Response:
    """Stop a job for good. Finished videos stay."""
    return await _act(
        request, caller, context, key, job_id, JobAction.CANCEL, lambda job: cancel_job(context.instance, job.job_id)
    )


@router.post("/{job_id}/retry", operation_id="retry_job", response_model=Answer[JobView], responses=_ANSWERS)
async def retry(
    job_id: JobId,
    request: Request,
    caller: Writer,
    context: Context,
    body: Annotated[RetryRequest | None, Body()] = None,
    key: IdempotencyKey = None,
) -> Response:
    """Render what a job failed to render: all of it, or chosen rows."""
    items = body.items if body else None

    def again(job: Job) -> None:
        only = _row_keys(items, job, context) if items is not None else ()
        launch = LaunchAgain(context.instance, context.settings, context.keyed, only)
        retry_job(context.instance, job.job_id, launch)

    return await _act(request, caller, context, key, job_id, JobAction.RETRY, again, items)


async def _act(
    request: Request,
    caller: Caller,
    context: OpenServices,
    key: str | None,
    job_id: str,
    action: JobAction,
    act: Act,
    asked: object = None,
) -> Response:
    """The job after `act`, which may have been done by a process that died before it could answer."""

    def work(doing: Work) -> tuple[int, bytes]:
        job = find_job(context.instance, job_id, project_id=caller.project_id)
        before = doing.claim.noted
        if before is None:
            doing.note({"run_id": job.run_id})
        try:
            require_allowed(action, job.state, job.items["failed"])
            act(job)
        except ActionNotAllowedError:
            if before is None or not _is_done(action, job, str(before["run_id"])):
                raise
        after = find_job(context.instance, job.job_id)
        context.see_own_writing()
        _send_callbacks(context, after)
        return 200, success_body(after.view_from_afar())

    return await once(request, caller, key, asked, work)


def _is_done(action: JobAction, job: Job, run_id_before: str) -> bool:
    """Whether the job is as the action leaves it; `run_id_before` was its newest run."""
    return job.state in _AFTER[action] if action in _AFTER else job.run_id != run_id_before


def _send_callbacks(context: OpenServices, job: Job) -> None:
    """Send what is due without letting the caller wait; what fails is sent again by the daemon."""
    if not job.callback_url:
        return

    def send() -> None:
        try:
            send_now(context.instance, job, context.settings)
        except Exception:
            _log.exception("The callbacks of job %s were not sent", job.job_id)

    in_daemon_thread(send, "callbacks")


def _row_keys(items: list[str | int], job: Job, context: OpenServices) -> tuple[str, ...]:
    """The keys of the rows that are named.

    Raises:
        InvalidRequestError: the job has no such rows; names them.
    """
    rows = context.reads.rows.rows(job)
    by_number = {row.sheet_row: row for row in rows.rows}
    found = {item: by_number.get(item) if isinstance(item, int) else rows.find(item) for item in items}
    unknown = [item for item, row in found.items() if row is None]
    if unknown:
        named = ", ".join(shortened(str(item)) for item in unknown[:MOST_NAMED])
        more = f" and {len(unknown) - MOST_NAMED} more" if len(unknown) > MOST_NAMED else ""
        raise InvalidRequestError(
            f"The job has no rows {named}{more}",
            fix=f"Use row keys or sheet row numbers of GET /api/bulk-jobs/{job.job_id}/items",
            field="items",
            details={"unknown": unknown[:MOST_NAMED]},
        )
    return tuple(dict.fromkeys(row.row_key for row in found.values() if row is not None))
