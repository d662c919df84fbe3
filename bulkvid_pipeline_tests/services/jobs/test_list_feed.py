"""Following the jobs of a project without HTTP: who is told, of what, and until when."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import aclosing, closing
from typing import Any

import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_news import Chunk
from bulkvid_pipeline.services.jobs.list_feed import ListFeed, ListPace, ListSubscription
from bulkvid_pipeline_tests.services.jobs.written_runs import WrittenRun
from bulkvid_pipeline_tests.waiting import PATIENCE_S
from bulkvid_pipeline_tests.workplace import Workplace

SWIFT = ListPace(look_s=0.01)


def followed(
    workplace: Workplace,
    script: Callable[[ListFeed], Coroutine[Any, Any, None]],
    pace: ListPace = SWIFT,
    index: type[JobIndex] = JobIndex,
) -> None:
    """Run the script on an event loop, with a feed of the workplace's jobs."""

    async def all_of_it() -> None:
        with closing(index(workplace.instance)) as jobs:
            feed = ListFeed(jobs, pace)
            async with asyncio.timeout(PATIENCE_S):
                await script(feed)
            feed.break_off()
            assert not feed.is_looking

    asyncio.run(all_of_it())


async def told(chunks: AsyncIterator[Chunk]) -> list[str]:
    """The kinds of the next events; signs of life are passed over."""
    async for chunk in chunks:
        if chunk.events:
            return [event.kind for event in chunk.events]
    return []


def test_a_job_that_comes_changes_or_goes_is_told_to_its_own_project(workplace: Workplace) -> None:
    async def script(feed: ListFeed) -> None:
        ours, theirs = feed.open("default"), feed.open("sport")
        async with aclosing(ours.chunks()) as chunks, aclosing(theirs.chunks()) as their_chunks:
            waiting = asyncio.create_task(told(their_chunks))
            run = WrittenRun.of(workplace.instance, "job_a", {tags.PROJECT: "default"})
            assert await told(chunks) == ["changed"]
            run.progress(40.0, 8)
            assert await told(chunks) == ["changed"]
            workplace.instance.delete_run(run.run_id)
            assert await told(chunks) == ["changed"]
            assert not waiting.done()
            WrittenRun.of(workplace.instance, "job_b", {tags.PROJECT: "sport"})
            assert await waiting == ["changed"]

    followed(workplace, script)


def test_whoever_reads_slowly_is_told_once_of_many_changes(workplace: Workplace) -> None:
    async def script(feed: ListFeed) -> None:
        slow, quick = feed.open("default"), feed.open("default")
        for number in range(3):
            WrittenRun.of(workplace.instance, f"job_{number}")
            assert await told(quick.chunks()) == ["changed"]
        slow.close()
        assert [chunk.events[0].kind async for chunk in slow.chunks() if chunk.events] == ["changed"]

    followed(workplace, script)


def test_nobody_looks_where_nobody_follows_and_a_server_that_stops_says_so(workplace: Workplace) -> None:
    async def script(feed: ListFeed) -> None:
        looks = [feed.is_looking]
        first, second = feed.open("default"), feed.open("default")
        first.close()
        looks.append(feed.is_looking)
        second.close()
        looks.append(feed.is_looking)
        assert looks == [False, True, False]
        last = feed.open("default")
        feed.break_off()
        assert last.broken.done()
        assert await told(last.chunks()) == ["reconnect"]
        with pytest.raises(ServiceUnavailableError):
            feed.open("default")

    followed(workplace, script)


def test_a_database_that_is_gone_for_a_while_ends_no_list(workplace: Workplace) -> None:
    class Absent(JobIndex):
        looks = 0

        async def fresh(self) -> None:
            Absent.looks += 1
            if Absent.looks < 3:
                raise ServiceUnavailableError("The database does not respond")
            await super().fresh()

    async def script(feed: ListFeed) -> None:
        following = feed.open("default")
        WrittenRun.of(workplace.instance)
        assert await told(following.chunks()) == ["changed"]

    followed(workplace, script, index=Absent)


def test_signs_of_life_come_while_nothing_happens(workplace: Workplace) -> None:
    async def script(feed: ListFeed) -> None:
        following: ListSubscription = feed.open("default")
        chunks = following.chunks()
        assert [(await anext(chunks)).events for _ in range(3)] == [(), (), ()]

    followed(workplace, script, ListPace(look_s=60.0, heartbeat_s=0.01))
