from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulkvid_pipeline.adapters.one_at_a_time import OneAtATime
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline_tests.waiting import wait_until


def test_one_works_a_few_wait_and_others_are_told_to_come_again() -> None:
    work = OneAtATime("Painting", most_waiting=1)
    inside, going_on = threading.Event(), threading.Event()
    at_once: list[int] = []
    most = 0

    def job() -> None:
        nonlocal most
        with work.turn():
            at_once.append(1)
            most = max(most, len(at_once))
            inside.set()
            assert going_on.wait(30)
            at_once.pop()

    with ThreadPoolExecutor(2) as pool:
        jobs = [pool.submit(job), pool.submit(job)]
        assert inside.wait(30)
        wait_until(lambda: work.places_left == 0, "the second one does not wait")
        with pytest.raises(ServiceUnavailableError, match="Painting is busy") as refused, work.turn():
            pass
        going_on.set()
        for each in jobs:
            each.result(30)

    assert refused.value.retry_after == 2
    assert most == 1
    with work.turn():
        pass
    assert work.places_left == 2


def test_a_fault_inside_gives_the_place_back() -> None:
    work = OneAtATime("Painting", most_waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), work.turn():
            raise ZeroDivisionError
