"""What jobs have made, added up: over all of them, and in groups. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

UNKNOWN = "unknown"
"""The group of jobs that have not told theirs."""


class GroupBy(StrEnum):
    """What jobs can be grouped by; `day` is the day of their creation, in UTC."""

    TEMPLATE_ID = "template_id"
    STYLE = "style"
    USER = "user"
    PLATFORM = "platform"
    DAY = "day"


@dataclass(frozen=True)
class Ended:
    """Numbers of rows."""

    completed: int = 0
    failed: int = 0

    @property
    def rows(self) -> int:
        return self.completed + self.failed

    def __add__(self, other: Ended) -> Ended:
        return Ended(self.completed + other.completed, self.failed + other.failed)


@dataclass(frozen=True)
class JobFigures:
    """A job over all its runs.

    Args:
        created_at: epoch seconds.
        items: its rows.
        processing_ms: time in which rows were rendered; see `core.jobs.processing_ms`.
        cost: what paid voices have asked.
        styles: ended rows by style; empty if that was not told.
        platforms: ended rows by platform; a row for several counts for each of them.
    """

    created_at: float
    user_id: str
    template_id: str
    items: int
    ended: Ended
    processing_ms: int
    cost: float
    styles: Mapping[str, Ended] = field(default_factory=dict)
    platforms: Mapping[str, Ended] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Figures of several jobs. Rows that were neither completed nor failed count as items alone."""

    jobs: int = 0
    items: int = 0
    ended: Ended = field(default_factory=Ended)
    processing_ms: float = 0.0
    cost: float = 0.0

    @property
    def success_rate(self) -> float:
        """Completed rows among those that completed or failed, 0..1; 0 without any."""
        return self.ended.completed / self.ended.rows if self.ended.rows else 0.0

    @property
    def seconds_per_item(self) -> float:
        """Time of work for each row that completed or failed; 0 without any."""
        return self.processing_ms / 1000 / self.ended.rows if self.ended.rows else 0.0

    def __add__(self, other: Totals) -> Totals:
        return Totals(
            self.jobs + other.jobs,
            self.items + other.items,
            self.ended + other.ended,
            self.processing_ms + other.processing_ms,
            self.cost + other.cost,
        )


def totals_of(jobs: Iterable[JobFigures]) -> Totals:
    """All jobs together."""
    return sum(map(_whole, jobs), Totals())


def groups_of(jobs: Iterable[JobFigures], by: GroupBy) -> dict[str, Totals]:
    """The jobs by group, sorted by its name.

    A job whose rows fall into several styles or platforms counts in each of these groups, its rows where they belong,
    and its time and cost in proportion to them.
    """
    groups: dict[str, Totals] = {}
    for job in jobs:
        for name, part in _parts_of(job, by):
            groups[name] = groups.get(name, Totals()) + part
    return dict(sorted(groups.items()))


def _parts_of(job: JobFigures, by: GroupBy) -> Iterator[tuple[str, Totals]]:
    if by in (GroupBy.STYLE, GroupBy.PLATFORM):
        told = job.styles if by is GroupBy.STYLE else job.platforms
        rows = sum(ended.rows for ended in told.values())
        if rows:
            for name, ended in told.items():
                share = ended.rows / rows
                yield name, Totals(1, ended.rows, ended, job.processing_ms * share, job.cost * share)
            return
    yield _name_of(job, by), _whole(job)


def _name_of(job: JobFigures, by: GroupBy) -> str:
    if by is GroupBy.TEMPLATE_ID:
        return job.template_id
    if by is GroupBy.USER:
        return job.user_id
    if by is GroupBy.DAY:
        return datetime.fromtimestamp(job.created_at, UTC).date().isoformat()
    return UNKNOWN


def _whole(job: JobFigures) -> Totals:
    return Totals(1, job.items, job.ended, job.processing_ms, job.cost)
