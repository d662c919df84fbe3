from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from fastapi.testclient import TestClient
from prometheus_client.parser import text_string_to_metric_families

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.workplace import Workplace, idea

HEALTH, DETAILED, METRICS = "/api/v1/health", "/api/v1/health/detailed", "/api/v1/metrics"


@pytest.fixture
def here(workplace: Workplace) -> Iterator[TestClient]:
    """A client on the same machine."""
    app = create_app(settings(), home_of(workplace))
    with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 50_000)) as client:
        yield client


def figures(text: str) -> dict[str, float]:
    return {
        "|".join((sample.name, *(value for _, value in sorted(sample.labels.items())))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_everybody_may_ask_for_the_health_and_learns_no_more_than_that(api: TestClient) -> None:
    answer = api.get(HEALTH, headers={"Authorization": "Nonsense"})
    body = answer.json()

    assert answer.status_code == 503  # neither daemon nor web server run here
    assert set(body) == {"status", "services", "version", "timestamp"}
    assert body["status"] == "unhealthy"
    assert body["services"]["database"] == "healthy"
    assert body["services"]["daemon"] == "unhealthy"
    assert answer.headers["Cache-Control"] == "no-store"
    assert api.head(HEALTH).status_code == 503


def test_details_are_for_administrators_and_this_machine(api: TestClient, here: TestClient, bearer: Bearer) -> None:
    admin = bearer(scopes=[Scope.ADMIN])
    for path, good in ((DETAILED, 503), (METRICS, 200)):
        assert api.get(path).status_code == 401
        assert api.get(path, headers=bearer()).status_code == 403
        assert api.get(path, headers=admin).status_code == good
        assert here.get(path).status_code == good
        assert here.get(path, headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 401
        assert here.get(path, headers={"Host": "evil.example"}).status_code == 401


def test_details_say_what_is_broken_and_how_to_mend_it(here: TestClient) -> None:
    body = here.get(DETAILED).json()

    assert body["services"]["queue"]["queue_depth"] == 0
    assert body["services"]["ffmpeg"]["version"]
    assert set(body["workers"]) == {"active", "busy", "idle"}
    for name in ("daemon", "web_server"):
        assert body["services"][name]["problem"]
        assert body["services"][name]["fix"]
    assert "problem" not in body["services"]["database"]


def test_many_who_ask_at_once_are_all_answered(api: TestClient) -> None:
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(lambda _: api.get(HEALTH), range(100)))

    assert {answer.status_code for answer in answers} == {503}


def test_health_has_no_rate_limit(workplace: Workplace, monkeypatch: pytest.MonkeyPatch, bearer: Bearer) -> None:
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_USER", "1")
    settings.cache_clear()
    admin = bearer(scopes=[Scope.ADMIN])
    with TestClient(create_app(settings(), home_of(workplace))) as client:
        answers = [client.get(DETAILED, headers=admin).status_code for _ in range(5)]

    assert answers == [503] * 5


def test_requests_are_counted_by_route_and_status(here: TestClient, bearer: Bearer) -> None:
    for path in ("/api/bulk-jobs/job_1", "/api/bulk-jobs/job_2", "/api/templates/modern", "/a", "/b"):
        here.get(path, headers=bearer())
    here.request("BREW", "/coffee")

    found = figures(here.get(METRICS).text)

    assert found["bulkvid_http_requests_total|GET|/api/bulk-jobs/{job_id}|404"] == 2
    assert found["bulkvid_http_requests_total|GET|/api/templates/{template_id}|200"] == 1
    assert found["bulkvid_http_requests_total|GET|unmatched|404"] == 2
    assert found["bulkvid_http_requests_total|other|unmatched|404"] == 1
    assert found["bulkvid_http_request_duration_seconds_count|GET|/api/bulk-jobs/{job_id}"] == 2
    assert found["bulkvid_part_up|database"] == 1
    assert found["bulkvid_part_up|daemon"] == 0
    assert found["bulkvid_open_streams"] == 0
    assert found["process_resident_memory_bytes"] > 0


def test_refused_requests_are_counted(workplace: Workplace, monkeypatch: pytest.MonkeyPatch, bearer: Bearer) -> None:
    monkeypatch.setenv("BULKVID_API_LIMIT_PER_USER", "2")
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(workplace))) as client:
        answers = [client.get("/api/templates", headers=bearer()).status_code for _ in range(5)]
        found = figures(client.get(METRICS, headers=bearer(scopes=[Scope.ADMIN])).text)

    assert answers.count(429) == 3
    assert found["bulkvid_rate_limited_requests_total"] == 3


@pytest.mark.heavy
def test_jobs_and_rows_are_counted(here: TestClient, bearer: Bearer, workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two", script="")]), validation_level="permissive")
    workplace.run(workplace.sheet([idea("Three")], name="more.csv"), user_id="ana")

    found = figures(here.get(METRICS).text)
    status = here.get("/api/system/status", headers=bearer()).json()["data"]

    assert found["bulkvid_jobs|completed"] == 2
    assert found["bulkvid_rows|completed"] >= 2
    assert found["bulkvid_slots|total"] == status["slots"]["total"] == status["workers"]["active"]
    assert found["bulkvid_slots|used"] == status["slots"]["used"] == 0


def test_the_status_tells_how_busy_the_service_is(api: TestClient, bearer: Bearer) -> None:
    status = api.get("/api/system/status", headers=bearer()).json()["data"]

    assert 0 < status["memory_usage"] < 1
    assert 0 <= status["cpu_usage"] <= 1
    assert (status["active_jobs"], status["queue_depth"], status["rate_limited"]) == (0, 0, False)
    assert status["version"]
