"""Creating jobs over REST: what the answer says, and what is refused before anything is created."""

from __future__ import annotations

import json
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.api.app import create_app
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.intake import checking
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import home_of
from bulkvid_pipeline_tests.api.house import House, dagster, house, refused
from bulkvid_pipeline_tests.launch.fake_dagster import launched, launched_without_saying, lost
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

__all__ = ["dagster", "house"]  # the fixtures


def test_a_job_is_pending_with_its_rows_and_the_findings_of_its_sheet(house: House) -> None:
    upload = house.upload()

    answer = house.create({"title": "Spring", "priority": "high", "input_source": {"path": upload}})

    assert answer.status_code == 201
    data = answer.json()["data"]
    assert {name: data[name] for name in ("state", "title", "priority", "percent_complete", "user_id")} == {
        "state": "pending", "title": "Spring", "priority": "high", "percent_complete": 0, "user_id": "ana",
    }  # fmt: skip
    assert [data[f"items_{name}"] for name in ("total", "pending", "completed", "failed")] == [2, 2, 0, 0]
    assert data["validation"]["rows"] == {"accepted": 2, "rejected": 2, "skipped": 0}
    assert {finding["cell"] for finding in data["validation"]["findings"]} >= {"G5"}
    (run,) = house.runs()
    assert run.tags[tags.JOB_ID] == data["id"]
    config = run.run_config["resources"][tags.SPEC_RESOURCE]["config"]
    assert (config["user_id"], config["project_id"]) == ("ana", "default")


CODE = "/etc/evil.py:Evil"
NAMES = (tags.GENERATION, tags.ENGINE, "generation", "engine", "tags", "generation_class", "run_tags", "ai_provider")


def test_no_request_says_which_program_makes_the_rows(house: House) -> None:
    upload = house.upload()
    for name in NAMES:
        value = {tags.GENERATION: CODE} if "tags" in name else CODE
        for body in (
            {name: value},
            {"input_source": {"path": upload, name: value}},
            {"template": {name: value}},
            {"output": {name: value}},
        ):
            assert house.create({"input_source": {"path": upload}, **body}).status_code == 400, body
    assert house.runs() == []

    words = json.dumps({tags.GENERATION: CODE})
    answer = house.create(
        {"title": words, "input_source": {"path": upload}},
        query=f"?{tags.GENERATION}={CODE}&tags={tags.GENERATION}",
        headers={"Idempotency-Key": "generation", tags.GENERATION.replace("/", "-"): CODE},
    )

    assert answer.status_code in {201, 400}
    for run in house.runs():
        assert {tags.GENERATION, tags.ENGINE}.isdisjoint(run.tags)
        assert all(CODE not in value for name, value in run.tags.items() if name != tags.TITLE)


def test_what_was_created_is_what_is_read(house: House) -> None:
    created = house.create({"input_source": {"path": house.upload()}}).json()["data"]

    read = house.api.get(f"/api/bulk-jobs/{created['id']}", headers=house.bearer()).json()["data"]

    assert read == {name: value for name, value in created.items() if name != "validation"}
    assert read["title"] == "ideas.csv"


def test_a_sheet_too_slow_to_read_is_accepted_and_read_by_the_job(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    upload, reading = house.upload(), threading.Event()
    monkeypatch.setattr(checking, "load_sheet", lambda *_: reading.wait(60))
    monkeypatch.setenv("BULKVID_API_SHEET_TIMEOUT_S", "0.2")
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(house.workplace))) as slow:
        house.api = slow
        answer = house.create({"input_source": {"path": upload}})
        tried = house.create({"input_source": {"path": upload}}, query="?dry_run=true")
    reading.set()

    assert answer.status_code == 202
    data = answer.json()["data"]
    assert (data["items_total"], data["items_pending"], data["validation"]) == (None, None, None)
    assert len(house.runs()) == 1
    assert (tried.status_code, tried.json()["error"]["code"]) == (503, "NETWORK_ERROR")


