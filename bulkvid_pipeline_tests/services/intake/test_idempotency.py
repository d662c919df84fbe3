"""Requests that are sent again under one key: one is carried out, all get its answer, and no death makes a second."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.idempotency import KEPT_S, Answer, RequestName, Reservations
from bulkvid_pipeline.adapters.processes import ProcessIdentity, identity_of
from bulkvid_pipeline.core.errors import InvalidRequestError, KeyInUseError, KeyReusedError
from bulkvid_pipeline.services.intake import idempotency
from bulkvid_pipeline.services.intake.idempotency import LONGEST_REQUEST_S, Claim, KeyedRequests, Work, check_key
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

NAME = RequestName("news", "ana", "POST /api/bulk-jobs", "key-1")
ANSWER = Answer(201, '{"id": "job_1"}')


class Clock:
    now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def keyed(workplace: Workplace, clock: Clock) -> KeyedRequests:
    return KeyedRequests(workplace.instance, clock)


def claimed(found: Claim | Answer) -> Claim:
    assert isinstance(found, Claim)
    return found


def owned_by(monkeypatch: pytest.MonkeyPatch, owner: ProcessIdentity | None) -> None:
    monkeypatch.setattr(idempotency, "this_process", lambda: owner)


def a_dead_process() -> ProcessIdentity:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    identity = identity_of(process.pid)
    assert identity is not None
    process.kill()
    process.wait()
    return identity


@ON_BOTH_DATABASES
def test_of_many_clients_at_once_one_carries_the_request_out_and_all_others_wait_for_its_answer(
    workplace: Workplace,
) -> None:
    together = threading.Barrier(20)

    def ask(_: int) -> Claim | Answer | str:
        requests = KeyedRequests(workplace.instance)  # as another process would
        together.wait()
        try:
            return requests.begin(NAME, "body")
        except KeyInUseError as error:
            return error.code

    with ThreadPoolExecutor(20) as clients:
        found = list(clients.map(ask, range(20)))

    (winner,) = [one for one in found if isinstance(one, Claim)]
    assert found.count("IDEMPOTENCY_KEY_IN_USE") == 19
    KeyedRequests(workplace.instance).finish(winner, ANSWER)
    assert KeyedRequests(workplace.instance).begin(NAME, "body") == ANSWER


def test_a_second_click_waits_for_the_answer_of_the_first(keyed: KeyedRequests) -> None:
    begun, asked_again = threading.Event(), threading.Event()
    done: list[str] = []

    def work(_: Work) -> Answer:
        begun.set()
        assert asked_again.wait(30)
        done.append("once")
        return ANSWER

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(keyed.waited_for, NAME, "body", work)
        assert begun.wait(30)
        with pytest.raises(KeyInUseError):
            keyed.waited_for(NAME, "body", work, longest_s=0)
        second = pool.submit(keyed.waited_for, NAME, "body", work)
        asked_again.set()
        answers = first.result(), second.result()

    assert answers == ((ANSWER, False), (ANSWER, True))
    assert done == ["once"]


def test_another_request_under_the_same_key_is_refused_whether_the_first_has_ended_or_not(keyed: KeyedRequests) -> None:
    claim = claimed(keyed.begin(NAME, "body"))
    with pytest.raises(KeyReusedError):
        keyed.begin(NAME, "another body")

    keyed.finish(claim, ANSWER)

    with pytest.raises(KeyReusedError):
        keyed.begin(NAME, "another body")


@pytest.mark.parametrize(
    "other",
    [
        RequestName("sport", "ana", NAME.route, NAME.key),
        RequestName("news", "ben", NAME.route, NAME.key),
        RequestName("news", "ana", "POST /api/bulk-jobs/job_1/retry", NAME.key),
    ],
)
def test_the_same_key_of_another_project_user_or_route_is_another_key(keyed: KeyedRequests, other: RequestName) -> None:
    first = claimed(keyed.begin(NAME, "body"))

    assert claimed(keyed.begin(other, "other")).job_id != first.job_id


def test_a_key_whose_request_was_refused_before_anything_began_is_free(keyed: KeyedRequests) -> None:
    keyed.release(claimed(keyed.begin(NAME, "faulty")))

    assert not claimed(keyed.begin(NAME, "mended")).is_taken_over


def test_an_answer_is_given_for_a_day_and_then_forgotten(
    keyed: KeyedRequests, clock: Clock, workplace: Workplace
) -> None:
    keyed.finish(claimed(keyed.begin(NAME, "body")), ANSWER)
    clock.now += KEPT_S - 1
    assert keyed.begin(NAME, "body") == ANSWER

    clock.now += 1
    assert Reservations(workplace.instance).forget_expired(round(clock.now * 1000), dry_run=True)[0] == 1
    assert isinstance(keyed.begin(NAME, "body"), Claim)


def test_what_has_expired_is_cleaned_by_the_requests_that_come(
    keyed: KeyedRequests, clock: Clock, workplace: Workplace
) -> None:
    for key in range(5):
        keyed.finish(claimed(keyed.begin(RequestName("news", "ana", "r", str(key)), "body")), ANSWER)
    clock.now += KEPT_S

    keyed.begin(NAME, "body")

    assert len(Reservations(workplace.instance)) == 1


def test_the_request_of_a_dead_process_is_taken_over_by_one_with_its_ids_and_notes(
    keyed: KeyedRequests, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        owned_by(patch, a_dead_process())
        begun = keyed.note(claimed(keyed.begin(NAME, "body")), {"items_total": 3})

    taken = claimed(keyed.begin(NAME, "body"))

    assert taken.is_taken_over
    assert (taken.job_id, taken.launch_id, taken.noted) == (begun.job_id, begun.launch_id, {"items_total": 3})
    with pytest.raises(KeyInUseError):
        keyed.begin(NAME, "body")
    with pytest.raises(KeyInUseError):  # the dead one's ghost may launch nothing any more
        keyed.note(begun, {})


def test_a_process_that_cannot_be_looked_at_is_waited_for_as_long_as_a_request_may_take(
    keyed: KeyedRequests, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        owned_by(patch, ProcessIdentity("elsewhere", "boot", "1", 7, "99"))
        keyed.begin(NAME, "body")

    clock.now += LONGEST_REQUEST_S - 1
    with pytest.raises(KeyInUseError) as caught:
        keyed.begin(NAME, "body")
    assert caught.value.retry_after

    clock.now += 1
    assert claimed(keyed.begin(NAME, "body")).is_taken_over


def test_a_request_that_its_owner_leaves_is_gone_on_with_at_once(keyed: KeyedRequests) -> None:
    begun = keyed.note(claimed(keyed.begin(NAME, "body")), {"items_total": 3})
    keyed.leave(begun)

    taken = claimed(keyed.begin(NAME, "body"))

    assert (taken.is_taken_over, taken.launch_id) == (True, begun.launch_id)


@pytest.mark.parametrize("key", ["", "x" * 256, "é", "a\nb", "\x00"])
def test_a_key_that_is_no_key_is_refused(key: str) -> None:
    with pytest.raises(InvalidRequestError, match="printable"):
        check_key(key)


@pytest.mark.parametrize("change", [lambda kv, c: kv.finish(c, ANSWER), lambda kv, c: kv.release(c)])
def test_without_a_key_nothing_is_stored(
    workplace: Workplace, keyed: KeyedRequests, change: Callable[[KeyedRequests, Claim], None]
) -> None:
    claim = idempotency.unkeyed()
    change(keyed, claim)

    assert claim.noted is None
    assert len(Reservations(workplace.instance)) == 0


def test_instances_in_memory_keep_keys_too() -> None:
    with DagsterInstance.ephemeral() as instance:
        keyed = KeyedRequests(instance)
        keyed.finish(claimed(keyed.begin(NAME, "body")), ANSWER)

        assert keyed.begin(NAME, "body") == ANSWER
