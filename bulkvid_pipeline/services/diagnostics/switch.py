"""Whether diagnostics are on: a record in the instance's database that every process at work looks at.

Who turns them on says for how long; they end by themselves, whether or not that process still lives.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Final

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.settings import Settings

DEFAULT_MINUTES: Final = 30
SHORTEST_MINUTES, LONGEST_MINUTES = 1, 24 * 60
_KEY = "bulkvid/diagnostics/switch"


@dataclass(frozen=True)
class SwitchState:
    """What a process that looks now has to do."""

    enabled: bool
    until: float | None = None
    """Epoch seconds at which they end by themselves; None where they are off, or are on without an end."""
    since: float | None = None
    """Epoch seconds at which they were turned on; None where they are off, or the environment has done it."""
    by_environment: bool = False
    """Whether BULKVID_BATCH_DEBUG has turned them on in this process, which `disable` cannot change."""
    job_id: str | None = None
    """The only job that is recorded; all jobs where None."""

    def records(self, job_id: str) -> bool:
        """Whether the job's requests are recorded."""
        return self.enabled and self.job_id in (None, job_id)


OFF: Final = SwitchState(enabled=False)


def enable(
    instance: DagsterInstance,
    duration_minutes: float = DEFAULT_MINUTES,
    job_id: str | None = None,
    *,
    now: float | None = None,
) -> SwitchState:
    """Turn diagnostics on for all processes of the instance, which see it within two seconds.

    They end after `duration_minutes` from now, whatever was said before. With `job_id` that job alone is recorded.

    Raises:
        InvalidRequestError: the duration is not between 1 minute and 24 hours, or the job id is empty.
        ServiceUnavailableError: the instance's database did not answer.
    """
    if isinstance(duration_minutes, bool) or not SHORTEST_MINUTES <= duration_minutes <= LONGEST_MINUTES:
        raise InvalidRequestError(
            f"Diagnostics cannot be on for {duration_minutes:g} minutes",
            fix=f"Give a number of minutes from {SHORTEST_MINUTES} to {LONGEST_MINUTES}",
            field="duration_minutes",
        )
    if job_id is not None and not job_id.strip():
        raise InvalidRequestError("The job id is empty", fix="Name a job, or leave it out for all jobs", field="job_id")
    since = time.time() if now is None else now
    state = SwitchState(enabled=True, until=since + duration_minutes * 60, since=since, job_id=job_id)
    table = _table(instance)
    stored = json.dumps({"since": state.since, "until": state.until, "job_id": job_id})
    while True:
        before = table.read(_KEY)
        done = table.insert(_KEY, stored) if before is None else table.swap(_KEY, before, stored)
        if done or table.read(_KEY) == stored:
            return state


def disable(instance: DagsterInstance) -> None:
    """Turn diagnostics off for all processes of the instance, but for those that BULKVID_BATCH_DEBUG has turned them on
    in.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    table = _table(instance)
    while (before := table.read(_KEY)) is not None and not table.remove(_KEY, before):
        pass


def state(instance: DagsterInstance, settings: Settings, *, now: float | None = None) -> SwitchState:
    """How things stand for this process: one look at one row of the database.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    if settings.batch_debug:
        return SwitchState(enabled=True, by_environment=True)
    stored = _table(instance).read(_KEY)
    if stored is None:
        return OFF
    told = json.loads(stored)
    if told["until"] <= (time.time() if now is None else now):
        return OFF
    return SwitchState(enabled=True, until=told["until"], since=told["since"], job_id=told["job_id"])


def _table(instance: DagsterInstance) -> KeyValues:
    return KeyValues(instance, _KEY, "diagnostics")
