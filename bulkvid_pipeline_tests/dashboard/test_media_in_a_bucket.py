"""The same files out of a bucket, through the dashboard's own host."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterator

import pytest

from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.dashboard.conftest import Visitors
from bulkvid_pipeline_tests.dashboard.filmed_job import FilmedJob
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.heavy

FILM = os.urandom(700_000)


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The name of a bucket that the installation has the keys of."""
    with SwiftS3() as server:
        monkeypatch.setenv("BULKVID_S3_ENDPOINT_URL", server.endpoint_url)
        monkeypatch.setenv("BULKVID_S3_KEY", OWNER.key)
        monkeypatch.setenv("BULKVID_S3_SECRET", OWNER.secret)
        monkeypatch.setenv("BULKVID_S3_REGION", REGION)
        settings.cache_clear()
        yield server.create_bucket("films")


def test_files_come_whole_in_parts_and_as_an_archive(
    bucket: str, request: pytest.FixtureRequest, workplace: Workplace
) -> None:
    visitors: Visitors = request.getfixturevalue("visitors")  # opened with the keys of the bucket
    visitor = visitors()
    job = FilmedJob(workplace, output=f"s3://{bucket}/campaigns")
    for number in (2, 3):
        job.finish(number, contents={"video": FILM})
    reads = request.getfixturevalue("services").reads
    reads.jobs.refresh(at_once=True)
    storage = reads.links.storage(reads.jobs.find(job.job_id))
    for file in job.folder.rglob("*.*"):
        storage.publish(file, file.relative_to(job.folder.parent).as_posix())
        file.unlink()

    whole = visitor.get(job.media(2, "video"))
    assert (whole.status_code, whole.content) == (200, FILM)
    assert whole.headers["content-type"] == "video/mp4"
    part = visitor.get(job.media(2, "video"), {"Range": "bytes=-1000", "If-Range": whole.headers["etag"]})
    assert (part.status_code, part.content) == (206, FILM[-1000:])
    assert visitor.get(job.media(2, "video"), {"If-None-Match": whole.headers["etag"]}).status_code == 304
    assert visitor.get(job.media(2, "video"), {"Range": "bytes=700000-"}).status_code == 416
    assert visitor.head(job.media(2, "poster")).status_code == 200

    path = f"/jobs/{job.job_id}/videos.zip"
    archive = visitor.get(path)
    with zipfile.ZipFile(io.BytesIO(archive.content)) as found:
        assert found.testzip() is None
        assert sum(found.read(name) == FILM for name in found.namelist()) == 2
    rest = visitor.get(path, {"Range": "bytes=900000-", "If-Range": archive.headers["etag"]})
    assert (rest.status_code, rest.content) == (206, archive.content[900_000:])

    storage.delete(f"{job.job_id}/row-3/youtube-{3:012x}/row-3-youtube.mp4")
    assert visitor.get(job.media(3, "video")).status_code == 404
    with zipfile.ZipFile(io.BytesIO(visitor.get(path).content)) as found:
        assert "row-3-youtube.mp4" in found.read("MISSING-FILES.txt").decode()
