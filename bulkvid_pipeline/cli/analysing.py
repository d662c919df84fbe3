"""`bulkvid analytics`."""

from __future__ import annotations

from contextlib import closing

from rich.console import Console
from rich.table import Column, Table

from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.service_wire import Analytics, AnalyticsGroup
from bulkvid_pipeline.core.spans import parse_span
from bulkvid_pipeline.core.wording import size_in_words
from bulkvid_pipeline.settings import dagster_home


def print_analytics(
    start_date: str | None, end_date: str | None, by: GroupBy, project_id: str | None, *, as_json: bool
) -> int:
    """Print the figures of the jobs created in a span; returns the exit code.

    Raises:
        InvalidRequestError: a date is none.
    """
    span = parse_span(start_date, end_date)
    from bulkvid_pipeline.services.analytics.gone_jobs import GoneJobs
    from bulkvid_pipeline.services.analytics.job_sums import JobSums, Question
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.job_index import JobIndex

    with open_instance(dagster_home()) as instance, closing(JobIndex(instance)) as index:
        index.refresh()
        found = JobSums(GoneJobs(instance)).analytics(index.now(), project_id, Question(span, by))
    if as_json:
        print_json(found.model_dump(mode="json", exclude_none=True))
    else:
        Console(highlight=False).print(_table(found, by))
    return 0


def _table(found: Analytics, by: GroupBy) -> Table:
    right = [
        Column(name, justify="right")
        for name in ("jobs", "rows", "success", "s a row", "work", "video", "size", "cost")
    ]
    table = Table(Column(by.value), *right, box=None)
    for name, group in found.groups.items():
        table.add_row(name, *_cells(group))
    whole = AnalyticsGroup(**{**found.model_dump(exclude={"groups", "cost_summary"}), "cost": found.cost_summary.total})
    table.add_row("in all", *_cells(whole), style="bold")
    return table


def _cells(group: AnalyticsGroup) -> tuple[str, ...]:
    return (
        f"{group.total_jobs:,}",
        f"{group.total_items:,}",
        f"{100 * group.success_rate:.1f} %",
        f"{group.avg_processing_time:.1f}",
        _duration(group.processing_time),
        _duration(group.video_seconds),
        size_in_words(group.storage_bytes),
        f"{group.cost:,.4f}",
    )


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}"
