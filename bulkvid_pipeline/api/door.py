"""What the API accepts before it looks at a request closer: JSON, and files where something is uploaded."""

from __future__ import annotations

import re
from collections.abc import Mapping

from starlette.datastructures import Headers
from starlette.types import Receive, Scope, Send

from bulkvid_pipeline.api.error_answers import error_response, unexpected_error
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.web.request_gate import FORM_MARGIN, MOST_BYTES, MOST_UPLOAD_BYTES, Refusal

UPLOADS = frozenset({"/api/sheets", "/api/template-assets"})
SECURITY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_JSON = re.compile(r"application/([a-z0-9.-]+\+)?json\s*(;.*)?", re.IGNORECASE)


class ApiDoor:
    """See `web.request_gate.Door`."""

    security_headers: Mapping[str, str] = SECURITY

    def most_bytes(self, path: str) -> int:
        return MOST_UPLOAD_BYTES + FORM_MARGIN if path in UPLOADS else MOST_BYTES

    def refusal(self, scope: Scope, headers: Headers, *, has_body: bool) -> Refusal | None:
        if not has_body or scope["method"] not in {"POST", "PUT", "PATCH"} or scope["path"] in UPLOADS:
            return None
        kind = headers.get("content-type", "")
        if _JSON.fullmatch(kind.strip()):
            return None
        return 415, ErrorBody(
            code="UNSUPPORTED_MEDIA_TYPE",
            message=f"Content type {kind[:60]!r} is not accepted" if kind else "The body has no content type",
            fix="Send Content-Type: application/json",
            field="Content-Type",
        )

    async def refuse(self, refusal: Refusal, scope: Scope, receive: Receive, send: Send) -> None:
        status, error = refusal
        await error_response(status, error)(scope, receive, send)

    async def failed(self, scope: Scope, receive: Receive, send: Send) -> None:
        await unexpected_error(scope["bulkvid.request_id"])(scope, receive, send)
