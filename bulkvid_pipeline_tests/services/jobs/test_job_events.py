"""Pages of events: in both directions, each event once, while runs are at work."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest
from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.wire import Event
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import EventQuery, JobEvents
from bulkvid_pipeline_tests.services.jobs.told_rows import SHEET, TellingRun, found
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES


@pytest.fixture
def events(workplace: Workplace) -> Iterator[JobEvents]:
    log = RunLog(workplace.instance)
    yield JobEvents(log)
    log.close()


@pytest.fixture
def runs(workplace: Workplace) -> list[TellingRun]:
    """Three runs at work side by side, which have told of 24 rows in turns."""
    runs = [TellingRun.begun(workplace.instance) for _ in range(3)]
    chance = random.Random(5)
    for number in range(24):
        run = chance.choice(runs)
        run.fail(number) if number % 4 == 3 else run.finish(number)
    return runs


def whole(workplace: Workplace, events: JobEvents, **query: object) -> tuple[Event, ...]:
    return events.page(found(workplace.instance), EventQuery(limit=250, **query)).items  # type: ignore[arg-type]


def marks(items: tuple[Event, ...] | list[Event]) -> list[tuple[str, str]]:
    return [(event.run_id, event.message) for event in items]


def test_events_of_all_runs_are_told_in_the_order_of_time(
    workplace: Workplace, events: JobEvents, runs: list[TellingRun]
) -> None:
    told = whole(workplace, events)

    assert len(told) == 27
    assert {event.run_id for event in told} == {run.run_id for run in runs}
    assert [event.created_at for event in told] == sorted(event.created_at for event in told)
    assert [event.row for event in told if event.row] == [f"row-{number}" for number in range(24)]


@pytest.mark.parametrize("limit", [1, 4, 10])
@pytest.mark.parametrize("level", ["INFO", "WARNING"])
def test_pages_in_both_directions_are_the_whole(
    workplace: Workplace, events: JobEvents, runs: list[TellingRun], limit: int, level: str
) -> None:
    job, expected = found(workplace.instance), marks(whole(workplace, events, level=level))
    assert len(runs) == 3
    page = events.page(job, EventQuery(level, limit))
    back = list(page.items)
    while page.previous_cursor is not None:
        page = events.page(job, EventQuery(level, limit, before=EventCursor.parse(page.previous_cursor)))
        back = [*page.items, *back]
    assert marks(back) == expected

    forth: list[Event] = []
    at, more = EventCursor(), True
    while more:
        page = events.page(job, EventQuery(level, limit, after=at))
        forth += page.items
        at, more = EventCursor.parse(page.next_cursor), page.has_more
    assert marks(forth) == expected


def test_each_event_names_the_place_after_it(workplace: Workplace, events: JobEvents, runs: list[TellingRun]) -> None:
    job, told = found(workplace.instance), whole(workplace, events)
    assert len(runs) == 3
    for at in (0, 5, 20, len(told) - 1):
        rest = events.page(job, EventQuery(limit=250, after=EventCursor.parse(told[at].id))).items
        assert marks(rest) == marks(told[at + 1 :])


def test_who_comes_back_with_the_last_cursor_is_told_what_is_new_and_nothing_twice(
    workplace: Workplace, events: JobEvents, runs: list[TellingRun]
) -> None:
    page = events.page(found(workplace.instance), EventQuery(limit=3))
    cursor, met = EventCursor.parse(page.next_cursor), []
    for number in range(30, 36):
        runs[number % 3].finish(number)
        if number == 33:
            TellingRun.begun(workplace.instance).finish(99)  # a run that joins later
        page = events.page(found(workplace.instance), EventQuery(limit=2, after=cursor))
        met += [event.row for event in page.items if event.row]
        cursor = EventCursor.parse(page.next_cursor)
    while page.has_more:
        page = events.page(found(workplace.instance), EventQuery(limit=2, after=cursor))
        met += [event.row for event in page.items if event.row]
        cursor = EventCursor.parse(page.next_cursor)

    assert sorted(met) == sorted([*(f"row-{number}" for number in range(30, 36)), "row-99"])
    assert events.page(found(workplace.instance), EventQuery(after=cursor)).items == ()


def test_events_can_be_those_of_a_row_and_of_a_level(
    workplace: Workplace, events: JobEvents, runs: list[TellingRun]
) -> None:
    runs[0].report(DagsterEventType.RUN_FAILURE)
    runs[1].finish(3)

    assert [event.message for event in whole(workplace, events, level="ERROR")] == ["Run ended with a failure"]
    of_row = whole(workplace, events, partition=tags.partition_key(SHEET, "row-3"))
    assert [event.level for event in of_row] == ["WARNING", "INFO"]
    after = EventCursor.parse(of_row[0].id)
    assert [event.level for event in whole(workplace, events, partition=f"{SHEET}:row-3", after=after)] == ["INFO"]
    assert whole(workplace, events, partition=f"{SHEET}:row-nope") == ()


def test_a_job_without_events_has_an_empty_page(workplace: Workplace, events: JobEvents) -> None:
    TellingRun.of(workplace.instance)

    page = events.page(found(workplace.instance), EventQuery())

    assert (page.items, page.previous_cursor, page.has_more) == ((), None, False)
    assert events.page(found(workplace.instance), EventQuery(after=EventCursor.parse(page.next_cursor))).items == ()
