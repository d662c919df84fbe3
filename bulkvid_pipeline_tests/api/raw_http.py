"""Requests byte by byte, as no well-meaning client sends them."""

from __future__ import annotations

import json
import socket
import zlib
from dataclasses import dataclass
from typing import Any

PATIENCE_S = 60.0


@dataclass(frozen=True)
class Reply:
    """What came back; `status` 0 where the server closed the connection without an answer."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> dict[str, Any]:
        """The error of our envelope."""
        told = json.loads(self.body)
        assert told["success"] is False
        assert set(told["error"]) == {"code", "message", "fix", "field", "details", "request_id"}
        error: dict[str, Any] = told["error"]
        return error

    @property
    def data(self) -> Any:
        return json.loads(self.body)["data"]


def head(method: str, path: str, *headers: str, version: str = "HTTP/1.1", host: str = "Host: x") -> bytes:
    """Request line and headers, to their end."""
    lines = [f"{method} {path} {version}", *([host] if host else []), *headers, "", ""]
    return "\r\n".join(lines).encode("utf-8", "surrogateescape")


def exchange(port: int, *parts: bytes) -> Reply:
    """Send the parts over one connection, and read one answer."""
    with connected(port) as connection:
        try:
            for part in parts:
                connection.sendall(part)
        except (BrokenPipeError, ConnectionResetError):
            pass  # the server answers before all has arrived
        return read(connection, is_head=parts[0].startswith(b"HEAD "))


def connected(port: int) -> socket.socket:
    return socket.create_connection(("127.0.0.1", port), PATIENCE_S)


def read(connection: socket.socket, *, is_head: bool = False) -> Reply:
    """One answer; its body is inflated."""
    raw = b""
    while b"\r\n\r\n" not in raw:
        part = _received(connection)
        if not part:
            return Reply(0, {}, raw)
        raw += part
    start, _, body = raw.partition(b"\r\n\r\n")
    first, *lines = start.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    status = int(first.split(" ")[1])
    if is_head or status in {204, 304}:
        return Reply(status, headers, b"")
    if headers.get("transfer-encoding") == "chunked":
        while not body.endswith(b"0\r\n\r\n") and (part := _received(connection)):
            body += part
        body = _joined(body)
    else:
        length = int(headers.get("content-length", 1 << 40))
        while len(body) < length and (part := _received(connection)):
            body += part
    if headers.get("content-encoding") == "gzip":
        body = zlib.decompress(body, wbits=31)
    return Reply(status, headers, body)


def _received(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65536)
    except ConnectionResetError:
        return b""


def _joined(chunked: bytes) -> bytes:
    body = b""
    while chunked:
        size, _, chunked = chunked.partition(b"\r\n")
        length = int(size, 16)
        if not length:
            break
        body, chunked = body + chunked[:length], chunked[length + 2 :]
    return body
