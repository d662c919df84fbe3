"""Watching a job: its stream of events, and its progress until it ends, through restarts and dropped connections."""

from __future__ import annotations

import json
import time
from collections.abc import AsyncGenerator
from contextlib import aclosing

import httpx2

from .calls import Caller
from .errors import BulkJobsError, JobFailedError, UnexpectedAnswerError
from .models import Event, Item, Job, Progress, StateChange, StreamEnd, StreamEvent, Update
from .requests import get, job_path
from .retries import may_pass
from .shapes import Shape

STREAM_SILENCE_S = 45.0
"""The server sends a sign of life every 15 s: a stream that is silent for three of them is dead."""
SHORTEST_POLL_S = 2.0
BARREN_STREAMS = 3
"""So many streams in a row without one byte show that streams do not get through."""
_SHAPES: dict[str, type[Shape]] = {
    "progress": Progress,
    "item": Item,
    "state": StateChange,
    "log": Event,
    "end": StreamEnd,
}
_BROKEN_OFF = "reconnect"
"""The server ends this connection, not the stream."""
_NOTHING_MORE = 204
"""The job has ended with the event that we have."""
_NO_SUCH_ROUTE = frozenset({404, 405, 406, 501})


class StreamingImpossibleError(UnexpectedAnswerError):
    """Streams do not reach us: there is no such route, or something between holds them back."""


class _Outage:
    """How long the server has been out of reach without a break, and how long that may last."""

    def __init__(self, longest_s: float | None) -> None:
        self._longest_s = longest_s
        self._since: float | None = None

    def over(self) -> None:
        self._since = None

    def goes_on(self, error: BulkJobsError) -> None:
        """Note a failure. Raises it if it will not pass, or if the outage has lasted too long."""
        now = time.monotonic()
        self._since = now if self._since is None else self._since
        if not may_pass(error) or (self._longest_s is not None and now - self._since > self._longest_s):
            raise error


class JobStream:
    """A job's events, over as many connections as it takes, until the job ends."""

    def __init__(
        self, caller: Caller, job_id: str, *, outage: float | None, last_event_id: str = "", replay: bool = False
    ) -> None:
        self._caller = caller
        request = get(job_path(job_id, "stream"), {"replay": True if replay else None})
        self._request = request.with_headers(accept="text/event-stream")
        self._outage = _Outage(outage)
        self._last_event_id = last_event_id
        self._pause_s = 0.0
        self._barren = 0
        self._is_over = False

    async def events(self) -> AsyncGenerator[StreamEvent, None]:
        """The events after `last_event_id`, or all, each once.

        Raises:
            StreamingImpossibleError: the server has no such stream, or what is between holds it back.
            BulkJobsError: the server refuses, or is out of reach for longer than `outage` seconds.
        """
        fruitless = 0
        while True:
            fruitless += 1
            try:
                async with aclosing(self._one_connection()) as events:
                    async for event in events:
                        fruitless = 0
                        yield event
                        if event.type == "end":
                            return
            except BulkJobsError as error:
                if isinstance(error, UnexpectedAnswerError) or error.status in _NO_SUCH_ROUTE:
                    raise StreamingImpossibleError(error.message, fix=error.fix, status=error.status) from error
                self._outage.goes_on(error)
                self._pause_s = error.retry_after or self._pause_s
            if self._is_over:
                return
            if self._barren >= BARREN_STREAMS:
                raise StreamingImpossibleError("Streams end, or stay silent, before a single byte has come")
            await self._caller.transport.sleep(self._pause_s + self._caller.policy.backoff(fruitless + 1))

    async def _one_connection(self) -> AsyncGenerator[StreamEvent, None]:
        after = {"last-event-id": self._last_event_id} if self._last_event_id else {}
        usual = self._caller.timeout
        timeout = httpx2.Timeout(connect=usual.connect, read=STREAM_SILENCE_S, write=usual.write, pool=usual.pool)
        async with self._caller.open(self._request.with_headers(**after), timeout) as incoming:
            self._outage.over()
            self._pause_s = 0.0
            self._is_over = incoming.status == _NOTHING_MORE
            if self._is_over:
                return
            self._barren += 1
            try:
                async with aclosing(incoming.events()) as events:
                    async for event in events:
                        self._last_event_id = event.id or self._last_event_id
                        if event.retry is not None:
                            self._pause_s = event.retry / 1000
                        if event.event == _BROKEN_OFF:
                            return
                        if event.data:
                            yield _read(event)
            finally:
                self._barren = 0 if incoming.bytes_received else self._barren


