"""The retry policy by itself: which errors, which pauses."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import NetworkError, SheetNotFoundError


def test_pauses_are_drawn_evenly_up_to_a_ceiling_that_grows_to_the_longest() -> None:
    drawn: list[tuple[float, float]] = []

    def draw(low: float, high: float) -> float:
        drawn.append((low, high))
        return high / 2

    sleeps: list[float] = []
    policy = RetryPolicy(tries=7, sleep=sleeps.append, uniform=draw)

    def fail() -> None:
        raise NetworkError("down")

    with pytest.raises(NetworkError):
        policy.call(fail)
    assert sleeps == [0.5, 1.5, 4.5, 13.5, 30.0, 30.0]
    assert {low for low, _ in drawn} == {0.0}


@pytest.mark.parametrize("error", [SheetNotFoundError("gone"), ValueError("a fault of ours")])
def test_what_cannot_pass_is_tried_once(error: Exception) -> None:
    tries = []

    def fail() -> None:
        tries.append(1)
        raise error

    with pytest.raises(type(error)) as caught:
        RetryPolicy(sleep=lambda _: pytest.fail("slept")).call(fail)
    assert caught.value is error
    assert len(tries) == 1


def test_a_sleep_that_raises_ends_the_tries() -> None:
    class StoppedError(Exception):
        pass

    def stop(_: float) -> None:
        raise StoppedError

    def fail() -> None:
        raise NetworkError("down")

    with pytest.raises(StoppedError):
        replace(RetryPolicy(), sleep=stop).call(fail)
