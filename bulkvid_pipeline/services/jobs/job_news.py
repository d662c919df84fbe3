"""What is new about a job since somebody stood at a position: read from the database, and made into events.

Only threads call this: every function waits for the database.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Protocol

from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_events import FollowedEvents, RunEvent, RunEvents, Span
from bulkvid_pipeline.adapters.dagster.run_log import asset_event
from bulkvid_pipeline.core import event_stream, tags
from bulkvid_pipeline.core.wire import EndReason, ItemView, StateChange, StreamEnd
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import event_of, names_of
from bulkvid_pipeline.services.jobs.items import item_view
from bulkvid_pipeline.services.jobs.job_rows import Row, row_end
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition, digest, record_name

PAGE = 500
"""Largest number of records that one reading takes."""
READ_KINDS = frozenset(
    {
        DagsterEventType.RUN_START,
        DagsterEventType.RUN_SUCCESS,
        DagsterEventType.RUN_FAILURE,
        DagsterEventType.RUN_CANCELED,
        DagsterEventType.ASSET_MATERIALIZATION,
        DagsterEventType.ASSET_OBSERVATION,
        DagsterEventType.STEP_FAILURE,
    }
)


@dataclass(frozen=True)
class FeedEvent:
    """An event: `progress`, `state`, `item`, `log`, `end` or `reconnect`, with its data as JSON.

    Whoever hands back `id` goes on after this event; it is empty where the id of the event before holds.
    """

    kind: str
    data: str
    id: str = ""


@dataclass(frozen=True)
class Chunk:
    """Events that belong together; none of them where nothing but a sign of life is sent."""

    events: tuple[FeedEvent, ...] = ()

    @cached_property
    def body(self) -> bytes:
        """The chunk as server-sent events, encoded once for all who get it."""
        if not self.events:
            return event_stream.comment("heartbeat").encode()
        return "".join(event_stream.event_text(event.kind, event.data, event.id) for event in self.events).encode()


@dataclass(frozen=True)
class Standing:
    """How a job stood at the last look.

    Attributes:
        project_id: whose job it is.
        position: after all that was told.
        state: the state as JSON, and `progress` likewise.
        closed: runs that have ended and whose events were all read.
        end: the job's end as JSON, empty while it goes on.
        is_behind: whether there are more events to read at once.
        names: what its runs are called; see `events.names_of`.
    """

    project_id: str
    position: StreamPosition
    state: str
    progress: str
    closed: frozenset[str] = field(default_factory=frozenset)
    end: str = ""
    is_behind: bool = False
    names: Mapping[str, str] = field(default_factory=dict)

    def snapshot(self, position: StreamPosition) -> tuple[Chunk, StreamPosition]:
        """State and progress, as far as they are other than those that were told at a position."""
        at, events = position, []
        if at.state != self.position.state:
            at = replace(at, state=self.position.state, ended=False)
            events.append(FeedEvent("state", self.state, str(at)))
        if at.progress != self.position.progress:
            at = replace(at, progress=self.position.progress, ended=False)
            events.append(FeedEvent("progress", self.progress, str(at)))
        return Chunk(tuple(events)), at

    def ending(self, position: StreamPosition) -> Chunk:
        """The last event of a job that has ended."""
        return Chunk((FeedEvent("end", self.end, str(replace(position, ended=True))),))


class FindJob(Protocol):
    """How the job of an id is found; `at_once`: with all that was written before the call.

    Raises:
        JobNotFoundError: there is none.
        ServiceUnavailableError: the database does not respond.
    """

    def __call__(self, job_id: str, *, at_once: bool) -> Job: ...


class JobNews:
    """Reads jobs and their events."""

    def __init__(self, find: FindJob, events: RunEvents) -> None:
        self._find = find
        self._events = events

    def look(self, job_id: str, before: Standing | None, *, at_once: bool = False) -> tuple[Standing, Chunk]:
        """How the job stands, and what is new since `before`: nothing at the first look.

        The state is read before the events: where it is final, all events are there.

        Raises:
            JobNotFoundError: there is no such job, or no longer.
            ServiceUnavailableError: the database does not respond.
        """
        job = self._find(job_id, at_once=at_once)
        closed = before.closed if before is not None else frozenset()
        open_runs = [run.run_id for run in job.runs if run.run_id not in closed]
        if before is None:
            page, start = FollowedEvents(), StreamPosition(EventCursor(self._events.newest(open_runs)))
        else:
            start = before.position
            page = self._events.read([Span(run_id, start.events.of(run_id)) for run_id in open_runs], PAGE)
        names = names_of(job)
        told, position = told_by(page.events, start, names)
        is_complete = page.settled and not page.more
        if is_complete:
            closed |= {run.run_id for run in job.runs if not run.is_live}
        standing = _standing(job, position, closed, names, is_complete=is_complete)
        return standing, _chunk(standing, told, start)

    def missed(
        self, position: StreamPosition, until: EventCursor, names: Mapping[str, str]
    ) -> tuple[Chunk, StreamPosition]:
        """The next events between two places in the job's runs, and the position after them; `names` as in `event_of`.

        A record that is half told is finished before any other: a position can name only one of them, and by now
        records of other runs may have appeared that come before it in time.

        Raises:
            ServiceUnavailableError: the database does not respond.
        """
        spans = [
            Span(run_id, position.events.of(run_id), end)
            for run_id, end in until.positions.items()
            if position.events.of(run_id) < end
        ]
        half_told = [
            replace(span, until=min(record, until.of(span.run_id)))
            for span in spans
            if (record := position.half_told(span.run_id)) is not None
        ]
        spans = half_told or spans
        page = self._events.read(spans, PAGE)
        told, after = told_by(page.events, position, names)
        if not page.more:
            for span in spans:
                assert span.until is not None
                after = after.past(span.run_id, span.until)
        return Chunk(tuple(told)), after


def told_by(
    stored: Sequence[RunEvent], position: StreamPosition, names: Mapping[str, str]
) -> tuple[list[FeedEvent], StreamPosition]:
    """The events that records make for whom stands at a position, and the position after them."""
    told: list[FeedEvent] = []
    for event in stored:
        name = record_name(event.run_id, event.storage_id)
        item, line = _item(event), event_of(event.entry, names)
        if item is not None and position.item != name:
            told.append(FeedEvent("item", item.model_dump_json(), str(replace(position, item=name, ended=False))))
        position = position.past(event.run_id, event.storage_id)
        if line is not None:
            told.append(FeedEvent("log", line.model_dump_json(), str(position)))
    return told, position


def _standing(
    job: Job, position: StreamPosition, closed: frozenset[str], names: Mapping[str, str], *, is_complete: bool
) -> Standing:
    actions = tuple(sorted(action.value for action in job.actions))
    state = StateChange(job_id=job.job_id, state=job.state, actions=actions).model_dump_json()
    progress = job.progress_view().model_dump_json()
    end = ""
    if job.state.is_final and is_complete:
        end = StreamEnd(job_id=job.job_id, state=job.state, reason=EndReason.ENDED).model_dump_json()
    return Standing(
        project_id=job.project_id,
        position=replace(position, state=digest(state.encode()), progress=digest(progress.encode())),
        state=state,
        progress=progress,
        closed=closed,
        end=end,
        is_behind=not is_complete,
        names=names,
    )


def _chunk(standing: Standing, told: list[FeedEvent], start: StreamPosition) -> Chunk:
    """What followers at `start` are told: events, then the progress and the state that they have led to."""
    at = replace(standing.position, state=start.state, progress=start.progress)
    events = list(told)
    if at.progress != standing.position.progress:
        at = replace(at, progress=standing.position.progress)
        events.append(FeedEvent("progress", standing.progress, str(at)))
    if at.state != standing.position.state:
        events.append(FeedEvent("state", standing.state, str(standing.position)))
    if standing.end:
        events += standing.ending(standing.position).events
    chunk = Chunk(tuple(events))
    assert chunk.body  # encoded here, in the thread of the reader
    return chunk


def _item(event: RunEvent) -> ItemView | None:
    """The row whose end an event tells of; None for all other events.

    It has no link to the video: links end, and are made when somebody asks for them.
    """
    kind = event.entry.dagster_event_type
    if kind not in {DagsterEventType.ASSET_MATERIALIZATION, DagsterEventType.ASSET_OBSERVATION}:
        return None
    made = asset_event(event.text)
    end = row_end(made, event.run_id) if made.asset == tags.VIDEO_ASSET else None
    return item_view(Row(end.row_key, end.sheet_row, end.title, end.state, end)) if end is not None else None
