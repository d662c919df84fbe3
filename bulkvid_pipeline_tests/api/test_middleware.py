"""What holds for every request: ids, bodies, headers, timings, limits."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.workplace import Workplace

JOB = "/api/bulk-jobs/job_000000000000"


def test_the_request_id_that_a_caller_gives_comes_back_in_header_and_body(api: TestClient) -> None:
    answer = api.get(JOB, headers={"X-Request-Id": "abc-1"})

    assert answer.headers["X-Request-Id"] == answer.json()["error"]["request_id"] == "abc-1"


@pytest.mark.parametrize("given", ["", "a b", "x" * 129, "a;b"])
def test_an_id_that_is_no_plain_word_is_replaced(api: TestClient, given: str) -> None:
    named = api.get(JOB, headers={"X-Request-Id": given}).headers["X-Request-Id"]

    assert named.startswith("req_")


def test_unknown_paths_and_methods_are_answered_in_the_one_shape(api: TestClient) -> None:
    missing, wrong = api.get("/api/nothing"), api.patch(JOB)

    assert (missing.status_code, missing.json()["error"]["code"]) == (404, "NOT_FOUND")
    assert (wrong.status_code, wrong.json()["error"]["code"]) == (405, "METHOD_NOT_ALLOWED")
    assert wrong.headers["Allow"]


def test_a_body_above_the_limit_is_refused_before_it_is_read(api: TestClient) -> None:
    answer = api.post(JOB, content=b"x" * (1024 * 1024 + 1), headers={"Content-Type": "application/json"})

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "BODY_TOO_LARGE")


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_a_body_that_is_not_json_is_refused(api: TestClient, kind: str) -> None:
    answer = api.post(JOB, content=b"{}", headers={"Content-Type": kind})

    assert answer.status_code == 415
    assert answer.json()["error"]["field"] == "Content-Type"


def test_answers_keep_browsers_from_guessing_and_framing(api: TestClient) -> None:
    headers = api.get(JOB).headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]


def test_administrators_are_told_where_the_time_went(api: TestClient, bearer: Bearer) -> None:
    for_admin = api.get(JOB, headers={**bearer(scopes=[Scope.ADMIN]), "X-Debug": "true"})
    for_others = api.get(JOB, headers={**bearer(), "X-Debug": "true"})

    assert "limit;dur=" in for_admin.headers["Server-Timing"]
    assert "Server-Timing" not in for_others.headers


def test_requests_above_a_users_limit_are_told_how_long_to_wait(
    workplace: Workplace, bearer: Bearer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_USER", "3")
    settings.cache_clear()
    app = create_app(settings(), home_of(workplace))
    with TestClient(app) as api, TestClient(create_app(settings(), home_of(workplace))) as other_process:
        headers = bearer()
        answers = [client.get(JOB, headers=headers) for client in (api, other_process, api, other_process)]
        of_another = api.get(JOB, headers=bearer(user="ben"))

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[-1].json()["error"]["message"] == "Rate limit exceeded (per-user)"
    assert 0 < int(answers[-1].headers["Retry-After"]) <= 60
    assert of_another.status_code == 404
