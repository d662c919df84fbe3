"""Two ways to the network with one face, so that all logic above them is written once.

The logic is written as coroutines over a `Transport`. With `AsyncTransport` they run in an event loop. With
`BlockingTransport` nothing in them ever waits for a loop, so that `run` takes each through in a single step.
"""

from __future__ import annotations

import asyncio
import ssl
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Any, Protocol, TypeVar, cast
from urllib.parse import urlsplit

import httpx2

from .errors import ConnectionFailedError, RequestTimeoutError, UnexpectedAnswerError
from .requests import Secret

T = TypeVar("T")
CHUNK_BYTES = 256 * 1024


@dataclass(frozen=True)
class Outgoing:
    """A request as it goes out, with a whole URL."""

    method: str
    url: str
    headers: Mapping[str, str]
    token: Secret | None = None
    parameters: tuple[tuple[str, str], ...] = ()
    json: Any = None
    form_file: tuple[str, bytes] | None = None
    timeout: httpx2.Timeout | None = None


class Incoming(Protocol):
    """An answer whose body is still on its way."""

    @property
    def status(self) -> int:
        """The HTTP status."""

    @property
    def headers(self) -> httpx2.Headers:
        """The headers; their names in any case."""

    @property
    def bytes_received(self) -> int:
        """How much of the body has come."""

    def chunks(self) -> AsyncGenerator[bytes, None]:
        """The body, decoded."""

    def events(self) -> AsyncGenerator[httpx2.ServerSentEvent, None]:
        """The body as server-sent events."""


