"""A stop ends every wait, whatever is waited for, and lets the last words be said."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping, in_daemon_thread
from bulkvid_pipeline.core.errors import NetworkError, RenderCancelledError

PATIENCE_S = 60.0


class Hung:
    """A call that does not answer until the test is over."""

    def __init__(self) -> None:
        self.begun = threading.Event()
        self.over = threading.Event()

    def __call__(self) -> str:
        self.begun.set()
        self.over.wait(PATIENCE_S)
        return "too late"


@pytest.fixture
def hung() -> Iterator[Hung]:
    call = Hung()
    yield call
    call.over.set()


def test_without_a_stop_a_call_gives_what_it_gives() -> None:
    stopping = Stopping()

    assert stopping.run(lambda: "answer") == "answer"
    with pytest.raises(ZeroDivisionError):
        stopping.run(lambda: 1 / 0)


def test_a_stop_leaves_a_hung_call_behind(hung: Hung) -> None:
    stopping = Stopping()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(stopping.run, hung)
        assert hung.begun.wait(PATIENCE_S)
        stopping.stop()
        with pytest.raises(RenderCancelledError):
            waiting.result(PATIENCE_S)
    assert not hung.over.is_set()


def test_after_a_stop_nothing_begins() -> None:
    stopping = Stopping()
    stopping.stop()
    begun: list[str] = []

    with pytest.raises(RenderCancelledError):
        stopping.run(lambda: begun.append("a request"))
    assert begun == []


def test_a_stop_ends_a_pause_between_two_tries() -> None:
    stopping = Stopping()
    tried = threading.Event()

    def attempt() -> None:
        tried.set()
        raise NetworkError("no answer", retry_after=PATIENCE_S)

    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(RetryPolicy(sleep=stopping.sleep).call, attempt)
        assert tried.wait(PATIENCE_S)
        stopping.stop()
        with pytest.raises(RenderCancelledError):
            waiting.result(PATIENCE_S)


@pytest.mark.parametrize("first", ["stop", "conclude"])
def test_last_words_are_said_after_a_stop_and_a_hung_listener_does_not_hold_them_up(first: str, hung: Hung) -> None:
    stopping = Stopping()
    steps: list[Callable[[], None]] = [stopping.stop, lambda: stopping.conclude(0.3)]
    for step in steps if first == "stop" else reversed(steps):
        step()

    assert stopping.run(lambda: "the gallery") == "the gallery"
    with pytest.raises(RenderCancelledError):
        stopping.run(hung)


def test_tidying_up_gets_a_moment_after_a_stop(hung: Hung) -> None:
    stopping = Stopping()
    stopping.stop()

    assert stopping.run(lambda: "removed", grace_s=PATIENCE_S) == "removed"
    with pytest.raises(RenderCancelledError):
        stopping.run(hung, grace_s=0.05)


def test_a_pause_that_nobody_ends_takes_its_time() -> None:
    began = time.monotonic()
    Stopping().sleep(0.05)
    assert time.monotonic() - began >= 0.05


def test_nobody_waits_for_the_thread_of_a_call(hung: Hung) -> None:
    in_daemon_thread(hung, "left behind")
    assert hung.begun.wait(PATIENCE_S)
    (thread,) = (thread for thread in threading.enumerate() if thread.name == "left behind")
    assert thread.daemon
