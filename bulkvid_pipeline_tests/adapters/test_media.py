"""Media over real connections: into allowed space alone, bounded in time and size, fetched once per content."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import trustme

from bulkvid_pipeline.adapters.cache import FolderCache
from bulkvid_pipeline.adapters.media import MediaFormat, MediaLibrary, MediaPolicy
from bulkvid_pipeline.adapters.media.library import medium_of, require_picture
from bulkvid_pipeline.adapters.media.sniffing import picture_size
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.adapters.web.addresses import Address, is_allowed
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    MediumError,
    MediumNotFoundError,
    MediumRefusedError,
    NetworkError,
    ServiceUnavailableError,
)
from bulkvid_pipeline_tests import media_files
from bulkvid_pipeline_tests.peers.hook_receiver import Drip, Drop, Flood, Garbage, Reply, Silence
from bulkvid_pipeline_tests.peers.media_server import MediaServer
from bulkvid_pipeline_tests.peers.s3 import OWNER, REGION, SwiftS3

PICTURE = media_files.encoded(media_files.quarters(64, 48))
OTHER = media_files.encoded(media_files.flat(64, 48))
PATIENCE_S = 0.5
QUICK = RetryPolicy(tries=3, first_delay_s=0.01, longest_delay_s=0.02)
OPEN = MediaPolicy(allow_http=True, allow_private=True, deadline_s=5)


@pytest.fixture
def server() -> Iterator[MediaServer]:
    with MediaServer() as running:
        yield running


@pytest.fixture
def cache(tmp_path: Path) -> FolderCache:
    return FolderCache(tmp_path / "cache", 10_000_000)


def library(policy: MediaPolicy = OPEN, cache: FolderCache | None = None) -> MediaLibrary:
    return MediaLibrary(policy, cache, QUICK)


def refused(kind: type[BulkVideoError], source: str, policy: MediaPolicy = OPEN) -> BulkVideoError:
    with pytest.raises(kind) as caught:
        library(policy).identify(source)
    assert caught.value.fix
    assert not caught.value.systemic, "one row's medium never stops the others"
    return caught.value


# What is taken


@pytest.mark.parametrize("headers", [{}, {"Connection": "close"}])
def test_an_answer_that_ends_its_connection_is_read_to_the_end(server: MediaServer, headers: dict[str, str]) -> None:
    large = media_files.encoded(media_files.scenery(640, 480))
    medium = library().identify(server.misbehave("/a.png", Reply(200, headers, large)))
    assert medium.size_bytes == len(large)


@pytest.mark.parametrize(
    ("kind", "expected"), [("png", MediaFormat.PNG), ("jpeg", MediaFormat.JPEG), ("webp", MediaFormat.WEBP)]
)
def test_a_picture_is_known_by_its_content(server: MediaServer, kind: str, expected: MediaFormat) -> None:
    data = media_files.encoded(media_files.quarters(64, 48), kind)
    source = server.serve("/a.mp4?v=1", data)  # whatever its name and type say
    medium = library().identify(source)
    assert (medium.format, medium.size_bytes) == (expected, len(data))
    assert picture_size(data, expected) == (64, 48)
    assert library().content(source, medium.digest) == data


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".webm"])
def test_a_video_is_known_by_its_content(server: MediaServer, tmp_path: Path, suffix: str) -> None:
    source = server.serve("/a.jpg", media_files.clip(tmp_path / f"a{suffix}", seconds=0.2))
    medium = library().identify(source)
    assert medium.format is (MediaFormat.WEBM if suffix == ".webm" else MediaFormat.MP4)
    with pytest.raises(MediumError, match="is a video"):
        require_picture(medium, source)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        (b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"/>', "an SVG drawing"),
        (b"<svg onload='alert(1)'/>", "an SVG drawing"),
        (b"GIF89a" + bytes(40), "a GIF"),
        (b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n", "a playlist"),
        (b"ffconcat version 1.0\nfile /etc/passwd\n", "of an unknown kind"),
        (b"\0\0\0\x1cftypavif" + bytes(20), "an AVIF or HEIC"),
        (b"\x1a\x45\xdf\xa3" + b"\x01matroska" + bytes(60), "a Matroska video"),
        (b"%PDF-1.7", "a TIFF, BMP or PDF"),
        (b"", "empty"),
    ],
)
def test_what_is_no_picture_is_refused_whatever_its_name(server: MediaServer, content: bytes, said: str) -> None:
    error = refused(MediumError, server.serve("/picture.png", content))
    assert said in error.message


@pytest.mark.parametrize(
    "bomb",
    [
        media_files.png_claiming(20_000, 20_000, rows=10),
        media_files.png_claiming(2**31 - 1, 1),
        media_files.png_claiming(0, 10),
        media_files.png_claiming(10, 10)[:14],
        b"RIFF\x20\0\0\0WEBPVP8X\x0a\0\0\0\0\0\0\0" + b"\xff\xff\x3f\xff\xff\x3f" + bytes(10),
        b"\xff\xd8\xff\xc0\0\x11\x08\xff\xff\xff\xff\x03" + bytes(9),
        b"\xff\xd8\xff\xe1\xff\xff",
    ],
    ids=["bomb", "wide", "empty", "cut", "webp", "jpeg", "jpeg without frame"],
)
def test_a_picture_too_large_to_decode_is_refused_by_its_header(bomb: bytes) -> None:
    with pytest.raises(MediumError, match=r"pixels|damaged"):
        medium_of(bomb, "it")


# Where it may come from


def test_a_private_address_is_refused_unless_allowed(server: MediaServer) -> None:
    source = server.serve("/a.png", PICTURE)
    error = refused(MediumRefusedError, source, replace(OPEN, allow_private=False))
    assert "127.0.0.1, which is not on the public internet" in error.message
    assert server.received == []


@pytest.mark.parametrize("address", ["127.0.0.1", "169.254.169.254", "10.0.0.7", "::1", "::ffff:127.0.0.1", "0.0.0.0"])
def test_a_name_that_leads_to_a_private_address_is_refused(server: MediaServer, address: str) -> None:
    policy = replace(OPEN, allow_private=False, resolver=lambda _host, _port: ["93.184.216.34", address])
    refused(MediumRefusedError, f"http://pictures.example:{server.port}/a.png", policy)
    assert server.received == []


def test_the_address_that_was_judged_is_the_one_that_is_asked(server: MediaServer) -> None:
    server.serve("/a.png", PICTURE)
    answers = [["127.0.0.1"], ["192.0.2.1"]]
    policy = replace(OPEN, resolver=lambda _host, _port: answers.pop(0))
    assert library(policy).identify(f"http://pictures.example:{server.port}/a.png").format is MediaFormat.PNG
    assert len(answers) == 1, "one question, and its answer is what we connect to"
    assert server.received[0].headers["host"] == f"pictures.example:{server.port}"


def test_a_redirect_is_followed(server: MediaServer) -> None:
    server.serve("/real.png", PICTURE)
    assert library().identify(server.redirect("/moved.png", "/real.png", 301)).format is MediaFormat.PNG


@pytest.mark.parametrize("inside", ["127.0.0.1", "169.254.169.254", "10.1.2.3"])
def test_a_redirect_into_private_space_is_refused(
    server: MediaServer, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    # All our servers are private; the first one is let through here, so that it is the redirect that is judged.
    validated: list[str] = []

    def first_only(address: Address, *, allow_private: bool) -> bool:
        validated.append(str(address))
        return len(validated) == 1 or is_allowed(address, allow_private=allow_private)

    monkeypatch.setattr("bulkvid_pipeline.adapters.media.web.is_allowed", first_only)
    outside = replace(
        OPEN, allow_private=False, resolver=lambda _host, _port: ["127.0.0.1"] if not validated else [inside]
    )
    server.redirect("/trap.png", "http://inside.example/latest/meta-data/")
    error = refused(MediumRefusedError, f"http://pictures.example:{server.port}/trap.png", outside)
    assert validated == ["127.0.0.1", inside]
    assert f"{inside}, which is not on the public internet" in error.message
    assert len(server.answered) == 1


@pytest.mark.parametrize(
    ("location", "kind", "said"),
    [
        ("file:///etc/passwd", MediumError, "is not a web address"),
        ("//user:pw@127.0.0.1/", MediumError, "password"),
        ("", MediumError, "nowhere"),
        ("/loop.png", MediumError, "more than 5 redirects"),
    ],
)
def test_a_redirect_to_what_is_no_medium_fails(
    server: MediaServer, location: str, kind: type[BulkVideoError], said: str
) -> None:
    assert said in refused(kind, server.redirect("/loop.png", location)).message


def test_plain_http_is_refused_unless_allowed_also_behind_a_redirect(server: MediaServer) -> None:
    source = server.serve("/a.png", PICTURE)
    assert "not encrypted" in refused(MediumRefusedError, source, replace(OPEN, allow_http=False)).message
    authority = trustme.CA()
    served = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("pictures.example").configure_cert(served)
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    policy = replace(OPEN, allow_http=False, tls=trusting, resolver=lambda _host, _port: ["127.0.0.1"])
    with MediaServer(tls=served) as secure:
        secure.serve("/a.png", PICTURE)
        secure.redirect("/down.png", source)
        assert library(policy).identify(secure.url("/a.png", "pictures.example")).format is MediaFormat.PNG
        assert (
            "not encrypted" in refused(MediumRefusedError, secure.url("/down.png", "pictures.example"), policy).message
        )
        refused(NetworkError, secure.url("/a.png", "elsewhere.example"), policy)  # the certificate is another's


def test_secrets_of_an_address_stay_out_of_errors(server: MediaServer) -> None:
    error = refused(MediumNotFoundError, server.url("/none.png?signature=SECRET"))
    assert "SECRET" not in str(error)
    assert "/none.png?..." in error.message


# How much, and how long


def test_an_endless_body_is_left_at_the_size_limit(server: MediaServer) -> None:
    source = server.misbehave("/a.png", Flood())
    refused(MediumError, source)  # it is no picture: seen after the first bytes
    endless = server.misbehave("/b.png", _Endless())
    assert "larger than 1 MB" in refused(MediumError, endless, replace(OPEN, max_bytes=1_000_000)).message
    declared = server.misbehave("/c.png", Reply(200, {"X": "y"}, PICTURE + bytes(2000)))
    refused(MediumError, declared, replace(OPEN, max_bytes=1000))


class _Endless(Flood):
    def act(self, sock: Any, stopped: threading.Event) -> None:
        sock.sendall(b"HTTP/1.1 200 OK\r\n\r\n" + PICTURE)
        while not stopped.is_set():
            sock.sendall(bytes(65536))


@pytest.mark.parametrize("slow", [Drip(), Drip(b"HTTP/1.1 200 OK\r\n\r\n\x89PNG\r\n\x1a\n"), Silence()])
def test_a_slow_server_is_given_up_at_the_deadline(server: MediaServer, slow: Any) -> None:
    source = server.misbehave("/a.png", slow)
    policy = replace(OPEN, deadline_s=PATIENCE_S)
    with pytest.raises(NetworkError, match=r"not fetched within 0\.5 s"):
        MediaLibrary(policy, None, RetryPolicy(tries=1)).identify(source)


def test_transient_faults_are_tried_again(server: MediaServer) -> None:
    server.serve("/a.png", PICTURE)
    cut = Reply(200, {"Content-Length": "9999"}, b"")
    source = server.misbehave("/a.png", Drop(), Reply(503))
    assert library().identify(source).format is MediaFormat.PNG
    assert server.answered == ["/a.png -", "/a.png 503", "/a.png 200"]
    refused(NetworkError, server.misbehave("/b.png", Garbage()))
    refused(ServiceUnavailableError, server.misbehave("/c.png", Reply(429)))
    refused(NetworkError, server.misbehave("/d.png", cut))
    assert server.answered[-3:] == ["/d.png 200"] * 3


@pytest.mark.parametrize(
    ("status", "kind"),
    [(404, MediumNotFoundError), (410, MediumNotFoundError), (403, MediumRefusedError), (418, MediumError)],
)
def test_permanent_faults_are_not(server: MediaServer, status: int, kind: type[BulkVideoError]) -> None:
    refused(kind, server.misbehave("/a.png", Reply(status)))
    assert len(server.answered) == 1


# Once per content


def test_an_address_is_asked_once_a_job_by_however_many_rows(server: MediaServer, cache: FolderCache) -> None:
    source = server.serve("/a.png", PICTURE)
    store = library(cache=cache)
    with ThreadPoolExecutor(8) as pool:
        media = set(pool.map(lambda _: store.identify(source), range(40)))
    assert len(media) == 1
    assert store.content(source, media.pop().digest) == PICTURE
    assert server.answered == ["/a.png 200"]


def test_the_next_job_asks_whether_it_changed_and_fetches_only_what_did(
    server: MediaServer, cache: FolderCache
) -> None:
    source = server.serve("/a.png", PICTURE)
    first = library(cache=cache).identify(source)
    assert library(cache=cache).identify(source) == first
    assert server.answered == ["/a.png 200", "/a.png 304"]
    server.serve("/a.png", OTHER)
    changed = library(cache=cache).identify(source)
    assert changed.digest != first.digest
    assert library(cache=cache).content(source, changed.digest) == OTHER
    assert server.answered[2:] == ["/a.png 200"]


def test_a_server_that_tells_no_versions_is_asked_for_the_content_once_a_job(
    server: MediaServer, cache: FolderCache
) -> None:
    server.with_versions = False
    source = server.serve("/a.png", PICTURE)
    first = library(cache=cache).identify(source)
    server.serve("/a.png", OTHER)
    assert library(cache=cache).identify(source) != first
    assert server.answered == ["/a.png 200"] * 2


def test_a_content_that_was_evicted_is_fetched_again_if_it_is_still_the_same(
    server: MediaServer, cache: FolderCache
) -> None:
    source = server.serve("/a.png", PICTURE)
    store = library(cache=cache)
    digest = store.identify(source).digest
    cache.shrink(0)
    assert store.content(source, digest) == PICTURE
    cache.shrink(0)
    server.serve("/a.png", OTHER)
    with pytest.raises(NetworkError, match="changed while the job was at work"):
        store.content(source, digest)


# The media folder


def test_a_file_of_the_media_folder_is_read_and_noticed_when_it_changes(tmp_path: Path, cache: FolderCache) -> None:
    folder = tmp_path / "media"
    (folder / "summer").mkdir(parents=True)
    (folder / "summer" / "a.png").write_bytes(PICTURE)
    policy = MediaPolicy(folder=folder)
    first = library(policy, cache).identify("summer/a.png")
    assert library(policy, cache).identify("summer/a.png") == first
    (folder / "summer" / "a.png").write_bytes(OTHER)
    assert library(policy, cache).identify("summer/a.png") != first


def test_nothing_outside_the_media_folder_is_read(tmp_path: Path) -> None:
    folder = tmp_path / "media"
    folder.mkdir()
    (tmp_path / "secret.png").write_bytes(PICTURE)
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    policy = MediaPolicy(folder=folder)
    assert "outside the media folder" in refused(MediumRefusedError, "link.png", policy).message
    assert "outside the media folder" in refused(MediumRefusedError, "../secret.png", policy).message
    refused(MediumNotFoundError, "none.png", policy)
    assert "BULKVID_MEDIA_FOLDER" in refused(MediumRefusedError, "a.png", MediaPolicy()).fix


def test_buckets_are_closed_to_sheets_unless_configuration_opens_them() -> None:
    assert "BULKVID_MEDIA_BUCKETS" in refused(MediumRefusedError, "s3://private/a.png", MediaPolicy()).fix
    policy = MediaPolicy(buckets=("brand/photos", "pictures"))
    assert policy.object_of("s3://pictures/2026/a%20b.png") == ("pictures", "2026/a b.png")
    assert policy.object_of("s3://brand/photos/a.png") == ("brand", "photos/a.png")
    for source in ("s3://brand/photosecret/a.png", "s3://brand/a.png", "s3://pictures2/a.png"):
        refused(MediumRefusedError, source, policy)


def test_an_object_of_a_bucket_that_is_open_to_sheets_is_read_and_noticed_when_it_changes(
    s3_server: SwiftS3, new_bucket_name: Callable[[], str], cache: FolderCache
) -> None:
    bucket = s3_server.create_bucket(new_bucket_name())
    storage = open_storage(
        bucket, endpoint_url=s3_server.endpoint_url, key=OWNER.key, secret=OWNER.secret, region=REGION, timeout_s=20
    )
    storage.write_bytes("photos/a b.png", PICTURE)
    policy = MediaPolicy(
        buckets=(f"{bucket}/photos",),
        s3_endpoint_url=s3_server.endpoint_url,
        s3_key=OWNER.key,
        s3_secret=OWNER.secret,
        s3_region=REGION,
    )
    source = f"s3://{bucket}/photos/a%20b.png"
    first = library(policy, cache).identify(source)
    assert library(policy, cache).identify(source) == first
    storage.write_bytes("photos/a b.png", OTHER)
    assert library(policy, cache).identify(source) != first
    refused(MediumNotFoundError, f"s3://{bucket}/photos/none.png", policy)
    refused(MediumError, source, replace(policy, max_bytes=100))
    refused(MediumRefusedError, source, replace(policy, s3_secret="wrong" * 8))
    refused(
        MediumNotFoundError, "s3://no-such-bucket-at-all/a.png", replace(policy, buckets=("no-such-bucket-at-all",))
    )
