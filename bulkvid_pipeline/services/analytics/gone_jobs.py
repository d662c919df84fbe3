"""Figures of jobs whose runs were all pruned: what a month has cost does not shrink when its logs go."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from dagster import DagsterInstance
from pydantic import TypeAdapter

from bulkvid_pipeline.adapters.dagster.kept_values import KeptValues
from bulkvid_pipeline.core.analytics import JobFigures
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.jobs.jobs import Job

PREFIX = "bulkvid/gone_jobs/"
AT_ONCE = 200
"""Jobs in one value, about 60 KB."""


@dataclass(frozen=True)
class GoneJob:
    """What is left of a job; `runs` is the number of its runs when it was kept."""

    job_id: str
    project_id: str
    runs: int
    figures: JobFigures


_JOBS = TypeAdapter(list[GoneJob])


class GoneJobs:
    """The jobs of an instance that are gone; safe to use from many threads.

    Raises:
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, instance: DagsterInstance) -> None:
        self._kept = KeptValues(instance, PREFIX)
        self._read: dict[str, list[GoneJob]] = {}
        self._by_project: dict[str | None, list[GoneJob]] = {}
        self._lock = threading.Lock()

    def keep(self, jobs: Iterable[Job]) -> None:
        """Keep the figures of jobs whose runs are about to be deleted."""
        found = [GoneJob(job.job_id, job.project_id, len(job.runs), figures_of(job)) for job in jobs]
        for start in range(0, len(found), AT_ONCE):
            self._kept.write({uuid.uuid4().hex: _JOBS.dump_json(found[start : start + AT_ONCE]).decode()})

    def of_project(self, project_id: str | None, living: Collection[str]) -> Sequence[GoneJob]:
        """The jobs that are gone, of any project if it is None, oldest first, without those of `living` ids: some of
        their runs are there yet."""
        with self._lock:
            new = [name for name in self._kept.names() if name not in self._read]
            if new:
                self._read |= {name: _JOBS.validate_json(text) for name, text in self._kept.read(new).items()}
                self._by_project = _by_project(job for jobs in self._read.values() for job in jobs)
            return [job for job in self._by_project.get(project_id, ()) if job.job_id not in living]


def _by_project(jobs: Iterable[GoneJob]) -> dict[str | None, list[GoneJob]]:
    """Each job once: an interrupted pruning keeps it a second time, when some of its runs are missing already."""
    fullest: dict[str, GoneJob] = {}
    for job in jobs:
        known = fullest.get(job.job_id)
        if known is None or job.runs > known.runs:
            fullest[job.job_id] = job
    found: dict[str | None, list[GoneJob]] = {None: sorted(fullest.values(), key=lambda job: job.figures.created_at)}
    for job in found[None]:
        found.setdefault(job.project_id, []).append(job)
    return found