class Transport(Protocol):
    """Sends, waits, and does several things at once.

    Raises, out of everything that uses the network: ConnectionFailedError, RequestTimeoutError, UnexpectedAnswerError.
    """

    def open(self, outgoing: Outgoing) -> AbstractAsyncContextManager[Incoming]:
        """Send a request; the body is read by whoever asked."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def together(self, tasks: Sequence[Callable[[], Coroutine[Any, Any, T]]], workers: int) -> list[T]:
        """The results of all tasks, of which at most `workers` run at once; the tasks do not raise."""

    async def close(self) -> None:
        """Close the connections."""


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine over a `BlockingTransport`."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        return cast(T, done.value)
    coroutine.close()
    raise RuntimeError("A coroutine over a blocking transport waited for an event loop")


def _run_new(task: Callable[[], Coroutine[Any, Any, T]]) -> T:
    return run(task())


def iterate(values: AsyncGenerator[T, None]) -> Iterator[T]:
    """The values of an asynchronous generator over a `BlockingTransport`; it is closed with this iterator."""
    try:
        while True:
            try:
                value = run(values.__anext__())
            except StopAsyncIteration:
                return
            yield value
    finally:
        run(values.aclose())


class BlockingTransport:
    """The network through `httpx2.Client`."""

    def __init__(self, client: httpx2.Client | None, timeout: httpx2.Timeout) -> None:
        self._is_ours = client is None
        self._client = client or httpx2.Client(timeout=timeout, verify=_trusted())
        self._timeout = timeout

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncIterator[Incoming]:
        with _told_apart(outgoing, self._timeout):
            request = _built(self._client, outgoing, self._timeout)
            response = self._client.send(request, stream=True, follow_redirects=False)
            try:
                yield _BlockingIncoming(response)
            finally:
                response.close()

    async def sleep(self, seconds: float) -> None:
        time.sleep(seconds)

    async def together(self, tasks: Sequence[Callable[[], Coroutine[Any, Any, T]]], workers: int) -> list[T]:
        pool = ThreadPoolExecutor(workers, thread_name_prefix="bulkvid-client")
        try:
            return [future.result() for future in [pool.submit(_run_new, task) for task in tasks]]
        finally:
            pool.shutdown(wait=False, cancel_futures=True)

    async def close(self) -> None:
        if self._is_ours:
            self._client.close()


class AsyncTransport:
    """The network through `httpx2.AsyncClient`, in an asyncio event loop."""

    def __init__(self, client: httpx2.AsyncClient | None, timeout: httpx2.Timeout) -> None:
        self._is_ours = client is None
        self._client = client or httpx2.AsyncClient(timeout=timeout, verify=_trusted())
        self._timeout = timeout

    @asynccontextmanager
    async def open(self, outgoing: Outgoing) -> AsyncIterator[Incoming]:
        with _told_apart(outgoing, self._timeout):
            request = _built(self._client, outgoing, self._timeout)
            response = await self._client.send(request, stream=True, follow_redirects=False)
            try:
                yield _AsyncIncoming(response)
            finally:
                await response.aclose()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)

    async def together(self, tasks: Sequence[Callable[[], Coroutine[Any, Any, T]]], workers: int) -> list[T]:
        places = asyncio.Semaphore(workers)

        async def in_turn(task: Callable[[], Awaitable[T]]) -> T:
            async with places:
                return await task()

        try:
            async with asyncio.TaskGroup() as group:
                running = [group.create_task(in_turn(task)) for task in tasks]
        except BaseExceptionGroup as several:
            raise several.exceptions[0] from None
        return [task.result() for task in running]

    async def close(self) -> None:
        if self._is_ours:
            await self._client.aclose()


class _Incoming:
    def __init__(self, response: httpx2.Response) -> None:
        self._response = response

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> httpx2.Headers:
        return self._response.headers

    @property
    def bytes_received(self) -> int:
        return self._response.num_bytes_downloaded


class _BlockingIncoming(_Incoming):
    async def chunks(self) -> AsyncGenerator[bytes, None]:
        for chunk in self._response.iter_bytes(CHUNK_BYTES):
            yield chunk

    async def events(self) -> AsyncGenerator[httpx2.ServerSentEvent, None]:
        for event in httpx2.EventSource(self._response):
            yield event


class _AsyncIncoming(_Incoming):
    async def chunks(self) -> AsyncGenerator[bytes, None]:
        async for chunk in self._response.aiter_bytes(CHUNK_BYTES):
            yield chunk

    async def events(self) -> AsyncGenerator[httpx2.ServerSentEvent, None]:
        async for event in httpx2.EventSource(self._response):
            yield event


@cache
def _trusted() -> ssl.SSLContext:
    """The certificates that this machine trusts: read once, since it takes a tenth of a second."""
    return httpx2.create_ssl_context()


def _built(client: httpx2.Client | httpx2.AsyncClient, outgoing: Outgoing, timeout: httpx2.Timeout) -> httpx2.Request:
    request = client.build_request(
        outgoing.method,
        httpx2.URL(outgoing.url).copy_merge_params(outgoing.parameters) if outgoing.parameters else outgoing.url,
        headers=outgoing.headers,
        json=outgoing.json,
        files={"file": outgoing.form_file} if outgoing.form_file else None,
        timeout=outgoing.timeout or timeout,
    )
    if outgoing.token is not None:
        request.headers["authorization"] = f"Bearer {outgoing.token.reveal()}"
    return request


@contextmanager
def _told_apart(outgoing: Outgoing, timeout: httpx2.Timeout) -> Iterator[None]:
    """Errors of httpx2 as ours, which say whether the request may have arrived."""
    host = urlsplit(outgoing.url).netloc
    waiting = outgoing.timeout or timeout
    try:
        yield
    except (httpx2.ConnectTimeout, httpx2.PoolTimeout) as error:
        raise RequestTimeoutError(f"No connection to {host} in {waiting.connect} s", may_have_arrived=False) from error
    except httpx2.TimeoutException as error:
        raise RequestTimeoutError(f"{host} was silent for {waiting.read} s") from error
    except (httpx2.ConnectError, httpx2.ProxyError, httpx2.UnsupportedProtocol) as error:
        raise ConnectionFailedError(
            f"Cannot reach {host}: {error}", may_have_arrived=False, fix="Check base_url, and that the server runs"
        ) from error
    except httpx2.SSEError as error:
        raise UnexpectedAnswerError(f"{host} did not send a stream of events: {error}") from error
    except httpx2.DecodingError as error:
        raise UnexpectedAnswerError(f"{host} sent a body that cannot be decoded: {error}") from error
    except httpx2.HTTPError as error:
        broke = str(error) or type(error).__name__
        raise ConnectionFailedError(f"The connection to {host} broke: {broke}") from error
