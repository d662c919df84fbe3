"""`bulkvid token`."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.services.access.scopes import Caller, Scope
from bulkvid_pipeline.services.access.tokens import TokenVerifier
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.cli.conftest import Command


def caller(home: Path, token: str) -> Caller:
    return TokenVerifier(Settings(), home).verify(token)


def test_the_token_alone_is_printed_and_is_valid_for_twelve_hours_of_everything_but_administration(
    bulkvid: Command, home: Path
) -> None:
    first, said = bulkvid("token"), bulkvid("token")
    found = caller(home, said.out.strip())
    assert str(home) in first.err, "who makes the secret is told which server takes the token"
    assert (said.code, said.err, said.out.count("\n")) == (0, "", 1)
    assert (found.user_id, found.project_id) == ("local", "default")
    assert found.scopes == {Scope.JOBS_READ, Scope.JOBS_WRITE, Scope.TEMPLATES_WRITE}
    assert found.expires_at == pytest.approx(time.time() + 12 * 3600, abs=300)


def test_user_project_scopes_and_lifetime_are_as_asked(bulkvid: Command, home: Path) -> None:
    said = bulkvid("token", "--user", "ana", "--project", "films", "--scope", "jobs:read", "--expires", "30m", "--json")
    told = json.loads(said.out)
    found = caller(home, told["token"])
    assert (found.user_id, found.project_id, set(found.scopes)) == ("ana", "films", {Scope.JOBS_READ})
    assert (told["expires_in"], told["scope"], told["token_type"]) == (1800, "jobs:read", "Bearer")


@pytest.mark.parametrize("words", [("--admin",), ("--scope", "admin")])
def test_an_administrators_token(bulkvid: Command, home: Path, words: tuple[str, ...]) -> None:
    assert caller(home, bulkvid("token", *words).out.strip()).is_admin


@pytest.mark.parametrize("text", ["", "0h", "1y", "-3h", "12", "h", "99999999d", "1.5h"])
def test_a_lifetime_that_is_none_is_refused_with_how_to_write_it(bulkvid: Command, text: str) -> None:
    said = bulkvid("token", f"--expires={text}")
    assert (said.code, said.out) == (2, "")
    assert "Write it as 30m, 12h or 30d" in said.err


def test_a_scope_that_is_none_is_refused(bulkvid: Command) -> None:
    said = bulkvid("token", "--scope", "jobs:all")
    assert said.code == 2
    assert "jobs:all" in said.err


def test_an_empty_user_is_refused(bulkvid: Command) -> None:
    said = bulkvid("token", "--user", "")
    assert said.code == 2
    assert "user" in said.err


def test_with_a_public_key_alone_nothing_can_be_signed(bulkvid: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_API_JWKS_URL", "https://login.example/keys")
    settings_module.settings.cache_clear()
    said = bulkvid("token")
    assert (said.code, said.out) == (2, "")
    assert "identity provider" in said.err


def test_a_secret_that_is_too_short_is_refused(bulkvid: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_API_SECRET", "short")
    settings_module.settings.cache_clear()
    said = bulkvid("token")
    assert (said.code, said.out) == (2, "")
    assert "BULKVID_API_SECRET" in said.err


def test_tokens_are_listed_without_themselves_and_one_that_is_revoked_is_listed_no_more(
    bulkvid: Command, home: Path
) -> None:
    token = bulkvid("token", "--name", "Nightly [b]import[/b]", "--project", "listed").out.strip()
    listed = bulkvid("tokens", "list", "--project", "listed").out
    found = json.loads(bulkvid("tokens", "list", "--project", "listed", "--json").out)
    assert "Nightly [b]import[/b]" in listed
    assert token not in listed
    assert [(one["name"], one["ends_with"], one["valid"]) for one in found] == [
        ("Nightly [b]import[/b]", token[-4:], True)
    ]
    assert found[0]["id"] == caller(home, token).token_id

    said = bulkvid("tokens", "revoke", found[0]["id"][:8])

    assert said.code == 0
    assert "Nightly [b]import[/b]" in said.out
    assert "No valid tokens" in bulkvid("tokens", "list", "--project", "listed").out
    assert "revoked" in bulkvid("tokens", "list", "--project", "listed", "--ended").out


def test_a_whole_token_revokes_itself(bulkvid: Command) -> None:
    token = bulkvid("token", "--project", "whole").out.strip()

    assert bulkvid("tokens", "revoke", token).code == 0
    (found,) = json.loads(bulkvid("tokens", "list", "--project", "whole", "--ended", "--json").out)
    assert found["revoked_at"] is not None


def test_what_names_no_token_cannot_be_revoked(bulkvid: Command) -> None:
    said = bulkvid("tokens", "revoke", "nosuchtoken")
    assert said.code == 2
    assert "nosuchtoken" in said.err