async def monitor(
    caller: Caller, job_id: str, *, streaming: bool, poll_s: float, outage: float | None, raise_on_failure: bool
) -> AsyncGenerator[Update, None]:
    """Updates of a job's progress whenever it changes, from now until the job has ended.

    Raises:
        JobFailedError: the job failed or was cancelled, and `raise_on_failure`; the last update came before.
        BulkJobsError: the server refuses, or is out of reach for longer than `outage` seconds.
    """
    watch = _Watch(caller, job_id, poll_s, outage)
    yield await watch.begin()
    if streaming and not watch.job.has_ended:
        try:
            async with aclosing(watch.streamed()) as updates:
                async for update in updates:
                    yield update
        except StreamingImpossibleError:
            pass
    if not watch.job.has_ended:
        async with aclosing(watch.polled()) as updates:
            async for update in updates:
                yield update
    if raise_on_failure and watch.job.state != "completed":
        raise JobFailedError(f"Job {job_id} ended as {watch.job.state}", watch.job)


class _Watch:
    """A job that is watched: how it was when last seen, and what was told of it."""

    def __init__(self, caller: Caller, job_id: str, poll_s: float, outage: float | None) -> None:
        self._caller = caller
        self._job_id = job_id
        self._request = get(job_path(job_id))
        self._poll_s = max(poll_s, SHORTEST_POLL_S)
        self._longest_outage_s = outage
        self._etag = ""
        self._told: Update
        self.job: Job

    async def begin(self) -> Update:
        """Read the job for the first time."""
        self._told = await self.look()
        return self._told

    async def look(self) -> Update:
        """Read the job."""
        known = {"if-none-match": self._etag} if self._etag else {}
        answer = await self._caller.call(self._request.with_headers(**known))
        if answer.status != 304:
            self.job = Job(answer.data)
            self._etag = answer.headers.get("etag", "")
        return update_of(self.job)

    async def streamed(self) -> AsyncGenerator[Update, None]:
        """Updates out of the job's stream, and the last one out of the job itself."""
        state = self.job.state
        stream = JobStream(self._caller, self._job_id, outage=self._longest_outage_s)
        async with aclosing(stream.events()) as events:
            async for event in events:
                if event.type == "end":
                    break
                state = event.data.get("state", state) if event.type == "state" else state
                shown = event.data if event.type == "progress" else self._told
                update = Update({**shown, "state": state})
                if self._is_news(update):
                    yield update
        async with aclosing(self.polled(at_once=True)) as updates:
            async for update in updates:
                yield update

    async def polled(self, *, at_once: bool = False) -> AsyncGenerator[Update, None]:
        """Updates out of the job, read again and again until it has ended."""
        outage = _Outage(self._longest_outage_s)
        pause_s = 0.0 if at_once else self._poll_s
        while True:
            await self._caller.transport.sleep(pause_s)
            pause_s = self._poll_s
            try:
                update = await self.look()
            except BulkJobsError as error:
                outage.goes_on(error)
                pause_s += error.retry_after or 0.0
                continue
            outage.over()
            if self._is_news(update):
                yield update
            if self.job.has_ended:
                return

    def _is_news(self, update: Update) -> bool:
        is_news = update != self._told
        self._told = update
        return is_news


def update_of(job: Job) -> Update:
    """The progress and the state of a job."""
    shown = {name: job[name] for name in Update.field_names() if name in job}
    return Update({"job_id": job.id, **shown})


def _read(event: httpx2.ServerSentEvent) -> StreamEvent:
    try:
        data = json.loads(event.data)
    except ValueError:
        data = None
    if not isinstance(data, dict):
        raise UnexpectedAnswerError(f"The stream holds what is no JSON object: '{event.data[:120]}'")
    return StreamEvent(event.event, event.id, _SHAPES.get(event.event, Shape)(data))
