"""What the routes of the API work with."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.services.opened import OpenServices


def context_of(request: Request) -> OpenServices:
    """The context of the app that serves the request."""
    context: OpenServices = request.app.state.context
    return context


async def _context(request: Request) -> OpenServices:  # a plain function would be run in a thread
    exchanges.work_for(request.path_params.get("job_id"))
    return context_of(request)


Context = Annotated[OpenServices, Depends(_context)]
