"""Which rows of a job somebody wants to see, in which order, and how many there are of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_rows import Row

WARNED = "WARNING"
"""The problem of rows that are finished, with warnings; those of failed rows are the codes of their errors."""
UNNAMED = "INTERNAL"
"""The code of errors that were told without one."""


class ItemSort(StrEnum):
    """What rows are sorted by; those that are equal by their place in the sheet."""

    SHEET_ROW = "sheet_row"
    TITLE = "title"
    UPDATED_AT = "updated_at"
    DURATION = "duration"
    ATTEMPTS = "attempts"


@dataclass(frozen=True)
class ItemFilter:
    """Only rows that are as each of these says; empty ones say nothing.

    Attributes:
        states: in one of these states.
        platforms: finished, with a video for one of these platforms.
        problems: failed with an error of one of these codes, or (`WARNED`) finished with warnings.
        q: with this in title, key or error, in any case.
    """

    states: frozenset[ItemState] = frozenset()
    platforms: frozenset[str] = frozenset()
    problems: frozenset[str] = frozenset()
    q: str = ""

    def __str__(self) -> str:
        """Tells filters apart."""
        return repr((sorted(self.states), sorted(self.platforms), sorted(self.problems), plain(self.q)))

    def of(self, rows: Iterable[Row]) -> Iterator[Row]:
        """The rows that are wanted, in their order."""
        wanted = plain(self.q)
        for row in rows:
            if (
                (not self.states or row.state in self.states)
                and (not wanted or wanted in row.searched)
                and (not self.platforms or not self.platforms.isdisjoint(platforms_of(row)))
                and (not self.problems or problem_of(row) in self.problems)
            ):
                yield row


@dataclass(frozen=True)
class ItemCounts:
    """How many rows there are of each kind, as far as all other parts of a filter want them."""

    states: Mapping[ItemState, int] = field(default_factory=dict)
    platforms: Mapping[str, int] = field(default_factory=dict)
    problems: Mapping[str, int] = field(default_factory=dict)

    @classmethod
    def of(cls, rows: Iterable[Row], wanted: ItemFilter) -> ItemCounts:
        """The counts of what each choice would show if it were made in place of the one that `wanted` holds."""
        found = list(ItemFilter(q=wanted.q).of(rows))
        states = Counter(row.state for row in replace(wanted, states=frozenset(), q="").of(found))
        of_platforms = replace(wanted, platforms=frozenset(), q="").of(found)
        platforms = Counter(platform for row in of_platforms for platform in platforms_of(row))
        problems = Counter(map(problem_of, replace(wanted, problems=frozenset(), q="").of(found)))
        del problems[""]
        return cls(states, platforms, problems)


def in_order(rows: Iterable[Row], by: ItemSort, *, descending: bool = False) -> list[Row]:
    """Rows that are in the order of their sheet, sorted; those that nothing is known of yet come last in any case."""
    by_place = list(rows)
    if by is ItemSort.SHEET_ROW:
        return by_place[::-1] if descending else by_place
    known = [row for row in by_place if by is ItemSort.TITLE or row.told_end is not None]
    unknown = [row for row in by_place if by is not ItemSort.TITLE and row.told_end is None]
    return [*sorted(known, key=_KEYS[by], reverse=descending), *unknown]


def platforms_of(row: Row) -> tuple[str, ...]:
    """The platforms that the row has videos for."""
    end = row.told_end
    return tuple(dict.fromkeys(file["platform"] for file in end.files)) if end else ()


def problem_of(row: Row) -> str:
    """What is wrong with the row: the code of its error, `WARNED`, or nothing."""
    end = row.told_end
    if end is None:
        return ""
    if end.state is ItemState.COMPLETED:
        return WARNED if end.warnings else ""
    return end.code or UNNAMED


_KEYS: Mapping[ItemSort, Callable[[Row], str | float]] = {
    ItemSort.TITLE: lambda row: row.searched,
    ItemSort.UPDATED_AT: lambda row: row.end.at if row.end else 0.0,
    ItemSort.DURATION: lambda row: row.end.duration_s if row.end else 0.0,
    ItemSort.ATTEMPTS: lambda row: row.end.attempts if row.end else 0,
}
