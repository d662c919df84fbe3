"""What every kind of storage promises, asked of a real S3 server, a folder and fsspec's memory alike."""

from __future__ import annotations

import os
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.adapters.storage.store import FIRST_PIECE_BYTES, LARGEST_PIECE_BYTES
from bulkvid_pipeline.core.errors import InvalidRequestError, NotFoundError, StoredObjectChangedError
from bulkvid_pipeline_tests.adapters.conftest import WHATEVER_ITS_AGE
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3


@pytest.fixture(params=["s3", "folder", "memory"])
def storage(
    request: pytest.FixtureRequest, tmp_path: Path, s3_server: SwiftS3, new_bucket_name: Callable[[], str]
) -> Storage:
    if request.param == "s3":
        bucket = s3_server.create_bucket(new_bucket_name())
        return open_storage(
            f"{bucket}/campaigns/2026",
            endpoint_url=s3_server.endpoint_url,
            key=OWNER.key,
            secret=OWNER.secret,
            region=REGION,
            timeout_s=20,
        )
    if request.param == "folder":
        return open_storage(f"file://{tmp_path}/videos")
    return open_storage(f"memory://{uuid.uuid4().hex}/videos")


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(300_000))
    return path


def test_a_published_file_reads_back_the_same(storage: Storage, film: Path) -> None:
    stored = storage.publish(film, "spring/bread/video.mp4", metadata={"row": "17"})
    assert storage.read_bytes("spring/bread/video.mp4") == film.read_bytes()
    assert stored.key == "spring/bread/video.mp4"
    assert stored.url.endswith("/spring/bread/video.mp4")
    assert stored.size == 300_000
    assert stored.etag
    assert stored.content_type == "video/mp4"
    assert abs(datetime.now(UTC) - stored.modified_at) < timedelta(minutes=5)


def test_unusual_characters_in_a_key_are_kept(storage: Storage, film: Path) -> None:
    key = "Größe 1+2/東京 %41&=?#'~.mp4"
    storage.publish(film, key)
    assert storage.read_bytes(key) == film.read_bytes()
    assert [stored.key for stored in storage.list("Größe 1+2/")] == [key]
    storage.delete(key)
    assert storage.exists(key) is None


def test_an_empty_file_can_be_published(storage: Storage, tmp_path: Path) -> None:
    (tmp_path / "empty.srt").touch()
    assert storage.publish(tmp_path / "empty.srt", "a/captions.srt").size == 0
    assert storage.read_bytes("a/captions.srt") == b""


def test_what_exists_is_known_at_once(storage: Storage, film: Path) -> None:
    assert storage.exists("a/video.mp4") is None
    stored = storage.publish(film, "a/video.mp4")
    assert storage.exists("a/video.mp4") == stored
    assert storage.exists("a") is None
    storage.delete("a/video.mp4")
    assert storage.exists("a/video.mp4") is None
    assert storage.list() == []


def test_publishing_again_replaces_the_content(storage: Storage, tmp_path: Path) -> None:
    first, second = tmp_path / "1.json", tmp_path / "2.json"
    first.write_text("1")
    second.write_text("two")
    before = storage.publish(first, "a/video.json")
    after = storage.publish(second, "a/video.json")
    assert storage.read_bytes("a/video.json") == b"two"
    assert after.etag != before.etag


def test_deleting_what_is_not_there_is_no_error(storage: Storage) -> None:
    storage.delete("a/nothing.mp4")


def test_reading_what_is_not_there_is_an_error(storage: Storage) -> None:
    with pytest.raises(NotFoundError, match=r"a/nothing\.json"):
        storage.read_bytes("a/nothing.json")


def test_any_part_of_an_object_can_be_streamed_in_bounded_pieces(storage: Storage, tmp_path: Path) -> None:
    film, size = tmp_path / "long.mp4", 2 * LARGEST_PIECE_BYTES + 12_345
    film.write_bytes(os.urandom(size))
    content, stored = film.read_bytes(), storage.publish(film, "a/video.mp4")
    pieces = list(storage.stream(stored))
    assert b"".join(pieces) == content
    assert max(map(len, pieces)) <= LARGEST_PIECE_BYTES
    assert len(pieces[0]) <= FIRST_PIECE_BYTES, "the first bytes come soon"
    for offset, length in ((0, 1), (size - 1, 1), (size, 0), (1_000, 300_000), (size - 700_000, None)):
        end = size if length is None else offset + length
        assert b"".join(storage.stream(stored, offset, length)) == content[offset:end]
    listed = storage.list("a/")[0]
    assert b"".join(storage.stream(listed, 5, 10)) == content[5:15], "what a listing tells of can be read too"


