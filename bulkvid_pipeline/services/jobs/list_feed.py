"""Following all jobs of a project live: one poller for a process, however many follow, and whichever project's jobs.

What is told is only that something has changed: whoever shows a list asks for it again. Nothing of it needs HTTP. All
of this lives on one event loop.
"""

from __future__ import annotations

import asyncio
import json
import logging
import weakref
from collections.abc import AsyncGenerator, Set
from dataclasses import dataclass

from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.wire import BreakReason
from bulkvid_pipeline.services.jobs.feed import HEARTBEAT
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_news import Chunk, FeedEvent

CHANGED = Chunk((FeedEvent("changed", "{}"),))
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ListPace:
    """How often, in seconds: between two looks at the jobs, and between two signs of life."""

    look_s: float = 1.0
    heartbeat_s: float = 15.0


class ListFeed:
    """Tells followers whenever a job of their project has changed, came or has gone.

    Args:
        index: the jobs.
        pace: how often.
    """

    def __init__(self, index: JobIndex, pace: ListPace | None = None) -> None:
        self._index = index
        self._pace = pace or ListPace()
        self._followers: weakref.WeakSet[ListSubscription] = weakref.WeakSet()
        self._tasks: list[asyncio.Task[None]] = []
        self._is_closed = False

    @property
    def is_looking(self) -> bool:
        """Whether anybody follows."""
        return bool(self._tasks)

    def open(self, project_id: str) -> ListSubscription:
        """Follow the jobs of a project from now on. Whoever opens a subscription closes it.

        Raises:
            ServiceUnavailableError: the process is stopping.
        """
        if self._is_closed:
            raise ServiceUnavailableError("The server is stopping", fix="Connect again", retry_after=1.0)
        subscription = ListSubscription(self, project_id)
        self._followers.add(subscription)
        if not self._tasks:
            self._tasks = [asyncio.create_task(self._look_on()), asyncio.create_task(self._beat())]
        return subscription

    def remove(self, follower: ListSubscription) -> None:
        """Without followers nobody looks."""
        self._followers.discard(follower)
        if not self._followers:
            self._rest()

    def break_off(self) -> None:
        """End all subscriptions because the process is stopping, and open no others."""
        self._is_closed = True
        for follower in list(self._followers):
            follower.break_off(BreakReason.SERVER_STOPPING)
        self._rest()

    async def _look_on(self) -> None:
        before = self._index.now()
        is_lost = False
        while self._followers:
            await asyncio.sleep(self._pace.look_s)
            try:
                await self._index.fresh()
            except Exception as error:
                if not is_lost:
                    _log.warning("The lists of jobs cannot be followed for now", exc_info=error)
                is_lost = True
                continue
            is_lost = False
            now = self._index.now()
            self._tell(now.projects_changed_since(before))
            before = now
        self._rest()

    def _tell(self, projects: Set[str]) -> None:
        for follower in list(self._followers):
            if follower.project_id in projects:
                follower.take(CHANGED)

    async def _beat(self) -> None:
        """Signs of life, whether or not the database responds."""
        while True:
            await asyncio.sleep(self._pace.heartbeat_s)
            self._give_sign()

    def _give_sign(self) -> None:
        for follower in list(self._followers):
            follower.take(HEARTBEAT)

    def _rest(self) -> None:
        current = asyncio.current_task() if self._tasks else None
        for task in self._tasks:
            if task is not current:
                task.cancel()
        self._tasks = []


class ListSubscription:
    """One follower of a project's jobs. Use `chunks()` once, and `close()` at the end.

    Attributes:
        broken: done once the server has broken the subscription off.
    """

    def __init__(self, feed: ListFeed, project_id: str) -> None:
        self.project_id = project_id
        self.broken: asyncio.Future[BreakReason] = asyncio.get_running_loop().create_future()
        self._feed = feed
        self._waiting: dict[Chunk, None] = {HEARTBEAT: None}  # lets proxies pass the answer's beginning on
        """What is to be told, each thing once: to a follower who reads slowly, many changes are one."""
        self._is_closed = False
        self._ready = asyncio.Event()

    async def chunks(self) -> AsyncGenerator[Chunk]:
        """All that happens, until the subscription is closed or broken off."""
        while True:
            while self._waiting:
                chunk = next(iter(self._waiting))
                del self._waiting[chunk]
                yield chunk
            if self._is_closed:
                return
            self._ready.clear()
            await self._ready.wait()

    def take(self, chunk: Chunk) -> None:
        """Something for the follower."""
        if not self._is_closed:
            self._waiting[chunk] = None
            self._ready.set()

    def break_off(self, reason: BreakReason) -> None:
        """End the subscription now; the follower is told to connect again."""
        if self._is_closed:
            return
        self._waiting = {Chunk((FeedEvent("reconnect", json.dumps({"reason": reason})),)): None}
        self.close()
        if not self.broken.done():
            self.broken.set_result(reason)

    def close(self) -> None:
        """Stop following."""
        self._is_closed = True
        self._feed.remove(self)
        self._ready.set()
