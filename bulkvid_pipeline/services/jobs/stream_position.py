"""Where a follower of a job stands: what the id of each of its events says, so that any process can go on from there.

The text has parts joined by dots: the place in the events of the job's runs (`EventCursor`), digests of the state and
of the progress that were last told (`-` before the first), and a mark where the place alone does not say enough: `end`
after the last event, or `item-RUN-ID` between the two events that one record of a run makes: its item was told.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from hashlib import blake2s

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor

_UNTOLD = "-"
_PARTS = re.compile(
    r"([A-Za-z0-9_-]+)\.(-|[0-9a-f]{8})\.(-|[0-9a-f]{8})(?:\.(end)|\.item-([0-9a-f]{8})-([0-9]{1,19}))?"
)


@dataclass(frozen=True)
class StreamPosition:
    """What a follower has been told.

    Attributes:
        events: all events of the job's runs up to here.
        state: digest of the last state, `-` for none; `progress` likewise.
        item: the record whose item was told but not its line in the log, as `record_name` names it.
        ended: whether that the job has ended was told.
    """

    events: EventCursor = field(default_factory=EventCursor)
    state: str = _UNTOLD
    progress: str = _UNTOLD
    item: tuple[str, int] | None = None
    ended: bool = False

    def half_told(self, run_id: str) -> int | None:
        """The record of that run whose item was told but not its line in the log."""
        if self.item is None or self.item[0] != _short(run_id):
            return None
        return self.item[1]

    def past(self, run_id: str, storage_id: int) -> StreamPosition:
        """After all that a record has to tell."""
        return replace(self, events=self.events.moved(run_id, storage_id), item=None, ended=False)

    def without_told(self) -> StreamPosition:
        """The same place for somebody who was told neither state nor progress."""
        return StreamPosition(self.events)

    def lacks(self, events: EventCursor) -> bool:
        """Whether events up to there are missing."""
        return any(self.events.of(run_id) < newest for run_id, newest in events.positions.items())

    def is_ahead_of(self, events: EventCursor) -> bool:
        """Whether events after that place were told, in runs that it knows."""
        return any(
            max(self.events.of(run_id), self.half_told(run_id) or 0) > newest
            for run_id, newest in events.positions.items()
        )

    def __str__(self) -> str:
        mark = ".end" if self.ended else ""
        if self.item is not None:
            run, storage_id = self.item
            mark = f".item-{run}-{storage_id}"
        return f"{self.events}.{self.state}.{self.progress}{mark}"

    @classmethod
    def parse(cls, text: str, field: str | None = None) -> StreamPosition:
        """The position that `str` has written; `field` is the part of the request that it came in.

        Raises:
            InvalidRequestError: it is damaged, or was never the id of an event of a stream.
        """
        parts = _PARTS.fullmatch(text)
        try:
            events = EventCursor.parse(parts[1]) if parts else None
        except InvalidRequestError:
            events = None
        if parts is None or events is None:
            raise InvalidRequestError(
                f"'{text[:40]}' is not the id of an event of this stream",
                fix="Send the id of the last event as it came, or leave it out to begin with the present state",
                field=field,
            )
        item = (parts[5], int(parts[6])) if parts[5] else None
        return cls(events, parts[2], parts[3], item, parts[4] == "end")


def record_name(run_id: str, storage_id: int) -> tuple[str, int]:
    """A short name of a record within its job."""
    return _short(run_id), storage_id


def _short(run_id: str) -> str:
    return digest(run_id.encode())


def digest(content: bytes) -> str:
    """Eight hexadecimal digits by which a state or a progress is known again."""
    return blake2s(content, digest_size=4).hexdigest()
