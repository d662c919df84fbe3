"""Storage against a real S3 server: permissions, quotas, multipart uploads, and a network that fails."""

from __future__ import annotations

import os
import ssl
import tracemalloc
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
import trustme

from bulkvid_pipeline.adapters.storage import Storage, open_storage
from bulkvid_pipeline.adapters.storage.location import S3Location
from bulkvid_pipeline.adapters.storage.s3 import MAX_COPY_BYTES, MIB, S3Backend
from bulkvid_pipeline.adapters.storage.s3_session import S3Connection, S3Session
from bulkvid_pipeline.adapters.storage.store import FIRST_PIECE_BYTES
from bulkvid_pipeline.core.errors import (
    BucketNotFoundError,
    BulkVideoError,
    InvalidSpecError,
    NetworkError,
    QuotaExceededError,
    ServiceUnavailableError,
    StorageAccessDeniedError,
    StorageQuotaExceededError,
)
from bulkvid_pipeline_tests.adapters.conftest import WHATEVER_ITS_AGE
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, Login, SwiftS3

PART = 5 * MIB


@pytest.fixture
def bucket(s3_server: SwiftS3, new_bucket_name: Callable[[], str]) -> str:
    return s3_server.create_bucket(new_bucket_name())


@pytest.fixture
def proxy(s3_server: SwiftS3) -> Iterator[CuttingProxy]:
    with CuttingProxy(s3_server.port) as proxy:
        yield proxy


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(os.urandom(MIB))
    return path


@pytest.fixture(scope="module")
def long_film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("long") / "film.mp4"
    path.write_bytes(os.urandom(12_000_000))
    return path


def backend_of(
    endpoint_url: str,
    bucket: str,
    *,
    login: Login = OWNER,
    timeout_s: float = 20,
    slowest_bytes_per_s: float = 1e7,
    part_bytes: int = PART,
    copy_part_bytes: int = MAX_COPY_BYTES,
) -> S3Backend:
    connection = S3Connection(endpoint_url=endpoint_url, key=login.key, secret=login.secret, region=REGION)
    session = S3Session(connection, timeout_s=timeout_s, slowest_bytes_per_s=slowest_bytes_per_s)
    return S3Backend(S3Location(bucket, ""), session, part_bytes=part_bytes, copy_part_bytes=copy_part_bytes)


def storage_of(endpoint_url: str, bucket: str, *, login: Login = OWNER, timeout_s: float = 20) -> Storage:
    return Storage(backend_of(endpoint_url, bucket, login=login, timeout_s=timeout_s))


# Uploads


def test_a_plain_bucket_name_opens_the_bucket(s3_server: SwiftS3, bucket: str, film: Path) -> None:
    storage = open_storage(
        bucket, endpoint_url=s3_server.endpoint_url, key=OWNER.key, secret=OWNER.secret, region=REGION
    )
    assert storage.publish(film, "a/video.mp4").url == f"s3://{bucket}/a/video.mp4"


def test_a_long_film_goes_in_parts_and_comes_back_the_same(s3_server: SwiftS3, bucket: str, long_film: Path) -> None:
    stored = storage_of(s3_server.endpoint_url, bucket).publish(long_film, "a/video.mp4")
    assert stored.etag.endswith("-3")
    body = s3_server.client().get_object(Bucket=bucket, Key="a/video.mp4")["Body"].read()
    assert body == long_film.read_bytes()
    assert s3_server.keys(bucket) == ["a/video.mp4"]
    assert s3_server.unfinished_uploads(bucket) == []


@pytest.mark.parametrize("copy_part_bytes", [MIB * 5120, 6 * MIB], ids=["one copy", "copied in parts"])
def test_another_client_sees_content_type_and_metadata(
    s3_server: SwiftS3, bucket: str, long_film: Path, copy_part_bytes: int
) -> None:
    storage = Storage(backend_of(s3_server.endpoint_url, bucket, copy_part_bytes=copy_part_bytes))
    metadata = {"row": "17", "title": 'Café 東京 100% "done"'}
    stored = storage.publish(long_film, "a/video.webm", metadata=metadata)
    assert stored.metadata == metadata
    head = s3_server.client().head_object(Bucket=bucket, Key="a/video.webm")
    assert head["ContentType"] == "video/webm"
    assert head["ContentLength"] == 12_000_000
    assert head["Metadata"]["row"] == "17"
    assert storage.read_bytes("a/video.webm") == long_film.read_bytes()


