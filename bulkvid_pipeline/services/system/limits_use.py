"""How much of its rate limits a caller has used."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.rate_limits import Budget, RateLimiter, Usage
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.wiring.limits import api_limiter, limiter_of
from bulkvid_pipeline.settings import Settings


class Limited(StrEnum):
    """What has a limit that jobs and programs can come to."""

    REQUESTS = "requests"
    SHEET_READS = "sheet_reads"
    SHEET_WRITES = "sheet_writes"


@dataclass(frozen=True)
class LimitUse:
    """The use of one limit in the minute that ends now, by the user and by the whole project."""

    what: Limited
    usage: Usage


def limits_in_use(instance: DagsterInstance, settings: Settings, caller: Caller) -> tuple[LimitUse, ...]:
    """The use of all limits; looking takes nothing of them.

    Raises:
        ServiceUnavailableError: the counts cannot be read.
    """
    limiters: dict[Limited, RateLimiter] = {
        Limited.REQUESTS: api_limiter(instance, settings),
        Limited.SHEET_READS: limiter_of(instance, settings, Budget.SHEETS_READ),
        Limited.SHEET_WRITES: limiter_of(instance, settings, Budget.SHEETS_WRITE),
    }
    found = []
    for what, limiter in limiters.items():
        try:
            found.append(LimitUse(what, limiter.usage(caller.user_id, caller.project_id)))
        finally:
            limiter.store.close()
    return tuple(found)
