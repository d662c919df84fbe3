"""Secrets planted into requests of every adapter, and servers that send all that they got back: none is recorded."""

from __future__ import annotations

import base64
import html
import http.server
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any, ClassVar
from urllib.parse import quote

import pytest

from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.media.web import fetch_web
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.google_sheets import ApiKey, GoogleSheets, ServiceAccount
from bulkvid_pipeline.adapters.speech.openai import Endpoint, OpenAiSpeech
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.adapters.webhooks import deliver
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.options import Voice
from bulkvid_pipeline_tests.core.diagnostics.test_redaction import ENCODED
from bulkvid_pipeline_tests.peers.google import GooglePeer
from bulkvid_pipeline_tests.peers.google.wire import Answer, Request
from bulkvid_pipeline_tests.services.diagnostics.overhearing import Overheard, overheard

pytestmark = pytest.mark.heavy

ONCE = RetryPolicy(tries=1)
SECRET = "pLanted+Zq81/vXw07=mK"
"""With characters that every encoding writes differently."""
SHEET = "1AbsentSheetThatNobodyEverMade00000000000000"
PLAIN = "pLantedZq81vXw07mK"
IN_ADDRESS = quote(SECRET, safe="")

ECHOES: dict[str, Callable[[str], str]] = {
    "text": str,
    "json": lambda text: json.dumps({"error": {"message": text, "code": "x"}}),
    "json in json": lambda text: json.dumps({"detail": json.dumps({"you_sent": text})}),
    "html": lambda text: f"<pre>{html.escape(text)}</pre>",
    "xml": lambda text: f"<Error><Code>AccessDenied</Code><Message>{html.escape(text)}</Message></Error>",
    "address": lambda text: quote(text, safe=""),
    "twice": lambda text: quote(quote(text, safe=""), safe=""),
    "base64": lambda text: base64.encodebytes(text.encode()).decode(),
    "base64 in json": lambda text: json.dumps({"you_sent": base64.encodebytes(b"x" + text.encode()).decode()}),
    "hex": lambda text: text.encode().hex(),
    "python": repr,
}
IN_HEADERS = ("Location", "Server", "WWW-Authenticate", "Warning", "X-Request-Id", "ETag", "X-Amz-Id-2", "Set-Cookie")


