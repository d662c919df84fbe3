"""Coroutines that run on event loops of their own, from threads that wait for them."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.errors import RenderCancelledError
from bulkvid_pipeline.services.batch.coroutines import EventLoops
from bulkvid_pipeline_tests.waiting import PATIENCE_S


@pytest.fixture
def loops() -> Iterator[EventLoops]:
    found = EventLoops()
    yield found
    found.close()


async def which_loop() -> asyncio.AbstractEventLoop:
    await asyncio.sleep(0)
    return asyncio.get_running_loop()


def test_a_loop_is_kept_for_the_next_coroutine(loops: EventLoops) -> None:
    assert loops.run(which_loop(), Stopping()) is loops.run(which_loop(), Stopping())


def test_one_that_blocks_holds_up_no_other(loops: EventLoops) -> None:
    together = threading.Barrier(3)

    async def block() -> int:
        return together.wait(PATIENCE_S)

    with ThreadPoolExecutor(3) as pool:
        assert sorted(pool.map(lambda _: loops.run(block(), Stopping()), range(3))) == [0, 1, 2]


def test_what_it_raises_is_raised(loops: EventLoops) -> None:
    async def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        loops.run(fail(), Stopping())


@pytest.mark.parametrize("kind", [SystemExit, KeyboardInterrupt, asyncio.CancelledError, GeneratorExit])
def test_one_that_wants_to_exit_ends_itself_alone(loops: EventLoops, kind: type[BaseException]) -> None:
    async def exit_by_itself() -> None:
        raise kind

    async def exit_by_a_task() -> None:
        await asyncio.create_task(exit_by_itself())

    loop = loops.run(which_loop(), Stopping())
    for ending in (exit_by_itself, exit_by_a_task):
        with pytest.raises((kind, concurrent.futures.CancelledError)):
            loops.run(ending(), Stopping())
    assert loops.run(which_loop(), Stopping()) is loop


def test_a_stop_cancels_it_and_does_not_wait(loops: EventLoops) -> None:
    begun, tidied, stopping = threading.Event(), threading.Event(), Stopping()

    async def wait_for_ever() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            tidied.set()

    def stop() -> None:
        begun.wait(PATIENCE_S)
        stopping.stop()

    threading.Thread(target=stop).start()
    with pytest.raises(RenderCancelledError):
        loops.run(wait_for_ever(), stopping)
    assert tidied.wait(PATIENCE_S)


def test_closing_leaves_a_blocked_one_behind(loops: EventLoops) -> None:
    begun, let_go, stopping = threading.Event(), threading.Event(), Stopping()

    async def block() -> None:
        begun.set()
        let_go.wait(PATIENCE_S)

    def stop() -> None:
        begun.wait(PATIENCE_S)
        stopping.stop()

    threading.Thread(target=stop).start()
    with pytest.raises(RenderCancelledError):
        loops.run(block(), stopping)
    began = time.monotonic()
    loops.close(within_s=0.1)
    assert time.monotonic() - began < PATIENCE_S / 2
    let_go.set()
    with pytest.raises(RenderCancelledError):
        loops.run(which_loop(), Stopping())


def test_closed_loops_leave_no_thread_and_cancel_what_was_begun_beside(loops: EventLoops) -> None:
    cancelled = threading.Event()

    async def go_on() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    async def begin() -> None:
        kept.append(asyncio.create_task(go_on()))
        await asyncio.sleep(0)

    kept: list[asyncio.Task[None]] = []
    loops.run(begin(), Stopping())
    loops.close(PATIENCE_S)

    assert cancelled.is_set()
    assert not any(thread.name == "event-loop" for thread in threading.enumerate())
