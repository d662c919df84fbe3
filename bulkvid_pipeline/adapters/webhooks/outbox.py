"""The queue of outgoing messages, in the Dagster instance: rows of its key-value table (`kvs`) beside Dagster's own.

A row's value is `P` (pending) or `E` (ended), the time at which it is due or has ended (ms, 14 digits), and the message
as JSON: so due messages are found by the first 15 characters. Every change is conditional on the old value.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSON

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues, head
from bulkvid_pipeline.adapters.webhooks.delivery import canonical_json

if TYPE_CHECKING:
    from dagster import DagsterInstance

PREFIX = "bulkvid/webhook/"
_WAITING, _ENDED = "P", "E"
_HEAD_CHARS = 15


class Outcome(StrEnum):
    """The state of a message. All but `waiting` are final; only a replay makes a message wait again."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GONE = "gone"
    """The receiver responded with 410 and does not want further messages."""
    REFUSED = "refused"
    """The address is not allowed, or not a web address."""
    GIVEN_UP = "given_up"
    """All attempts within a day failed."""
    DROPPED = "dropped"
    """Dropped because too many messages were waiting."""


FAILED: Final = frozenset({Outcome.GONE, Outcome.REFUSED, Outcome.GIVEN_UP, Outcome.DROPPED})
"""What nobody has received and nobody will, unless it is sent again."""


@dataclass(frozen=True)
class Try:
    """One attempt: `status` is the receiver's HTTP status, `code` and `error` the failure (empty if accepted)."""

    at_ms: int
    status: int | None
    duration_ms: int
    code: str
    error: str


@dataclass(frozen=True)
class Message:
    """A message and its history; times in ms since 1970."""

    id: str
    run_id: str
    job_id: str
    type: str
    url: str
    body: str
    """The payload as JSON."""
    created_ms: int
    due_ms: int
    """Time of the next attempt; for a claimed message, when the claim expires; for an ended one, when it ended."""
    outcome: Outcome = Outcome.WAITING
    since_ms: int | None = None
    """When the first attempt, or the first after a replay, began."""
    failures: int = 0
    """Failed attempts since then."""
    claimed_ms: int | None = None
    """When a sender claimed it for an attempt that has not ended yet."""
    tries: tuple[Try, ...] = ()
    stored: str = field(default="", compare=False, repr=False)
    """The stored value that it was read from."""

    @property
    def key(self) -> str:
        return f"{_job_prefix(self.job_id)}{self.id}"


