"""Rate limits of an installation: who may ask Google and start rows how often, counted over all processes."""

from __future__ import annotations

import time
from collections.abc import Callable

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.rate_limits import Budget, RateLimiter, limiter_for, location_of
from bulkvid_pipeline.core.spec import BulkJobSpec, SourceType
from bulkvid_pipeline.settings import Settings

LONGEST_WAIT_S = 300.0


def limiter_of(instance: DagsterInstance, settings: Settings, budget: Budget) -> RateLimiter:
    """The limiter of one budget, shared by all processes on the instance."""
    return limiter_for(
        location_of(instance),
        budget=budget,
        per_user_limit=settings.limit_per_user,
        per_project_limit=settings.limit_per_project,
        refill_rate=settings.limit_refill_per_s,
    )


def api_limiter(instance: DagsterInstance, settings: Settings) -> RateLimiter:
    """The limiter of requests to the API, shared by all its processes on the instance."""
    return limiter_for(
        location_of(instance),
        budget=Budget.API,
        per_user_limit=settings.api_limit_per_user,
        per_project_limit=settings.api_limit_per_project,
        refill_rate=settings.api_limit_per_project / 60,
    )


def wait_for_sheet_read(
    instance: DagsterInstance,
    spec: BulkJobSpec,
    settings: Settings,
    timeout_s: float = LONGEST_WAIT_S,
    sleep: Callable[[float], None] = time.sleep,
) -> None:
    """Wait until the job's user and project may read a Google sheet; files need no turn.

    Raises:
        QuotaExceededError: no turn comes within that time.
    """
    if spec.input_source.type is SourceType.SHEET:
        limiter = limiter_of(instance, settings, Budget.SHEETS_READ)
        limiter.acquire(spec.user_id, spec.project_id, timeout=timeout_s, sleep=sleep)


def wait_for_sheet_write(instance: DagsterInstance, spec: BulkJobSpec, settings: Settings, timeout_s: float) -> None:
    """Wait until the job's user and project may write to a Google sheet, which is counted apart from reading.

    Raises:
        QuotaExceededError: no turn comes within that time.
    """
    limiter_of(instance, settings, Budget.SHEETS_WRITE).acquire(spec.user_id, spec.project_id, timeout=timeout_s)


def rows_are_limited(spec: BulkJobSpec, settings: Settings) -> bool:
    """Whether the job's rows keep to the limits too: as the settings say, else where it names a user or a project.

    Limits keep users who share an installation apart. Somebody alone at a machine shares it with nobody, and would be
    held to 60 rows a minute where the machine makes more.
    """
    if settings.limit_rows is not None:
        return settings.limit_rows
    names = BulkJobSpec.model_fields
    return bool(spec.user_id != names["user_id"].default or spec.project_id != names["project_id"].default)
