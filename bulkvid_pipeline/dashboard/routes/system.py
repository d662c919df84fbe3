"""The state of the installation: parts, slots, queue, limits, jobs at work, and the doctor."""

from __future__ import annotations

import asyncio
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bulkvid_pipeline.core.service_wire import DetailedHealth, PartHealth
from bulkvid_pipeline.dashboard.addresses import address
from bulkvid_pipeline.dashboard.routes.jobs import Group
from bulkvid_pipeline.dashboard.visits import AdminChanging, AdminReading, Reading, Visit, page_router
from bulkvid_pipeline.services.doctor.examinations import Examinations
from bulkvid_pipeline.services.system.health import is_well
from bulkvid_pipeline.services.system.limits_use import Limited, limits_in_use
from bulkvid_pipeline.services.system.status import AT_WORK, system_status

router = page_router()

MOST_JOBS = 10
PARTS = {
    "database": "Database",
    "queue": "Queue",
    "workers": "Workers",
    "daemon": "Dagster daemon",
    "storage": "Storage",
    "web_server": "Dagster web server",
    "ffmpeg": "ffmpeg",
    "work_disk": "Work disk",
}
LIMITS = {
    Limited.REQUESTS: "Requests to the API",
    Limited.SHEET_READS: "Reading Google sheets",
    Limited.SHEET_WRITES: "Writing to Google sheets",
}


@router.get("/system")
async def system_page(visit: Reading) -> Response:
    """All of it. Administrators see figures and reasons; others what the API tells everybody, and their own limits."""
    values = await _live(visit)
    doctor = await run_in_threadpool(_examinations(visit).last) if visit.caller.is_admin else None
    return visit.page("system/system.html", title="System", examination=doctor, **values)


@router.get("/system/live")
async def system_live(visit: Reading) -> Response:
    """The part of the page that changes."""
    return visit.fragment("system/_live.html", **await _live(visit))


@router.get("/system/doctor")
def doctor(visit: AdminReading) -> Response:
    """How far the examination is, and what it has found."""
    return visit.fragment("system/_doctor.html", examination=_examinations(visit).last())


@router.post("/system/doctor")
def run_doctor(visit: AdminChanging) -> Response:
    """Have everything looked at, by a process of its own."""
    begun = _examinations(visit).begin(visit.caller.user_id)
    if visit.is_fragment:
        return visit.fragment("system/_doctor.html", examination=begun)
    return visit.redirect("/system#doctor", say="Everything is being looked at; it takes up to a minute or two")


async def _live(visit: Visit) -> dict[str, Any]:
    services = visit.services
    health: DetailedHealth = await asyncio.shield(asyncio.wrap_future(services.health.health()))
    await services.reads.jobs.fresh()
    jobs = services.reads.jobs
    load = await run_in_threadpool(
        system_status, services.instance, services.settings, services.machine, jobs.jobs(), visit.project_id
    )
    limits = await run_in_threadpool(limits_in_use, services.instance, services.settings, visit.caller)
    at_work = [entry.job for entry in jobs.now().of_project(visit.project_id) if entry.job.state in AT_WORK]
    at_work.sort(key=lambda job: job.created_at, reverse=True)
    web_server = health.services.get("web_server")
    return {
        "load": load,
        "health": health,
        "parts": [(PARTS.get(name, name), is_well(part), part) for name, part in health.services.items()],
        "limits": [(LIMITS[use.what], use.usage) for use in limits],
        "at_work": at_work[:MOST_JOBS],
        "more_at_work": max(0, len(at_work) - MOST_JOBS),
        "all_at_work": address("/jobs", state=Group.ACTIVE),
        "dagster": _address(web_server) if visit.caller.is_admin else "",
        "is_admin": visit.caller.is_admin,
    }


def _address(web_server: PartHealth | None) -> str:
    """Where Dagster's pages are; empty where they do not answer."""
    url = web_server.url if web_server is not None else None
    return url if url is not None and url.startswith(("http://", "https://")) else ""


def _examinations(visit: Visit) -> Examinations:
    return Examinations(visit.services.instance, visit.services.home)
