"""Figures of jobs from what their runs told, over any history of resumes, retries, chosen rows and pruning."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.analytics import Ended, GroupBy, Totals, groups_of, totals_of
from bulkvid_pipeline.core.jobs import JobRun, Role, RowNews, RunProgress, Scope, items_of_job, needs_news, told_runs
from bulkvid_pipeline.core.made import Amounts, Made
from bulkvid_pipeline.core.spread import as_one
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.analytics.figures import figures_of, runs_as_one
from bulkvid_pipeline.services.jobs.jobs import Job

STYLES = ("modern", "classic")
ROW_S, ROW_VIDEO_S, ROW_BYTES = 2.0, 10.0, 1000


def a_run(
    number: int,
    rows: dict[str, tuple[int, int]],
    *,
    total: int | None = None,
    scope: Scope = Scope.WHOLE,
    turns: int | None = None,
    cost: float = 0.0,
    provider: str = "espeak",
) -> JobRun:
    """The run of that number: completed and failed rows by style; `turns` of them were rendered."""
    completed, failed = (sum(pair[at] for pair in rows.values()) for at in (0, 1))
    ended = completed + failed
    rendered = ended if turns is None else turns
    styles = {
        style: Amounts(
            ROW_S * rendered * sum(pair) / ended, cost * sum(pair) / ended, ROW_VIDEO_S * pair[0], ROW_BYTES * pair[0]
        )
        for style, pair in rows.items()
    }
    progress = RunProgress(
        total=ended if total is None else total,
        counts={"completed": completed, "failed": failed},
        elapsed_ms=round(1000 * ROW_S * rendered),
        at=1000.0 * number + 500,
        cost=cost,
        styles=rows,
        platforms={"youtube": (completed, failed)},
    )
    made = Made(styles, {"youtube": sum(styles.values(), Amounts())}, {provider: sum(styles.values(), Amounts())})
    start = 1000.0 * number
    return JobRun(
        f"run{number}", JobState.COMPLETED, start, start, start + 600, scope, progress, made=made, provider=provider
    )


def a_job(*runs: JobRun, news: dict[str, RowNews] | None = None, **changed: Any) -> Job:
    items = items_of_job(told_runs(as_one(runs)), news)
    fields: dict[str, Any] = {
        "job_id": "job",
        "runs": runs,
        "title": "",
        "state": JobState.COMPLETED,
        "items": items,
        "priority": "normal",
        "user_id": "ana",
        "project_id": "default",
        "sheet": "",
        "template_id": "brand",
        "report": "",
        "write_back": "",
        "callback_url": None,
        "updated_at": 0.0,
        "output": "",
    }
    return Job(**{**fields, **changed})


def test_a_row_that_failed_and_completed_on_a_retry_counts_once_and_costs_twice() -> None:
    first = a_run(0, {"modern": (8, 2)}, cost=1.0)
    retried = a_run(1, {"modern": (10, 0)}, turns=2, cost=0.2)

    figures = figures_of(a_job(first, retried))

    assert figures.items == 10
    assert figures.ended == Ended(10, 0)
    assert figures.styles == {"modern": Ended(10, 0)}
    assert figures.cost == pytest.approx(1.2)
    assert figures.processing_ms == 24_000
    assert (figures.video_s, figures.bytes) == (100.0, 10_000)


def test_chosen_rows_that_had_failed_join_the_finished_ones_in_their_style() -> None:
    first = a_run(0, {"modern": (5, 1), "classic": (3, 1)}, cost=1.0)
    chosen = a_run(1, {"classic": (1, 0)}, scope=Scope.ROWS, cost=0.1)
    assert needs_news([first, chosen])

    figures = figures_of(a_job(first, chosen, news={"run0": RowNews(8, 1), "run1": RowNews(1, 0)}))

    assert figures.ended == Ended(9, 1)
    assert figures.styles == {"modern": Ended(5, 1), "classic": Ended(4, 0)}
    assert (figures.video_s, figures.bytes) == (90.0, 9_000)
    assert figures.cost == pytest.approx(1.1)


def test_rows_that_a_stopped_job_had_not_come_to_join_once_they_are_made() -> None:
    first = a_run(0, {"modern": (4, 1)}, total=10, cost=1.0)
    chosen = a_run(1, {"modern": (3, 0), "classic": (1, 0)}, scope=Scope.ROWS, cost=0.4)
    again = a_run(2, {"minimal": (1, 0)}, scope=Scope.ROWS)

    figures = figures_of(a_job(first, chosen, news={"run0": RowNews(4, 0), "run1": RowNews(4, 0)}))

    assert (figures.items, figures.ended) == (10, Ended(8, 0))
    assert figures.styles == {"modern": Ended(7, 0), "classic": Ended(1, 0)}
    assert (figures.video_s, figures.bytes) == (80.0, 8_000)
    news = {"run0": RowNews(3, 0), "run1": RowNews(4, 0), "run2": RowNews(1, 0)}
    assert figures_of(a_job(first, chosen, again, news=news)).video_s == 80.0
    untold = items_of_job([first, replace(chosen, thinned=True)])
    assert (untold["completed"], untold["failed"], untold["pending"]) == (8, 0, 2)


def test_rows_that_were_made_again_are_not_counted_again() -> None:
    first = a_run(0, {"modern": (6, 0)}, cost=1.0)
    again = a_run(1, {"modern": (2, 0)}, scope=Scope.ROWS, cost=0.5)

    figures = figures_of(a_job(first, again, news={"run0": RowNews(4, 0), "run1": RowNews(2, 0)}))

    assert figures.ended == Ended(6, 0)
    assert (figures.video_s, figures.bytes) == (60.0, 6_000)
    assert figures.cost == 1.5


def test_a_spread_job_that_is_at_work_has_what_its_shards_have_made() -> None:
    planner = replace(a_run(0, {"modern": (5, 0)}, total=20, turns=0), state=JobState.RUNNING, shards=3)
    shards = [
        replace(
            a_run(n, {"modern": (4, 1)}, scope=Scope.ROWS, cost=1.0),
            role=Role.SHARD,
            planned_by=planner.run_id,
            shard=n - 1,
        )
        for n in range(1, 4)
    ]

    figures = figures_of(a_job(planner, *shards))

    assert (figures.items, figures.ended, figures.cost) == (20, Ended(17, 3), 3.0)
    assert figures.video_s == 170.0


def test_each_speech_provider_has_the_cost_of_the_runs_that_it_spoke_in() -> None:
    first = a_run(0, {"modern": (8, 2)}, cost=1.0, provider="openai")
    retried = a_run(1, {"modern": (10, 0)}, turns=2, provider="espeak")

    groups = groups_of([figures_of(a_job(first, retried))], GroupBy.PROVIDER)

    assert groups["openai"].cost == pytest.approx(1.0)
    assert groups["espeak"].cost == 0.0
    assert [groups[name].jobs for name in ("espeak", "openai")] == [1, 0]


RUNS = st.builds(
    lambda rows, scope, cost, provider: (rows, scope, cost, provider),
    st.dictionaries(
        st.sampled_from(STYLES),
        st.tuples(st.integers(0, 5), st.integers(0, 5)).filter(any),
        min_size=1,
    ),
    st.sampled_from([Scope.WHOLE, Scope.ROWS]),
    st.integers(0, 4).map(lambda quarter: quarter / 4),
    st.sampled_from(["espeak", "openai"]),
)


@given(st.lists(RUNS, min_size=1, max_size=5))
def test_groups_always_add_up_to_the_whole(history: list[Any]) -> None:
    runs = [
        a_run(n, rows, scope=scope, cost=cost, provider=provider)
        for n, (rows, scope, cost, provider) in enumerate(history)
    ]
    figures = figures_of(a_job(*runs))
    whole = totals_of([figures])
    assert whole.cost == pytest.approx(sum(run.progress.cost for run in runs))
    for by in GroupBy:
        together = sum(groups_of([figures], by).values(), Totals())
        for what in ("cost", "processing_ms", "video_s", "bytes"):
            assert getattr(together, what) == pytest.approx(getattr(whole, what)), (by, what)
        if by not in (GroupBy.STYLE, GroupBy.PLATFORM):
            assert (together.jobs, together.items, together.ended) == (whole.jobs, whole.items, whole.ended)


@given(st.lists(RUNS, min_size=1, max_size=5), st.data())
def test_what_pruning_keeps_of_runs_has_the_same_figures(history: list[Any], data: st.DataObject) -> None:
    runs = [
        a_run(n, rows, scope=scope, cost=cost, provider=provider)
        for n, (rows, scope, cost, provider) in enumerate(history)
    ]
    job = a_job(*runs)
    kept = runs_as_one(job)
    holder = data.draw(st.integers(0, len(runs) - 1))
    left = [*(run for run in runs[:holder] if data.draw(st.booleans())), replace(runs[holder], past=kept)]

    pruned = a_job(*left)

    assert pruned.items == job.items
    before, after = figures_of(job), figures_of(replace(pruned, runs=tuple(left)))
    assert after.ended == before.ended
    assert after.styles == before.styles
    assert after.processing_ms == before.processing_ms
    assert after.cost == pytest.approx(before.cost)
    assert after.video_s == pytest.approx(before.video_s)
    assert after.bytes == pytest.approx(before.bytes)
    once_more = figures_of(a_job(replace(left[-1], past=runs_as_one(pruned))))
    assert once_more.ended == before.ended
    assert once_more.cost == pytest.approx(before.cost)


def test_what_comes_after_pruning_is_added_to_what_it_has_kept() -> None:
    old = a_job(a_run(0, {"modern": (8, 2)}, cost=1.0))
    left = replace(old.runs[0], past=runs_as_one(old), thinned=True)
    chosen = a_run(1, {"modern": (2, 0)}, scope=Scope.ROWS, cost=0.2)

    figures = figures_of(a_job(left, chosen))

    assert figures.ended == Ended(10, 0)
    assert figures.styles == {"modern": Ended(10, 0)}
    assert figures.cost == pytest.approx(1.2)
    assert figures.video_s == 100.0
