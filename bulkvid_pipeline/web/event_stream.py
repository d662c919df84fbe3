"""The answer that stays open: what a subscription tells, as server-sent events."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from fastapi import Response
from starlette.types import Receive, Scope, Send

from bulkvid_pipeline.core import event_stream
from bulkvid_pipeline.core.wire import BreakReason
from bulkvid_pipeline.services.jobs.feed import Subscription

RETRY_MS = 2000
"""How long browsers wait before they connect again."""
LAST_WORDS_S = 1.0
"""How long a stream that is broken off may take to say so to a client that reads slowly."""

_OPENING = event_stream.retry_after(RETRY_MS).encode()


class EventStreamResponse(Response):
    """Sends chunks as they come, without a task, a copy or a timer for each of them.

    Args:
        subscription: what is told; it is closed at the end.
        expires_at: when the caller's token expires, in epoch seconds: the stream ends then.
    """

    media_type = event_stream.MEDIA_TYPE

    def __init__(self, subscription: Subscription, expires_at: float, status_code: int = 200) -> None:
        # Not the base's: it would send a length.
        self._subscription = subscription
        self._expires_at = expires_at
        self.status_code = status_code
        self.background = None
        self.init_headers({"Cache-Control": "no-store, no-transform", "X-Accel-Buffering": "no"})

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers})
        expiry = asyncio.get_running_loop().call_later(
            max(0.0, self._expires_at - time.time()), self._subscription.break_off, BreakReason.TOKEN_EXPIRED
        )
        sending = asyncio.create_task(self._send(send))
        leaving = asyncio.create_task(_left(receive))
        broken = self._subscription.broken
        first: set[asyncio.Future[Any]] = {sending, leaving, broken}
        try:
            await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
            if broken.done() and not leaving.done():
                await asyncio.wait({sending}, timeout=LAST_WORDS_S)
        finally:
            expiry.cancel()
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


async def _left(receive: Receive) -> None:
    """Wait until the client has gone."""
    while (await receive())["type"] != "http.disconnect":
        pass
