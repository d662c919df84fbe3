"""HTTP over a connection to one of the given addresses, with one deadline for the whole exchange."""

from __future__ import annotations

import http.client
import io
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.exchanges import current
from bulkvid_pipeline.adapters.web.addresses import Address, Target

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer, WriteableBuffer


class Deadline:
    """A point in time on the monotonic clock."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self) -> float:
        """Remaining seconds.

        Raises:
            TimeoutError: the deadline has passed.
        """
        left = self._ends - time.monotonic()
        if left <= 0:
            raise TimeoutError("the time is up")
        return left


class _BoundedReads(io.RawIOBase):
    """Socket reads that may each take the remaining time, so that a slow sender cannot extend the deadline."""

    def __init__(self, sock: socket.socket, deadline: Deadline, on_close: Callable[[], None]) -> None:
        self._socket = sock
        self._deadline = deadline
        self._on_close = on_close

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        self._socket.settimeout(self._deadline.left())
        return self._socket.recv_into(buffer)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._on_close()


class _BoundedSocket:
    """The part of a socket's interface that http.client uses, with a deadline.

    As with sockets, files made from it keep it open: http.client closes the socket before it reads the body of a
    response that ends the connection.
    """

    def __init__(self, sock: socket.socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline
        self._files = 0
        self._is_closed = False

    def sendall(self, data: ReadableBuffer) -> None:
        rest = memoryview(data).cast("B")
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        assert mode == "rb", "http.client only reads through files"
        self._files += 1
        return io.BufferedReader(_BoundedReads(self._socket, self._deadline, self._file_closed))

    def _file_closed(self) -> None:
        self._files -= 1
        self._close_if_unused()

    def close(self) -> None:
        self._is_closed = True
        self._close_if_unused()

    def _close_if_unused(self) -> None:
        if self._is_closed and self._files <= 0:
            self._socket.close()


class PinnedConnection(http.client.HTTPConnection):
    """A connection to one of `addresses`, even if the target's name resolves to others meanwhile.

    Host header, SNI and certificate check use the target's name. Proxies of the environment are not used:
    they would resolve the name again.

    Args:
        tls: settings for checking certificates; None for the system's certificate authorities.
    """

    def __init__(
        self, target: Target, addresses: Sequence[Address], deadline: Deadline, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__(target.host, target.port)
        self._target = target
        self._addresses = addresses
        self._deadline = deadline
        self._tls = tls

    def connect(self) -> None:
        """Connect, with TLS for https.

        Raises:
            OSError: no address accepted the connection, or the TLS handshake failed (ssl.SSLError).
            TimeoutError: the deadline has passed.
        """
        plain = self._first_that_answers()
        try:
            self.sock = _BoundedSocket(self._secured(plain), self._deadline)
            current().connected()
        except BaseException:
            plain.close()
            raise

    def _first_that_answers(self) -> socket.socket:
        fault = OSError("no address")
        for tried, address in enumerate(self._addresses):
            # Each address gets an equal share of the remaining time, so that a dead one does not use all of it.
            share = self._deadline.left() / (len(self._addresses) - tried)
            try:
                return socket.create_connection((str(address), self._target.port), share)
            except OSError as error:
                fault = error
        raise fault

    def _secured(self, plain: socket.socket) -> socket.socket:
        if not self._target.https:
            return plain
        context = self._tls or ssl.create_default_context()
        plain.settimeout(self._deadline.left())
        return context.wrap_socket(plain, server_hostname=self._target.host)