class Outbox:
    """The messages of an instance.

    Raises:
        InvalidRequestError: the instance's storage is neither SQLite nor PostgreSQL.
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        self._rows = KeyValues(instance, PREFIX, "webhooks")

    def add(self, message: Message) -> bool:
        """Store a new message; returns False and changes nothing if the job has a message with this id."""
        return self._rows.insert(message.key, _encoded(message))

    def swap(self, old: Message, new: Message) -> Message | None:
        """Replace `old` by `new` and return the stored message; None if another process has changed it since."""
        value = _encoded(new)
        return dataclasses.replace(new, stored=value) if self._rows.swap(old.key, old.stored, value) else None

    def read(self, key: str) -> Message | None:
        """The message with a key from `due`."""
        found = self._messages(TABLE.c.key == key)
        return found[0] if found else None

    def find(self, message_id: str) -> Message | None:
        """The message with this id, of any job."""
        found = self._messages(self._rows.ours, TABLE.c.key.endswith(f"/{message_id}", autoescape=True))
        return next((message for message in found if message.id == message_id), None)

    def of_job(self, job_id: str) -> list[Message]:
        """A job's messages, in order of creation."""
        found = self._messages(TABLE.c.key.startswith(_job_prefix(job_id), autoescape=True))
        # SQLite's LIKE ignores case.
        return sorted((m for m in found if m.job_id == job_id), key=lambda m: (m.created_ms, m.id))

    def newest(
        self,
        limit: int,
        *,
        project_id: str,
        types: Collection[str],
        job_id: str | None = None,
        outcomes: Collection[Outcome] = (),
        before: tuple[int, str] | None = None,
    ) -> list[Message]:
        """Messages about a project's jobs, the newest first.

        Args:
            project_id: as the message's `data` has it.
            types: of the messages.
            outcomes: theirs; none are all.
            before: time in ms and id of a message; only older ones.
        """
        with self._rows.connection() as connection:
            fields = _FIELDS_OF[connection.dialect.name]
            of_project = fields.place_of(_in_stored_body("project_id", project_id)) > 0
            where = [self._rows.ours, of_project, fields.type.in_(list(types))]
            if job_id is not None:
                where.append(TABLE.c.key.startswith(_job_prefix(job_id), autoescape=True))
            if outcomes:
                where.append(fields.outcome.in_([outcome.value for outcome in outcomes]))
            if before is not None:
                at, message_id = before
                is_same_time = sa.and_(fields.created_ms == at, fields.id < message_id)
                where.append(sa.or_(fields.created_ms < at, is_same_time))
            order = (fields.created_ms.desc(), fields.id.desc())
            ours = sa.select(TABLE.c.value).where(*where).order_by(*order).limit(limit)
            values = connection.execute(ours).scalars().all()
        found = [_decoded(value) for value in values]
        return [message for message in found if job_id in (None, message.job_id)]  # SQLite's LIKE ignores case

    def due(self, now_ms: int, limit: int) -> list[str]:
        """Keys of at most `limit` waiting messages that are due, the longest overdue first."""
        ready = sa.and_(self._rows.ours, _stored_head() >= _WAITING, _stored_head() <= _head(_WAITING, now_ms))
        with self._rows.connection() as connection:
            rows = connection.execute(sa.select(TABLE.c.key, _stored_head()).where(ready)).all()
        return [key for key, _ in sorted(rows, key=lambda row: (row[1], row[0]))[:limit]]

    def bound(self, *, most_waiting: int, most_ended: int, ended_before_ms: int) -> None:
        """Delete ended messages that are too old or too many; if too many are waiting, drop those due earliest."""
        with self._rows.connection() as connection:
            rows = connection.execute(sa.select(TABLE.c.key, _stored_head()).where(self._rows.ours)).all()
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
        """Delete messages that ended before `before_ms`; returns their number and characters. `dry_run` only counts."""
        ended = sa.and_(self._rows.ours, _stored_head() >= _ENDED + "0", _stored_head() < _head(_ENDED, before_ms))
        with self._rows.connection() as connection:
            found = connection.execute(
                sa.select(_stored_head(), TABLE.c.key, sa.func.length(TABLE.c.value)).where(ended)
            )
            rows = [(str(head), str(key), int(length)) for head, key, length in found]
        if not dry_run:
            self._delete([(head, key) for head, key, _ in rows])
        return len(rows), sum(length for _, _, length in rows)

    def _delete(self, entries: Sequence[tuple[str, str]]) -> None:
        if entries:
            with self._rows.connection() as connection:
                for head, key in entries:  # conditional: a replay may have changed the message meanwhile
                    connection.execute(sa.delete(TABLE).where(TABLE.c.key == key, _stored_head() == head))

    def _messages(self, *where: sa.ColumnElement[bool]) -> list[Message]:
        with self._rows.connection() as connection:
            values = connection.execute(sa.select(TABLE.c.value).where(*where)).scalars().all()
        return [_decoded(value) for value in values]


class _SqliteFields:
    """Parts of a stored message in SQLite's SQL."""

    def __init__(self) -> None:
        self.id = self._field("id")
        self.type = self._field("type")
        self.outcome = self._field("outcome")
        self.created_ms = self._field("created_ms")

    def place_of(self, text: str) -> sa.ColumnElement[int]:
        return sa.func.instr(TABLE.c.value, text)

    def _field(self, name: str) -> sa.ColumnElement[Any]:
        return sa.func.json_extract(_stored_message(), f"$.{name}")


class _PostgresFields:
    """Parts of a stored message in PostgreSQL's SQL."""

    def __init__(self) -> None:
        self.id = self._field("id")
        self.type = self._field("type")
        self.outcome = self._field("outcome")
        self.created_ms = sa.cast(self._field("created_ms"), sa.BigInteger)

    def place_of(self, text: str) -> sa.ColumnElement[int]:
        return sa.func.strpos(TABLE.c.value, text)

    def _field(self, name: str) -> sa.ColumnElement[Any]:
        field: sa.ColumnElement[Any] = sa.cast(_stored_message(), JSON)[name].astext
        return field


def _in_stored_body(name: str, value: str) -> str:
    """How a field of a payload is written in a stored value: as canonical JSON, within a string of JSON.

    It is looked for as text, since PostgreSQL cannot read a payload with a NUL in one of its texts. Where it stands in
    another text of the payload, its quotation marks have one more backslash.
    """
    field = canonical_json({name: value}).decode()[1:-1]
    return json.dumps(field, ensure_ascii=False)[1:-1]


def _stored_message() -> sa.ColumnElement[str]:
    return sa.func.substr(TABLE.c.value, _HEAD_CHARS + 1)


_FIELDS_OF: dict[str, _SqliteFields | _PostgresFields] = {"sqlite": _SqliteFields(), "postgresql": _PostgresFields()}


def _job_prefix(job_id: str) -> str:
    return f"{PREFIX}{quote(job_id, safe='')}/"


def _stored_head() -> sa.ColumnElement[str]:
    return head(_HEAD_CHARS)


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
