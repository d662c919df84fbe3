"""Following jobs live: one poller for each followed job of a process, however many follow it.

`JobFeeds.open` gives a `Subscription`, whose `chunks()` are all that happens from a position on: first what its
follower has missed, then what is new, each event exactly once and encoded once for all followers. Nothing of it needs
HTTP. All of this lives on one event loop; reading the database happens in threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
import weakref
from collections import deque
from collections.abc import AsyncIterator, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from bulkvid_pipeline.adapters.dagster.run_events import RunEvents
from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core.errors import JobNotFoundError, ServiceUnavailableError
from bulkvid_pipeline.core.wire import BreakReason, EndReason, StreamBreak, StreamEnd
from bulkvid_pipeline.services.jobs.job_news import READ_KINDS, Chunk, FeedEvent, FindJob, JobNews, Standing
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition

READERS = 4
"""Threads that read for all feeds of a process."""
HEARTBEAT = Chunk()

_AHEAD_LOOKS = 10
_log = logging.getLogger(__name__)

_BREAKS = {
    BreakReason.TOKEN_EXPIRED: ("Token expired", "Connect again with a new token and the id of the last event"),
    BreakReason.TOKEN_REVOKED: ("Token revoked", "Connect again with another token and the id of the last event"),
    BreakReason.SERVER_STOPPING: ("The server is stopping", "Connect again with the id of the last event"),
    BreakReason.TOO_SLOW: (
        "Events came faster than they were read",
        "Read faster, and connect again with the id of the last event",
    ),
}


@dataclass(frozen=True)
class Pace:
    """How often things are done, in seconds, and how much may wait for a follower.

    Attributes:
        look_s: between two looks at a job, and `quiet_look_s` once nothing has happened for `quiet_after_s`.
        together_s: least time between looks, so that followers who come at once share one.
        away_s: longest wait between looks while the database does not respond.
        heartbeat_s: between two signs of life.
        most_bytes: what may wait for a follower before it is given up as too slow. Followers share the bytes.
    """

    look_s: float = 0.5
    quiet_look_s: float = 1.0
    quiet_after_s: float = 10.0
    together_s: float = 0.05
    away_s: float = 3.0
    heartbeat_s: float = 15.0
    most_bytes: int = 2 * 1024 * 1024


class JobFeeds:
    """The feeds of all jobs that are followed in this process.

    Args:
        find: how jobs are found, such as `JobIndex.look_up`.
        log: where their events are read.
        pace: how often.
    """

    def __init__(self, find: FindJob, log: RunLog, pace: Pace | None = None) -> None:
        self._news = JobNews(find, RunEvents(log, READ_KINDS))
        self._pace = pace or Pace()
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="feed")
        self._feeds: dict[str, _Feed] = {}
        self._is_closed = False

    @property
    def followed(self) -> int:
        """The number of jobs that are looked at now."""
        return len(self._feeds)

    async def open(
        self,
        job_id: str,
        *,
        project_id: str | None = None,
        after: StreamPosition | None = None,
        replay: bool = False,
    ) -> Subscription:
        """Follow a job from a position on; without one from now on, or with `replay` from its first event on.

        Whoever opens a subscription closes it. One that is forgotten ends with its last reference.

        Raises:
            JobNotFoundError: there is no such job in the project.
            ServiceUnavailableError: the database does not respond, or the process is stopping.
        """
        while True:
            if self._is_closed:
                raise ServiceUnavailableError("The server is stopping", fix="Connect again", retry_after=1.0)
            feed = self._feeds.get(job_id)
            if feed is None:
                feed = self._feeds[job_id] = _Feed(job_id, self._news, self._readers, self._pace, self._feeds)
            subscription = Subscription(feed, self._pace.most_bytes)
            try:
                standing = await feed.looked_at()
                if standing is None:  # it ended with a look that had begun before
                    continue
                if project_id not in (None, standing.project_id):
                    raise JobNotFoundError(f"Job '{job_id}' not found")
                if after is not None:
                    await feed.reach(after)
            except BaseException:
                subscription.close()
                raise
            subscription.begin(after or (StreamPosition() if replay else standing.position.without_told()))
            return subscription

    def break_off(self) -> None:
        """End all subscriptions because the process is stopping, and open no others."""
        self._is_closed = True
        for feed in list(self._feeds.values()):
            feed.break_off(BreakReason.SERVER_STOPPING)

    def close(self) -> None:
        """End everything; call it on the event loop."""
        self.break_off()
        self._readers.shutdown(wait=False, cancel_futures=True)


class Subscription:
    """One follower of a job. Use `chunks()` once, and `close()` at the end.

    Attributes:
        broken: done once the server has broken the subscription off.
    """

    def __init__(self, feed: _Feed, most_bytes: int) -> None:
        self._feed = feed
        self._most_bytes = most_bytes
        self._position = StreamPosition()
        self._waiting: deque[Chunk] = deque()
        self._waiting_bytes = 0
        self._is_live = False
        self._is_closed = False
        self._ready = asyncio.Event()
        self.broken: asyncio.Future[BreakReason] = asyncio.get_running_loop().create_future()
        feed.add(self)

    def begin(self, position: StreamPosition) -> None:
        """Set the position from which on `chunks` tells."""
        self._position = position

    @property
    def is_over(self) -> bool:
        """Whether the follower was told the end of the job, and nothing has happened since."""
        standing = self._feed.standing
        if standing is None or not standing.end or not self._position.ended:
            return False
        told, now = self._position, standing.position
        return (told.state, told.progress) == (now.state, now.progress) and not told.lacks(now.events)

    async def chunks(self) -> AsyncIterator[Chunk]:
        """Everything from the position on, until the job has ended or the subscription is broken off.

        First state and progress, unless they are those that the follower was told; then the events that it lacks; then
        what is new as it comes, with heartbeats. Items and log lines come exactly once.

        Raises:
            ServiceUnavailableError: the database does not respond while missed events are read.
        """
        position = self._position
        while not self._is_closed:
            snapshot, position = self._feed.standing_now.snapshot(position)
            if snapshot.events:
                yield snapshot
            elif position.lacks(self._feed.standing_now.position.events):
                chunk, position = await self._feed.missed(position)
                if chunk.events:
                    yield chunk
            else:
                # Nothing may be awaited between this look at the feed and joining it: a look would be lost.
                self._is_live = True
                break
        if self._feed.has_ended and not self._is_closed:
            yield self._feed.ending(position)
            return
        while True:
            while self._waiting:
                chunk = self._waiting.popleft()
                self._waiting_bytes -= len(chunk.body)
                yield chunk
            if self._is_closed:
                return
            self._ready.clear()
            await self._ready.wait()

    def take(self, chunk: Chunk) -> None:
        """A new chunk for the follower."""
        if not self._is_live or self._is_closed:
            return
        self._waiting.append(chunk)
        self._waiting_bytes += len(chunk.body)
        if self._waiting_bytes > self._most_bytes and len(self._waiting) > 1:
            self.break_off(BreakReason.TOO_SLOW)
        self._ready.set()

    def finish(self) -> None:
        """Nothing comes after what was taken."""
        if self._is_live:
            self._is_closed = True
            self._ready.set()

    def break_off(self, reason: BreakReason) -> None:
        """End the subscription now; what waits for the follower is left to its next one, whose id tells from where."""
        if self._is_closed:
            return
        message, fix = _BREAKS[reason]
        told = StreamBreak(job_id=self._feed.job_id, reason=reason, message=message, fix=fix)
        self._waiting = deque([Chunk((FeedEvent("reconnect", told.model_dump_json()),))])
        self._waiting_bytes = 0
        self.close()
        if not self.broken.done():
            self.broken.set_result(reason)

    def close(self) -> None:
        """Stop following."""
        self._is_closed = True
        self._feed.remove(self)
        self._ready.set()


class _Feed:
    """The poller of one job. It looks as long as there are followers, and removes itself from `feeds` at the end."""

    def __init__(
        self, job_id: str, news: JobNews, readers: ThreadPoolExecutor, pace: Pace, feeds: dict[str, _Feed]
    ) -> None:
        self.job_id = job_id
        self.standing: Standing | None = None
        self.has_ended = False
        self._gone = ""
        self._news = news
        self._readers = readers
        self._pace = pace
        self._feeds = feeds
        self._followers: weakref.WeakSet[Subscription] = weakref.WeakSet()
        self._asking: list[asyncio.Future[Standing | None]] = []
        self._asked = asyncio.Event()
        self._tasks = [asyncio.create_task(self._look_on()), asyncio.create_task(self._beat())]

    @property
    def standing_now(self) -> Standing:
        """How the job stood at the last look, of which there has been one."""
        assert self.standing is not None
        return self.standing

    def add(self, follower: Subscription) -> None:
        self._followers.add(follower)

    def remove(self, follower: Subscription) -> None:
        """Without followers the poller stops at once."""
        self._followers.discard(follower)
        if not self._followers:
            self._end()

    def break_off(self, reason: BreakReason) -> None:
        for follower in list(self._followers):
            follower.break_off(reason)
        self._end()

    async def looked_at(self) -> Standing | None:
        """How the job stands by a look that begins now; None if the feed ended without one.

        Raises:
            JobNotFoundError: there is no such job.
            ServiceUnavailableError: the database does not respond.
        """
        if self._tasks[0].done():
            return None
        asking: asyncio.Future[Standing | None] = asyncio.get_running_loop().create_future()
        self._asking.append(asking)
        self._asked.set()
        return await asking

    async def reach(self, position: StreamPosition) -> None:
        """Look until this feed is not behind a position that another process has told.

        If it stays behind, as after the database was restored from a copy, the position is not waited for.
        """
        for _ in range(_AHEAD_LOOKS):
            standing = self.standing_now
            if not position.is_ahead_of(standing.position.events) or await self.looked_at() is None:
                return
            await asyncio.sleep(self._pace.look_s)

    async def missed(self, position: StreamPosition) -> tuple[Chunk, StreamPosition]:
        """The next events that somebody at a position lacks of those that this feed has told."""
        standing = self.standing_now
        return await asyncio.get_running_loop().run_in_executor(
            self._readers, self._news.missed, position, standing.position.events, standing.names
        )

    def ending(self, position: StreamPosition) -> Chunk:
        """The event that tells the end."""
        if self._gone:
            return Chunk((FeedEvent("end", self._gone),))
        return self.standing_now.ending(position)

    async def _look_on(self) -> None:
        happened_at = time.monotonic()
        failures = 0
        while self._followers:
            asking, self._asking = self._asking, []
            self._asked.clear()
            began = time.monotonic()
            try:
                standing, chunk = await self._look(at_once=bool(asking))
            except asyncio.CancelledError:
                _answer(asking, None)
                raise
            except JobNotFoundError as error:
                _fail(asking, error)
                self._finish_gone()
                return
            except Exception as error:
                _fail(asking, error)
                failures += 1
                if failures == 1:
                    _log.warning("Job %s cannot be followed for now", self.job_id, exc_info=error)
                pause = min(self._pace.away_s, self._pace.look_s * 2**failures)
            else:
                failures = 0
                self._tell(standing, chunk)
                _answer(asking, standing)
                if standing.end:
                    self._finish()
                    return
                happened_at = began if chunk.events else happened_at
                pause = self._pause(standing, began - happened_at)
            await self._wait(pause)
        self._end()

    async def _look(self, *, at_once: bool) -> tuple[Standing, Chunk]:
        look = partial(self._news.look, self.job_id, self.standing, at_once=at_once)
        return await asyncio.get_running_loop().run_in_executor(self._readers, look)

    def _pause(self, standing: Standing, quiet_s: float) -> float:
        if standing.is_behind:
            return 0.0
        return self._pace.look_s if quiet_s < self._pace.quiet_after_s else self._pace.quiet_look_s

    async def _wait(self, pause: float) -> None:
        """Until the next look is due, or somebody asks for one."""
        least = min(pause, self._pace.together_s)
        await asyncio.sleep(least)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._asked.wait(), pause - least)

    def _tell(self, standing: Standing, chunk: Chunk) -> None:
        self.standing = standing
        if chunk.events:
            for follower in list(self._followers):
                follower.take(chunk)

    async def _beat(self) -> None:
        """Signs of life, whether or not the database responds."""
        while True:
            await asyncio.sleep(self._pace.heartbeat_s)
            for follower in list(self._followers):
                follower.take(HEARTBEAT)

    def _finish_gone(self) -> None:
        if self.standing is not None:
            end = StreamEnd(job_id=self.job_id, state=None, reason=EndReason.GONE)
            self._gone = end.model_dump_json()
            for follower in list(self._followers):
                follower.take(self.ending(StreamPosition()))
        self._finish()

    def _finish(self) -> None:
        """The job has ended: followers that are still reading what they missed find that out by themselves."""
        self.has_ended = True
        for follower in list(self._followers):
            follower.finish()
        self._end()

    def _end(self) -> None:
        if self._feeds.get(self.job_id) is self:
            del self._feeds[self.job_id]
        _answer(self._asking, None)
        current = asyncio.current_task()
        for task in self._tasks:
            if task is not current:
                task.cancel()


def _answer(asking: Iterable[asyncio.Future[Standing | None]], standing: Standing | None) -> None:
    for one in asking:
        if not one.done():
            one.set_result(standing)


def _fail(asking: Iterable[asyncio.Future[Standing | None]], error: Exception) -> None:
    for one in asking:
        if not one.done():
            one.set_exception(error)
