"""What a project's jobs have made, from their runs alone, in the words of the REST API."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from bulkvid_pipeline.core.analytics import Ended, GroupBy, JobFigures, Totals, groups_of, totals_of
from bulkvid_pipeline.core.jobs import counted_runs, processing_ms
from bulkvid_pipeline.core.service_wire import Analytics, AnalyticsGroup, CostSummary
from bulkvid_pipeline.core.spans import Span
from bulkvid_pipeline.services.jobs.jobs import Job

_COST_FIELDS = {
    GroupBy.TEMPLATE_ID: "by_template",
    GroupBy.STYLE: "by_style",
    GroupBy.USER: "by_user",
    GroupBy.PLATFORM: "by_platform",
    GroupBy.DAY: "by_day",
}


def analytics_of(jobs: Iterable[Job], span: Span, by: GroupBy) -> Analytics:
    """The figures of the jobs that were created in the span, and of each group of them."""
    figures = [figures_of(job) for job in jobs if job.created_at in span]
    totals, groups = totals_of(figures), groups_of(figures, by)
    costs = {name: _money(group.cost) for name, group in groups.items()}
    return Analytics(
        total_jobs=totals.jobs,
        total_items=totals.items,
        success_rate=round(totals.success_rate, 4),
        avg_processing_time=round(totals.seconds_per_item, 3),
        cost_summary=CostSummary.model_validate({"total": _money(totals.cost), _COST_FIELDS[by]: costs}),
        groups={name: _group(group) for name, group in groups.items()},
    )


def figures_of(job: Job) -> JobFigures:
    """The job's figures over all its runs: resumes, retries and shards are one job."""
    telling = counted_runs(job.runs)
    return JobFigures(
        created_at=job.created_at,
        user_id=job.user_id,
        template_id=job.template_id,
        items=job.items["total"],
        ended=Ended(job.items["completed"], job.items["failed"]),
        processing_ms=processing_ms(job.runs),
        cost=job.cost,
        styles=_added_up(run.progress.styles for run in telling),
        platforms=_added_up(run.progress.platforms for run in telling),
    )


def _added_up(told: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, Ended]:
    found: dict[str, Ended] = {}
    for one in told:
        for name, (completed, failed) in one.items():
            found[name] = found.get(name, Ended()) + Ended(completed, failed)
    return found


def _group(totals: Totals) -> AnalyticsGroup:
    return AnalyticsGroup(
        total_jobs=totals.jobs,
        total_items=totals.items,
        success_rate=round(totals.success_rate, 4),
        avg_processing_time=round(totals.seconds_per_item, 3),
        cost=_money(totals.cost),
    )


def _money(amount: float) -> float:
    return round(amount, 6)
