"""One job's log as it grows in this process: bounded in memory, written as a whole every time."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from bulkvid_pipeline.core.diagnostics.causes import cause_of
from bulkvid_pipeline.core.diagnostics.exchange import Exchange

MOST_KEPT = 1_000
"""Exchanges of one job in one process."""
MOST_BYTES = 4_000_000
"""Of all of them in the file."""

Value = str | int | float | bool | None


class Version(NamedTuple):
    """Of a record: how many requests it has seen, how many of them failed, and when it ended."""

    requests: int
    failed: int
    ended_at: float | None


class _Kept(NamedTuple):
    """An exchange as JSON; `number` counts the job's requests from 1."""

    number: int
    succeeded: bool
    text: bytes


@dataclass
class JobRecord:
    """Takes exchanges from any thread; `content` is a `JobLog` as JSON.

    Beyond the bounds, failed exchanges are kept in preference to others: the last good ones make room for them.
    """

    job_id: str
    started_at: float
    process: Mapping[str, str | int]
    environment: Mapping[str, Value]
    most_kept: int = MOST_KEPT
    most_bytes: int = MOST_BYTES
    _ended_at: float | None = field(default=None, init=False)
    _kept: list[_Kept] = field(default_factory=list, init=False, repr=False)
    _bytes: int = field(default=0, init=False)
    _requests: int = field(default=0, init=False)
    _failed: int = field(default=0, init=False)
    _written: Version | None = field(default=None, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def take(self, exchange: Exchange) -> None:
        """Keep an exchange, or only count it."""
        text = exchange.model_dump_json(exclude_defaults=True).encode()
        with self._lock:
            self._requests += 1
            self._ended_at = None
            self._failed += cause_of(exchange) is not None
            if not self._has_room(len(text)) and not exchange.succeeded:
                self._make_room(len(text))
            if self._has_room(len(text)):
                self._kept.append(_Kept(self._requests, exchange.succeeded, text))
                self._bytes += len(text)

    def _has_room(self, size: int) -> bool:
        return len(self._kept) < self.most_kept and self._bytes + size <= self.most_bytes

    def _make_room(self, size: int) -> None:
        for place in range(len(self._kept) - 1, -1, -1):
            if self._has_room(size):
                return
            if self._kept[place].succeeded:
                self._bytes -= len(self._kept.pop(place).text)

    def end(self) -> None:
        """The process has done its part of the job."""
        with self._lock:
            self._ended_at = self._ended_at or time.time()

    def go_on(self) -> None:
        """The process works on the job again."""
        with self._lock:
            self._ended_at = None

    def content(self) -> tuple[Version, bytes | None]:
        """Which state of the log this is, and the log; None where nothing has happened, or all of it is written."""
        with self._lock:
            version = Version(self._requests, self._failed, self._ended_at)
            if not self._requests or version == self._written:
                return version, None
            head = {
                "job_id": self.job_id,
                "started_at": self.started_at,
                "ended_at": self._ended_at,
                "process": dict(self.process),
                "environment": dict(self.environment),
            }
            left_out = self._requests - len(self._kept)
            tail = f'],"left_out":{left_out},"requests":{self._requests},"failed":{self._failed}}}'
            opening = json.dumps(head, ensure_ascii=False, separators=(",", ":"))[:-1] + ',"exchanges":['
            return version, opening.encode() + b",\n".join(one.text for one in self._kept) + tail.encode()

    def has_written(self, version: Version) -> None:
        """That state is in the file."""
        with self._lock:
            self._written = version

    def forget_written(self) -> None:
        """Begin anew with what is in no file yet."""
        with self._lock:
            if self._written is None:
                return
            self._kept = [
                one._replace(number=one.number - self._written.requests)
                for one in self._kept
                if one.number > self._written.requests
            ]
            self._bytes = sum(len(one.text) for one in self._kept)
            self._requests -= self._written.requests
            self._failed -= self._written.failed
            self._written = None
            self.started_at = time.time()
