"""Health while parts of a real installation are killed, stopped and started again."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from bulkvid_pipeline_tests.faults.conftest import BadNetwork
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until

pytestmark = pytest.mark.faults

ANSWERS_WITHIN_S = 2.0
DETAILED = "/api/v1/health/detailed"


def asked(served: Served) -> tuple[int, dict[str, Any], float]:
    """Status and parts of the detailed health, and how long the answer took."""
    began = time.monotonic()
    status, body = served.get(DETAILED)
    return status, body["services"] if body else {}, time.monotonic() - began


def broken(served: Served) -> set[str]:
    """The parts that are told to be broken; each says what is wrong and how to mend it."""
    _, services, _ = asked(served)
    found = {name for name, part in services.items() if part["status"] in {"unhealthy", "unavailable"}}
    for name in found:
        assert services[name]["problem"], name
        assert services[name]["fix"], name
    return found


def see_break_and_heal(served: Served, part: str, break_it: Callable[[], object], heal: Callable[[], object]) -> None:
    """The part is named while it is broken, with an answer in time each time, and well again afterwards."""
    wait_until(lambda: asked(served)[0] == 200, f"it is not healthy at first: {asked(served)}")
    break_it()
    wait_until(lambda: part in broken(served), f"{part} is not told to be broken")
    took = []
    for _ in range(5):
        status, services, seconds = asked(served)
        assert status == 503
        assert services[part]["status"] == "unhealthy"
        took.append(seconds)
        time.sleep(1.1)  # past the time for which an answer is given again
    # The least of five: other work on the machine is no fault of the answer.
    assert min(took) < ANSWERS_WITHIN_S
    heal()
    wait_until(lambda: asked(served)[0] == 200, "it does not heal")


@pytest.mark.parametrize("how", ["gone", "hung"])
def test_a_database_that_is_gone_or_hangs_is_named(
    place_on_postgres: Installation, database: PostgresServer, how: str
) -> None:
    with Served(place_on_postgres) as served:
        served.wait_for_line()
        if how == "gone":
            see_break_and_heal(served, "database", lambda: database.stop(crash=True), database.start)
        else:
            pid = database.pid
            see_break_and_heal(
                served,
                "database",
                lambda: os.kill(pid, signal.SIGSTOP),
                lambda: os.kill(pid, signal.SIGCONT),
            )


@pytest.mark.parametrize("how", ["gone", "hung"])
def test_a_storage_that_is_gone_or_hangs_is_named(
    place_with_bucket: Installation, network: BadNetwork, how: str
) -> None:
    proxy = network.proxy
    with Served(place_with_bucket) as served:
        served.wait_for_line()
        break_it = proxy.refuse if how == "gone" else lambda: proxy.stall_after(0)
        see_break_and_heal(served, "storage", break_it, proxy.heal)


def test_a_web_server_that_hangs_is_named(place: Installation) -> None:
    with Served(place) as served:
        served.wait_for_line()
        pid = served.pid_of("dagster")
        assert pid is not None
        see_break_and_heal(
            served,
            "web_server",
            lambda: os.kill(pid, signal.SIGSTOP),
            lambda: os.kill(pid, signal.SIGCONT),
        )


@pytest.mark.parametrize(("role", "part"), [("dagster", "web_server"), ("daemon", "daemon")])
def test_a_killed_child_is_named_until_it_is_started_again(place: Installation, role: str, part: str) -> None:
    with Served(place) as served:
        served.wait_for_line()
        wait_until(lambda: asked(served)[0] == 200, f"it is not healthy at first: {asked(served)}")

        def is_named() -> bool:
            # It may be back before anybody asks: it is killed again then, and stays away for longer each time.
            pid = served.pid_of(role)
            if pid is not None:
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            return part in broken(served)

        wait_until(is_named, f"{part} is not told to be broken")
        wait_until(lambda: asked(served)[0] == 200, "it does not heal")
