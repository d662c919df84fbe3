"""How busy the installation is."""

from __future__ import annotations

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.service_wire import SystemStatus
from bulkvid_pipeline.services.system.status import system_status

router = guarded_router(prefix="/api/system", tags=["system"])


@router.get(
    "/status",
    operation_id="get_system_status",
    summary="See how busy the service is",
    response_model=Answer[SystemStatus],
    responses=documented(401, 403, 429, 503),
)
async def get_system_status(request: Request, caller: Reader, context: Context) -> Response:
    """Use of memory and processors of the machine that answers, and jobs, queue and slots of the whole installation."""
    await context.reads.jobs.fresh()
    status = await run_in_threadpool(
        system_status,
        context.instance,
        context.settings,
        context.machine,
        context.reads.jobs.jobs(),
        caller.project_id,
    )
    return answer(request, status)
