"""A receiver of webhooks on loopback: a real HTTP or HTTPS server that keeps what it gets, and can misbehave."""

from __future__ import annotations

import contextlib
import socket
import socketserver
import ssl
import struct
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Self

from standardwebhooks import Webhook

_TICK_S = 0.05


@dataclass(frozen=True)
class Reply:
    """An answer as HTTP wants it."""

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:  # noqa: ARG002
        lines = [f"HTTP/1.1 {self.status} Whatever", *(f"{name}: {value}" for name, value in self.headers.items())]
        if self.status != 204:
            lines.append(f"Content-Length: {len(self.body)}")
        sock.sendall("\r\n".join([*lines, "", ""]).encode() + self.body)


@dataclass(frozen=True)
class Silence:
    """Takes the message and never answers."""

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:  # noqa: ARG002
        stopped.wait()


@dataclass(frozen=True)
class Drip:
    """Sends `head`, then a byte now and then, for ever: each of its reads is quick, the whole never ends."""

    head: bytes = b"HTTP/1.1 200 OK\r\nX-Slow: "

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:
        sock.sendall(self.head)
        while not stopped.wait(_TICK_S):
            sock.sendall(b"a")


@dataclass(frozen=True)
class Flood:
    """Answers 200 and then sends body without end, as fast as it is read."""

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not stopped.is_set():
            sock.sendall(b"x" * 65536)


@dataclass(frozen=True)
class Garbage:
    """Answers something that is not HTTP."""

    text: bytes = b"SSH-2.0-OpenSSH_9.2\r\n"

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:  # noqa: ARG002
        sock.sendall(self.text)


@dataclass(frozen=True)
class Drop:
    """Resets the connection once it has the message."""

    def act(self, sock: socket.socket, stopped: threading.Event) -> None:  # noqa: ARG002
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


Behaviour = Reply | Silence | Drip | Flood | Garbage | Drop


@dataclass(frozen=True)
class Received:
    """A message as it came over the wire; header names in lower case."""

    line: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    def verified(self, secret: str) -> Any:
        """The payload, as a receiver with the reference library gets it now; raises if signature or time are wrong."""
        return Webhook(secret).verify(self.body, dict(self.headers))

    def is_signed_with(self, secret: str) -> bool:
        """Whether the signature is right, at whatever time it was made."""
        moment = datetime.fromtimestamp(int(self.headers["webhook-timestamp"]), UTC)
        return Webhook(secret).sign(self.id, moment, self.body.decode()) == self.headers["webhook-signature"]


class HookReceiver(socketserver.ThreadingTCPServer):
    """Use as a context manager. Behaves as told by `will`, one behaviour a message, the last one from then on."""

    daemon_threads = True
    block_on_close = False
    allow_reuse_address = True

    def __init__(self, *, tls: ssl.SSLContext | None = None, host: str = "127.0.0.1", port: int = 0) -> None:
        self.tls = tls
        self.stopped = threading.Event()
        self.received: list[Received] = []
        self.server_names: list[str | None] = []
        self._behaviours: list[Behaviour] = [Reply()]
        self._lock = threading.Lock()
        if tls is not None:
            tls.sni_callback = lambda _sock, name, _context: self.server_names.append(name)
        super().__init__((host, port), _Handler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.02,), name="hook-receiver", daemon=True)

    @property
    def port(self) -> int:
        return int(self.server_address[1])

    def url(self, path: str = "/hook", host: str = "127.0.0.1") -> str:
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}{path}"

    def will(self, *behaviours: Behaviour) -> Self:
        with self._lock:
            self._behaviours = list(behaviours)
        return self

    def take(self, message: Received) -> Behaviour:
        with self._lock:
            self.received.append(message)
            return self._behaviours.pop(0) if len(self._behaviours) > 1 else self._behaviours[0]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stopped.set()
        self.shutdown()
        self.server_close()
        self._thread.join()


class _Handler(socketserver.BaseRequestHandler):
    server: HookReceiver

    def handle(self) -> None:
        # A sender that hangs up in the middle is nothing that a receiver can help.
        with contextlib.suppress(OSError):
            self._serve()

    def _serve(self) -> None:
        sock = self.request
        if self.server.tls is not None:
            sock = self.server.tls.wrap_socket(sock, server_side=True)
        with sock:
            message = _read(sock)
            if message is not None:
                self.server.take(message).act(sock, self.server.stopped)


def _read(sock: socket.socket) -> Received | None:
    """The request on a connection; None if the sender hangs up before it is whole."""
    with sock.makefile("rb") as stream:
        line = stream.readline().decode().strip()
        headers: dict[str, str] = {}
        while (field_line := stream.readline().decode().strip()) != "":
            name, _, value = field_line.partition(":")
            headers[name.lower()] = value.strip()
        size = int(headers.get("content-length", "0"))
        body = stream.read(size)
    return Received(line, headers, body) if line and len(body) == size else None
