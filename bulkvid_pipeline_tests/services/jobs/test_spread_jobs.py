"""A job that is spread over several runs, as all who read it see it: one job, with rows, events and words of all."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest
from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import EventQuery, JobEvents, job_events
from bulkvid_pipeline.services.jobs.feed import JobFeeds
from bulkvid_pipeline.services.jobs.items import ItemQuery, Items
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.job_summary import summary_of
from bulkvid_pipeline.services.jobs.metrics import metrics_of
from bulkvid_pipeline.services.jobs.run_state import CLOSED, tell_tags
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.services.jobs.test_feed import Follower, follow_with
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, found
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES

TOLD = [
    "Planning: started",
    "Planning: finished",
    "Shard 1: started",
    "Shard 2: started",
    "Row finished: Title 2",
    "Row finished: Title 3",
    "Failed: no font has this",
    "Shard 1: finished",
    "Shard 2: finished",
    "Conclusion: started",
    "Conclusion: finished",
]


@pytest.fixture
def log(workplace: Workplace) -> Iterator[RunLog]:
    with closing(RunLog(workplace.instance)) as log:
        yield log


def planned(workplace: Workplace) -> TellingRun:
    """A planning run that is through and has left three rows to two shards."""
    planner = TellingRun.begun(workplace.instance)
    planner.plan([2, 3, 4])
    return planner.leave_to(2, 3)


def made(planner: TellingRun) -> None:
    """Both shards make the rows."""
    first, second = planner.member(shard=0), planner.member(shard=1)
    first.finish(2)
    second.finish(3)
    first.fail(4)
    first.progress(100.0, 2, completed=1, failed=1)
    second.progress(100.0, 1, completed=1)
    first.end()
    second.end()


def concluded(planner: TellingRun) -> None:
    conclusion = planner.member(Role.CONCLUSION)
    planner.progress(100.0, 3, completed=2, failed=1)
    tell_tags(planner.instance, planner.run_id, {tags.STATE: JobState.COMPLETED, tags.OPEN: CLOSED})
    conclusion.report(DagsterEventType.RUN_SUCCESS)


def test_its_log_names_the_runs_and_is_the_same_from_page_to_page(workplace: Workplace, log: RunLog) -> None:
    planner = planned(workplace)
    made(planner)
    concluded(planner)

    told = [event for event in job_events(workplace.instance, JOB) if "materialised" not in event.message]
    assert [event.message for event in told] == TOLD

    events, paged = JobEvents(log), list[str]()
    page = events.page(found(workplace.instance), EventQuery(limit=4))
    while page.items:
        paged[:0] = [event.message for event in page.items]
        if page.previous_cursor is None:
            break
        before = EventCursor.parse(page.previous_cursor)
        page = events.page(found(workplace.instance), EventQuery(limit=4, before=before))
    assert [message for message in paged if "materialised" not in message] == TOLD


def test_who_follows_it_is_told_each_row_and_each_run_once_and_one_end(workplace: Workplace) -> None:
    planner = planned(workplace)

    async def script(feeds: JobFeeds) -> None:
        follower = await Follower.at(feeds)
        await follower.until(lambda told: len(told.events) == 2)
        made(planner)
        await follower.until(lambda told: told.lines.count("Shard 2: finished"))
        concluded(planner)
        await follower.to_the_end()
        assert sorted(follower.rows) == ["row-2", "row-3", "row-4"]
        assert sorted(follower.lines) == sorted(TOLD[2:])
        assert [state["state"] for state in follower.of("state")][-1] == "completed"
        assert [end["state"] for end in follower.of("end")] == ["completed"]
        again = await (await Follower.at(feeds, follower.events[1].id)).to_the_end()
        assert sorted(again.lines) == sorted(TOLD[2:])

    follow_with(workplace, script)


def test_its_rows_and_figures_are_of_all_its_runs(workplace: Workplace, log: RunLog) -> None:
    planner = planned(workplace)
    reader = RowReader(log)
    assert {row.state for row in reader.rows(found(workplace.instance)).rows} == {ItemState.QUEUED}

    made(planner)
    concluded(planner)
    rows = reader.rows(found(workplace.instance))

    assert [(row.sheet_row, row.state) for row in rows.rows] == [
        (2, ItemState.COMPLETED),
        (3, ItemState.COMPLETED),
        (4, ItemState.FAILED),
    ]
    page = Items(reader, Links(settings(), b"k" * 32)).page(
        found(workplace.instance), ItemQuery(JOB), "https://videos.example"
    )
    assert [item.state for item in page.items] == ["completed", "completed", "failed"]
    figures = metrics_of(rows)
    assert (figures.rendered, figures.failed, figures.videos) == (2, 1, 2)


def test_it_says_in_words_what_it_does_between_its_runs(workplace: Workplace, log: RunLog) -> None:
    def words() -> str:
        return summary_of(workplace.instance, log, RowReader(log).rows(found(workplace.instance))).words

    planner = planned(workplace)
    assert words() == "The rows are planned: 2 runs that make them are about to begin."
    made(planner)
    assert words() == "All rows are through. Finishing up."
    concluded(planner)
    assert words() == "2 rows are finished; 1 row failed."
