"""Answers in the success envelope."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from bulkvid_pipeline.api.envelope import success_body
from bulkvid_pipeline.web.entity_tags import tagged

_JSON = "application/json"


def answer(
    request: Request, data: Any, *, status: int = 200, headers: dict[str, str] | None = None, tag: str = ""
) -> Response:
    """`data` in the success envelope; 304 without a body if a GET names its entity tag in If-None-Match.

    Args:
        tag: the entity tag; made of the body if empty.
    """
    body = success_body(data)
    if request.method not in {"GET", "HEAD"} or status != 200:
        return Response(body, status, {**(headers or {}), "Cache-Control": "no-store"}, _JSON)
    return tagged(request, body, _JSON, headers, tag=tag)


def ready_answer(request: Request, data: bytes) -> Response:
    """`answer` of a GET whose data is JSON already."""
    return tagged(request, b'{"success":true,"data":' + data + b"}", _JSON)
