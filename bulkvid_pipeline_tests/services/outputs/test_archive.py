"""All videos as one ZIP: whole, resumed at any place, and ended clearly when something goes wrong."""

from __future__ import annotations

import io
import json
import os
import random
import shutil
import subprocess
import tracemalloc
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage.store import LARGEST_PIECE_BYTES
from bulkvid_pipeline.core.errors import NetworkError, NotFoundError, StoredObjectChangedError
from bulkvid_pipeline.services.outputs.archive import AT_ONCE, MISSING, Archive, job_archive
from bulkvid_pipeline.services.outputs.archived_report import report_of_rows
from bulkvid_pipeline.services.outputs.checksums import Checksums
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.adapters.test_exchanges import Kept
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3
from bulkvid_pipeline_tests.services.jobs.test_job_list import a_job
from bulkvid_pipeline_tests.services.outputs.stored_job import SHEET, StoredJob

REPORT = ("report.html", "results.csv", "manifest.json")
AT = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.fixture
def made(tmp_path: Path) -> StoredJob:
    """A job with four finished rows, one of them in two formats, and one that failed."""
    links = Links(Settings(output_url=f"file://{tmp_path}/videos"), b"k" * 32)
    return filled(StoredJob(links, a_job(1, output=f"file://{tmp_path}/videos", title="مرحبا")))


@pytest.fixture
def cache(tmp_path: Path) -> FolderCache:
    return FolderCache(tmp_path / "cache", 10_000_000)


def filled(job: StoredJob) -> StoredJob:
    job.finish(2, ["youtube", "tiktok"], size=300_000)
    job.finish(3, name="größe-東京-مرحبا", size=5_000)
    job.fail(4)
    job.finish(5, size=1_200_000)
    job.finish(6)
    return job


def archive_of(job: StoredJob, cache: FolderCache | None = None, rows: tuple[int, ...] = ()) -> Archive:
    """As another process would open it, which shares nothing but the cache."""
    chosen = [row for row in job.rows if not rows or row.sheet_row in rows]
    return job_archive(job.files, chosen, Checksums(job.storage, cache), name="ideas.zip")


def whole(archive: Archive) -> bytes:
    return b"".join(archive.stream(0, archive.size))


