"""The dashboard's own scripts and style sheets, under names that change with their content."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.web.entity_tags import tagged

FOLDER = Path(__file__).parent / "static"
TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
}
_KEPT = "public, max-age=31536000, immutable"


def static(name: str) -> str:
    """The address of a file in `static/`. Another content has another address: browsers may keep it for ever."""
    return f"/static/{name}?v={_version(name)}"


def static_answer(request: Request, name: str) -> Response:
    """The file.

    Raises:
        NotFoundError: there is none of that name.
    """
    content = _files().get(name)
    if content is None:
        raise NotFoundError("Not found", fix="Go to the start page")
    response = tagged(request, content, TYPES[Path(name).suffix])
    if request.query_params.get("v") == _version(name):
        response.headers["Cache-Control"] = _KEPT
    return response


@cache
def _files() -> dict[str, bytes]:
    """All of them, by their paths below the folder: nothing that a request names becomes a path."""
    found = (path for path in FOLDER.rglob("*") if path.suffix in TYPES and path.is_file())
    return {path.relative_to(FOLDER).as_posix(): path.read_bytes() for path in found}


@cache
def _version(name: str) -> str:
    return hashlib.sha256(_files()[name]).hexdigest()[:12]
