"""Diagnostics: turn them on and off, and read what they have recorded. From this machine, no token is needed."""

from __future__ import annotations

from typing import Annotated

from fastapi import Body, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from bulkvid_pipeline.api.auth import AdminOrLoopback, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.api.routes.jobs import JobId
from bulkvid_pipeline.core.diagnostics.summary import JobSummary
from bulkvid_pipeline.core.diagnostics.views import CleanedUp, DebugMode, DebugStatus, FullLog
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.diagnostics.diagnostics import DEFAULT_DAYS, Diagnostics, file_name_of
from bulkvid_pipeline.services.diagnostics.switch import DEFAULT_MINUTES, LONGEST_MINUTES, SHORTEST_MINUTES
from bulkvid_pipeline.services.opened import OpenServices

router = guarded_router(prefix="/api/v1/batch-debug", tags=["diagnostics"])


class EnableDebug(BaseModel):
    """For how long requests are recorded, and of which job."""

    model_config = ConfigDict(extra="forbid")

    duration_minutes: StrictInt | StrictFloat = Field(
        DEFAULT_MINUTES, ge=SHORTEST_MINUTES, le=LONGEST_MINUTES, description="They end by themselves after that time"
    )
    job_id: StrictStr | None = Field(
        None,
        min_length=1,
        max_length=200,
        description="Record this job, beside others that were named; all jobs without it",
    )


_EXAMPLE = {"duration_minutes": 30}


@router.post(
    "/enable",
    operation_id="enable_batch_debug",
    summary="Turn diagnostics on",
    response_model=Answer[DebugMode],
    responses=documented(400, 401, 403, 404, 413, 415, 503),
)
def enable_batch_debug(
    request: Request,
    caller: AdminOrLoopback,
    context: Context,
    body: Annotated[EnableDebug | None, Body(examples=[_EXAMPLE])] = None,
) -> Response:
    """Record what jobs ask of other services from now on; jobs that are at work too, within two seconds."""
    wanted = body or EnableDebug()
    diagnostics = _diagnostics(context)
    return answer(request, diagnostics.enable(wanted.duration_minutes, wanted.job_id, project_id=_project_of(caller)))


@router.post(
    "/disable",
    operation_id="disable_batch_debug",
    summary="Turn diagnostics off",
    response_model=Answer[DebugMode],
    responses=documented(401, 403, 503),
)
def disable_batch_debug(request: Request, caller: AdminOrLoopback, context: Context) -> Response:
    """Record nothing from now on. What was recorded stays."""
    return answer(request, _diagnostics(context).disable(project_id=_project_of(caller)))


@router.get(
    "/status",
    operation_id="get_batch_debug_status",
    summary="See whether diagnostics are on",
    response_model=Answer[DebugStatus],
    responses=documented(401, 403, 503),
)
def get_batch_debug_status(request: Request, caller: AdminOrLoopback, context: Context) -> Response:
    """Whether requests are recorded and until when, which jobs at work are recorded, and the newest logs."""
    return answer(request, _diagnostics(context).status(project_id=_project_of(caller)))


@router.get(
    "/job/{job_id}/summary",
    operation_id="get_batch_debug_summary",
    summary="Analyse a job's requests",
    response_model=Answer[JobSummary],
    responses=documented(401, 403, 404, 503),
)
def get_batch_debug_summary(job_id: JobId, request: Request, caller: AdminOrLoopback, context: Context) -> Response:
    """Figures of what the job asked of other services, failure patterns with their evidence, and recommendations."""
    return answer(request, _diagnostics(context).summary_of(job_id, project_id=_project_of(caller)))


@router.get(
    "/job/{job_id}/full-log",
    operation_id="download_batch_debug_log",
    summary="Download a job's full log",
    response_model=FullLog,
    responses={200: {"description": "All requests and their summary, as a file"}, **documented(401, 403, 404, 503)},
)
def download_batch_debug_log(job_id: JobId, caller: AdminOrLoopback, context: Context) -> Response:
    """Every request of the job with its answer, shortened and without secrets. This answer has no envelope."""
    log = _diagnostics(context).full_log_of(job_id, project_id=_project_of(caller))
    headers = {
        "Content-Disposition": f'attachment; filename="{file_name_of(log)}"',
        "Cache-Control": "private, no-store",
    }
    return Response(log.model_dump_json(indent=2), headers=headers, media_type="application/json")


@router.delete(
    "/cleanup",
    operation_id="clean_up_batch_debug",
    summary="Remove old logs",
    response_model=Answer[CleanedUp],
    responses=documented(400, 401, 403, 503),
)
def clean_up_batch_debug(
    request: Request,
    caller: AdminOrLoopback,
    context: Context,
    days: Annotated[
        float, Query(ge=0, le=36_500, description="Logs not written to for so many days; 0 for all", examples=[7])
    ] = DEFAULT_DAYS,
) -> Response:
    """Remove the logs that nobody has written to for so long: of the project's jobs; of all, from this machine."""
    return answer(request, _diagnostics(context).clean_up(days, project_id=_project_of(caller)))


def _diagnostics(context: OpenServices) -> Diagnostics:
    return Diagnostics(context.instance, context.settings, context.home)


def _project_of(caller: Caller | None) -> str | None:
    """Whose jobs the caller sees: all of them, from this machine itself."""
    return None if caller is None else caller.project_id
