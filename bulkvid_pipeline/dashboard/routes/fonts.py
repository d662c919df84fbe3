"""Fonts for readers whose machine has none for the script of a title: those that videos are drawn with."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.dashboard.visits import Public, page_router

router = page_router()
REGULAR = 400


@router.get("/fonts/{family}")
async def font(family: str, _: Public) -> Response:
    """A font file by its family, `noto-sans-sc`. Our script asks for it where a title could not be read without it."""
    path = (await run_in_threadpool(_paths)).get(family)
    if path is None:
        raise NotFoundError("There is no such font", fix="Go to the start page")
    return FileResponse(path, media_type="font/ttf", headers={"Cache-Control": "public, max-age=31536000"})


@cache
def _paths() -> dict[str, Path]:
    # The catalogue needs skia, which a process that shows only Latin pages never loads.
    from bulkvid_pipeline.rendering.pictures.typefaces import fallback_fonts

    return {file.family.lower().replace(" ", "-"): file.path(REGULAR) for file in fallback_fonts("Noto Sans", None)}
