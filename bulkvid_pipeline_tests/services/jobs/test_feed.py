"""Following a job without HTTP: what followers are told, in which order, and never twice."""

from __future__ import annotations

import asyncio
import gc
import json
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import replace
from typing import Any

import pytest
from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.core.errors import JobNotFoundError, ServiceUnavailableError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import BreakReason
from bulkvid_pipeline.services.jobs.feed import JobFeeds, Pace, Subscription
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_news import Chunk, FeedEvent
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.jobs.stream_position import StreamPosition
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB, Writer, WrittenRun
from bulkvid_pipeline_tests.waiting import PATIENCE_S
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES

SWIFT = Pace(look_s=0.02, quiet_look_s=0.02, together_s=0.0, away_s=0.05)


class Follower:
    """Somebody who follows the job, and what they were told."""

    def __init__(self, following: Subscription) -> None:
        self.following = following
        self.events: list[FeedEvent] = []
        self.chunks: list[Chunk] = []
        self.heartbeats = 0
        self._chunks = following.chunks()

    @classmethod
    async def at(cls, feeds: JobFeeds, after: str = "", **how: Any) -> Follower:
        position = StreamPosition.parse(after) if after else None
        return cls(await feeds.open(JOB, after=position, **how))

    async def until(self, met: Callable[[Follower], object]) -> Follower:
        async with asyncio.timeout(PATIENCE_S):
            while not met(self):
                await self._take()
        return self

    async def to_the_end(self) -> Follower:
        async with asyncio.timeout(PATIENCE_S):
            while await self._take():
                pass
        self.following.close()
        return self

    async def _take(self) -> bool:
        chunk = await anext(self._chunks, None)
        if chunk is not None:
            self.chunks.append(chunk)
            self.events += chunk.events
            self.heartbeats += not chunk.events
        return chunk is not None

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [json.loads(event.data) for event in self.events if event.kind == kind]

    @property
    def kinds(self) -> list[str]:
        return [event.kind for event in self.events]

    @property
    def rows(self) -> list[str]:
        return [item["row_key"] for item in self.of("item")]

    @property
    def lines(self) -> list[str]:
        return [line["message"] for line in self.of("log")]

    @property
    def last_id(self) -> str:
        return next(event.id for event in reversed(self.events) if event.id)


def follow_with(
    workplace: Workplace,
    script: Callable[[JobFeeds], Coroutine[Any, Any, None]],
    find: Callable[..., Job] | None = None,
    pace: Pace = SWIFT,
) -> None:
    """Run the script on an event loop, with feeds of the workplace's jobs."""

    async def run() -> None:
        log, index = RunLog(workplace.instance), JobIndex(workplace.instance)
        with closing(log), closing(index), closing(JobFeeds(find or index.look_up, log, pace)) as feeds:
            await script(feeds)

    asyncio.run(run())


def finished_line(name: str) -> str:
    return f"Row finished: Title of {name}"


def test_a_follower_is_told_the_present_state_and_then_what_is_new_until_the_job_ends(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)
    run.finish_row("old")
    run.progress(10.0, completed=1)

    async def script(feeds: JobFeeds) -> None:
        follower = await Follower.at(feeds)
        await follower.until(lambda told: len(told.events) == 2)
        assert follower.of("state") == [{"job_id": JOB, "state": "running", "actions": ["cancel", "pause"]}]
        assert follower.of("progress")[0]["percent_complete"] == 10.0
        await follow_up(run)
        await follower.to_the_end()
        assert follower.rows == ["new", "bad"]
        assert follower.lines == [finished_line("new"), "Failed: no font has this", "Finished"]
        assert follower.of("progress")[-1]["items_status"]["failed"] == 1
        assert follower.of("state")[-1]["state"] == "completed"
        assert follower.of("end") == [{"job_id": JOB, "state": "completed", "reason": "ended"}]
        assert follower.kinds[-1] == "end"
        assert feeds.followed == 0

    follow_with(workplace, script)


async def follow_up(run: WrittenRun) -> None:
    await asyncio.to_thread(run.finish_row, "new")
    await asyncio.to_thread(run.fail_row, "bad")
    await asyncio.to_thread(run.progress, 100.0, completed=2, failed=1)
    await asyncio.to_thread(run.end)


def test_an_item_says_what_became_of_its_row(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)
    run.finish_row("good")
    run.fail_row("bad")

    async def script(feeds: JobFeeds) -> None:
        follower = await Follower.at(feeds, replay=True)
        await follower.until(lambda told: len(told.of("item")) == 2)
        good, bad = follower.of("item")
        assert (good["state"], good["percent"], good["url"], good["cost"]) == ("completed", 100, "", 0.25)
        assert (bad["state"], bad["code"], bad["error"], bad["fix"], bad["attempts"]) == (
            "failed",
            "GLYPHS_MISSING",
            "no font has this",
            "Remove it",
            2,
        )
        follower.following.close()

    follow_with(workplace, script)


