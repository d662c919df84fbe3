"""Storage in a folder: full disks, folders that may not be written, and what a crash leaves."""

from __future__ import annotations

import os
import resource
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.core.errors import (
    InvalidSpecError,
    NotFoundError,
    RenderCancelledError,
    StorageAccessDeniedError,
    StorageQuotaExceededError,
)
from bulkvid_pipeline_tests.adapters.conftest import WHATEVER_ITS_AGE
from bulkvid_pipeline_tests.adapters.test_exchanges import Kept

NOBODY = 65534


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(2_000_000))
    return path


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """A limit on this process that ends a write in the middle, as a disk quota does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@contextmanager
def without_privileges() -> Iterator[None]:
    """Root may write everywhere; this is how everybody else meets a read-only folder."""
    if os.geteuid() != 0:
        yield
        return
    os.setegid(NOBODY)
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
        os.setegid(0)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("mounting needs root; the limit on file size tests the same path")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk_leaves_nothing_behind(small_disk: Path, film: Path) -> None:
    storage = open_storage(f"file://{small_disk}")
    storage.check_writable()
    with pytest.raises(StorageQuotaExceededError, match=r"Insufficient storage quota .*No space left"):
        storage.publish(film, "a/video.mp4")
    with pytest.raises(StorageQuotaExceededError):
        storage.write_text("report.html", "x" * 2_000_000)
    assert storage.list() == []
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 0
    film.write_bytes(b"x" * 500_000)
    assert storage.publish(film, "a/video.mp4").size == 500_000


def test_a_quota_met_in_the_middle_leaves_the_old_content(tmp_path: Path, film: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/videos")
    storage.write_text("a/video.mp4", "what was there before")
    with largest_file(1_000_000), pytest.raises(StorageQuotaExceededError) as caught:
        storage.publish(film, "a/video.mp4")
    assert caught.value.http_status == 507
    with largest_file(1_000_000), pytest.raises(StorageQuotaExceededError):
        storage.write_text("a/video.mp4", "x" * 2_000_000)
    assert storage.read_bytes("a/video.mp4") == b"what was there before"
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 0


def test_a_folder_that_may_not_be_written_is_told_before_the_job_starts() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder, film = Path(name) / "videos", Path(name) / "film.mp4"
        folder.mkdir()
        film.write_bytes(b"film")
        for path in (Path(name), folder):
            path.chmod(0o555)
        storage = open_storage(f"file://{folder}")
        with without_privileges():
            with pytest.raises(StorageAccessDeniedError, match="Storage access denied") as caught:
                storage.check_writable()
            with pytest.raises(StorageAccessDeniedError):
                storage.publish(film, "a/video.mp4")
        assert "folder" in caught.value.fix
        assert storage.list() == []
        for path in (folder, Path(name)):
            path.chmod(0o755)


def test_a_file_in_place_of_the_folder_is_a_wrong_setting(tmp_path: Path, film: Path) -> None:
    with pytest.raises(InvalidSpecError, match="cannot be used"):
        open_storage(f"file://{film}").check_writable()
    storage = open_storage(str(tmp_path / "videos"))
    storage.publish(film, "a")
    with pytest.raises(InvalidSpecError):
        storage.publish(film, "a/video.mp4")
    assert storage.exists("a/video.mp4") is None


def test_a_folder_of_that_name_is_no_object(tmp_path: Path, film: Path) -> None:
    storage = open_storage(str(tmp_path / "videos"))
    storage.publish(film, "a/video.mp4")
    with pytest.raises(InvalidSpecError):
        storage.publish(film, "a")
    with pytest.raises(InvalidSpecError):
        storage.read_bytes("a")
    assert [stored.key for stored in storage.list()] == ["a/video.mp4"]


def test_published_files_have_usual_permissions(tmp_path: Path, film: Path) -> None:
    film.chmod(0o600)
    storage = open_storage(f"file://{tmp_path}/videos")
    storage.publish(film, "a/video.mp4")
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE((tmp_path / "videos/a/video.mp4").stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_published_file_is_a_copy_that_later_changes_do_not_reach(tmp_path: Path, film: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/videos")
    before = film.read_bytes()
    storage.publish(film, "a/video.mp4")
    film.write_bytes(b"changed")
    assert storage.read_bytes("a/video.mp4") == before


KILLED_WHILE_WRITING = """
import os, shutil, sys
from pathlib import Path
from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage import open_storage

def die_in_the_middle(source, target):
    Path(target).write_bytes(Path(source).read_bytes()[:1000])
    os.kill(os.getpid(), 9)

shutil.copyfile = die_in_the_middle
open_storage(sys.argv[1]).publish(Path(sys.argv[2]), "a/video.mp4")
"""


def test_what_a_killed_process_left_is_invisible_and_swept_by_age(tmp_path: Path, film: Path) -> None:
    place = f"file://{tmp_path}/videos"
    command = [sys.executable, "-c", textwrap.dedent(KILLED_WHILE_WRITING), place, str(film)]
    assert subprocess.run(command, check=False).returncode == -9
    storage = open_storage(place)
    assert storage.list() == []
    assert storage.exists("a/video.mp4") is None
    [left] = (tmp_path / "videos" / ".unpublished").iterdir()
    assert left.stat().st_size == 1000
    assert storage.sweep_temporaries(timedelta(hours=1)) == 0
    os.utime(left, (time.time() - 7200,) * 2)
    assert storage.sweep_temporaries(timedelta(hours=1)) == 1
    storage.publish(film, "a/video.mp4")
    assert storage.read_bytes("a/video.mp4") == film.read_bytes()


def test_a_relative_place_stays_where_it_was_opened(
    tmp_path: Path, film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    storage = open_storage("file://videos")
    monkeypatch.chdir("/")
    stored = storage.publish(film, "a/größe 1.mp4")
    assert (tmp_path / "videos" / "a" / "größe 1.mp4").is_file()
    assert stored.url == (tmp_path / "videos" / "a" / "größe 1.mp4").as_uri()
    assert storage.signed_url("a/größe 1.mp4", 60) == stored.url


def test_reading_before_anything_was_written_is_a_missing_object(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/videos")
    assert storage.list() == []
    assert storage.exists("a/video.json") is None
    with pytest.raises(NotFoundError):
        storage.read_bytes("a/video.json")
    assert not (tmp_path / "videos").exists()


def test_each_piece_of_a_stream_is_seen_by_diagnostics_and_a_stop_ends_it(tmp_path: Path, film: Path) -> None:
    storage, stopping, seen = open_storage(f"file://{tmp_path}/videos"), Stopping(), Kept()
    stored = storage.publish(film, "a/video.mp4")
    exchanges.listen(seen)
    try:
        stream = storage.interruptible(stopping).stream(stored, 1000)
        piece = next(stream)
        assert (seen.last.operation, seen.last.response_bytes) == ("read part", len(piece))
        assert seen.last.request_headers["range"] == f"bytes=1000-{1000 + len(piece) - 1}"
        stopping.stop()
        with pytest.raises(RenderCancelledError):
            next(stream)
    finally:
        exchanges.ignore(seen)


def test_a_listing_has_files_alone_and_their_urls_open_them(tmp_path: Path) -> None:
    storage = open_storage(f"file://{tmp_path}/my videos")
    storage.write_text("größe 1%/a b#.txt", "x")
    (tmp_path / "my videos" / "größe 1%" / "folder").mkdir()
    (listed,) = storage.list()
    assert listed == storage.exists("größe 1%/a b#.txt")
    assert listed.url == (tmp_path / "my videos" / "größe 1%" / "a b#.txt").as_uri()
