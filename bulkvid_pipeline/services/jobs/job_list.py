"""Lists of jobs: filtered, searched, sorted and cut into pages."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.page_tokens import page_token, place_of
from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job


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
        return self.job.view_from_afar().model_dump_json().encode()

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


class JobList:
    """All jobs at one moment. Safe to use from many threads: nothing of it changes but what it has worked out.

    Args:
        entries: the jobs by their ids.
        version: tells this moment from others.
    """

    def __init__(self, entries: Mapping[str, JobEntry], version: int = 0) -> None:
        self.entries = entries
        self.version = version
        self._orders: dict[tuple[str | None, SortBy], _Order] = {}

    def entry(self, job_id: str, project_id: str | None = None) -> JobEntry:
        """The job of that id, of any project unless one is given.

        Raises:
            JobNotFoundError: there is none, or it is another project's.
        """
        entry = self.entries.get(job_id)
        if entry is None or project_id not in (None, entry.job.project_id):
            raise JobNotFoundError(f"Job '{job_id}' not found")
        return entry

    def of_project(self, project_id: str | None) -> list[JobEntry]:
        """The jobs of the project, of any if it is None, in no order."""
        return [entry for entry in self.entries.values() if project_id in (None, entry.job.project_id)]

    def projects_changed_since(self, before: JobList) -> set[str]:
        """The projects of which a job has changed, came or has gone since another moment."""
        if before.version == self.version:
            return set()
        pairs = ((self.entries, before.entries), (before.entries, self.entries))
        return {
            entry.job.project_id
            for ours, theirs in pairs
            for job_id, entry in ours.items()
            if theirs.get(job_id) is not entry
        }

    def oldest_first(self, project_id: str | None) -> Sequence[JobEntry]:
        """The jobs of the project, of any if it is None, in the order of their creation."""
        return self._order(project_id, SortBy.CREATED_AT).entries

    def counts(self, project_id: str | None, q: str = "") -> Counter[JobState]:
        """How many jobs of the project are in each state, of those that hold `q`."""
        wanted = plain(q)
        entries = self.of_project(project_id)
        return Counter(entry.job.state for entry in entries if not wanted or wanted in entry.searched)

    def page(self, query: JobQuery) -> JobPage:
        """The jobs that the query asks for, from where its page token stands.

        A job that is added or removed between two pages moves no other one to another page; one whose sort value
        changes meanwhile may be met twice or not at all.

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
        known = self._orders.get((project_id, by))
        if known is None:
            entries = sorted(self.of_project(project_id), key=lambda entry: entry.places[by])
            known = self._orders[project_id, by] = _Order([entry.places[by] for entry in entries], entries)
        return known


@dataclass(frozen=True)
class _Order:
    """The jobs of a project in one order."""

    places: Sequence[tuple[float, str]]
    entries: Sequence[JobEntry]
