"""Analytics of many jobs in little time: sums are kept by blocks of jobs, and only of those that have changed anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from functools import cached_property

from bulkvid_pipeline.core.analytics import GroupBy, JobFigures, Totals, groups_of, merged, parts_of, totals_of
from bulkvid_pipeline.core.service_wire import Analytics
from bulkvid_pipeline.core.spans import Span
from bulkvid_pipeline.services.analytics.analytics import in_words
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJob, GoneJobs
from bulkvid_pipeline.services.jobs.job_list import JobEntry, JobList
from bulkvid_pipeline.services.jobs.jobs import Job

BLOCK = 256
"""Jobs whose sums are kept together."""
MOST_PROJECTS = 100
"""Projects whose sums are kept: those that were asked for last."""
MOST_ANSWERS = 50
MOST_GROUPINGS = 20
"""Kept of a block: all kinds of groups, and the days of some time zones."""


@dataclass(frozen=True)
class Question:
    """What is asked for: figures of the jobs created in the span, split into groups; days are those of `zone`."""

    span: Span
    by: GroupBy
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Sums:
    """The figures of all chosen jobs, and of each group by its name."""

    by: GroupBy
    totals: Totals
    groups: Mapping[str, Totals]

    @cached_property
    def in_words(self) -> Analytics:
        """The same as the API tells them."""
        return in_words(self.totals, self.groups, self.by)


@dataclass(frozen=True)
class JobPart:
    """What a job has added to a figure; `job` is None where its runs were pruned."""

    job_id: str
    job: Job | None
    created_at: float
    totals: Totals


@dataclass(frozen=True)
class _Known:
    """The figures of a job, and what they were worked out from."""

    source: JobEntry | GoneJob
    figures: JobFigures


@dataclass
class _Block:
    """Neighbours in time."""

    jobs: Sequence[_Known]
    _groups: dict[tuple[GroupBy, tzinfo], dict[str, Totals]] = field(default_factory=dict)

    @property
    def figures(self) -> list[JobFigures]:
        return [job.figures for job in self.jobs]

    @cached_property
    def totals(self) -> Totals:
        return totals_of(self.figures)

    def groups(self, by: GroupBy, zone: tzinfo) -> dict[str, Totals]:
        asked = (by, zone if by is GroupBy.DAY else UTC)
        known = self._groups.get(asked)
        if known is None:
            known = groups_of(self.figures, *asked)
            if len(self._groups) < MOST_GROUPINGS:
                self._groups[asked] = known
        return known

    def within(self, span: Span) -> _Block | None:
        """The block, or what of it lies in the span."""
        if self.jobs[0].figures.created_at in span and self.jobs[-1].figures.created_at in span:
            return self
        inside = [job for job in self.jobs if job.figures.created_at in span]
        return _Block(inside) if inside else None

    def is_of(self, sources: Sequence[JobEntry | GoneJob]) -> bool:
        return len(sources) == len(self.jobs) and all(
            job.source is source for job, source in zip(self.jobs, sources, strict=True)
        )


@dataclass
class _Project:
    """The sums of a project's jobs as they were in `jobs`, and of those that were gone then."""

    jobs: JobList
    gone: Sequence[GoneJob]
    blocks: list[_Block]
    blocks_of_gone: list[_Block]
    answers: OrderedDict[Question, Sums] = field(default_factory=OrderedDict)

    @property
    def all_blocks(self) -> list[_Block]:
        return [*self.blocks_of_gone, *self.blocks]


class JobSums:
    """The analytics of jobs; safe to use from many threads.

    Raises:
        ServiceUnavailableError: from every method, when the database does not answer.
    """

    def __init__(self, gone: GoneJobs) -> None:
        self._gone = gone
        self._projects: OrderedDict[str | None, _Project] = OrderedDict()
        self._lock = threading.Lock()

    def analytics(self, jobs: JobList, project_id: str | None, question: Question) -> Analytics:
        """The figures as the API tells them; see `sums`."""
        return self.sums(jobs, project_id, question).in_words

    def sums(self, jobs: JobList, project_id: str | None, question: Question) -> Sums:
        """The figures of the project's jobs, of any if it is None, and of each group."""
        gone = self._gone.of_project(project_id, jobs.entries.keys())
        with self._lock:
            project = self._project(jobs, project_id, gone)
            known = project.answers.get(question)
            if known is None:
                known = project.answers[question] = _answer(project.all_blocks, question)
                while len(project.answers) > MOST_ANSWERS:
                    project.answers.popitem(last=False)
            return known

    def parts(self, jobs: JobList, project_id: str | None, question: Question, group: str | None) -> list[JobPart]:
        """The jobs behind the figures of a group, behind those of all if it is None, the newest first."""
        gone = self._gone.of_project(project_id, jobs.entries.keys())
        with self._lock:
            blocks = self._project(jobs, project_id, gone).all_blocks
        chosen = [job for block in blocks for job in block.jobs if job.figures.created_at in question.span]
        found = [part for job in chosen if (part := _part(job, question, group)) is not None]
        return sorted(found, key=lambda part: (part.created_at, part.job_id), reverse=True)

    def _project(self, jobs: JobList, project_id: str | None, gone: Sequence[GoneJob]) -> _Project:
        project = self._projects.pop(project_id, None) or _Project(JobList({}), (), [], [])
        if project.jobs is not jobs or project.gone != gone:
            entries = jobs.oldest_first(project_id)
            project = _Project(jobs, gone, _blocks(entries, project.blocks), _blocks(gone, project.blocks_of_gone))
        self._projects[project_id] = project
        while len(self._projects) > MOST_PROJECTS:
            self._projects.popitem(last=False)
        return project


def _answer(blocks: Sequence[_Block], question: Question) -> Sums:
    chosen = [part for part in (block.within(question.span) for block in blocks) if part is not None]
    totals = sum((part.totals for part in chosen), Totals())
    groups = merged(part.groups(question.by, question.zone) for part in chosen)
    return Sums(question.by, totals, groups)


def _part(known: _Known, question: Question, group: str | None) -> JobPart | None:
    totals = totals_of([known.figures])
    if group is not None:
        part = parts_of(known.figures, question.by, question.zone).get(group)
        if part is None:
            return None
        totals = part
    source = known.source
    job = None if isinstance(source, GoneJob) else source.job
    job_id = source.job_id if isinstance(source, GoneJob) else source.job.job_id
    return JobPart(job_id, job, known.figures.created_at, totals)


def _blocks(sources: Sequence[JobEntry | GoneJob], before: Sequence[_Block]) -> list[_Block]:
    """The jobs in blocks: those of `before` where nothing has changed."""
    known = {id(job.source): job for block in before for job in block.jobs}
    found = []
    for number, start in enumerate(range(0, len(sources), BLOCK)):
        its = sources[start : start + BLOCK]
        if number < len(before) and before[number].is_of(its):
            found.append(before[number])
        else:
            found.append(_Block([known.get(id(source)) or _Known(source, _figures(source)) for source in its]))
    return found


def _figures(source: JobEntry | GoneJob) -> JobFigures:
    return source.figures if isinstance(source, GoneJob) else figures_of(source.job)
