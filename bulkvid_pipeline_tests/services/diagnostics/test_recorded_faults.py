"""Faults of real servers, as they are recorded, lead to the right pattern and recommendation."""

from __future__ import annotations

import base64
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.media.web import fetch_web
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_sheets import ApiKey, Credentials, GoogleSheets, ServiceAccount
from bulkvid_pipeline.adapters.speech.openai import Endpoint, OpenAiSpeech
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.adapters.webhooks import deliver
from bulkvid_pipeline.core.diagnostics.patterns import FailurePattern
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline_tests.media_files import encoded, flat
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.peers.google import GooglePeer, KeyFile
from bulkvid_pipeline_tests.peers.google.faults import api_disabled, drive_rate_limit
from bulkvid_pipeline_tests.peers.google.quota import quota_exceeded
from bulkvid_pipeline_tests.peers.google.wire import Answer, oauth_error
from bulkvid_pipeline_tests.peers.hook_receiver import Behaviour, Drop, HookReceiver, Reply, Silence
from bulkvid_pipeline_tests.peers.media_server import MediaServer
from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.peers.s3 import OWNER, READER, REGION, Login, SwiftS3
from bulkvid_pipeline_tests.peers.speech_server import Fault, SpeechServer
from bulkvid_pipeline_tests.services.diagnostics.overhearing import Overheard, overheard

IDEAS = [["idea_title", "script_content"], ["Water", "Turn off the tap."]]
ONCE = RetryPolicy(tries=1)
AT_ONCE = RetryPolicy(tries=3, sleep=lambda _: None)


def seen(attempt: Callable[[], object]) -> Overheard:
    with overheard() as heard, suppress(BulkVideoError):
        attempt()
    return heard


def only(heard: Overheard) -> FailurePattern:
    (pattern,) = heard.patterns().values()
    return pattern


# Google


@pytest.fixture(scope="module")
def running_peer() -> Iterator[GooglePeer]:
    with GooglePeer() as peer:
        yield peer


@pytest.fixture
def peer(running_peer: GooglePeer, monkeypatch: pytest.MonkeyPatch) -> GooglePeer:
    for name, value in running_peer.env.items():
        monkeypatch.setenv(name, value)
    running_peer.recover()
    return running_peer


@pytest.fixture(scope="module")
def account(running_peer: GooglePeer) -> KeyFile:
    return running_peer.service_account()


def google(credentials: Credentials, retry: RetryPolicy = ONCE) -> GoogleSheets:
    return GoogleSheets(credentials, timeout_s=60.0, retry=retry)


