"""Jobs that somebody has begun to describe: kept in the instance's database, so that they survive reloads and restarts.

A draft belongs to one user of one project. It holds the spec as far as it is known, which may be wrong or incomplete,
and a version: whoever saves says on which version his changes are based, so that of two windows none overwrites what
the other has saved without being told.

A row's value is the time at which the draft expires (ms, 14 digits) and the draft as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import re
import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import blake2b
from typing import Any

import sqlalchemy as sa
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.key_values import TABLE, KeyValues, head
from bulkvid_pipeline.core.errors import DraftChangedError, DraftNotFoundError, InvalidRequestError
from bulkvid_pipeline.core.findings import shortened

PREFIX = "bulkvid/draft/"
KEPT_S = 30 * 24 * 3600.0
"""Seconds after its last change for which a draft is kept."""
MOST_DRAFTS = 50
MOST_CHARACTERS = 64 * 1024
"""Of a draft's spec as JSON."""
_HEAD_CHARS = 14
_TRIES = 3
_ID = re.compile(r"draft_[0-9a-f]{16}")


class Step(StrEnum):
    """The four steps from a sheet to a job, in order."""

    SHEET = "sheet"
    LOOK = "look"
    DETAILS = "details"
    REVIEW = "review"


@dataclass(frozen=True)
class Draft:
    """A job as far as it is described."""

    id: str
    spec: Mapping[str, Any]
    """As the body of `POST /api/bulk-jobs`, not checked."""
    step: Step
    """The farthest step that was reached."""
    version: int
    """1, and one more with each change."""
    created_at: datetime
    changed_at: datetime
    source_name: str = ""
    """What people call its sheet, such as the name of the file that was uploaded."""
    from_job: str | None = None
    """The job whose spec it began with."""
    stored: str = field(default="", compare=False, repr=False)
    """The stored value that it was read from."""

    @property
    def name(self) -> str:
        """By which people tell it from others: its title, else what they call its sheet."""
        return str(self.spec.get("title") or self.source_name)


class Drafts:
    """The drafts of one user in one project; for what is raised besides see `KeyValues`.

    Args:
        instance: whose database keeps them.
        project_id, user_id: whose drafts they are.
        clock: epoch seconds.
    """

    def __init__(
        self, instance: DagsterInstance, project_id: str, user_id: str, clock: Callable[[], float] = time.time
    ) -> None:
        owner = blake2b(json.dumps([project_id, user_id]).encode(), digest_size=16).hexdigest()
        self._prefix = f"{PREFIX}{owner}/"
        self._rows = KeyValues(instance, self._prefix, "drafts")
        self._clock = clock

    def start(
        self,
        spec: Mapping[str, Any],
        *,
        step: Step = Step.SHEET,
        source_name: str = "",
        from_job: str | None = None,
    ) -> Draft:
        """Keep a new draft.

        Raises:
            InvalidRequestError: the spec is too long, or the user has too many drafts.
        """
        self._forget_expired()
        if len(self.all()) >= MOST_DRAFTS:
            raise InvalidRequestError(
                f"There are {MOST_DRAFTS} drafts of jobs already", fix="Create the jobs, or delete drafts first"
            )
        now = self._now()
        new = Draft(f"draft_{secrets.token_hex(8)}", dict(spec), step, 1, now, now, source_name, from_job)
        value = _encoded(new)
        if not self._rows.insert(self._prefix + new.id, value):
            raise AssertionError("64 random bits were drawn twice")
        return dataclasses.replace(new, stored=value)

    def get(self, draft_id: str) -> Draft:
        """The draft.

        Raises:
            DraftNotFoundError: the user has none of this id, or it has expired.
        """
        value = self._rows.read(self._prefix + draft_id) if _ID.fullmatch(draft_id) else None
        draft = None if value is None or _expires_ms(value) <= self._clock() * 1000 else _decoded(value)
        if draft is None:
            raise DraftNotFoundError(f"Draft '{shortened(draft_id)}' not found")
        return draft

    def all(self) -> list[Draft]:
        """The drafts, the one changed last first."""
        living = sa.and_(self._rows.ours, head(_HEAD_CHARS) > _head(round(self._clock() * 1000)))
        with self._rows.connection() as connection:
            values = connection.execute(sa.select(TABLE.c.value).where(living)).scalars().all()
        known = [draft for draft in map(_decoded, values) if draft is not None]
        return sorted(known, key=lambda draft: (draft.changed_at, draft.id), reverse=True)

    def save(
        self,
        draft_id: str,
        version: int,
        *,
        spec: Mapping[str, Any] | None = None,
        step: Step | None = None,
        source_name: str | None = None,
    ) -> Draft:
        """Keep changes that are based on that version; what is None stays. Without a difference nothing is written.

        The step only goes on: to look back at a step is no change.

        Raises:
            DraftChangedError: the draft has another version by now.
            DraftNotFoundError: see `get`.
            InvalidRequestError: the spec is too long.
        """
        old = self.get(draft_id)
        if old.version != version:
            raise _changed(old)
        same = dataclasses.replace(
            old,
            spec=old.spec if spec is None else dict(spec),
            step=old.step if step is None else max(old.step, step, key=list(Step).index),
            source_name=old.source_name if source_name is None else source_name,
        )
        if same == old:
            return old
        new = dataclasses.replace(same, version=old.version + 1, changed_at=self._now())
        value = _encoded(new)
        if not self._rows.swap(self._prefix + draft_id, old.stored, value):
            raise _changed(self.get(draft_id))
        return dataclasses.replace(new, stored=value)

    def change(self, draft_id: str, change: Callable[[Draft], Draft]) -> Draft:
        """Keep what `change` makes of the draft as it is now; it is called again if something else was saved meanwhile.

        Raises:
            DraftChangedError: others change the draft all the time; or `change` has raised it.
            DraftNotFoundError, InvalidRequestError: see `save`.
        """
        for _ in range(_TRIES):
            old = self.get(draft_id)
            new = change(old)
            try:
                return self.save(draft_id, old.version, spec=new.spec, step=new.step, source_name=new.source_name)
            except DraftChangedError:
                continue
        raise DraftChangedError("The draft is being changed in another window")

    def delete(self, draft_id: str) -> None:
        """Forget the draft, whatever its version.

        Raises:
            DraftNotFoundError: see `get`.
        """
        while not self._rows.remove(self._prefix + draft_id, self.get(draft_id).stored):
            continue  # it was changed in between

    def _forget_expired(self) -> None:
        expired = sa.and_(self._rows.ours, head(_HEAD_CHARS) <= _head(round(self._clock() * 1000)))
        with self._rows.connection() as connection:
            connection.execute(sa.delete(TABLE).where(expired))

    def _now(self) -> datetime:
        return datetime.fromtimestamp(round(self._clock(), 3), UTC)


