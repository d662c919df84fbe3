"""The list of tokens that an installation has made."""

from __future__ import annotations

import time
from pathlib import Path

import jwt
import pytest

from bulkvid_pipeline.core.errors import (
    AccessDeniedError,
    AuthenticationError,
    InvalidRequestError,
    TokenNotFoundError,
)
from bulkvid_pipeline.services.access.keys import SECRET_FILE
from bulkvid_pipeline.services.access.minted import KEPT_AFTER_END_S, MintedTokens, NewToken
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES, Caller, Scope
from bulkvid_pipeline.services.access.tokens import TokenVerifier
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

HOUR = 3600.0


def home_of(workplace: Workplace) -> Path:
    return Path(workplace.instance.root_directory)


def make(
    workplace: Workplace,
    name: str = "",
    user: str = "ana",
    project: str = "films",
    clock: float | None = None,
    lifetime_s: float = HOUR,
) -> NewToken:
    tokens = MintedTokens(workplace.instance, time.time if clock is None else lambda: clock)
    return tokens.mint(
        Settings(),
        home_of(workplace),
        name=name,
        user_id=user,
        project_id=project,
        scopes=DEFAULT_SCOPES,
        lifetime_s=lifetime_s,
    )


def caller(user: str = "ana", project: str = "films", *scopes: Scope) -> Caller:
    return Caller(user, project, frozenset(scopes or DEFAULT_SCOPES), time.time() + HOUR)


@ON_BOTH_DATABASES
def test_a_token_is_listed_with_all_but_itself(workplace: Workplace) -> None:
    made = make(workplace, "Nightly import")
    (told,) = MintedTokens(workplace.instance).all()

    assert told == made.told
    assert (told.name, told.user_id, told.project_id, told.scopes) == ("Nightly import", "ana", "films", DEFAULT_SCOPES)
    assert told.expires_at - told.created_at == HOUR
    assert made.token.endswith(told.ends)
    assert TokenVerifier(Settings(), home_of(workplace)).verify(made.token).token_id == told.id
    assert made.token not in repr(made)


def test_the_database_never_holds_a_token(workplace: Workplace) -> None:
    token = make(workplace, "Nightly import").token
    signature = token.rpartition(".")[2].encode()
    held = b"".join(path.read_bytes() for path in home_of(workplace).rglob("*") if path.is_file())

    assert b"Nightly import" in held
    assert signature not in held


def test_the_newest_stands_first(workplace: Workplace) -> None:
    now = time.time()
    for name, ago in (("second", 20), ("first", 10), ("third", 30)):
        make(workplace, name, clock=now - ago)

    assert [token.name for token in MintedTokens(workplace.instance).all()] == ["first", "second", "third"]


def test_callers_see_their_own_and_administrators_those_of_their_project(workplace: Workplace) -> None:
    for user, project in (("ana", "films"), ("bo", "films"), ("ana", "news")):
        make(workplace, f"{user} in {project}", user, project)
    tokens = MintedTokens(workplace.instance)

    assert {token.name for token in tokens.seen_by(caller())} == {"ana in films"}
    assert {token.name for token in tokens.seen_by(caller("eve", "films", Scope.ADMIN))} == {
        "ana in films",
        "bo in films",
    }
    assert tokens.seen_by(caller("eve", "films")) == ()


@pytest.mark.parametrize("who", [caller("bo"), caller("ana", "news"), caller("eve", "news", Scope.ADMIN)])
def test_what_a_caller_does_not_see_cannot_be_revoked_by_it(workplace: Workplace, who: Caller) -> None:
    made = make(workplace).told
    tokens = MintedTokens(workplace.instance)

    with pytest.raises(TokenNotFoundError):
        tokens.revoke(made.id, who)
    assert tokens.all()[0].revoked_at is None


@pytest.mark.parametrize("who", [caller(), caller("eve", "films", Scope.ADMIN)])
def test_a_revoked_token_says_when_and_by_whom(workplace: Workplace, who: Caller) -> None:
    made = make(workplace).told
    tokens = MintedTokens(workplace.instance)
    revoked = tokens.revoke(made.id, who)

    assert revoked.revoked_at == pytest.approx(time.time(), abs=60)
    assert revoked.revoked_by == who.user_id
    assert tokens.all() == (revoked,)
    assert not revoked.is_valid_at(time.time())
    assert tokens.revoke(made.id, who) == revoked, "a second time changes nothing"


def test_a_token_is_named_by_the_beginning_of_its_id(workplace: Workplace) -> None:
    made = make(workplace).told

    assert MintedTokens(workplace.instance).revoke(made.id[:8]).id == made.id


@pytest.mark.parametrize("named", ["", "abc", "zzzzzzzz", "%", "../x"])
def test_what_names_no_token_is_refused(workplace: Workplace, named: str) -> None:
    make(workplace)

    with pytest.raises(TokenNotFoundError):
        MintedTokens(workplace.instance).revoke(named)


def test_a_token_that_is_not_listed_is_revoked_by_itself(workplace: Workplace) -> None:
    make(workplace)  # makes the secret
    secret = (home_of(workplace) / SECRET_FILE).read_bytes()
    claims = {"iss": "bulkvid", "aud": "bulkvid-api", "sub": "ana", "project": "default", "exp": int(time.time()) + 600}
    verifier = TokenVerifier(Settings(), home_of(workplace))
    tokens = MintedTokens(workplace.instance)

    assert tokens.revoke_token(jwt.encode({**claims, "jti": "elsewhere"}, secret), verifier).token_id == "elsewhere"
    with pytest.raises(InvalidRequestError, match="no id"):
        tokens.revoke_token(jwt.encode(claims, secret), verifier)
    with pytest.raises(AuthenticationError):
        tokens.revoke_token("a.b.c", verifier)


def test_nobody_makes_a_token_that_may_more_than_its_maker(workplace: Workplace) -> None:
    tokens, home = MintedTokens(workplace.instance), home_of(workplace)
    reader = caller("ana", "films", Scope.JOBS_READ)

    made = tokens.mint_for(reader, Settings(), home, name="", scopes=[Scope.JOBS_READ], lifetime_s=60)
    assert (made.told.user_id, made.told.project_id) == ("ana", "films")
    for scope in (Scope.JOBS_WRITE, Scope.ADMIN):
        with pytest.raises(AccessDeniedError, match="permissions"):
            tokens.mint_for(reader, Settings(), home, name="", scopes=[Scope.JOBS_READ, scope], lifetime_s=60)
    with pytest.raises(InvalidRequestError, match="permission"):
        tokens.mint_for(reader, Settings(), home, name="", scopes=[], lifetime_s=60)
    assert len(tokens.all()) == 1


@pytest.mark.parametrize("name", ["x" * 81, "two\nlines", "nul\0"])
def test_a_name_that_cannot_be_shown_is_refused(workplace: Workplace, name: str) -> None:
    with pytest.raises(InvalidRequestError, match="name"):
        make(workplace, name)


def test_tokens_that_ended_long_ago_are_forgotten(workplace: Workplace) -> None:
    now = time.time()
    make(workplace, "ended long ago", clock=now - KEPT_AFTER_END_S - 120, lifetime_s=60)
    make(workplace, "ended lately", clock=now - 3600, lifetime_s=60)
    make(workplace, "valid")

    assert {token.name for token in MintedTokens(workplace.instance).all()} == {"ended lately", "valid"}
