"""Following the events of several runs from given places on, so that none is missed and none is met twice.

An event's place is its storage id: unique in a run's own file on SQLite, in the whole database on PostgreSQL. There,
ids are given out when a transaction inserts but events are seen when it commits, so that an event may appear *behind*
one that was read already. A reader that goes by ids would miss it. So new events of PostgreSQL count only once all
transactions that were writing events when they were read have ended.
"""

from __future__ import annotations

import heapq
import time
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from dagster import DagsterEventType, EventLogEntry

from bulkvid_pipeline.adapters.dagster.run_log import ENDLESS, RunLog, StoredEvent, Wanted

WRITERS_WAIT_S = 0.25
"""How long one reading waits for transactions that are writing events; a later one goes on waiting."""
_WRITERS_PAUSE_S = 0.01


@dataclass(frozen=True)
class Span:
    """The events of a run with ids above `after`, up to `until` if that is given."""

    run_id: str
    after: int = 0
    until: int | None = None


@dataclass(frozen=True)
class RunEvent:
    """An event of a run; `text` is the JSON that is stored."""

    run_id: str
    storage_id: int
    text: str

    @cached_property
    def entry(self) -> EventLogEntry:
        """The event as Dagster's object."""
        return StoredEvent(self.storage_id, self.text).entry


@dataclass(frozen=True)
class FollowedEvents:
    """Events in the order of time, those of each run in the order of their ids.

    `more` says that there are others; not `settled` that new ones could not be given yet: read again.
    """

    events: tuple[RunEvent, ...] = ()
    more: bool = False
    settled: bool = True


class RunEvents:
    """Follows events of these kinds, and what code has logged itself; for use by several threads.

    Raises:
        ServiceUnavailableError: from every method, if the database does not respond.
    """

    def __init__(self, log: RunLog, kinds: Collection[DagsterEventType]) -> None:
        self._log = log
        self._kinds = kinds

    def newest(self, run_ids: Sequence[str]) -> dict[str, int]:
        """For each run the id of its newest event of any kind, 0 if it has none; all before it are there too."""
        found = {run_id: self._log.newest(run_id) for run_id in run_ids}
        while not self._writers_have_ended():
            continue
        return found

    def read(self, spans: Sequence[Span], limit: int) -> FollowedEvents:
        """The next events of the spans, at most `limit`."""
        parts = [self._part(span, limit) for span in spans]
        if self._log.may_be_late and any(parts) and any(span.until is None for span in spans):
            seen_to = max(part[-1].storage_id for part in parts if part)
            if not self._writers_have_ended():
                return FollowedEvents(settled=False)
            parts = [self._part(span, limit, seen_to) for span in spans]
        # Of each part that is full there may be more, but nothing that belongs before its last event.
        merged = heapq.merge(*map(_by_time, parts), key=lambda placed: placed[0])
        events = tuple(event for _, event in merged)
        return FollowedEvents(events[:limit], more=len(events) > limit or any(len(part) == limit for part in parts))

    def _part(self, span: Span, limit: int, seen_to: int = ENDLESS) -> list[RunEvent]:
        until = min(seen_to, ENDLESS if span.until is None else span.until)
        wanted = Wanted(self._kinds, with_messages=True, after=span.after, until=until)
        return [RunEvent(span.run_id, stored.id, stored.text) for stored in self._log.read(span.run_id, wanted, limit)]

    def _writers_have_ended(self) -> bool:
        """Wait until all transactions that are writing events now have ended; False if they take too long."""
        until = time.monotonic() + WRITERS_WAIT_S
        writing = self._log.writers()
        while writing:
            if time.monotonic() > until:
                return False
            time.sleep(_WRITERS_PAUSE_S)
            writing &= self._log.writers()
        return True


def _by_time(events: Sequence[RunEvent]) -> Iterator[tuple[tuple[float, str, int], RunEvent]]:
    """Each event with what orders it among those of other runs, never against its own: threads' clocks are read
    before they write."""
    latest = 0.0
    for event in events:
        latest = max(latest, event.entry.timestamp)
        yield (latest, event.run_id, event.storage_id), event
