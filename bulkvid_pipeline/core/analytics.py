"""What jobs have made, added up: over all of them, and in groups. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from enum import StrEnum

from bulkvid_pipeline.core.made import Amounts

UNKNOWN = "unknown"
"""The group of jobs that have not told theirs."""


class GroupBy(StrEnum):
    """What jobs can be grouped by; `day` is the day of their creation, `provider` the speech provider."""

    TEMPLATE_ID = "template_id"
    STYLE = "style"
    USER = "user"
    PLATFORM = "platform"
    DAY = "day"
    PROVIDER = "provider"


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
        provider: the speech provider of its newest run.
        video_s: length of the finished rows' videos.
        bytes: size of the finished rows' videos.
        style_amounts: what was told of its rows by style; what was not is divided by rows.
        platform_amounts: the same by platform.
        provider_amounts: the same by speech provider.
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
    provider: str = ""
    video_s: float = 0.0
    bytes: float = 0.0
    style_amounts: Mapping[str, Amounts] = field(default_factory=dict)
    platform_amounts: Mapping[str, Amounts] = field(default_factory=dict)
    provider_amounts: Mapping[str, Amounts] = field(default_factory=dict)


@dataclass(frozen=True)
class Totals:
    """Figures of several jobs. Rows that were neither completed nor failed count as items alone."""

    jobs: int = 0
    items: int = 0
    ended: Ended = field(default_factory=Ended)
    processing_ms: float = 0.0
    cost: float = 0.0
    video_s: float = 0.0
    bytes: float = 0.0

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
            self.video_s + other.video_s,
            self.bytes + other.bytes,
        )


def totals_of(jobs: Iterable[JobFigures]) -> Totals:
    """All jobs together."""
    return sum(map(_whole, jobs), Totals())


def groups_of(jobs: Iterable[JobFigures], by: GroupBy, zone: tzinfo = UTC) -> dict[str, Totals]:
    """The jobs by group, sorted by its name; days are those of `zone`.

    A job whose rows fall into several styles or platforms counts in each of these groups, its rows where they belong,
    and its time, cost and videos as its runs have told them, or else in proportion to its rows. A job that has changed
    its speech provider counts with the newest one; what it paid others is their cost.
    """
    return merged(parts_of(job, by, zone) for job in jobs)


def merged(groups: Iterable[Mapping[str, Totals]]) -> dict[str, Totals]:
    """Groups of several sets of jobs together, sorted by name."""
    found: dict[str, Totals] = {}
    for some in groups:
        for name, part in some.items():
            known = found.get(name)
            found[name] = part if known is None else known + part
    return dict(sorted(found.items()))


def parts_of(job: JobFigures, by: GroupBy, zone: tzinfo = UTC) -> dict[str, Totals]:
    """The job's part in each group that it counts in; see `groups_of`."""
    if by is GroupBy.STYLE and job.styles:
        return dict(_shared(job, job.styles, job.style_amounts))
    if by is GroupBy.PLATFORM and job.platforms:
        return dict(_shared(job, job.platforms, job.platform_amounts))
    if by is GroupBy.PROVIDER and job.provider:
        return dict(_by_provider(job))
    return {_name_of(job, by, zone): _whole(job)}


def _shared(job: JobFigures, rows: Mapping[str, Ended], amounts: Mapping[str, Amounts]) -> Iterator[tuple[str, Totals]]:
    """The job's parts, which add up to it but for its rows."""
    names = list(dict.fromkeys([*rows, *amounts]))
    evenly = dict.fromkeys(names, 1 / len(names))
    of_rows = _shares({name: rows[name].rows for name in rows}, evenly, names)
    told = {
        what: _shares({name: getattr(amounts[name], what) for name in amounts}, of_rows, names)
        for what in ("seconds", "cost", "video_s", "bytes")
    }
    for name in names:
        ended = rows.get(name, Ended())
        yield (
            name,
            Totals(
                1,
                ended.rows,
                ended,
                job.processing_ms * told["seconds"][name],
                job.cost * told["cost"][name],
                job.video_s * told["video_s"][name],
                job.bytes * told["bytes"][name],
            ),
        )


def _shares(weights: Mapping[str, float], otherwise: Mapping[str, float], names: Sequence[str]) -> dict[str, float]:
    whole = sum(weights.values())
    if whole > 0:
        return {name: weights.get(name, 0) / whole for name in names}
    return {name: otherwise.get(name, 0.0) for name in names}


def _by_provider(job: JobFigures) -> Iterator[tuple[str, Totals]]:
    """The job counts once, with its newest provider; time, cost and videos where they belong."""
    for name, part in _shared(job, {job.provider: job.ended}, job.provider_amounts):
        its_own = name == job.provider
        yield name or UNKNOWN, replace(part, jobs=int(its_own), items=job.items if its_own else 0)


def _name_of(job: JobFigures, by: GroupBy, zone: tzinfo) -> str:
    if by is GroupBy.TEMPLATE_ID:
        return job.template_id
    if by is GroupBy.USER:
        return job.user_id
    if by is GroupBy.DAY:
        return datetime.fromtimestamp(job.created_at, zone).date().isoformat()
    if by is GroupBy.PROVIDER:
        return job.provider or UNKNOWN
    return UNKNOWN


def _whole(job: JobFigures) -> Totals:
    return Totals(1, job.items, job.ended, job.processing_ms, job.cost, job.video_s, job.bytes)
