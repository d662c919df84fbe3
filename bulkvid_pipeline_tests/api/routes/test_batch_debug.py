"""Diagnostics over the API: for administrators, and without a token for whoever works on the machine itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Scope
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.diagnostics.files import all_logs
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.core.diagnostics.exchanges import healthy, speech_error
from bulkvid_pipeline_tests.services.diagnostics.recorded import known_job, recorded
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

BASE = "/api/v1/batch-debug"
OURS, THEIRS = "job_00000000aaaa", "job_00000000bbbb"


@pytest.fixture
def local(workplace: Workplace) -> Iterator[TestClient]:
    """A client on the same machine, without a token."""
    app = create_app(settings(), home_of(workplace))
    with TestClient(app, base_url="http://localhost:8000", client=("127.0.0.1", 50_000)) as client:
        yield client


@pytest.fixture
def diagnostics(workplace: Workplace) -> Diagnostics:
    known_job(workplace.instance, OURS)
    known_job(workplace.instance, THEIRS, project="other")
    return Diagnostics(workplace.instance, settings(), home_of(workplace))


def data(answer: Any) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.json()["success"] is True
    return answer.json()["data"]


def test_the_requests_of_the_guide_work_on_the_machine_itself(local: TestClient, diagnostics: Diagnostics) -> None:
    on = data(local.post(f"{BASE}/enable", json={"duration_minutes": 30}))
    assert (on["enabled"], on["message"]) == (True, "Diagnostics are on for 30 minutes.")
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", on["expires_at"])

    recorded(diagnostics, OURS, *healthy(), speech_error(429, "Rate limit reached"))
    status = data(local.get(f"{BASE}/status"))
    assert (status["enabled"], status["expires_at"]) == (True, on["expires_at"])
    (file,) = status["recent_debug_files"]
    assert (file["job_id"], status["files_total"]) == (OURS, 1)

    summary = data(local.get(f"{BASE}/job/{OURS}/summary"))
    assert (summary["total_requests"], summary["failed_requests"], summary["success_rate"]) == (28, 1, 96.43)
    assert summary["status_code_breakdown"]["429"] == {"count": 1, "meaning": "Rate Limited"}
    assert [pattern["name"] for pattern in summary["failure_patterns"]] == ["rate_limited"]
    assert "BULKVID_LIMIT_PER_USER" in summary["recommendations"][0]

    log = local.get(f"{BASE}/job/{OURS}/full-log")
    assert log.headers["Content-Disposition"] == f'attachment; filename="{file["filename"]}"'
    assert log.headers["Content-Type"] == "application/json"
    assert len(json.loads(log.text)["logs"][0]["exchanges"]) == 28

    assert data(local.delete(f"{BASE}/cleanup?days=7"))["deleted_files"] == 0
    assert data(local.delete(f"{BASE}/cleanup", params={"days": 0}))["deleted_files"] == 1
    assert data(local.post(f"{BASE}/disable"))["enabled"] is False


def test_without_a_body_they_are_on_for_half_an_hour(local: TestClient) -> None:
    for answer in (local.post(f"{BASE}/enable"), local.post(f"{BASE}/enable", json={})):
        assert data(answer)["message"] == "Diagnostics are on for 30 minutes."


def test_what_cannot_be_asked_for_is_told_by_field_and_changes_nothing(local: TestClient) -> None:
    wrong: list[dict[str, Any]] = [
        {"duration_minutes": 0},
        {"duration_minutes": -5},
        {"duration_minutes": 1441},
        {"duration_minutes": "30"},
        {"duration_minutes": True},
        {"duration_minutes": None},
        {"minutes": 30},
        {"job_id": ""},
        {"job_id": 7},
    ]
    for body in wrong:
        answer = local.post(f"{BASE}/enable", json=body)

        assert answer.status_code == 400, body
        assert answer.json()["error"]["field"].startswith(next(iter(body))), body
    assert data(local.get(f"{BASE}/status"))["enabled"] is False


def test_an_age_that_is_none_removes_nothing(local: TestClient, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    for days in ("-1", "soon", "nan", "inf", "1e9"):
        answer = local.delete(f"{BASE}/cleanup", params={"days": days})

        assert (answer.status_code, answer.json()["error"]["field"]) == (400, "days"), days
    assert data(local.get(f"{BASE}/status"))["files_total"] == 1


def test_what_is_not_there_is_told_apart_from_what_was_not_recorded(
    local: TestClient, diagnostics: Diagnostics
) -> None:
    assert diagnostics.status().files_total == 0
    for what in ("summary", "full-log"):
        unknown = local.get(f"{BASE}/job/job_nobody/{what}")
        unrecorded = local.get(f"{BASE}/job/{OURS}/{what}")

        assert (unknown.status_code, unknown.json()["error"]["code"]) == (404, "JOB_NOT_FOUND")
        assert (unrecorded.status_code, unrecorded.json()["error"]["code"]) == (404, "NOT_FOUND")
        assert "enable" in unrecorded.json()["error"]["fix"]


def test_from_elsewhere_an_administrator_s_token_is_needed(
    api: TestClient, bearer: Bearer, diagnostics: Diagnostics
) -> None:
    recorded(diagnostics, OURS, *healthy())
    path = f"{BASE}/job/{OURS}/summary"

    assert api.get(path).status_code == 401
    assert api.get(path, headers=bearer(scopes=DEFAULT_SCOPES)).status_code == 403
    assert data(api.get(path, headers=bearer(scopes=[Scope.ADMIN])))["job_id"] == OURS


def test_an_administrator_of_a_project_never_sees_another_project_s_log(
    api: TestClient, local: TestClient, bearer: Bearer, diagnostics: Diagnostics
) -> None:
    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, THEIRS, *healthy())
    admin = bearer(scopes=[Scope.ADMIN])
    for client in (api, local):
        for what in ("summary", "full-log"):
            answer = client.get(f"{BASE}/job/{THEIRS}/{what}", headers=admin)
            assert (answer.status_code, answer.json()["error"]["code"]) == (404, "JOB_NOT_FOUND")
        assert client.post(f"{BASE}/enable", json={"job_id": THEIRS}, headers=admin).status_code == 404
        status = data(client.get(f"{BASE}/status", headers=admin))
        assert [file["job_id"] for file in status["recent_debug_files"]] == [OURS]
        assert THEIRS not in json.dumps(status)
    assert {file["job_id"] for file in data(local.get(f"{BASE}/status"))["recent_debug_files"]} == {OURS, THEIRS}


@pytest.mark.usefixtures("diagnostics")
def test_an_administrator_turns_off_no_job_that_another_project_has_named(
    api: TestClient, local: TestClient, bearer: Bearer
) -> None:
    for job_id in (OURS, THEIRS):
        data(local.post(f"{BASE}/enable", json={"job_id": job_id}))

    off = data(api.post(f"{BASE}/disable", headers=bearer(scopes=[Scope.ADMIN])))

    assert (off["enabled"], off["job_ids"]) == (False, [])
    assert data(local.get(f"{BASE}/status"))["job_ids"] == [THEIRS]


def test_a_web_page_of_another_site_cannot_turn_them_off(local: TestClient) -> None:
    data(local.post(f"{BASE}/enable"))
    for headers in (
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:9999"},
        {"Host": "evil.example"},
        {"X-Forwarded-For": "10.0.0.1"},
        {"X-Forwarded-Host": "videos.example"},
        {"X-Forwarded-Proto": "https"},
        {"X-Real-IP": "10.0.0.1"},
        {"Forwarded": "for=10.0.0.1"},
        {"Via": "1.1 proxy"},
    ):
        assert local.post(f"{BASE}/disable", headers=headers).status_code == 401, headers
    assert data(local.get(f"{BASE}/status", headers={"Origin": "http://localhost:8000"}))["enabled"] is True


def test_no_job_id_leads_anywhere_else(local: TestClient, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    (outside := diagnostics.folder.parent / "job_x_20240101T000000000000Z.json").write_text('{"secret": 1}')
    tricks = [
        "..",
        "../x",
        "..%2fx",
        "%2e%2e%2f%2e%2e%2fx",
        "..%5cx",
        "x%00",
        f"{OURS}%00",
        "%00",
        "*",
        "%2a",
        "job_*",
        f"{OURS[:-1]}?",
        f"{OURS[:-1]}%3f",
        "%f0%9f%98%80",
        "%ed%a0%80",
        "%ff%fe",
        "%c0%ae%c0%ae",
        "a" * 5_000,
        " ",
        "%0d%0aX-Evil:%201",
    ]
    for trick in tricks:
        for what in ("summary", "full-log"):
            answer = local.get(f"{BASE}/job/{trick}/{what}")
            assert answer.status_code in (400, 404), (trick, answer.status_code, answer.text)
            assert answer.json()["success"] is False
            assert "x-evil" not in answer.headers
    assert outside.exists()


def test_hostile_job_ids_in_a_body_are_refused(local: TestClient) -> None:
    for text in ('"a\\u0000b"', '"\\ud800"', '"../../etc/passwd"', '"   "', '["job_1"]', "{}", f'"{"x" * 201}"'):
        body = f'{{"duration_minutes": 5, "job_id": {text}}}'
        answer = local.post(f"{BASE}/enable", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code in (400, 404), (text, answer.text)
    for body in (
        '{"duration_minutes": NaN}',
        '{"duration_minutes": Infinity}',
        '{"duration_minutes": 1e400}',
        "[]",
        '"',
    ):
        answer = local.post(f"{BASE}/enable", content=body, headers={"Content-Type": "application/json"})
        assert answer.status_code == 400, (body, answer.text)
    assert data(local.get(f"{BASE}/status"))["enabled"] is False


def test_several_jobs_are_recorded_beside_each_other(local: TestClient, diagnostics: Diagnostics) -> None:
    one = data(local.post(f"{BASE}/enable", json={"job_id": OURS}))
    two = data(local.post(f"{BASE}/enable", json={"job_id": THEIRS, "duration_minutes": 5}))
    assert (one["job_id"], one["job_ids"]) == (OURS, [OURS])
    assert (two["job_id"], two["job_ids"]) == (None, [OURS, THEIRS])
    assert two["message"].startswith(f"Diagnostics are on for jobs {OURS}, {THEIRS} for ")
    assert diagnostics.mode(project_id="other").job_ids == (THEIRS,)
    assert data(local.post(f"{BASE}/disable"))["job_ids"] == []


def test_many_who_turn_them_on_and_off_at_once_are_all_answered(local: TestClient) -> None:
    def ask(number: int) -> int:
        return local.post(f"{BASE}/{'disable' if number % 3 == 0 else 'enable'}").status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(ask, range(24))) == {200}
    assert data(local.post(f"{BASE}/enable"))["enabled"] is True


def test_a_part_of_a_log_is_not_mistaken_for_the_whole(local: TestClient, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    whole = local.get(f"{BASE}/job/{OURS}/full-log", headers={"Range": "bytes=0-9"})
    assert whole.status_code == 200
    assert json.loads(whole.text)["job_id"] == OURS


def test_an_administrator_removes_the_logs_of_the_own_project_alone(
    api: TestClient, bearer: Bearer, diagnostics: Diagnostics
) -> None:
    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, THEIRS, *healthy())
    done = data(api.delete(f"{BASE}/cleanup", params={"days": 0}, headers=bearer(scopes=[Scope.ADMIN])))
    assert done["deleted_files"] == 1
    assert [log.job_id for log in all_logs(diagnostics.folder)] == [THEIRS]


def test_status_copes_with_whatever_lies_in_the_folder(local: TestClient, diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    folder = diagnostics.folder
    (folder / f"job_{OURS}_20240101T000000000000Z.json").write_text('{"job_id": "' + OURS + '", "started_at": 1e999')
    (folder / f"job_{OURS}_20249999T000000000000Z.json").write_text("{}")
    (folder / f"job_{OURS}_20240101T000000000001Z.json").symlink_to("/etc/passwd")
    (folder / f"job_{OURS}_20240101T000000000002Z.json").mkdir()
    (unreadable := folder / f"job_{OURS}_20240101T000000000003Z.json").write_text("{}")
    unreadable.chmod(0)
    assert data(local.get(f"{BASE}/status"))["files_total"] == 3
    assert data(local.get(f"{BASE}/job/{OURS}/summary"))["total_requests"] == 27
    assert data(local.delete(f"{BASE}/cleanup", params={"days": 0}))["deleted_files"] == 3


def test_what_the_api_itself_asks_for_a_new_job_is_recorded_under_that_job(
    api: TestClient, bearer: Bearer, diagnostics: Diagnostics
) -> None:
    data(api.post(f"{BASE}/enable", headers=bearer(scopes=[Scope.ADMIN])))
    sheet = b"idea_title,script_content\nWater,Turn off the tap.\n"
    headers = bearer(scopes=[*DEFAULT_SCOPES])
    uploaded = api.post("/api/sheets?name=ideas.csv", content=sheet, headers={**headers, "Content-Type": "text/csv"})
    assert uploaded.status_code == 201, uploaded.text
    wait_until(lambda: exchanges._recorders)
    body = {"input_source": {"path": uploaded.json()["data"]["id"]}}
    assert all_logs(diagnostics.folder) == []
    created = api.post("/api/bulk-jobs", json=body, headers=headers)
    assert created.status_code in (201, 202, 503), created.text  # no Dagster runs here that would take it

    wait_until(lambda: all_logs(diagnostics.folder))
    (log,) = all_logs(diagnostics.folder)
    full = diagnostics.full_log_of(log.job_id).logs[0]
    assert full.process["role"] == "api"
    assert {one.peer for one in full.exchanges} == {Peer.STORAGE}
