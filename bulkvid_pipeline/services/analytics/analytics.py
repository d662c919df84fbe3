"""What a project's jobs have made, from their runs alone, in the words of the REST API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bulkvid_pipeline.core.analytics import GroupBy, JobFigures, Totals, groups_of, totals_of
from bulkvid_pipeline.core.service_wire import Analytics, AnalyticsGroup, CostSummary
from bulkvid_pipeline.core.spans import Span
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.jobs.jobs import Job

_COST_FIELDS = {
    GroupBy.TEMPLATE_ID: "by_template",
    GroupBy.STYLE: "by_style",
    GroupBy.USER: "by_user",
    GroupBy.PLATFORM: "by_platform",
    GroupBy.DAY: "by_day",
    GroupBy.PROVIDER: "by_provider",
}


def analytics_of(jobs: Iterable[Job], span: Span, by: GroupBy, gone: Iterable[JobFigures] = ()) -> Analytics:
    """The figures of the jobs that were created in the span, and of each group of them; `gone` are those of jobs that
    were pruned."""
    figures = [*(figures_of(job) for job in jobs if job.created_at in span), *(j for j in gone if j.created_at in span)]
    return in_words(totals_of(figures), groups_of(figures, by), by)


def in_words(totals: Totals, groups: Mapping[str, Totals], by: GroupBy) -> Analytics:
    """Sums as the API tells them."""
    costs = {name: _money(group.cost) for name, group in groups.items()}
    return Analytics(
        total_jobs=totals.jobs,
        total_items=totals.items,
        success_rate=round(totals.success_rate, 4),
        avg_processing_time=round(totals.seconds_per_item, 3),
        cost_summary=CostSummary.model_validate({"total": _money(totals.cost), _COST_FIELDS[by]: costs}),
        processing_time=round(totals.processing_ms / 1000, 3),
        video_seconds=round(totals.video_s, 2),
        storage_bytes=round(totals.bytes),
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
