"""Messages to callbacks over a real receiver: kept through restarts, tried for a day, each try recorded, sent once."""

from __future__ import annotations

import base64
import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from dagster import DagsterInstance, job, op

from bulkvid_pipeline.adapters.webhooks import deliver
from bulkvid_pipeline.adapters.webhooks import outbox as outbox_module
from bulkvid_pipeline.adapters.webhooks.outbox import Message, Outbox, Outcome
from bulkvid_pipeline.core.errors import ActionNotAllowedError, InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import ItemsStatus, JobView, Timing
from bulkvid_pipeline.services.webhooks import dispatch as notifications
from bulkvid_pipeline.services.webhooks.dispatch import Attempt, attempts, deliver_due, messages, notify, replay
from bulkvid_pipeline.services.webhooks.payloads import event_type_of, payload_of
from bulkvid_pipeline.services.webhooks.schedule import DELAYS_S, INTERRUPTED, LEASE, claimed_at, to_ms
from bulkvid_pipeline_tests.peers.hook_receiver import Drop, HookReceiver, Reply, Silence
from bulkvid_pipeline_tests.peers.postgres import postgres_server
from bulkvid_pipeline_tests.waiting import wait_until

__all__ = ["postgres_server"]  # the fixture

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
START = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
RUN = "4f0ff6a4-6e0c-4a3c-9f57-2a1f6e1c0001"
Place = tuple[str, str | None]
OpenInstance = Callable[[], AbstractContextManager[DagsterInstance]]


def opener(home: str, postgres_url: str | None) -> OpenInstance:
    """Opens the instance at `home` as a new process would."""
    overrides = {"storage": {"postgres": {"postgres_url": postgres_url}}} if postgres_url else None
    return lambda: DagsterInstance.local_temp(home, overrides=overrides)


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    """Folder and PostgreSQL url (None: SQLite) of an instance."""
    on_postgres = request.param == "postgres"
    url = request.getfixturevalue("postgres_server").create_database() if on_postgres else None
    return str(tmp_path_factory.mktemp("home")), url


@pytest.fixture(scope="module")
def opened(place: Place) -> Iterator[DagsterInstance]:
    """The instance, opened once: that alone takes seconds."""
    with opener(*place)() as instance:
        yield instance


@pytest.fixture
def instance(opened: DagsterInstance) -> DagsterInstance:
    """The instance, without messages."""
    for _ in ("dropping those that wait", "forgetting all"):
        Outbox(opened).bound(most_waiting=0, most_ended=0, ended_before_ms=0)
    return opened


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as server:
        yield server


def facts(state: JobState = JobState.COMPLETED, job_id: str = "job_1") -> JobView:
    items = ItemsStatus(total=3, completed=2, failed=1)
    return JobView(
        id=job_id,
        run_id=RUN,
        title="Spring",
        state=state,
        priority="normal",
        user_id="local",
        project_id="default",
        percent_complete=100.0,
        items_total=3,
        items_completed=2,
        items_failed=1,
        items_pending=0,
        created_at=START,
        updated_at=START,
        report="file:///out/report.html",
        items_status=items,
        timing=Timing(started_at=START),
    )


def put(
    instance: DagsterInstance,
    url: str,
    state: JobState = JobState.COMPLETED,
    *,
    job_id: str = "job_1",
    run_id: str = RUN,
    now: datetime = START,
) -> str:
    payload = payload_of(facts(state, job_id), now)
    return notify(instance, run_id, job_id, event_type_of(state), payload, url, now=now)


def send(instance: DagsterInstance, now: datetime = START, **changes: Any) -> list[Attempt]:
    """`deliver_due` as an installation of one's own would, without chance."""
    values: dict[str, Any] = {"secret": SECRET, "allow_private": True, "uniform": lambda low, high: (low + high) / 2}
    return deliver_due(instance, now, **{**values, **changes})


def after(**length: float) -> datetime:
    """So long after the start, and a second more for the work itself."""
    return START + timedelta(**length) + timedelta(seconds=1)


def outcomes(instance: DagsterInstance, job_id: str = "job_1") -> list[str]:
    return [message.outcome.value for message in messages(instance, job_id)]


