"""What the dashboard accepts before it looks at a request closer, and how it answers what it does not."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.dashboard.problems import problem_page, unexpected_problem
from bulkvid_pipeline.web.request_gate import FORM_MARGIN, MIB, MOST_UPLOAD_BYTES, Refusal

FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
TOO_LARGE = (
    f"Files may have {MOST_UPLOAD_BYTES // MIB} MB. Go back and choose a smaller one: a sheet can be split, and its"
    " pictures belong into links"
)
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Content-Security-Policy": "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            "style-src 'self'",
            "img-src 'self' data:",
            "media-src 'self'",
            "connect-src 'self'",
            "font-src 'self'",
            "form-action 'self'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
        )
    ),
}

FOR_ANYBODY = frozenset({"/login", "/logout", "/theme"})
"""Forms that are read of people who are not logged in."""
MOST_OF_ANYBODY = 64 * 1024
MOST_FIELD_BYTES = 512 * 1024
"""Of a form without a file: telling its fields apart takes time in which nobody else is served."""


class DashboardDoor:
    """See `web.request_gate.Door`."""

    security_headers: Mapping[str, str] = SECURITY

    def most_bytes(self, path: str) -> int:
        return MOST_OF_ANYBODY if path in FOR_ANYBODY else MOST_UPLOAD_BYTES + FORM_MARGIN

    def refusal(self, scope: Scope, headers: Headers, *, has_body: bool) -> Refusal | None:
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if not has_body or scope["method"] in {"GET", "HEAD"}:
            return None
        if kind == FORMS[0]:
            return _refusal_of_fields(headers.get("content-length", ""))
        if kind in FORMS:
            return None
        return 415, ErrorBody(
            code="UNSUPPORTED_MEDIA_TYPE",
            message=f"Content type {kind[:60]!r} is not accepted" if kind else "The body has no content type",
            fix="Send a form; programs use the REST API, see /api/docs",
        )

    async def refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        status, error = refusal
        if error.code == "BODY_TOO_LARGE":
            error = error.model_copy(update={"message": "This is too large to be sent", "fix": TOO_LARGE})
        await problem_page(scope, status, error)(scope, receive, send)

    async def failed(self, scope: Scope, receive: Receive, send: Send) -> None:
        await unexpected_problem(scope)(scope, receive, send)


def _refusal_of_fields(length: str) -> Refusal | None:
    if not length.isdecimal():
        return 411, ErrorBody(
            code="LENGTH_REQUIRED", message="The form does not say how long it is", fix="Send a Content-Length"
        )
    if int(length) <= MOST_FIELD_BYTES:
        return None
    return 413, ErrorBody(
        code="FORM_TOO_LARGE",
        message=f"A form of {length} bytes is too large",
        fix=f"Send at most {MOST_FIELD_BYTES // 1024} KiB, and files as multipart/form-data",
    )
