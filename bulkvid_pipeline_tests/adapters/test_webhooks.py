"""Callbacks over real connections: signed, into allowed space alone, in bounded time whatever the receiver does."""

from __future__ import annotations

import base64
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
import trustme
from standardwebhooks import Webhook, WebhookVerificationError

from bulkvid_pipeline.adapters.web.addresses import is_allowed
from bulkvid_pipeline.adapters.webhooks import Delivery, check_secret, check_target, deliver
from bulkvid_pipeline.adapters.webhooks.delivery import canonical_json
from bulkvid_pipeline.adapters.webhooks.targets import parse_target
from bulkvid_pipeline.core.errors import (
    BulkVideoError,
    CallbackGoneError,
    CallbackRejectedError,
    CallbackTargetRefusedError,
    CallbackTimeoutError,
    InvalidRequestError,
    NetworkError,
    ServiceUnavailableError,
)
from bulkvid_pipeline_tests.peers.hook_receiver import (
    Behaviour,
    Drip,
    Drop,
    Flood,
    Garbage,
    HookReceiver,
    Reply,
    Silence,
)

SECRET = "whsec_" + base64.b64encode(bytes(range(32))).decode()
OTHER_SECRET = "whsec_" + base64.b64encode(bytes(range(1, 33))).decode()
PAYLOAD = {"type": "bulk_job.completed", "data": {"job_id": "job_1", "title": "Grüße, 世界"}}
PATIENCE_S = 0.5
"""Time limit of tries that are meant to run into it."""


