"""What jobs have made: tiles, charts and tables over a span of days, and the jobs behind each figure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from bulkvid_pipeline.core.analytics import UNKNOWN, GroupBy, Totals
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.periods import Course, Period, Step
from bulkvid_pipeline.core.spans import Span, parse_span
from bulkvid_pipeline.core.wording import money, plural, rate, span
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
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.services.analytics.analytics import as_csv, course
from bulkvid_pipeline.services.analytics.job_sums import JobPart, Question, Sums
from bulkvid_pipeline.services.analytics.time_zones import time_zone_named

router = page_router()

PERIODS = {"7": "7 days", "30": "30 days", "90": "90 days", "365": "A year", "all": "All time"}
GROUPS = {
    GroupBy.TEMPLATE_ID: "Template",
    GroupBy.STYLE: "Style",
    GroupBy.PLATFORM: "Platform",
    GroupBy.USER: "User",
    GroupBy.PROVIDER: "Voice provider",
    GroupBy.DAY: "Day",
}
ZONES = [
    "UTC",
    "Africa/Cairo",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/New_York",
    "America/Sao_Paulo",
    "Asia/Bangkok",
    "Asia/Dubai",
    "Asia/Jakarta",
    "Asia/Jerusalem",
    "Asia/Kolkata",
    "Asia/Riyadh",
    "Asia/Seoul",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Europe/Berlin",
    "Europe/Istanbul",
    "Europe/Kyiv",
    "Europe/London",
    "Europe/Madrid",
    "Europe/Paris",
    "Pacific/Auckland",
]
"""Offered; any other can be written."""
MOST_BARS = 12
JOBS_A_PAGE = 50


@dataclass(frozen=True)
class Choice:
    """What the address asks for. Dates go before the period."""

    period: str
    start_date: str
    end_date: str
    group_by: str
    time_zone: str

    @property
    def zone(self) -> str:
        """The time zone of days."""
        return self.time_zone or "UTC"

    @property
    def has_dates(self) -> bool:
        return bool(self.start_date or self.end_date)

    def question(self, now: datetime | None = None) -> Question:
        """The same for the services.

        Raises:
            InvalidRequestError: a part of it cannot be used; names the field.
        """
        zone = time_zone_named(self.zone)
        by = next((by for by in GROUPS if by.value == self.group_by), None)
        if by is None:
            raise InvalidRequestError("There are no such groups", fix="Choose one of the list", field="group_by")
        if self.has_dates:
            return Question(parse_span(self.start_date, self.end_date, zone), by, zone)
        if self.period == "all":
            return Question(Span(), by, zone)
        if self.period not in PERIODS:
            raise InvalidRequestError("There is no such period", fix="Choose one of the list", field="period")
        today = (now or datetime.now(zone)).astimezone(zone).date()
        first = today - timedelta(days=int(self.period) - 1)
        return Question(parse_span(first.isoformat(), today.isoformat(), zone), by, zone)

    def query(self, **changed: str) -> str:
        """As part of an address, with some of it changed."""
        dates = {"start_date": self.start_date, "end_date": self.end_date}
        asked = {**(dates if self.has_dates else {"period": self.period}), "group_by": self.group_by}
        if self.time_zone:
            asked["time_zone"] = self.time_zone
        if "period" in changed:
            asked = {name: value for name, value in asked.items() if name not in dates}
        return urlencode({name: value for name, value in {**asked, **changed}.items() if value})

    @property
    def in_words(self) -> str:
        """When the jobs were created."""
        if self.has_dates:
            begin = f"from {self.start_date}" if self.start_date else "until"
            return (
                f"{begin} to {self.end_date}"
                if self.start_date and self.end_date
                else f"{begin} {self.end_date}".strip()
            )
        return {"all": "at any time", "365": "in the last year"}.get(self.period, f"in the last {self.period} days")


Text = Annotated[str, Query(max_length=100)]


@router.get("/analytics")
async def analytics_page(
    visit: Reading,
    period: Text = "30",
    start_date: Text = "",
    end_date: Text = "",
    group_by: Text = GroupBy.TEMPLATE_ID.value,
    time_zone: Text = "",
    here: Text = "",
) -> Response:
    """The choice, and where the figures go: they are added up while the page can be seen already.

    With `here`, as a browser without script asks for it, they are part of the page.
    """
    choice = Choice(period, start_date, end_date, group_by, time_zone)
    try:
        question = choice.question()
    except InvalidRequestError as error:
        return visit.page("analytics/analytics.html", status=400, **_chosen(choice), problem=error, figures=None)
    figures = await _figures(visit, choice, question) if here else None
    return visit.page("analytics/analytics.html", **_chosen(choice), problem=None, figures=figures)


@router.get("/analytics/figures")
async def analytics_figures(
    visit: Reading,
    period: Text = "30",
    start_date: Text = "",
    end_date: Text = "",
    group_by: Text = GroupBy.TEMPLATE_ID.value,
    time_zone: Text = "",
) -> Response:
    """The part of the page with the figures."""
    choice = Choice(period, start_date, end_date, group_by, time_zone)
    return visit.fragment("analytics/_figures.html", figures=await _figures(visit, choice, choice.question()))


@router.get("/analytics/figures.csv")
async def analytics_csv(
    visit: Reading,
    period: Text = "30",
    start_date: Text = "",
    end_date: Text = "",
    group_by: Text = GroupBy.TEMPLATE_ID.value,
    time_zone: Text = "",
) -> Response:
    """The groups as CSV, as `/api/analytics` has them."""
    question = Choice(period, start_date, end_date, group_by, time_zone).question()
    found = await _sums(visit, question)
    headers = {
        "Content-Disposition": f'attachment; filename="analytics-by-{question.by.value}.csv"',
        "Cache-Control": "private, no-store",
    }
    text = await run_in_threadpool(as_csv, found.in_words, question.by)
    return Response(text, headers=headers, media_type="text/csv; charset=utf-8")


@router.get("/analytics/jobs")
async def analytics_jobs(
    visit: Reading,
    period: Text = "30",
    start_date: Text = "",
    end_date: Text = "",
    group_by: Text = GroupBy.TEMPLATE_ID.value,
    time_zone: Text = "",
    group: Annotated[str | None, Query(max_length=1000)] = None,
    page: Annotated[int, Query(ge=1, le=1_000_000)] = 1,
) -> Response:
    """The jobs behind a figure, the newest first."""
    choice = Choice(period, start_date, end_date, group_by, time_zone)
    question = choice.question()
    await visit.services.reads.jobs.fresh()
    parts: list[JobPart] = await run_in_threadpool(
        visit.services.sums.parts, visit.services.reads.jobs.now(), visit.project_id, question, group
    )
    pages = max(1, -(-len(parts) // JOBS_A_PAGE))
    page = min(page, pages)
    shown = parts[(page - 1) * JOBS_A_PAGE : page * JOBS_A_PAGE]
    asked = choice.query(**({"group": group} if group is not None else {}))
    return visit.page(
        "analytics/jobs.html",
        title="Jobs behind a figure",
        choice=choice,
        group=group,
        group_title=GROUPS[question.by],
        group_name=_name(group or ""),
        total=len(parts),
        parts=shown,
        page=page,
        pages=pages,
        asked=asked,
    )


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
    """All that the part with the figures shows."""

    choice: Choice
    group_title: str
    totals: Totals
    tiles: Sequence[Tile]
    charts: Sequence[Chart]
    groups: Sequence[Group]


def _chosen(choice: Choice) -> dict[str, Any]:
    return {
        "title": "Analytics",
        "choice": choice,
        "periods": PERIODS,
        "groupings": GROUPS,
        "zones": ZONES,
    }


async def _sums(visit: Visit, question: Question) -> Sums:
    await visit.services.reads.jobs.fresh()
    jobs = visit.services.reads.jobs.now()
    return await run_in_threadpool(visit.services.sums.sums, jobs, visit.project_id, question)


async def _figures(visit: Visit, choice: Choice, question: Question) -> Figures:
    found = await _sums(visit, question)
    by_day = await _sums(visit, Question(question.span, GroupBy.DAY, question.zone))
    went = course(by_day.groups, question.span, question.zone)
    return Figures(
        choice,
        GROUPS[question.by],
        found.totals,
        _tiles(found.totals, went),
        [*_charts_over_time(went, found.totals), *_charts_of_groups(found)],
        [
            Group(_name(name), totals, f"/analytics/jobs?{choice.query(group=name)}")
            for name, totals in found.groups.items()
        ],
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
    names, totals = [_name(name) for name in found.groups], list(found.groups.values())
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
    """`1,250`; large ones on a scale as `1.2M`."""
    if number >= 1e15:
        return f"{number:.3g}"
    return f"{number:,.0f}" if number == round(number) else f"{number:,.1f}"


_JOBS = _Value(lambda totals: totals.jobs, count)
_COMPLETED = _Value(lambda totals: totals.ended.completed, count)
_RATE = _Value(lambda totals: 100 * totals.success_rate if totals.ended.rows else None, rate)
_MEAN = _Value(lambda totals: totals.seconds_per_item if totals.ended.rows else None, span)
_COST = _Value(lambda totals: totals.cost, money)


def _name(group: str) -> str:
    """The group as people read it."""
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