def test_a_given_content_type_wins_over_the_suffix(s3_server: SwiftS3, bucket: str, film: Path) -> None:
    storage = storage_of(s3_server.endpoint_url, bucket)
    assert storage.publish(film, "a/video.mp4", content_type="application/x-test").content_type == "application/x-test"


def test_memory_stays_flat_however_long_the_film(s3_server: SwiftS3, bucket: str, tmp_path: Path) -> None:
    path = tmp_path / "long.mp4"
    with path.open("wb") as file:
        file.truncate(64 * MIB)
    storage = storage_of(s3_server.endpoint_url, bucket)
    storage.check_writable()
    tracemalloc.start()
    try:
        storage.publish(path, "a/video.mp4")
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * MIB


def test_a_listing_goes_over_many_pages(s3_server: SwiftS3, bucket: str) -> None:
    client = s3_server.client()
    names = [f"n/{number:02}.txt" for number in range(25)]
    for name in names:
        client.put_object(Bucket=bucket, Key=name, Body=b"x")
    assert client.list_objects_v2(Bucket=bucket)["IsTruncated"]
    assert [stored.key for stored in storage_of(s3_server.endpoint_url, bucket).list("n/")] == names


def test_a_signed_link_opens_for_anybody_and_a_tampered_one_does_not(
    s3_server: SwiftS3, bucket: str, film: Path
) -> None:
    storage = storage_of(s3_server.endpoint_url, bucket)
    storage.publish(film, "a/video.mp4")
    storage.publish(film, "a/secret.mp4")
    titled = "a/早茶-50-شاي.mp4"
    storage.publish(film, titled)
    with urllib.request.urlopen(storage.signed_url(titled, 60), timeout=10) as answer:
        assert answer.read() == film.read_bytes()
    link = storage.signed_url("a/video.mp4", 60)
    with urllib.request.urlopen(link, timeout=10) as answer:
        assert answer.read() == film.read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(link.replace("video", "secret"), timeout=10)
    assert OWNER.secret not in link


