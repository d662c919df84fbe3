"""Creating jobs, and finding out beforehand what they would be."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Query, Request, Response

from bulkvid_pipeline.api.auth import Writer, guarded_router
from bulkvid_pipeline.api.bodies import Documented, check_texts
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer, success_body
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.idempotency import IdempotencyKey, Work, once
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import CreatedJob, DryRun
from bulkvid_pipeline.launch.submission import create
from bulkvid_pipeline.services.intake.checking import read_spec, try_job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])

_EXAMPLE = {
    "title": "Spring Campaign Videos",
    "priority": "normal",
    "processing_deadline_ms": 7200000,
    "max_machines": 4,
    "input_source": {"type": "sheet", "sheet_id": "1BxiMVs0XRA5nFMdKvBdBZjgmUUqptlbs74OgvE2upms", "range": "A1:Z1000"},
    "output": {"format": "mp4", "resolution": "1080p"},
    "template": {"template_id": "default_template", "overrides": {"style": "modern", "voice": "female"}},
}


@router.post(
    "",
    operation_id="create_job",
    status_code=201,
    response_model=Answer[CreatedJob],
    responses={
        200: {"model": Answer[DryRun], "description": "With dry_run=true: the findings and an estimate"},
        202: {"model": Answer[CreatedJob], "description": "Created; its sheet takes longer to read"},
        **documented(400, 401, 403, 404, 409, 413, 415, 422, 429, 500, 503, 507),
    },
)
async def create_job(
    body: Annotated[dict[str, Any], Documented(BulkJobSpec), Body(examples=[_EXAMPLE])],
    request: Request,
    caller: Writer,
    context: Context,
    key: IdempotencyKey = None,
    dry_run: Annotated[bool, Query(description="Only validate the sheet and estimate the job")] = False,
) -> Response:
    """Create a job over a sheet.

    The sheet is read and validated first: the answer has the number of rows that will be rendered and the findings, and
    whatever is wrong is refused before anything is created.
    """
    check_texts(body)
    if dry_run:
        return await in_slow_thread(request, lambda: _dry_run(body, request, caller, context))
    return await once(request, caller, key, body, lambda work: _create(work, body, caller, context))


def _create(work: Work, body: dict[str, Any], caller: Writer, context: OpenServices) -> tuple[int, bytes]:
    submission, created = create(
        work,
        lambda: read_spec(body, user_id=caller.user_id, project_id=caller.project_id),
        context.instance,
        context.settings,
    )
    context.see_own_writing()
    return (201 if submission.rows is not None else 202), success_body(created)


def _dry_run(body: dict[str, Any], request: Request, caller: Writer, context: OpenServices) -> Response:
    spec = read_spec(body, user_id=caller.user_id, project_id=caller.project_id)
    return answer(request, try_job(spec, context.settings, context.instance))
