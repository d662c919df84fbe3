"""Finds the rate-limit store of a Dagster instance."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from bulkvid_pipeline.adapters.rate_limits.limiter import Budget, RateLimiter
from bulkvid_pipeline.adapters.rate_limits.postgres_store import PostgresStore
from bulkvid_pipeline.adapters.rate_limits.sqlite_store import SqliteStore
from bulkvid_pipeline.adapters.rate_limits.stores import MemoryStore, Store
from bulkvid_pipeline.core.errors import InvalidRequestError

if TYPE_CHECKING:
    from dagster import DagsterInstance

FILE_NAME = "bulkvid_rate_limits.sqlite"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+)://(.*)", re.DOTALL)
_POSTGRES_SCHEMES = ("postgresql", "postgres", "postgresql+psycopg2")


def location_of(instance: DagsterInstance) -> str | Path | None:
    """The location of the instance's shared counts: its PostgreSQL URL, its folder, or None if it is ephemeral.

    Raises:
        InvalidRequestError: the instance's storage is neither SQLite nor PostgreSQL.
    """
    if instance.is_ephemeral:
        return None
    from bulkvid_pipeline.adapters.dagster.run_database import is_sqlite  # whoever has an instance has imported Dagster

    storage = instance.run_storage
    url = getattr(storage, "postgres_url", None)
    if url is not None:
        return str(url)
    if not is_sqlite(instance):
        raise InvalidRequestError(
            f"Rate limits cannot be kept in the instance's {type(storage).__name__}",
            fix="Use SQLite or PostgreSQL as the instance's storage in dagster.yaml",
        )
    return Path(instance.root_directory)


def store_at(location: str | Path | None) -> Store:
    """The store at a `postgresql://...` URL, in a file within a folder, or (None) in this process alone.

    Raises:
        InvalidRequestError: the URL has another scheme.
    """
    if location is None:
        return MemoryStore()
    match = _SCHEME.fullmatch(str(location)) if isinstance(location, str) else None
    if match is None:
        return SqliteStore(Path(location) / FILE_NAME)
    scheme, rest = match.groups()
    if scheme not in _POSTGRES_SCHEMES:
        raise InvalidRequestError(
            f"Rate limits cannot be kept in a database of the kind {scheme}://",
            fix="Give a postgresql:// url or the folder of a SQLite instance",
        )
    return PostgresStore(f"postgresql://{rest}")


def limiter_for(
    location: str | Path | None,
    *,
    budget: Budget = Budget.DISPATCH,
    per_user_limit: int = 60,
    per_project_limit: int = 300,
    refill_rate: float = 5.0,
    burst: int | None = None,
    window_s: float = 60.0,
) -> RateLimiter:
    """A limiter on the counts at `location` (see `store_at`); for the other arguments see `RateLimiter`.

    Raises:
        InvalidRequestError: a figure is out of its bounds, or the location is of a kind that is not supported.
    """
    return RateLimiter(
        per_user_limit,
        per_project_limit,
        refill_rate,
        burst=burst,
        window_s=window_s,
        budget=budget,
        store=store_at(location),
    )
