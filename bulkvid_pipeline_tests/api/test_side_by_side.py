"""Two API processes over one instance keep one count of requests, and one answer for each idempotency key."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from typing import Any

import pytest
from dagster import RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.api.raw_http import Reply, exchange, head
from bulkvid_pipeline_tests.api.server import ApiServer
from bulkvid_pipeline_tests.api.target import JOBS, JSON, SHEET
from bulkvid_pipeline_tests.launch.fake_dagster import Answer, FakeDagster, launched
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = [pytest.mark.heavy, ON_BOTH_DATABASES]
CLIENTS = 20
LIMIT = 50
WINDOW_S = 60


@pytest.fixture
def dagster(workplace: Workplace) -> Iterator[InstanceDagster]:
    with InstanceDagster(instance=workplace.instance) as server:
        yield server


def authorization(bearer: Bearer) -> str:
    return f"Authorization: {bearer(lifetime_s=3600)['Authorization']}"


def posted(server: ApiServer, path: str, body: bytes, *headers: str) -> Reply:
    return exchange(server.port, head("POST", path, f"Content-Length: {len(body)}", *headers) + body)


@dataclass(frozen=True)
class Timed:
    """An answer, and when its request was sent and it had arrived."""

    reply: Reply
    sent: float
    arrived: float


def asked(server: ApiServer, token: str) -> Timed:
    sent = time.monotonic()
    reply = exchange(server.port, head("GET", JOBS, token))
    return Timed(reply, sent, time.monotonic())


def test_exactly_the_limit_is_let_in_and_the_others_are_told_when_to_come_again(
    workplace: Workplace, bearer: Bearer
) -> None:
    token = authorization(bearer)
    begin = threading.Barrier(CLIENTS)

    def client(server: ApiServer) -> list[Timed]:
        begin.wait(60)
        return [asked(server, token) for _ in range(2 * LIMIT // CLIENTS)]

    with (
        ApiServer(workplace, BULKVID_API_LIMIT_PER_USER=str(LIMIT)) as one,
        ApiServer(workplace, BULKVID_API_LIMIT_PER_USER=str(LIMIT)) as other,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        began = time.monotonic()
        answers = [answer for batch in clients.map(client, [one, other] * (CLIENTS // 2)) for answer in batch]
        assert time.monotonic() - began < WINDOW_S, "the window passed meanwhile"
        let_in = [answer for answer in answers if answer.reply.status == 200]
        refused = [answer for answer in answers if answer.reply.status == 429]

        assert (len(let_in), len(refused)) == (LIMIT, LIMIT)
        first_let_in = min(answer.arrived for answer in let_in)
        for answer in refused:
            wait_s = float(answer.reply.headers["retry-after"])
            assert answer.reply.error["message"] == "Rate limit exceeded (per-user)"
            assert answer.arrived + wait_s >= began + WINDOW_S  # not before the first one has left the window
            assert wait_s <= max(0.0, WINDOW_S - (answer.sent - first_let_in)) + 1  # nor a second later than need be
        again_at = min(answer.arrived + float(answer.reply.headers["retry-after"]) for answer in refused)
        time.sleep(max(0.0, again_at - time.monotonic()))
        assert asked(other, token).reply.status == 200


def test_of_twenty_clients_with_one_key_one_makes_a_job_and_the_others_are_told_to_wait(
    workplace: Workplace, dagster: InstanceDagster, bearer: Bearer
) -> None:
    token, key = authorization(bearer), "Idempotency-Key: monday"
    let_go = threading.Event()

    def held(server: FakeDagster, params: Mapping[str, Any]) -> Answer:
        let_go.wait(120)
        return launched(server, params)

    dagster.launches = [held]
    with (
        ApiServer(workplace, BULKVID_DAGSTER_URL=dagster.url) as one,
        ApiServer(workplace, BULKVID_DAGSTER_URL=dagster.url) as other,
        ThreadPoolExecutor(CLIENTS) as clients,
    ):
        uploaded = posted(one, "/api/sheets?name=ideas.csv", SHEET, token, "Content-Type: text/csv").data["id"]
        body = json.dumps({"input_source": {"path": uploaded}}).encode()
        asking = [
            clients.submit(posted, server, JOBS, body, token, JSON, key) for server in [one, other] * (CLIENTS // 2)
        ]
        coming = as_completed(asking, 120)
        waiting = [next(coming).result() for _ in range(CLIENTS - 1)]  # while the launch is held
        let_go.set()
        made = next(coming).result()
        again = [posted(server, JOBS, body, token, JSON, key) for server in (one, other)]
        of_other_body = posted(other, JOBS, body[:-1] + b', "title": "x"}', token, JSON, key)

    assert made.status == 201
    assert {(answer.status, answer.error["code"]) for answer in waiting} == {(409, "IDEMPOTENCY_KEY_IN_USE")}
    assert {answer.headers["retry-after"] for answer in waiting} == {"1"}
    assert [answer.body for answer in again] == [made.body] * 2
    assert (of_other_body.status, of_other_body.error["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert len(workplace.instance.get_runs(RunsFilter(job_name=tags.JOB))) == 1