class Names:
    """A name server of our own: each question takes the next answer, the last one from then on."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> list[str]:
        self.asked.append((host, port))
        return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]


def post(url: str, **changes: Any) -> Delivery:
    values: dict[str, Any] = {
        "secret": SECRET,
        "message_id": "msg_1",
        "timestamp": datetime.now(UTC),
        "allow_private": True,
    }
    return deliver(url, PAYLOAD, **{**values, **changes})


@pytest.fixture
def receiver() -> Iterator[HookReceiver]:
    with HookReceiver() as server:
        yield server


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.create_default_context()
    authority.configure_trust(context)
    return context


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    return context


class TestSignedMessages:
    def test_a_receiver_with_the_reference_library_accepts_the_message(self, receiver: HookReceiver) -> None:
        delivery = post(receiver.url("/hooks?team=film"))
        assert (delivery.status, delivery.error) == (204, None)
        [message] = receiver.received
        assert message.verified(SECRET) == PAYLOAD
        assert message.line == "POST /hooks?team=film HTTP/1.1"
        assert message.id == "msg_1"
        assert message.headers["content-type"] == "application/json"
        assert message.headers["user-agent"].startswith("bulkvid-pipeline/")
        assert message.headers["host"] == f"127.0.0.1:{receiver.port}"

    def test_another_secret_a_changed_body_and_an_old_time_are_noticed(self, receiver: HookReceiver) -> None:
        post(receiver.url())
        post(receiver.url(), timestamp=datetime.now(UTC) - timedelta(minutes=6))
        fresh, old = receiver.received
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            fresh.verified(OTHER_SECRET)
        with pytest.raises(WebhookVerificationError, match="No matching signature"):
            Webhook(SECRET).verify(fresh.body + b" ", dict(fresh.headers))
        with pytest.raises(WebhookVerificationError, match="too old"):
            old.verified(SECRET)

    def test_a_time_of_another_zone_is_signed_as_the_same_moment(self, receiver: HookReceiver) -> None:
        post(receiver.url(), timestamp=datetime.now(timezone(timedelta(hours=9))))
        assert receiver.received[0].verified(SECRET) == PAYLOAD

    def test_the_body_is_the_same_for_the_same_payload(self) -> None:
        assert canonical_json({"b": 1, "a": "é"}) == canonical_json({"a": "é", "b": 1}) == '{"a":"é","b":1}'.encode()

    @pytest.mark.parametrize("payload", [{"a": float("nan")}, {"a": object()}, {"a": "x" * 20_001}])
    def test_what_is_no_short_json_is_refused(self, payload: dict[str, object]) -> None:
        with pytest.raises(InvalidRequestError, match="payload"):
            canonical_json(payload)

    @pytest.mark.parametrize(
        "secret", ["", "topsecret", "whsec_", "whsec_!!!", "whsec_c2hvcnQ=", "whsec_" + "QUFB" * 22, "whsec_ümlaut"]
    )
    def test_a_weak_or_broken_secret_is_refused_and_not_repeated(self, secret: str, receiver: HookReceiver) -> None:
        with pytest.raises(InvalidRequestError, match="webhook secret") as caught:
            post(receiver.url(), secret=secret)
        assert "BULKVID_WEBHOOK_SECRET" in caught.value.fix
        assert len(secret) < 8 or secret.removeprefix("whsec_") not in str(caught.value)
        assert receiver.received == []

    def test_secrets_of_24_to_64_bytes_are_taken(self) -> None:
        for size in (24, 64):
            check_secret("whsec_" + base64.b64encode(bytes(size)).decode())


PRIVATE = (
    "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1",
    "172.31.255.255", "192.168.0.1", "::1", "fc00::1", "fd12:3456::1", "fe80::1",
)  # fmt: skip
NEVER_PUBLIC = (
    "0.0.0.0", "0.1.2.3", "192.0.0.8", "192.0.2.1", "192.88.99.1", "198.18.0.1", "198.51.100.7", "203.0.113.9",
    "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255", "::", "::127.0.0.1", "::ffff:127.0.0.1",
    "::ffff:8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::808:808", "64:ff9b:1::1", "100::1", "2001::1",
    "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::1",
    "2002:808:808::1", "3fff::1", "5f00::1", "fec0::1", "ff02::1", "ff0e::1",
)  # fmt: skip
PUBLIC = (
    "1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.0", "172.15.0.1", "172.32.0.1", "192.0.1.1", "198.20.0.1",
    "223.255.255.255", "2001:4860:4860::8888", "2606:4700:4700::1111", "2a00:1450:4001::200e", "2003::1",
)  # fmt: skip


class TestWhereCallbacksMayGo:
    @pytest.mark.parametrize("text", PRIVATE + NEVER_PUBLIC)
    def test_addresses_off_the_public_internet_are_refused(self, text: str) -> None:
        assert not is_allowed(ipaddress.ip_address(text))

    @pytest.mark.parametrize("text", PUBLIC)
    def test_public_addresses_are_allowed(self, text: str) -> None:
        assert is_allowed(ipaddress.ip_address(text))

    def test_configuration_opens_private_space_and_nothing_else(self) -> None:
        opened = {text for text in PRIVATE + NEVER_PUBLIC if is_allowed(ipaddress.ip_address(text), allow_private=True)}
        assert opened == set(PRIVATE)

    @pytest.mark.parametrize(
        "host", ["127.0.0.1", "localhost", "127.1", "2130706433", "0x7f.1", "0177.0.0.1", "１２７.0.0.1"]
    )
    def test_every_spelling_of_loopback_is_refused_before_anything_is_sent(
        self, host: str, receiver: HookReceiver
    ) -> None:
        delivery = post(receiver.url(host=host), allow_private=False)
        assert isinstance(delivery.error, CallbackTargetRefusedError)
        assert delivery.status is None
        assert receiver.received == []

    @pytest.mark.parametrize("host", ["[::1]", "[::ffff:127.0.0.1]", "[::]"])
    def test_every_spelling_of_loopback_in_ipv6_is_refused(self, host: str) -> None:
        with pytest.raises(CallbackTargetRefusedError, match="not on the public internet"):
            check_target(f"http://{host}:8080/hook")

    def test_one_private_address_among_public_ones_refuses_the_name(self, receiver: HookReceiver) -> None:
        names = Names(["1.1.1.1", "127.0.0.1"])
        delivery = post(receiver.url(host="hooks.test"), allow_private=False, resolver=names)
        assert isinstance(delivery.error, CallbackTargetRefusedError)
        assert receiver.received == []

    def test_a_name_that_changes_after_the_check_gains_nothing(self) -> None:
        names = Names(["127.0.0.1"], ["127.0.0.2"])
        with HookReceiver() as checked, HookReceiver(host="127.0.0.2", port=checked.port) as rebound:
            assert post(checked.url(host="hooks.test"), resolver=names).status == 204
            assert (len(checked.received), len(rebound.received)) == (1, 0)
            assert names.asked == [("hooks.test", checked.port)]
            assert checked.received[0].headers["host"] == f"hooks.test:{checked.port}"

    def test_each_try_checks_again(self, receiver: HookReceiver) -> None:
        names = Names(["1.1.1.1"], ["127.0.0.1"])
        url = receiver.url(host="hooks.test")
        check_target(url, resolver=names)
        assert isinstance(post(url, allow_private=False, resolver=names).error, CallbackTargetRefusedError)
        assert receiver.received == []

    @pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
    def test_redirects_are_failures_and_are_not_followed(self, status: int, receiver: HookReceiver) -> None:
        with HookReceiver() as inside:
            receiver.will(Reply(status, {"Location": inside.url("/admin")}))
            delivery = post(receiver.url())
            assert isinstance(delivery.error, CallbackRejectedError)
            assert "redirects are not followed" in delivery.error.message
            assert (delivery.status, inside.received) == (status, [])

    def test_a_proxy_of_the_environment_is_not_used(
        self, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with HookReceiver() as proxy:
            monkeypatch.setenv("http_proxy", proxy.url(""))
            assert post(receiver.url()).status == 204
            assert proxy.received == []

    @pytest.mark.parametrize(
        "url",
        [
            "ftp://a.test/",
            "http://",
            "http:///x",
            "//a.test/x",
            "http://a.test:99999/",
            "http://a b.test/",
            "file:///etc",
            "http://user:hunter2@a.test/",
            "http://[::1",
            "http://a.test:0/",
            "gopher://a.test",
            "http://a.test\\@b.test/",
        ],
    )
    def test_what_is_no_plain_web_address_is_refused(self, url: str) -> None:
        with pytest.raises(InvalidRequestError, match="callback URL") as caught:
            check_target(url, allow_private=True)
        assert "hunter2" not in str(caught.value)
        assert isinstance(post(url).error, InvalidRequestError)

    def test_a_url_cannot_smuggle_headers_in(self, receiver: HookReceiver) -> None:
        post(receiver.url("/a b\u00e9?x=\u00fc%20\r\nX-Evil: 1 HTTP/1.1"))
        [message] = receiver.received
        assert message.line == "POST /a%20b%C3%A9?x=%C3%BC%20X-Evil:%201%20HTTP/1.1 HTTP/1.1"
        assert "x-evil" not in message.headers

    def test_a_name_of_another_script_is_asked_for_in_ascii(self) -> None:
        assert parse_target("https://bücher.test/x").host == "xn--bcher-kva.test"

    def test_the_default_port_is_not_named_to_the_receiver(self) -> None:
        assert parse_target("https://a.test/").authority == parse_target("https://a.test:443/").authority == "a.test"
        assert parse_target("http://[2001:db8::1]:8080/").authority == "[2001:db8::1]:8080"


class TestTls:
    def test_name_and_certificate_are_those_of_the_url_not_of_the_address(self, authority: trustme.CA) -> None:
        with HookReceiver(tls=serving(authority, "hooks.test")) as receiver:
            delivery = post(receiver.url(host="hooks.test"), tls=trusting(authority), resolver=Names(["127.0.0.1"]))
            assert (delivery.status, delivery.error) == (204, None)
            assert receiver.server_names == ["hooks.test"]
            assert receiver.received[0].verified(SECRET) == PAYLOAD

    def test_a_certificate_of_another_name_gets_no_message(self, authority: trustme.CA) -> None:
        with HookReceiver(tls=serving(authority, "other.test")) as receiver:
            delivery = post(receiver.url(host="hooks.test"), tls=trusting(authority), resolver=Names(["127.0.0.1"]))
            assert isinstance(delivery.error, NetworkError)
            assert "Hostname mismatch" in delivery.error.message
            assert receiver.received == []

    def test_a_certificate_that_nobody_vouches_for_gets_no_message(self, authority: trustme.CA) -> None:
        with HookReceiver(tls=serving(authority, "127.0.0.1")) as receiver:
            delivery = post(receiver.url())
            assert isinstance(delivery.error, NetworkError)
            assert "No secure connection" in delivery.error.message
            assert receiver.received == []

    def test_an_address_may_have_a_certificate_too(self, authority: trustme.CA) -> None:
        with HookReceiver(tls=serving(authority, "127.0.0.1")) as receiver:
            assert post(receiver.url(), tls=trusting(authority)).status == 204

    def test_a_receiver_that_never_shakes_hands_is_left_in_time(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as mute:
            delivery = post(f"https://127.0.0.1:{mute.getsockname()[1]}/", timeout_s=PATIENCE_S)
        assert isinstance(delivery.error, CallbackTimeoutError)


class TestReceivers:
    @pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
    def test_any_2xx_takes_the_message(self, status: int, receiver: HookReceiver) -> None:
        receiver.will(Reply(status))
        assert post(receiver.url()).error is None

    @pytest.mark.parametrize(
        ("status", "kind"),
        [
            (400, CallbackRejectedError),
            (404, CallbackRejectedError),
            (410, CallbackGoneError),
            (429, ServiceUnavailableError),
            (500, ServiceUnavailableError),
            (503, ServiceUnavailableError),
            (599, ServiceUnavailableError),
        ],
    )
    def test_any_other_answer_is_an_error_of_its_kind(
        self, status: int, kind: type[BulkVideoError], receiver: HookReceiver
    ) -> None:
        receiver.will(Reply(status))
        delivery = post(receiver.url())
        assert type(delivery.error) is kind
        assert delivery.status == status
        assert str(status) in delivery.error.message

    def test_retry_after_is_told(self, receiver: HookReceiver) -> None:
        receiver.will(Reply(503, {"Retry-After": "120"}), Reply(503, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}))
        assert [getattr(post(receiver.url()).error, "retry_after", 0) for _ in range(2)] == [120.0, None]

    @pytest.mark.parametrize(
        "behaviour",
        [Silence(), Drip(), Drip(b""), Drip(b"HTTP/1.1 100 Continue\r\n\r\n")],
        ids=["silent", "header", "line", "100"],
    )
    def test_a_receiver_that_does_not_finish_is_left_when_the_time_is_up(
        self, behaviour: Behaviour, receiver: HookReceiver
    ) -> None:
        receiver.will(behaviour)
        delivery = post(receiver.url(), timeout_s=PATIENCE_S)
        assert isinstance(delivery.error, CallbackTimeoutError)
        assert delivery.status is None
        assert delivery.duration_ms >= PATIENCE_S * 1000

    def test_what_comes_after_the_status_neither_matters_nor_fills_memory(self, receiver: HookReceiver) -> None:
        receiver.will(Flood(), Drip(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"))
        flooded, dripped = post(receiver.url()), post(receiver.url(), timeout_s=4 * PATIENCE_S)
        assert (flooded.status, flooded.error, dripped.status, dripped.error) == (200, None, 200, None)

    @pytest.mark.parametrize(
        "behaviour", [Drop(), Garbage(), Garbage(b"\x00\x1b[2J" * 50_000)], ids=["drop", "ssh", "binary"]
    )
    def test_a_broken_answer_is_a_network_error_in_printable_words(
        self, behaviour: Behaviour, receiver: HookReceiver
    ) -> None:
        receiver.will(behaviour)
        delivery = post(receiver.url())
        assert type(delivery.error) is NetworkError
        assert delivery.error.message.isprintable()
        assert len(delivery.error.message) < 250

    def test_nobody_listening_is_a_network_error(self) -> None:
        with HookReceiver() as gone:
            url = gone.url()
        assert type(post(url).error) is NetworkError

    def test_a_dead_address_leaves_time_for_the_next(self, receiver: HookReceiver) -> None:
        names = Names(["127.0.0.9", "127.0.0.1"])
        assert post(receiver.url(host="hooks.test"), resolver=names).status == 204

    def test_a_name_without_address_is_a_network_error(self) -> None:
        assert type(post("http://hooks.test/", resolver=Names([])).error) is NetworkError
        assert type(post("http://nowhere.invalid/").error) is NetworkError

    def test_a_slow_name_server_is_left_in_time(self) -> None:
        answering = threading.Event()

        def slow(_host: str, _port: int) -> list[str]:
            answering.wait()
            return ["127.0.0.1"]

        delivery = post("http://hooks.test/", resolver=slow, timeout_s=PATIENCE_S)
        assert isinstance(delivery.error, CallbackTimeoutError), "though nobody has answered yet"
        answering.set()

    def test_a_big_message_arrives_whole(self, receiver: HookReceiver) -> None:
        payload = {"x": "é" * 9_000}
        delivery = deliver(
            receiver.url(),
            payload,
            secret=SECRET,
            message_id="msg_big",
            timestamp=datetime.now(UTC),
            allow_private=True,
        )
        assert delivery.error is None
        assert receiver.received[0].verified(SECRET) == payload
