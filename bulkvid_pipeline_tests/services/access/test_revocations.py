"""Revoked tokens, as processes over one instance see them."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.core.errors import AuthenticationError, ServiceUnavailableError
from bulkvid_pipeline.services.access.revocations import Revocation, Revocations, revoke, revoked
from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES
from bulkvid_pipeline.services.access.tokens import TokenVerifier, mint
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

HOUR = 3600.0


def revocation(at: float | None = None, until: float | None = None) -> Revocation:
    now = time.time()
    return Revocation(now if at is None else at, "ana", now + HOUR if until is None else until)


def is_refused(revocations: Revocations, token_id: str) -> bool:
    try:
        revocations.refuse_revoked(token_id)
    except AuthenticationError:
        return True
    return False


@ON_BOTH_DATABASES
def test_a_revoked_token_is_refused_by_a_process_that_looks_on_its_own(workplace: Workplace) -> None:
    with Revocations(workplace.instance, look_every_s=0.05) as elsewhere:
        assert not is_refused(elsewhere, "one")

        revoke(workplace.instance, "one", revocation())

        wait_until(lambda: is_refused(elsewhere, "one"))
        assert not is_refused(elsewhere, "two")


def test_what_was_read_before_is_never_kept_after_what_was_read_since(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    revocations = Revocations(workplace.instance)
    has_read, goes_on = threading.Event(), threading.Event()
    read = KeyValues.read

    def slowly(table: KeyValues, key: str) -> str | None:
        found = read(table, key)
        if threading.current_thread().name == "slow":
            has_read.set()
            goes_on.wait(30)
        return found

    monkeypatch.setattr(KeyValues, "read", slowly)
    slow = threading.Thread(target=revocations.look, name="slow")
    slow.start()
    assert has_read.wait(30)
    revoke(workplace.instance, "one", revocation())
    quick = threading.Thread(target=revocations.look)
    quick.start()
    quick.join(0.2)  # it is through at once, unless it waits for its turn
    goes_on.set()
    for thread in (slow, quick):
        thread.join(30)

    assert is_refused(revocations, "one")


def test_what_was_revoked_before_a_process_starts_is_refused_from_its_first_request_on(workplace: Workplace) -> None:
    revoke(workplace.instance, "one", revocation())

    with Revocations(workplace.instance) as revocations:
        assert is_refused(revocations, "one")


def test_a_verified_token_is_refused_once_it_is_revoked_although_it_is_known(workplace: Workplace) -> None:
    home = Path(workplace.instance.root_directory)
    token = mint(Settings(), home, user_id="ana", project_id="films", scopes=DEFAULT_SCOPES, lifetime_s=HOUR)
    with Revocations(workplace.instance) as revocations:
        verifier = TokenVerifier(Settings(), home, revocations)
        caller = verifier.verify(token)

        revoke(workplace.instance, caller.token_id, revocation())
        revocations.look()

        with pytest.raises(AuthenticationError, match="Token revoked"):
            verifier.verify(token)


def test_a_token_without_an_id_is_let_in_whatever_was_revoked(workplace: Workplace) -> None:
    revoke(workplace.instance, "one", revocation())

    with Revocations(workplace.instance) as revocations:
        revocations.refuse_revoked("")


def test_the_first_revocation_counts(workplace: Workplace) -> None:
    first = revoke(workplace.instance, "one", revocation())

    assert revoke(workplace.instance, "one", Revocation(first.at + 5, "eve", first.until)) == first
    assert revoked(workplace.instance) == {"one": first}


def test_revoked_tokens_are_forgotten_once_they_have_expired_everywhere(workplace: Workplace) -> None:
    now = time.time()
    revoke(workplace.instance, "old", revocation(now - HOUR, now - HOUR / 2))
    revoke(workplace.instance, "just expired", revocation(now, now - 10))

    revoke(workplace.instance, "new", revocation(now))

    assert set(revoked(workplace.instance)) == {"just expired", "new"}


def test_all_of_many_processes_that_revoke_at_once_are_heeded(workplace: Workplace) -> None:
    threads = [
        threading.Thread(target=revoke, args=(workplace.instance, f"token-{number}", revocation()))
        for number in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert set(revoked(workplace.instance)) == {f"token-{number}" for number in range(8)}


class Away:
    """A database that can be taken away."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.is_away = False
        read = KeyValues.read

        def reading(rows: Any, key: str) -> str | None:
            if self.is_away:
                raise ServiceUnavailableError("The database did not answer")
            return read(rows, key)

        monkeypatch.setattr(KeyValues, "read", reading)


def test_while_the_database_is_away_what_is_known_stays_known(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(monkeypatch)
    revoke(workplace.instance, "one", revocation())
    with Revocations(workplace.instance) as revocations:
        database.is_away = True
        revocations.look()

        assert is_refused(revocations, "one")
        assert not is_refused(revocations, "two")


def test_a_process_that_has_never_seen_the_database_lets_no_token_in_until_it_has(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Away(monkeypatch)
    database.is_away = True
    with Revocations(workplace.instance) as revocations:
        with pytest.raises(ServiceUnavailableError, match="revoked"):
            revocations.refuse_revoked("two")

        database.is_away = False
        revocations.look()

        revocations.refuse_revoked("two")


def test_who_listens_for_a_token_is_told_once_that_it_was_revoked(workplace: Workplace) -> None:
    told: list[str] = []
    with Revocations(workplace.instance) as revocations, revocations.heard(["one"], lambda: told.append("one")):
        with revocations.heard(["two", ""], lambda: told.append("two")):
            revoke(workplace.instance, "one", revocation())
            revocations.look()
        revoke(workplace.instance, "two", revocation())
        revocations.look()

    assert told == ["one"], "who has gone is told nothing"


def test_who_listens_too_late_is_told_at_once(workplace: Workplace) -> None:
    revoke(workplace.instance, "one", revocation())
    told: list[str] = []

    with Revocations(workplace.instance) as revocations, revocations.heard(["one"], lambda: told.append("one")):
        assert told == ["one"]


def test_a_session_that_was_ended_elsewhere_is_heard_of(workplace: Workplace) -> None:
    told: list[str] = []
    with (
        Revocations(workplace.instance) as here,
        Revocations(workplace.instance) as elsewhere,
        here.heard(["token", "session"], lambda: told.append("ended")),
    ):
        elsewhere.announce_end("session")
        here.look()
        here.look()

        assert told == ["ended"]
        assert not is_refused(here, "token")