def test_a_dry_run_tells_findings_and_an_estimate_and_creates_nothing(house: House) -> None:
    answer = house.create({"input_source": {"path": house.upload()}}, query="?dry_run=true")

    assert answer.status_code == 200
    data = answer.json()["data"]
    assert data["items_total"] == 2
    assert data["validation"]["rows"]["rejected"] == 2
    estimate = data["estimate"]
    assert estimate["videos"] == 2
    assert 2 < estimate["video_seconds"] < 60
    assert estimate["storage_bytes"] > 100_000
    assert estimate["processing_time_ms"] > 0
    assert estimate["work_time_ms"] > 0
    assert estimate["voice_cost"] == 0
    assert estimate["based_on_rows"] == 0
    assert estimate["machines"] == 1
    assert house.runs() == []


@pytest.mark.parametrize(
    ("change", "status", "code", "field", "words"),
    [
        ({"input_source": {"sheet_id": "My Video Ideas Sheet"}}, 400, "INVALID_SHEET_ID", "input_source.sheet_id", ""),
        (
            {"input_source": {"path": "UPLOAD", "range": "rows 1 to 100"}},
            400,
            "INVALID_RANGE",
            "input_source.range",
            "Invalid range format: 'rows 1 to 100'",
        ),
        ({"input_source": {"path": "UPLOAD", "range": "A1:10"}}, 400, "INVALID_RANGE", "input_source.range", "Invalid"),
        (
            {"input_source": {"path": "UPLOAD", "range": "A900:J950"}},
            400,
            "INVALID_RANGE",
            "input_source.range",
            "Invalid range format: Range 'A900:J950' is invalid or out of bounds",
        ),
        ({"input_source": {}}, 400, "INVALID_SPEC", "input_source", "No sheet is named"),
        ({"input_source": {"path": "/etc/passwd"}}, 403, "PLACE_NOT_ALLOWED", "input_source.path", "Permission denied"),
        ({"input_source": {"path": "ideas.csv"}}, 403, "PLACE_NOT_ALLOWED", "input_source.path", "Permission denied"),
        (
            {"input_source": {"path": "upload_0123456789abcdef_ideas-012345"}},
            404,
            "UPLOAD_NOT_FOUND",
            "input_source.path",
            "not found",
        ),
        (
            {"output": {"output_bucket": "file:///tmp"}},
            403,
            "PLACE_NOT_ALLOWED",
            "output.output_bucket",
            "Storage access denied",
        ),
        (
            {"output": {"output_bucket": "somebodys-bucket"}},
            403,
            "PLACE_NOT_ALLOWED",
            "output.output_bucket",
            "Storage access denied",
        ),
        ({"output": {"output_bucket": "No Bucket!"}}, 400, "INVALID_SPEC", "output.output_bucket", ""),
        ({"output": {"format": "webm", "video_codec": "h264"}}, 400, "INVALID_SPEC", "output", "webm cannot hold h264"),
        (
            {"template": {"template_id": "tpl_abc123"}},
            500,
            "TEMPLATE_NOT_FOUND",
            "template.template_id",
            "Template not",
        ),
        ({"template": {"template_id": "my template"}}, 400, "INVALID_SPEC", "template.template_id", "not valid"),
        ({"processing_deadline_ms": 5}, 400, "INVALID_SPEC", "processing_deadline_ms", "out of bounds"),
        ({"max_machines": 0}, 400, "INVALID_SPEC", "max_machines", "greater than or equal to 1"),
        ({"max_machines": 201}, 400, "INVALID_SPEC", "max_machines", "less than or equal to 200"),
        ({"max_machines": "all"}, 400, "INVALID_SPEC", "max_machines", "integer"),
        ({"priority": "asap"}, 400, "INVALID_SPEC", "priority", ""),
        ({"colour": "red"}, 400, "INVALID_SPEC", "colour", "unknown field"),
        ({"callback_url": "ftp://x"}, 400, "INVALID_SPEC", "callback_url", "web address"),
        ({"user_id": "ben"}, 403, "ACCESS_DENIED", "user_id", "Insufficient permissions"),
        ({"project_id": "sport"}, 403, "ACCESS_DENIED", "project_id", "Insufficient permissions"),
        ({"write_back": True}, 400, "INVALID_SPEC", "write_back", "write_back"),
    ],
)
def test_what_is_wrong_is_refused_before_anything_is_created(
    house: House, change: dict[str, Any], status: int, code: str, field: str, words: str
) -> None:
    upload = house.upload()
    body = {"input_source": {"path": "UPLOAD"}, **change}
    body = json.loads(json.dumps(body).replace("UPLOAD", upload))

    error = refused(house, body)

    assert (error["status"], error["code"], error["field"]) == (status, code, field), error
    assert words in error["message"]


