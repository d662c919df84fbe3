"""The API and the dashboard as one ASGI app over the same services: the API below /api, the dashboard at /."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from starlette.applications import Starlette
from starlette.types import Receive, Scope, Send

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.dashboard.app import create_dashboard
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.settings import Settings, dagster_home
from bulkvid_pipeline.settings import settings as settings_of_process
from bulkvid_pipeline.web.serving import serving

API = "/api"


class Site:
    """The app that a server serves; `services` are there while it is served.

    Args:
        settings, home: by default as the environment says.
    """

    services: OpenServices

    def __init__(self, settings: Settings | None = None, home: Path | None = None) -> None:
        chosen, folder = settings or settings_of_process(), home or dagster_home()
        self._api = create_app(chosen, folder)
        self._dashboard = create_dashboard()

        @asynccontextmanager
        async def lifespan(_: Starlette) -> AsyncIterator[None]:
            with serving(chosen, folder) as services:
                self._api.state.context = services
                self._dashboard.state.services = self.services = services
                yield

        self._lifespan = Starlette(lifespan=lifespan)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await self._lifespan(scope, receive, send)
            return
        path = scope.get("path", "")
        app = self._api if path == API or path.startswith(f"{API}/") else self._dashboard
        await app(scope, receive, send)
