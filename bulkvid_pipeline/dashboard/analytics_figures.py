"""The figures of many jobs as they are shown: tiles, charts, and a table of groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from bulkvid_pipeline.core.analytics import UNKNOWN, GroupBy, Totals
from bulkvid_pipeline.core.periods import Course, Period, Step
from bulkvid_pipeline.core.wording import money, plural, rate, span
from bulkvid_pipeline.dashboard.analytics_choice import GROUPS, Choice
from bulkvid_pipeline.dashboard.charts import (
    Chart,
    Say,
    Series,
    Sparkline,
    Subject,
    Tone,
    bar_chart,
    column_chart,
    largest_first,
    line_chart,
    sparkline,
)
from bulkvid_pipeline.services.analytics.job_sums import Sums

MOST_BARS = 12

GROUPS_A_PAGE = 100


@dataclass(frozen=True)
class Tile:
    """A figure of all chosen jobs, and how it has gone on."""

    label: str
    value: str
    note: str
    spark: Sparkline | None


@dataclass(frozen=True)
class Group:
    """A line of the table of groups."""

    name: str
    totals: Totals
    jobs_link: str


@dataclass(frozen=True)
class Figures:
    """All that the part with the figures shows; of many groups a page."""

    choice: Choice
    group_title: str
    totals: Totals
    tiles: Sequence[Tile]
    charts: Sequence[Chart]
    groups: Sequence[Group]
    page: int
    pages: int


def figures_of(choice: Choice, found: Sums, went: Course, page: int) -> Figures:
    """The figures with a page of their groups: the last one where a later one was asked for.

    Args:
        choice: what was asked for.
        found: the answer.
        went: how the same figures have gone on.
        page: which page of groups, from 1 on.
    """
    pages = max(1, -(-len(found.groups) // GROUPS_A_PAGE))
    page = min(page, pages)
    shown = islice(found.groups.items(), (page - 1) * GROUPS_A_PAGE, page * GROUPS_A_PAGE)
    return Figures(
        choice,
        GROUPS[found.by],
        found.totals,
        _tiles(found.totals, went),
        [*_charts_over_time(went, found.totals), *_charts_of_groups(found)],
        [Group(name_of(name), totals, f"/analytics/jobs?{choice.query(group=name)}") for name, totals in shown],
        page,
        pages,
    )


def _tiles(totals: Totals, went: Course) -> list[Tile]:
    ended = totals.ended
    success = rate(100 * totals.success_rate) if ended.rows else "–"
    mean = span(totals.seconds_per_item) if ended.rows else "–"
    return [
        Tile("Jobs", count(totals.jobs), plural(totals.items, "row"), _spark("jobs", "Jobs", went, _JOBS)),
        Tile(
            "Videos made",
            count(ended.completed),
            f"{count(ended.failed)} failed",
            _spark("videos", "Videos made", went, _COMPLETED),
        ),
        Tile("Success rate", success, "of rows that ended", _spark("rate", "Success rate", went, _RATE)),
        Tile(
            "Mean time a video",
            mean,
            f"{span(totals.processing_ms / 1000)} of work",
            _spark("mean", "Mean time", went, _MEAN),
        ),
        Tile("Cost", money(totals.cost), "asked by paid voices", _spark("cost", "Cost", went, _COST)),
    ]


def _charts_over_time(went: Course, totals: Totals) -> list[Chart]:
    step = went.step.value
    labels, short = (
        [_label(went.step, each) for each in went.periods],
        [_short(went.step, each) for each in went.periods],
    )

    def subject(name: str, title: str) -> Subject:
        return Subject(name, title, step.capitalize(), labels, short)

    charts: list[Chart] = [
        column_chart(
            subject("videos-over-time", f"Videos by {step}"),
            [
                Series("videos made", [each.totals.ended.completed for each in went.periods], count, Tone.GOOD),
                Series("failed", [each.totals.ended.failed for each in went.periods], count, Tone.BAD),
            ],
        ),
        line_chart(
            subject("time-over-time", f"Mean time a video by {step}"),
            Series("mean time", [_MEAN(each.totals) for each in went.periods], span),
        ),
    ]
    if totals.cost:
        costs = Series("cost", [each.totals.cost for each in went.periods], money)
        charts.append(line_chart(subject("cost-over-time", f"Cost by {step}"), costs))
    return charts


def _charts_of_groups(found: Sums) -> list[Chart]:
    if found.by is GroupBy.DAY:
        return []
    word = GROUPS[found.by].lower()
    names, totals = [name_of(name) for name in found.groups], list(found.groups.values())
    ended = [
        Series("made", [each.ended.completed for each in totals], count, Tone.GOOD),
        Series("failed", [each.ended.failed for each in totals], count, Tone.BAD),
    ]
    charts: list[Chart] = [_largest(f"Videos by {word}", "videos-of-groups", GROUPS[found.by], names, ended)]
    if found.totals.cost:
        costs = [Series("cost", [each.cost for each in totals], money)]
        charts.append(_largest(f"Cost by {word}", "cost-of-groups", GROUPS[found.by], names, costs))
    return charts


def _largest(title: str, name: str, labelled: str, labels: Sequence[str], series: Sequence[Series]) -> Chart:
    kept, shown, left_out = largest_first(series, labels, MOST_BARS)
    if left_out:
        title = f"{title}: the {MOST_BARS} largest of {MOST_BARS + left_out}"
    return bar_chart(Subject(name, title, labelled, kept), shown)


def _spark(name: str, title: str, went: Course, value: _Value) -> Sparkline | None:
    if len(went.periods) < 2:
        return None
    labels = [_label(went.step, each) for each in went.periods]
    subject = Subject(f"spark-{name}", f"{title} by {went.step.value}", went.step.value.capitalize(), labels)
    return sparkline(subject, Series(title, [value(each.totals) for each in went.periods], value.say))


@dataclass(frozen=True)
class _Value:
    """A figure of a period."""

    of: Callable[[Totals], float | None]
    say: Say

    def __call__(self, totals: Totals) -> float | None:
        return self.of(totals)


def count(number: float) -> str:
    """`1,250`, `2.5`; from 1e15 on `1.2e+15`."""
    if number >= 1e15:
        return f"{number:.3g}"
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


_JOBS = _Value(lambda totals: totals.jobs, count)
_COMPLETED = _Value(lambda totals: totals.ended.completed, count)
_RATE = _Value(lambda totals: 100 * totals.success_rate if totals.ended.rows else None, rate)
_MEAN = _Value(lambda totals: totals.seconds_per_item if totals.ended.rows else None, span)
_COST = _Value(lambda totals: totals.cost, money)


def name_of(group: str) -> str:
    """A group as people read it."""
    return "not told" if group in (UNKNOWN, "") else group


def _label(step: Step, period: Period) -> str:
    if step is Step.DAY:
        return _day(period.first)
    if step is Step.WEEK and period.first != period.last:
        return f"{_day(period.first)} to {_day(period.last)}"
    return (
        f"{period.first:%b %Y}"
        if step is Step.MONTH
        else _day(period.first)
        if step is Step.WEEK
        else f"{period.first.year}"
    )


def _short(step: Step, period: Period) -> str:
    if step in (Step.DAY, Step.WEEK):
        return f"{period.first.day} {period.first:%b}"
    return _label(step, period)


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"
