"""A peer that answers as the API does, or as the API and the networks before it do on a bad day.

It is for faults alone: what the real API answers is tested against the real API.
"""

from __future__ import annotations

import json
import re
import socket
import threading
import time
from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Seen:
    """A request that came."""

    method: str
    path: str
    query: list[tuple[str, str]]
    headers: Mapping[str, str]
    body: bytes
    at: float

    @property
    def json(self) -> Any:
        return json.loads(self.body)


Reply = Callable[[BaseHTTPRequestHandler], None]


class ApiPeer:
    """Answers requests as told by `on`; use as a context manager. What nobody foresaw is a 404 of the API."""

    def __init__(self) -> None:
        self.port = 0
        self.seen: list[Seen] = []
        self._replies: dict[tuple[str, str], deque[Reply]] = defaultdict(deque)
        self._lock = threading.Lock()
        self._server: _Server | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def on(self, method: str, path: str, *replies: Reply) -> None:
        """Answer requests for `path` with the replies one after another; the last one stays."""
        with self._lock:
            self._replies[method, path] = deque(replies)

    def requests(self, method: str, path: str) -> list[Seen]:
        return [seen for seen in self.seen if (seen.method, seen.path) == (method, path)]

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Listen, after a stop at the same port as before."""
        self._server = _Server(("127.0.0.1", self.port), _handler_for(self))
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()

    def stop(self) -> None:
        """Refuse connections and cut those that are open."""
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            self._server.cut()
            self._server = None

    def reply_to(self, seen: Seen) -> Reply:
        with self._lock:
            self.seen.append(seen)
            replies = self._replies[seen.method, seen.path]
            if not replies:
                return failed(404, "NOT_FOUND", f"Nothing at {seen.path}")
            return replies.popleft() if len(replies) > 1 else replies[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        super().__init__(address, handler)
        self._open: set[socket.socket] = set()

    def process_request(self, request: Any, client_address: Any) -> None:
        self._open.add(request)
        super().process_request(request, client_address)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of clients that have gone."""

    def shutdown_request(self, request: Any) -> None:
        self._open.discard(request)
        super().shutdown_request(request)

    def cut(self) -> None:
        for connection in list(self._open):
            try:
                connection.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue


def _handler_for(peer: ApiPeer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _answer(self) -> None:
            parts = urlsplit(self.path)
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            query = parse_qsl(parts.query)
            seen = Seen(self.command, parts.path, query, headers, body, time.monotonic())
            try:
                peer.reply_to(seen)(self)
            except OSError:
                self.close_connection = True  # The client has gone, which many tests want.

        do_GET = do_POST = do_PUT = do_DELETE = _answer  # noqa: N815

        def log_message(self, *_arguments: object) -> None:
            """Say nothing."""

    return Handler


def raw(status: int, body: bytes, content_type: str = "application/json", **headers: str) -> Reply:
    """An answer as it stands; `_` in a header's name is `-`."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-type", content_type)
        if status != 304:
            handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def ok(data: Any, status: int = 200, **headers: str) -> Reply:
    """A success of the API."""
    return raw(status, json.dumps({"success": True, "data": data}).encode(), **headers)


def failed(status: int, code: str = "INTERNAL", message: str = "Server error", *, fix: str = "", **more: Any) -> Reply:
    """An error of the API; `retry_after` is a header, all else fields of the error."""
    retry_after = more.pop("retry_after", None)
    error = {"code": code, "message": message, "fix": fix, "field": None, "details": None, "request_id": "req_1"}
    body = json.dumps({"success": False, "error": {**error, **more}}).encode()
    return raw(status, body, **({} if retry_after is None else {"retry_after": str(retry_after)}))


def dropped(handler: BaseHTTPRequestHandler) -> None:
    """Close the connection in place of an answer."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def half(body: bytes, sent: int, content_type: str = "application/json", status: int = 200, **headers: str) -> Reply:
    """An answer that breaks off after `sent` bytes."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.send_header("content-type", content_type)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body[:sent])
        dropped(handler)

    return reply


def after(seconds: float, reply: Reply) -> Reply:
    """The reply, late."""

    def late(handler: BaseHTTPRequestHandler) -> None:
        time.sleep(seconds)
        reply(handler)

    return late


def event(kind: str, data: Any, event_id: str = "") -> bytes:
    """An event of a stream."""
    named = f"id: {event_id}\n" if event_id else ""
    return f"{named}event: {kind}\ndata: {json.dumps(data)}\n\n".encode()


def stream(*parts: bytes, then: Reply | None = None, content_type: str = "text/event-stream") -> Reply:
    """A stream of the parts; afterwards it ends as a stream does, or as `then` says, for example `dropped`."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("content-type", content_type)
        handler.send_header("transfer-encoding", "chunked")
        handler.end_headers()
        for part in parts:
            handler.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        if then is None:
            handler.wfile.write(b"0\r\n\r\n")
        else:
            then(handler)

    return reply


def silent_for(seconds: float) -> Reply:
    """Say nothing for so long, then drop the connection."""
    return after(seconds, dropped)


def file(content: bytes, *, etag: str = "", ranges: bool = True) -> Reply:
    """A file, of which parts may be asked for."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        wanted = re.fullmatch(r"bytes=(\d+)-", handler.headers.get("range", "")) if ranges else None
        start = int(wanted[1]) if wanted else 0
        size = len(content)
        tag = {"etag": etag} if etag else {}
        if wanted and start >= size:
            raw(416, b"", "text/plain", content_range=f"bytes */{size}")(handler)
        elif wanted:
            placed = {"content_range": f"bytes {start}-{size - 1}/{size}"}
            raw(206, content[start:], "video/mp4", **placed, **tag)(handler)
        else:
            raw(200, content, "video/mp4", **tag)(handler)

    return reply


def page(items: Iterable[Any], next_page_token: str | None = None) -> Reply:
    """A page of a list."""
    return ok({"items": list(items), "next_page_token": next_page_token})