@pytest.mark.parametrize(("offset", "length"), [(-1, 2), (0, 300_001), (300_001, None), (299_999, 2), (0, -1)])
def test_a_part_outside_the_object_is_refused(storage: Storage, film: Path, offset: int, length: int | None) -> None:
    stored = storage.publish(film, "a/video.mp4")
    with pytest.raises(InvalidRequestError, match="not within"):
        storage.stream(stored, offset, length)


def test_an_object_that_changes_or_vanishes_in_midst_of_a_stream_ends_it_with_an_error(
    storage: Storage, film: Path, tmp_path: Path
) -> None:
    stored = storage.publish(film, "a/video.mp4")
    stream = storage.stream(stored)
    assert next(stream) == film.read_bytes()[:FIRST_PIECE_BYTES]
    other = tmp_path / "other.mp4"
    other.write_bytes(os.urandom(300_000))
    storage.publish(other, "a/video.mp4")
    with pytest.raises(StoredObjectChangedError, match=r"a/video\.mp4"):
        next(stream)
    storage.delete("a/video.mp4")
    with pytest.raises(NotFoundError, match=r"a/video\.mp4"):
        next(storage.stream(stored))


def test_text_is_stored_as_utf8_and_replaced_whole(storage: Storage) -> None:
    storage.write_text("report.html", "<p>" + "long " * 1000)
    stored = storage.write_text("report.html", "<p>été 東京")
    assert storage.read_bytes("report.html").decode() == "<p>été 東京"
    assert stored.size == len("<p>été 東京".encode())


def test_a_listing_has_what_is_published_under_a_prefix(storage: Storage, film: Path) -> None:
    for key in ("b/2.mp4", "a/1.mp4", "b-side/3.mp4", "b/sub/4.mp4"):
        storage.publish(film, key)
    assert [stored.key for stored in storage.list()] == ["a/1.mp4", "b-side/3.mp4", "b/2.mp4", "b/sub/4.mp4"]
    assert [stored.key for stored in storage.list("b/")] == ["b/2.mp4", "b/sub/4.mp4"]
    assert [stored.key for stored in storage.list("b")] == ["b-side/3.mp4", "b/2.mp4", "b/sub/4.mp4"]
    assert [stored.size for stored in storage.list("a/")] == [300_000]
    assert storage.list("c/") == []


def test_a_storage_can_be_checked_before_a_job_and_nothing_stays(storage: Storage) -> None:
    storage.check_writable()
    assert storage.list() == []
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 0


def test_a_missing_local_file_is_named_and_nothing_is_stored(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"gone\.mp4"):
        storage.publish(tmp_path / "gone.mp4", "a/video.mp4")
    assert storage.exists("a/video.mp4") is None


def test_a_folder_in_place_of_the_file_is_refused_and_leaves_nothing(storage: Storage, tmp_path: Path) -> None:
    with pytest.raises(InvalidRequestError, match="not a file"):
        storage.publish(tmp_path, "a/video.mp4")
    assert storage.list() == []


@pytest.mark.parametrize("key", ["", "../a.mp4", "/a.mp4", "a/../../b.mp4", "a\x00.mp4", ".unpublished/a"])
def test_a_key_that_leads_elsewhere_is_refused(storage: Storage, film: Path, key: str) -> None:
    with pytest.raises(InvalidRequestError):
        storage.publish(film, key)
    with pytest.raises(InvalidRequestError):
        storage.write_text(key, "x")
    assert storage.list() == []


def test_eight_threads_publish_at_once(storage: Storage, tmp_path: Path) -> None:
    contents = {f"rows/{number}/video.mp4": os.urandom(200_000 + number) for number in range(16)}

    def publish(key: str) -> None:
        local = tmp_path / key.replace("/", "-")
        local.write_bytes(contents[key])
        storage.publish(local, key)

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(publish, contents))
    assert {stored.key for stored in storage.list()} == set(contents)
    assert all(storage.read_bytes(key) == content for key, content in contents.items())
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 0


def test_eight_threads_publishing_the_same_key_leave_one_whole_object(storage: Storage, tmp_path: Path) -> None:
    locals_ = [tmp_path / f"{number}.mp4" for number in range(8)]
    for number, local in enumerate(locals_):
        local.write_bytes(bytes([number]) * 100_000)
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda local: storage.publish(local, "a/video.mp4"), locals_))
    assert storage.read_bytes("a/video.mp4") in [local.read_bytes() for local in locals_]
