"""What every adapter calls where it really goes out, so that diagnostics see each request.

Nobody listens most of the time: then `outgoing` reads one global and gives back an object that does nothing. Whose
request it is, and which attempt, stands in context variables that are set where a job, a row or an attempt begins;
threads are given them with `contextvars.copy_context`.
"""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Protocol, Self
from urllib.parse import urlsplit

from bulkvid_pipeline.adapters.exchange_faults import causes, fault_of
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, ExchangeError, Fault, Peer
from bulkvid_pipeline.core.diagnostics.redaction import MOST_CONTENT, MOST_TEXT, Redactor, secrets_in
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError, RenderCancelledError

_log = logging.getLogger(__name__)

_MOST_BODY = 64 * 1024
"""Bytes of a body that are kept while its request is under way."""

Headers = Mapping[str, str]


class Recorder(Protocol):
    """Takes what has happened, from any thread."""

    @property
    def redactor(self) -> Redactor:
        """Knows the secrets of this process."""

    def wants(self, job_id: str | None, /) -> str | None:
        """The job to which a request belongs that is made for this one (None: nobody has said); None to ignore it."""

    def take(self, job_id: str, exchange: Exchange, /) -> None:
        """Keep it."""


_recorders: tuple[Recorder, ...] = ()
"""Those who listen now; empty is what "off" means."""
_changing = threading.Lock()
_listening: set[Callable[[bool], None]] = set()

_recorder: ContextVar[Recorder | None] = ContextVar("recorder", default=None)
_job: ContextVar[str | None] = ContextVar("job", default=None)
_row: ContextVar[str | None] = ContextVar("row", default=None)
_attempt: ContextVar[int] = ContextVar("attempt", default=1)
_peer: ContextVar[Peer | None] = ContextVar("peer", default=None)
_current: ContextVar[Outgoing | None] = ContextVar("current", default=None)
_under_way: set[Recorded] = set()


