"""All jobs of an instance in the memory of one process, so that reading and listing them costs next to nothing.

The instance's database stays the only place where jobs are: the index follows it by cheap looks (`run_watch`) and
derives anew the jobs whose runs have changed. Several processes each have an index.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from dagster import DagsterInstance, RunRecord

from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job, job_of
from bulkvid_pipeline.services.jobs.run_watch import RunWatch

_log = logging.getLogger(__name__)

FRESH_S = 0.1
"""Up to this age jobs are given as they are; older ones are looked at anew, in the background if possible."""
STALE_S = 0.25
"""From this age on whoever asks waits for the look."""
MOST_ORDERS = 256
"""Sorted lists that are kept, one for each project and way to sort."""


class SortBy(StrEnum):
    """What lists of jobs are sorted by."""

    CREATED_AT = "created_at"
    UPDATED_AT = "updated_at"
    PERCENT_COMPLETE = "percent_complete"


@dataclass(frozen=True)
class JobQuery:
    """Which jobs to list, and how. `project_id` None is all projects; no `states` are all; `q` is looked for in title,
    sheet and id, whatever its case."""

    project_id: str | None = None
    states: frozenset[JobState] = frozenset()
    q: str = ""
    sort: SortBy = SortBy.CREATED_AT
    descending: bool = True
    page_size: int = 20
    page_token: str | None = None

    def __str__(self) -> str:
        """Tells queries apart whose pages do not belong together."""
        return repr((self.project_id, sorted(self.states), plain(self.q), self.sort.value, self.descending))


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

    @cached_property
    def places(self) -> Mapping[SortBy, tuple[float, str]]:
        """Its place in lists: epoch seconds or percent, then its id."""
        job = self.job
        values = {
            SortBy.CREATED_AT: job.created_at,
            SortBy.UPDATED_AT: job.updated_at,
            SortBy.PERCENT_COMPLETE: round(job.percent, 1),
        }
        return {by: (value, job.job_id) for by, value in values.items()}


@dataclass(frozen=True)
class JobPage:
    """A page of a list of jobs; the token asks for the next one, None at the end."""

    entries: tuple[JobEntry, ...]
    next_page_token: str | None


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
    places: list[tuple[float, str]]
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
        self._watch = RunWatch(instance, clock)
        self._looking = threading.Lock()
        self._looked_at = float("-inf")
        self._state = _State()
        self._orders: dict[tuple[str | None, SortBy], _Order] = {}
        self._flight: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def close(self) -> None:
        """Close the connection to the database."""
        with self._looking:
            self._watch.close()

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
                self._look()
                self._looked_at = began

    async def fresh(self) -> None:
        """Let the jobs be no older than `STALE_S`; a look runs in another thread, one at a time."""
        age = self.age_s
        if age <= FRESH_S:
            return
        loop = asyncio.get_running_loop()
        flight = self._flight
        if flight is None or flight[0] is not loop or flight[1].done():
            flight = (loop, loop.create_task(asyncio.to_thread(self.refresh)))
            flight[1].add_done_callback(_heard)
            self._flight = flight
        if age > STALE_S:
            await asyncio.shield(flight[1])

    def find(self, job_id: str, project_id: str | None = None) -> Job:
        """The job, as `entry`."""
        return self.entry(job_id, project_id).job

    def look_up(self, job_id: str, *, at_once: bool = False) -> Job:
        """The job of that id after a look, as `refresh` does it.

        Raises:
            JobNotFoundError: there is none.
        """
        self.refresh(at_once=at_once)
        return self.find(job_id)

    def entry(self, job_id: str, project_id: str | None = None) -> JobEntry:
        """The job of that id, of any project unless one is given, as the last look has found it.

        Raises:
            JobNotFoundError: there is none, or it is another project's: whose ids exist is nobody else's business.
        """
        entry = self._state.entries.get(job_id)
        if entry is None or project_id not in (None, entry.job.project_id):
            raise JobNotFoundError(f"Job '{job_id}' not found")
        return entry

    async def lookup(self, job_id: str, project_id: str | None = None) -> JobEntry:
        """`entry`, fresh; a job that is not known is looked for at once: another process may just have made it."""
        await self.fresh()
        try:
            return self.entry(job_id, project_id)
        except JobNotFoundError:
            await asyncio.to_thread(self.refresh, at_once=True)
            return self.entry(job_id, project_id)

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
        wanted = plain(query.q)
        found: list[JobEntry] = []
        for entry in self._from_place(query):
            if (not query.states or entry.job.state in query.states) and (not wanted or wanted in entry.searched):
                if len(found) == query.page_size:
                    return JobPage(tuple(found), page_token(found[-1].places[query.sort], str(query)))
                found.append(entry)
        return JobPage(tuple(found), None)

    def _from_place(self, query: JobQuery) -> Iterator[JobEntry]:
        """The project's jobs in the query's order, from its page token on."""
        order = self._order(query.project_id, query.sort)
        last = None if query.page_token is None else place_of(query.page_token, str(query), (float, str))
        if query.descending:
            end = len(order.places) if last is None else bisect_left(order.places, last)
            return (order.entries[at] for at in range(end - 1, -1, -1))
        begin = 0 if last is None else bisect_right(order.places, last)
        return (order.entries[at] for at in range(begin, len(order.entries)))

    def _order(self, project_id: str | None, by: SortBy) -> _Order:
        state = self._state
        known = self._orders.get((project_id, by))
        if known is None or known.version != state.version:
            entries = [entry for entry in state.entries.values() if project_id in (None, entry.job.project_id)]
            entries.sort(key=lambda entry: entry.places[by])
            known = _Order(state.version, [entry.places[by] for entry in entries], entries)
            if len(self._orders) >= MOST_ORDERS:
                self._orders.clear()
            self._orders[project_id, by] = known
        return known

    def _look(self) -> None:
        changes = self._watch.look()
        if changes.jobs:
            entries = dict(self._state.entries)
            for job_id, runs in changes.jobs.items():
                entries.pop(job_id, None)
                job = self._job(job_id, runs)
                if job is not None:
                    entries[job_id] = JobEntry(job)
            self._state = _State(entries, self._state.version + 1)
        self._watch.keep(changes)

    def _job(self, job_id: str, runs: Sequence[RunRecord]) -> Job | None:
        try:
            return job_of(self._instance, runs) if runs else None
        except (ValueError, TypeError, KeyError, AttributeError):
            # Anybody can write tags with Dagster's tools; what cannot be read must not hide all other jobs.
            _log.exception("Job %s cannot be shown: the tags or the config of its runs are not as ours", job_id)
            return None


def _heard(flight: asyncio.Task[None]) -> None:
    """A failed look that nobody waits for is not told as lost: who asks next looks again."""
    if not flight.cancelled():
        flight.exception()
