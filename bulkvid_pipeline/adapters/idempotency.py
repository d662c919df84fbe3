"""Requests that were sent with an idempotency key, in the Dagster instance's own database.

A request is reserved before anything is done for it. What is stored then grows: what its launch needs, and its answer.
All of it is kept until `KEPT_S` after the request came, so that every API process answers a repetition alike, also
after a restart.

A row's value is the time at which it expires (ms, 14 digits) and the reservation as JSON.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues, head

if TYPE_CHECKING:
    from dagster import DagsterInstance

PREFIX = "bulkvid/idempotency/"
KEPT_S = 24 * 3600.0
_HEAD_CHARS = 14


@dataclass(frozen=True)
class RequestName:
    """What a key belongs to: the same key of another user, project or route is another one."""

    project_id: str
    user_id: str
    route: str
    """Method and path, e.g. `POST /api/bulk-jobs`."""
    key: str

    @property
    def stored_key(self) -> str:
        parts = json.dumps([self.project_id, self.user_id, self.route, self.key])
        return PREFIX + hashlib.sha256(parts.encode()).hexdigest()


@dataclass(frozen=True)
class Answer:
    """The response to a request: its HTTP status and its whole body."""

    status: int
    body: str


@dataclass(frozen=True)
class Reservation:
    """A request that somebody carries out, or has carried out."""

    key: str
    request: str
    """Digest of the request, by which another one under the same key is told apart."""
    job_id: str
    """The id of the job that it creates, if it creates one."""
    launch_id: str
    """The id of its launch, by which the run is found if the answer about it was lost."""
    created_ms: int
    owner: str
    """The process that carries it out (`adapters.processes.ProcessIdentity`); empty if none does."""
    claimed_ms: int
    """When that process took it."""
    noted: Mapping[str, Any] | None = None
    """What the owner wrote down before it launched anything; None: nothing has been launched."""
    answer: Answer | None = None
    stored: str = field(default="", compare=False, repr=False)
    """The stored value that it was read from."""

    @property
    def expires_ms(self) -> int:
        return self.created_ms + round(KEPT_S * 1000)


class Reservations:
    """All reservations of an instance; for what is raised see `KeyValues`."""

    def __init__(self, instance: DagsterInstance) -> None:
        self._rows = KeyValues(instance, PREFIX, "idempotency keys")

    def add(self, new: Reservation) -> Reservation | None:
        """Store a new reservation; None and nothing changed if there is one of its key, expired or not."""
        value = _encoded(new)
        return dataclasses.replace(new, stored=value) if self._rows.insert(new.key, value) else None

    def read(self, key: str) -> Reservation | None:
        value = self._rows.read(key)
        return None if value is None else _decoded(value)

    def swap(self, old: Reservation, new: Reservation) -> Reservation | None:
        """Replace `old` by `new`; None and nothing changed if another process has changed it."""
        value = _encoded(new)
        return dataclasses.replace(new, stored=value) if self._rows.swap(old.key, old.stored, value) else None

    def remove(self, old: Reservation) -> bool:
        """Delete it; False if another process has changed it."""
        return self._rows.remove(old.key, old.stored)

    def forget_expired(self, now_ms: int, *, dry_run: bool = False) -> tuple[int, int]:
        """Delete what has expired; returns the number and characters. `dry_run` only counts."""
        expired = sa.and_(self._rows.ours, head(_HEAD_CHARS) <= _head(now_ms))
        with self._rows.connection() as connection:
            count, size = connection.execute(
                sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(sa.func.length(TABLE.c.value)), 0))
                .select_from(TABLE)
                .where(expired)
            ).one()
            if count and not dry_run:
                connection.execute(sa.delete(TABLE).where(expired))
        return int(count), int(size)

    def __len__(self) -> int:
        with self._rows.connection() as connection:
            found = connection.execute(sa.select(sa.func.count(TABLE.c.key)).where(self._rows.ours)).scalar()
        return int(found or 0)


def _head(moment_ms: int) -> str:
    return f"{moment_ms:0{_HEAD_CHARS}d}"


def _encoded(reservation: Reservation) -> str:
    values = dataclasses.asdict(reservation)
    del values["stored"]
    return _head(reservation.expires_ms) + json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def _decoded(value: str) -> Reservation:
    values: dict[str, Any] = json.loads(value[_HEAD_CHARS:])
    answer = values.pop("answer")
    return Reservation(**values, answer=Answer(**answer) if answer else None, stored=value)
