"""Whether diagnostics are on: a record in the instance's database that every process at work looks at.

Who turns them on says for how long; they end by themselves, whether or not that process still lives.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Final

from dagster import DagsterInstance
from pydantic import TypeAdapter, ValidationError

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.settings import Settings

DEFAULT_MINUTES: Final = 30
SHORTEST_MINUTES, LONGEST_MINUTES = 1, 24 * 60
MOST_JOBS: Final = 100
"""That are recorded one by one at the same time."""
_KEY = "bulkvid/diagnostics/switch"


@dataclass(frozen=True)
class Term:
    """From when and until when something is recorded, in epoch seconds."""

    since: float
    until: float


@dataclass(frozen=True)
class SwitchState:
    """What a process that looks now has to do."""

    by_environment: bool = False
    """Whether BULKVID_BATCH_DEBUG has turned them on in this process, without an end; `disable` cannot change that."""
    all_jobs: Term | None = None
    jobs: Mapping[str, Term] = field(default_factory=dict)
    """Single jobs that are recorded, whether or not all are."""

    @property
    def enabled(self) -> bool:
        return self.by_environment or bool(self._terms)

    @property
    def until(self) -> float | None:
        """When they end by themselves; None where they are off, or are on without an end."""
        return None if self.by_environment or not self._terms else max(term.until for term in self._terms)

    @property
    def since(self) -> float | None:
        """When they were turned on; None where they are off, or the environment has done it."""
        return None if self.by_environment or not self._terms else min(term.since for term in self._terms)

    @property
    def only(self) -> tuple[str, ...]:
        """The only jobs that are recorded; empty where it is all or none."""
        return () if self.by_environment or self.all_jobs else tuple(self.jobs)

    @property
    def _terms(self) -> tuple[Term, ...]:
        return (*((self.all_jobs,) if self.all_jobs else ()), *self.jobs.values())

    def records(self, job_id: str) -> bool:
        """Whether the job's requests are recorded."""
        return self.by_environment or self.all_jobs is not None or job_id in self.jobs

    def at(self, now: float) -> SwitchState:
        """What is left of it at this moment."""
        left = {job_id: term for job_id, term in self.jobs.items() if term.until > now}
        is_on = self.all_jobs is not None and self.all_jobs.until > now
        return replace(self, all_jobs=self.all_jobs if is_on else None, jobs=left)

    def with_term(self, job_id: str | None, term: Term) -> SwitchState:
        """The same, with another term for the job, or for all where it is None."""
        if job_id is None:
            return replace(self, all_jobs=term)
        return replace(self, jobs={**self.jobs, job_id: term})


OFF: Final = SwitchState()
_STORED: Final = TypeAdapter(SwitchState)


def enable(
    instance: DagsterInstance,
    duration_minutes: float = DEFAULT_MINUTES,
    job_id: str | None = None,
    *,
    now: float | None = None,
) -> SwitchState:
    """Turn diagnostics on for all processes of the instance, which see it within two seconds.

    They end after `duration_minutes` from now, whatever was said before of all jobs, or of the job. With `job_id` that
    job is recorded, beside those that are already.

    Raises:
        InvalidRequestError: the duration is not between 1 minute and 24 hours, the job id is empty, or too many jobs
            are recorded one by one.
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
    term = Term(since, since + duration_minutes * 60)
    table = _table(instance)
    while True:
        before = table.read(_KEY)
        state = _told(before).at(since).with_term(job_id, term)
        if len(state.jobs) > MOST_JOBS:
            raise InvalidRequestError(
                f"{MOST_JOBS} jobs are recorded one by one already",
                fix="Leave the job out for all jobs",
                field="job_id",
            )
        stored = _STORED.dump_json(state).decode()
        if table.insert(_KEY, stored) if before is None else table.swap(_KEY, before, stored):
            return state


def disable(instance: DagsterInstance, *, keeping: Callable[[Set[str]], Set[str]] = lambda _: frozenset()) -> None:
    """Turn diagnostics off for all processes of the instance, but for those that BULKVID_BATCH_DEBUG has turned them on
    in.

    `keeping` tells which of the jobs that are recorded one by one still are.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    table = _table(instance)
    while (before := table.read(_KEY)) is not None:
        named = _told(before).at(time.time()).jobs
        kept = keeping(named.keys())
        left = SwitchState(jobs={job_id: term for job_id, term in named.items() if job_id in kept})
        done = table.swap(_KEY, before, _STORED.dump_json(left).decode()) if kept else table.remove(_KEY, before)
        if done:
            return


def state(instance: DagsterInstance, settings: Settings, *, now: float | None = None) -> SwitchState:
    """How things stand for this process: one look at one row of the database.

    Raises:
        ServiceUnavailableError: the instance's database did not answer.
    """
    if settings.batch_debug:
        return SwitchState(by_environment=True)
    return _told(_table(instance).read(_KEY)).at(time.time() if now is None else now)


def _told(stored: str | None) -> SwitchState:
    if stored is None:
        return OFF
    try:
        return _STORED.validate_json(stored)
    except ValidationError:
        return OFF  # of a version that wrote it differently


def _table(instance: DagsterInstance) -> KeyValues:
    return KeyValues(instance, _KEY, "diagnostics")
