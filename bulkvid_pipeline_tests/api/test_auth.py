"""Who is let in: tokens of all kinds that somebody may send, and the rule of every route."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from fastapi import FastAPI
from fastapi.testclient import TestClient

from bulkvid_pipeline.api.app import ROUTERS, create_app
from bulkvid_pipeline.api.auth import GuardedRoute, Public, Reader, guarded_router
from bulkvid_pipeline.services.access.keys import SECRET_FILE
from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import Scope
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.api.conftest import Bearer, home_of
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace

JOB = "/api/bulk-jobs/job_000000000000"
CLAIMS = {"iss": "bulkvid", "aud": "bulkvid-api", "sub": "ana", "project": "default", "scope": "jobs:read"}


def claims(**changed: Any) -> dict[str, Any]:
    return {**CLAIMS, "exp": int(time.time()) + 600, **changed}


def without(name: str) -> dict[str, Any]:
    return {key: value for key, value in claims().items() if key != name}


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")


def secret_of(workplace: Workplace) -> bytes:
    return (home_of(workplace) / SECRET_FILE).read_bytes()


def status(api: TestClient, token: str) -> tuple[int, str]:
    answer = api.get(JOB, headers={"Authorization": f"Bearer {token}"})
    error = answer.json()["error"]
    assert token not in answer.text
    return answer.status_code, error["message"]


def test_a_valid_token_is_let_in_to_find_that_there_is_no_such_job(api: TestClient, bearer: Bearer) -> None:
    answer = api.get(JOB, headers=bearer())

    assert answer.status_code == 404
    assert answer.json()["error"]["code"] == "JOB_NOT_FOUND"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer  "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer not.a.token"},
        {"Authorization": "Bearer " + "x" * 9000},
        {"Cookie": "session=1"},
    ],
)
def test_without_a_token_nobody_is_let_in(api: TestClient, headers: dict[str, str]) -> None:
    answer = api.get(JOB, headers=headers)

    assert answer.status_code == 401
    assert answer.json()["error"]["message"] == "Invalid JWT token"
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_a_revoked_token_is_refused_by_a_server_that_has_let_it_in_before(
    api: TestClient, workplace: Workplace
) -> None:
    tokens = MintedTokens(workplace.instance)
    made = tokens.mint(
        settings(), home_of(workplace), user_id="ana", project_id="default", scopes=list(Scope), lifetime_s=600
    )
    assert status(api, made.token)[0] == 404

    tokens.revoke(made.told.id)

    wait_until(lambda: status(api, made.token) == (401, "Token revoked"))


def test_an_expired_token_is_told_apart(api: TestClient, workplace: Workplace) -> None:
    expired = jwt.encode(claims(exp=int(time.time()) - 60), secret_of(workplace), "HS256")

    assert status(api, expired) == (401, "Token expired")


def test_clocks_may_differ_by_half_a_minute(api: TestClient, workplace: Workplace) -> None:
    just_expired = jwt.encode(claims(exp=int(time.time()) - 10), secret_of(workplace), "HS256")

    assert status(api, just_expired)[0] == 404


@pytest.mark.parametrize(
    "payload",
    [
        without("exp"),
        without("iss"),
        without("aud"),
        without("sub"),
        without("project"),
        claims(iss="somebody"),
        claims(aud="another-api"),
        claims(aud=[]),
        claims(sub=""),
        claims(sub="a\u0000b"),
        claims(sub="x" * 129),
        claims(project=7),
        claims(project=""),
        claims(scope=7),
        claims(scope={"jobs:read": True}),
        claims(nbf=int(time.time()) + 600),
        claims(exp="tomorrow"),
        claims(exp=10**30),
    ],
    ids=lambda payload: "-".join(sorted(set(CLAIMS) ^ set(payload))) or "claims",
)
def test_a_rightly_signed_token_with_wrong_claims_is_refused(
    api: TestClient, workplace: Workplace, payload: dict[str, Any]
) -> None:
    token = jwt.encode({**payload, "sub": payload.get("sub")} if "sub" in payload else payload, secret_of(workplace))

    # A time beyond all calendars is far away, and no fault.
    assert status(api, token)[0] == (404 if payload.get("exp") == 10**30 else 401)


def test_a_token_signed_by_somebody_else_is_refused(api: TestClient) -> None:
    assert status(api, jwt.encode(claims(), b"k" * 32, "HS256")) == (401, "Invalid JWT token")


@pytest.mark.parametrize("algorithm", ["none", "None", "NONE", ""])
def test_a_token_without_a_signature_is_refused(api: TestClient, algorithm: str) -> None:
    for signature in ("", "x"):
        token = f"{part({'alg': algorithm, 'typ': 'JWT'})}.{part(claims())}.{signature}"

        assert status(api, token) == (401, "Invalid JWT token")


def test_another_algorithm_with_the_right_secret_is_refused(api: TestClient, workplace: Workplace) -> None:
    for algorithm in ("HS384", "HS512"):
        assert status(api, jwt.encode(claims(), secret_of(workplace), algorithm)) == (401, "Invalid JWT token")


def test_a_public_key_does_not_verify_tokens_that_were_signed_with_it_as_a_secret(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    private = rsa.generate_private_key(65537, 2048)
    pem = private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    (workplace.folder / "key.pem").write_bytes(pem)
    monkeypatch.setenv("BULKVID_API_PUBLIC_KEY", str(workplace.folder / "key.pem"))
    settings.cache_clear()
    # PyJWT refuses to sign with a public key, as an attacker would not.
    signed = f"{part({'alg': 'HS256', 'typ': 'JWT'})}.{part(claims())}"
    digest = hmac.new(pem, signed.encode(), hashlib.sha256).digest()
    forged = f"{signed}.{base64.urlsafe_b64encode(digest).decode().rstrip('=')}"
    with TestClient(create_app(settings(), home_of(workplace))) as api:
        assert status(api, jwt.encode(claims(), private, "RS256"))[0] == 404
        assert status(api, forged) == (401, "Invalid JWT token")


def test_a_token_without_the_scope_is_refused_with_the_scope_named(api: TestClient, bearer: Bearer) -> None:
    answer = api.get(JOB, headers=bearer(scopes=[Scope.TEMPLATES_WRITE]))

    assert answer.status_code == 403
    assert answer.json()["error"]["message"] == "Insufficient permissions"
    assert "jobs:read" in answer.json()["error"]["fix"]


def test_an_administrator_may_do_everything(api: TestClient, bearer: Bearer) -> None:
    assert api.get(JOB, headers=bearer(scopes=[Scope.ADMIN])).status_code == 404


def test_a_route_without_a_rule_cannot_be_made() -> None:
    router = guarded_router()

    with pytest.raises(TypeError, match="authorisation rule"):

        @router.get("/open")
        def read() -> None: ...


def test_a_route_with_two_rules_cannot_be_made() -> None:
    router = guarded_router()

    with pytest.raises(TypeError, match="authorisation rule"):

        @router.get("/both")
        def read(_caller: Reader, _public: Public) -> None: ...


def test_every_route_of_the_app_has_a_rule(api: TestClient) -> None:
    app = api.app
    assert isinstance(app, FastAPI)
    own = [route for router in ROUTERS for route in router.routes]
    besides = [route for route in app.routes if getattr(route, "original_router", None) not in ROUTERS]

    assert [route for route in own if not isinstance(route, GuardedRoute)] == []
    assert [getattr(route, "path", route) for route in besides] == [app.openapi_url]
