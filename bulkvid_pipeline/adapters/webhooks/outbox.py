"""Messages on their way, kept in the Dagster instance: rows of its key-value table (`kvs`) beside Dagster's cursors.

No second store: what the instance's SQLite or PostgreSQL keeps through restarts, it keeps for messages too. Dagster's
own interface to the table can neither compare and set nor list, so this module writes SQL to it; the contract tests
run it on both databases of the pinned Dagster.

A row's value is `P` (waiting) or `E` (ended), the moment it is due or has ended (ms, 14 digits), and the message as
JSON: so what is due is found by the first 15 characters alone. Every change names the value that it replaces.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError, IntegrityError

from bulkvid_pipeline.core.errors import InvalidRequestError, ServiceUnavailableError

if TYPE_CHECKING:
    from dagster import DagsterInstance

PREFIX = "bulkvid/webhook/"
_WAITING, _ENDED = "P", "E"
_HEAD_CHARS = 15
_KVS = sa.table("kvs", sa.column("key", sa.Text), sa.column("value", sa.Text))


class Outcome(StrEnum):
    """Where a message stands; all but `waiting` are ends, from which only a replay leads on."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GONE = "gone"
    """The receiver wants no more of them."""
    REFUSED = "refused"
    """Its address is not allowed, or no web address."""
    GIVEN_UP = "given_up"
    """A day of tries has failed."""
    DROPPED = "dropped"
    """Too many messages waited."""


@dataclass(frozen=True)
class Try:
    """One try: `status` is the receiver's answer, `code` and `error` what went wrong (empty if taken)."""

    at_ms: int
    status: int | None
    duration_ms: int
    code: str
    error: str


@dataclass(frozen=True)
class Message:
    """A message and all that happened to it; times in ms since 1970."""

    id: str
    run_id: str
    job_id: str
    type: str
    url: str
    body: str
    """The payload as JSON."""
    created_ms: int
    due_ms: int
    """When it is tried next; of a claimed one, when the claim lapses; of an ended one, when it ended."""
    outcome: Outcome = Outcome.WAITING
    since_ms: int | None = None
    """When its first try, or the first after a replay, began."""
    failures: int = 0
    """Failed tries since then."""
    claimed_ms: int | None = None
    """When the sender took it that has not yet said how its try ended."""
    tries: tuple[Try, ...] = ()
    stored: str = field(default="", compare=False, repr=False)
    """The value that it was read from."""

    @property
    def key(self) -> str:
        return f"{_job_prefix(self.job_id)}{self.id}"


