"""What happened in a job, as a list that people and programs can read."""

from __future__ import annotations

import heapq
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dagster import DagsterEventType, DagsterInstance, EventLogEntry

from bulkvid_pipeline.adapters.dagster.run_events import RunEvents, Span
from bulkvid_pipeline.adapters.dagster.run_log import RunLog, Wanted
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.run_parts import name_of
from bulkvid_pipeline.core.wire import Event, EventPage
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.jobs import Job, find_job

AT_ONCE = 250
LEVELS = {"DEBUG": 10, "INFO": 20, "WARNING": 30, "ERROR": 40}

_TOLD = {
    DagsterEventType.RUN_START: ("INFO", "Started"),
    DagsterEventType.RUN_SUCCESS: ("INFO", "Finished"),
    DagsterEventType.RUN_FAILURE: ("ERROR", "Run ended with a failure"),
    DagsterEventType.RUN_CANCELED: ("WARNING", "Canceled"),
}
_LEVEL_OF_KIND = {
    **{kind: level for kind, (level, _) in _TOLD.items()},
    DagsterEventType.ASSET_MATERIALIZATION: "INFO",
    DagsterEventType.ASSET_OBSERVATION: "WARNING",
    DagsterEventType.STEP_FAILURE: "ERROR",
}


@dataclass(frozen=True)
class EventQuery:
    """Which events of a job to read: at most `limit`, at or above `level` (one of `LEVELS`), of one row if its
    partition is given; those after `after`, or the last ones before `before`, or the newest ones."""

    level: str = "INFO"
    limit: int = 100
    partition: str | None = None
    after: EventCursor | None = None
    before: EventCursor | None = None

    def takes(self, event: Event | None) -> bool:
        """Whether an event is at or above the level."""
        return event is not None and LEVELS[event.level] >= LEVELS[self.level]


def job_events(
    instance: DagsterInstance,
    job_id: str,
    *,
    level: str = "INFO",
    limit: int = 100,
    project_id: str | None = None,
    row_key: str = "",
) -> tuple[Event, ...]:
    """The newest `limit` events of all runs of a job, at or above a level, oldest first; those of one row if its key
    is given.

    Raises:
        JobNotFoundError: there is no such job in the project.
        InvalidRequestError: there is no such level.
    """
    if level.upper() not in LEVELS:
        raise InvalidRequestError(f"'{level}' is no level", fix=f"Use {', '.join(LEVELS)}")
    job = find_job(instance, job_id, project_id=project_id)
    log = RunLog(instance)
    with closing(log):
        partition = RowReader(log).rows(job).partition(row_key) if row_key else None
        return JobEvents(log).page(job, EventQuery(level.upper(), limit, partition)).items


