"""One attempt to fetch a medium from a web server: each redirect's address is checked, all under one deadline."""

from __future__ import annotations

import http.client
import importlib.metadata
import ssl
from contextlib import closing
from http import HTTPStatus
from urllib.parse import urljoin

from bulkvid_pipeline.adapters.exchanges import outgoing
from bulkvid_pipeline.adapters.media.policy import MediaPolicy, not_public
from bulkvid_pipeline.adapters.media.sniffing import HEAD_BYTES, format_of
from bulkvid_pipeline.adapters.media.versions import Fetched, Version
from bulkvid_pipeline.adapters.web.addresses import BadAddressError, Target, is_allowed, resolved, target_of
from bulkvid_pipeline.adapters.web.connection import Deadline, PinnedConnection
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import (
    MediumError,
    MediumNotFoundError,
    MediumRefusedError,
    NetworkError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.core.media import shown_source

MAX_REDIRECTS = 5
_READ_BYTES = 64 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_BUSY = frozenset({408, 425, 429})
_NOT_OPEN = frozenset({401, 403, 407, 451})
_TLS_FIX = "The server needs a valid certificate for its host name; or give another address"


def fetch_web(source: str, policy: MediaPolicy, known: Version | None) -> Fetched | None:
    """The content at an http(s) address; None if it still has the version `known`.

    Raises:
        MediumRefusedError: an address or a redirect is not public or not encrypted, or the server denies access.
        MediumNotFoundError: there is nothing at the address.
        MediumError: it is too large, of a format that is not accepted, or behind too many redirects.
        NetworkError, ServiceUnavailableError: worth another try.
    """
    shown = shown_source(source)
    try:
        return _follow(source, policy, known, Deadline(policy.deadline_s))
    except TimeoutError as error:
        raise NetworkError(
            f"{shown} was not fetched within {policy.deadline_s:g} s", fix="Give a faster server, or a smaller file"
        ) from error
    except ssl.SSLError as error:
        reason = getattr(error, "verify_message", "") or error.reason or "handshake failed"
        raise NetworkError(f"No secure connection to {shown}: {reason}", fix=_TLS_FIX) from error
    except (OSError, http.client.HTTPException) as error:
        raise NetworkError(
            f"Fetching {shown} failed: {_error_text(error)}", fix="Check the address and the network"
        ) from error


def _follow(source: str, policy: MediaPolicy, known: Version | None, deadline: Deadline) -> Fetched | None:
    """The content at the end of the redirects."""
    url = source
    for _hop in range(MAX_REDIRECTS + 1):
        target = _target(url, source, policy)
        headers = _headers(target, known)
        with outgoing(Peer.MEDIA, "GET", url, headers=headers) as exchange:
            addresses = resolved(target, timeout_s=deadline.left(), resolver=policy.resolver)
            for address in addresses:
                if not is_allowed(address, allow_private=policy.allow_private):
                    raise not_public(source, str(address))
            with closing(PinnedConnection(target, addresses, deadline, policy.tls)) as connection:
                connection.request("GET", target.path, headers=headers)
                with closing(connection.getresponse()) as answer:
                    told = dict(answer.getheaders())
                    exchange.answered(answer.status, told)
                    if answer.status not in _REDIRECTS:
                        found = _content(answer, source, policy, known)
                        exchange.answered(answer.status, told, found and found.data)
                        return found
                    url = _next(url, source, answer)
    raise MediumError(
        f"{shown_source(source)} leads through more than {MAX_REDIRECTS} redirects", fix="Give the last address"
    )


def _target(url: str, source: str, policy: MediaPolicy) -> Target:
    try:
        target = target_of(url)
    except BadAddressError as error:
        raise MediumError(f"{shown_source(source)} leads to an address that {error}") from error
    if not target.https and not policy.allow_http:
        raise MediumRefusedError(
            f"{shown_source(source)} leads to an address that is not encrypted",
            fix="Give an https:// address, or set BULKVID_MEDIA_ALLOW_HTTP=true",
        )
    return target


def _next(url: str, source: str, answer: http.client.HTTPResponse) -> str:
    location = answer.getheader("Location")
    if not location:
        raise MediumError(f"{shown_source(source)} redirects but gives no address")
    try:
        return urljoin(url, location)
    except ValueError as error:
        raise MediumError(f"{shown_source(source)} redirects to an invalid web address") from error


def _headers(target: Target, known: Version | None) -> dict[str, str]:
    headers = {
        "Host": target.authority,
        "User-Agent": f"bulkvid-pipeline/{importlib.metadata.version('bulkvid-pipeline')}",
        "Accept": "image/png,image/jpeg,image/webp,video/mp4,video/quicktime,video/webm;q=0.9,*/*;q=0.1",
        "Accept-Encoding": "identity",
        "Connection": "close",
    }
    if known and known.etag:
        headers["If-None-Match"] = known.etag
    elif known and known.modified:
        headers["If-Modified-Since"] = known.modified
    return headers


def _content(
    answer: http.client.HTTPResponse, source: str, policy: MediaPolicy, known: Version | None
) -> Fetched | None:
    status = answer.status
    if status == HTTPStatus.NOT_MODIFIED and known is not None:
        return None
    if status == HTTPStatus.OK:
        data = _body(answer, shown_source(source), policy.max_bytes)
        return Fetched(data, Version.of(answer.getheader("ETag"), answer.getheader("Last-Modified")))
    said = f"{shown_source(source)} answered {_named(status)}"
    if status in {HTTPStatus.NOT_FOUND, HTTPStatus.GONE}:
        raise MediumNotFoundError(said)
    if status in _NOT_OPEN:
        raise MediumRefusedError(said)
    if status in _BUSY or status >= 500:
        raise ServiceUnavailableError(said, retry_after=_seconds(answer.getheader("Retry-After")))
    raise MediumError(said, fix="Open the address in a browser, and copy it again")


def _body(answer: http.client.HTTPResponse, shown: str, most: int) -> bytes:
    """The whole body. Its format is checked as soon as its first bytes arrive, before the rest is read."""
    declared = answer.length
    if declared is not None and declared > most:
        raise too_large(shown, most)
    data = bytearray()
    sniffed = False
    while chunk := answer.read(_READ_BYTES):
        data += chunk
        if not sniffed and len(data) >= HEAD_BYTES:
            format_of(bytes(data[:HEAD_BYTES]), shown)
            sniffed = True
        if len(data) > most:
            raise too_large(shown, most)
    if declared is not None and len(data) < declared:
        raise NetworkError(f"Fetching {shown} failed: the connection ended after {len(data)} of {declared} bytes")
    return bytes(data)


def too_large(shown: str, most: int) -> MediumError:
    """The error for a medium of more than `most` bytes."""
    return MediumError(
        f"{shown} is larger than {most / 1e6:.0f} MB", fix="Give a smaller file, or raise BULKVID_MEDIA_MAX_BYTES"
    )


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)


def _seconds(retry_after: str | None) -> float | None:
    """Seconds of a Retry-After header; a date is ignored, since clocks differ."""
    return float(retry_after) if retry_after and retry_after.isascii() and retry_after.isdigit() else None


def _error_text(fault: Exception) -> str:
    """The error's text, shortened, since it may contain arbitrary bytes from the server."""
    text = getattr(fault, "strerror", None) or str(fault) or type(fault).__name__
    return "".join(c if c.isprintable() else "?" for c in str(text))[:120]
