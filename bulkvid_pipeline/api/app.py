"""The REST API as an ASGI app: `uvicorn --factory bulkvid_pipeline.api.app:create_app`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version
from pathlib import Path

from fastapi import FastAPI
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware

from bulkvid_pipeline.api.document import document_of
from bulkvid_pipeline.api.door import ApiDoor
from bulkvid_pipeline.api.error_answers import add_error_handlers
from bulkvid_pipeline.api.measurements import MeasuredRequests, Measurements
from bulkvid_pipeline.api.routes import (
    analytics,
    batch_debug,
    control,
    create,
    documentation,
    health,
    items,
    jobs,
    results,
    sheets,
    streams,
    system,
    template_tools,
    templates,
    webhooks,
)
from bulkvid_pipeline.settings import Settings, dagster_home
from bulkvid_pipeline.settings import settings as settings_of_process
from bulkvid_pipeline.web.request_gate import RequestGate
from bulkvid_pipeline.web.serving import serving

ROUTERS = (
    control.router,
    create.router,
    items.router,
    jobs.router,
    results.router,
    streams.router,
    sheets.router,
    templates.router,
    template_tools.router,
    analytics.router,
    webhooks.router,
    system.router,
    batch_debug.router,
    health.router,
    documentation.router,
)
SMALLEST_COMPRESSED = 1000
"""Bytes from which on an answer is compressed."""


def create_app(settings: Settings | None = None, home: Path | None = None) -> FastAPI:
    """The API over the Dagster instance in `home`; by default as the environment says. Whoever serves it without its
    lifespan sets `app.state.context`.

    Raises:
        InvalidSettingsError: when it starts, if a setting cannot be used.
    """
    chosen, folder = settings or settings_of_process(), home or dagster_home()

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        with serving(chosen, folder) as services:
            app.state.context = services
            yield

    measurements = Measurements()
    app = FastAPI(
        title="bulkvid",
        summary="A spreadsheet of ideas in, hundreds of finished videos out.",
        version=version("bulkvid-pipeline"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        middleware=[
            Middleware(MeasuredRequests, measurements=measurements),
            Middleware(RequestGate, door=ApiDoor()),
            Middleware(GZipMiddleware, minimum_size=SMALLEST_COMPRESSED, compresslevel=1),
        ],
    )
    app.state.measurements = measurements
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    app.openapi = lambda: document_of(app, ROUTERS)  # type: ignore[method-assign]
    return app
