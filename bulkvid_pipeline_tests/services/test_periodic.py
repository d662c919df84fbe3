"""An action beside the work: it comes again, survives its failures, and ends at once."""

from __future__ import annotations

import logging
import queue
import threading

import pytest

from bulkvid_pipeline.services.periodic import Periodic
from bulkvid_pipeline_tests.waiting import PATIENCE_S

AN_HOUR_S = 3600.0


def test_the_action_comes_again_and_again_from_another_thread() -> None:
    calls: queue.SimpleQueue[int] = queue.SimpleQueue()
    with Periodic(lambda: calls.put(threading.get_ident()), 0.0, "often"):
        threads = {calls.get(timeout=PATIENCE_S) for _ in range(3)}

    assert len(threads) == 1
    assert threading.get_ident() not in threads


def test_a_long_pause_ends_at_once_when_it_is_stopped() -> None:
    calls: list[None] = []
    with Periodic(lambda: calls.append(None), AN_HOUR_S, "seldom"):
        pass  # leaving joins the thread: this test would not end otherwise

    assert calls == []


def test_stopping_waits_for_the_call_under_way_and_begins_no_other() -> None:
    began, go_on, calls = threading.Event(), threading.Event(), []

    def action() -> None:
        began.set()
        go_on.wait(PATIENCE_S)
        calls.append("ended")

    periodic = Periodic(action, 0.0, "slow")
    periodic.start()
    assert began.wait(PATIENCE_S)
    periodic.stop(wait=False)
    assert calls == []
    go_on.set()
    periodic.stop()

    assert calls == ["ended"]


def test_what_an_action_raises_is_logged_and_it_is_called_again(caplog: pytest.LogCaptureFixture) -> None:
    calls: queue.SimpleQueue[None] = queue.SimpleQueue()

    def action() -> None:
        calls.put(None)
        raise ZeroDivisionError

    with caplog.at_level(logging.ERROR), Periodic(action, 0.0, "unlucky"):
        for _ in range(2):
            calls.get(timeout=PATIENCE_S)

    assert "'unlucky' failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text


def test_one_that_was_never_started_can_be_stopped() -> None:
    Periodic(lambda: None, AN_HOUR_S, "idle").stop()
