"""Rate limits that all processes on one Dagster instance share, exact under concurrency.

Each user has an exact sliding window; each project has a token bucket and a sliding window of the same limit. One
transaction takes a slot of both limits or of neither. The counts are kept in the instance's own database.

    limiter = limiter_for(location_of(instance), budget=Budget.SHEETS_READ)
    limiter.acquire(user_id, project_id, on_wait=lambda pause: ...)

`admission` decides (pure), `limiter` is what callers use, `stores` and the `..._store` modules keep the counts.
"""

from bulkvid_pipeline.adapters.rate_limits.admission import Scope
from bulkvid_pipeline.adapters.rate_limits.limiter import Budget, Pause, RateLimiter, Taken, Usage
from bulkvid_pipeline.adapters.rate_limits.location import limiter_for, location_of, store_at
from bulkvid_pipeline.adapters.rate_limits.postgres_store import PostgresStore
from bulkvid_pipeline.adapters.rate_limits.sqlite_store import SqliteStore
from bulkvid_pipeline.adapters.rate_limits.stores import MemoryStore, Store

__all__ = [
    "Budget",
    "MemoryStore",
    "Pause",
    "PostgresStore",
    "RateLimiter",
    "Scope",
    "SqliteStore",
    "Store",
    "Taken",
    "Usage",
    "limiter_for",
    "location_of",
    "store_at",
]
