"""A whole job between a Google sheet and an S3 bucket, over real TLS and a real S3 server."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core.columns import COLUMNS
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.jobs.follow import JobWatch
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy


@dataclass(frozen=True)
class Google:
    """The peer, and the address of our service account on it."""

    peer: GooglePeer
    email: str

    def share(self, *rows: dict[str, str]) -> str:
        """A sheet that our account may read; returns its id."""
        cells = [list(COLUMNS), *([row.get(column, "") for column in COLUMNS] for row in rows)]
        return self.peer.add_sheet(cells, shared_with=[self.email])


@pytest.fixture
def google(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[Google]:  # noqa: ARG001
    """The peer as a service account of ours reaches it."""
    with GooglePeer() as peer:
        key = peer.service_account()
        for name, value in peer.env.items():
            monkeypatch.setenv(name, value)
        monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
        monkeypatch.setenv("BULKVID_GOOGLE_CREDENTIALS", str(key.path))
        yield Google(peer, key.email)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[SwiftS3]:
    """An S3 server with the bucket `films`."""
    with SwiftS3() as server:
        server.create_bucket("films")
        monkeypatch.setenv("BULKVID_S3_ENDPOINT_URL", server.endpoint_url)
        monkeypatch.setenv("BULKVID_S3_KEY", OWNER.key)
        monkeypatch.setenv("BULKVID_S3_SECRET", OWNER.secret)
        monkeypatch.setenv("BULKVID_S3_REGION", REGION)
        settings_module.settings.cache_clear()
        yield server


def run(workplace: Workplace, sheet_id: str, bucket: str = "films") -> tuple[bool, JobWatch]:
    spec = BulkJobSpec.for_input(sheet_id, output={"resolution": "720p", "output_bucket": bucket, "prefix": "spring"})
    job_id = new_job_id()
    success = execute_here(spec, workplace.instance, job_id)
    watch = JobWatch(workplace.instance, job_id)
    watch.poll()
    return success, watch


def test_a_google_sheet_becomes_videos_in_a_bucket(workplace: Workplace, google: Google, bucket: SwiftS3) -> None:
    sheet_id = google.share(idea("One"), idea("Two"))

    success, watch = run(workplace, sheet_id)

    assert success, watch.failure
    keys = bucket.keys("films")
    films = sorted(key.rsplit("/", 1)[1] for key in keys if key.endswith(".mp4"))
    assert films == ["one-youtube.mp4", "two-youtube.mp4"]
    assert sum(key.endswith("/video.json") for key in keys) == 2
    assert any(key.startswith("spring/") and key.endswith("/report.html") for key in keys)
    assert not any(key.startswith(".unpublished") for key in keys)
    assert google.peer.count("sheets.") == 1

    _, again = run(workplace, sheet_id)

    assert [row.rendered for row in again.rows] == [False, False]


@pytest.mark.usefixtures("bucket")
def test_a_missing_bucket_is_told_before_the_first_row(workplace: Workplace, google: Google) -> None:
    success, watch = run(workplace, google.share(idea("One")), bucket="no-such-bucket")

    assert not success
    assert watch.rows == ()
    assert "Output bucket not found" in watch.failure


def test_a_sheet_that_is_not_shared_says_how_to_share_it(workplace: Workplace, google: Google, bucket: SwiftS3) -> None:
    success, watch = run(workplace, google.peer.add_sheet([["idea_title"]]))

    assert not success
    assert "Share the sheet" in watch.failure
    assert bucket.keys("films") == []
