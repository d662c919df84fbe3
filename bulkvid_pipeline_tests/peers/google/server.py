"""The way in: an HTTP proxy that answers CONNECT for Google's hosts itself, with certificates of its own authority."""

from __future__ import annotations

import contextlib
import gzip
import http.server
import socket
import socketserver
import ssl
import struct
import sys
import threading
from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import trustme

from bulkvid_pipeline_tests.peers.google.faults import Fault
from bulkvid_pipeline_tests.peers.google.wire import Answer, Request

Handle = Callable[[Request], tuple[Answer, Fault | None]]

_IDLE_S = 60.0
_GZIP_FROM_BYTES = 512
_CHUNK_BYTES = 8192


class ProxyServer(socketserver.ThreadingTCPServer):
    """Listens on 127.0.0.1. Any host but those named is refused, so nothing gets out.

    Args:
        handle: answers a request, or says how to fail; called from the connections' threads.
        port: 0 takes a free one.
    """

    allow_reuse_address = True
    daemon_threads = True
    block_on_close = False

    def __init__(self, handle: Handle, hosts: list[str], authority: trustme.CA, port: int = 0) -> None:
        self.handle = handle
        self.hosts = frozenset(hosts)
        self.tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(*hosts).configure_cert(self.tls)
        super().__init__(("127.0.0.1", port), _ProxyHandler)
        self._thread = threading.Thread(target=self.serve_forever, args=(0.05,), name="google-peer", daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self.shutdown()
        self.server_close()
        self._thread.join()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that hangs up or does not trust us is the client's business; the rest is a fault of the peer."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


class _ProxyHandler(http.server.BaseHTTPRequestHandler):
    server: ProxyServer
    timeout = _IDLE_S

    def do_CONNECT(self) -> None:
        host, _, port = self.path.rpartition(":")
        self.close_connection = True
        if host not in self.server.hosts or port != "443":
            self.send_error(HTTPStatus.FORBIDDEN, "Not a host of this peer")
            return
        self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
        with self.server.tls.wrap_socket(self.connection, server_side=True) as connection:
            _TlsHandler(connection, self.client_address, self.server)

    def log_message(self, *_: object) -> None:
        """Silent: what was asked is counted by the peer."""


class _TlsHandler(http.server.BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 inside the tunnel."""

    server: ProxyServer
    protocol_version = "HTTP/1.1"
    timeout = _IDLE_S
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._serve()

    def do_POST(self) -> None:
        self._serve()

    def _serve(self) -> None:
        path, _, query = self.path.partition("?")
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = Request(self.command, headers.get("host", ""), path, query, headers, body)
        answer, fault = self.server.handle(request)
        if fault is not None and fault.kind == "reset":
            self._reset()
            return
        self._send(answer, cut=fault is not None and fault.kind == "cut")

    def _send(self, answer: Answer, *, cut: bool) -> None:
        body = answer.body
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.content_type)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        if "gzip" in self.headers.get("Accept-Encoding", "") and len(body) > _GZIP_FROM_BYTES:
            body = gzip.compress(body, mtime=0)
            self.send_header("Content-Encoding", "gzip")
        if answer.chunked:
            self.send_header("Transfer-Encoding", "chunked")
            chunks = [body[start : start + _CHUNK_BYTES] for start in range(0, len(body), _CHUNK_BYTES)]
            framed = b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"
        else:
            self.send_header("Content-Length", str(len(body)))
            framed = body
        self.end_headers()
        self.wfile.write(framed[: len(framed) // 2] if cut else framed)
        self.close_connection = self.close_connection or cut

    def _reset(self) -> None:
        """Close so that the client sees a reset, not an end."""
        self.close_connection = True
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with contextlib.suppress(OSError):
            self.rfile.close()
            self.connection.close()

    def log_message(self, *_: object) -> None:
        """Silent, as the proxy is."""
