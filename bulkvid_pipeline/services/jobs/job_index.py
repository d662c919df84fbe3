"""All jobs of an instance in the memory of one process, so that reading and listing them costs next to nothing.

The instance's database stays the only place where jobs are: the index follows it by cheap looks, and several processes
each have one. A look reads which runs may have changed (`adapters.dagster.run_changes`) and derives anew the jobs that
have such runs; a complete look over all runs, every few seconds, finds deleted ones and what clocks that differ hid.
"""

from __future__ import annotations

import asyncio
import threading
import time
import unicodedata
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property

from dagster import DagsterInstance, RunRecord
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.adapters.dagster.run_changes import RunChanges, RunMark
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.job_query import JobQuery, PageToken, SortBy
from bulkvid_pipeline.services.jobs.jobs import Job, job_of

FRESH_S = 0.1
"""Up to this age jobs are given as they are; older ones are looked at anew, in the background if possible."""
STALE_S = 0.25
"""From this age on whoever asks waits for the look."""
OVERLAP = timedelta(minutes=1)
COMPLETE_AT_LEAST_EVERY_S = 30.0
COMPLETE_AT_MOST_EVERY_S = 2.0
COMPLETE_SHARE = 0.005
"""The share of time that complete looks may take: they are seldom where there are many runs."""


@dataclass(frozen=True)
class JobEntry:
    """A job with what is made of it again and again while it does not change."""

    job: Job

    @cached_property
    def view_json(self) -> bytes:
        """The job as `JobView` in JSON."""
        return self.job.view().model_dump_json().encode()

    @cached_property
    def progress_json(self) -> bytes:
        """Its progress as `Progress` in JSON."""
        return self.job.progress_view().model_dump_json().encode()

    @cached_property
    def searched(self) -> str:
        """Where `q` is looked for: title, sheet and id."""
        return "\n".join(map(plain, (self.job.title, self.job.sheet, self.job.job_id)))

    def sort_value(self, by: SortBy) -> float:
        """What the job is sorted by: epoch seconds or percent."""
        if by is SortBy.PERCENT_COMPLETE:
            return round(self.job.percent, 1)
        return self.job.created_at if by is SortBy.CREATED_AT else self.job.updated_at


def plain(text: str) -> str:
    """The text as it is compared: without differences of case, width and composition."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


@dataclass(frozen=True)
class JobPage:
    """A page of a list of jobs; the token asks for the next one, None at the end."""

    entries: tuple[JobEntry, ...]
    next_page_token: str | None


@dataclass(frozen=True)
class _Known:
    mark: RunMark
    job_id: str | None
    """None for a run that is no bulk job's."""


@dataclass(frozen=True)
class _State:
    """What the last look has found; replaced as a whole, so that readers need no lock."""

    entries: Mapping[str, JobEntry] = field(default_factory=dict)
    version: int = 0
    """Changes with any of the jobs."""


@dataclass
class _Order:
    """The jobs of a project in one order, as long as the version is the same."""

    version: int
    keys: list[tuple[float, str]]
    entries: list[JobEntry]