class EchoServer(http.server.ThreadingHTTPServer):
    """Answers every request with all that it holds: in the body, and in headers that are shown."""

    daemon_threads = True
    style = "text"
    status = 400

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Echo)
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Echo(http.server.BaseHTTPRequestHandler):
    server: EchoServer
    protocol_version = "HTTP/1.1"
    hidden: ClassVar[tuple[str, ...]] = ("host", "accept", "user-agent")

    def _answer(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        told = {name: value for name, value in self.headers.items() if name.lower() not in self.hidden}
        said = "\n".join([self.path, *(f"{name}: {value}" for name, value in told.items()), body.decode("latin-1")])
        # Words of the secrets themselves, as a server tells them that has understood the request.
        bare = " ".join(value.rpartition(" ")[2] for value in told.values())
        answer = ECHOES[self.server.style](f"{said[:3000]}\nkey {bare[:1000]} is wrong").encode()
        self.send_response(self.server.status)
        for name in IN_HEADERS:
            self.send_header(name, f"{self.path} {bare}"[:2000])
        self.send_header("Content-Type", "application/json" if "json" in self.server.style else "text/html")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        with suppress(OSError):
            self.wfile.write(answer)

    do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _answer  # noqa: N815 - names of the standard library

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def echo() -> Iterator[EchoServer]:
    with EchoServer() as server:
        yield server
        server.shutdown()


def assert_hidden(heard: Overheard, *secrets: str) -> None:
    assert heard.taken
    kept = "\n".join(one.model_dump_json() for one in heard.taken) + heard.summary().model_dump_json()
    for secret in secrets:
        for name, encode in ENCODED.items():
            assert encode(secret).rstrip("=") not in kept, (name, secret, kept)
        assert secret[:10] not in kept, (secret, kept)


def seen(attempt: Callable[[], object]) -> Overheard:
    with overheard() as heard, suppress(BulkVideoError):
        attempt()
    return heard


def spoken(echo: EchoServer) -> Overheard:
    endpoint = Endpoint(f"{echo.url}/v1", "tts-1", {Voice.FEMALE: "nova"}, timeout_s=20.0)
    silent: Any = type("Silent", (), {"name": "silent", "version": "1"})()
    with OpenAiSpeech(endpoint, silent, SECRET, ONCE) as speech:
        return seen(lambda: speech.speak("Turn off the tap.", Voice.FEMALE, "en-us"))


def called(echo: EchoServer) -> Overheard:
    key = "whsec_" + base64.b64encode(b"planted-key-of-the-webhook-thirty").decode()
    port = echo.server_port
    url = f"http://127.0.0.1:{port}/hook/{IN_ADDRESS}/{PLAIN}?token={IN_ADDRESS}&{PLAIN}"
    return seen(
        lambda: deliver(url, {"a": 1}, secret=key, message_id="msg_1", timestamp=datetime.now(UTC), allow_private=True)
    )


def fetched(echo: EchoServer) -> Overheard:
    policy = MediaPolicy(allow_http=True, allow_private=True, deadline_s=5)
    url = f"{echo.url}/a.png?X-Amz-Signature={IN_ADDRESS}&X-Amz-Security-Token={PLAIN}"
    return seen(lambda: fetch_web(url, policy, None))


def stored(echo: EchoServer) -> Overheard:
    storage = open_storage("films", endpoint_url=echo.url, key=PLAIN, secret=SECRET, region="r-1", timeout_s=5)
    return seen(lambda: storage.write_text("a.txt", "x"))


@pytest.mark.parametrize("ask", [spoken, called, fetched, stored])
@pytest.mark.parametrize("status", [200, 302, 400, 401, 403])
def test_what_a_server_sends_back_is_hidden(
    echo: EchoServer, ask: Callable[[EchoServer], Overheard], status: int
) -> None:
    echo.status = status
    for style in ECHOES if status == 403 and ask is not stored else ("json", "xml", "base64"):
        echo.style = style
        assert_hidden(ask(echo), SECRET, PLAIN)


def test_temporary_keys_of_the_environment_are_hidden(echo: EchoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", PLAIN)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "another-" + SECRET)
    monkeypatch.setenv("AWS_SESSION_TOKEN", SECRET)
    echo.status = 403
    for style in ("xml", "twice", "base64"):
        echo.style = style
        storage = open_storage("films", endpoint_url=echo.url, region="r-1", timeout_s=5)
        heard = seen(lambda storage=storage: storage.write_text("a.txt", "x"))  # type: ignore[misc]
        assert any("x-amz-security-token" in one.request_headers for one in heard.taken)
        assert_hidden(heard, PLAIN, SECRET)


def test_a_proxy_s_password_is_hidden(echo: EchoServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://ada:{IN_ADDRESS}@127.0.0.1:{echo.server_port}")
    monkeypatch.setenv("no_proxy", "")
    echo.status = 407
    for style in ECHOES:
        echo.style = style
        endpoint = Endpoint("http://voice.example/v1", "tts-1", {Voice.FEMALE: "nova"}, timeout_s=20.0)
        silent: Any = type("Silent", (), {"name": "silent", "version": "1"})()
        with OpenAiSpeech(endpoint, silent, PLAIN, ONCE) as speech:
            heard = seen(lambda speech=speech: speech.speak("Turn off.", Voice.FEMALE, "en-us"))  # type: ignore[misc]
        assert heard.taken[0].status == 407
        assert_hidden(heard, PLAIN, SECRET)


def test_google_s_keys_and_tokens_are_hidden(monkeypatch: pytest.MonkeyPatch) -> None:
    style = "text"

    class Echoing(GooglePeer):
        """Grants tokens, and refuses all else with what it was sent."""

        def _handle(self, request: Request) -> tuple[Answer, Any]:
            if request.host.startswith("oauth2"):
                return super()._handle(request)
            said = "\n".join([request.path, request.query, *map(": ".join, request.headers.items())])
            given = request.headers.get("authorization", "").rpartition(" ")[2] or request.param("key") or ""
            sent.append(given)
            return Answer(403, ECHOES[style](f"{said}\nkey {given} is wrong").encode(), "application/json"), None

    sent: list[str] = []
    with Echoing() as peer:
        for name, value in peer.env.items():
            monkeypatch.setenv(name, value)
        account = peer.service_account()
        key = json.loads(account.path.read_text())
        line = key["private_key"].splitlines()[5]
        for style in ECHOES:  # noqa: B007 - the peer reads it
            for credentials in (ServiceAccount(account.path), ApiKey(PLAIN)):
                sheets = GoogleSheets(credentials, timeout_s=60.0, retry=ONCE)
                heard = seen(lambda sheets=sheets: sheets.read(SHEET))  # type: ignore[misc]
                assert_hidden(heard, *{*sent, PLAIN, line, key["private_key_id"]} - {""})
                sent.clear()
