"""What jobs have made, in the words of the REST API."""

from __future__ import annotations

from collections.abc import Mapping

from bulkvid_pipeline.core.analytics import GroupBy, Totals
from bulkvid_pipeline.core.service_wire import Analytics, AnalyticsGroup, CostSummary

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
