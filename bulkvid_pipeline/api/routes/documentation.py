"""The API's documentation as a page, which needs nothing from other servers."""

from __future__ import annotations

from functools import cache
from pathlib import Path as FilePath
from typing import Annotated

from fastapi import Path, Request, Response

from bulkvid_pipeline.api.auth import Public, guarded_router
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.web.entity_tags import tagged

router = guarded_router(include_in_schema=False)

ASSETS = FilePath(__file__).parents[1] / "assets"
_PAGE = ASSETS / "documentation" / "docs.html"
_FILES = {
    "docs.js": (ASSETS / "documentation" / "docs.js", "text/javascript; charset=utf-8"),
    "swagger-ui-bundle.js": (ASSETS / "swagger-ui" / "swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
    "swagger-ui.css": (ASSETS / "swagger-ui" / "swagger-ui.css", "text/css; charset=utf-8"),
    "favicon-32x32.png": (ASSETS / "swagger-ui" / "favicon-32x32.png", "image/png"),
}
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)


@router.get("/api/docs")
async def get_documentation(_: Public, request: Request) -> Response:
    """The page. A token after `#token=` is used for what is tried out on it."""
    headers = {"Content-Security-Policy": _POLICY}
    return tagged(request, _content(_PAGE), "text/html; charset=utf-8", headers)


@router.get("/api/docs/{name}")
async def get_documentation_file(name: Annotated[str, Path()], _: Public, request: Request) -> Response:
    """A script, a style sheet or a picture of the page."""
    found = _FILES.get(name)
    if found is None:
        raise NotFoundError("Not found", fix="Open /api/docs")
    path, media_type = found
    return tagged(request, _content(path), media_type)


@cache
def _content(path: FilePath) -> bytes:
    return path.read_bytes()