class Outbox:
    """The messages of an instance.

    Raises:
        InvalidRequestError: the instance keeps its runs in something else than SQLite or PostgreSQL.
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        from bulkvid_pipeline.adapters.dagster.run_database import run_database

        storage = run_database(instance)
        if storage is None:
            raise InvalidRequestError(
                f"Webhooks cannot be kept in the instance's {type(instance.run_storage).__name__}",
                fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
            )
        self._storage = storage

    def add(self, message: Message) -> bool:
        """Keep a new message; False, and nothing changed, if there is one of that id for the job."""
        try:
            with self._connection() as connection:
                connection.execute(sa.insert(_KVS).values(key=message.key, value=_encoded(message)))
        except IntegrityError:
            return False
        return True

    def swap(self, old: Message, new: Message) -> Message | None:
        """Replace `old`, as it was read, by `new`; None if somebody else has changed it since. Returns what is kept."""
        value = _encoded(new)
        change = sa.update(_KVS).where(_KVS.c.key == old.key, _KVS.c.value == old.stored).values(value=value)
        with self._connection() as connection:
            changed = connection.execute(change).rowcount
        return dataclasses.replace(new, stored=value) if changed else None

    def read(self, key: str) -> Message | None:
        """The message under a key as `due` lists them."""
        found = self._messages(_KVS.c.key == key)
        return found[0] if found else None

    def find(self, message_id: str) -> Message | None:
        """The message of that id, whatever its job."""
        found = self._messages(_ours(), _KVS.c.key.endswith(f"/{message_id}", autoescape=True))
        return next((message for message in found if message.id == message_id), None)

    def of_job(self, job_id: str) -> list[Message]:
        """A job's messages, in the order in which they were made."""
        found = self._messages(_KVS.c.key.startswith(_job_prefix(job_id), autoescape=True))
        # SQLite's LIKE takes a for A.
        return sorted((m for m in found if m.job_id == job_id), key=lambda m: (m.created_ms, m.id))

    def due(self, now_ms: int, limit: int) -> list[str]:
        """Keys of at most `limit` waiting messages whose moment has come, the longest waiting first."""
        ready = sa.and_(_ours(), _stored_head() >= _WAITING, _stored_head() <= _head(_WAITING, now_ms))
        with self._connection() as connection:
            rows = connection.execute(sa.select(_KVS.c.key, _stored_head()).where(ready)).all()
        return [key for key, _ in sorted(rows, key=lambda row: (row[1], row[0]))[:limit]]

    def bound(self, *, most_waiting: int, most_ended: int, ended_before_ms: int) -> None:
        """Forget ended messages that are too old or too many, and drop the longest waiting of too many."""
        with self._connection() as connection:
            rows = connection.execute(sa.select(_KVS.c.key, _stored_head()).where(_ours())).all()
        heads = sorted((str(head), str(key)) for key, head in rows)
        ended = [entry for entry in heads if entry[0].startswith(_ENDED)]
        waiting = [entry for entry in heads if entry[0].startswith(_WAITING)]
        oldest_kept = _head(_ENDED, ended_before_ms)
        surplus = max(0, len(ended) - most_ended)
        self._delete([entry for place, entry in enumerate(ended) if place < surplus or entry[0] < oldest_kept])
        for _, key in waiting[: max(0, len(waiting) - most_waiting)]:
            message = self.read(key)
            if message is not None and message.outcome is Outcome.WAITING:
                self.swap(message, dataclasses.replace(message, outcome=Outcome.DROPPED))

    def forget_ended(self, before_ms: int, *, dry_run: bool = False) -> tuple[int, int]:
        """Forget messages that ended before then; how many they were, and how many characters (`dry_run`: would be)."""
        ended = sa.and_(_ours(), _stored_head() >= _ENDED + "0", _stored_head() < _head(_ENDED, before_ms))
        with self._connection() as connection:
            found = connection.execute(sa.select(_stored_head(), _KVS.c.key, sa.func.length(_KVS.c.value)).where(ended))
            rows = [(str(head), str(key), int(length)) for head, key, length in found]
        if not dry_run:
            self._delete([(head, key) for head, key, _ in rows])
        return len(rows), sum(length for _, _, length in rows)

    def _delete(self, entries: Sequence[tuple[str, str]]) -> None:
        if entries:
            with self._connection() as connection:
                for head, key in entries:  # only as it was seen: a replay may have come between
                    connection.execute(sa.delete(_KVS).where(_KVS.c.key == key, _stored_head() == head))

    def _messages(self, *where: sa.ColumnElement[bool]) -> list[Message]:
        with self._connection() as connection:
            values = connection.execute(sa.select(_KVS.c.value).where(*where)).scalars().all()
        return [_decoded(value) for value in values]

    @contextmanager
    def _connection(self) -> Iterator[sa.Connection]:
        try:
            with self._storage.connect() as connection:
                yield connection
        except IntegrityError:
            raise
        except DBAPIError as error:
            raise ServiceUnavailableError("The Dagster instance's database did not answer about webhooks") from error


def _ours() -> sa.ColumnElement[bool]:
    return _KVS.c.key.startswith(PREFIX, autoescape=True)


def _job_prefix(job_id: str) -> str:
    return f"{PREFIX}{quote(job_id, safe='')}/"


def _stored_head() -> sa.ColumnElement[str]:
    return sa.func.substr(_KVS.c.value, 1, _HEAD_CHARS)


def _head(letter: str, moment_ms: int) -> str:
    return f"{letter}{moment_ms:0{_HEAD_CHARS - 1}d}"


def _encoded(message: Message) -> str:
    values = dataclasses.asdict(message)
    del values["stored"]
    letter = _WAITING if message.outcome is Outcome.WAITING else _ENDED
    return _head(letter, message.due_ms) + json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _decoded(value: str) -> Message:
    values: dict[str, Any] = json.loads(value[_HEAD_CHARS:])
    return Message(
        **{
            **values,
            "outcome": Outcome(values["outcome"]),
            "tries": tuple(Try(**one) for one in values["tries"]),
            "stored": value,
        }
    )
