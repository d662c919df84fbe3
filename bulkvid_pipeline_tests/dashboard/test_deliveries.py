"""Deliveries of webhooks: the list, a message, sending again."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.dashboard.routes import deliveries as routes
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.webhooks.deliveries import delivery
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.webhooks.test_deliveries import put
from bulkvid_pipeline_tests.services.webhooks.test_dispatch import send
from bulkvid_pipeline_tests.workplace import Workplace

EVIL = "<script>alert('x')</script>"


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as receiver:
        yield receiver


def test_messages_are_listed_shown_and_sent_again(
    visitor: Visitor, visitors: Visitors, workplace: Workplace, receiver: HookReceiver
) -> None:
    instance = workplace.instance
    taken = put(instance, "job_1", project="default", url=receiver.url(), title=EVIL)
    send(instance)
    refused = put(instance, "job_2", project="default", url="ftp://nowhere.example/x", minute=1)
    send(instance, now=datetime.now(UTC) + timedelta(minutes=5))
    theirs = put(instance, "job_3", project="other", url=receiver.url(), minute=2)

    everything = visitor.get("/deliveries")
    assert everything.text.index(refused) < everything.text.index(taken)
    assert theirs not in everything.text
    assert "No messages yet" in words(visitors(project="empty").get("/deliveries"))
    assert refused in visitor.get("/deliveries?state=failed").text
    assert taken not in visitor.get("/deliveries?state=failed").text
    assert taken in visitor.get("/deliveries?state=delivered&job=job_1").text
    assert "No message is like that" in words(visitor.get("/deliveries?job=job_9"))
    assert visitor.get("/deliveries?state=lost").status_code == 400
    assert visitor.get("/deliveries?page_token=x").status_code == 400

    shown = visitor.get(f"/deliveries/{taken}")
    assert "<script>alert" not in shown.text
    assert "&lt;script&gt;alert" in shown.text
    assert "204" in words(shown)
    assert visitor.get(f"/deliveries/{theirs}").status_code == 404
    assert "every 3s" not in shown.text

    question = visitor.get(f"/deliveries/send-again?delivery_id={taken}&delivery_id={refused}")
    assert "Send 2 messages again?" in words(question)
    assert delivery(instance, "default", taken).state == "delivered"
    assert visitor.get(f"/deliveries/send-again?delivery_id={theirs}").status_code == 404
    done = visitor.post("/deliveries/send-again", {"delivery_id": [taken, refused]})
    assert (done.status_code, done.headers["Location"]) == (303, "/deliveries")
    assert delivery(instance, "default", taken).state == "waiting"
    assert "every 3s" in visitor.part(f"/deliveries/{taken}").text

    reader = visitors(scopes=[Scope.JOBS_READ])
    assert not re.search(r"<button[^>]*>[^<]*(<svg.*?</svg>)?Send", reader.get("/deliveries").text)
    assert reader.post("/deliveries/send-again", {"delivery_id": taken}).status_code == 403
    assert visitor.post("/deliveries/send-again", {"delivery_id": taken, "csrf": ""}).status_code == 403
    assert visitor.post("/deliveries/send-again").status_code == 400
    foreign = visitor.post("/deliveries/send-again", {"delivery_id": theirs})
    assert foreign.status_code == 303
    assert delivery(instance, "other", theirs).attempts == ()


def test_many_messages_come_in_pages(visitor: Visitor, workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes, "A_PAGE", 3)
    for number in range(5):
        put(workplace.instance, f"job_{number}", project="default", state=JobState.RUNNING, minute=number)

    first = visitor.get("/deliveries")
    (link,) = re.findall(r'href="(/deliveries\?[^"]*page_token=[^"]*)"', first.text)
    second = visitor.get(link.replace("&amp;", "&"))

    assert first.text.count('name="delivery_id"') == 3
    assert second.text.count('name="delivery_id"') == 2
    assert "First page" in words(second)
