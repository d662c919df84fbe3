"""Which tokens were revoked: one record in the instance's database, at which every process that lets people in looks.

A process looks once a second, from a thread of its own, so a request costs no more than a look into a set, and a token
is refused everywhere within two seconds.

While the database does not answer, what is known stays known: nothing can be revoked meanwhile, as that is written to
the same database, and requests that are counted are refused anyhow. A process that has never been able to look refuses
all tokens that have an id (503): it cannot know.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

from dagster import DagsterInstance
from pydantic import TypeAdapter, ValidationError

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.core.errors import AuthenticationError, BulkVideoError, ServiceUnavailableError
from bulkvid_pipeline.services.periodic import Periodic

LOOK_EVERY_S = 1.0
KEPT_AFTER_END_S = 300.0
"""A revoked token is remembered for longer than clocks may differ, after which it has expired everywhere."""
_KEY: Final = "bulkvid/tokens/revoked"
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Revocation:
    """When a token was revoked and by whom, and until when it would have been valid; times in epoch seconds."""

    at: float
    by: str
    until: float


_STORED: Final = TypeAdapter(dict[str, Revocation])


def revoked(instance: DagsterInstance) -> dict[str, Revocation]:
    """All revoked tokens that have not expired, by id.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    return _told(_table(instance).read(_KEY))


def revoke(instance: DagsterInstance, token_id: str, revocation: Revocation) -> Revocation:
    """Have the token refused from now on; returns the first revocation if it was revoked before.

    Raises:
        ServiceUnavailableError: the database does not answer; the token may still be valid.
    """
    table = _table(instance)
    while True:
        before = table.read(_KEY)
        known = {name: told for name, told in _told(before).items() if told.until + KEPT_AFTER_END_S > revocation.at}
        if token_id in known:
            return known[token_id]
        stored = _STORED.dump_json({**known, token_id: revocation}).decode()
        if table.insert(_KEY, stored) if before is None else table.swap(_KEY, before, stored):
            return revocation


class Revocations:
    """What this process knows of revoked tokens; use as a context manager. Its methods may be called by any thread."""

    def __init__(self, instance: DagsterInstance, look_every_s: float = LOOK_EVERY_S) -> None:
        self._instance = instance
        self._table = _table(instance)
        self._revoked: frozenset[str] | None = None
        self._stored: str | None = None
        self._listening: dict[str, list[Callable[[], None]]] = {}
        self._lock = threading.Lock()
        self._looking = threading.Lock()
        self._periodic = Periodic(self.look, look_every_s, "revocations")

    def __enter__(self) -> Self:
        self.look()
        self._periodic.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._periodic.stop(wait=False)

    def refuse_revoked(self, token_id: str) -> None:
        """Do nothing if the token was not revoked. Never waits.

        Raises:
            AuthenticationError: it was.
            ServiceUnavailableError: this process has never been able to look.
        """
        if not token_id:
            return
        if self._revoked is None:
            raise ServiceUnavailableError(
                "Whether this token was revoked cannot be told: the database does not respond",
                fix="Try again",
                retry_after=LOOK_EVERY_S,
            )
        if token_id in self._revoked:
            raise AuthenticationError("Token revoked", fix="Get a new token")

    def announce_end(self, session_key: str) -> None:
        """Let all processes hear that a session was ended, which is done already: what it has open is to end too.

        Raises:
            ServiceUnavailableError: the database does not answer.
        """
        now = time.time()
        revoke(self._instance, session_key, Revocation(now, "", until=now))
        self.look()

    @contextmanager
    def heard(self, ids: Iterable[str], tell: Callable[[], None]) -> Iterator[None]:
        """Have `tell` called from another thread when a token of these is revoked, or a session ended, meanwhile."""
        listened = frozenset(filter(None, ids))
        with self._lock:
            for one in listened:
                self._listening.setdefault(one, []).append(tell)
        try:
            self._tell(listened & (self._revoked or frozenset()))
            yield
        finally:
            with self._lock:
                for one in listened:
                    left = [other for other in self._listening.pop(one, ()) if other is not tell]
                    if left:
                        self._listening[one] = left

    def look(self) -> None:
        """See which tokens are revoked now; what is known stays if the database does not answer."""
        with self._looking:  # else what one thread has read before could be kept after what another has read since
            try:
                stored = self._table.read(_KEY)
            except BulkVideoError as error:
                _log.log(
                    logging.DEBUG if self._revoked is not None else logging.WARNING,
                    "Which tokens were revoked is not known: %s",
                    error,
                )
                return
            if self._revoked is not None and stored == self._stored:
                return
            known = frozenset(_told(stored))
            self._revoked, self._stored = known, stored
        self._tell(known)

    def _tell(self, revoked_ids: frozenset[str]) -> None:
        with self._lock:
            called = [tell for one in revoked_ids & self._listening.keys() for tell in self._listening.pop(one)]
        for tell in called:
            tell()


def _told(stored: str | None) -> dict[str, Revocation]:
    if stored is None:
        return {}
    try:
        return _STORED.validate_json(stored)
    except ValidationError:
        raise ServiceUnavailableError(
            "Which tokens were revoked cannot be read: another version of bulkvid wrote it",
            fix="Run the same version of bulkvid in all processes of the installation",
        ) from None


def _table(instance: DagsterInstance) -> KeyValues:
    return KeyValues(instance, _KEY, "tokens")