def test_several_faults_are_told_at_once(house: House) -> None:
    error = refused(house, {"priority": "asap", "input_source": {"path": house.upload(), "range": "A1:10"}})

    assert [problem["field"] for problem in error["details"]] == ["priority", "input_source.range"]


@pytest.mark.parametrize("url", ["http://127.0.0.1/hook", "http://10.0.0.1/", "http://169.254.169.254/latest"])
def test_a_callback_to_a_private_address_is_refused(house: House, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    monkeypatch.setenv("BULKVID_WEBHOOK_SECRET", "whsec_" + "c2VjcmV0" * 5)
    settings.cache_clear()
    upload = house.upload()
    with TestClient(create_app(settings(), home_of(house.workplace))) as api:
        house.api = api
        error = refused(house, {"input_source": {"path": upload}, "callback_url": url})

    assert (error["status"], error["code"], error["field"]) == (403, "CALLBACK_TARGET_REFUSED", "callback_url")


@pytest.mark.parametrize(
    ("rows", "level"), [([idea("One"), idea("Two", "")], "strict"), ([idea("One", ""), idea("Two", "")], "moderate")]
)
def test_a_sheet_that_stops_its_job_is_refused_with_its_findings(
    house: House, rows: list[dict[str, str]], level: str
) -> None:
    error = refused(house, {"input_source": {"path": house.upload(rows)}, "validation_level": level})

    assert (error["status"], error["code"]) == (400, "VALIDATION_FAILED")
    assert error["details"]["stops_job"] is True
    assert any(finding["column"] == "script_content" for finding in error["details"]["findings"])


def test_another_projects_upload_does_not_exist(house: House) -> None:
    foreign = house.upload(project="sport")

    error = refused(house, {"input_source": {"path": foreign}})

    assert (error["status"], error["code"]) == (404, "UPLOAD_NOT_FOUND")


def test_without_a_web_server_nothing_is_created(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    upload = house.upload()
    monkeypatch.setenv("BULKVID_DAGSTER_URL", "http://127.0.0.1:9")
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(house.workplace))) as api:
        house.api = api
        error = refused(house, {"input_source": {"path": upload}})

    assert (error["status"], error["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert error["message"].startswith("Processing service unavailable")


@pytest.mark.parametrize("body", ["", "[]", "{", '{"input_source": "\\ud800"}', '{"\\ud800": 1}', "[" * 5000, "null"])
def test_a_body_that_is_no_job_is_a_bad_request(house: House, body: str) -> None:
    headers = {**house.bearer(), "Content-Type": "application/json"}
    answer = house.api.post("/api/bulk-jobs", content=body, headers=headers)

    assert answer.status_code == 400, answer.text


@ON_BOTH_DATABASES
def test_twenty_clients_with_one_key_make_one_job(house: House) -> None:
    body = {"input_source": {"path": house.upload()}}
    together = threading.Barrier(20)
    headers = {**house.bearer(), "Idempotency-Key": "spring-1"}

    def ask(_: int) -> Any:
        together.wait()
        return house.api.post("/api/bulk-jobs", json=body, headers=headers)

    with ThreadPoolExecutor(20) as clients:
        answers = list(clients.map(ask, range(20)))

    made = [answer for answer in answers if answer.status_code == 201]
    waiting = [answer for answer in answers if answer.status_code == 409]
    assert made
    assert len(made) + len(waiting) == 20, [answer.text for answer in answers]
    assert all(answer.headers["Retry-After"] == "1" for answer in waiting)
    assert len({answer.text for answer in made}) == 1
    assert len(house.runs()) == 1
    again = house.create(body, headers={"Idempotency-Key": "spring-1"})
    assert (again.status_code, again.text) == (201, made[0].text)
    assert again.headers["Idempotent-Replayed"] == "true"


def test_the_key_with_another_body_is_refused_and_a_refused_body_frees_its_key(house: House) -> None:
    key = {"Idempotency-Key": "spring-1"}
    upload = house.upload()
    assert house.create({"input_source": {"path": upload}, "priority": "asap"}, headers=key).status_code == 400
    assert house.create({"input_source": {"path": upload}}, headers=key).status_code == 201

    other = house.create({"input_source": {"path": upload}, "title": "Other"}, headers=key)

    assert (other.status_code, other.json()["error"]["code"]) == (422, "IDEMPOTENCY_KEY_REUSED")
    assert house.create({"input_source": {"path": upload}}, headers=key, who={"user": "ben"}).status_code == 201
    assert len(house.runs()) == 2


def test_a_launch_whose_answer_is_lost_is_gone_on_with_by_the_next_request_with_the_key(house: House) -> None:
    house.dagster.launches = [lost]
    body, key = {"input_source": {"path": house.upload()}}, {"Idempotency-Key": "spring-1"}
    first = house.create(body, headers=key)
    assert (first.status_code, house.runs()) == (503, [])

    house.dagster.launches = [launched_without_saying]
    second = house.create(body, headers=key)

    assert second.status_code == 201, second.text
    (run,) = house.runs()
    assert run.tags[tags.JOB_ID] == second.json()["data"]["id"]
    house.dagster.launches = [launched]
    assert house.create(body, headers=key).text == second.text
    assert len(house.runs()) == 1


@pytest.mark.parametrize("key", ["x" * 256, "k\u00e9y".encode().decode("latin-1")])
def test_a_key_that_is_no_key_is_a_bad_request(house: House, key: str) -> None:
    headers = {**house.bearer(), "Idempotency-Key": key}
    encoded = {name: value.encode("latin-1") for name, value in headers.items()}
    answer = house.api.post("/api/bulk-jobs", json={"input_source": {"path": "x"}}, headers=encoded)  # type: ignore[arg-type]

    assert (answer.status_code, answer.json()["error"]["field"]) == (400, "Idempotency-Key")


def test_the_allow_list_of_a_project_opens_buckets_sheets_and_templates(
    house: House, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "brand.json").write_text('{"template_id": "brand", "name": "Brand"}')
    error = refused(house, {"input_source": {"sheet_id": "1A2B3C4D5E6F7G8H9I0J"}}, who={"project": "news"})
    assert (error["status"], error["field"]) == (403, "input_source.sheet_id")
    upload = house.upload(project="news")
    own = house.api.put("/api/templates/tpl_abc123", json={"name": "Ours"}, headers=house.bearer(project="news"))
    assert own.status_code in {200, 201}, own.text
    body = {"input_source": {"path": upload}, "template": {"template_id": "tpl_abc123"}}
    assert house.create(body, who={"project": "news"}, query="?dry_run=true").status_code == 200
    assert refused(house, body)["code"] == "TEMPLATE_NOT_FOUND"
    body = {"input_source": {"path": upload}, "template": {"template_id": "brand"}}
    error = refused(house, body, who={"project": "news"})
    assert (error["status"], error["field"]) == (403, "template.template_id")

    monkeypatch.setenv("BULKVID_API_ALLOWED", json.dumps({"news": {"templates": ["brand"]}}))
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(house.workplace))) as api:
        house.api = api
        assert house.create(body, who={"project": "news"}).status_code == 201


def test_a_job_is_in_the_list_as_soon_as_it_is_created(house: House) -> None:
    upload_id = house.upload()
    for number in range(1, 4):
        assert house.create({"input_source": {"path": upload_id}}).status_code == 201
        listed = house.api.get("/api/bulk-jobs", headers=house.bearer()).json()["data"]["items"]
        assert len(listed) == number