def test_from_every_id_on_the_rest_comes_once_and_in_the_same_order(workplace: Workplace) -> None:
    first = WrittenRun.begun(workplace.instance)
    for name in ("a", "b", "c"):
        first.finish_row(name)
    first.progress(30.0, completed=3)
    first.end(JobState.PAUSED)
    second = WrittenRun.begun(workplace.instance)
    for name in ("d", "e"):
        second.fail_row(name)
    second.progress(100.0, completed=3, failed=2)
    second.end()

    async def script(feeds: JobFeeds) -> None:
        whole = await (await Follower.at(feeds, replay=True)).to_the_end()
        assert whole.rows == ["a", "b", "c", "d", "e"]
        assert whole.lines[0] == "Started"
        assert len(whole.lines) == 9
        lasting = [(event.kind, event.data) for event in whole.events if event.kind in {"item", "log"}]
        for at, event in enumerate(whole.events[:-1]):
            rest = await (await Follower.at(feeds, event.id)).to_the_end()
            before = [one for one in whole.events[: at + 1] if one.kind in {"item", "log"}]
            told = [(one.kind, one.data) for one in rest.events if one.kind in {"item", "log"}]
            assert told == lasting[len(before) :]
            assert rest.events[-1].id == whole.last_id
            if before:  # state and progress were told before, and are the same
                assert {one.kind for one in rest.events} <= {"item", "log", "end"}

    follow_with(workplace, script)


def test_an_item_is_not_told_again_when_an_older_record_of_another_run_appears_behind_it(workplace: Workplace) -> None:
    """Writers read the clock before they write, so a record may appear after one that is younger."""
    one, other = WrittenRun.begun(workplace.instance), WrittenRun.begun(workplace.instance)
    before = time.time()

    async def script(feeds: JobFeeds) -> None:
        await asyncio.to_thread(one.finish_row, "a")
        follower = await Follower.at(feeds, replay=True)
        await follower.until(lambda told: told.rows)
        follower.following.close()
        id_of_a = next(event.id for event in follower.events if event.kind == "item")
        await asyncio.to_thread(other.finish_row, "b", before)
        rest = await Follower.at(feeds, id_of_a)
        await rest.until(lambda told: len(told.lines) == 2)
        assert rest.rows == ["b"]
        assert rest.lines == [finished_line("a"), finished_line("b")]
        rest.following.close()

    follow_with(workplace, script)


def test_whoever_knows_the_end_is_told_nothing_more_until_the_job_goes_on(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)
    run.fail_row("a")
    run.progress(100.0, 1, failed=1)
    run.end(JobState.FAILED)

    async def script(feeds: JobFeeds) -> None:
        follower = await (await Follower.at(feeds)).to_the_end()
        again = await Follower.at(feeds, follower.last_id)
        assert again.following.is_over
        again.following.close()
        retried = await asyncio.to_thread(WrittenRun.begun, workplace.instance)
        again = await Follower.at(feeds, follower.last_id)
        assert not again.following.is_over
        await asyncio.to_thread(retried.finish_row, "a")
        await asyncio.to_thread(retried.progress, 100.0, 1, completed=1)
        await asyncio.to_thread(retried.end)
        await again.to_the_end()
        assert again.rows == ["a"]
        assert [state["state"] for state in again.of("state")][-1] == "completed"
        assert again.lines == ["Started", finished_line("a"), "Finished"]

    follow_with(workplace, script)


def test_runs_that_join_a_paused_job_are_followed(workplace: Workplace) -> None:
    first = WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        follower = await Follower.at(feeds)
        await asyncio.to_thread(first.finish_row, "a")
        await asyncio.to_thread(first.progress, 50.0, 2, completed=1)
        await asyncio.to_thread(first.end, JobState.PAUSED)
        await follower.until(lambda told: told.of("state") and told.of("state")[-1]["state"] == "paused")
        waiting = await asyncio.to_thread(WrittenRun.of, workplace.instance)
        await follower.until(lambda told: told.of("state")[-1]["state"] == "pending")
        await asyncio.to_thread(waiting.report, DagsterEventType.RUN_START)
        await asyncio.to_thread(waiting.finish_row, "b")
        await asyncio.to_thread(waiting.progress, 100.0, 2, completed=2)
        await asyncio.to_thread(waiting.end)
        await follower.to_the_end()
        assert follower.rows == ["a", "b"]
        assert follower.lines.count("Started") == 1
        assert follower.of("end")[0]["state"] == "completed"

    follow_with(workplace, script)