class AllDrafts:
    """The drafts of all users, for those who tidy an instance up; for what is raised see `KeyValues`."""

    def __init__(self, instance: DagsterInstance) -> None:
        self._rows = KeyValues(instance, PREFIX, "drafts")

    def uploads(self, now_ms: int) -> frozenset[str]:
        """The ids of uploaded sheets that a draft names."""
        return frozenset(_paths(self._values(head(_HEAD_CHARS) > _head(now_ms))))

    def forget_expired(self, now_ms: int, *, dry_run: bool = False) -> tuple[int, int]:
        """Delete what has expired; returns the number and characters. `dry_run` only counts."""
        expired = head(_HEAD_CHARS) <= _head(now_ms)
        values = self._values(expired)
        if values and not dry_run:
            with self._rows.connection() as connection:
                connection.execute(sa.delete(TABLE).where(sa.and_(self._rows.ours, expired)))
        return len(values), sum(map(len, values))

    def _values(self, condition: sa.ColumnElement[bool]) -> list[str]:
        with self._rows.connection() as connection:
            found = connection.execute(sa.select(TABLE.c.value).where(sa.and_(self._rows.ours, condition)))
            return [str(value) for value in found.scalars()]


def _paths(values: list[str]) -> Iterator[str]:
    for value in values:
        draft = _decoded(value)
        source = draft.spec.get("input_source") if draft else None
        path = source.get("path") if isinstance(source, dict) else None
        if isinstance(path, str):
            yield path


def _changed(now: Draft) -> DraftChangedError:
    return DraftChangedError(
        "The draft was changed in another window meanwhile",
        details={"version": now.version, "changed_at": now.changed_at.isoformat()},
    )


def _head(moment_ms: int) -> str:
    return f"{moment_ms:0{_HEAD_CHARS}d}"


def _expires_ms(value: str) -> int:
    return int(value[:_HEAD_CHARS])


def _encoded(draft: Draft) -> str:
    spec = json.dumps(draft.spec)  # whose escapes let any text through, half a character too
    if len(spec) > MOST_CHARACTERS:
        raise InvalidRequestError("The job is described with too many characters to be kept", fix="Shorten its texts")
    values = {
        "id": draft.id,
        "spec": draft.spec,
        "step": draft.step,
        "version": draft.version,
        "created_at": draft.created_at.isoformat(),
        "changed_at": draft.changed_at.isoformat(),
        "source_name": draft.source_name,
        "from_job": draft.from_job,
    }
    expires_ms = round((draft.changed_at.timestamp() + KEPT_S) * 1000)
    return _head(expires_ms) + json.dumps(values, separators=(",", ":"))


def _decoded(value: str) -> Draft | None:
    """The draft that is stored so; None if another version of this program has stored it in a way we do not know."""
    try:
        values: dict[str, Any] = json.loads(value[_HEAD_CHARS:])
        return Draft(
            **{
                **values,
                "step": Step(values["step"]),
                "created_at": datetime.fromisoformat(values["created_at"]),
                "changed_at": datetime.fromisoformat(values["changed_at"]),
            },
            stored=value,
        )
    except (ValueError, TypeError, KeyError):
        return None
