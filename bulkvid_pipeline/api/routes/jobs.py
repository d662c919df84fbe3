"""Jobs: reading them."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.wire import JobView
from bulkvid_pipeline.services.jobs.jobs import find_job

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])


@router.get(
    "/{job_id}", operation_id="get_job", response_model=Answer[JobView], responses=documented(401, 403, 404, 429, 503)
)
async def get_job(job_id: str, request: Request, caller: Reader, context: Context) -> Response:
    """A job."""
    job = await run_in_threadpool(find_job, context.instance, job_id, project_id=caller.project_id)
    return answer(request, job.view())
