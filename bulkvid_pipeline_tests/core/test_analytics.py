from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from bulkvid_pipeline.core.analytics import Ended, GroupBy, JobFigures, Totals, groups_of, totals_of


def job(**changed: Any) -> JobFigures:
    figures: dict[str, Any] = {
        "created_at": datetime(2025, 10, 1, 23, 59, tzinfo=UTC).timestamp(),
        "user_id": "ana",
        "template_id": "brand",
        "items": 10,
        "ended": Ended(6, 2),
        "processing_ms": 80_000,
        "cost": 4.0,
    }
    return JobFigures(**{**figures, **changed})


def test_jobs_are_added_up() -> None:
    totals = totals_of([job(), job(items=20, ended=Ended(20, 0), processing_ms=20_000, cost=1.0)])

    assert (totals.jobs, totals.items, totals.cost) == (2, 30, 5.0)
    assert totals.success_rate == 26 / 28
    assert totals.seconds_per_item == 100 / 28


def test_no_jobs_have_figures_too() -> None:
    totals = totals_of([])

    assert (totals.jobs, totals.success_rate, totals.seconds_per_item) == (0, 0.0, 0.0)


@pytest.mark.parametrize(
    ("by", "names"),
    [
        (GroupBy.TEMPLATE_ID, ["brand", "other"]),
        (GroupBy.USER, ["ana"]),
        (GroupBy.DAY, ["2025-10-01", "2025-10-02"]),
        (GroupBy.STYLE, ["unknown"]),
        (GroupBy.PLATFORM, ["unknown"]),
    ],
)
def test_jobs_are_grouped(by: GroupBy, names: list[str]) -> None:
    later = datetime(2025, 10, 2, tzinfo=UTC).timestamp()
    jobs = [job(), job(template_id="other", created_at=later)]

    groups = groups_of(jobs, by)

    assert list(groups) == names
    assert sum(groups.values(), Totals()) == totals_of(jobs)


def test_rows_count_in_their_style_and_time_and_cost_in_proportion() -> None:
    groups = groups_of([job(styles={"modern": Ended(5, 1), "classic": Ended(1, 1)})], GroupBy.STYLE)

    assert groups["modern"] == Totals(1, 6, Ended(5, 1), 60_000, 3.0)
    assert groups["classic"] == Totals(1, 2, Ended(1, 1), 20_000, 1.0)


def test_a_row_for_several_platforms_counts_for_each_and_costs_once() -> None:
    groups = groups_of([job(platforms={"youtube": Ended(6, 2), "tiktok": Ended(6, 2)})], GroupBy.PLATFORM)

    assert [group.ended for group in groups.values()] == [Ended(6, 2), Ended(6, 2)]
    assert sum(group.cost for group in groups.values()) == 4.0
