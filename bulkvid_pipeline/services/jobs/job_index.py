"""All jobs of an instance in the memory of one process, so that reading and listing them costs next to nothing.

The instance's database stays the only place where jobs are: the index follows it by cheap looks (`run_watch`) and
derives anew the jobs whose runs have changed. Several processes each have an index.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence

from dagster import DagsterInstance, RunRecord

from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.services.jobs.job_list import JobEntry, JobList, JobPage, JobQuery
from bulkvid_pipeline.services.jobs.jobs import Job, job_of
from bulkvid_pipeline.services.jobs.run_watch import RunWatch

_log = logging.getLogger(__name__)

FRESH_S = 0.1
"""Up to this age jobs are given as they are; older ones are looked at anew, in the background if possible."""
STALE_S = 0.25
"""From this age on whoever asks waits for the look."""


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
        self._looks_begun = 0
        self._last_look = 0
        """The number of the last look that has ended well."""
        self._jobs = JobList({})
        self._flight: tuple[asyncio.AbstractEventLoop, asyncio.Task[None]] | None = None

    def close(self) -> None:
        """Close the connection to the database."""
        with self._looking:
            self._watch.close()

    @property
    def version(self) -> int:
        """Changes whenever any job has changed."""
        return self._jobs.version

    @property
    def age_s(self) -> float:
        """Seconds since the last look began."""
        return self._clock() - self._looked_at

    def refresh(self, *, at_once: bool = False) -> None:
        """Look for changes, unless the last look is not older than `FRESH_S`.

        With `at_once`, all that was written before the call is seen: for those who have just written themselves.
        Threads that ask at the same time share a look.
        """
        asked_at, looks_before = self._clock(), self._looks_begun
        with self._looking:
            if self._last_look > looks_before if at_once else asked_at - self._looked_at <= FRESH_S:
                return
            began = self._clock()
            self._looks_begun += 1
            self._look()
            self._looked_at, self._last_look = began, self._looks_begun

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
        return self._jobs.entry(job_id, project_id).job

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
        return self._jobs.entry(job_id, project_id)

    async def lookup(self, job_id: str, project_id: str | None = None) -> JobEntry:
        """`entry`, fresh; a job that is not known is looked for at once: another process may just have made it."""
        await self.fresh()
        try:
            return self.entry(job_id, project_id)
        except JobNotFoundError:
            await asyncio.to_thread(self.refresh, at_once=True)
            return self.entry(job_id, project_id)

    def lookup_blocking(self, job_id: str, project_id: str | None = None) -> Job:
        """The job as `lookup` finds it, for threads."""
        self.refresh()
        try:
            return self.find(job_id, project_id)
        except JobNotFoundError:
            self.refresh(at_once=True)
            return self.find(job_id, project_id)

    def jobs(self, project_id: str | None = None) -> list[Job]:
        """All jobs, of any project unless one is given, in no order."""
        return [entry.job for entry in self._jobs.of_project(project_id)]

    def now(self) -> JobList:
        """All jobs as the last look has found them: a value that does not change."""
        return self._jobs

    def page(self, query: JobQuery) -> JobPage:
        """The jobs that the query asks for, from where its page token stands; see `JobList.page`."""
        return self._jobs.page(query)

    def _look(self) -> None:
        changes = self._watch.look()
        if changes.jobs:
            entries = dict(self._jobs.entries)
            for job_id, runs in changes.jobs.items():
                entries.pop(job_id, None)
                job = self._job(job_id, runs)
                if job is not None:
                    entries[job_id] = JobEntry(job)
            self._jobs = JobList(entries, self._jobs.version + 1)
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
