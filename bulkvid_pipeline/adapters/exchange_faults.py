"""What broke a request, as the exceptions of the libraries tell that make them.

Their classes are known by name: importing all of these libraries takes half a second, for which most processes have no
use.
"""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator, Sequence

from bulkvid_pipeline.core.diagnostics.exchange import Fault

_MOST_CAUSES = 12

_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN, errno.EADDRNOTAVAIL}
_DROPPED = {errno.ECONNRESET, errno.EPIPE, errno.ECONNABORTED, errno.ENOTCONN}

_BY_NAME: dict[Fault, frozenset[str]] = {
    Fault.CANCELLED: frozenset({"CancelledError", "RenderCancelledError", "KeyboardInterrupt", "GeneratorExit"}),
    Fault.DNS: frozenset({"gaierror", "NameResolutionError", "ClientConnectorDNSError", "LocationParseError"}),
    Fault.TLS: frozenset(
        {
            "SSLError",
            "CertificateError",
            "ClientSSLError",
            "ClientConnectorCertificateError",
            "SSLCertVerificationError",
        }
    ),
    Fault.REFUSED: frozenset({"ConnectionRefusedError"}),
    Fault.TIMEOUT: frozenset(
        {
            "TimeoutError",
            "Timeout",
            "ConnectTimeout",
            "ReadTimeout",
            "ConnectTimeoutError",
            "ReadTimeoutError",
            "ServerTimeoutError",
            "TimeoutException",
            "TimeoutStateError",
        }
    ),
    Fault.DROPPED: frozenset(
        {
            "RemoteDisconnected",
            "IncompleteRead",
            "BadStatusLine",
            "ProtocolError",
            "ChunkedEncodingError",
            "ConnectionResetError",
            "ConnectionAbortedError",
            "BrokenPipeError",
            "SSLEOFError",
            "SSLZeroReturnError",
            "ServerDisconnectedError",
            "ClientPayloadError",
            "ClientOSError",
            "ConnectionClosedError",
            "ResponseStreamingError",
            "IncompleteReadError",
            "RemoteProtocolError",
            "ReadError",
            "WriteError",
            "CloseError",
        }
    ),
}
_TRANSPORT = frozenset(
    {
        "RequestException",
        "HTTPException",
        "HTTPError",
        "ClientError",
        "HTTPClientError",
        "ConnectionError",
        "TransportError",
        "OSError",
        "NetworkError",
    }
)


def fault_of(chain: Sequence[BaseException]) -> Fault | None:
    """What broke a request that ended with these `causes`; None where no connection is spoken of."""
    # The innermost knows best: the outer ones wrap what they were told.
    for each in reversed(chain):
        found = _fault(each)
        if found is not None:
            return found
    names = {kind.__name__ for each in chain for kind in type(each).__mro__}
    return Fault.OTHER if names & _TRANSPORT else None


def causes(error: BaseException, *, but: BaseException | None = None) -> Iterator[BaseException]:
    """The exception and those that it tells of, the outermost first.

    Args:
        error: what a request has raised.
        but: what was being handled already when the request began, which has nothing to do with it.
    """
    waiting, seen = [error], {id(but)}
    while waiting and len(seen) <= _MOST_CAUSES:
        each = waiting.pop(0)
        if id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        told = [each.__cause__, each.__context__, getattr(each, "reason", None), getattr(each, "os_error", None)]
        kwargs = getattr(each, "kwargs", None)
        told += [*each.args, kwargs.get("error") if isinstance(kwargs, dict) else None]
        waiting += [cause for cause in told if isinstance(cause, BaseException)]


def _fault(error: BaseException) -> Fault | None:
    if isinstance(error, socket.gaierror):
        return Fault.DNS
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return Fault.DROPPED
    if isinstance(error, ssl.SSLError):
        return Fault.TLS
    names = {kind.__name__ for kind in type(error).__mro__}
    for fault in (Fault.CANCELLED, Fault.DNS, Fault.REFUSED):
        if names & _BY_NAME[fault]:
            return fault
    if isinstance(error, OSError) and error.errno in _UNREACHABLE:
        return Fault.UNREACHABLE
    if isinstance(error, OSError) and error.errno in _DROPPED:
        return Fault.DROPPED
    for fault in (Fault.TIMEOUT, Fault.TLS, Fault.DROPPED):
        if names & _BY_NAME[fault]:
            return fault
    return None
