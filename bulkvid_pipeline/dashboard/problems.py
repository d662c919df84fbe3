"""Errors as pages: what went wrong, where, and what to do. htmx gets a box instead, which it puts above the page."""

from __future__ import annotations

import logging
import math
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from bulkvid_pipeline.core.errors import AuthenticationError, BulkVideoError
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.web.log_lines import told_path

THEMES = ("light", "dark")
_log = logging.getLogger(__name__)
_WORDS = {
    400: ("Bad request", "Go back, reload the page, and try again"),
    404: ("There is no such page", "Check the address, or go to the start page"),
    405: ("This page cannot be used in that way", "Go to the start page"),
    408: ("The request took too long to arrive", "Try again; a slow connection may need a smaller file"),
    413: ("That is too large", "Send less; of a file at most 10 MiB"),
    416: ("The range lies outside the file", "Ask for bytes within its size"),
}
"""Message and fix of errors that the framework raises with a bare status."""
FIXES = {
    "ASSET_NOT_FOUND": "See which files there are under Templates, Logos and music",
    "IDEMPOTENCY_KEY_IN_USE": "Wait a moment, then reload the page",
    "IDEMPOTENCY_KEY_REUSED": "Open the page again, and fill the form in anew",
    "JOB_NOT_FOUND": "Look for it among the jobs of your project",
    "UPLOAD_NOT_FOUND": "Upload the file again",
}
"""What to do here, where the general words speak of the API or the command line."""
_MESSAGES = {
    "IDEMPOTENCY_KEY_IN_USE": "This is being done already",
    "IDEMPOTENCY_KEY_REUSED": "This form was sent before with other answers",
}


def add_problem_pages(app: FastAPI) -> None:
    """Let all errors of the app be answered by pages."""
    app.add_exception_handler(BulkVideoError, _known)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _plain)


def problem_page(scope: Scope, status: int, error: ErrorBody) -> Response:
    """The page, or for htmx the box, that tells of the error."""
    named = error.model_copy(update={"request_id": scope.get("bulkvid.request_id")})
    headers = {"Cache-Control": "no-store"}
    theme = Request(scope).cookies.get("theme", "")
    values = {"status": status, "error": named, "theme": theme if theme in THEMES else "", "said": "", "visit": None}
    if is_fragment(scope):
        return Response(
            rendered("problems/_box.html", values),
            status,
            {**headers, "HX-Retarget": "#problems", "HX-Reswap": "innerHTML"},
            "text/html",
        )
    visit = scope.get("state", {}).get("visit")
    return Response(rendered("problems/page.html", {**values, "visit": visit}), status, headers, "text/html")


def unexpected_problem(scope: Scope) -> Response:
    """The answer to what nobody foresaw; what it was stands in the log under the same request id."""
    return problem_page(
        scope, 500, ErrorBody(code="INTERNAL", message="Something went wrong on our side", fix="Try again in a moment")
    )


def is_fragment(scope: Scope) -> bool:
    """Whether htmx asks for a part of a page."""
    return any(name == b"hx-request" for name, _ in scope["headers"])


def login_address(scope: Scope) -> str:
    """Where to log in, and come back from to the page that was asked for."""
    query = scope["query_string"].decode("latin-1")
    here = scope["path"] + (f"?{query}" if query else "")
    return f"/login?next={quote(here, safe='')}" if scope["method"] == "GET" and here != "/" else "/login"


async def _known(request: Request, error: Exception) -> Response:
    assert isinstance(error, BulkVideoError)
    if isinstance(error, AuthenticationError):
        return _to_login(request)
    if error.http_status >= 500:
        _log.warning("%s %s: %s", request.method, told_path(request.url.path), error)
    body = ErrorBody(
        code=error.code,
        message=_MESSAGES.get(error.code, error.message),
        fix=FIXES.get(error.code, error.fix),
        field=error.field,
        details=error.details,
    )
    response = problem_page(request.scope, error.http_status, body)
    if error.retry_after is not None:
        response.headers["Retry-After"] = str(math.ceil(error.retry_after))
    return response


def _to_login(request: Request) -> Response:
    if request.method not in {"GET", "HEAD"}:  # the page with the form stays: what was typed there is not lost
        back = "send it again" if is_fragment(request.scope) else "go back to the form, and send it again"
        error = ErrorBody(
            code="UNAUTHENTICATED",
            message="Your session has ended, and nothing was changed",
            fix=f"Log in in another tab, come back here, {back}. "
            "If it is refused then, copy what you have typed and reload the page",
        )
        return problem_page(request.scope, 401, error)
    if is_fragment(request.scope):
        return Response(status_code=401, headers={"HX-Redirect": "/login", "Cache-Control": "no-store"})
    if request.headers.get("sec-fetch-dest", "document") not in {"document", "iframe", "empty"} or (
        request.headers.get("accept", "").startswith("text/event-stream")
    ):
        error = ErrorBody(code="UNAUTHENTICATED", message="Your session has ended", fix="Log in again")
        return problem_page(request.scope, 401, error)
    return RedirectResponse(login_address(request.scope), 303, {"Cache-Control": "no-store"})


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = str(first["loc"][-1]) if first["loc"] else ""
    body = ErrorBody(
        code="INVALID_REQUEST",
        message=_told(field, first),
        fix="Go to the page by the navigation, and choose again",
        field=field or None,
    )
    return problem_page(request.scope, 400, body)


def _told(field: str, wrong: Mapping[str, Any]) -> str:
    """What is wrong with a part of the address; our own rules say it themselves."""
    if wrong["type"] == "value_error":
        return f"{field}: {str(wrong['msg']).removeprefix('Value error, ')}"
    return f"'{field}' in the address cannot be '{shortened(str(wrong.get('input', '')))}'"


async def _plain(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message, fix = _WORDS.get(error.status_code, (str(error.detail), ""))
    response = problem_page(request.scope, error.status_code, ErrorBody(code="HTTP_ERROR", message=message, fix=fix))
    response.headers.update(error.headers or {})
    return response
