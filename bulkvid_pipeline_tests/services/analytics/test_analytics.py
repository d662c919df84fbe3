from __future__ import annotations

from contextlib import closing

import pytest
from dagster import DagsterRun

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.analytics import Ended, GroupBy
from bulkvid_pipeline.core.service_wire import Analytics
from bulkvid_pipeline.core.spans import Span, parse_span
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJobs
from bulkvid_pipeline.services.analytics.job_sums import JobSums, Question
from bulkvid_pipeline.services.analytics.past_rows import paces_of
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.jobs import find_job, list_jobs
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.workplace import Workplace, idea

NO_FONT_HAS_THIS = "\U00012000"

pytestmark = pytest.mark.heavy


def analytics(workplace: Workplace, span: Span, by: GroupBy) -> Analytics:
    """What the API and the command line answer."""
    with closing(JobIndex(workplace.instance)) as index:
        index.refresh()
        return JobSums(GoneJobs(workplace.instance)).analytics(index.now(), None, Question(span, by))


def test_a_job_that_was_retried_counts_once_with_all_its_work(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("Good"), idea(f"Bad {NO_FONT_HAS_THIS}")])
    spec = workplace.spec(sheet, validation_level="permissive")
    job_id = new_job_id()
    execute_here(spec, workplace.instance, job_id)
    once = figures_of(find_job(workplace.instance, job_id))
    execute_here(spec, workplace.instance, job_id)

    job = find_job(workplace.instance, job_id)
    twice = figures_of(job)
    found = analytics(workplace, Span(), GroupBy.TEMPLATE_ID)

    assert len(job.runs) == 2
    assert (found.total_jobs, found.total_items) == (1, 2)
    assert twice.ended == once.ended
    assert twice.styles == once.styles
    assert sum(ended.rows for ended in twice.styles.values()) == twice.ended.rows
    assert twice.processing_ms > once.processing_ms > 0
    (video,) = workplace.videos()
    assert twice.bytes == once.bytes == video.stat().st_size
    assert twice.video_s == once.video_s > 2
    assert analytics(workplace, Span(), GroupBy.PROVIDER).groups["espeak"].storage_bytes == twice.bytes
    assert found.avg_processing_time == pytest.approx(twice.processing_ms / 1000 / twice.ended.rows, abs=0.001)


def test_rows_are_known_by_the_style_and_platform_that_they_were_made_in(workplace: Workplace) -> None:
    sheet = workplace.sheet(
        [
            idea("One", style_override="classic", platform_preferences="youtube,tiktok"),
            idea("Two", style_override="minimal", platform_preferences="tiktok"),
        ]
    )
    workplace.run(sheet, template={"template_id": "corporate"})
    (job,) = list_jobs(workplace.instance)

    figures = figures_of(job)
    by_platform = analytics(workplace, Span(), GroupBy.PLATFORM)

    assert figures.styles == {"classic": Ended(1), "minimal": Ended(1)}
    assert figures.platforms == {"youtube": Ended(1), "tiktok": Ended(2)}
    assert figures.template_id == "corporate"
    assert by_platform.groups["tiktok"].total_items == 2
    assert by_platform.cost_summary.by_platform == {"tiktok": 0.0, "youtube": 0.0}


def test_jobs_outside_the_span_are_left_out(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One")]))

    assert analytics(workplace, parse_span("2020-01-01", "2020-12-31"), GroupBy.DAY).total_jobs == 0
    assert analytics(workplace, parse_span("2020-01-01", None), GroupBy.DAY).total_jobs == 1


def test_rows_that_were_rendered_tell_how_the_next_ones_will_be(workplace: Workplace) -> None:
    assert paces_of(workplace.instance, settings()).based_on_rows == 0
    workplace.run(
        workplace.sheet([idea("One"), idea("Two"), idea(f"Bad {NO_FONT_HAS_THIS}")]), validation_level="permissive"
    )
    paces = paces_of(workplace.instance, settings())

    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    again = paces_of(workplace.instance, settings())

    assert paces.based_on_rows == 2
    (kind,) = paces.took.kinds
    assert kind.startswith("h264 1280x720 ")
    assert paces.took.kinds[kind].bytes == sum(video.stat().st_size for video in workplace.videos())
    assert paces.took.kinds[kind].made_s > 0
    assert paces.took.row_s > 0
    ((expected, length),) = paces.took.lengths.values()
    assert length == pytest.approx(expected, rel=0.3)
    assert again == paces  # rows that were found finished took nothing


def test_tags_that_are_not_ours_do_not_spoil_estimates(workplace: Workplace) -> None:
    for told in ("nonsense", "[]", '{"rows": "many"}'):
        workplace.instance.run_storage.add_run(DagsterRun(job_name=tags.JOB, tags={tags.TOOK: told}))

    assert paces_of(workplace.instance, settings()).based_on_rows == 0
