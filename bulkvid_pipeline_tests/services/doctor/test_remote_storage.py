"""S3 as it is, and as it should not be, with a real server of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, SwiftS3
from bulkvid_pipeline_tests.services.doctor.conftest import Look

pytestmark = pytest.mark.heavy

Given = Callable[..., dict[str, str]]


@pytest.fixture(scope="module")
def server() -> Iterator[SwiftS3]:
    with SwiftS3() as running:
        yield running


@pytest.fixture
def s3(server: SwiftS3) -> Given:
    """Settings for a new bucket of the owner."""
    numbers = itertools.count(1)

    def given(bucket: str = "", **changed: str) -> dict[str, str]:
        bucket = bucket or server.create_bucket(f"doctor-{next(numbers)}-{free_port()}")
        settings = {"OUTPUT_URL": f"s3://{bucket}/films", "S3_ENDPOINT_URL": server.endpoint_url, "S3_REGION": REGION}
        settings |= {"S3_KEY": OWNER.key, "S3_SECRET": OWNER.secret, **changed}
        return {f"BULKVID_{name}": value for name, value in settings.items()}

    return given


def test_a_bucket_is_written_and_its_links_open_and_nothing_stays(look: Look, server: SwiftS3, s3: Given) -> None:
    bucket = server.create_bucket("doctor-well")

    assert look("storage", **s3(bucket)).status == "ok"
    links = look("links")
    assert links.status == "ok"
    assert "opened without a login" in links.found
    assert look("clock").status == "ok"
    assert server.keys(bucket) == []


def test_a_wrong_secret_is_broken_and_not_told(look: Look, s3: Given) -> None:
    for name in ("storage", "links"):
        told = look(name, **s3(S3_SECRET="wrong-secret-1"))
        assert told.status == "broken"
        assert "403" in told.found
        assert "wrong-secret-1" not in told.model_dump_json()
    assert "SignatureDoesNotMatch" in look("storage").found


def test_a_bucket_that_is_not_there_is_broken(look: Look, s3: Given) -> None:
    told = look("storage", **s3("doctor-never-made"))

    assert told.status == "broken"
    assert "Output bucket not found" in told.found
    assert told.mend


def test_a_key_that_may_only_read_is_broken(look: Look, server: SwiftS3, s3: Given) -> None:
    server.create_bucket("doctor-read", readable_by=READER)

    told = look("storage", **s3("doctor-read", S3_KEY=READER.key, S3_SECRET=READER.secret))

    assert told.status == "broken"
    assert "denied" in told.found


def test_a_bucket_without_room_is_broken(look: Look, server: SwiftS3, s3: Given) -> None:
    server.create_bucket("doctor-full", quota_bytes=1)

    assert "quota" in look("storage", **s3("doctor-full")).found


def test_a_server_that_is_stopped_or_silent_is_broken(look: Look, s3: Given, silent_address: str) -> None:
    told = look("storage", **s3(S3_ENDPOINT_URL=f"http://127.0.0.1:{free_port()}"))
    assert told.status == "broken"
    assert "Connection to the storage failed" in told.found
    told = look("storage", limit_s=1.0, BULKVID_S3_ENDPOINT_URL=silent_address)
    assert told.status == "broken"
    assert "answer" in told.found


def test_a_shared_cache_that_cannot_be_reached_is_a_warning(look: Look, server: SwiftS3, s3: Given) -> None:
    bucket = server.create_bucket("doctor-cache")

    assert look("shared-cache", **s3(bucket), BULKVID_CACHE_BUCKET=bucket).status == "ok"
    assert look("shared-cache", BULKVID_CACHE_BUCKET="doctor-nowhere").status == "warning"
