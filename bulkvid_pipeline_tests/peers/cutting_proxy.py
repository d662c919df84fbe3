"""A TCP proxy that breaks connections on command: what a network does on a bad day, made repeatable."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
import time
from enum import Enum
from typing import Self

_CHUNK = 16 * 1024


class _Fault(Enum):
    NONE = "none"
    CUT = "cut"
    STALL = "stall"
    LOSE_REPLIES = "lose replies"


class CuttingProxy:
    """Passes TCP connections on to a port of this machine until told to break them; use as a context manager.

    A fault holds for all connections, open and new, until `heal()`.
    """

    def __init__(self, target_port: int) -> None:
        self._target_port = target_port
        self._lock = threading.Lock()
        self._fault = _Fault.NONE
        self._bytes_left = 0
        self._bytes_per_s = float("inf")
        self._closing = threading.Event()
        self._healed = threading.Event()
        self._open: set[socket.socket] = set()
        self._listener: socket.socket | None = None
        self.port = 0
        self.bytes_sent = 0
        """What clients have sent through us since the start, in bytes."""

    @property
    def endpoint_url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self._listen()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._closing.set()
        self._healed.set()
        self.refuse()

    def cut_after(self, count: int) -> None:
        """Reset every connection once clients have sent `count` more bytes, and every new one after that."""
        self._break(_Fault.CUT, count)

    def stall_after(self, count: int) -> None:
        """Take and pass on nothing more, without a word, once clients have sent `count` more bytes."""
        self._break(_Fault.STALL, count)

    def lose_replies(self) -> None:
        """Pass on whole requests, but reset the connection in place of the reply: done, but nobody was told."""
        self._break(_Fault.LOSE_REPLIES, 0)

    def refuse(self) -> None:
        """Reset all connections and refuse new ones."""
        if self._listener is not None:
            # Closing alone would leave the accepting thread, and with it the port, waiting for one more client.
            with contextlib.suppress(OSError):
                self._listener.shutdown(socket.SHUT_RDWR)
            self._listener.close()
            self._listener = None
        with self._lock:
            connections = list(self._open)
        for connection in connections:
            _reset(connection)

    def slow_down(self, bytes_per_s: float) -> None:
        """Take no more than so much from each client until the end of this proxy."""
        self._bytes_per_s = bytes_per_s

    def heal(self) -> None:
        """End the fault; connections that stood still go on."""
        with self._lock:
            self._fault = _Fault.NONE
        self._healed.set()
        if self._listener is None:
            self._listen()

    def _break(self, fault: _Fault, count: int) -> None:
        with self._lock:
            self._fault, self._bytes_left = fault, count
            self._healed.clear()

    def _listen(self) -> None:
        listener = socket.create_server(("127.0.0.1", self.port), backlog=64)
        self.port = listener.getsockname()[1]
        self._listener = listener
        threading.Thread(target=self._accept, args=(listener,), daemon=True).start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._closing.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target_port), timeout=5)
            except OSError:
                _reset(client)
                continue
            server.settimeout(None)
            with self._lock:
                self._open |= {client, server}
            for pump in (self._pump_requests, self._pump_replies):
                threading.Thread(target=pump, args=(client, server), daemon=True).start()

    def _pump_requests(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := client.recv(_CHUNK):
                passed, fault = self._allow(data)
                server.sendall(passed)
                time.sleep(len(passed) / self._bytes_per_s)
                if fault is _Fault.CUT:
                    break
                if fault is _Fault.STALL:
                    self._healed.wait()
                    server.sendall(data[len(passed) :])
        self._end(client, server)

    def _pump_replies(self, client: socket.socket, server: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(_CHUNK):
                if self._fault is _Fault.LOSE_REPLIES and not data.startswith(b"HTTP/1.1 100"):
                    break
                client.sendall(data)
        self._end(client, server)

    def _allow(self, data: bytes) -> tuple[bytes, _Fault]:
        """What of the data may pass, and the fault that holds back the rest."""
        with self._lock:
            self.bytes_sent += len(data)
            if self._fault not in (_Fault.CUT, _Fault.STALL):
                return data, _Fault.NONE
            passed = data[: self._bytes_left]
            self._bytes_left -= len(passed)
            return passed, _Fault.NONE if len(passed) == len(data) else self._fault

    def _end(self, *connections: socket.socket) -> None:
        with self._lock:
            self._open -= set(connections)
        for connection in connections:
            _reset(connection)


def _reset(connection: socket.socket) -> None:
    """Close so that the other side gets a reset, not an orderly end."""
    with contextlib.suppress(OSError):
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    with contextlib.suppress(OSError):
        # Wakes the other thread of this connection; close() alone would leave it in recv().
        connection.shutdown(socket.SHUT_RD)
    connection.close()
