from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.service_wire import DetailedHealth, PartHealth
from bulkvid_pipeline.services.system.health import (
    Finding,
    HealthWatch,
    Watched,
    in_short,
    part_looked_at,
)
from bulkvid_pipeline_tests.waiting import wait_until

WELL = PartHealth(status="healthy", response_time_ms=0)


def watched(name: str, look: Callable[[], PartHealth]) -> Watched:
    def found() -> Iterator[Finding]:
        yield name, part_looked_at(name, f"Mend {name}", look)

    return Watched({name: f"Mend {name}"}, found)


def watch(*parts: Watched, limit_s: float = 60.0, fresh_s: float = 0.0) -> HealthWatch:
    return HealthWatch(parts, version="1", limit_s=limit_s, fresh_s=fresh_s)


def health_of(watch: HealthWatch) -> DetailedHealth:
    return watch.health().result(60)


def broken() -> PartHealth:
    raise ServiceUnavailableError("It is on fire", fix="Extinguish it")


def threads_of(name: str) -> int:
    return sum(thread.name == f"health-{name}" for thread in threading.enumerate())


class Gate:
    """A part that hangs while it is shut."""

    def __init__(self) -> None:
        self.open = threading.Event()
        self.asked = 0

    def __call__(self) -> PartHealth:
        self.asked += 1
        self.open.wait(60)
        return WELL


def test_a_service_is_healthy_if_all_its_parts_are() -> None:
    health = health_of(watch(watched("a", lambda: WELL), watched("b", lambda: WELL)))

    assert health.status == "healthy"
    assert in_short(health).services == {"a": "healthy", "b": "healthy"}


def test_a_broken_part_says_what_is_wrong_and_what_mends_it() -> None:
    health = health_of(watch(watched("a", lambda: WELL), watched("b", broken)))

    assert health.status == "unhealthy"
    assert health.services["a"].problem is None
    assert health.services["b"].status == "unhealthy"
    assert health.services["b"].problem == "It is on fire"
    assert health.services["b"].fix == "Extinguish it"


def test_a_part_that_fails_as_nobody_foresaw_is_broken_and_hides_no_other() -> None:
    def fail() -> PartHealth:
        raise ZeroDivisionError("secret")

    health = health_of(watch(watched("a", fail), watched("b", lambda: WELL)))

    assert health.services["a"].status == "unhealthy"
    assert health.services["a"].fix == "Mend a"
    assert "secret" not in str(health)
    assert health.services["b"].status == "healthy"


def test_a_part_that_hangs_is_named_in_time_and_asked_by_one_thread_however_often() -> None:
    gate = Gate()
    watching = watch(watched("slow", gate), watched("quick", lambda: WELL), limit_s=0.05)

    for _ in range(20):
        slow = health_of(watching).services["slow"]
        assert slow.status == "unhealthy"
        assert "not answered" in str(slow.problem)
        assert slow.fix == "Mend slow"
    wait_until(lambda: health_of(watching).services["quick"].status == "healthy")
    assert gate.asked == 1
    assert threads_of("slow") == 1

    gate.open.set()
    wait_until(lambda: health_of(watching).status == "healthy")


def test_what_was_found_before_a_look_hung_is_not_told_for_ever() -> None:
    gate = Gate()

    def two() -> Iterator[Finding]:
        yield "first", WELL
        yield "second", gate()

    watching = watch(Watched({"first": "Mend first", "second": "Mend second"}, two), limit_s=0.3)

    health_of(watching)
    later = health_of(watching)
    gate.open.set()

    assert [part.status for part in later.services.values()] == ["unhealthy", "unhealthy"]


def test_many_who_ask_at_once_share_one_look() -> None:
    gate = Gate()
    watching = watch(watched("a", gate))

    asked = [watching.health() for _ in range(50)]
    gate.open.set()

    assert len({id(each) for each in asked}) == 1
    assert asked[0].result(60).status == "healthy"
    assert gate.asked == 1


def test_an_answer_is_given_again_while_it_is_fresh() -> None:
    gate = Gate()
    gate.open.set()
    watching = watch(watched("a", gate), fresh_s=600.0)

    with ThreadPoolExecutor(8) as threads:
        told = set(threads.map(lambda _: health_of(watching).timestamp, range(100)))

    assert len(told) == 1
    assert gate.asked == 1


@pytest.mark.parametrize(("name", "status"), [("ffmpeg", "unavailable"), ("storage", "unhealthy")])
def test_of_a_program_it_is_said_that_it_is_not_available(name: str, status: str) -> None:
    assert health_of(watch(watched(name, broken))).services[name].status == status


def test_workers_are_told_beside_the_parts_while_they_are_known() -> None:
    workers = WELL.model_copy(update={"active": 3, "busy": 1, "idle": 2})

    known = health_of(watch(watched("workers", lambda: workers))).workers
    unknown = health_of(watch(watched("workers", broken))).workers

    assert known is not None
    assert (known.active, known.busy, known.idle) == (3, 1, 2)
    assert unknown is None
