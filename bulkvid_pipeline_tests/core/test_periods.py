from __future__ import annotations

from datetime import date, timedelta

import pytest

from bulkvid_pipeline.core.analytics import Totals
from bulkvid_pipeline.core.periods import MOST, Step, course_of

ONE = Totals(jobs=1)


def test_days_without_jobs_are_periods_too() -> None:
    course = course_of({date(2025, 10, 2): ONE}, date(2025, 10, 1), date(2025, 10, 3))

    assert course.step is Step.DAY
    assert [(period.first.day, period.totals.jobs) for period in course.periods] == [(1, 0), (2, 1), (3, 0)]


@pytest.mark.parametrize(
    ("last", "step"),
    [
        (date(2025, 1, 1), Step.DAY),
        (date(2025, 3, 3), Step.DAY),
        (date(2025, 3, 4), Step.WEEK),
        (date(2026, 6, 1), Step.MONTH),
        (date(2036, 6, 1), Step.YEAR),
    ],
)
def test_the_step_is_chosen_so_that_periods_can_be_told_apart(last: date, step: Step) -> None:
    first = date(2025, 1, 1)
    course = course_of({first: ONE, last: ONE}, first, last)

    assert course.step is step
    assert 1 <= len(course.periods) <= MOST + 1
    assert (course.periods[0].first, course.periods[-1].last) == (first, last)
    assert sum(period.totals.jobs for period in course.periods) == (1 if first == last else 2)
    for one, after in zip(course.periods, course.periods[1:], strict=False):
        assert after.first - one.last == timedelta(days=1)


def test_weeks_begin_on_mondays_and_the_first_may_be_a_part_of_one() -> None:
    course = course_of({date(2025, 1, 3): ONE}, date(2025, 1, 1), date(2025, 4, 1))

    assert (course.periods[0].first, course.periods[0].last) == (date(2025, 1, 1), date(2025, 1, 5))
    assert course.periods[1].first.weekday() == 0


def test_no_days_are_no_periods() -> None:
    assert course_of({}).periods == ()
    assert course_of({}, date.min, date.max).periods == ()


def test_a_span_from_the_beginning_of_the_calendar_shows_the_days_that_there_are() -> None:
    course = course_of({date(2025, 5, 4): ONE, date(2025, 5, 6): ONE}, date.min, date.max)

    assert (course.step, len(course.periods)) == (Step.DAY, 3)
