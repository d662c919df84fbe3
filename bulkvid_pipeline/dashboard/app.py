"""The dashboard as an ASGI app. Whoever serves it sets `app.state.services`; see `server.site`."""

from __future__ import annotations

from fastapi import FastAPI, Request
from starlette.middleware import Middleware
from starlette.middleware.gzip import DEFAULT_EXCLUDED_CONTENT_TYPES, GZipMiddleware
from starlette.responses import Response

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.dashboard.door import DashboardDoor
from bulkvid_pipeline.dashboard.problems import add_problem_pages
from bulkvid_pipeline.dashboard.routes import (
    analytics,
    deliveries,
    diagnostics,
    fonts,
    gallery,
    job_about,
    job_actions,
    job_check,
    job_log,
    job_row,
    job_rows,
    jobs,
    media,
    session,
    system,
    template_assets,
    templates,
    tokens,
    welcome,
    wizard_look,
    wizard_review,
    wizard_sheet,
    wizard_start,
    wizard_steps,
)
from bulkvid_pipeline.dashboard.static_files import static_answer
from bulkvid_pipeline.dashboard.visits import Anybody, Public, Reading, page_router
from bulkvid_pipeline.web.request_gate import RequestGate

ROUTERS = (
    analytics.router,
    deliveries.router,
    diagnostics.router,
    fonts.router,
    gallery.router,
    job_about.router,
    job_actions.router,
    job_check.router,
    job_log.router,
    job_row.router,
    job_rows.router,
    jobs.router,
    media.router,
    session.router,
    system.router,
    template_assets.router,
    templates.router,
    tokens.router,
    welcome.router,
    wizard_look.router,
    wizard_review.router,
    wizard_sheet.router,
    wizard_start.router,
    wizard_steps.router,
)
SMALLEST_COMPRESSED = 1000
"""Bytes from which on an answer is compressed."""
SENT_AS_THEY_ARE = (
    *DEFAULT_EXCLUDED_CONTENT_TYPES,
    "application/json",
    "application/octet-stream",
    "application/x-subrip",
    "text/csv",
    "text/vtt",
)
"""Files that are sent in parts: parts are of one form, told by one entity tag."""
_files = page_router()


def create_dashboard() -> FastAPI:
    """The pages, their parts and their files."""
    app = FastAPI(
        title="bulkvid",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        middleware=[
            Middleware(RequestGate, door=DashboardDoor()),
            Middleware(
                GZipMiddleware,
                minimum_size=SMALLEST_COMPRESSED,
                compresslevel=5,
                exclude_content_types=SENT_AS_THEY_ARE,
            ),
        ],
    )
    add_problem_pages(app)
    for router in (*ROUTERS, _files):
        app.include_router(router)
    return app


@_files.get("/static/{name:path}")
async def static_file(name: str, request: Request, _: Public) -> Response:
    """A script or a style sheet of ours."""
    return static_answer(request, name)


@_files.get("/")
async def start(visit: Reading) -> Response:
    """The start page is the jobs."""
    return visit.redirect("/jobs")


@_files.get("/favicon.ico")
async def icon(request: Request, _: Public) -> Response:
    """Asked for by every browser."""
    return static_answer(request, "icon.svg")


@_files.api_route("/{path:path}", methods=["GET", "HEAD", "POST"])
async def nowhere(path: str, _: Anybody) -> Response:  # noqa: ARG001
    """All other addresses: a page of ours says so, with the navigation where somebody is logged in."""
    raise NotFoundError("There is no such page", fix="Check the address, or go to the start page")
