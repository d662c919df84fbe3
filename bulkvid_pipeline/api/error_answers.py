"""Every error of the API in one shape, with the status and the text of the error reference."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from bulkvid_pipeline.api.envelope import ErrorAnswer, error_body
from bulkvid_pipeline.core.errors import AuthenticationError, BulkVideoError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.services.access.request_counter import TooManyRequestsError
from bulkvid_pipeline.web.log_lines import told_path

_log = logging.getLogger(__name__)

_WORDS: dict[int, tuple[str, str, str]] = {
    400: ("INVALID_REQUEST", "Bad request", "Check request format"),
    404: ("NOT_FOUND", "Not found", "Verify the path; /api/docs lists the routes"),
    405: ("METHOD_NOT_ALLOWED", "Method not allowed", "Use a method that the header Allow names"),
    408: ("REQUEST_TIMEOUT", "The request took too long to arrive", "Send the whole request at once"),
    413: ("BODY_TOO_LARGE", "The request is too large", "Send a smaller one"),
    415: ("UNSUPPORTED_MEDIA_TYPE", "The content type is not accepted", "Send Content-Type: application/json"),
    416: ("RANGE_NOT_SATISFIABLE", "The range lies outside the file", "Ask for bytes within its size"),
}
"""Code, message and fix of errors that the framework raises with a bare status."""
_UNREADABLE_HERE = "There was an error parsing the body"
_UNREADABLE = "The body is not Unicode, or is nested too deeply, or has a number of too many digits"
"""What is said in place of the framework's words about a body that is no JSON it can hold."""


def add_error_handlers(app: FastAPI) -> None:
    """Let all errors of the app be answered in one shape."""
    app.add_exception_handler(BulkVideoError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)


def error_response(status: int, error: ErrorBody, headers: Mapping[str, str] = {}) -> Response:
    """The answer that tells of the error."""
    kept = {**headers, "Cache-Control": "no-store"}
    return Response(error_body(error), status, kept, "application/json")


def unexpected_error(request_id: str) -> Response:
    """The answer to what nobody foresaw; what it was stands in the log under the same request id."""
    body = ErrorBody(
        code="INTERNAL",
        message="Server error",
        fix="Try again; if it stays, contact support with the request id",
        request_id=request_id,
    )
    return error_response(500, body)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """What the API's document says of answers with these statuses."""
    return {status: {"model": ErrorAnswer, "description": _DESCRIPTIONS[status]} for status in statuses}


_DESCRIPTIONS = {
    400: "Something in the request is wrong; `field` names it",
    401: "The token is missing, invalid or expired",
    403: "The token does not permit this",
    404: "There is no such thing in the token's project",
    409: "The present state does not allow this",
    412: "Somebody else has changed it since",
    413: "The body is too large",
    415: "The content type is not accepted",
    416: "The range lies outside the file",
    422: "The idempotency key was used with another body",
    429: "Too many requests; the header Retry-After says when to try again",
    500: "The server failed, or the template cannot be used",
    503: "A part of the service is not available",
    504: "A part of the service did not answer in time",
    507: "The storage is full",
}


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, BulkVideoError)
    if error.http_status >= 500:
        _log.warning("%s %s: %s", request.method, told_path(request.url.path), error)
    body = ErrorBody(
        code=error.code,
        message=error.message,
        fix=error.fix,
        field=error.field,
        details=error.details,
        request_id=_id_of(request),
    )
    headers: dict[str, str] = dict(getattr(request.state, "limit_headers", {}))
    if isinstance(error, TooManyRequestsError):
        headers.update(error.headers)
    if error.retry_after is not None:
        headers["Retry-After"] = str(math.ceil(error.retry_after))
    if isinstance(error, AuthenticationError):
        headers["WWW-Authenticate"] = (
            f'Bearer realm="bulkvid", error="invalid_token", error_description="{_header(error.message)}"'
        )
    return error_response(error.http_status, body, headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    problems = [_problem(told) for told in error.errors()]
    first = problems[0]
    body = ErrorBody(
        code="INVALID_REQUEST",
        message=f"{first['field']}: {first['problem']}" if first["field"] else first["problem"],
        fix="Check request format; /api/docs shows it",
        field=first["field"] or None,
        details=problems,
        request_id=_id_of(request),
    )
    return error_response(400, body, getattr(request.state, "limit_headers", {}))


def _problem(told: Mapping[str, Any]) -> dict[str, str]:
    """Where something is wrong, and what."""
    if told["type"] == "json_invalid":  # its place is a number of characters
        return {"field": "", "problem": f"The body is not JSON: {told['ctx']['error']} at character {told['loc'][-1]}"}
    return {"field": _field(told["loc"]), "problem": str(told["msg"]).removeprefix("Value error, ")}


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code, message, fix = _WORDS.get(error.status_code, ("HTTP_ERROR", str(error.detail), ""))
    if error.status_code == 400:
        message = f"{message}: {_UNREADABLE if error.detail == _UNREADABLE_HERE else error.detail}"
    body = ErrorBody(code=code, message=message, fix=fix, request_id=_id_of(request))
    headers = {**getattr(request.state, "limit_headers", {}), **(error.headers or {})}
    return error_response(error.status_code, body, headers)


def _field(place: tuple[int | str, ...]) -> str:
    """`output.resolution` out of where pydantic says that a value stands."""
    parts = place[1:] if place and place[0] in {"body", "query", "path", "header"} else place
    return shortened(".".join(str(part) for part in parts))


def _id_of(request: Request) -> str | None:
    found: str | None = request.scope.get("bulkvid.request_id")
    return found


def _header(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace('"', "'")
