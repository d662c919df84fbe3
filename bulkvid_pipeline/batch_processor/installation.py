"""What a processor works with: the installation's settings and database, but for what it was given itself."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_slots import POOL
from bulkvid_pipeline.adapters.dagster.slot_pool import SlotPool
from bulkvid_pipeline.adapters.rate_limits import MemoryStore, RateLimiter, location_of, store_at
from bulkvid_pipeline.batch_processor.database import Database
from bulkvid_pipeline.settings import SQLITE_RUNS, Settings, settings


class _Default(str):
    """A default that can be told from the same text given by a caller."""


class _DefaultNumber(int):
    """The same of a number."""


DB_PATH: Final = _Default("batch_processing.db")
MAX_WORKERS: Final = _DefaultNumber(4)

_attached: ContextVar[DagsterInstance | None] = ContextVar("attached", default=None)


@contextmanager
def attached_to(instance: DagsterInstance) -> Iterator[None]:
    """Let processors that are made in the block work over this instance, whatever database they name."""
    token = _attached.set(instance)
    try:
        yield
    finally:
        _attached.reset(token)


@dataclass(frozen=True)
class Installation:
    """The choices of one processor.

    `credentials` is None where the settings decide; `attached` is an instance that somebody else has opened.
    """

    base: Settings
    credentials: Path | None
    database: Database
    db_path: str
    max_workers: int
    debug_mode: bool = False
    attached: DagsterInstance | None = None

    @classmethod
    def of(
        cls,
        credentials_path: str | os.PathLike[str] | None,
        db_path: str | os.PathLike[str],
        max_workers: int,
        *,
        debug_mode: bool = False,
    ) -> Installation:
        """What a processor was given, the settings where it was given nothing.

        Raises:
            InvalidSettingsError: a setting is wrong, or there is no such database.
        """
        base, attached = settings(), _attached.get()
        credentials = Path(credentials_path).expanduser() if credentials_path else None
        workers = base.batch_max_workers if max_workers is MAX_WORKERS else max_workers
        if attached is not None:
            database = Database(Path(attached.root_directory), None)
        else:
            database = Database.at(db_path, base, is_default=db_path is DB_PATH)
        return cls(base, credentials, database, _told(database), workers, debug_mode, attached)

    @property
    def home(self) -> Path:
        return self.database.home

    @property
    def is_temporary(self) -> bool:
        """Whether the database goes with its processor."""
        return self.attached is None and self.database.is_temporary

    def open(self) -> DagsterInstance:
        """The instance; see `Database.open`."""
        return self.attached or self.database.open()

    def limiter(self, instance: DagsterInstance, given: RateLimiter | None) -> RateLimiter:
        """The limiter that was given, or one by the settings. Its counts are those that all processes share, unless it
        has a store of its own."""
        if given is None:
            base = self.base
            return RateLimiter(
                base.limit_per_user,
                base.limit_per_project,
                base.limit_refill_per_s,
                store=store_at(location_of(instance)),
            )
        if isinstance(getattr(given, "store", None), MemoryStore):
            given.store = store_at(location_of(instance))
        return given

    def make_room(self, instance: DagsterInstance, workers: int) -> None:
        """Let a database of the processor's own have as many render slots as workers at least."""
        if self.database.is_own and self.attached is None:
            SlotPool(instance, POOL).raise_limit(workers)

    def settings_for(self, workers: int, limiter: RateLimiter) -> Settings:
        """What the processor's jobs work with."""
        base = self.base
        changes: dict[str, Any] = {"workers": workers, "render_slots": max(base.render_slots, workers)}
        if self.debug_mode:
            changes["batch_debug"] = True
        if self.credentials is not None:
            changes["google_credentials"] = self.credentials
        limits = getattr(limiter, "limits", None)
        if limits is not None:
            changes |= {
                "limit_per_user": limits.per_user,
                "limit_per_project": limits.per_project,
                "limit_refill_per_s": limits.refill_rate,
            }
        return base.model_copy(update=changes)


def _told(database: Database) -> str:
    """What `sqlite3.connect` opens, or the URL of the PostgreSQL database."""
    if database.url:
        return database.url
    return str(database.link or database.home / SQLITE_RUNS)