class JobIndex:
    """The jobs of an instance; safe to use from many threads and event loops.

    Args:
        instance: where the jobs are.
        clock: monotonic seconds.

    Raises:
        ServiceUnavailableError: the instance's storage is not SQLite or PostgreSQL; from `refresh`, `fresh` and `find`
            also if the database does not respond.
    """

    def __init__(self, instance: DagsterInstance, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._instance = instance
        self._clock = clock
        self._changes = RunChanges(instance)
        self._looking = threading.Lock()
        self._looked_at = float("-inf")
        self._complete_due = float("-inf")
        self._known: dict[int, _Known] = {}
        self._ids_of_jobs: dict[str, set[int]] = {}
        self._state = _State()
        self._orders: dict[tuple[str, SortBy], _Order] = {}
        self._flight: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def close(self) -> None:
        """Close the connection to the database."""
        with self._looking:
            self._changes.close()

    @property
    def version(self) -> int:
        """Changes whenever any job has changed."""
        return self._state.version

    @property
    def age_s(self) -> float:
        """Seconds since the last look began."""
        return self._clock() - self._looked_at

    def refresh(self, *, at_once: bool = False) -> None:
        """Look for changes, unless the last look is not older than `FRESH_S`.

        With `at_once`, all that was written before the call is seen: for those who have just written themselves.
        Threads that ask at the same time share a look.
        """
        wanted_at = self._clock() - (0.0 if at_once else FRESH_S)
        if self._looked_at >= wanted_at:
            return
        with self._looking:
            if self._looked_at < wanted_at:
                began = self._clock()
                self._look(complete=began >= self._complete_due)
                self._looked_at = began

    async def fresh(self) -> None:
        """Let the jobs be no older than `STALE_S`; a look runs in another thread, one at a time."""
        age = self.age_s
        if age <= FRESH_S:
            return
        loop = asyncio.get_running_loop()
        flight = self._flight
        if flight is None or flight[0] is not loop or flight[1].done():
            flight = (loop, loop.create_task(run_in_threadpool(self.refresh)))
            flight[1].add_done_callback(_heard)
            self._flight = flight
        if age > STALE_S:
            await asyncio.shield(flight[1])

    def find(self, job_id: str, project_id: str | None = None) -> Job:
        """The job, as `entry`."""
        return self.entry(job_id, project_id).job

    def entry(self, job_id: str, project_id: str | None = None) -> JobEntry:
        """The job of that id, of any project unless one is given, as the last look has found it.

        Raises:
            JobNotFoundError: there is none, or it is another project's: whose ids exist is nobody else's business.
        """
        entry = self._state.entries.get(job_id)
        if entry is None or project_id not in (None, entry.job.project_id):
            raise JobNotFoundError(f"Job '{job_id}' not found")
        return entry

    def jobs(self, project_id: str | None = None) -> list[Job]:
        """All jobs, of any project unless one is given, in no order."""
        entries = self._state.entries.values()
        return [entry.job for entry in entries if project_id in (None, entry.job.project_id)]

    def page(self, query: JobQuery) -> JobPage:
        """The jobs that the query asks for, from where its page token stands.

        A job that is added or removed meanwhile moves no other one to another page; one whose sort value changes
        meanwhile may be met twice or not at all.

        Raises:
            InvalidRequestError: the page token is not one of this query's.
        """
        order = self._order(query.project_id, query.sort)
        after = PageToken.of(query)
        at = len(order.keys) if query.descending else 0
        if after is not None:
            at = _place(order.keys, (after.value, after.job_id), descending=query.descending)
        wanted = plain(query.q)
        found: list[JobEntry] = []
        step = -1 if query.descending else 1
        for place in range(at - 1, -1, -1) if query.descending else range(at, len(order.keys), step):
            entry = order.entries[place]
            if (not query.states or entry.job.state in query.states) and (not wanted or wanted in entry.searched):
                if len(found) == query.page_size:
                    last = found[-1]
                    token = PageToken(last.sort_value(query.sort), last.job.job_id)
                    return JobPage(tuple(found), token.text(query))
                found.append(entry)
        return JobPage(tuple(found), None)

    def _order(self, project_id: str | None, by: SortBy) -> _Order:
        state = self._state
        known = self._orders.get((project_id or "", by))
        if known is None or known.version != state.version:
            entries = [entry for entry in state.entries.values() if project_id in (None, entry.job.project_id)]
            entries.sort(key=lambda entry: (entry.sort_value(by), entry.job.job_id))
            keys = [(entry.sort_value(by), entry.job.job_id) for entry in entries]
            known = _Order(state.version, keys, entries)
            if len(self._orders) > MOST_ORDERS:
                self._orders.clear()
            self._orders[project_id or "", by] = known
        return known