def test_links_are_signed_for_the_address_under_which_people_reach_the_server(
    s3_server: SwiftS3, bucket: str, film: Path
) -> None:
    storage = open_storage(
        bucket,
        endpoint_url=s3_server.endpoint_url,
        public_url="https://files.example.com",
        key=OWNER.key,
        secret=OWNER.secret,
        region=REGION,
    )
    storage.publish(film, "a/video.mp4")

    link = storage.signed_url("a/video.mp4", 60)

    assert link.startswith(f"https://files.example.com/{bucket}/a/video.mp4?")
    # A proxy hands the request on as it came, with the host that the link was signed for.
    inside = link.replace("https://files.example.com", s3_server.endpoint_url)
    request = urllib.request.Request(inside, headers={"Host": "files.example.com"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        assert answer.read() == film.read_bytes()
    with pytest.raises(urllib.error.HTTPError, match="403"):
        urllib.request.urlopen(inside, timeout=10)


# Permissions


@pytest.mark.parametrize(
    "login",
    [Login(OWNER.key, "wrong-secret"), Login("nobody:atall", "wrong-secret"), READER],
    ids=["wrong secret", "unknown key", "no permission"],
)
def test_who_may_not_write_is_told_so(s3_server: SwiftS3, bucket: str, film: Path, login: Login) -> None:
    storage = storage_of(s3_server.endpoint_url, bucket, login=login)
    for attempt in (storage.check_writable, lambda: storage.publish(film, "a/video.mp4")):
        with pytest.raises(StorageAccessDeniedError, match="Storage access denied") as caught:
            attempt()
        assert login.secret not in str(caught.value)
        assert caught.value.fix == "Check bucket permissions and credentials"
    assert s3_server.keys(bucket) == []


def test_a_bucket_that_may_only_be_read_is_not_writable(
    s3_server: SwiftS3, film: Path, new_bucket_name: Callable[[], str]
) -> None:
    bucket = s3_server.create_bucket(new_bucket_name(), readable_by=READER)
    storage_of(s3_server.endpoint_url, bucket).publish(film, "a/video.mp4")
    storage = storage_of(s3_server.endpoint_url, bucket, login=READER)
    assert [stored.key for stored in storage.list()] == ["a/video.mp4"]
    with pytest.raises(StorageAccessDeniedError):
        storage.check_writable()


def test_without_any_credentials_the_reason_is_named(
    s3_server: SwiftS3, bucket: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageAccessDeniedError, match="no credentials"):
        open_storage(bucket, endpoint_url=s3_server.endpoint_url, region=REGION).check_writable()


def test_a_missing_bucket_is_named(s3_server: SwiftS3, film: Path) -> None:
    storage = storage_of(s3_server.endpoint_url, "no-such-films")
    for attempt in (
        storage.check_writable,
        storage.list,
        lambda: storage.publish(film, "a/video.mp4"),
        lambda: storage.write_text("a.json", "{}"),
        lambda: storage.read_bytes("a.json"),
    ):
        with pytest.raises(BucketNotFoundError, match=r"Output bucket not found .*s3://no-such-films"):
            attempt()


def test_settings_that_make_no_sense_are_not_taken_for_a_network_fault(bucket: str) -> None:
    with pytest.raises(InvalidSpecError):
        storage_of("not a url", bucket).check_writable()


# Quotas


def test_a_full_bucket_is_told_apart_from_other_refusals(
    s3_server: SwiftS3, film: Path, long_film: Path, new_bucket_name: Callable[[], str]
) -> None:
    bucket = s3_server.create_bucket(new_bucket_name(), quota_bytes=1_500_000)
    storage = storage_of(s3_server.endpoint_url, bucket)
    storage.check_writable()
    for too_large in (long_film, film):
        with pytest.raises(StorageQuotaExceededError, match="Insufficient storage quota") as caught:
            # A megabyte fits, but not twice: its place is only known after the temporary has been written.
            storage.publish(too_large, "a/video.mp4")
        assert caught.value.fix == "Free up space or upgrade storage plan"
    assert s3_server.keys(bucket) == []
    assert s3_server.unfinished_uploads(bucket) == []


# The network


@pytest.mark.parametrize("sent", [0, 300_000], ids=["at once", "in mid-upload"])
def test_a_cut_upload_shows_nothing_and_can_be_repeated(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, film: Path, sent: int
) -> None:
    storage = storage_of(proxy.endpoint_url, bucket)
    proxy.cut_after(sent)
    with pytest.raises(NetworkError, match=r"s3://") as caught:
        storage.publish(film, "a/video.mp4")
    assert caught.value.retryable
    assert s3_server.keys(bucket) == []
    proxy.heal()
    storage.publish(film, "a/video.mp4")
    assert storage.read_bytes("a/video.mp4") == film.read_bytes()
    assert s3_server.keys(bucket) == ["a/video.mp4"]


def test_an_upload_cut_between_its_parts_leaves_only_what_the_sweep_removes(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, long_film: Path
) -> None:
    storage = storage_of(proxy.endpoint_url, bucket)
    proxy.cut_after(7_000_000)
    with pytest.raises(NetworkError):
        storage.publish(long_film, "a/video.mp4")
    assert s3_server.keys(bucket) == []
    assert len(s3_server.unfinished_uploads(bucket)) == 1, "could not be aborted over a dead connection"
    proxy.heal()
    storage.publish(long_film, "a/video.mp4")
    assert storage.sweep_temporaries(timedelta(hours=1)) == 0
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 1
    assert s3_server.unfinished_uploads(bucket) == []
    assert s3_server.keys(bucket) == ["a/video.mp4"]
    assert storage.read_bytes("a/video.mp4") == long_film.read_bytes()


def test_a_part_that_fails_for_a_moment_gives_the_whole_upload_up(
    s3_server: SwiftS3, bucket: str, long_film: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backend = backend_of(s3_server.endpoint_url, bucket)
    send = S3Session.send

    def cut_second_part(
        session: S3Session, action: str, method: str, parameters: dict[str, object], *rest: object
    ) -> object:
        if parameters.get("PartNumber") == 2:
            raise NetworkError("cut")
        return send(session, action, method, parameters, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(S3Session, "send", cut_second_part)
    with pytest.raises(NetworkError):
        Storage(backend).publish(long_film, "a/video.mp4")
    assert s3_server.unfinished_uploads(bucket) == []
    assert s3_server.keys(bucket) == []


def test_what_a_killed_process_left_is_swept_by_age(s3_server: SwiftS3, bucket: str, film: Path) -> None:
    backend = backend_of(s3_server.endpoint_url, bucket)
    backend.upload(film, ".unpublished/left", content_type="video/mp4", metadata={})
    s3_server.client().create_multipart_upload(Bucket=bucket, Key=".unpublished/parts")
    s3_server.client().create_multipart_upload(Bucket=bucket, Key="somebody/elses")
    storage = Storage(backend)
    assert storage.list() == []
    assert storage.sweep_temporaries(timedelta(hours=1)) == 0
    assert storage.sweep_temporaries(WHATEVER_ITS_AGE) == 2
    assert s3_server.keys(bucket) == []
    assert s3_server.unfinished_uploads(bucket) == ["somebody/elses"]


def test_a_lost_reply_is_a_network_fault_and_repeating_is_safe(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, film: Path
) -> None:
    storage = storage_of(proxy.endpoint_url, bucket)
    proxy.lose_replies()
    with pytest.raises(NetworkError):
        storage.publish(film, "a/video.mp4")
    assert "a/video.mp4" not in s3_server.keys(bucket)
    proxy.heal()
    storage.publish(film, "a/video.mp4")
    storage.sweep_temporaries(WHATEVER_ITS_AGE)
    assert s3_server.keys(bucket) == ["a/video.mp4"]


@pytest.mark.parametrize("sent", [0, 300_000], ids=["at once", "in mid-upload"])
def test_a_stalled_connection_is_given_up(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, film: Path, sent: int
) -> None:
    impatient = storage_of(proxy.endpoint_url, bucket, timeout_s=1)
    proxy.stall_after(sent)
    with pytest.raises(NetworkError, match="did not answer in time"):
        impatient.publish(film, "a/video.mp4")
    assert s3_server.keys(bucket) == []
    proxy.heal()
    storage = storage_of(proxy.endpoint_url, bucket)
    storage.publish(film, "a/video.mp4")
    assert storage.read_bytes("a/video.mp4") == film.read_bytes()


def test_a_slow_line_is_given_the_time_it_needs_as_long_as_bytes_move(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, long_film: Path
) -> None:
    proxy.slow_down(4e6)
    backend = backend_of(proxy.endpoint_url, bucket, timeout_s=2, slowest_bytes_per_s=1e5, part_bytes=16 * MIB)
    backend.upload(long_film, "a/video.mp4", content_type="video/mp4", metadata={})
    assert s3_server.keys(bucket) == ["a/video.mp4"]


def test_a_line_that_is_too_slow_is_given_up_though_bytes_move(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, long_film: Path
) -> None:
    proxy.slow_down(1e6)
    backend = backend_of(proxy.endpoint_url, bucket, timeout_s=0.5, slowest_bytes_per_s=1e7, part_bytes=16 * MIB)
    with pytest.raises(NetworkError, match="did not answer in time"):
        backend.upload(long_film, "a/video.mp4", content_type="video/mp4", metadata={})
    assert s3_server.keys(bucket) == []


def test_an_unreachable_server_is_a_network_fault(proxy: CuttingProxy, bucket: str) -> None:
    storage = storage_of(proxy.endpoint_url, bucket)
    proxy.refuse()
    for attempt in (storage.check_writable, storage.list, lambda: storage.exists("a"), lambda: storage.read_bytes("a")):
        with pytest.raises(NetworkError) as caught:
            attempt()
        assert OWNER.secret not in str(caught.value)
    proxy.heal()
    storage.check_writable()


def test_eight_threads_share_one_storage_while_the_network_fails_once(
    s3_server: SwiftS3, proxy: CuttingProxy, bucket: str, film: Path
) -> None:
    storage = storage_of(proxy.endpoint_url, bucket)
    proxy.cut_after(4 * MIB)

    def publish(number: int) -> bool:
        try:
            storage.publish(film, f"{number}/video.mp4")
        except NetworkError:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        first = list(threads.map(publish, range(8)))
    assert not all(first)
    proxy.heal()
    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(publish, [number for number, done in enumerate(first) if not done]))
    storage.sweep_temporaries(WHATEVER_ITS_AGE)
    assert sorted(s3_server.keys(bucket)) == [f"{number}/video.mp4" for number in range(8)]
    assert all(storage.read_bytes(key) == film.read_bytes() for key in s3_server.keys(bucket))


# Answers that our server never gives


@contextmanager
def server_that_answers(
    status: int, code: str, headers: dict[str, str], tls: ssl.SSLContext | None = None
) -> Iterator[str]:
    """The URL of an HTTP server that has one answer to everything, in S3's form."""
    body = f"<Error><Code>{code}</Code><Message>AKIA-KEY was here</Message></Error>".encode()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_PUT(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            for name, value in {**headers, "Content-Length": str(len(body)), "Content-Type": "application/xml"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_arguments: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    try:
        yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "code", "error", "retryable"),
    [
        (403, "QuotaExceeded", StorageQuotaExceededError, False),
        (507, "XMinioStorageFull", StorageQuotaExceededError, False),
        (507, "Whatever", StorageQuotaExceededError, False),
        (413, "", StorageQuotaExceededError, False),
        (503, "SlowDown", ServiceUnavailableError, True),
        (503, "ServiceUnavailable", ServiceUnavailableError, True),
        (500, "InternalError", ServiceUnavailableError, True),
        (502, "", ServiceUnavailableError, True),
        (429, "TooManyRequests", QuotaExceededError, True),
        (400, "RequestTimeout", NetworkError, True),
        (400, "BadDigest", NetworkError, True),
        (400, "ExpiredToken", StorageAccessDeniedError, False),
        (403, "RequestTimeTooSkewed", StorageAccessDeniedError, False),
        (401, "", StorageAccessDeniedError, False),
        (400, "SomethingNew", BulkVideoError, False),
    ],
)
def test_each_refusal_becomes_the_error_that_says_what_to_do(
    status: int, code: str, error: type[BulkVideoError], retryable: bool
) -> None:
    with server_that_answers(status, code, {"Retry-After": "7"}) as endpoint_url:
        storage = storage_of(endpoint_url, "films")
        with pytest.raises(BulkVideoError) as caught:
            storage.write_text("a.json", "{}")
    assert type(caught.value) is error
    assert caught.value.retryable == retryable
    assert caught.value.retry_after == (7.0 if error in (ServiceUnavailableError, QuotaExceededError) else None)
    assert "AKIA" not in str(caught.value)
    assert caught.value.fix


def test_a_server_is_only_trusted_with_a_known_certificate(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    authority = trustme.CA()
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(tls)
    with server_that_answers(503, "SlowDown", {}, tls) as endpoint_url:
        monkeypatch.delenv("AWS_CA_BUNDLE", raising=False)
        with pytest.raises(NetworkError, match="certificate is not trusted"):
            storage_of(endpoint_url, "films").write_text("a.json", "{}")
        authority.cert_pem.write_to_path(str(tmp_path / "authority.pem"))
        monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "authority.pem"))
        with pytest.raises(ServiceUnavailableError):
            storage_of(endpoint_url, "films").write_text("a.json", "{}")


# Streams


def test_a_stream_that_is_cut_or_not_permitted_says_so(
    s3_server: SwiftS3, bucket: str, proxy: CuttingProxy, long_film: Path
) -> None:
    storage = storage_of(s3_server.endpoint_url, bucket)
    stored = storage.publish(long_film, "a/video.mp4")
    stranger = storage_of(s3_server.endpoint_url, bucket, login=READER)
    with pytest.raises(StorageAccessDeniedError, match=r"a/video\.mp4"):
        next(stranger.stream(stored))
    far = storage_of(proxy.endpoint_url, bucket, timeout_s=2)
    stream = far.stream(stored, 1_000_000)
    assert next(stream) == long_film.read_bytes()[1_000_000 : 1_000_000 + FIRST_PIECE_BYTES]
    proxy.cut_after(0)
    with pytest.raises(NetworkError):
        next(stream)
