"""Which jobs have changed since the last look, and their runs.

A look reads which runs may have changed (`adapters.dagster.run_changes`): those that are not finished or were written
lately. A complete look over all runs, every few seconds, finds deleted ones and what clocks that differ hid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import datetime, timedelta

from dagster import DagsterInstance, DagsterRun, RunRecord

from bulkvid_pipeline.adapters.dagster.run_changes import MarkedRun, RunChanges, RunMark
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.jobs import id_of

OVERLAP = timedelta(seconds=10)
"""How far back a look goes: clocks of machines may differ, and what was written may be committed later."""
COMPLETE_AT_MOST_EVERY_S = 2.0
COMPLETE_AT_LEAST_EVERY_S = 30.0
COMPLETE_SHARE = 0.005
"""The share of time that complete looks may take: they are seldom where there are many runs."""


@dataclass(frozen=True, slots=True)
class _Known:
    mark: RunMark
    job_id: str | None
    """None for a run that is no bulk job's."""


@dataclass(frozen=True)
class Changes:
    """What a look has found.

    Attributes:
        jobs: those that have changed, each with all its runs, newest first; without runs if the job is gone.
        read: runs that are new or have changed.
        gone: storage ids of runs that were deleted.
    """

    jobs: Mapping[str, Sequence[RunRecord]]
    read: Sequence[MarkedRun]
    gone: Set[int]


class RunWatch:
    """The runs of an instance, for use by one thread at a time. It keeps no run, only its mark and its job.

    Raises:
        ServiceUnavailableError: the instance's storage is not SQLite or PostgreSQL; from `look` also if the database
            does not respond.
    """

    def __init__(self, instance: DagsterInstance, clock: Callable[[], float]) -> None:
        self._changes = RunChanges(instance)
        self._clock = clock
        self._complete_due = float("-inf")
        self._known: dict[int, _Known] = {}
        self._unfinished: set[int] = set()
        self._newest = datetime(1970, 1, 2)
        self._runs_of: defaultdict[str, set[int]] = defaultdict(set)

    def close(self) -> None:
        """Close the connection to the database; a later look opens another."""
        self._changes.close()

    def look(self) -> Changes:
        """What has changed since the look that was kept last (`keep`)."""
        marks, gone = self._marks()
        changed = [id_ for id_, mark in marks.items() if id_ not in self._known or self._known[id_].mark != mark]
        # A run that was unfinished and was not met now has ended by a clock that differs, or is gone.
        missed = [id_ for id_ in self._unfinished if id_ not in marks and id_ not in gone]
        read = {run.record.storage_id: run for run in self._changes.read(changed + missed)}
        gone |= {id_ for id_ in missed if id_ not in read}
        return Changes(self._jobs(read, gone), tuple(read.values()), gone)

    def keep(self, changes: Changes) -> None:
        """Take what a look has found as known: later looks do not find it again."""
        for id_ in changes.gone:
            self._forget(id_)
        for run in changes.read:
            id_, job_id = run.record.storage_id, _job_of(run.record.dagster_run)
            self._forget(id_)
            self._known[id_] = _Known(run.mark, job_id)
            self._newest = max(self._newest, run.mark.updated_at)
            if not run.mark.is_finished:
                self._unfinished.add(id_)
            if job_id is not None:
                self._runs_of[job_id].add(id_)

    def _marks(self) -> tuple[dict[int, RunMark], set[int]]:
        """The marks of runs that may have changed, and the known runs that are gone as far as it was looked for."""
        began = self._clock()
        if began < self._complete_due:
            return self._changes.marks_lately(self._newest, OVERLAP), set()
        marks = self._changes.all_marks()
        pause_s = max(COMPLETE_AT_MOST_EVERY_S, (self._clock() - began) / COMPLETE_SHARE)
        self._complete_due = began + min(pause_s, COMPLETE_AT_LEAST_EVERY_S)
        return marks, self._known.keys() - marks.keys()

    def _jobs(self, read: Mapping[int, MarkedRun], gone: Set[int]) -> dict[str, list[RunRecord]]:
        """The jobs that these runs belong to now or belonged to before, with all their runs."""
        now: defaultdict[str, set[int]] = defaultdict(set)
        for id_, run in read.items():
            job_id = _job_of(run.record.dagster_run)
            if job_id is not None:
                now[job_id].add(id_)
        before = {self._known[id_].job_id for id_ in (*read, *gone) if id_ in self._known}
        wanted = {
            job_id: now[job_id] | {id_ for id_ in self._runs_of.get(job_id, ()) if id_ not in gone and id_ not in read}
            for job_id in {*now, *before}
            if job_id is not None
        }
        others = self._changes.read([id_ for ids in wanted.values() for id_ in ids if id_ not in read])
        found = {run.record.storage_id: run.record for run in (*read.values(), *others)}
        return {
            job_id: [found[id_] for id_ in sorted(ids, reverse=True) if id_ in found] for job_id, ids in wanted.items()
        }

    def _forget(self, id_: int) -> None:
        known = self._known.pop(id_, None)
        self._unfinished.discard(id_)
        if known is not None and known.job_id is not None:
            self._runs_of[known.job_id].discard(id_)
            if not self._runs_of[known.job_id]:
                del self._runs_of[known.job_id]


def _job_of(run: DagsterRun) -> str | None:
    """The job that the run belongs to; None for a run of something else, such as pruning."""
    return id_of(run) if run.job_name == tags.JOB or tags.JOB_ID in run.tags else None
