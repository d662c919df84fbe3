"""Creating jobs over Google's and S3's servers: what they refuse is refused with the texts of the error reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi.testclient import TestClient

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline_tests.api.conftest import Bearer
from bulkvid_pipeline_tests.api.house import House, dagster, refused
from bulkvid_pipeline_tests.launch.instance_dagster import InstanceDagster
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, Login, SwiftS3
from bulkvid_pipeline_tests.workplace import Workplace, idea

__all__ = ["dagster"]  # the fixture
pytestmark = pytest.mark.heavy

BUCKETS = ["my-videos", "of-others", "tiny", "missing"]


@pytest.fixture(scope="module")
def google() -> Iterator[GooglePeer]:
    with GooglePeer() as peer:
        yield peer


@pytest.fixture(scope="module")
def s3() -> Iterator[SwiftS3]:
    with SwiftS3() as server:
        server.create_bucket("my-videos")
        server.create_bucket("of-others")
        server.create_bucket("tiny", quota_bytes=1)
        yield server


@pytest.fixture
def login(request: pytest.FixtureRequest) -> Login:
    """The owner of all buckets, unless a test says otherwise."""
    found: Login = getattr(request, "param", OWNER)
    return found


@pytest.fixture
def remote(google: GooglePeer, s3: SwiftS3, login: Login, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings that lead to both servers; the buckets are on the list of all projects."""
    for name, value in google.env.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("BULKVID_S3_ENDPOINT_URL", s3.endpoint_url)
    monkeypatch.setenv("BULKVID_S3_KEY", login.key)
    monkeypatch.setenv("BULKVID_S3_SECRET", login.secret)
    monkeypatch.setenv("BULKVID_S3_REGION", REGION)
    monkeypatch.setenv("BULKVID_API_ALLOWED", json.dumps({"*": {"outputs": BUCKETS}}))


@pytest.fixture
def house(
    remote: None,  # noqa: ARG001
    workplace: Workplace,
    dagster: InstanceDagster,
    api: TestClient,
    bearer: Bearer,
) -> House:
    return House(api, workplace, dagster, bearer)


def rows(*ideas: dict[str, str]) -> list[list[str]]:
    return [list(COLUMNS), *([row.get(column, "") for column in COLUMNS] for row in ideas)]


def test_a_public_sheet_and_an_allowed_bucket_make_a_job(house: House, google: GooglePeer, s3: SwiftS3) -> None:
    sheet = google.add_sheet(rows(idea("One"), idea("Two")), public=True)
    body = {
        "input_source": {"type": "sheet", "sheet_id": sheet, "range": "A1:Z1000"},
        "output": {"output_bucket": "my-videos"},
    }
    read_before = google.count("")

    answer = house.create(body)

    assert (answer.status_code, answer.json()["data"]["items_total"]) == (201, 2), answer.text
    assert google.count("") - read_before <= 2
    assert s3.keys("my-videos") == []
    assert len(house.runs()) == 1


@pytest.mark.parametrize(
    ("sheet_range", "shared", "exists", "status", "code", "field", "words"),
    [
        ("A1:J100", False, False, 404, "SHEET_NOT_FOUND", "input_source.sheet_id", "Sheet not found: Sheet ID '"),
        ("A1:J100", False, True, 403, "SHEET_ACCESS_DENIED", "input_source.sheet_id", "Permission denied: "),
        ("Nowhere!A1:J100", True, True, 400, "INVALID_RANGE", "input_source.range", "Invalid range format: "),
    ],
)
def test_a_sheet_that_cannot_be_read_is_refused(
    house: House,
    google: GooglePeer,
    sheet_range: str,
    shared: bool,
    exists: bool,
    status: int,
    code: str,
    field: str,
    words: str,
) -> None:
    sheet = google.add_sheet(rows(idea("One")), public=shared) if exists else "1A2B3C4D5E6F7G8H9I0J"

    error = refused(house, {"input_source": {"sheet_id": sheet, "range": sheet_range}})

    assert (error["status"], error["code"], error["field"]) == (status, code, field), error
    assert error["message"].startswith(words)


def test_a_sheet_without_rows_is_refused(house: House, google: GooglePeer) -> None:
    error = refused(house, {"input_source": {"sheet_id": google.add_sheet(rows(), public=True)}})

    assert (error["status"], error["code"], error["field"]) == (400, "INVALID_SHEET", "input_source.sheet_id")


@pytest.mark.parametrize(
    ("login", "bucket", "status", "code", "words"),
    [
        (OWNER, "missing", 404, "BUCKET_NOT_FOUND", "Output bucket not found"),
        (READER, "of-others", 403, "STORAGE_ACCESS_DENIED", "Storage access denied"),
        (OWNER, "tiny", 507, "STORAGE_QUOTA_EXCEEDED", "Insufficient storage quota"),
    ],
    indirect=["login"],
)
def test_an_output_place_that_cannot_be_written_is_refused(
    house: House, bucket: str, status: int, code: str, words: str
) -> None:
    body: dict[str, Any] = {"input_source": {"path": house.upload()}, "output": {"output_bucket": bucket}}

    error = refused(house, body)

    assert (error["status"], error["code"], error["field"]) == (status, code, "output.output_bucket"), error
    assert error["message"].startswith(words)


def test_uploads_may_be_kept_in_a_bucket(house: House, s3: SwiftS3, monkeypatch: pytest.MonkeyPatch) -> None:
    from bulkvid_pipeline.api.app import create_app
    from bulkvid_pipeline.settings import settings
    from bulkvid_pipeline_tests.api.conftest import home_of

    s3.create_bucket("sheets")
    monkeypatch.setenv("BULKVID_UPLOADS_URL", "s3://sheets/incoming")
    settings.cache_clear()
    with TestClient(create_app(settings(), home_of(house.workplace))) as api:
        house.api = api
        answer = house.create({"input_source": {"path": house.upload()}})

    assert answer.status_code == 201, answer.text
    assert len(s3.keys("sheets")) == 2
    (run,) = house.runs()
    assert run.tags[tags.TITLE] == "ideas.csv"
