"""What users may write as their output place."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path

import fsspec
import pytest
from fsspec.implementations.memory import MemoryFileSystem

from bulkvid_pipeline.adapters.storage import content_type_of, open_storage
from bulkvid_pipeline.adapters.storage.location import FolderLocation, OtherLocation, S3Location, parse_location
from bulkvid_pipeline.adapters.storage.s3_session import S3Connection
from bulkvid_pipeline.core.errors import InvalidSpecError, NetworkError


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my-videos", S3Location("my-videos", "")),
        (" my-videos/2026/spring/ ", S3Location("my-videos", "2026/spring")),
        ("s3://my.videos", S3Location("my.videos", "")),
        ("S3://my-videos//a//b", S3Location("my-videos", "a/b")),
        ("s3a://my-videos/a", S3Location("my-videos", "a")),
        ("file:///srv/videos", FolderLocation(Path("/srv/videos"))),
        ("file:///srv/other/../videos/", FolderLocation(Path("/srv/videos"))),
        ("file://videos", FolderLocation(Path.cwd() / "videos")),
        ("file://./videos", FolderLocation(Path.cwd() / "videos")),
        ("./videos", FolderLocation(Path.cwd() / "videos")),
        ("/srv/my videos", FolderLocation(Path("/srv/my videos"))),
        ("~/videos", FolderLocation(Path.home() / "videos")),
        ("memory://videos", OtherLocation("memory", "memory://videos")),
        ("gs://my-videos/a", OtherLocation("gs", "gs://my-videos/a")),
    ],
)
def test_each_form_of_a_place_is_understood(text: str, expected: object) -> None:
    assert parse_location(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "ab",
        "My-Videos",
        "my_videos",
        "-videos",
        "videos-",
        "my..videos",
        "192.168.0.1",
        "v" * 64,
        "s3://",
        "s3:///videos",
        "my-videos/../other",
        "my-videos/a\x00b",
        "file://",
        "/srv/a\x00b",
        "~nobody-of-this-name/videos",
    ],
)
def test_what_is_no_place_is_refused_with_a_way_out(text: str) -> None:
    with pytest.raises(InvalidSpecError) as caught:
        parse_location(text)
    assert caught.value.fix


@pytest.mark.parametrize(
    "text", ["s3://AKIAKEY:s3cr3t@my-videos/a", "my-videos?secret=s3cr3t", "ftp://me:s3cr3t@host:x/"]
)
def test_a_secret_written_into_the_place_is_not_repeated(text: str) -> None:
    with pytest.raises(InvalidSpecError) as caught:
        open_storage(text)
    assert "s3cr3t" not in str(caught.value)
    assert "AKIAKEY" not in str(caught.value)


@pytest.mark.parametrize("text", ["nonsense://a/b", "http+weird://x"])
def test_a_storage_that_nobody_knows_is_a_wrong_setting(text: str) -> None:
    with pytest.raises(InvalidSpecError, match="cannot be opened"):
        open_storage(text)


def test_a_storage_shows_its_place_but_no_login() -> None:
    storage = open_storage("my-videos/a", key="AKIAKEY", secret="s3cr3t")
    assert repr(storage) == "Storage('s3://my-videos/a/')"
    assert "s3cr3t" not in repr(S3Connection(key="AKIAKEY", secret="s3cr3t"))


def test_the_types_of_all_that_a_row_makes_are_known() -> None:
    names = ("video.mp4", "video.mov", "video.webm", "poster.jpg", "captions.srt", "captions.vtt", "video.json")
    assert [content_type_of(name).partition(";")[0] for name in names] == [
        "video/mp4",
        "video/quicktime",
        "video/webm",
        "image/jpeg",
        "application/x-subrip",
        "text/vtt",
        "application/json",
    ]
    assert content_type_of("report.HTML").startswith("text/html; charset=utf-8")
    assert content_type_of("results.csv").startswith("text/csv; charset=utf-8")
    assert content_type_of("whatever") == "application/octet-stream"


class HangingFileSystem(MemoryFileSystem):  # type: ignore[misc]
    """A storage whose server went away without a word."""

    protocol = "hanging"
    released = threading.Event()

    def info(self, path: str, **_options: object) -> dict[str, object]:
        self.released.wait()
        raise FileNotFoundError(path)


def test_a_storage_that_hangs_is_given_up() -> None:
    fsspec.register_implementation("hanging", HangingFileSystem, clobber=True)
    storage = open_storage("hanging://videos", timeout_s=0.2)
    try:
        with pytest.raises(NetworkError, match=r"no answer within 0\.2 s"):
            storage.exists("a/video.mp4")
    finally:
        HangingFileSystem.released.set()


def test_commands_without_s3_do_not_pay_for_it() -> None:
    code = (
        "import sys; from bulkvid_pipeline.adapters.storage import open_storage; open_storage('file://x');"
        "sys.exit(any(name.startswith(('botocore', 'aiohttp', 's3fs')) for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
