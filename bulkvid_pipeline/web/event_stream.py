"""The answer that stays open: what a subscription tells, as server-sent events."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from typing import Any, Protocol

from fastapi import Response
from starlette.types import Receive, Scope, Send

from bulkvid_pipeline.core import event_stream
from bulkvid_pipeline.core.wire import BreakReason
from bulkvid_pipeline.services.jobs.job_news import Chunk

RETRY_MS = 2000
"""How long browsers wait before they connect again."""
LAST_WORDS_S = 1.0
"""How long a stream that is broken off may take to say so to a client that reads slowly."""

_OPENING = event_stream.retry_after(RETRY_MS).encode()


class Subscription(Protocol):
    """What a client follows: a job, or the jobs of a project."""

    @property
    def broken(self) -> asyncio.Future[BreakReason]:
        """Done once the server has broken it off."""

    def chunks(self) -> AsyncIterator[Chunk]:
        """What is told, to the end; called once."""

    def break_off(self, reason: BreakReason) -> None:
        """End it now, and say why."""

    def close(self) -> None:
        """Nobody follows any more."""


class EventStreamResponse(Response):
    """Sends chunks as they come, without a task, a copy or a timer for each of them.

    Args:
        subscription: what is told; it is closed at the end.
        expires_at: when the caller's token expires, in epoch seconds: the stream ends then.
        revoked: has a function called, from any thread, when that token is revoked: the stream ends then too.
    """

    media_type = event_stream.MEDIA_TYPE

    def __init__(
        self,
        subscription: Subscription,
        expires_at: float,
        revoked: Callable[[Callable[[], None]], AbstractContextManager[None]] | None = None,
        status_code: int = 200,
    ) -> None:
        # Not the base's: it would send a length.
        self._subscription = subscription
        self._expires_at = expires_at
        self._revoked = revoked or (lambda _tell: nullcontext())
        self.status_code = status_code
        self.background = None
        self.init_headers({"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"})

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        loop = asyncio.get_running_loop()
        break_off = self._subscription.break_off
        expiry = loop.call_later(max(0.0, self._expires_at - time.time()), break_off, BreakReason.TOKEN_EXPIRED)
        try:
            with self._revoked(lambda: _soon(loop, break_off, BreakReason.TOKEN_REVOKED)):
                await self._send_to_the_end(receive, send)
        finally:
            expiry.cancel()

    async def _send_to_the_end(self, receive: Receive, send: Send) -> None:
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        broken = self._subscription.broken
        first: set[asyncio.Future[Any]] = {sending, leaving, broken}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if broken.done() and not leaving.done():
                await asyncio.wait({sending}, timeout=LAST_WORDS_S)
        finally:
            self._subscription.close()
            ended = sending.done()
            for task in (sending, leaving):
                task.cancel()
            await asyncio.wait({sending, leaving})
        if ended:
            sending.result()

    async def _send(self, send: Send) -> None:
        opening = _OPENING
        async for chunk in self._subscription.chunks():
            await send({"type": "http.response.body", "body": opening + chunk.body, "more_body": True})
            opening = b""
        await send({"type": "http.response.body", "body": opening})


def _soon(loop: asyncio.AbstractEventLoop, break_off: Callable[[BreakReason], None], reason: BreakReason) -> None:
    """Break off from another thread; a loop that has ended has no streams any more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(break_off, reason)


async def _left(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