def test_a_deleted_job_ends_the_stream(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        follower = await Follower.at(feeds)
        await follower.until(lambda told: told.events)
        await asyncio.to_thread(workplace.instance.delete_run, run.run_id)
        await follower.to_the_end()
        assert follower.of("end") == [{"job_id": JOB, "state": None, "reason": "gone"}]
        with pytest.raises(JobNotFoundError):
            await Follower.at(feeds)
        assert feeds.followed == 0

    follow_with(workplace, script)


def test_foreign_and_unknown_jobs_are_not_found_and_not_looked_at(workplace: Workplace) -> None:
    WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        with pytest.raises(JobNotFoundError, match=JOB):
            await feeds.open(JOB, project_id="theirs")
        with pytest.raises(JobNotFoundError, match="job_none"):
            await feeds.open("job_none")
        assert feeds.followed == 0

    follow_with(workplace, script)


def test_many_followers_come_at_different_times_and_are_all_told_everything_once(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        with Writer(run) as writer:
            followers = []
            for _ in range(20):
                followers.append(asyncio.create_task(followed_with_breaks(feeds)))
                await asyncio.sleep(0.03)
            while len(writer.names) < 20:
                await asyncio.sleep(0.01)
        await asyncio.to_thread(run.end)
        told = await asyncio.gather(*followers)
        for rows in told:
            assert rows == writer.names
        assert feeds.followed == 0

    follow_with(workplace, script)


async def followed_with_breaks(feeds: JobFeeds) -> list[str]:
    """The rows that somebody is told who takes the first few chunks, goes, comes again, and so on."""
    rows: list[str] = []
    follower = await Follower.at(feeds, replay=True)
    while True:
        await follower.until(lambda told: len(told.events) >= 3 or "end" in told.kinds)
        rows += follower.rows
        follower.following.close()
        if "end" in follower.kinds:
            return rows
        follower = await Follower.at(feeds, follower.last_id)


def test_followers_share_one_poller_and_one_encoding(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)
    looks = Counter[str]()

    def counted(job_id: str, *, at_once: bool) -> Job:  # noqa: ARG001
        looks[job_id] += 1
        return find_job(workplace.instance, job_id)

    async def script(feeds: JobFeeds) -> None:
        followers = [await Follower.at(feeds) for _ in range(50)]
        # Those who are still reading what they have missed get no heartbeat.
        await asyncio.gather(*(follower.until(lambda told: told.heartbeats) for follower in followers))
        before = looks[JOB]
        await asyncio.to_thread(run.finish_row, "a")
        for follower in followers:
            await follower.until(lambda told: told.rows)
        chunks = [follower.chunks[-1] for follower in followers]
        assert len({id(chunk) for chunk in chunks}) == 1
        assert chunks[0].body is chunks[-1].body
        assert looks[JOB] - before < 50
        for follower in followers:
            follower.following.close()
        assert feeds.followed == 0

    follow_with(workplace, script, counted, replace(SWIFT, heartbeat_s=0.5))


def test_a_follower_that_does_not_read_is_given_up_and_goes_on_where_it_stopped(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        slow, swift = await Follower.at(feeds), await Follower.at(feeds)
        await slow.until(lambda told: told.heartbeats)
        for number in range(40):
            await asyncio.to_thread(run.finish_row, f"row-{number}")
            await swift.until(lambda told: told.rows[-1:] == [f"row-{number}"])  # noqa: B023
        assert slow.following.broken.result() is BreakReason.TOO_SLOW
        again = await Follower.at(feeds, slow.last_id)
        await again.until(lambda told: told.rows[-1:] == ["row-39"])
        assert slow.rows + again.rows == swift.rows
        for follower in (swift, again):
            follower.following.close()

    follow_with(workplace, script, pace=replace(SWIFT, most_bytes=4000, heartbeat_s=0.1))


def test_a_database_that_is_away_is_waited_for_with_heartbeats(workplace: Workplace) -> None:
    run = WrittenRun.begun(workplace.instance)
    away = False

    def found(job_id: str, *, at_once: bool) -> Job:  # noqa: ARG001
        if away:
            raise ServiceUnavailableError("The Dagster instance's database did not answer")
        return find_job(workplace.instance, job_id)

    async def script(feeds: JobFeeds) -> None:
        nonlocal away
        follower = await Follower.at(feeds)
        await follower.until(lambda told: len(told.events) == 2)
        away = True
        await asyncio.to_thread(run.finish_row, "a")
        await follower.until(lambda told: told.heartbeats >= 3)
        with pytest.raises(ServiceUnavailableError):
            await Follower.at(feeds)
        assert follower.rows == []
        away = False
        await asyncio.to_thread(run.finish_row, "b")
        await follower.until(lambda told: len(told.of("item")) == 2)
        assert follower.rows == ["a", "b"]
        follower.following.close()

    follow_with(workplace, script, found, replace(SWIFT, heartbeat_s=0.05))


def test_a_process_that_stops_breaks_off_all_followers_and_takes_no_others(workplace: Workplace) -> None:
    WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        followers = [await Follower.at(feeds) for _ in range(3)]
        feeds.break_off()
        for follower in followers:
            await follower.to_the_end()
            assert follower.kinds[-1] == "reconnect"
            assert follower.of("reconnect")[0]["reason"] == "server_stopping"
        with pytest.raises(ServiceUnavailableError, match="stopping"):
            await Follower.at(feeds)

    follow_with(workplace, script)


def test_a_follower_that_is_forgotten_is_not_looked_for(workplace: Workplace) -> None:
    WrittenRun.begun(workplace.instance)

    async def script(feeds: JobFeeds) -> None:
        await feeds.open(JOB)
        gc.collect()
        async with asyncio.timeout(PATIENCE_S):
            while feeds.followed:
                await asyncio.sleep(0.01)

    follow_with(workplace, script)
