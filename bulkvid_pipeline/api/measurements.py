"""What Prometheus is told: the requests of this process, and the jobs, rows and parts of the installation."""

from __future__ import annotations

import time
from collections import Counter as Count
from collections.abc import Iterable, Mapping

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bulkvid_pipeline.core.jobs import Items
from bulkvid_pipeline.core.service_wire import DetailedHealth
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.system.health import is_well

_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_BUCKETS_S = (0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
_TOO_MANY = 429


class Measurements:
    """The figures of one API process. Counters are of this process, gauges of the whole installation as last read."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        for collector in (ProcessCollector, PlatformCollector, GCCollector):
            collector(registry=self._registry)
        self._requests = Counter(
            "bulkvid_http_requests", "Requests answered", ["method", "route", "status"], registry=self._registry
        )
        self._latency = Histogram(
            "bulkvid_http_request_duration_seconds",
            "Time until the end of the answer, streams left out",
            ["method", "route"],
            buckets=_BUCKETS_S,
            registry=self._registry,
        )
        self._streams = Gauge("bulkvid_open_streams", "Streams of events open now", registry=self._registry)
        self._limited = Counter(
            "bulkvid_rate_limited_requests", "Requests refused by a rate limit", registry=self._registry
        )
        self._up = Gauge("bulkvid_part_up", "Whether a part of the service works", ["part"], registry=self._registry)
        self._queue = Gauge("bulkvid_queue_depth", "Runs that wait in the queue", registry=self._registry)
        self._slots = Gauge("bulkvid_slots", "Render slots", ["state"], registry=self._registry)
        self._jobs = Gauge("bulkvid_jobs", "Jobs by state", ["state"], registry=self._registry)
        self._rows = Gauge("bulkvid_rows", "Rows of all jobs by state", ["state"], registry=self._registry)

    def request_ended(self, method: str, route: str, status: int, seconds: float | None) -> None:
        """Count a request; `seconds` is None for one whose duration says nothing."""
        known = method if method in _METHODS else "other"
        self._requests.labels(known, route, str(status)).inc()
        if status == _TOO_MANY:
            self._limited.inc()
        if seconds is not None:
            self._latency.labels(known, route).observe(seconds)

    def stream_opened(self) -> None:
        self._streams.inc()

    def stream_closed(self) -> None:
        self._streams.dec()

    def text(self, health: DetailedHealth, jobs: Iterable[Job] | None) -> bytes:
        """All figures in Prometheus's text format.

        Args:
            health: of the installation.
            jobs: all of its jobs; None while they are not known, so that no figures of them are given.
        """
        for name, part in health.services.items():
            self._up.labels(name).set(is_well(part))
            if part.queue_depth is not None:
                self._queue.set(part.queue_depth)
        if health.workers is not None:
            self._slots.labels("used").set(health.workers.busy)
            self._slots.labels("total").set(health.workers.active)
        self._jobs.clear()
        self._rows.clear()
        if jobs is not None:
            self._count(list(jobs))
        return generate_latest(self._registry)

    def _count(self, jobs: list[Job]) -> None:
        states = Count(job.state for job in jobs)
        for state in JobState:
            self._jobs.labels(state.value).set(states[state])
        for name, number in _rows_of(job.items for job in jobs).items():
            self._rows.labels(name).set(number)


def _rows_of(counted: Iterable[Items]) -> Mapping[str, int]:
    rows: Count[str] = Count(completed=0, failed=0, cancelled=0, skipped=0, pending=0)
    for items in counted:
        for name in rows:
            rows[name] += items[name]  # type: ignore[literal-required]
    return rows


class MeasuredRequests:
    """A middleware that measures every request, under the path of its route as the API's document has it."""

    def __init__(self, app: ASGIApp, measurements: Measurements) -> None:
        self._app = app
        self._measurements = measurements

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began, status, is_stream = time.perf_counter(), 500, False

        async def sending(message: Message) -> None:
            nonlocal status, is_stream
            if message["type"] == "http.response.start":
                status = message["status"]
                is_stream = _is_stream(message)
                if is_stream:
                    self._measurements.stream_opened()
            await send(message)

        try:
            await self._app(scope, receive, sending)
        finally:
            if is_stream:
                self._measurements.stream_closed()
            seconds = None if is_stream else time.perf_counter() - began
            self._measurements.request_ended(scope["method"], _route_of(scope), status, seconds)


def _is_stream(start: Message) -> bool:
    return any(
        name.lower() == b"content-type" and value.startswith(b"text/event-stream") for name, value in start["headers"]
    )


def _route_of(scope: Scope) -> str:
    """The route's path with names for its parameters; all that is no route counts as one."""
    return str(getattr(scope.get("route"), "path", None) or "unmatched")