def unpacked(content: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def test_an_archive_has_every_file_in_the_layout_of_the_output_folder(made: StoredJob) -> None:
    archive = archive_of(made)
    content = whole(archive)
    files = unpacked(content)
    assert len(content) == archive.size
    assert list(files)[:3] == list(REPORT)
    assert {name: data for name, data in files.items() if name not in REPORT} == made.contents


@pytest.mark.skipif(shutil.which("unzip") is None, reason="needs unzip")
def test_another_program_finds_nothing_wrong_with_it(made: StoredJob, tmp_path: Path) -> None:
    (tmp_path / "all.zip").write_bytes(whole(archive_of(made)))
    tested = subprocess.run(["unzip", "-t", tmp_path / "all.zip"], capture_output=True, text=True, check=False)
    assert (tested.returncode, tested.stderr) == (0, ""), tested.stdout


def test_the_same_files_make_the_same_bytes_and_others_another_etag(made: StoredJob, cache: FolderCache) -> None:
    first = archive_of(made)
    assert whole(first) == whole(archive_of(made, cache)) == whole(archive_of(made, cache))
    assert first.etag == archive_of(made, cache).etag
    some = archive_of(made, rows=(2,))
    made.finish(6, size=1_001)
    assert len({first.etag, some.etag, archive_of(made).etag}) == 3
    assert archive_of(made, rows=(2,)).etag == some.etag, "what happens to other rows does not cut a download"


def test_chosen_rows_come_with_a_report_of_their_own(made: StoredJob) -> None:
    files = unpacked(whole(archive_of(made, rows=(3, 4))))
    assert {name for name in files if name not in REPORT} == {name for name in made.contents if "größe" in name}
    manifest = json.loads(files["manifest.json"])
    assert [(row["sheet_row"], row["state"]) for row in manifest["rows"]] == [(3, "completed"), (4, "failed")]
    assert all(path in files for row in manifest["rows"] for each in row["outputs"] for path in links_of(each))
    assert "Title 3" in files["report.html"].decode()
    assert "Title 5" not in files["report.html"].decode()


def links_of(output: dict[str, str]) -> list[str]:
    return [output[kind] for kind in ("video", "poster", "srt", "vtt", "document")]


def test_a_published_report_is_taken_where_it_tells_of_just_these_videos(made: StoredJob) -> None:
    published = report_of_rows(made.job, made.rows, (), AT)
    published["report.html"] += "<!-- as published -->"
    for name, text in published.items():
        made.storage.write_text(f"{SHEET}/{name}", text)
    assert unpacked(whole(archive_of(made)))["report.html"].decode() == published["report.html"]
    assert "as published" in unpacked(whole(archive_of(made, rows=(2, 3, 5, 6))))["report.html"].decode()
    assert "as published" not in unpacked(whole(archive_of(made, rows=(2,))))["report.html"].decode()
    made.finish(7)
    assert "Title 7" in unpacked(whole(archive_of(made)))["report.html"].decode(), "one that is older is not"


def test_any_range_of_the_archive_is_the_same_as_of_the_whole(made: StoredJob, cache: FolderCache) -> None:
    content = whole(archive_of(made))
    rng = random.Random(7)
    for _ in range(40):
        begin = rng.randrange(len(content))
        length = min(rng.choice([1, 40, 3_000, len(content)]), len(content) - begin)
        kept = cache if rng.random() < 0.5 else None
        assert b"".join(archive_of(made, kept).stream(begin, length)) == content[begin : begin + length]


def test_a_download_that_is_cut_anywhere_goes_on_and_reads_only_the_rest(made: StoredJob, cache: FolderCache) -> None:
    size = archive_of(made).size
    rng = random.Random(3)
    for _ in range(6):
        cache.shrink(0)
        got, reads = b"", Kept()
        exchanges.listen(reads)
        try:
            while len(got) < size:
                archive = archive_of(made, cache)
                goal = len(got) + rng.randrange(1, size)
                with closing(archive.stream(len(got), size - len(got))) as stream:  # type: ignore[type-var]
                    for piece in stream:
                        got += piece
                        if len(got) >= goal:
                            got = got[: len(got) - rng.randrange(min(5_000, len(piece)))]  # lost on the way
                            break
        finally:
            exchanges.ignore(reads)
        assert unpacked(got).keys() == {*REPORT, *made.contents}
        read = sum(seen.response_bytes or 0 for seen in reads.all if seen.operation == "read part")
        assert read < size * 3, "what was cut is read again at most by a piece and the files read ahead"


def test_where_nothing_is_known_of_the_beginning_it_is_read_only_for_the_end(made: StoredJob) -> None:
    archive = archive_of(made)
    content = whole(archive)
    reads = Kept()
    exchanges.listen(reads)
    try:
        fresh = archive_of(made)
        middle = archive.layout.offsets[6] + 100
        assert b"".join(fresh.stream(middle, 10)) == content[middle : middle + 10]
        assert sum(seen.operation == "read part" for seen in reads.all) <= AT_ONCE + 1
        assert b"".join(fresh.stream(len(content) - 30, 30)) == content[-30:]
    finally:
        exchanges.ignore(reads)


def test_memory_does_not_grow_with_the_videos(made: StoredJob) -> None:
    made.finish(7, size=40_000_000)
    made.contents.clear()
    archive = archive_of(made)
    tracemalloc.start()
    sent = sum(len(piece) for piece in archive.stream(0, archive.size))
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert sent == archive.size > 40_000_000
    assert most < 4 * LARGEST_PIECE_BYTES


def test_an_object_that_changes_or_vanishes_in_midst_ends_the_archive_with_an_error(made: StoredJob) -> None:
    key = next(key for key in made.contents if key.startswith("row-5/") and key.endswith(".mp4"))
    archive = archive_of(made)
    stream = archive.stream(0, archive.size)
    next(stream)
    made.storage.write_bytes(f"{SHEET}/{key}", os.urandom(1_200_000))
    with pytest.raises(StoredObjectChangedError, match="row-5"):
        list(stream)
    gone = archive_of(made)
    stream = gone.stream(0, gone.size)
    next(stream)
    made.storage.delete(f"{SHEET}/{key}")
    with pytest.raises(NotFoundError, match="row-5"):
        list(stream)


def test_files_that_are_gone_before_it_begins_are_named_in_it(made: StoredJob) -> None:
    gone = [key for key in made.contents if key.startswith("row-5/")]
    for key in gone:
        made.storage.delete(f"{SHEET}/{key}")
    files = unpacked(whole(archive_of(made)))
    assert all(key in files[MISSING].decode() for key in gone)
    assert files.keys() - {MISSING, *REPORT} == made.contents.keys() - set(gone)


def test_a_link_out_of_the_folder_is_not_followed(made: StoredJob, tmp_path: Path) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    key = next(key for key in made.contents if key.endswith(".mp4"))
    path = tmp_path / "videos" / SHEET / key
    path.unlink()
    path.symlink_to(tmp_path / "secret.txt")
    files = unpacked(whole(archive_of(made)))
    assert key not in files
    assert b"secret" not in b"".join(content for name, content in files.items() if name not in REPORT)


@pytest.mark.parametrize("foreign", ["campaigns/other/secret.mp4", "../secret.mp4", f"{SHEET}/row-3/x/y.mp4"])
def test_a_key_that_leads_elsewhere_is_no_file_of_the_row(made: StoredJob, foreign: str) -> None:
    row = next(row for row in made.rows if row.sheet_row == 6)
    assert row.end is not None
    files = ({**row.end.files[0], "video": foreign},)
    made.rows = [replace(row, end=replace(row.end, files=files))]
    names = unpacked(whole(archive_of(made))).keys()
    assert not any(name.endswith(".mp4") for name in names)


def test_a_job_without_finished_videos_has_no_archive(made: StoredJob) -> None:
    with pytest.raises(NotFoundError, match="no finished videos"):
        archive_of(made, rows=(4,))


class Shaky:
    """A storage's backend that fails every other time for a moment."""

    def __init__(self, backend: object) -> None:
        self._backend, self._asked = backend, 0

    def __getattr__(self, name: str) -> object:
        return getattr(self._backend, name)

    def read_part(self, part: object) -> bytes:
        self._asked += 1
        if self._asked % 2:
            raise NetworkError("cut")
        data: bytes = self._backend.read_part(part)  # type: ignore[attr-defined]
        return data


def test_a_piece_that_cannot_be_read_is_tried_again(made: StoredJob) -> None:
    content = whole(archive_of(made))
    made.storage._backend = Shaky(made.storage._backend)  # type: ignore[assignment]
    at_once = RetryPolicy(tries=AT_ONCE * 2 + 2, sleep=lambda _: None)
    archive = job_archive(made.files, made.rows, Checksums(made.storage, None, at_once), name="ideas.zip")
    assert whole(archive) == content


@pytest.fixture(scope="module")
def s3_server() -> Iterator[SwiftS3]:
    with SwiftS3() as server:
        yield server


@pytest.mark.heavy
def test_an_archive_of_a_bucket_is_whole_resumed_and_ended_like_one_of_a_folder(
    s3_server: SwiftS3, cache: FolderCache
) -> None:
    bucket = s3_server.create_bucket("archives")
    settings = Settings(
        s3_endpoint_url=s3_server.endpoint_url,
        s3_key=OWNER.key,
        s3_secret=OWNER.secret,
        s3_region=REGION,
    )
    job = filled(StoredJob(Links(settings, b"k" * 32), a_job(1, output=f"s3://{bucket}/films")))
    content = whole(archive_of(job, cache))
    assert {name: data for name, data in unpacked(content).items() if name not in REPORT} == job.contents
    for begin in (1, 500_000, len(content) // 2, len(content) - 1):
        assert b"".join(archive_of(job, cache).stream(begin, len(content) - begin)) == content[begin:]
    archive = archive_of(job)
    stream = archive.stream(0, archive.size)
    next(stream)
    key = next(key for key in job.contents if key.startswith("row-5/") and key.endswith(".mp4"))
    job.storage.write_bytes(f"{SHEET}/{key}", os.urandom(1_200_000))
    with pytest.raises(StoredObjectChangedError):
        list(stream)
