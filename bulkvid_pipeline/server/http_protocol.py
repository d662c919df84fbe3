"""HTTP/1.1 as uvicorn speaks it, with bounds on what the app has no say in.

These are size and time of headers, the time of a body that nobody reads any more, and errors in what is no HTTP.
"""

from __future__ import annotations

import uuid
from asyncio import TimerHandle, Transport
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bulkvid_pipeline.api.door import SECURITY
from bulkvid_pipeline.api.envelope import error_body
from bulkvid_pipeline.core.wire import ErrorBody
from bulkvid_pipeline.web.request_gate import MOST_HEADER_BYTES, WHOLE_BODY_S, headers_too_large

HEADERS_S = 10.0
"""How long a connection may be without a whole request line and headers."""
LINGER_S = 5.0
"""How much later than the app a body is given up: the app answers first."""


class BoundedHttp(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._arriving = 0
        """Bytes of request line and headers that have come."""
        self._is_body = False
        self._timer: TimerHandle | None = None

    def connection_made(self, transport: Transport) -> None:  # type: ignore[override]
        """Wait for the first request."""
        super().connection_made(transport)
        self._end_in(HEADERS_S)

    def connection_lost(self, exc: Exception | None) -> None:
        """Nothing is waited for any more."""
        self._wait_no_longer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read on, within bounds."""
        if not self._is_body:
            self._arriving += len(data)
            if self._timer is None:
                self._end_in(HEADERS_S)
        super().data_received(data)
        if not self._is_body and self._arriving > MOST_HEADER_BYTES and not self.transport.is_closing():
            self._refuse(431, headers_too_large())

    def on_headers_complete(self) -> None:
        """The app takes over; what remains is the body."""
        self._is_body = True
        self._end_in(WHOLE_BODY_S + LINGER_S)
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        """The whole request is here."""
        self._is_body, self._arriving = False, 0
        self._wait_no_longer()
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:  # noqa: ARG002  uvicorn's words are replaced
        """Refuse what is no HTTP."""
        self._refuse(
            400,
            ErrorBody(
                code="INVALID_REQUEST",
                message="Bad request: this is not valid HTTP",
                fix="Check method, path, headers and lengths of the request",
            ),
        )

    def _refuse(self, status: int, error: ErrorBody) -> None:
        """Answer and close; only close where an answer has begun already."""
        self._wait_no_longer()
        if self.cycle is None or not self.cycle.response_started or self.cycle.response_complete:
            named = f"req_{uuid.uuid4().hex}"
            body = error_body(error.model_copy(update={"request_id": named}))
            headers = {
                "Content-Type": "application/json",
                "Content-Length": str(len(body)),
                "Cache-Control": "no-store",
                "Connection": "close",
                "X-Request-Id": named,
                **SECURITY,
            }
            lines = [f"HTTP/1.1 {status} {_PHRASES[status]}", *(f"{name}: {value}" for name, value in headers.items())]
            self.transport.write("\r\n".join([*lines, "", ""]).encode() + body)
        self.transport.close()

    def _end_in(self, seconds: float) -> None:
        self._wait_no_longer()
        self._timer = self.loop.call_later(seconds, self._refuse_silence)

    def _refuse_silence(self) -> None:
        if self._is_body or not self._arriving:
            self.transport.close()
            return
        self._refuse(
            408,
            ErrorBody(
                code="REQUEST_TIMEOUT",
                message="The request took too long to arrive",
                fix="Send the whole request at once",
            ),
        )

    def _wait_no_longer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


_PHRASES = {400: "Bad Request", 408: "Request Timeout", 431: "Request Header Fields Too Large"}
