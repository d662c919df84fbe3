"""What diagnostics see of requests at the places where adapters go out."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.exchange_faults import causes, fault_of
from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.media.stored import read_local
from bulkvid_pipeline.adapters.media.web import fetch_web
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_sheets import google_operation
from bulkvid_pipeline.adapters.speech.openai_transport import SpeechConnection
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.adapters.webhooks import deliver
from bulkvid_pipeline.core.diagnostics.exchange import Exchange, Fault, Peer
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.errors import BulkVideoError, NetworkError, ServiceUnavailableError
from bulkvid_pipeline_tests.peers.hook_receiver import Drop, Garbage, HookReceiver, Reply, Silence
from bulkvid_pipeline_tests.waiting import wait_until

SECRET = "whsec_" + "YWJj" * 8
KEY = "not-a-key-of-anybody-77"


@dataclass
class Kept:
    """Keeps everything, for one job."""

    all: list[Exchange] = field(default_factory=list)
    redactor: Redactor = field(default_factory=lambda: Redactor(frozenset({KEY})))

    def wants(self, job_id: str | None) -> str | None:
        return job_id or "job_1"

    def take(self, _: str, exchange: Exchange) -> None:
        self.all.append(exchange)

    @property
    def last(self) -> Exchange:
        return self.all[-1]


@pytest.fixture
def kept() -> Iterator[Kept]:
    recorder = Kept()
    exchanges.listen(recorder)
    try:
        yield recorder
    finally:
        exchanges.ignore(recorder)


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as server:
        yield server


@pytest.fixture
def closed_port() -> int:
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        return int(sock.getsockname()[1])


def send(url: str, timeout_s: float = 20.0) -> None:
    deliver(
        url,
        {"event": "job.completed"},
        secret=SECRET,
        message_id="msg_1",
        timestamp=datetime.now(UTC),
        timeout_s=timeout_s,
        allow_private=True,
    )


def test_while_nobody_listens_a_request_is_one_object_that_does_nothing() -> None:
    assert exchanges.outgoing(Peer.SHEET, "GET", "https://x.example") is exchanges.outgoing(Peer.MEDIA, "GET")
    assert exchanges.current().is_recorded is False


def test_a_callback_is_seen_with_its_answer_and_without_its_signature(kept: Kept, receiver: HookReceiver) -> None:
    receiver.will(Reply(200, {"X-Request-Id": "r1", "Content-Type": "text/plain"}, b"thanks"))
    send(receiver.url("/hook/abcdef0123456789abcdef0123456789?key=hidden-value"))
    seen = kept.last
    assert (seen.peer, seen.operation, seen.status, seen.succeeded) == (Peer.WEBHOOK, "POST", 200, True)
    assert seen.url == f"{receiver.url('/hook/')}[redacted]?key=[redacted]"
    assert seen.host == f"127.0.0.1:{receiver.port}"
    assert seen.request_headers["webhook-signature"] == "[redacted]"
    assert seen.request_headers["webhook-id"] == "msg_1"
    assert seen.request_body == '{"event":"job.completed"}'
    assert (seen.request_bytes, seen.response_body, seen.response_bytes) == (25, "thanks", 6)
    assert seen.response_headers["x-request-id"] == "r1"
    assert seen.connection == "new"
    assert seen.error is None


def test_what_a_receiver_says_when_it_refuses_is_kept_with_our_error(kept: Kept, receiver: HookReceiver) -> None:
    receiver.will(Reply(503, {"Retry-After": "7"}, b"busy"))
    send(receiver.url())
    assert (kept.last.status, kept.last.succeeded, kept.last.response_body) == (503, False, "busy")
    assert kept.last.error is not None
    assert (kept.last.error.code, kept.last.error.fault) == (ServiceUnavailableError.code, None)


@pytest.mark.parametrize(
    ("behaviour", "fault"), [(Drop(), Fault.DROPPED), (Silence(), Fault.TIMEOUT), (Garbage(), Fault.DROPPED)]
)
def test_what_breaks_a_callback_is_told(kept: Kept, receiver: HookReceiver, behaviour: object, fault: Fault) -> None:
    receiver.will(behaviour)  # type: ignore[arg-type]
    send(receiver.url(), timeout_s=1.0 if behaviour == Silence() else 20.0)
    assert kept.last.error is not None
    assert (kept.last.error.fault, kept.last.status, kept.last.succeeded) == (fault, None, False)


def test_a_port_where_nobody_listens_and_a_name_that_nobody_has_are_told_apart(kept: Kept, closed_port: int) -> None:
    send(f"http://127.0.0.1:{closed_port}/hook")
    send("http://nobody-has-this-name.invalid/hook")
    faults = [seen.error.fault for seen in kept.all if seen.error]
    assert faults == [Fault.REFUSED, Fault.DNS]


def test_a_server_without_tls_behind_https_is_a_fault_of_tls(kept: Kept, receiver: HookReceiver) -> None:
    receiver.will(Garbage())
    policy = MediaPolicy(allow_private=True)
    with pytest.raises(NetworkError):
        fetch_web(f"https://127.0.0.1:{receiver.port}/a.png", policy, None)
    assert kept.last.error is not None
    assert kept.last.error.fault in (Fault.TLS, Fault.DROPPED)


def test_each_hop_of_a_redirect_is_a_request_of_its_own(kept: Kept, receiver: HookReceiver) -> None:
    receiver.will(Reply(302, {"Location": receiver.url("/b.png?sig=hidden-value")}), Reply(404, {}, b"gone"))
    with pytest.raises(BulkVideoError):
        fetch_web(receiver.url("/a.png"), MediaPolicy(allow_private=True, allow_http=True), None)
    first, second = kept.all
    assert (first.status, first.succeeded, second.status, second.succeeded) == (302, True, 404, False)
    assert "hidden-value" not in first.model_dump_json() + second.model_dump_json()
    assert second.error is not None
    assert second.error.code == "MEDIUM_NOT_FOUND"


def test_attempts_of_one_call_are_numbered_and_rows_named(kept: Kept, receiver: HookReceiver, tmp_path: Path) -> None:
    receiver.will(Reply(503), Reply(429), Reply(404, {}, b"gone"))
    retry = RetryPolicy(sleep=lambda _: None)
    policy = MediaPolicy(allow_private=True, allow_http=True)
    with exchanges.for_row("row-1"), suppress(BulkVideoError):
        Stopping().run(lambda: retry.call(lambda: fetch_web(receiver.url("/a.png"), policy, None)))
    open_storage(str(tmp_path)).write_text("a.txt", "x")
    assert [(seen.attempt, seen.status, seen.row) for seen in kept.all[:3]] == [
        (1, 503, "row-1"),
        (2, 429, "row-1"),
        (3, 404, "row-1"),
    ]
    assert (kept.last.attempt, kept.last.row) == (1, None)


def test_a_folder_is_seen_as_storage_and_as_media_where_media_are_read(kept: Kept, tmp_path: Path) -> None:
    storage = open_storage(str(tmp_path))
    storage.write_text("a/b.txt", "hello")
    assert storage.exists("a/none.txt") is None
    with pytest.raises(BulkVideoError):
        storage.read_bytes("a/none.txt")
    assert [(seen.operation, seen.succeeded) for seen in kept.all] == [
        ("write", True),
        ("stat", True),
        ("stat", True),
        ("read", True),
    ]
    assert {(seen.peer, seen.host) for seen in kept.all} == {(Peer.STORAGE, "localhost")}
    assert kept.all[0].request_bytes == 5

    (tmp_path / "file").write_text("no folder")
    with pytest.raises(BulkVideoError):
        storage.write_text("file/a.txt", "x")
    assert kept.last.error is not None
    assert (kept.last.error.code, kept.last.error.type) == ("INVALID_SPEC", "FileExistsError")

    (tmp_path / "p.png").write_bytes(b"\x89PNG")
    read_local("p.png", MediaPolicy(folder=tmp_path), None)
    assert (kept.last.peer, kept.last.operation, kept.last.response_bytes) == (Peer.MEDIA, "read", 4)


def test_speech_is_seen_without_its_key_and_with_connections_reused(kept: Kept, receiver: HookReceiver) -> None:
    said = b'{"error": {"message": "Incorrect API key provided: ' + KEY.encode() + b'", "code": "invalid_api_key"}}'
    receiver.will(Reply(401, {"Content-Type": "application/json"}, said))
    connection = SpeechConnection(receiver.url("/v1"), KEY, 10.0)
    with pytest.raises(BulkVideoError):
        connection.ask({"input": "Hello there", "voice": "nova"})
    seen = kept.last
    assert (seen.peer, seen.operation, seen.status, seen.connection) == (Peer.SPEECH, "audio.speech", 401, "new")
    assert KEY not in seen.model_dump_json()
    assert '"input": "Hello there"' in seen.request_body
    assert "Incorrect API key provided: [redacted]" in seen.response_body
    assert seen.error is not None
    assert seen.error.code == "UNAUTHENTICATED"


def test_what_a_job_still_waits_for_when_it_ends_is_seen_as_cancelled_once(kept: Kept, receiver: HookReceiver) -> None:
    receiver.will(Silence())
    thread = threading.Thread(target=send, args=(receiver.url(), 1.5), daemon=True)
    with exchanges.for_job("job_1"):
        thread.start()
    wait_until(lambda: receiver.received)
    exchanges.give_up(kept, "job_1")
    assert kept.last.error is not None
    assert (kept.last.error.fault, kept.last.error.code, kept.last.succeeded) == (Fault.CANCELLED, "CANCELLED", False)
    thread.join()
    assert len(kept.all) == 1


def test_what_a_given_up_request_goes_on_with_is_not_seen(kept: Kept) -> None:
    with exchanges.for_job("job_1"), exchanges.outgoing(Peer.MEDIA, "GET", "https://x/1") as request:
        exchanges.give_up(kept, "job_1")
        request.answered(302, {})
        request.sent("https://x/2", {})
        request.answered(200, {})
    assert [(seen.url, seen.status) for seen in kept.all] == [("https://x/1", None)]


def test_what_is_under_way_when_nobody_listens_any_more_is_not_seen(kept: Kept) -> None:
    with exchanges.outgoing(Peer.MEDIA, "GET", "https://x/1") as request:
        exchanges.ignore(kept)
        request.answered(200, {})
    assert kept.all == []


def test_a_recorder_that_fails_harms_no_request(receiver: HookReceiver, caplog: pytest.LogCaptureFixture) -> None:
    class Broken(Kept):
        def take(self, _: str, exchange: Exchange) -> None:
            raise RuntimeError(f"no room for {exchange.peer}")

    recorder = Broken()
    exchanges.listen(recorder)
    try:
        send(receiver.url())
    finally:
        exchanges.ignore(recorder)
    assert len(receiver.received) == 1
    assert "could not be recorded" in caplog.text


def test_those_who_follow_are_told_of_every_change_and_of_how_things_stand(kept: Kept) -> None:
    heard: list[bool] = []
    with exchanges.following(heard.append):
        exchanges.ignore(kept)
        exchanges.listen(kept)
    exchanges.ignore(kept)
    assert heard == [True, False, True]


def test_what_another_process_recorded_is_kept_for_the_row_that_it_works_on(kept: Kept) -> None:
    told = Exchange(
        peer=Peer.SPEECH,
        operation="audio.speech",
        host="voice.example",
        url="https://voice.example/",
        started_at=1.0,
        duration_ms=1.0,
        succeeded=True,
        response_body=f"echo {KEY}",
    )
    with exchanges.for_row("row-7"):
        exchanges.take(told.model_dump_json())
    assert (kept.last.row, kept.last.response_body) == ("row-7", "echo [redacted]")


@pytest.mark.parametrize(
    ("method", "path", "operation"),
    [
        ("GET", "/v4/spreadsheets/1A/values/Sheet1%21A1%3AZ", "values.get"),
        ("GET", "/v4/spreadsheets/1A/values:batchGet", "values.batchGet"),
        ("POST", "/v4/spreadsheets/1A/values:batchUpdate", "values.batchUpdate"),
        ("GET", "/v4/spreadsheets/1A", "spreadsheets.get"),
        ("POST", "/v4/spreadsheets/1A:batchUpdate", "spreadsheets.batchUpdate"),
        ("GET", "/drive/v3/files/1A", "files.get"),
        ("POST", "/token", "token"),
    ],
)
def test_googles_requests_have_googles_names(method: str, path: str, operation: str) -> None:
    assert google_operation(method, f"https://sheets.googleapis.com{path}?x=1") == operation


@contextmanager
def raised_while_handling(first: Exception) -> Iterator[None]:
    try:
        raise first
    except Exception:
        yield


def test_faults_are_known_by_the_exceptions_of_all_libraries() -> None:
    import aiohttp
    import requests
    import urllib3
    from botocore.exceptions import ConnectionClosedError, EndpointConnectionError  # type: ignore[import-untyped]

    pool = urllib3.HTTPConnectionPool("x.example")
    refused = ConnectionRefusedError(111, "refused")
    cases: list[tuple[Callable[[], BaseException], Fault | None]] = [
        (lambda: socket.gaierror(-2, "unknown"), Fault.DNS),
        (
            lambda: requests.ConnectionError(
                urllib3.exceptions.NameResolutionError("x", urllib3.connection.HTTPConnection("x"), socket.gaierror())
            ),
            Fault.DNS,
        ),
        (lambda: EndpointConnectionError(endpoint_url="http://x", error=refused), Fault.REFUSED),
        (
            lambda: ConnectionClosedError(endpoint_url="http://x", error=aiohttp.ServerDisconnectedError()),
            Fault.DROPPED,
        ),
        (lambda: requests.exceptions.ReadTimeout(), Fault.TIMEOUT),
        (lambda: requests.exceptions.SSLError("x"), Fault.TLS),
        (lambda: ssl.SSLCertVerificationError("x"), Fault.TLS),
        (lambda: requests.exceptions.ChunkedEncodingError("x"), Fault.DROPPED),
        (lambda: OSError(113, "No route to host"), Fault.UNREACHABLE),
        (
            lambda: urllib3.exceptions.MaxRetryError(pool, "/", urllib3.exceptions.ReadTimeoutError(pool, "/", "x")),
            Fault.TIMEOUT,
        ),
        (lambda: KeyboardInterrupt(), Fault.CANCELLED),
        (lambda: requests.RequestException("odd"), Fault.OTHER),
        (lambda: ServiceUnavailableError("503"), None),
        (lambda: ValueError("no number"), None),
    ]
    for make, fault in cases:
        assert fault_of(list(causes(make()))) is fault, make()


def test_what_was_being_handled_before_is_no_cause() -> None:
    before = ConnectionRefusedError(111, "refused")
    with pytest.raises(TimeoutError) as met, raised_while_handling(before):
        raise TimeoutError("slow")
    met.value.__context__ = before
    assert fault_of(list(causes(met.value))) is Fault.REFUSED
    assert fault_of(list(causes(met.value, but=before))) is Fault.TIMEOUT