class TestMessages:
    def test_a_message_is_sent_once_signed_and_recorded(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        message_id = put(instance, receiver.url())
        assert receiver.received == []
        [attempt] = send(instance)
        assert send(instance, after(days=2)) == []
        [message] = receiver.received
        assert message.id == message_id == attempt.message_id
        assert message.is_signed_with(SECRET)
        assert attempts(instance, "job_1") == [attempt]
        assert (attempt.number, attempt.status, attempt.delivered, attempt.error) == (1, 204, True, "")
        assert outcomes(instance) == ["delivered"]

    def test_the_reference_library_accepts_it_now(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        now = datetime.now(UTC)
        put(instance, receiver.url(), now=now)
        send(instance, now)
        assert receiver.received[0].verified(SECRET) == payload_of(facts(), now)

    def test_the_payload_says_where_the_job_stands(self) -> None:
        payload = payload_of(facts(JobState.RUNNING), START)
        data = payload.pop("data")
        assert payload == {
            "type": "bulk_job.state_changed",
            "timestamp": "2026-03-01T12:00:00.000Z",
            "job_id": "job_1",
            "state": "running",
            "percent_complete": 100.0,
            "items_completed": 2,
        }
        assert data == {
            **facts(JobState.RUNNING).as_json(),
            "job_id": "job_1",
            "report_url": "file:///out/report.html",
        }

    def test_each_state_has_its_type(self) -> None:
        types = {state: event_type_of(state).value for state in JobState}
        assert types.pop(JobState.COMPLETED) == "bulk_job.completed"
        assert types.pop(JobState.FAILED) == "bulk_job.failed"
        assert set(types.values()) == {"bulk_job.state_changed"}

    def test_a_run_says_each_thing_once(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        first = put(instance, receiver.url(), JobState.RUNNING)
        assert put(instance, receiver.url(), JobState.RUNNING, now=after(seconds=1)) == first
        assert put(instance, receiver.url(), JobState.COMPLETED) != first
        assert put(instance, receiver.url(), JobState.RUNNING, run_id="another run") != first
        assert len(send(instance, after(seconds=2))) == 3

    def test_messages_of_a_job_arrive_in_their_order(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        states = [JobState.PENDING, JobState.RUNNING, JobState.COMPLETING, JobState.COMPLETED]
        ids = [
            put(instance, receiver.url(), state, now=START + timedelta(milliseconds=place))
            for place, state in enumerate(states)
        ]
        send(instance, after(seconds=1), at_once=4)
        assert [message.id for message in receiver.received] == ids

    def test_jobs_do_not_see_each_others_messages(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        names = ["job_1", "JOB_1", "jobX1", "job_%", "job_1/x", "job"]
        for name in names:
            put(instance, receiver.url(), job_id=name)
        send(instance)
        assert [[a.job_id for a in attempts(instance, name)] for name in names] == [[name] for name in names]

    def test_a_message_too_long_is_refused_when_it_is_put_down(self, instance: DagsterInstance) -> None:
        with pytest.raises(InvalidRequestError, match="20000"):
            notify(instance, RUN, "job_1", "bulk_job.completed", {"x": "y" * 30_000}, "http://a.test/")

    def test_a_broken_secret_uses_up_no_try(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        put(instance, receiver.url())
        with pytest.raises(InvalidRequestError, match="webhook secret"):
            send(instance, secret="topsecret")
        assert attempts(instance, "job_1") == []
        assert len(send(instance)) == 1

    def test_a_message_survives_a_restart(
        self, place: Place, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(500), Reply(204))
        assert messages(instance, "job_1") == []
        with opener(*place)() as first:
            message_id = put(first, receiver.url())
        with opener(*place)() as second:
            assert [attempt.status for attempt in send(second)] == [500]
        with opener(*place)() as third:
            assert [attempt.status for attempt in send(third, after(seconds=6))] == [204]
            assert [attempt.status for attempt in attempts(third, "job_1")] == [500, 204]
        assert [message.id for message in receiver.received] == [message_id, message_id]
        first_body, second_body = (message.body for message in receiver.received)
        assert first_body == second_body
        stamps = [int(message.headers["webhook-timestamp"]) for message in receiver.received]
        assert stamps[1] - stamps[0] >= 6
        assert all(message.is_signed_with(SECRET) for message in receiver.received)

    def test_the_runs_log_tells_of_each_try(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        @op
        def nothing() -> None: ...

        @job
        def small_job() -> None:
            nothing()

        run_id = small_job.execute_in_process(instance=instance).run_id
        receiver.will(Reply(500), Reply(200))
        put(instance, receiver.url("/hook?token=hunter2"), run_id=run_id)
        send(instance)
        send(instance, after(seconds=6))
        log = [entry.message for entry in instance.all_logs(run_id) if "Webhook" in entry.message]
        assert "try 1: The callback's receiver answered 500" in log[0]
        assert "next try at 2026-03-01 12:00:05 UTC" in log[0]
        assert "try 2: taken (200)" in log[1]
        assert not any("hunter2" in line for line in log)


class TestSchedule:
    def test_a_dead_receiver_is_tried_eight_times_within_a_day(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(500))
        put(instance, receiver.url())
        now, tries = START, []
        while messages(instance, "job_1")[0].outcome is Outcome.WAITING:
            due = datetime.fromtimestamp(messages(instance, "job_1")[0].due_ms / 1000, UTC)
            if due > now:
                assert send(instance, due - timedelta(seconds=2)) == []
            now = due
            tries += send(instance, now)
        pauses = [(b.at - a.at).total_seconds() for a, b in pairwise(tries)]
        assert pauses[:6] == pytest.approx(DELAYS_S[:6], abs=2)
        assert tries[-1].at - tries[0].at == pytest.approx(timedelta(days=1), abs=timedelta(seconds=2))
        assert (len(tries), len(receiver.received), outcomes(instance)) == (8, 8, ["given_up"])
        assert {message.id for message in receiver.received} == {tries[0].message_id}
        assert [attempt.number for attempt in attempts(instance, "job_1")] == list(range(1, 9))
        assert send(instance, after(days=3)) == []

    def test_pauses_are_drawn_from_ninety_to_a_hundred_and_ten_percent(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        asked = []
        receiver.will(Reply(500))
        put(instance, receiver.url())
        send(instance, uniform=lambda low, high: asked.append((low, high)) or high)  # type: ignore[func-returns-value]
        assert asked == [(0.9, 1.1)]
        assert send(instance, START + timedelta(seconds=5.2)) == []
        assert len(send(instance, after(seconds=5.6))) == 1

    def test_retry_after_makes_a_pause_longer_but_never_shorter(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(429, {"Retry-After": "90"}), Reply(503, {"Retry-After": "1"}), Reply(204))
        put(instance, receiver.url())
        send(instance)
        assert send(instance, after(seconds=80)) == []
        assert len(send(instance, after(seconds=91))) == 1
        assert send(instance, after(seconds=91 + 280)) == []
        assert [attempt.status for attempt in send(instance, after(seconds=91 + 305))] == [204]

    def test_an_endless_retry_after_ends_with_the_day(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        receiver.will(Reply(503, {"Retry-After": "9" * 400}))
        put(instance, receiver.url())
        send(instance)
        assert len(send(instance, after(days=1))) == 1
        assert outcomes(instance) == ["given_up"]

    def test_gone_ends_the_tries(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        receiver.will(Reply(410))
        put(instance, receiver.url())
        assert [attempt.code for attempt in send(instance)] == ["CALLBACK_GONE"]
        assert outcomes(instance) == ["gone"]
        assert send(instance, after(days=1)) == []

    @pytest.mark.parametrize(
        ("receiver_will", "code"),
        [
            (Drop(), "NETWORK_ERROR"),
            (Silence(), "CALLBACK_TIMEOUT"),
            (Reply(302, {"Location": "/"}), "CALLBACK_REJECTED"),
        ],
        ids=["drop", "timeout", "redirect"],
    )
    def test_every_other_failure_is_tried_again(
        self, receiver_will: Any, code: str, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(receiver_will, Reply(200))
        put(instance, receiver.url())
        timeout_s = 0.4 if isinstance(receiver_will, Silence) else 20.0
        assert [attempt.code for attempt in send(instance, timeout_s=timeout_s)] == [code]
        assert [attempt.delivered for attempt in send(instance, after(seconds=6))] == [True]

    def test_a_refused_address_ends_at_once_and_a_replay_checks_again(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        message_id = put(instance, receiver.url())
        [refused] = send(instance, allow_private=False)
        assert (refused.code, refused.status, outcomes(instance)) == ("CALLBACK_TARGET_REFUSED", None, ["refused"])
        assert receiver.received == []
        replay(instance, message_id, now=after(hours=1))
        assert [attempt.code for attempt in send(instance, after(hours=1.01), allow_private=False)] == [refused.code]
        replay(instance, message_id, now=after(hours=2))
        assert [attempt.delivered for attempt in send(instance, after(hours=2.01))] == [True]

    def test_a_message_that_waited_for_days_without_a_sender_still_has_its_day(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(500), Reply(204))
        put(instance, receiver.url())
        send(instance, after(days=3))
        assert [attempt.status for attempt in send(instance, after(days=3, seconds=10))] == [204]

    def test_one_dead_receiver_does_not_hold_up_the_others(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        with HookReceiver() as dead:
            dead.will(Silence())
            for place in range(3):
                put(instance, dead.url(), job_id="dead", run_id=f"run {place}")
                put(instance, receiver.url(), job_id=f"job_{place}", now=START + timedelta(seconds=1))
            with ThreadPoolExecutor(1) as pool:
                sending = pool.submit(send, instance, after(seconds=2), at_once=2, timeout_s=20.0)
                wait_until(lambda: len(receiver.received) == 3, "the others waited for the dead one")
                assert not sending.done()
                dead.stopped.set()
                made = sending.result()
        assert [attempt.delivered for attempt in made].index(False) == 3

    def test_no_try_begins_once_the_time_is_spent(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        receiver.will(Silence())
        for place in range(3):
            put(instance, receiver.url(), run_id=f"run {place}")
        assert len(send(instance, at_once=1, timeout_s=0.4, budget_s=0.2)) == 1
        assert len(receiver.received) == 1
        receiver.will(Reply(200))
        assert len(send(instance, after(seconds=1))) == 2


class TestReplay:
    def test_a_message_is_sent_again_under_its_id_with_a_schedule_of_its_own(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(200), Reply(500), Reply(200))
        message_id = put(instance, receiver.url())
        send(instance)
        replay(instance, message_id, now=after(days=5))
        assert [attempt.status for attempt in send(instance, after(days=5, seconds=1))] == [500]
        assert [attempt.status for attempt in send(instance, after(days=5, seconds=8))] == [200]
        assert [message.id for message in receiver.received] == [message_id] * 3
        assert [attempt.number for attempt in attempts(instance, "job_1")] == [1, 2, 3]

    def test_an_unknown_message_is_said_to_be_unknown(self, instance: DagsterInstance) -> None:
        for message_id in ("msg_nowhere", "%", "", "msg_%"):
            with pytest.raises(NotFoundError, match="no webhook message"):
                replay(instance, message_id)

    def test_a_message_on_the_wire_is_not_sent_a_second_time(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        message_id = put(instance, receiver.url())
        hold(instance, message_id)
        with pytest.raises(ActionNotAllowedError, match="while it is being sent"):
            replay(instance, message_id, now=after(seconds=1))


def hold(instance: DagsterInstance, message_id: str, now: datetime = START) -> Message:
    """Take a message up as a sender does that then says nothing more."""
    outbox = Outbox(instance)
    message = outbox.find(message_id)
    assert message is not None
    claimed = outbox.swap(message, claimed_at(message, to_ms(now)))
    assert claimed is not None
    return claimed


def send_in_process(place: Place, now: datetime, rounds: int, barrier: Any = None) -> None:
    with opener(*place)() as instance:
        if barrier is not None:
            barrier.wait(300)
        for _ in range(rounds):
            send(instance, now)


class TestSeveralSenders:
    @pytest.mark.heavy
    def test_two_processes_at_once_send_each_message_once(
        self, place: Place, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        for number in range(20):
            put(instance, receiver.url(), job_id=f"job_{number}")
        processes = multiprocessing.get_context("spawn")
        barrier = processes.Barrier(2)
        senders = [processes.Process(target=send_in_process, args=(place, after(seconds=1), 2, barrier)) for _ in "ab"]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
            assert sender.exitcode == 0
        counts = Counter(message.id for message in receiver.received)
        assert len(counts) == 20
        assert set(counts.values()) == {1}
        assert all(outcomes(instance, f"job_{number}") == ["delivered"] for number in range(20))

    def test_of_many_that_claim_one_message_one_wins(self, instance: DagsterInstance) -> None:
        message_id = put(instance, "http://a.test/")
        outbox = Outbox(instance)
        seen = outbox.find(message_id)
        assert seen is not None
        wins: list[Message | None] = []
        start = threading.Barrier(8)

        def rival(number: int) -> None:
            start.wait()
            wins.append(outbox.swap(seen, claimed_at(seen, to_ms(START) + number)))

        rivals = [threading.Thread(target=rival, args=(number,)) for number in range(8)]
        for thread in rivals:
            thread.start()
        for thread in rivals:
            thread.join()
        assert sum(win is not None for win in wins) == 1
        assert outbox.find(message_id) in wins

    @pytest.mark.heavy
    def test_what_a_killed_sender_held_is_sent_again_under_the_same_id(
        self, place: Place, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        receiver.will(Silence(), Reply(200))
        message_id = put(instance, receiver.url())
        sender = multiprocessing.get_context("spawn").Process(target=send_in_process, args=(place, START, 1))
        sender.start()
        while not receiver.received:
            assert sender.is_alive()
            time.sleep(0.02)
        assert sender.pid is not None
        os.kill(sender.pid, signal.SIGKILL)
        sender.join()
        assert send(instance, after(seconds=LEASE.total_seconds() - 5)) == []
        assert [attempt.status for attempt in send(instance, after(seconds=LEASE.total_seconds() + 5))] == [200]
        assert [message.id for message in receiver.received] == [message_id, message_id]
        assert [(a.code, a.status) for a in attempts(instance, "job_1")] == [(INTERRUPTED, None), ("", 200)]

    def test_a_sender_that_slept_past_its_claim_neither_ends_nor_hides_the_others_try(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        """The first sender's failure comes in while a second holds the message: recorded, and nothing else changed."""
        message_id = put(instance, receiver.url())
        late = LEASE + timedelta(seconds=1)

        def meanwhile(url: str, payload: Any, /, **values: Any) -> Any:
            del values["timestamp"]
            second = hold(instance, message_id, START + late)
            delivery = deliver(url, payload, timestamp=START, **values)
            assert second.claimed_ms == to_ms(START + late)
            return delivery

        receiver.will(Reply(500), Reply(200))
        [failed] = send(instance, send=meanwhile)
        assert failed.status == 500
        [message] = messages(instance, "job_1")
        assert message.claimed_ms == to_ms(START + late)
        assert [one.code for one in message.tries] == [INTERRUPTED, "SERVICE_UNAVAILABLE"]
        assert send(instance, START + late) == []
        assert [a.status for a in send(instance, START + 2 * late)] == [200]


class TestBounds:
    def test_ended_messages_are_forgotten_after_a_month(
        self, instance: DagsterInstance, receiver: HookReceiver
    ) -> None:
        put(instance, receiver.url(), job_id="old")
        send(instance)
        put(instance, receiver.url(), job_id="new", now=after(days=29))
        assert len(attempts(instance, "old")) == 1
        put(instance, receiver.url(), job_id="newer", now=after(days=31))
        assert attempts(instance, "old") == []
        assert outcomes(instance, "new") == outcomes(instance, "newer") == ["waiting"]

    def test_no_more_are_kept_than_there_is_room_for(
        self, instance: DagsterInstance, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(notifications, "MOST_ENDED", 2)
        monkeypatch.setattr(notifications, "MOST_WAITING", 2)
        for number in range(4):
            put(instance, receiver.url(), job_id=f"job_{number}", now=START + timedelta(seconds=number))
        assert [outcomes(instance, f"job_{number}") for number in range(4)] == [
            ["dropped"],
            ["dropped"],
            ["waiting"],
            ["waiting"],
        ]
        send(instance, after(seconds=10))
        put(instance, receiver.url(), job_id="last", now=after(seconds=11))
        kept = [number for number in range(4) if messages(instance, f"job_{number}")]
        assert kept == [2, 3]
        assert len(receiver.received) == 2

    def test_dagsters_own_cursors_are_left_alone(self, instance: DagsterInstance, receiver: HookReceiver) -> None:
        """Even those that look like an ended or waiting message, or nearly have our prefix."""
        cursors = {"a daemon's cursor": "E" + "0" * 14 + "{}", "bulkvidXwebhook/job/msg": "P" + "0" * 14 + "{}"}
        instance.run_storage.set_cursor_values(cursors)
        put(instance, receiver.url())
        assert len(send(instance)) == 1
        for _ in ("dropping those that wait", "forgetting all"):
            Outbox(instance).bound(most_waiting=0, most_ended=0, ended_before_ms=0)
        assert messages(instance, "job_1") == []
        assert instance.run_storage.get_cursor_values(set(cursors)) == cursors

    def test_dagster_reads_what_the_outbox_writes(self, instance: DagsterInstance) -> None:
        """The table is Dagster's: seen through its own interface, a message is one value under one key."""
        message_id = put(instance, "http://a.test/")
        key = f"{outbox_module.PREFIX}job_1/{message_id}"
        assert instance.run_storage.get_cursor_values({key})[key].startswith("P")
