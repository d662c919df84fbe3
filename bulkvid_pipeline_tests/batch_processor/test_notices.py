from __future__ import annotations

import asyncio
import threading
from typing import Any

import pytest

from bulkvid_pipeline.batch_processor.notices import Notices

LONG_S = 60.0


def test_callbacks_are_told_in_order() -> None:
    notices, told = Notices(), []
    notices.completion.append(lambda *what: told.append(what))
    notices.error.append(lambda *what: told.append(what))

    notices.tell(notices.completion, "job", 1)
    notices.tell(notices.error, "job", 2)

    assert notices.drain(LONG_S)
    assert told == [("job", 1), ("job", 2)]


def test_coroutines_are_awaited() -> None:
    notices, told = Notices(), []

    async def callback(job_id: str) -> None:
        await asyncio.sleep(0)
        told.append(job_id)

    notices.error.append(callback)
    notices.tell(notices.error, "job")

    assert notices.drain(LONG_S)
    assert told == ["job"]


def test_errors_are_told_as_they_are_and_as_text_to_those_who_ask_for_it() -> None:
    notices, told = Notices(), []

    def text(_job_id: str, error: str) -> None:
        told.append(error.lower())

    def itself(_job_id: str, error: Exception) -> None:
        told.append(type(error).__name__)

    notices.error += [text, itself, lambda *what: told.append(what[1].args[0]), print]
    notices.tell(notices.error, "job", ValueError("A Timeout"))

    assert notices.drain(LONG_S)
    assert told == ["a timeout", "ValueError", "A Timeout"]


def test_a_callback_that_waits_for_callbacks_is_not_waited_for() -> None:
    notices, drained = Notices(), []
    notices.error.append(lambda *_: drained.append(notices.drain(LONG_S)))

    notices.tell(notices.error, "job", ValueError())

    assert notices.drain(LONG_S)
    assert drained == [False]


def test_coroutines_are_awaited_in_the_loop_of_the_script() -> None:
    notices, loops = Notices(), []

    async def callback() -> None:
        loops.append(asyncio.get_running_loop())

    async def main() -> asyncio.AbstractEventLoop:
        notices.use_loop(asyncio.get_running_loop())
        notices.error.append(callback)
        notices.tell(notices.error)
        await asyncio.to_thread(notices.drain, LONG_S)
        return asyncio.get_running_loop()

    assert asyncio.run(main()) is loops[0]


def test_what_a_callback_raises_is_logged_and_the_others_are_told(caplog: pytest.LogCaptureFixture) -> None:
    notices = Notices()
    told: list[str] = []

    def fails(*_: Any) -> None:
        raise RuntimeError("the script's own fault")

    notices.error += [fails, told.append]
    notices.tell(notices.error, "job")

    assert notices.drain(LONG_S)
    assert told == ["job"]
    assert "the script's own fault" in caplog.text


def test_a_slow_callback_keeps_nobody_and_is_told_the_newest_progress_alone() -> None:
    notices = Notices()
    told: list[tuple[str, int]] = []
    slow, begun = threading.Event(), threading.Event()

    def callback(job_id: str, progress: int, _message: str) -> None:
        told.append((job_id, progress))
        begun.set()
        slow.wait(LONG_S)

    notices.progress.append(callback)
    notices.tell(notices.progress, "a", 0, "")
    begun.wait(LONG_S)
    for progress in range(1, 100):
        notices.tell(notices.progress, "a", progress, "")
    notices.tell(notices.progress, "b", 5, "")
    assert not notices.drain(0.01)
    slow.set()

    assert notices.drain(LONG_S)
    assert told == [("a", 0), ("a", 99), ("b", 5)]
