"""Analytics do not tell whether a job was spread over several runs."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.analytics import JobFigures
from bulkvid_pipeline.core.made import Amounts
from bulkvid_pipeline.services.analytics.figures import figures_of
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline_tests.services.shards.conftest import hall
from bulkvid_pipeline_tests.services.shards.hall import Hall
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

__all__ = ["hall"]  # the fixture

pytestmark = ON_BOTH_DATABASES

NO_FONT_HAS_THIS = "\U000e0041"
ROWS = [idea(f"Row {n}", style_override="classic" if n % 2 else "modern") for n in range(6)]


def without_times(figures: JobFigures) -> JobFigures:
    """What does not hang on how fast the machine was."""

    def timeless(amounts: Amounts) -> Amounts:
        return replace(amounts, seconds=0.0)

    return replace(
        figures,
        created_at=0.0,
        processing_ms=0,
        style_amounts={name: timeless(each) for name, each in figures.style_amounts.items()},
        platform_amounts={name: timeless(each) for name, each in figures.platform_amounts.items()},
        provider_amounts={name: timeless(each) for name, each in figures.provider_amounts.items()},
    )


def test_figures_of_a_spread_job_are_those_of_the_same_job_in_one_run(hall: Hall) -> None:
    place = hall.workplace
    sheet = place.sheet(ROWS)
    alone = place.spec(sheet, output={"output_bucket": f"file://{place.folder}/alone"})
    hall.plan(alone, launched=False, told={tags.JOB_ID: "job_alone"})
    hall.plan(place.spec(sheet))
    hall.execute_all()

    one, spread = find_job(hall.instance, "job_alone"), hall.job

    assert (len(one.runs), len(spread.runs)) == (1, 4)
    assert figures_of(one).items == 6
    assert without_times(figures_of(spread)) == without_times(figures_of(one))
    assert figures_of(spread).processing_ms > 0
    assert spread.view().items_status == one.view().items_status
