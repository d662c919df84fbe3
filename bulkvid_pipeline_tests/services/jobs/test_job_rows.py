"""The rows of a job as its runs tell of them, read bit by bit."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog, StoredEvent, Wanted
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.jobs import Scope
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.services.jobs.item_filter import UNNAMED, WARNED, ItemFilter, ItemSort
from bulkvid_pipeline.services.jobs.items import ItemQuery, Items
from bulkvid_pipeline.services.jobs.job_rows import RowReader
from bulkvid_pipeline.services.jobs.metrics import metrics_of
from bulkvid_pipeline.services.jobs.results import DEFAULT_STATES, ResultQuery, Results
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.outputs.links import Links
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.services.jobs.told_rows import TellingRun, found
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES

BASE = "https://videos.example"


@pytest.fixture
def log(workplace: Workplace) -> Iterator[RunLog]:
    log = RunLog(workplace.instance)
    yield log
    log.close()


@pytest.fixture
def reader(log: RunLog) -> RowReader:
    return RowReader(log)


@pytest.fixture
def items(reader: RowReader) -> Items:
    return Items(reader, Links(settings(), b"k" * 32))


def states(workplace: Workplace, reader: RowReader) -> dict[int, ItemState]:
    """The state of each row, by its number, in the order of the list."""
    return {row.sheet_row: row.state for row in reader.rows(found(workplace.instance)).rows}


def in_work(run: TellingRun, *rows: tuple[int, str, int], total: int = 3, **counts: int) -> None:
    told = {"total": total, "counts": counts, "in_work": [[f"row-{n}", stage, percent] for n, stage, percent in rows]}
    tell_tags(run.instance, run.run_id, {tags.PROGRESS: json.dumps(told)})


def test_rows_are_known_from_queued_to_their_end(workplace: Workplace, reader: RowReader, items: Items) -> None:
    run = TellingRun.begun(workplace.instance)
    assert states(workplace, reader) == {}
    run.plan([2, 3, 10], {10: "Größe 春"})
    assert set(states(workplace, reader).values()) == {ItemState.QUEUED}

    in_work(run, (3, "encode", 40))
    listed = items.page(found(workplace.instance), ItemQuery(JOB), BASE).items
    assert [(item.sheet_row, item.state, item.stage, item.percent) for item in listed] == [
        (2, "queued", "", 0),
        (3, "in_progress", "encode", 40),
        (10, "queued", "", 0),
    ]
    assert listed[2].title == "Größe 春"

    run.finish(3)
    run.fail(10)
    in_work(run, completed=1, failed=1)
    assert states(workplace, reader) == {2: ItemState.QUEUED, 3: ItemState.COMPLETED, 10: ItemState.FAILED}


def test_a_failed_row_waits_for_its_retry_and_then_is_what_came_of_it(workplace: Workplace, reader: RowReader) -> None:
    first = TellingRun.begun(workplace.instance)
    first.plan([2, 3])
    first.finish(2)
    first.fail(3)
    in_work(first, total=2, completed=1, failed=1)
    first.end(JobState.COMPLETED)
    assert states(workplace, reader) == {2: ItemState.COMPLETED, 3: ItemState.FAILED}

    again = TellingRun.begun(workplace.instance)
    again.plan([2, 3])
    in_work(again, total=2)
    assert states(workplace, reader)[3] is ItemState.RETRIED

    again.finish(3)
    assert states(workplace, reader) == {2: ItemState.COMPLETED, 3: ItemState.COMPLETED}
    job = found(workplace.instance)
    history = reader.history(job, reader.rows(job).by_key["row-3"])
    assert [(end.run_id, end.state) for end in history] == [
        (first.run_id, ItemState.FAILED),
        (again.run_id, ItemState.COMPLETED),
    ]


def test_rows_that_left_the_sheet_are_no_longer_listed_and_chosen_ones_are(
    workplace: Workplace, reader: RowReader
) -> None:
    first = TellingRun.begun(workplace.instance)
    first.plan([2, 3])
    first.finish(2)
    first.finish(3)
    first.end()
    second = TellingRun.begun(workplace.instance)
    second.plan([3, 4])
    assert states(workplace, reader) == {3: ItemState.COMPLETED, 4: ItemState.QUEUED}
    second.end(JobState.PAUSED)

    chosen = TellingRun.begun(workplace.instance, told={tags.SCOPE: Scope.ROWS.value})
    chosen.finish(9)
    assert states(workplace, reader) == {3: ItemState.COMPLETED, 4: ItemState.QUEUED, 9: ItemState.COMPLETED}


def test_a_spread_job_has_the_rows_that_were_planned_as_its_shards_have_made_them(
    workplace: Workplace, reader: RowReader
) -> None:
    planner = TellingRun.begun(workplace.instance)
    planner.plan([2, 3, 4, 5, 6])
    planner.finish(2)
    planner.leave_to(2, total=5, completed=1, queued=4)
    lost, other = planner.member(), planner.member(shard=1)
    lost.fail(3)
    other.finish(4)
    in_work(other, (5, "encode", 40), total=2, completed=1)
    lost.report(DagsterEventType.RUN_FAILURE)

    assert states(workplace, reader) == {
        2: ItemState.COMPLETED,
        3: ItemState.FAILED,
        4: ItemState.COMPLETED,
        5: ItemState.IN_PROGRESS,
        6: ItemState.QUEUED,
    }


def test_a_cancelled_job_leaves_its_other_rows_cancelled(workplace: Workplace, reader: RowReader) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan([2, 3])
    run.finish(2)
    in_work(run, total=2, completed=1)
    run.end(JobState.CANCELED)

    assert states(workplace, reader) == {2: ItemState.COMPLETED, 3: ItemState.CANCELLED}


def test_only_what_is_new_is_read(
    workplace: Workplace, reader: RowReader, log: RunLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    real = log.read

    def counted(run_id: str, wanted: Wanted, limit: int, *, newest_first: bool = False) -> list[StoredEvent]:
        events = real(run_id, wanted, limit, newest_first=newest_first)
        read.append(len(events))
        return events

    monkeypatch.setattr(log, "read", counted)
    run = TellingRun.begun(workplace.instance)
    run.plan([2, 3, 4])
    run.finish(2)
    assert len(states(workplace, reader)) == 3
    assert sum(read) == 2
    run.finish(3)
    run.end()
    assert states(workplace, reader)[3] is ItemState.COMPLETED
    if not log.may_be_late:
        assert sum(read) == 3
    read.clear()
    assert states(workplace, reader)[3] is ItemState.COMPLETED
    assert read == []  # the run has ended


def test_jobs_that_were_asked_for_long_ago_are_forgotten(workplace: Workplace, log: RunLog) -> None:
    reader = RowReader(log, most_rows=3)
    for name in ("job_a", "job_b", "job_c"):
        run = TellingRun.begun(workplace.instance, name)
        run.plan([2, 3])
        run.finish(2)
        run.finish(3)
        assert len(reader.rows(found(workplace.instance, name)).rows) == 2

    assert list(reader._kept) == ["job_c"]
    assert len(reader.rows(found(workplace.instance, "job_a"), in_passing=True).rows) == 2
    assert list(reader._kept) == ["job_c"], "who looks through many jobs takes nothing from others"
    assert len(reader.rows(found(workplace.instance, "job_a")).rows) == 2
    assert list(reader._kept) == ["job_a"]


def test_what_is_read_in_passing_is_kept_where_there_is_room(workplace: Workplace, log: RunLog) -> None:
    reader = RowReader(log, most_rows=5)
    for name in ("job_a", "job_b"):
        run = TellingRun.begun(workplace.instance, name)
        run.finish(2)
        run.finish(3)
        assert len(reader.rows(found(workplace.instance, name), in_passing=True).rows) == 2

    assert list(reader._kept) == ["job_a", "job_b"]


def test_rows_are_filtered_searched_and_paged(workplace: Workplace, items: Items) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 30))
    for number in range(2, 20, 3):
        run.finish(number, title=f"Übung {number}")
    for number in range(3, 20, 3):
        run.fail(number, "disk full")
    job = found(workplace.instance)

    def pages(**query: object) -> list[int]:
        rows, token = [], None
        while True:
            page = items.page(job, ItemQuery(JOB, ItemFilter(**query), page_size=4, page_token=token), BASE)  # type: ignore[arg-type]
            assert len(page.items) <= 4
            rows += [item.sheet_row for item in page.items]
            token = page.next_page_token
            if token is None:
                return rows

    assert pages() == list(range(2, 30))
    assert pages(states=frozenset({ItemState.COMPLETED})) == list(range(2, 20, 3))
    assert pages(states=frozenset({ItemState.COMPLETED, ItemState.FAILED}), q="ÜBUNG") == list(range(2, 20, 3))
    assert pages(q="U\u0308bung 1") == [11, 14, 17]
    assert pages(q="DISK") == list(range(3, 20, 3))
    assert pages(q="row-29") == [29]
    token = items.page(job, ItemQuery(JOB, page_size=1), BASE).next_page_token
    for query in (ItemQuery("job_other", page_token=token), ItemQuery(JOB, ItemFilter(q="x"), page_token=token)):
        with pytest.raises(InvalidRequestError) as refused:
            items.page(job, query, BASE)
        assert refused.value.field == "page_token"


def test_rows_are_found_by_platform_and_problem_and_counted_by_each(workplace: Workplace, items: Items) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 12))
    run.finish(2, "youtube", "tiktok")
    run.finish(3, "tiktok", warnings="quiet")
    run.finish(4)
    run.fail(5, "no letter for it")
    run.fail(6, "disk full", code="")
    in_work(run, (7, "encode", 40))
    job = found(workplace.instance)

    def rows(**wanted: object) -> list[int]:
        return [row.sheet_row for row in items.found(job, ItemFilter(**wanted)).rows]  # type: ignore[arg-type]

    assert rows(platforms=frozenset({"tiktok"})) == [2, 3]
    assert rows(problems=frozenset({"GLYPHS_MISSING"})) == [5]
    assert rows(problems=frozenset({"GLYPHS_MISSING", WARNED})) == [3, 5]
    assert rows(problems=frozenset({UNNAMED})) == [6]
    assert rows(problems=frozenset({WARNED}), platforms=frozenset({"youtube"})) == []

    counts = items.found(job, ItemFilter()).counts
    assert counts.states == {"completed": 3, "failed": 2, "in_progress": 1, "queued": 4}
    assert counts.platforms == {"youtube": 2, "tiktok": 2}
    assert counts.problems == {"GLYPHS_MISSING": 1, UNNAMED: 1, WARNED: 1}
    some = items.found(job, ItemFilter(platforms=frozenset({"tiktok"}), states=frozenset({ItemState.COMPLETED}))).counts
    assert (some.states, some.platforms, some.problems) == (
        {"completed": 2},
        {"youtube": 2, "tiktok": 2},
        {WARNED: 1},
    )


def test_found_rows_are_sorted_and_told_by_numbered_pages(workplace: Workplace, items: Items) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 9), {8: "alpha"})
    run.finish(3, title="Zulu", duration_s=9.5)
    run.finish(2, title="bravo", duration_s=3.5)
    run.fail(4, attempts=5)
    job = found(workplace.instance)

    def rows(sort: ItemSort, *, descending: bool = False) -> list[int]:
        found = items.found(job, ItemFilter(), sort=sort, descending=descending)
        return [row.sheet_row for row in found.rows]

    assert rows(ItemSort.SHEET_ROW, descending=True) == [8, 7, 6, 5, 4, 3, 2]
    assert rows(ItemSort.TITLE)[:2] == [8, 2]
    assert rows(ItemSort.TITLE)[-1] == 3
    assert rows(ItemSort.DURATION, descending=True) == [3, 2, 4, 5, 6, 7, 8]
    assert rows(ItemSort.ATTEMPTS, descending=True)[0] == 4
    assert rows(ItemSort.UPDATED_AT, descending=True)[:3] == [4, 2, 3]

    page = items.found(job, ItemFilter(), page=3, page_size=3)
    assert ([row.sheet_row for row in page.rows], page.page, page.pages, page.total) == ([8], 3, 3, 7)
    assert items.found(job, ItemFilter(), page=99, page_size=3).page == 3
    nothing = items.found(job, ItemFilter(q="nobody"), page=-1)
    assert (nothing.rows, nothing.page, nothing.pages, nothing.total, nothing.of_job) == ((), 1, 1, 0, 7)


def test_rows_that_have_not_changed_are_not_made_again(workplace: Workplace, reader: RowReader) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan([2, 3, 4])
    run.finish(2)
    before = reader.rows(found(workplace.instance)).by_key
    run.finish(3)
    in_work(run, (4, "encode", 10))

    after = reader.rows(found(workplace.instance)).by_key

    assert [after[f"row-{number}"] is before[f"row-{number}"] for number in (2, 3, 4)] == [True, False, False]


def test_all_that_is_known_of_a_row_is_told_by_its_key_or_its_number(workplace: Workplace, items: Items) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan([2, 3])
    run.finish(2, "youtube", "tiktok", warnings="quiet | long", attempts=3)
    job = found(workplace.instance)

    detail = items.detail(job, "2", BASE)
    assert detail == items.detail(job, "row-2", BASE)
    assert (detail.attempts, detail.warnings, detail.platforms) == (3, ("quiet", "long"), ("youtube", "tiktok"))
    assert [(one.platform, one.width, one.quality) for one in detail.outputs] == [
        ("youtube", 1280, "48 checks passed"),
        ("tiktok", 1280, "48 checks passed"),
    ]
    links = [url for one in detail.outputs for url in (one.video_url, one.poster_url, one.srt_url, one.vtt_url)]
    assert all(url is not None and url.startswith(f"{BASE}/api/files/") for url in links)
    assert len(set(links)) == 8
    assert detail.url == links[0]
    assert detail.outputs[0].checks is None  # its document is not there
    assert items.detail(job, "3", BASE).history == ()
    for name in ("99", "row-99", "", "٢", "²", "-2", "2.0"):
        with pytest.raises(NotFoundError):
            items.detail(job, name, BASE)


def test_results_are_a_line_for_each_video_and_for_each_failed_row(workplace: Workplace, reader: RowReader) -> None:
    results = Results(reader, Links(settings(), b"k" * 32))
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 8))
    run.finish(2, "youtube", "tiktok", "instagram")
    run.finish(3, title='=HYPERLINK("x")')
    run.fail(4, 'bad, "worse"\nworst')
    job = found(workplace.instance)

    lines, token = [], None
    while True:
        page = results.page(job, ResultQuery(JOB, page_size=2, page_token=token), BASE)
        lines += [(one.sheet_row, one.platform, one.state.value) for one in page.items]
        token = page.next_page_token
        if token is None:
            break
    assert lines == [
        (2, "youtube", "completed"),
        (2, "tiktok", "completed"),
        (2, "instagram", "completed"),
        (3, "youtube", "completed"),
        (4, "", "failed"),
    ]

    import csv
    import io

    text = "".join(results.as_csv(job, DEFAULT_STATES, BASE))
    assert text.startswith("\ufeffsheet_row,row_key,title,state,platform,")
    table = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["platform"] for row in table] == ["youtube", "tiktok", "instagram", "youtube", ""]
    assert table[3]["title"] == '\'=HYPERLINK("x")'
    assert table[4]["error"] == 'bad, "worse"\nworst'
    assert table[0]["video_url"].startswith(f"{BASE}/api/files/")


def test_figures_are_those_of_the_rows(workplace: Workplace, reader: RowReader) -> None:
    run = TellingRun.begun(workplace.instance)
    run.plan(range(2, 8))
    run.finish(2, attempts=3)
    run.finish(3, rendered_now=False, warnings="quiet")
    run.fail(4)
    tell_tags(
        workplace.instance,
        run.run_id,
        {
            tags.PROGRESS: json.dumps(
                {
                    "total": 6,
                    "counts": {"completed": 2, "failed": 1},
                    "elapsed_ms": 30_000,
                    "waited_ms": 1500,
                    "cost": 0.5,
                    "in_work": [["row-5", "encode", 3], ["row-6", "encode", 9]],
                }
            )
        },
    )

    figures = metrics_of(reader.rows(found(workplace.instance)))

    assert (figures.rendered, figures.kept, figures.failed, figures.retries, figures.videos) == (1, 1, 1, 3, 2)
    assert (figures.rows_per_minute, figures.waiting_for_limits_ms, figures.cost) == (2.0, 1500, 0.5)
    assert figures.render_seconds_per_video_second == round(2 / 13, 4)
    assert (figures.stages, figures.errors, figures.warnings) == ({"encode": 2}, {"GLYPHS_MISSING": 1}, 1)


def test_a_real_job_tells_its_rows_before_and_after(workplace: Workplace, reader: RowReader, items: Items) -> None:
    from bulkvid_pipeline_tests.workplace import idea

    done = workplace.run(workplace.sheet([idea("One", platform_preferences="youtube"), idea("Two")]))
    job = found(workplace.instance, done.run.tags[tags.JOB_ID])

    plan = next(iter(reader.rows(job).by_key.values()))
    detail = items.detail(job, plan.row_key, BASE)

    assert [row.title for row in reader.rows(job).rows] == ["One", "Two"]
    assert job.output == f"file://{workplace.folder}/output"
    assert detail.outputs[0].checks is not None
    assert {check.outcome for check in detail.outputs[0].checks} <= {"passed", "warning"}
    assert len(detail.outputs[0].checks) > 20
