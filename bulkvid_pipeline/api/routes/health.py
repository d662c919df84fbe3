"""Whether the service works, for load balancers, people and Prometheus. These answers have no envelope."""

from __future__ import annotations

import asyncio

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from bulkvid_pipeline.api.auth import AdminOrLoopback, Public, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.measurements import Measurements
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.service_wire import DetailedHealth, Health
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.system.health import in_short, is_well
from bulkvid_pipeline.services.system.parts import DATABASE

router = guarded_router(prefix="/api/v1", tags=["health"])

_NOT_KEPT = {"Cache-Control": "no-store"}


@router.head("/health", include_in_schema=False)  # as some load balancers ask
@router.get(
    "/health",
    operation_id="get_health",
    summary="Check the service",
    response_model=Health,
    responses={503: {"model": Health, "description": "A part does not work"}},
)
async def get_health(_: Public, context: Context) -> Response:
    """Whether each part of the service works. Answered within two seconds, whatever is broken."""
    return _answer(in_short(await _health(context)))


@router.get(
    "/health/detailed",
    operation_id="get_detailed_health",
    summary="Check the service in detail",
    response_model=DetailedHealth,
    response_model_exclude_none=True,
    responses={503: {"model": DetailedHealth, "description": "A part does not work"}, **documented(401, 403)},
)
async def get_detailed_health(_: AdminOrLoopback, context: Context) -> Response:
    """Every part with figures, and what is wrong with it and how to mend it. From this machine, no token is needed."""
    return _answer(await _health(context))


@router.get(
    "/metrics",
    operation_id="get_metrics",
    summary="Read metrics",
    response_class=Response,
    responses={
        200: {"content": {"text/plain": {"schema": {"type": "string"}}}, "description": "Prometheus text format"},
        **documented(401, 403),
    },
)
async def get_metrics(_: AdminOrLoopback, request: Request, context: Context) -> Response:
    """Figures for Prometheus. Counters are of the API process that answers; scrape each. No token from this machine."""
    health = await _health(context)
    measurements: Measurements = request.app.state.measurements
    jobs = await _jobs(context) if is_well(health.services[DATABASE]) else None
    return Response(measurements.text(health, jobs), headers=_NOT_KEPT, media_type=CONTENT_TYPE_LATEST)


async def _health(context: OpenServices) -> DetailedHealth:
    # Shielded: the look is others' too, who must not lose it when one of them hangs up.
    return await asyncio.shield(asyncio.wrap_future(context.health.health()))


async def _jobs(context: OpenServices) -> list[Job] | None:
    try:
        await context.reads.jobs.fresh()
    except BulkVideoError:  # the database is gone since it was looked at
        return None
    return context.reads.jobs.jobs()


def _answer(health: Health | DetailedHealth) -> Response:
    status = 200 if health.status == "healthy" else 503
    body = health.model_dump_json(exclude_none=True)
    return Response(body, status, headers=_NOT_KEPT, media_type="application/json")
