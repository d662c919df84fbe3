"""Messages as a project sees them, on both databases."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.webhooks.outbox import FAILED, Outcome
from bulkvid_pipeline.core.errors import InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.webhooks.deliveries import (
    deliveries,
    delivery,
    delivery_in_full,
    send_again,
    send_each_again,
)
from bulkvid_pipeline.services.webhooks.dispatch import notify
from bulkvid_pipeline.services.webhooks.payloads import EventType, event_type_of, payload_of
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.webhooks.test_dispatch import (
    RUN,
    START,
    Place,
    facts,
    instance,
    opened,
    place,
    postgres_server,
    receiver,
    send,
)

__all__ = ["Place", "instance", "opened", "place", "postgres_server", "receiver"]  # the fixtures

SECRETIVE = "https://hooks.example/in?token=hush#part"


def put(
    instance: DagsterInstance,
    job_id: str = "job_1",
    *,
    project: str = "acme",
    state: JobState = JobState.COMPLETED,
    minute: int = 0,
    url: str = SECRETIVE,
    title: str = "Spring",
) -> str:
    at = START + timedelta(minutes=minute)
    job = facts(state, job_id).model_copy(update={"project_id": project, "title": title})
    return notify(instance, RUN, job_id, event_type_of(state), payload_of(job, at), url, now=at)


def test_a_project_sees_its_own_messages_alone_the_newest_first(instance: DagsterInstance) -> None:
    first = put(instance, "job_1", minute=1)
    second = put(instance, "job_2", minute=2)
    theirs = put(instance, "job_3", project="other", minute=3)
    notify(instance, RUN, "job_1", EventType.ANNOUNCED, {"text": "hello"}, "https://slack.example/secret", now=START)

    assert [each.id for each in deliveries(instance, "acme").items] == [second, first]
    assert [each.id for each in deliveries(instance, "other").items] == [theirs]
    assert deliveries(instance, "acm%").items == ()
    with pytest.raises(NotFoundError):
        delivery(instance, "acme", theirs)
    with pytest.raises(NotFoundError):
        send_again(instance, "acme", theirs)


def test_secrets_in_the_address_are_not_shown(instance: DagsterInstance) -> None:
    shown = delivery(instance, "acme", put(instance))

    assert shown.url == "https://hooks.example/in"
    assert "hush" not in shown.model_dump_json()


def test_pages_follow_each_other_without_a_gap_or_a_repeat(instance: DagsterInstance) -> None:
    put_down = [put(instance, f"job_{number}", minute=number // 2) for number in range(7)]
    seen: list[str] = []
    token = None
    while True:
        page = deliveries(instance, "acme", page_size=2, page_token_=token)
        seen += [each.id for each in page.items]
        token = page.next_page_token
        if token is None:
            break
        put(instance, f"job_new_{len(seen)}", minute=60)

    assert len(seen) == len(set(seen))
    assert set(seen) == set(put_down)


def test_a_page_token_of_another_list_is_refused(instance: DagsterInstance) -> None:
    for number in range(3):
        put(instance, f"job_{number}")
    token = deliveries(instance, "acme", page_size=1).next_page_token

    for changed in ({"project_id": "other"}, {"job_id": "job_1"}, {"states": [Outcome.WAITING]}):
        with pytest.raises(InvalidRequestError):
            deliveries(instance, **{"project_id": "acme", "page_token_": token, **changed})  # type: ignore[arg-type]


def test_messages_are_found_by_job_and_by_state(instance: DagsterInstance, receiver: HookReceiver) -> None:
    sent = put(instance, "job_1", url=receiver.url())
    send(instance)
    waiting = put(instance, "job_1", state=JobState.RUNNING)
    put(instance, "JOB_1", minute=1)

    assert {each.id for each in deliveries(instance, "acme", job_id="job_1").items} == {sent, waiting}
    assert [each.id for each in deliveries(instance, "acme", states=[Outcome.DELIVERED]).items] == [sent]
    both = deliveries(instance, "acme", job_id="job_1", states=[Outcome.WAITING, Outcome.DELIVERED]).items
    assert {each.id for each in both} == {sent, waiting}
    assert deliveries(instance, "acme", states=FAILED).items == ()
    assert deliveries(instance, "acme", job_id="job_1%").items == ()


def test_each_attempt_is_told_and_a_message_is_sent_again(instance: DagsterInstance, receiver: HookReceiver) -> None:
    message_id = put(instance, url=receiver.url())
    before = delivery(instance, "acme", message_id)
    send(instance)
    sent = delivery(instance, "acme", message_id)
    again = send_again(instance, "acme", message_id)

    assert (before.state, before.next_attempt_at, before.ended_at) == ("waiting", START, None)
    assert (sent.state, sent.next_attempt_at, sent.attempts[0].status) == ("delivered", None, 204)
    assert sent.ended_at is not None
    assert again.state == "waiting"
    assert len(again.attempts) == 1


def test_chosen_messages_are_sent_again_and_those_that_cannot_be_hold_up_no_other(
    instance: DagsterInstance, receiver: HookReceiver
) -> None:
    ours = [put(instance, f"job_{number}", url=receiver.url()) for number in range(2)]
    theirs = put(instance, "job_9", project="other", url=receiver.url())
    send(instance)

    done = send_each_again(instance, "acme", [ours[0], theirs, "msg_none", ours[1], ours[0]])

    assert done.due == tuple(ours)
    assert list(done.refused) == [theirs, "msg_none"]
    assert [delivery(instance, "acme", each).state for each in ours] == ["waiting", "waiting"]
    assert delivery(instance, "other", theirs).state == "delivered"


def test_a_message_is_shown_with_what_it_says(instance: DagsterInstance) -> None:
    shown = delivery_in_full(instance, "acme", put(instance, title="<b>Spring</b>"))

    assert json.loads(shown.payload)["data"]["title"] == "<b>Spring</b>"
    with pytest.raises(NotFoundError):
        delivery_in_full(instance, "other", shown.delivery.id)


@pytest.mark.parametrize("title", ["ü 😀", "a\x00b", 'quote " and \\ backslash', "%_'"])
def test_any_title_can_be_listed(instance: DagsterInstance, title: str) -> None:
    message_id = put(instance, title=title)

    assert [each.id for each in deliveries(instance, "acme").items] == [message_id]
