"""Steering jobs: pause, resume, cancel, retry."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Path, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from bulkvid_pipeline.api.auth import Writer, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer, success_body
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.idempotency import IdempotencyKey, Work, once
from bulkvid_pipeline.core.states import JobAction
from bulkvid_pipeline.core.wire import JobView
from bulkvid_pipeline.launch.steering import steer
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.opened import OpenServices

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])

JobId = Annotated[str, Path(description="The job's id", examples=["job_4f1c0a9b2e77"])]
_ANSWERS = documented(400, 401, 403, 404, 409, 413, 415, 422, 429, 503)


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
    return await _act(request, caller, context, key, job_id, JobAction.PAUSE)


@router.post("/{job_id}/resume", operation_id="resume_job", response_model=Answer[JobView], responses=_ANSWERS)
async def resume(
    job_id: JobId, request: Request, caller: Writer, context: Context, key: IdempotencyKey = None
) -> Response:
    """Go on with what a paused job has left."""
    return await _act(request, caller, context, key, job_id, JobAction.RESUME)


@router.post("/{job_id}/cancel", operation_id="cancel_job", response_model=Answer[JobView], responses=_ANSWERS)
async def cancel(
    job_id: JobId, request: Request, caller: Writer, context: Context, key: IdempotencyKey = None
) -> Response:
    """Stop a job for good. Finished videos stay."""
    return await _act(request, caller, context, key, job_id, JobAction.CANCEL)


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
    return await _act(request, caller, context, key, job_id, JobAction.RETRY, body.items if body else None)


async def _act(
    request: Request,
    caller: Caller,
    context: OpenServices,
    key: str | None,
    job_id: str,
    action: JobAction,
    items: list[str | int] | None = None,
) -> Response:
    """The job after the action, which may have been done by a process that died before it could answer."""

    def work(doing: Work) -> tuple[int, bytes]:
        job = find_job(context.instance, job_id, project_id=caller.project_id)
        before = doing.claim.noted
        if before is None:
            doing.note({"run_id": job.run_id})
        run_id_before = None if before is None else str(before["run_id"])
        after = steer(context, action, job, items=items, run_id_before=run_id_before)
        return 200, success_body(after.view_from_afar())

    return await once(request, caller, key, items, work)
