"""A process that works on a job sends its callbacks itself: it needs no daemon, and no receiver can disturb it."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.webhooks.background import sending_callbacks
from bulkvid_pipeline.services.webhooks.dispatch import attempts, notify
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver, Reply

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
PATIENCE_S = 30.0


@pytest.fixture(scope="module")
def instance(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DagsterInstance]:
    home: Path = tmp_path_factory.mktemp("home")
    with DagsterInstance.local_temp(str(home)) as opened:
        yield opened


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as server:
        yield server


def put(instance: DagsterInstance, url: str, state: str, job_id: str) -> str:
    return notify(instance, "run", job_id, "bulk_job.state_changed", {"state": state}, url, now=datetime.now(UTC))


def wait_for(receiver: HookReceiver, count: int) -> None:
    ends = time.monotonic() + PATIENCE_S
    while len(receiver.received) < count:
        assert time.monotonic() < ends, f"{len(receiver.received)} of {count} messages came"
        time.sleep(0.02)


def test_messages_leave_while_the_job_runs_and_the_last_one_before_it_ends(
    instance: DagsterInstance, receiver: HookReceiver
) -> None:
    with sending_callbacks(instance, secret=SECRET, allow_private=True, every_s=0.05):
        for count, state in enumerate(["running", "completing"], 1):
            put(instance, receiver.url(), state, "job_1")
            wait_for(receiver, count)
        last = put(instance, receiver.url(), "completed", "job_1")
    assert [message.verified(SECRET)["state"] for message in receiver.received] == [
        "running",
        "completing",
        "completed",
    ]
    assert receiver.received[-1].id == last


def fail_at_work(instance: DagsterInstance, url: str) -> None:
    with sending_callbacks(instance, secret=SECRET, allow_private=True, every_s=PATIENCE_S):
        put(instance, url, "failed", "job_2")
        raise ZeroDivisionError


def test_the_last_message_goes_even_where_the_job_fails(instance: DagsterInstance, receiver: HookReceiver) -> None:
    with pytest.raises(ZeroDivisionError):
        fail_at_work(instance, receiver.url())
    assert len(receiver.received) == 1


def test_a_receiver_that_fails_leaves_its_message_to_the_next_sender(
    instance: DagsterInstance, receiver: HookReceiver
) -> None:
    receiver.will(Reply(500))
    with sending_callbacks(instance, secret=SECRET, allow_private=True, every_s=PATIENCE_S):
        put(instance, receiver.url(), "completed", "job_3")
    assert [attempt.status for attempt in attempts(instance, "job_3")] == [500]


def test_a_fault_of_ours_is_logged_and_does_not_reach_the_job(
    instance: DagsterInstance, receiver: HookReceiver, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("a fault of ours")

    put(instance, receiver.url(), "completed", "job_4")
    with sending_callbacks(instance, secret=SECRET, allow_private=True, every_s=0.02, send=broken):  # type: ignore[arg-type]
        time.sleep(0.1)
    assert "a fault of ours" in caplog.text


def test_a_broken_secret_is_said_at_once(instance: DagsterInstance) -> None:
    with (
        pytest.raises(InvalidRequestError, match="webhook secret"),
        sending_callbacks(instance, secret="topsecret", allow_private=True),
    ):
        pass