class JobEvents:
    """Reads events of jobs; safe to use from many threads.

    Raises:
        ServiceUnavailableError: from `page`, if the database does not respond.
    """

    def __init__(self, log: RunLog) -> None:
        self._log = log
        self._newer = {level: RunEvents(log, _kinds(level)) for level in LEVELS}

    def page(self, job: Job, query: EventQuery) -> EventPage:
        """The events that the query asks for, oldest first, with cursors to go on from in both directions.

        Each event is met once by those who go on from page to page, also in a job whose runs are at work.
        """
        run_ids, names = [run.run_id for run in job.runs], names_of(job)
        if query.after is not None:
            return self._after(run_ids, names, query, query.after)
        return self._before(run_ids, names, query)

    def _after(
        self, run_ids: Sequence[str], names: Mapping[str, str], query: EventQuery, place: EventCursor
    ) -> EventPage:
        found: list[Event] = []
        at, more = place, True
        while more and len(found) < query.limit:
            page = self._newer[query.level].read([Span(run_id, at.of(run_id)) for run_id in run_ids], AT_ONCE)
            more = page.more
            for stored in page.events:
                if len(found) == query.limit:
                    more = True
                    break
                entry = stored.entry
                at = at.moved(stored.run_id, stored.storage_id)
                event = event_of(entry, names)
                if event is not None and query.takes(event) and _is_of(entry, query.partition):
                    found.append(event.model_copy(update={"id": str(at)}))
        previous = str(place) if place.positions else None
        return EventPage(items=tuple(found), next_cursor=str(at), previous_cursor=previous, has_more=more)

    def _before(self, run_ids: Sequence[str], names: Mapping[str, str], query: EventQuery) -> EventPage:
        """The newest events up to a place, which for a start is the newest event of each run."""
        end = query.before or EventCursor({run_id: self._log.newest(run_id) for run_id in run_ids})
        newest_first = heapq.merge(*(self._backwards(run_id, names, end.of(run_id), query) for run_id in run_ids))
        found: list[Event] = []
        at = end
        older = False
        for told in newest_first:
            if len(found) == query.limit:
                older = True
                break
            found.append(told.event.model_copy(update={"id": str(at)}))
            at = at.moved(told.event.run_id, told.storage_id - 1)
        return EventPage(
            items=tuple(reversed(found)),
            next_cursor=str(end),
            previous_cursor=str(at) if older else None,
            has_more=query.before is not None,
        )

    def _backwards(self, run_id: str, names: Mapping[str, str], until: int, query: EventQuery) -> Iterator[_Told]:
        """The run's events that are wanted, newest first, in an order that agrees with their ids."""
        earliest = float("inf")
        while until > 0:
            wanted = Wanted(_kinds(query.level), with_messages=True, partition=query.partition, until=until)
            page = self._log.read(run_id, wanted, min(AT_ONCE, query.limit + 1), newest_first=True)
            for stored in page:
                event = event_of(stored.entry, names)
                if event is not None and query.takes(event):
                    earliest = min(earliest, event.created_at)
                    yield _Told(-earliest, event, stored.id)
            until = page[-1].id - 1 if len(page) == min(AT_ONCE, query.limit + 1) else 0


@dataclass(frozen=True, order=True)
class _Told:
    """An event of a run, ordered by its age."""

    age: float
    event: Event = field(compare=False)
    storage_id: int = field(compare=False)


def _kinds(level: str) -> frozenset[DagsterEventType]:
    """The kinds of events at or above a level."""
    return frozenset(kind for kind, of_kind in _LEVEL_OF_KIND.items() if LEVELS[of_kind] >= LEVELS[level])


def _is_of(entry: EventLogEntry, partition: str | None) -> bool:
    event = entry.dagster_event
    return partition is None or (event is not None and event.partition == partition)


def names_of(job: Job) -> dict[str, str]:
    """What the runs are called that the job is spread over, by their ids; see `core.run_parts`."""
    return {run.run_id: name for run in job.runs if (name := name_of(run))}


def event_of(entry: EventLogEntry, names: Mapping[str, str]) -> Event | None:
    """The event in the words of the REST API; None for one that only Dagster needs.

    A run among `names` (see `names_of`) is told by its name where it starts and ends: none of these is the job's end.
    """
    event = entry.dagster_event
    if event is None:
        name = logging.getLevelName(entry.level)
        return _told(entry, name if name in LEVELS else "ERROR", entry.user_message)
    row = _row_of(event.partition)
    if event.event_type is DagsterEventType.ASSET_MATERIALIZATION:
        made = event.step_materialization_data.materialization
        what = f"Row finished: {made.description}" if row else f"Asset {made.asset_key.to_user_string()} materialised"
        return _told(entry, "INFO", what, row)
    if event.event_type is DagsterEventType.ASSET_OBSERVATION:
        return _told(entry, "WARNING", event.asset_observation_data.asset_observation.description or "", row)
    if event.event_type is DagsterEventType.STEP_FAILURE:
        failure = event.step_failure_data.user_failure_data
        return _told(entry, "ERROR", (failure.description if failure else None) or event.message or "Step failed")
    if event.event_type in _TOLD:
        level, message = _TOLD[event.event_type]
        name = names.get(entry.run_id)
        return _told(entry, level, f"{name}: {message[0].lower()}{message[1:]}" if name else message)
    return None


def _row_of(partition: str | None) -> str:
    """The row key of a partition, empty for none; of a partition that is not ours, all of it."""
    label, row_key = tags.split_partition_key(partition or "")
    return row_key or label


def _told(entry: EventLogEntry, level: str, message: str, row: str = "") -> Event:
    return Event(
        timestamp=datetime.fromtimestamp(entry.timestamp, UTC),
        created_at=entry.timestamp,
        level=level,
        message=message,
        run_id=entry.run_id,
        row=row,
    )
