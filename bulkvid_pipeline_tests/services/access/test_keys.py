"""The keys that verify tokens: a secret of the installation, a public key, and the key set of an identity provider."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from jwt.algorithms import RSAAlgorithm

from bulkvid_pipeline.core.errors import (
    AuthenticationError,
    InvalidRequestError,
    InvalidSettingsError,
    ServiceUnavailableError,
)
from bulkvid_pipeline.services.access import keys
from bulkvid_pipeline.services.access.keys import SECRET_FILE, keys_of
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.services.access.tokens import TokenVerifier, mint
from bulkvid_pipeline.settings import Settings

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def claims() -> dict[str, Any]:
    who = {"iss": "bulkvid", "aud": "bulkvid-api", "sub": "ana", "project": "films", "scope": ["jobs:read", "mail"]}
    return {**who, "exp": int(time.time()) + 600}


def pem_of(key: Key, folder: Path) -> Path:
    path = folder / "key.pem"
    path.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    return path


class Provider:
    """An identity provider that publishes its keys over HTTP; use as a context manager."""

    def __init__(self) -> None:
        self.keys: dict[str, rsa.RSAPrivateKey] = {}
        self.reads = 0

    def __enter__(self) -> Provider:
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.reads += 1
                body = provider.document().encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: object) -> None: ...

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        self.url = f"http://127.0.0.1:{self._server.server_port}/keys"
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def add(self, name: str) -> rsa.RSAPrivateKey:
        self.keys[name] = rsa.generate_private_key(65537, 2048)
        return self.keys[name]

    def token(self, name: str, **header: str) -> str:
        return jwt.encode(claims(), self.keys[name], "RS256", headers={"kid": name, **header})

    def document(self) -> str:
        published = [
            {**json.loads(RSAAlgorithm.to_jwk(key.public_key())), "kid": name, "use": "sig", "alg": "RS256"}
            for name, key in self.keys.items()
        ]
        return json.dumps({"keys": published})


@pytest.fixture
def provider() -> Iterator[Provider]:
    with Provider() as running:
        running.add("first")
        yield running


def test_tokens_of_an_identity_provider_are_verified_by_its_key_set(provider: Provider, tmp_path: Path) -> None:
    verifier = TokenVerifier(Settings(api_jwks_url=provider.url), tmp_path)
    found = verifier.verify(provider.token("first"))

    assert (found.user_id, found.project_id, found.scopes) == ("ana", "films", frozenset({Scope.JOBS_READ}))
    assert verifier.may_block
    verifier.verify(provider.token("first"))
    assert provider.reads == 1, "keys are kept"


def test_a_key_that_the_provider_adds_later_is_found(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "JWKS_COOLDOWN_S", 0.0)
    verifier = TokenVerifier(Settings(api_jwks_url=provider.url), tmp_path)
    verifier.verify(provider.token("first"))
    provider.add("second")

    assert verifier.verify(provider.token("second")).user_id == "ana"


def test_tokens_that_the_key_set_does_not_verify_are_refused(provider: Provider, tmp_path: Path) -> None:
    verifier = TokenVerifier(Settings(api_jwks_url=provider.url), tmp_path)
    stranger = rsa.generate_private_key(65537, 2048)
    for token in (
        jwt.encode(claims(), stranger, "RS256", headers={"kid": "first"}),
        jwt.encode(claims(), stranger, "RS256", headers={"kid": "unknown"}),
        jwt.encode(claims(), stranger, "RS256"),
        jwt.encode(claims(), b"k" * 32, "HS256", headers={"kid": "first"}),
        "a.b.c",
        "",
    ):
        with pytest.raises(AuthenticationError, match="Invalid JWT token"):
            verifier.verify(token)


def test_unknown_keys_do_not_make_the_provider_read_again_and_again(provider: Provider, tmp_path: Path) -> None:
    verifier = TokenVerifier(Settings(api_jwks_url=provider.url), tmp_path)
    for number in range(20):
        forged = jwt.encode(claims(), provider.keys["first"], "RS256", headers={"kid": f"made up {number}"})
        with pytest.raises(AuthenticationError):
            verifier.verify(forged)

    assert provider.reads <= 2


def test_a_provider_that_is_gone_is_said_and_known_keys_go_on(
    provider: Provider, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keys, "JWKS_COOLDOWN_S", 0.0)
    verifier = TokenVerifier(Settings(api_jwks_url=provider.url), tmp_path)
    verifier.verify(provider.token("first"))
    later, unknown = (
        provider.token("first"),
        jwt.encode(claims(), provider.add("second"), "RS256", headers={"kid": "second"}),
    )
    provider.__exit__()
    try:
        assert verifier.verify(later).user_id == "ana"
        with pytest.raises(ServiceUnavailableError, match="cannot be read"):
            verifier.verify(unknown)
    finally:
        provider.__enter__()


def test_a_public_key_on_a_curve_verifies_es256(tmp_path: Path) -> None:
    private = ec.generate_private_key(ec.SECP256R1())
    settings = Settings(api_public_key=pem_of(private, tmp_path))

    assert TokenVerifier(settings, tmp_path).verify(jwt.encode(claims(), private, "ES256")).project_id == "films"
    with pytest.raises(InvalidRequestError, match="cannot sign"):
        mint(settings, tmp_path, user_id="a", project_id="b", scopes=[], lifetime_s=60)


@pytest.mark.parametrize(
    "make", [lambda: rsa.generate_private_key(65537, 1024), lambda: ec.generate_private_key(ec.SECP384R1())]
)
def test_keys_that_are_too_weak_or_of_another_kind_are_refused(tmp_path: Path, make: Callable[[], Key]) -> None:
    with pytest.raises(InvalidSettingsError, match="BULKVID_API_PUBLIC_KEY"):
        keys_of(Settings(api_public_key=pem_of(make(), tmp_path)), tmp_path)


def test_what_is_no_key_and_a_secret_that_is_too_short_are_refused(tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("no key")
    for settings in (
        Settings(api_public_key=tmp_path / "none.pem"),
        Settings(api_public_key=tmp_path / "missing.pem"),
        Settings(api_secret="x" * 31),
        Settings(api_secret="x" * 32, api_jwks_url="http://127.0.0.1:9/keys"),
    ):
        with pytest.raises(InvalidSettingsError):
            keys_of(settings, tmp_path)


def test_many_processes_at_once_agree_on_one_secret_that_only_the_owner_reads(tmp_path: Path) -> None:
    with ThreadPoolExecutor(16) as pool:
        found = set(pool.map(lambda _: keys_of(Settings(), tmp_path).key_for(""), range(64)))

    assert len(found) == 1
    assert (tmp_path / SECRET_FILE).stat().st_mode & 0o077 == 0
    assert [path.name for path in tmp_path.iterdir()] == [SECRET_FILE]
