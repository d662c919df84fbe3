"""One attempt to deliver one message."""

from __future__ import annotations

import http.client
import importlib.metadata
import json
import ssl
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus

from bulkvid_pipeline.adapters.exchanges import Outgoing, outgoing
from bulkvid_pipeline.adapters.web.addresses import Resolver, Target, system_resolver
from bulkvid_pipeline.adapters.web.connection import Deadline, PinnedConnection
from bulkvid_pipeline.adapters.webhooks.signing import signature_headers
from bulkvid_pipeline.adapters.webhooks.targets import allowed_addresses, parse_target
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    CallbackGoneError,
    CallbackRejectedError,
    CallbackTimeoutError,
    InvalidRequestError,
    NetworkError,
    ServiceUnavailableError,
)

MOST_BODY_BYTES = 20_000
"""The size limit that Standard Webhooks recommends."""
MOST_ANSWER_BYTES = 64 * 1024
_TLS_FIX = "Give the receiver a valid certificate for its host name"


@dataclass(frozen=True)
class Delivery:
    """The result of an attempt.

    Args:
        status: the receiver's HTTP status; None if it did not respond.
        at: when the attempt began.
        duration_ms: how long it took.
        error: None if the message was accepted (2xx).
    """

    status: int | None
    at: datetime
    duration_ms: int
    error: BulkVideoError | None


def canonical_json(payload: Mapping[str, object]) -> bytes:
    """The payload as JSON bytes in a unique form: sorted keys, no blanks, UTF-8.

    Raises:
        InvalidRequestError: it cannot be written as JSON (NaN neither), or is longer than 20 kB.
    """
    try:
        text = json.dumps(payload, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
        body = text.encode()
    except (TypeError, ValueError) as error:
        raise InvalidRequestError(f"The webhook's payload cannot be written as JSON: {error}") from error
    if len(body) > MOST_BODY_BYTES:
        raise InvalidRequestError(
            f"The webhook's payload has {len(body)} bytes, more than {MOST_BODY_BYTES}",
            fix="Send less, or a link to it",
        )
    return body


def deliver(
    url: str,
    payload: Mapping[str, object],
    *,
    secret: str,
    message_id: str,
    timestamp: datetime,
    timeout_s: float = 10.0,
    allow_private: bool = False,
    resolver: Resolver = system_resolver,
    tls: ssl.SSLContext | None = None,
) -> Delivery:
    """POST `payload` to `url`, signed after Standard Webhooks; a redirect is a failure and is not followed.

    Args:
        message_id: the same for every attempt of a message, so that its receiver can drop repeats.
        timestamp: the time of this attempt, as aware datetime; receivers refuse signatures older than five minutes.
        timeout_s: wall-clock limit of the whole attempt: name resolution, connection, request and response.
        allow_private: allow private, loopback and link-local addresses.
        tls: settings for checking the certificate; None for the system's certificate authorities.

    Raises:
        InvalidRequestError: the secret or the payload cannot be used. Other failures are returned in the Delivery.
    """
    body = canonical_json(payload)
    headers = signature_headers(body, secret=secret, message_id=message_id, timestamp=timestamp)
    began = time.monotonic()
    status, error = None, None
    try:
        deadline = Deadline(timeout_s)
        target = parse_target(url)
        whole = _whole_headers(target, headers)
        with outgoing(Peer.WEBHOOK, "POST", url, headers=whole, body=body) as exchange:
            addresses = allowed_addresses(target, allow_private=allow_private, timeout_s=timeout_s, resolver=resolver)
            status, error = _post(PinnedConnection(target, addresses, deadline, tls), target, body, whole, exchange)
    except BulkVideoError as fault:
        error = fault
    except TimeoutError:
        error = CallbackTimeoutError(f"The callback's receiver did not answer within {timeout_s:g} s")
    except ssl.SSLError as fault:
        reason = getattr(fault, "verify_message", "") or fault.reason or "handshake failed"
        error = NetworkError(f"No secure connection to the callback's receiver: {reason}", fix=_TLS_FIX)
    except (OSError, http.client.HTTPException) as fault:
        error = NetworkError(f"The connection to the callback's receiver failed: {_error_text(fault)}")
    return Delivery(status, timestamp, round((time.monotonic() - began) * 1000), error)


def _post(
    connection: PinnedConnection, target: Target, body: bytes, headers: Mapping[str, str], exchange: Outgoing
) -> tuple[int, BulkVideoError | None]:
    with closing(connection):
        connection.request("POST", target.path, body, headers)
        answer = connection.getresponse()
        said = b""
        # Only the status matters; the body is read so that the receiver can finish its response.
        with suppress(OSError, http.client.HTTPException):
            said = answer.read(MOST_ANSWER_BYTES)
        exchange.answered(answer.status, dict(answer.getheaders()), said)
        error = _fault_in(answer)
        if error is not None:
            exchange.failed(error)
        return answer.status, error


def _whole_headers(target: Target, headers: Mapping[str, str]) -> dict[str, str]:
    version = importlib.metadata.version("bulkvid-pipeline")
    ours = {
        "Host": target.authority,
        "Content-Type": "application/json",
        "User-Agent": f"bulkvid-pipeline/{version}",
        "Accept": "*/*",
        "Connection": "close",
    }
    return {**ours, **headers}


def _fault_in(answer: http.client.HTTPResponse) -> BulkVideoError | None:
    status = answer.status
    if 200 <= status < 300:
        return None
    said = f"The callback's receiver answered {_named(status)}"
    if status == HTTPStatus.GONE:
        return CallbackGoneError(said)
    if status == HTTPStatus.TOO_MANY_REQUESTS or status >= 500:
        return ServiceUnavailableError(said, retry_after=_seconds(answer.getheader("Retry-After")))
    if 300 <= status < 400:
        return CallbackRejectedError(
            f"{said}; redirects are not followed", fix="Give the address that the redirect leads to as callback_url"
        )
    return CallbackRejectedError(said)


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header; a date is ignored, since clocks differ."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def _error_text(fault: Exception) -> str:
    """The error's text, shortened, since it may contain arbitrary bytes from the receiver."""
    text = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return "".join(c if c.isprintable() else "?" for c in str(text))[:120]