def test_a_sheet_that_is_read_shows_nothing(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    for credentials in (ServiceAccount(account.path), ApiKey(peer.api_key()), None):
        heard = seen(lambda credentials=credentials: google(credentials).read(sheet_id))  # type: ignore[misc]

        assert heard.summary().failure_patterns == ()
        assert heard.summary().total_requests > 0


@pytest.mark.parametrize(
    ("answer", "name", "setting"),
    [
        (quota_exceeded("Read"), "read_quota_per_user", "BULKVID_LIMIT_PER_USER"),
        (quota_exceeded("Read", "", 300), "read_quota_per_project", "BULKVID_LIMIT_PER_PROJECT"),
        (api_disabled("sheets"), "api_disabled", "BULKVID_GOOGLE_CREDENTIALS"),
        (drive_rate_limit(), "read_quota_per_user", "BULKVID_LIMIT_PER_USER"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_google_s_refusals(peer: GooglePeer, account: KeyFile, answer: Answer, name: str, setting: str) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(answer)

    pattern = only(seen(lambda: google(ServiceAccount(account.path)).read(sheet_id)))

    assert (pattern.name, pattern.recovered) == (name, 0)
    assert setting in pattern.settings


def test_a_quota_that_refills_is_overcome(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    peer.answer_next(quota_exceeded("Read"), times=2)

    heard = seen(lambda: google(ServiceAccount(account.path), AT_ONCE).read(sheet_id))

    assert (only(heard).count, only(heard).recovered) == (2, 2)
    assert heard.summary().verdict.startswith("It works, but it is fragile")
    assert heard.summary().attempts.most == 3


def test_a_sheet_that_is_gone_or_not_shared(peer: GooglePeer, account: KeyFile) -> None:
    private = peer.add_sheet(IDEAS)
    for credentials in (ServiceAccount(account.path), None):
        shut = seen(lambda credentials=credentials: google(credentials).read(private))  # type: ignore[misc]
        assert only(shut).name == "sheet_not_shared"
    gone = seen(lambda: google(ServiceAccount(account.path)).read("1AbsentSheetThatNobodyEverMade00000000000000"))
    assert only(gone).name == "sheet_not_found"


def test_keys_that_google_does_not_take(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    deleted = peer.service_account("deleted")
    peer.delete_account(deleted.email)

    for credentials in (ServiceAccount(deleted.path), ApiKey("AIza" + "x" * 35)):
        pattern = only(seen(lambda credentials=credentials: google(credentials).read(sheet_id)))  # type: ignore[misc]
        assert pattern.name == "wrong_credentials"
        assert {"BULKVID_GOOGLE_CREDENTIALS", "BULKVID_GOOGLE_API_KEY"} <= set(pattern.settings)


def test_a_wrong_clock_is_told_from_a_wrong_key(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    words = (
        "Invalid JWT: Token must be a short-lived token and in a reasonable timeframe. Check your iat and exp values"
    )
    peer.answer_next(oauth_error("invalid_grant", words), service="oauth")

    pattern = only(seen(lambda: google(ServiceAccount(peer.service_account("late").path)).read(sheet_id)))

    assert pattern.name == "wrong_clock"


def test_a_token_that_expires_is_renewed_and_nothing_is_lost(peer: GooglePeer) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    sheets = google(ServiceAccount(peer.service_account("worker").path))
    sheets.read(sheet_id)
    peer.expire_tokens()

    heard = seen(lambda: sheets.read(sheet_id))

    assert heard.summary().peers
    assert all(pattern.recovered == pattern.count for pattern in heard.summary().failure_patterns)


def test_a_connection_to_google_that_is_dropped(peer: GooglePeer, account: KeyFile) -> None:
    sheet_id = peer.add_sheet(IDEAS, public=True)
    sheets = google(ServiceAccount(account.path))
    sheets.read(sheet_id)
    for fail in (peer.reset_next, peer.cut_next):
        fail()
        assert only(seen(lambda: sheets.read(sheet_id))).name == "connection_dropped"


# Speech


@pytest.fixture(scope="module")
def voice() -> Iterator[SpeechServer]:
    with SpeechServer() as server:
        yield server


class Silent:
    """A reference voice that is never asked, since the server answers nothing."""

    name, version = "silent", "1"


def spoken(base_url: str, key: str = "sk-test-key", model: str = "tts-1", retry: RetryPolicy = ONCE) -> Overheard:
    endpoint = Endpoint(base_url, model, {Voice.FEMALE: "nova"}, timeout_s=20.0)
    silent: Any = Silent()
    with OpenAiSpeech(endpoint, silent, key, retry) as speech:
        return seen(lambda: speech.speak("Turn off the tap.", Voice.FEMALE, "en-us"))


@pytest.mark.parametrize(
    ("fault", "name", "setting"),
    [
        (Fault("refuse", 429, "Rate limit reached", "rate_limit_exceeded"), "rate_limited", "BULKVID_LIMIT_PER_USER"),
        (Fault("refuse", 429, "Quota", "insufficient_quota"), "no_credit", "BULKVID_SPEECH_API_KEY"),
        (Fault("refuse", 401, "Your key has expired"), "expired_token", "BULKVID_SPEECH_API_KEY"),
        (Fault("refuse", 503), "server_overloaded", "BULKVID_WORKERS"),
        (Fault("reset"), "connection_dropped", "BULKVID_WORKERS"),
        (Fault("cut"), "connection_dropped", "BULKVID_WORKERS"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_a_speech_server_refuses(voice: SpeechServer, fault: Fault, name: str, setting: str) -> None:
    voice.fail(fault)

    pattern = only(spoken(voice.base_url))

    assert pattern.name == name
    assert setting in pattern.settings


def test_a_wrong_key_model_address_and_name_of_a_speech_server(voice: SpeechServer) -> None:
    assert only(spoken(voice.base_url, key="sk-wrong-key-0000")).name == "wrong_credentials"
    assert only(spoken(voice.base_url, model="tts-9")).name == "not_found"
    assert only(spoken(f"http://127.0.0.1:{free_port()}/v1")).name == "connection_refused"
    lost = only(spoken("http://no-such-host.invalid/v1"))
    assert (lost.name, lost.hosts) == ("dns", ("no-such-host.invalid",))
    assert "BULKVID_SPEECH_BASE_URL" in lost.settings


# Callbacks and pictures


def called(url: str, timeout_s: float = 10.0) -> Overheard:
    secret = "whsec_" + base64.b64encode(bytes(range(32))).decode()
    now = datetime.now(UTC)
    return seen(
        lambda: deliver(
            url, {"a": 1}, secret=secret, message_id="msg_1", timestamp=now, timeout_s=timeout_s, allow_private=True
        )
    )


def test_what_receivers_of_callbacks_do() -> None:
    with HookReceiver() as receiver:
        behaviours: dict[str, Behaviour] = {
            "receiver_gone": Reply(410),
            "receiver_refused": Reply(422),
            "wrong_credentials": Reply(401),
            "server_overloaded": Reply(503),
            "rate_limited": Reply(429),
            "redirected": Reply(302, {"Location": "https://example.com/"}),
            "connection_dropped": Drop(),
        }
        for name, behaviour in behaviours.items():
            receiver.will(behaviour)
            assert list(called(receiver.url()).patterns()) == [name]
        receiver.will(Silence())
        assert only(called(receiver.url(), timeout_s=0.3)).name == "timeout"
        receiver.will(Reply(204))
        assert called(receiver.url()).summary().failure_patterns == ()
    assert only(called(f"http://127.0.0.1:{free_port()}/hook")).name == "connection_refused"
    assert only(called("https://no-such-host.invalid/hook")).name == "dns"


def test_what_servers_of_pictures_do() -> None:
    policy = MediaPolicy(allow_http=True, allow_private=True, deadline_s=5)
    with MediaServer() as server:
        urls = {
            "": server.serve("/good.png", encoded(flat(64, 48))),
            "not_found": server.url("/absent.png"),
            "permission_denied": server.misbehave("/shut.png", Reply(403)),
            "server_overloaded": server.misbehave("/busy.png", Reply(503)),
            "rate_limited": server.misbehave("/fast.png", Reply(429)),
            "connection_dropped": server.misbehave("/dropped.png", Drop()),
        }
        for name, url in urls.items():
            heard = seen(lambda url=url: fetch_web(url, policy, None))  # type: ignore[misc]
            assert list(heard.patterns()) == ([name] if name else []), name


# Storage


@pytest.fixture(scope="module")
def s3() -> Iterator[SwiftS3]:
    with SwiftS3() as server:
        yield server


def uploaded(endpoint_url: str, bucket: str, film: Path, login: Login = OWNER, timeout_s: float = 20) -> Overheard:
    storage = open_storage(
        bucket, endpoint_url=endpoint_url, key=login.key, secret=login.secret, region=REGION, timeout_s=timeout_s
    )
    return seen(lambda: storage.publish(film, f"{time.monotonic_ns()}.mp4"))


@pytest.fixture
def film(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(bytes(200_000))
    return path


@pytest.mark.heavy
def test_what_a_storage_refuses(s3: SwiftS3, film: Path) -> None:
    bucket = s3.create_bucket("films")
    assert uploaded(s3.endpoint_url, bucket, film).summary().failure_patterns == ()

    denied = only(uploaded(s3.endpoint_url, bucket, film, READER))
    assert (denied.name, "BULKVID_S3_KEY" in denied.settings) == ("bucket_denied", True)
    wrong = only(uploaded(s3.endpoint_url, bucket, film, Login(OWNER.key, "wrong-secret-00000")))
    assert (wrong.name, "BULKVID_S3_SECRET" in wrong.settings) == ("wrong_credentials", True)
    missing = only(uploaded(s3.endpoint_url, "absent", film))
    assert (missing.name, "BULKVID_OUTPUT_URL" in missing.settings) == ("bucket_not_found", True)
    full = s3.create_bucket("full", quota_bytes=100_000)
    assert only(uploaded(s3.endpoint_url, full, film)).name == "storage_full"


@pytest.mark.heavy
def test_a_network_to_the_storage_that_fails(s3: SwiftS3, film: Path) -> None:
    bucket = s3.create_bucket("far")
    with CuttingProxy(s3.port) as proxy:
        proxy.cut_after(100_000)
        assert only(uploaded(proxy.endpoint_url, bucket, film)).name == "connection_dropped"
        proxy.heal()
        proxy.stall_after(100_000)
        stalled = only(uploaded(proxy.endpoint_url, bucket, film, timeout_s=1))
        assert (stalled.name, "BULKVID_STORAGE_TIMEOUT_S" in stalled.settings) == ("timeout", True)
    assert only(uploaded(f"http://127.0.0.1:{free_port()}", bucket, film)).name == "connection_refused"
    assert only(uploaded("http://no-such-host.invalid:9000", bucket, film)).name == "dns"


@pytest.mark.heavy
def test_a_slow_line_to_the_storage(s3: SwiftS3, film: Path) -> None:
    bucket = s3.create_bucket("slow")
    with CuttingProxy(s3.port) as proxy:
        proxy.slow_down(80_000)
        taken = [one for _ in range(3) for one in uploaded(proxy.endpoint_url, bucket, film).taken]

    pattern = only(Overheard(taken=taken))

    assert pattern.name == "slow"
    assert {"BULKVID_S3_ENDPOINT_URL", "BULKVID_S3_REGION", "BULKVID_WORKERS"} <= set(pattern.settings)
