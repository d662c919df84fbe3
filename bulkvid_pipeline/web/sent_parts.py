"""Files that are sent in parts: conditions, ranges, and bodies that are streamed (RFC 9110, sections 8.8, 13 and 14).

Nothing of a body is read before it is to be sent, and only one piece of it is held at a time. What goes wrong after the
headers are sent ends the connection before its announced end, so that no client takes a part for the whole.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Protocol
from urllib.parse import quote

import anyio
from anyio.lowlevel import RunVar
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Send

from bulkvid_pipeline.web.entity_tags import names_tag
from bulkvid_pipeline.web.ranges import NoSuchPartError, Span, spans_of

PLAYED_HERE = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; sandbox"
"""What browsers need to show a file by itself, and no more: its content is not ours."""
AT_ONCE = 24
"""Bodies of which a piece is read at the same moment, so that a slow storage does not hold up other pages."""
_STRONG_AFTER_S = 60
"""A time of change tells contents apart only when it lies so far back (RFC 9110, section 8.8.2.2)."""


class SentBody(Protocol):
    """What can be sent in parts."""

    @property
    def size(self) -> int:
        """In bytes."""

    @property
    def etag(self) -> str:
        """Changes whenever a byte does; without quotes."""

    @property
    def content_type(self) -> str:
        """Media type."""

    @property
    def modified_at(self) -> datetime | None:
        """When it was changed, if that is known (aware)."""

    def stream(self, offset: int, length: int) -> Iterator[bytes]:
        """These bytes of it, in pieces."""


def parts_answer(request: Request, body: SentBody, headers: Mapping[str, str] = {}) -> Response:
    """The whole body, the parts that the request asks for, or that it has not changed.

    Raises:
        HTTPException: 412 where a condition of the request does not hold, 416 where no part of it lies in the body.
    """
    tag = f'"{body.etag}"'
    told = {**headers, "ETag": tag, "Accept-Ranges": "bytes"}
    if body.modified_at is not None:
        told["Last-Modified"] = format_datetime(body.modified_at.astimezone(UTC), usegmt=True)
    _require_conditions(request, body, tag)
    if _is_known(request, body, tag):
        return Response(status_code=304, headers=told)
    spans = _spans(request, body, tag)
    if not spans:
        whole = {**told, "Content-Type": body.content_type, "Content-Length": str(body.size)}
        return _answer(request, 200, whole, _chained(body, [(b"", Span(0, body.size))]))
    if len(spans) == 1:
        part = {
            **told,
            "Content-Type": body.content_type,
            "Content-Range": _content_range(spans[0], body.size),
            "Content-Length": str(spans[0].length),
        }
        return _answer(request, 206, part, _chained(body, [(b"", spans[0])]))
    boundary = f"part-{body.etag}"
    pieces = [(_part_head(boundary, body, span), span) for span in spans]
    end = f"\r\n--{boundary}--\r\n".encode()
    several = {
        **told,
        "Content-Type": f"multipart/byteranges; boundary={boundary}",
        "Content-Length": str(sum(len(head) + span.length for head, span in pieces) + len(end)),
    }
    return _answer(request, 206, several, _chained(body, pieces, end))


def disposition(kind: str, name: str) -> str:
    """The header Content-Disposition: `kind` is inline or attachment, `name` what the file is saved as."""
    plain = "".join(char if char.isascii() and (char.isalnum() or char in "-_.") else "_" for char in name)
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _require_conditions(request: Request, body: SentBody, tag: str) -> None:
    if_match = request.headers.get("if-match")
    if if_match is not None:
        if if_match.strip() != "*" and tag not in {part.strip() for part in if_match.split(",")}:
            raise HTTPException(412, headers={"ETag": tag})
    elif (since := _seconds(request.headers.get("if-unmodified-since"))) is not None:
        changed = _changed_at(body)
        if changed is not None and changed > since:
            raise HTTPException(412, headers={"ETag": tag})


def _is_known(request: Request, body: SentBody, tag: str) -> bool:
    """Whether the request says that it has the body already."""
    if_none_match = request.headers.get("if-none-match")
    if if_none_match is not None:
        return names_tag(if_none_match, tag)
    since, changed = _seconds(request.headers.get("if-modified-since")), _changed_at(body)
    return since is not None and changed is not None and changed <= since


def _spans(request: Request, body: SentBody, tag: str) -> tuple[Span, ...]:
    """The parts that are to be sent; none: the whole."""
    asked = request.headers.get("range", "")
    if request.method != "GET" or not asked or not _is_same(request.headers.get("if-range"), body, tag):
        return ()
    try:
        return spans_of(asked, body.size)
    except NoSuchPartError:
        raise HTTPException(416, headers={"Content-Range": f"bytes */{body.size}"}) from None


def _is_same(if_range: str | None, body: SentBody, tag: str) -> bool:
    """Whether what the request has a part of is the body as it is now: by the strong comparison."""
    if if_range is None or if_range.strip() == tag:
        return True
    since, changed = _seconds(if_range), _changed_at(body)
    return since is not None and since == changed and changed < time.time() - _STRONG_AFTER_S


def _seconds(date: str | None) -> int | None:
    """An HTTP date in epoch seconds; None where it is none."""
    if not date or date.strip().startswith(('"', "W/")):
        return None
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return None
    return int(moment.replace(tzinfo=moment.tzinfo or UTC).timestamp())


def _changed_at(body: SentBody) -> int | None:
    return None if body.modified_at is None else int(body.modified_at.timestamp())


def _content_range(span: Span, size: int) -> str:
    return f"bytes {span.first}-{span.last}/{size}"


def _part_head(boundary: str, body: SentBody, span: Span) -> bytes:
    about = f"Content-Type: {body.content_type}\r\nContent-Range: {_content_range(span, body.size)}"
    return f"\r\n--{boundary}\r\n{about}\r\n\r\n".encode()


def _chained(body: SentBody, pieces: list[tuple[bytes, Span]], end: bytes = b"") -> Iterator[bytes]:
    for head, span in pieces:
        if head:
            yield head
        yield from body.stream(span.first, span.length)
    if end:
        yield end


def _answer(request: Request, status: int, headers: Mapping[str, str], pieces: Iterator[bytes]) -> Response:
    if request.method == "HEAD":
        return Response(status_code=status, headers=dict(headers))
    return _Streamed(pieces, status, headers)


_places: RunVar[anyio.CapacityLimiter] = RunVar("places")


class _Streamed(StreamingResponse):
    """Reads its body in threads of its own, and closes it when it is sent or the client has gone."""

    def __init__(self, pieces: Iterator[bytes], status: int, headers: Mapping[str, str]) -> None:
        self._pieces = pieces
        super().__init__(self._in_threads(), status, headers)

    async def stream_response(self, send: Send) -> None:
        try:
            await super().stream_response(send)
        finally:
            close = getattr(self._pieces, "close", None)
            if close is not None:
                with anyio.CancelScope(shield=True):
                    await anyio.to_thread.run_sync(close)

    async def _in_threads(self) -> AsyncIterator[bytes]:
        try:
            places = _places.get()
        except LookupError:
            places = anyio.CapacityLimiter(AT_ONCE)
            _places.set(places)
        while (piece := await anyio.to_thread.run_sync(next, self._pieces, None, limiter=places)) is not None:
            yield piece
