"""Figures of days as a row of periods that can be drawn: days, weeks, months or years, none left out. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from bulkvid_pipeline.core.analytics import Totals

MOST = 62
"""More periods than this are hard to tell apart in a picture."""


class Step(StrEnum):
    """How long a period is."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True)
class Period:
    """What was made from `first` to `last`, both included: whole weeks and months, but for those at the ends."""

    first: date
    last: date
    totals: Totals = field(default_factory=Totals)


@dataclass(frozen=True)
class Course:
    """How figures have gone on."""

    step: Step
    periods: Sequence[Period]


def course_of(days: Mapping[date, Totals], first: date | None = None, last: date | None = None) -> Course:
    """The figures of days, with a step at which there are not too many periods; none where no day has any.

    Args:
        days: the figures of each day that has any.
        first: where to begin; None for the first day with figures.
        last: where to end; None for the last day with figures.
    """
    if not days:
        return Course(Step.DAY, ())
    begin = first if first is not None else min(days)
    end = max(begin, last if last is not None else max(days))
    step = _step(begin, end)
    if step is Step.YEAR and end.year - begin.year >= MOST:
        begin, end = min(days), max(days)
        step = _step(begin, end)
    found = {_start(step, day): Totals() for day in _starts(step, begin, end)}
    for day, totals in days.items():
        if begin <= day <= end:
            found[_start(step, day)] += totals
    return Course(
        step,
        [
            Period(max(begin, start), min(end, _next(step, start) - timedelta(days=1)), totals)
            for start, totals in found.items()
        ],
    )


def _step(begin: date, end: date) -> Step:
    days = (end - begin).days + 1
    if days <= MOST:
        return Step.DAY
    if days <= MOST * 7:
        return Step.WEEK
    return Step.MONTH if days <= MOST * 30 else Step.YEAR


def _start(step: Step, day: date) -> date:
    """The first day of the period that the day lies in; weeks begin on Mondays."""
    if step is Step.WEEK:
        return day - timedelta(days=min(day.weekday(), (day - date.min).days))
    if step is Step.MONTH:
        return day.replace(day=1)
    return day.replace(month=1, day=1) if step is Step.YEAR else day


def _next(step: Step, start: date) -> date:
    """Where the next period begins; at the end of the calendar, its last day."""
    try:
        if step is Step.MONTH:
            return (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        if step is Step.YEAR:
            return start.replace(year=start.year + 1)
        return start + timedelta(days=7 if step is Step.WEEK else 1)
    except (OverflowError, ValueError):
        return date.max


def _starts(step: Step, begin: date, end: date) -> Iterator[date]:
    start = _start(step, begin)
    while start <= end:
        yield start
        after = _next(step, start)
        if after <= start:
            return
        start = after
