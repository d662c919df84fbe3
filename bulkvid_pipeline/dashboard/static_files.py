"""The dashboard's own scripts and style sheets, under names that change with their content."""

from __future__ import annotations

import hashlib
import re
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
_IMPORT = re.compile(rb'from "\./(?P<name>[\w-]+\.js)"')
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
    found = {
        path.relative_to(FOLDER).as_posix(): path.read_bytes()
        for path in FOLDER.rglob("*")
        if path.suffix in TYPES and path.is_file()
    }
    return {name: _with_addresses(name, found) for name in found}


def _with_addresses(name: str, found: dict[str, bytes]) -> bytes:
    """The file; a script imports others by the addresses that pages use for them, so that none is loaded twice."""

    def address(imported: re.Match[bytes]) -> bytes:
        other = imported["name"].decode()
        return b'from "./%b?v=%b"' % (imported["name"], _digest(_with_addresses(other, found)).encode())

    return _IMPORT.sub(address, found[name]) if "/" not in name and name.endswith(".js") else found[name]


@cache
def _version(name: str) -> str:
    return _digest(_files()[name])


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:12]