class Outgoing:
    """A request under way that nobody listens to; use as a context manager."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    @property
    def is_recorded(self) -> bool:
        """Whether anybody listens, for those to whom telling takes work."""
        return False

    def sent(self, url: str, headers: Headers, body: object = None, *, size: int | None = None) -> None:
        """It leaves in this form."""

    def connected(self) -> None:
        """A new connection was made for it."""

    def answered(self, status: int, headers: Headers, body: object = None, *, size: int | None = None) -> None:
        """This came back; `size` is that of the body in bytes where the body is not whole, or not given."""

    def received(self, size: int) -> None:
        """So many bytes came, where nothing else is said about them."""

    def failed(self, error: BaseException) -> None:
        """It failed with this error, which is not raised."""


_NOBODY = Outgoing()


def outgoing(
    peer: Peer,
    operation: str,
    url: str = "",
    *,
    headers: Headers | None = None,
    body: object = None,
    size: int | None = None,
    may_lack: bool = False,
    pooled: bool = False,
) -> Outgoing:
    """Put one attempt of one request in a `with` block of this, and tell it what comes back.

    What the block raises is the request's error.

    Args:
        peer: whom it goes to.
        operation: what the service calls it, or the HTTP method.
        url: the whole address, secrets and all: nothing is kept unredacted.
        headers: of the request.
        body: of the request: text or bytes; anything else is told by its size.
        size: of the request's body in bytes, where it does not tell.
        may_lack: that there is nothing is an ordinary answer.
        pooled: connections are kept for other requests, and new ones are told with `connected`.
    """
    if not _recorders:
        return _NOBODY
    recorder = _listener()
    job_id = recorder.wants(_job.get()) if recorder else None
    if recorder is None or job_id is None:
        return _NOBODY
    request = Recorded(recorder, job_id, _peer.get() or peer, operation, may_lack, pooled)
    if url:
        request.sent(url, headers or {}, body, size=size)
    return request


def current() -> Outgoing:
    """The request in whose block we are, for libraries that make it on our behalf."""
    return (_current.get() or _NOBODY) if _recorders else _NOBODY


class Recorded(Outgoing):
    """A request that is listened to."""

    def __init__(
        self, recorder: Recorder, job_id: str, peer: Peer, operation: str, may_lack: bool, pooled: bool
    ) -> None:
        self.recorder, self.job_id = recorder, job_id
        self._peer, self._operation, self._may_lack, self._pooled = peer, operation, may_lack, pooled
        self._row, self._attempt = _row.get(), _attempt.get()
        self._handled = sys.exception()
        self._ending = threading.Lock()
        self._is_given_up = False
        self._begin()

    def _begin(self) -> None:
        self._url = ""
        self._sent: tuple[Headers, object, int | None] = ({}, None, None)
        self._status: int | None = None
        self._answer: tuple[Headers, object, int | None] = ({}, None, None)
        self._error: BaseException | None = None
        self._is_new = False
        self._has_ended = self._is_given_up
        self._began_at, self._began = time.time(), time.perf_counter()
        if not self._is_given_up:
            _under_way.add(self)

    def __enter__(self) -> Self:
        self._outer = _current.set(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        _current.reset(self._outer)
        self.end(error or self._error)

    @property
    def is_recorded(self) -> bool:
        return True

    def sent(self, url: str, headers: Headers, body: object = None, *, size: int | None = None) -> None:
        if self._status is not None:  # a redirect, or another try of the library's own: that is one more request
            self.end(None)
            self._begin()
        self._url = url
        self._sent = (dict(headers), _head(body), _size(body) if size is None else size)

    def connected(self) -> None:
        self._is_new = True

    def answered(self, status: int, headers: Headers, body: object = None, *, size: int | None = None) -> None:
        self._status = status
        self._answer = (dict(headers), _head(body), _size(body) if size is None else size)

    def received(self, size: int) -> None:
        headers, body, _ = self._answer
        self._answer = (headers, body, size)

    def failed(self, error: BaseException) -> None:
        self._error = error

    def end(self, error: BaseException | None, *, cancelled: bool = False) -> None:
        """It is over, once: what its thread says after it was given up, or after "off", does not count."""
        with self._ending:
            self._is_given_up |= cancelled
            if self._has_ended:
                return
            self._has_ended = True
        _under_way.discard(self)
        if self.recorder not in _recorders:
            return
        took_ms = (time.perf_counter() - self._began) * 1000
        try:
            self.recorder.take(self.job_id, self._exchange(error, took_ms, cancelled))
        except Exception:  # whatever befalls the record, the request itself must not feel it
            _log.exception("A request could not be recorded")

    def _exchange(self, error: BaseException | None, took_ms: float, cancelled: bool) -> Exchange:
        headers, body, sent_bytes = self._sent
        answer_headers, answer, answer_bytes = self._answer
        is_hook = self._peer is Peer.WEBHOOK
        seen = [*secrets_in(self._url, headers, body, hide_path=is_hook), *secrets_in("", answer_headers, answer)]
        redactor = self.recorder.redactor.knowing(seen)
        lacks = self._may_lack and type(error) is NotFoundError  # not one of its kinds: a bucket may not be lacking
        error = None if lacks else error
        succeeded = not cancelled and error is None and (lacks or self._status is None or self._status < 400)
        most_sent = MOST_TEXT if is_hook else MOST_CONTENT
        return Exchange(
            peer=self._peer,
            operation=self._operation,
            host=redactor.text(_host_of(self._url), 200),
            url=redactor.url(self._url, hide_path=is_hook),
            attempt=self._attempt,
            started_at=round(self._began_at, 6),
            duration_ms=round(took_ms, 3),
            succeeded=succeeded,
            status=self._status,
            error=self._told(error, redactor, cancelled),
            request_headers=redactor.headers(headers),
            request_body=redactor.body(body, _type_of(headers), size=sent_bytes, most=most_sent),
            request_bytes=sent_bytes,
            response_headers=redactor.headers(answer_headers),
            response_body=redactor.body(
                answer, _type_of(answer_headers), size=answer_bytes, most=MOST_CONTENT if succeeded else MOST_TEXT
            ),
            response_bytes=answer_bytes,
            connection=self._connection(),
            row=self._row,
        )

    def _told(self, error: BaseException | None, redactor: Redactor, cancelled: bool) -> ExchangeError | None:
        if cancelled:
            error = RenderCancelledError("The job ended while the request was under way")
        if error is None:
            return None
        chain = list(causes(error, but=self._handled))
        ours = next((each for each in chain if isinstance(each, BulkVideoError)), None)
        first = next((each for each in chain if not isinstance(each, BulkVideoError)), error)
        fault = fault_of(chain)
        if fault is Fault.OTHER and self._status is not None:
            fault = None  # the answer came; it was not the wanted one
        text = ours.message if ours is not None else str(error)
        return ExchangeError(
            type=type(first).__name__,
            message=redactor.text(text or type(error).__name__, 500),
            code=ours.code if ours is not None else None,
            fault=fault,
        )

    def _connection(self) -> str | None:
        if self._is_new:
            return "new"
        return "reused" if self._pooled and self._status is not None else None


def take(text: str) -> None:
    """Keep what a process of ours has recorded, as `Exchange` in JSON; whose it is, this context says."""
    recorder = _listener()
    job_id = recorder.wants(_job.get()) if recorder else None
    if recorder is None or job_id is None:
        return
    exchange = Exchange.model_validate_json(text)
    recorder.take(job_id, redacted(exchange, recorder.redactor).model_copy(update={"row": _row.get()}))


def redacted(exchange: Exchange, redactor: Redactor) -> Exchange:
    """The exchange without the secrets that another process did not know."""
    error = exchange.error
    return exchange.model_copy(
        update={
            "host": redactor.text(exchange.host),
            "url": redactor.text(exchange.url),
            "error": error and error.model_copy(update={"message": redactor.text(error.message)}),
            "request_headers": _again(exchange.request_headers, redactor),
            "request_body": redactor.text(exchange.request_body),
            "response_headers": _again(exchange.response_headers, redactor),
            "response_body": redactor.text(exchange.response_body),
        }
    )


def _again(headers: Headers, redactor: Redactor) -> dict[str, str]:
    return {redactor.text(name): redactor.text(value) for name, value in headers.items()}


def listen(recorder: Recorder) -> None:
    """From now on the recorder is told of every request of this process; a second time does nothing."""
    global _recorders
    with _changing:
        if recorder in _recorders:
            return
        _recorders = (*_recorders, recorder)
        heard = list(_listening)
    for tell in heard:
        tell(True)


def ignore(recorder: Recorder) -> None:
    """The recorder is told of nothing more, not even of requests under way."""
    global _recorders
    with _changing:
        if recorder not in _recorders:
            return
        _recorders = tuple(each for each in _recorders if each is not recorder)
        heard = [] if _recorders else list(_listening)
    for tell in heard:
        tell(False)


def give_up(recorder: Recorder, job_id: str) -> None:
    """The job has ended: what it still waits for is recorded as cancelled."""
    for request in list(_under_way):
        if request.job_id == job_id and request.recorder is recorder:
            request.end(None, cancelled=True)


def is_listened_to() -> bool:
    """Whether anybody listens now: who is told of changes may be told of two of them in the wrong order."""
    return bool(_recorders)


@contextmanager
def following(tell: Callable[[bool], None]) -> Iterator[None]:
    """Inside the block `tell` is told whether anybody listens: at once, and whenever that changes."""
    with _changing:
        _listening.add(tell)
        now = bool(_recorders)
    try:
        tell(now)
        yield
    finally:
        with _changing:
            _listening.discard(tell)


@contextmanager
def for_job(job_id: str | None, recorder: Recorder | None = None) -> Iterator[None]:
    """Requests of the block are made for the job."""
    job = _job.set(job_id)
    owner = _recorder.set(recorder or _recorder.get())
    try:
        yield
    finally:
        _recorder.reset(owner)
        _job.reset(job)


def work_for(job_id: str | None) -> None:
    """All that the current context still makes is made for the job: for requests that have a context of their own."""
    _job.set(job_id)


@contextmanager
def for_row(row_key: str) -> Iterator[None]:
    """Requests of the block are made for the row."""
    token = _row.set(row_key)
    try:
        yield
    finally:
        _row.reset(token)


@contextmanager
def attempt(number: int) -> Iterator[None]:
    """Requests of the block belong to this attempt of a call, counted from 1."""
    token = _attempt.set(number)
    try:
        yield
    finally:
        _attempt.reset(token)


@contextmanager
def going_to(peer: Peer) -> Iterator[None]:
    """Requests of the block go to this peer, whatever makes them: a medium may be fetched from storage."""
    token = _peer.set(peer)
    try:
        yield
    finally:
        _peer.reset(token)


def _listener() -> Recorder | None:
    """Who listens to requests of this context: its own recorder, or the only one there is."""
    listening, mine = _recorders, _recorder.get()
    if mine is not None:
        return mine if mine in listening else None
    return listening[0] if len(listening) == 1 else None


def _head(body: object) -> object:
    return bytes(body[:_MOST_BODY]) if isinstance(body, bytes | bytearray | memoryview) else body


def _size(body: object) -> int | None:
    if isinstance(body, str):
        return len(body.encode("utf-8", "replace"))
    return len(body) if isinstance(body, bytes | bytearray | memoryview) else None


def _type_of(headers: Headers) -> str:
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "")


def _host_of(url: str) -> str:
    """Host and port; `localhost` for files."""
    try:
        parts = urlsplit(url)
        return parts.netloc.rpartition("@")[2] or ("localhost" if parts.scheme == "file" else "")
    except ValueError:
        return ""
