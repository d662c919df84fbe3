"""Following the events of runs: none is missed and none met twice, however they come to be seen."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise

import psycopg2  # type: ignore[import-untyped]
import pytest

from bulkvid_pipeline.adapters.dagster.run_events import RunEvent, RunEvents, Span
from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.services.jobs.job_news import READ_KINDS
from bulkvid_pipeline_tests.services.jobs.written_runs import WrittenRun
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

COPY = (
    "INSERT INTO event_logs (run_id, event, dagster_event_type, timestamp, step_key, asset_key, partition) "
    "SELECT run_id, replace(event, 'first', 'second'), dagster_event_type, timestamp, step_key, asset_key, "
    "replace(partition, 'first', 'second') FROM event_logs WHERE partition LIKE '%first' ORDER BY id LIMIT 1"
)


@pytest.fixture
def log(workplace: Workplace) -> Iterator[RunLog]:
    with closing(RunLog(workplace.instance)) as log:
        yield log


def rows(events: tuple[RunEvent, ...]) -> list[str]:
    """The rows that events are about, in order."""
    found = (event.entry.dagster_event for event in events)
    return [(event.partition or "").partition(":")[2] for event in found if event is not None and event.partition]


@ON_BOTH_DATABASES
def test_pages_of_several_runs_hold_each_event_once_in_the_order_of_time(workplace: Workplace, log: RunLog) -> None:
    runs = [WrittenRun.begun(workplace.instance) for _ in range(3)]
    for number in range(12):
        runs[number % 3].finish_row(f"row-{number}")
    follower = RunEvents(log, READ_KINDS)
    places = dict.fromkeys((run.run_id for run in runs), 0)
    events: list[RunEvent] = []
    more = True
    while more:
        page = follower.read([Span(run_id, after) for run_id, after in places.items()], 4)
        assert page.settled
        assert len(page.events) <= 4
        events += page.events
        places |= {event.run_id: event.storage_id for event in page.events}
        more = page.more

    assert rows(tuple(events)) == [f"row-{number}" for number in range(12)]
    assert all(one.entry.timestamp <= other.entry.timestamp for one, other in pairwise(events))
    assert places == follower.newest(list(places))
    assert follower.read([Span(run_id, after) for run_id, after in places.items()], 4).events == ()


@ON_BOTH_DATABASES
def test_a_span_ends_where_it_is_said_to(workplace: Workplace, log: RunLog) -> None:
    run = WrittenRun.begun(workplace.instance)
    follower = RunEvents(log, READ_KINDS)
    run.finish_row("a")
    until = follower.newest([run.run_id])[run.run_id]
    run.finish_row("b")

    assert rows(follower.read([Span(run.run_id, 0, until)], 10).events) == ["a"]


def test_a_deleted_runs_file_is_not_made_again(workplace: Workplace, log: RunLog) -> None:
    run = WrittenRun.begun(workplace.instance)
    workplace.instance.delete_run(run.run_id)
    files = {path for path in workplace.folder.rglob("*.db") if run.run_id in path.name}
    for path in files:
        path.unlink()
    follower = RunEvents(log, READ_KINDS)

    assert follower.read([Span(run.run_id)], 10).events == ()
    assert follower.newest([run.run_id]) == {run.run_id: 0}
    assert not any(path.exists() for path in files)


@pytest.mark.heavy
@pytest.mark.parametrize("database_url", ["postgres"], indirect=True)
def test_an_event_that_is_committed_behind_a_newer_one_is_not_missed(
    workplace: Workplace, log: RunLog, database_url: str
) -> None:
    run = WrittenRun.begun(workplace.instance)
    run.finish_row("first")
    follower = RunEvents(log, READ_KINDS)
    after = follower.newest([run.run_id])[run.run_id]
    with closing(psycopg2.connect(database_url)) as connection:
        connection.cursor().execute(COPY)  # has its id, and is not committed yet
        run.finish_row("third")
        page = follower.read([Span(run.run_id, after)], 10)
        assert (page.events, page.settled) == ((), False)
        connection.commit()

    page = follower.read([Span(run.run_id, after)], 10)
    assert rows(page.events) == ["second", "third"]
    assert page.settled
