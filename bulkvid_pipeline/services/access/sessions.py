"""Sessions of browsers, and one-time codes that begin them, kept in the instance's database.

A browser holds a random number and nothing else. The database holds its digest, so that whoever reads the database
cannot use what is in it. Every process sees the same sessions, and one that was ended is ended everywhere at once.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues
from bulkvid_pipeline.core.errors import AuthenticationError, ServiceUnavailableError
from bulkvid_pipeline.services.access.scopes import Caller, Scope

IDLE_S = 12 * 3600.0
"""A session that is not used for so long has ended."""
LONGEST_S = 7 * 86400.0
"""A session ends after so long, however much it is used."""
RENEW_AFTER_S = 300.0
"""Uses are written down at most so often."""
CODE_LASTS_S = 3600.0
_CLEAN_EVERY_S = 3600.0
_BYTES = 32
_PREFIX = "bulkvid/access/"


@dataclass(frozen=True)
class Session:
    """A browser that has logged in. Times are epoch seconds; `csrf` must come with every change that it asks for.

    `is_of_token`: it was begun with an API token, and ends with that at the latest.
    """

    key: str
    caller: Caller
    csrf: str
    is_of_token: bool


class Sessions:
    """The sessions and login codes of an instance.

    Raises:
        ServiceUnavailableError: from every method, when the instance's database does not answer.
    """

    def __init__(self, instance: DagsterInstance, clock: Callable[[], float] = time.time) -> None:
        self._values = KeyValues(instance, _PREFIX, "sessions")
        self._clock = clock
        self._clean_at = 0.0

    def begin(self, caller: Caller, *, ends_at: float | None = None) -> str:
        """Begin a session; returns what the browser is to hold. One of an API token ends with it, at `ends_at`."""
        self._clean()
        secret, now = secrets.token_urlsafe(_BYTES), self._clock()
        ends = min(now + LONGEST_S, ends_at if ends_at is not None else now + LONGEST_S)
        self._values.insert(
            _key("session", secret), _record(caller, ends_at=ends, used_at=now, is_of_token=ends_at is not None)
        )
        return secret

    def find(self, secret: str, *, is_use: bool = True) -> Session | None:
        """The session of a browser; None if it has ended, or there never was one.

        A use postpones its end; what a page asks for by itself while nobody sits there is none.
        """
        key, now = _key("session", secret), self._clock()
        stored = self._values.read(key)
        if stored is None:
            return None
        record = json.loads(stored)
        if _is_over(record, now):
            return None
        if is_use and now - record["used_at"] > RENEW_AFTER_S:
            renewed = {**record, "used_at": now}
            with suppress(ServiceUnavailableError):  # a database that can only be read at the moment keeps nobody out
                if self._values.swap(key, stored, json.dumps(renewed)):
                    record = renewed
        return Session(key, _caller(record), csrf_of(secret), bool(record.get("is_of_token", record["token"])))

    def end(self, session: Session) -> None:
        """Log out: nobody can use the session again."""
        with self._values.connection() as connection:
            connection.execute(sa.delete(TABLE).where(TABLE.c.key == session.key))

    def new_code(self, caller: Caller, lasts_s: float = CODE_LASTS_S) -> str:
        """A code with which somebody can log in once as the caller."""
        self._clean()
        code, now = secrets.token_urlsafe(_BYTES), self._clock()
        self._values.insert(_key("code", code), _record(caller, ends_at=now + lasts_s, used_at=now))
        return code

    def redeem(self, code: str) -> Caller:
        """The caller that a code logs in. It is used up with that.

        Raises:
            AuthenticationError: it is used up, has expired, or never was one.
        """
        key = _key("code", code)
        stored = self._values.read(key)
        if stored is None or _is_over(json.loads(stored), self._clock()) or not self._values.remove(key, stored):
            raise AuthenticationError(
                "This login link has been used or has expired", fix="Make another one with: bulkvid login-link"
            )
        return replace(_caller(json.loads(stored)), expires_at=self._clock() + LONGEST_S)

    def _clean(self) -> None:
        """Forget what has ended, now and then."""
        now = self._clock()
        if now < self._clean_at:
            return
        self._clean_at = now + _CLEAN_EVERY_S
        with self._values.connection() as connection:
            rows = connection.execute(sa.select(TABLE.c.key, TABLE.c.value).where(self._values.ours)).all()
            over = [row.key for row in rows if _is_over(json.loads(row.value), now)]
            if over:
                connection.execute(sa.delete(TABLE).where(TABLE.c.key.in_(over)))


def csrf_of(secret: str) -> str:
    """What forms of the session that holds this secret must send; it does not tell the secret."""
    return hmac.new(secret.encode(), b"csrf", hashlib.sha256).hexdigest()


def _key(kind: str, secret: str) -> str:
    return f"{_PREFIX}{kind}/{hashlib.sha256(secret.encode()).hexdigest()}"


def _record(caller: Caller, *, ends_at: float, used_at: float, is_of_token: bool = False) -> str:
    return json.dumps(
        {
            "user": caller.user_id,
            "project": caller.project_id,
            "scopes": sorted(scope.value for scope in caller.scopes),
            "ends_at": ends_at,
            "used_at": used_at,
            "token": caller.token_id,
            "is_of_token": is_of_token,
        }
    )


def _is_over(record: dict[str, Any], now: float) -> bool:
    return bool(now >= min(record["ends_at"], record["used_at"] + IDLE_S))


def _caller(record: dict[str, Any]) -> Caller:
    return Caller(
        user_id=record["user"],
        project_id=record["project"],
        scopes=frozenset(map(Scope, record["scopes"])),
        expires_at=min(record["ends_at"], record["used_at"] + IDLE_S),
        token_id=record["token"],
    )
