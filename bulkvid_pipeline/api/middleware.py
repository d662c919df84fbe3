"""What every request passes through: its id, limits on its body, security headers, a line in the log."""

from __future__ import annotations

import asyncio
import logging
import re
import time
import uuid
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulkvid_pipeline.api.error_answers import error_response, unexpected_error
from bulkvid_pipeline.api.log_lines import request_id, told_path
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.services.access.scopes import Caller

MIB = 1024 * 1024
MOST_BYTES = MIB
MOST_HEADER_BYTES = 64 * 1024
"""Of all headers together, as Go's and nginx's largest ones: no honest client comes near."""
MOST_UPLOAD_BYTES = 10 * MIB
UPLOADS = "/api/sheets"
_FORM_MARGIN = 64 * 1024
"""What a form adds to the file that it holds."""
SILENCE_S = 10.0
"""Longest wait for the next part of a body."""
WHOLE_BODY_S = 60.0
_ID = re.compile(r"[A-Za-z0-9._:-]{1,128}")
_HOST = re.compile(r"[A-Za-z0-9._-]{1,255}(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]{2,45}\](:[0-9]{1,5})?")
_JSON = re.compile(r"application/([a-z0-9.-]+\+)?json\s*(;.*)?", re.IGNORECASE)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_access = logging.getLogger("bulkvid.access")
_log = logging.getLogger(__name__)


class RequestGate:
    """The outermost middleware. Ids of requests are taken from X-Request-Id if it is a plain word, else made."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

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
                _add_headers(MutableHeaders(scope=message), scope, named, headers)
            await send(message)

        try:
            await self._serve(scope, receive, sending, headers)
        except ClientDisconnect:
            pass  # nobody is there to be answered
        except Exception:
            _log.exception("%s %s failed", scope["method"], told_path(scope["path"]))
            if status:
                raise
            await unexpected_error(named)(scope, receive, sending)
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
        most = MOST_UPLOAD_BYTES + _FORM_MARGIN if scope["path"] == UPLOADS else MOST_BYTES
        refused = _refused(scope, headers, most)
        if refused is not None:
            status, error = refused
            response = error_response(status, error.model_copy(update={"request_id": scope["bulkvid.request_id"]}))
            await response(scope, receive, send)
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


def _refused(scope: Scope, headers: Headers, most: int) -> tuple[int, ErrorBody] | None:
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
    has_body = length not in {"", "0"} or "transfer-encoding" in headers
    coding = headers.get("content-encoding", "identity").strip().lower()
    if has_body and coding not in {"", "identity"}:
        return 415, ErrorBody(
            code="UNSUPPORTED_MEDIA_TYPE",
            message=f"Content encoding '{shortened(coding)}' is not accepted",
            fix="Send the body as it is, without Content-Encoding",
            field="Content-Encoding",
        )
    if has_body and scope["method"] in {"POST", "PUT", "PATCH"} and scope["path"] != UPLOADS:
        kind = headers.get("content-type", "")
        if not _JSON.fullmatch(kind.strip()):
            return 415, ErrorBody(
                code="UNSUPPORTED_MEDIA_TYPE",
                message=f"Content type {kind[:60]!r} is not accepted" if kind else "The body has no content type",
                fix="Send Content-Type: application/json",
                field="Content-Type",
            )
    return None


def headers_too_large() -> ErrorBody:
    """Why a request with large headers is refused."""
    return ErrorBody(
        code="HEADERS_TOO_LARGE",
        message="The headers of the request are too large",
        fix=f"Send at most {MOST_HEADER_BYTES // 1024} KiB of headers",
    )


def _add_headers(headers: MutableHeaders, scope: Scope, named: str, request: Headers) -> None:
    headers["X-Request-Id"] = named
    for name, value in SECURITY.items():
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
