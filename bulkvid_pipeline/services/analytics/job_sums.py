"""Analytics of many jobs in little time: sums are kept by blocks of jobs, and only of those that have changed anew."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from bulkvid_pipeline.core.analytics import GroupBy, JobFigures, Totals, groups_of, merged, totals_of
from bulkvid_pipeline.core.service_wire import Analytics
from bulkvid_pipeline.core.spans import Span
from bulkvid_pipeline.services.analytics.analytics import in_words
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJob, GoneJobs
from bulkvid_pipeline.services.jobs.job_list import JobEntry, JobList

BLOCK = 256
"""Jobs whose sums are kept together."""
MOST_PROJECTS = 100
"""Projects whose sums are kept: those that were asked for last."""
MOST_ANSWERS = 50


@dataclass(frozen=True)
class _Known:
    """The figures of a job, and what they were worked out from."""

    source: JobEntry | GoneJob
    figures: JobFigures


@dataclass
class _Block:
    """Neighbours in time."""

    jobs: Sequence[_Known]
    _groups: dict[GroupBy, dict[str, Totals]] = field(default_factory=dict)

    @property
    def figures(self) -> list[JobFigures]:
        return [job.figures for job in self.jobs]

    @cached_property
    def totals(self) -> Totals:
        return totals_of(self.figures)

    def groups(self, by: GroupBy) -> dict[str, Totals]:
        known = self._groups.get(by)
        if known is None:
            known = self._groups[by] = groups_of(self.figures, by)
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
    answers: OrderedDict[tuple[Span, GroupBy], Analytics] = field(default_factory=OrderedDict)


class JobSums:
    """The analytics of jobs; safe to use from many threads.

    Raises:
        ServiceUnavailableError: from `analytics`, when the database does not answer.
    """

    def __init__(self, gone: GoneJobs) -> None:
        self._gone = gone
        self._projects: OrderedDict[str | None, _Project] = OrderedDict()
        self._lock = threading.Lock()

    def analytics(self, jobs: JobList, project_id: str | None, span: Span, by: GroupBy) -> Analytics:
        """The figures of the project's jobs that were created in the span, of any if it is None, and of each group."""
        gone = self._gone.of_project(project_id, jobs.entries.keys())
        with self._lock:
            project = self._project(jobs, project_id, gone)
            known = project.answers.get((span, by))
            if known is None:
                known = project.answers[span, by] = _answer([*project.blocks_of_gone, *project.blocks], span, by)
                while len(project.answers) > MOST_ANSWERS:
                    project.answers.popitem(last=False)
            return known

    def _project(self, jobs: JobList, project_id: str | None, gone: Sequence[GoneJob]) -> _Project:
        project = self._projects.pop(project_id, None) or _Project(JobList({}), (), [], [])
        if project.jobs is not jobs or project.gone != gone:
            entries = jobs.oldest_first(project_id)
            project = _Project(jobs, gone, _blocks(entries, project.blocks), _blocks(gone, project.blocks_of_gone))
        self._projects[project_id] = project
        while len(self._projects) > MOST_PROJECTS:
            self._projects.popitem(last=False)
        return project


def _answer(blocks: Sequence[_Block], span: Span, by: GroupBy) -> Analytics:
    chosen = [part for part in (block.within(span) for block in blocks) if part is not None]
    totals = sum((part.totals for part in chosen), Totals())
    return in_words(totals, merged(part.groups(by) for part in chosen), by)


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
