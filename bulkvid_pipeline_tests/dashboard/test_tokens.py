"""The page of API tokens."""

from __future__ import annotations

import re
import time

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from bulkvid_pipeline.services.access.minted import MintedTokens
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline_tests.dashboard.conftest import Visitor, Visitors, words

HOSTILE = "\"><img src=x onerror=alert(1)> '{{7*7}}'"
JOB = "/api/bulk-jobs/job_that_is_none"


def made_by(visitor: Visitor, **fields: object) -> Response:
    filled = {"once": str(time.monotonic_ns()), "name": "Import", "lifetime": "12h", "scopes": ["jobs:read"], **fields}
    return visitor.post("/tokens", filled)


def token_in(page: Response) -> str:
    found = re.search(r"data-token>([^<]+)<", page.text)
    assert found is not None, words(page)
    return found[1]


def test_a_token_is_shown_once_and_lets_a_program_in(
    visitor: Visitor, site: TestClient, services: OpenServices
) -> None:
    page = made_by(visitor, name=HOSTILE)
    token = token_in(page)
    (told,) = MintedTokens(services.instance).all()

    assert page.status_code == 201
    assert site.get(JOB, headers={"Authorization": f"Bearer {token}"}).status_code == 404
    assert (told.name, told.user_id, told.scopes) == (HOSTILE, "ana", (Scope.JOBS_READ,))
    assert "no-store" in page.headers["Cache-Control"]
    listed = visitor.get("/tokens")
    assert token not in listed.text
    for answer in (page, listed):
        assert "<img" not in answer.text
        assert "alert(1)" in answer.text, "as text"
        assert "49" not in re.findall(r"<h3[^>]*>(.*?)</h3>", answer.text)[0]


def test_the_same_form_sent_again_makes_no_other_token(visitor: Visitor, services: OpenServices) -> None:
    made_by(visitor, once="the same")
    again = made_by(visitor, once="the same")

    assert (again.status_code, again.headers["Location"]) == (303, "/tokens")
    assert len(MintedTokens(services.instance).all()) == 1


def test_nobody_gives_a_token_more_than_he_may_himself(visitors: Visitors, services: OpenServices) -> None:
    reader = visitors("bo", scopes=[Scope.JOBS_READ])
    offered = set(re.findall(r'name="scopes" value="([^"]+)"', reader.get("/tokens").text))
    refused = made_by(reader, scopes=["jobs:read", "admin"], name="Kept")

    assert offered == {"jobs:read"}
    assert refused.status_code == 403
    assert 'value="Kept"' in refused.text
    assert MintedTokens(services.instance).all() == ()


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"scopes": []}, "needs a permission"),
        ({"scopes": ["jobs:all"]}, "no such permission"),
        ({"lifetime": "never"}, "is not a lifetime"),
        ({"lifetime": "9999999d"}, "is not a lifetime"),
        ({"lifetime": "3660d"}, "is not a lifetime"),
        ({"name": "x" * 81}, "name of the token cannot be used"),
        ({"once": ""}, "did not arrive whole"),
    ],
)
def test_what_is_wrong_is_said_and_the_form_stays_filled(
    visitor: Visitor, services: OpenServices, fields: dict[str, object], told: str
) -> None:
    page = made_by(visitor, **{"name": "Kept", **fields})

    assert page.status_code == 400
    assert told in words(page)
    assert f'value="{fields.get("name", "Kept")}"' in page.text
    assert MintedTokens(services.instance).all() == ()


def test_a_revoked_token_is_refused_at_once_by_the_process_that_was_asked(
    visitor: Visitor, site: TestClient, services: OpenServices
) -> None:
    token = token_in(made_by(visitor))
    (told,) = MintedTokens(services.instance).all()
    path = f"/tokens/{told.id}/revoke"
    assert path in visitor.get("/tokens").text
    asked = visitor.get(path)
    assert asked.status_code == 200
    assert "cannot be undone" in words(asked)
    assert site.get(JOB, headers={"Authorization": f"Bearer {token}"}).status_code == 404, "asking revokes nothing"

    done = visitor.post(path)

    assert done.headers["Location"] == "/tokens"
    assert site.get(JOB, headers={"Authorization": f"Bearer {token}"}).json()["error"]["message"] == "Token revoked"
    after = visitor.get("/tokens")
    assert path not in after.text
    assert "by ana" in words(after)
    assert "revoked already" in words(visitor.get(path))


def test_tokens_of_others_are_neither_seen_nor_revoked_but_administrators_see_those_of_their_project(
    visitors: Visitors, services: OpenServices
) -> None:
    made_by(visitors("bo"), name="Of Bo")
    (told,) = MintedTokens(services.instance).all()
    path = f"/tokens/{told.id}/revoke"
    for stranger in (visitors("ana"), visitors("bo", "news"), visitors("eve", "news", [Scope.ADMIN])):
        assert "Of Bo" not in stranger.get("/tokens").text
        assert (stranger.get(path).status_code, stranger.post(path).status_code) == (404, 404)
    admin = visitors("eve", scopes=[Scope.ADMIN])
    assert "Of Bo" in admin.get("/tokens").text
    assert admin.post(path).status_code == 303
    assert MintedTokens(services.instance).all()[0].revoked_by == "eve"


def test_many_tokens_are_shown_a_page_at_a_time(visitor: Visitor, services: OpenServices) -> None:
    tokens = MintedTokens(services.instance)
    for number in range(53):
        tokens.mint(
            services.settings, services.home,
            name=f"T{number}.", user_id="ana", project_id="default", scopes=DEFAULT_SCOPES, lifetime_s=600,
        )  # fmt: skip
    first, second = visitor.get("/tokens"), visitor.get("/tokens?page=2")

    assert ("T52." in first.text, "T2." in first.text) == (True, False)
    assert ("T52." in second.text, "T2." in second.text) == (False, True)
    assert "/tokens?page=3" not in second.text
    assert visitor.get("/tokens?page=%F0%9F%98%80").status_code == 200


def test_without_an_own_secret_the_page_says_where_tokens_come_from(
    visitor: Visitor, services: OpenServices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(services.verifier), "signs_own", False)
    page = visitor.get("/tokens")

    assert "come from your identity provider" in words(page)
    assert 'action="/tokens"' not in page.text


@pytest.mark.parametrize("token_id", ["an id", ""])
def test_whoever_logged_in_with_a_token_makes_no_other_one_that_would_outlive_it(
    site: TestClient, services: OpenServices, token_id: str
) -> None:
    caller = Caller("ana", "default", frozenset(DEFAULT_SCOPES), time.time() + 60, token_id)
    visitor = Visitor(site, services.sessions.begin(caller, ends_at=caller.expires_at))

    refused = made_by(visitor)

    assert refused.status_code == 403
    assert "Log in with a login link" in words(refused)
    assert "Make the token" not in words(visitor.get("/tokens"))
    assert MintedTokens(services.instance).all() == ()
