"""What jobs have made, in the words of the REST API."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from datetime import date, datetime, tzinfo

from bulkvid_pipeline.core.analytics import GroupBy, Totals
from bulkvid_pipeline.core.periods import Course, course_of
from bulkvid_pipeline.core.service_wire import Analytics, AnalyticsGroup, CostSummary
from bulkvid_pipeline.core.spans import Span
from bulkvid_pipeline.services.reports.results import harmless_cell

_COST_FIELDS = {
    GroupBy.TEMPLATE_ID: "by_template",
    GroupBy.STYLE: "by_style",
    GroupBy.USER: "by_user",
    GroupBy.PLATFORM: "by_platform",
    GroupBy.DAY: "by_day",
    GroupBy.PROVIDER: "by_provider",
}


def in_words(totals: Totals, groups: Mapping[str, Totals], by: GroupBy) -> Analytics:
    """Sums as the API tells them."""
    costs = {name: _money(group.cost) for name, group in groups.items()}
    return Analytics(
        **_group(totals).model_dump(exclude={"cost"}),
        cost_summary=CostSummary.model_validate({"total": _money(totals.cost), _COST_FIELDS[by]: costs}),
        groups={name: _group(group) for name, group in groups.items()},
    )


def _group(totals: Totals) -> AnalyticsGroup:
    return AnalyticsGroup(
        total_jobs=totals.jobs,
        total_items=totals.items,
        success_rate=round(totals.success_rate, 4),
        avg_processing_time=round(totals.seconds_per_item, 3),
        cost=_money(totals.cost),
        processing_time=round(totals.processing_ms / 1000, 3),
        video_seconds=round(totals.video_s, 2),
        storage_bytes=round(totals.bytes),
    )


def _money(amount: float) -> float:
    return round(amount, 6)


_CSV_COLUMNS = (
    "total_jobs",
    "total_items",
    "success_rate",
    "avg_processing_time",
    "cost",
    "processing_time",
    "video_seconds",
    "storage_bytes",
)


def as_csv(found: Analytics, by: GroupBy) -> str:
    """The groups as CSV, and a last line of all; begins with a byte order mark, so that Excel reads UTF-8.

    Text that a spreadsheet would take for a formula gets a leading apostrophe.
    """
    sink = io.StringIO("\ufeff")
    sink.seek(0, io.SEEK_END)
    writer = csv.writer(sink, lineterminator="\r\n")
    writer.writerow([by.value, *_CSV_COLUMNS])
    whole = AnalyticsGroup(**{**found.model_dump(exclude={"groups", "cost_summary"}), "cost": found.cost_summary.total})
    for name, group in [*found.groups.items(), ("total", whole)]:
        writer.writerow([harmless_cell(name), *(getattr(group, column) for column in _CSV_COLUMNS)])
    return sink.getvalue()


def course(days: Mapping[str, Totals], span: Span, zone: tzinfo) -> Course:
    """How figures by day have gone on, over the whole of the span as far as it has bounds."""
    first = None if span.start is None else datetime.fromtimestamp(span.start, zone).date()
    last = None if span.end is None else datetime.fromtimestamp(span.end - 0.001, zone).date()
    return course_of({date.fromisoformat(day): totals for day, totals in days.items()}, first, last)
