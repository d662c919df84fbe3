"""Answers with an entity tag, so that whoever asks again for the same thing is sent nothing (RFC 9110, section 13)."""

from __future__ import annotations

from hashlib import blake2b

from starlette.requests import Request
from starlette.responses import Response


def tagged(
    request: Request, body: bytes, media_type: str, headers: dict[str, str] | None = None, *, tag: str = ""
) -> Response:
    """`body` with its entity tag (made of it if empty), or 304 if the request has it already."""
    tag = tag or entity_tag(body)
    kept = {**(headers or {}), "ETag": tag, "Cache-Control": "private, no-cache"}
    if names_tag(request.headers.get("if-none-match", ""), tag):
        return Response(status_code=304, headers=kept)
    return Response(body, headers=kept, media_type=media_type)


def entity_tag(body: bytes) -> str:
    """The weak tag of a body: weak, since the bytes that are sent may be compressed."""
    return f'W/"{blake2b(body, digest_size=12).hexdigest()}"'


def names_tag(if_none_match: str, tag: str) -> bool:
    """Whether the header's list has the tag, by the weak comparison that If-None-Match uses."""
    if not if_none_match:
        return False
    named = [part.strip() for part in if_none_match.split(",")]
    return "*" in named or tag.removeprefix("W/") in {part.removeprefix("W/") for part in named}
