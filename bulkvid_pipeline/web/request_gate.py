"""What every request passes through: its id, limits on its body, security headers, a line in the log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from collections.abc import Mapping
from typing import Any, Protocol

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.web.log_lines import request_id, told_path

MIB = 1024 * 1024
MOST_BYTES = MIB
MOST_HEADER_BYTES = 64 * 1024
"""Of all headers together, as Go's and nginx's largest ones: no honest client comes near."""
MOST_UPLOAD_BYTES = 10 * MIB
FORM_MARGIN = 64 * 1024
"""What a form adds to the file that it holds."""
SILENCE_S = 10.0
"""Longest wait for the next part of a body."""
WHOLE_BODY_S = 60.0
_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_access = logging.getLogger("bulkvid.access")
_log = logging.getLogger(__name__)


Refusal = tuple[int, ErrorBody]
"""The status and the error of a request that is not served."""


class Door(Protocol):
    """What is particular to the API, or to the dashboard, of what every request passes through."""

    @property
    def security_headers(self) -> Mapping[str, str]:
        """Headers that every answer gets unless it has them already."""

    def most_bytes(self, path: str) -> int:
        """The size of the largest body that is read for the path."""

    def refusal(self, scope: Scope, headers: Headers, *, has_body: bool) -> Refusal | None:
        """Why the request is not served, as its headers show; None if it may pass."""

    async def refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that is not served."""

    async def failed(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request that failed for a reason which nobody foresaw."""


class RequestGate:
    """The outermost middleware. Ids of requests are taken from X-Request-Id if it is a plain word, else made."""

    def __init__(self, app: ASGIApp, door: Door) -> None:
        self._app = app
        self._door = door

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        given = headers.get("x-request-id", "")
        named = given if _ID.fullmatch(given) else f"req_{uuid.uuid4().hex}"
        scope["bulkvid.request_id"] = named
        token = request_id.set(named)
        started, status = time.perf_counter(), 0

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(MutableHeaders(scope=message), scope, headers, self._door.security_headers)
            await send(message)

        try:
            await self._serve(scope, receive, sending, headers)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception:
            _log.exception("%s %s failed", scope["method"], told_path(scope["path"]))
            if status:
                raise
            await self._door.failed(scope, receive, sending)
        finally:
            _access.info(
                "%s %s %d %.1f ms %s",
                scope["method"],
                told_path(scope["path"]),
                status,
                1000 * (time.perf_counter() - started),
                _who(scope),
            )
            request_id.reset(token)

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
        most = self._door.most_bytes(scope["path"])
        has_body = _has_body(headers)
        refused = _refused(scope, headers, most, has_body) or self._door.refusal(scope, headers, has_body=has_body)
        if refused is not None:
            status, error = refused
            named = error.model_copy(update={"request_id": scope["bulkvid.request_id"]})
            await self._door.refuse((status, named), scope, receive, send)
            return
        await self._app(scope, _BoundedBody(receive, most), send)


class _BoundedBody:
    """Receives a request; raises HTTPException once its body is too large, or its next part does not arrive."""

    def __init__(self, receive: Receive, most: int) -> None:
        self._receive, self._most = receive, most
        self._size = 0
        self._whole = False
        self._ends_at = time.monotonic() + WHOLE_BODY_S

    async def __call__(self) -> Message:
        if self._whole:
            return await self._receive()
        left_s = min(SILENCE_S, self._ends_at - time.monotonic())
        try:
            message = await asyncio.wait_for(self._receive(), max(0.0, left_s))
        except TimeoutError:
            raise HTTPException(408, headers={"Connection": "close"}) from None
        self._size += len(message.get("body", b""))
        self._whole = not message.get("more_body", False)
        if self._size > self._most:
            raise HTTPException(413, headers={"Connection": "close"})
        return message


def _has_body(headers: Headers) -> bool:
    return headers.get("content-length", "0") not in {"", "0"} or "transfer-encoding" in headers


def _refused(scope: Scope, headers: Headers, most: int, has_body: bool) -> Refusal | None:
    """Why the request is not served, as its first line and headers show already."""
    if sum(len(name) + len(value) for name, value in headers.raw) > MOST_HEADER_BYTES:
        return 431, headers_too_large()
    hosts = headers.getlist("host")
    if len(hosts) > 1 or (not hosts and scope["http_version"] == "1.1") or not all(map(_HOST.fullmatch, hosts)):
        fix = "Send one header Host with the name or address, and the port, of this server"
        return 400, ErrorBody(code="INVALID_REQUEST", message="The host is not valid", fix=fix, field="Host")
    if "\0" in scope["path"] or b"%00" in scope["query_string"]:
        return 400, ErrorBody(
            code="INVALID_REQUEST", message="The address holds a NUL character", fix="Leave %00 out of path and query"
        )
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > most:
        fix = f"Send at most {most // MIB} MiB"
        return 413, ErrorBody(code="BODY_TOO_LARGE", message=f"A body of {length} bytes is too large", fix=fix)
    coding = headers.get("content-encoding", "identity").strip().lower()
    if has_body and coding not in {"", "identity"}:
        return 415, ErrorBody(
            code="UNSUPPORTED_MEDIA_TYPE",
            message=f"Content encoding '{shortened(coding)}' is not accepted",
            fix="Send the body as it is, without Content-Encoding",
            field="Content-Encoding",
        )
    return None


def headers_too_large() -> ErrorBody:
    """Why a request with large headers is refused."""
    return ErrorBody(
        code="HEADERS_TOO_LARGE",
        message="The headers of the request are too large",
        fix=f"Send at most {MOST_HEADER_BYTES // 1024} KiB of headers",
    )


def _add_headers(headers: MutableHeaders, scope: Scope, request: Headers, security: Mapping[str, str]) -> None:
    headers["X-Request-Id"] = scope["bulkvid.request_id"]
    for name, value in security.items():
        headers.setdefault(name, value)
    caller = _caller(scope)
    if caller is not None and caller.is_admin and request.get("x-debug", "").lower() == "true":
        timings: dict[str, float] = scope.get("bulkvid.timings", {})
        headers["Server-Timing"] = ", ".join(f"{part};dur={ms:.2f}" for part, ms in timings.items())


def _who(scope: Scope) -> str:
    caller = _caller(scope)
    return f"{caller.user_id}@{caller.project_id}" if caller else "-"


def _caller(scope: Scope) -> Caller | None:
    state: dict[str, Any] = scope.get("state", {})
    caller: Caller | None = state.get("caller")
    return caller
