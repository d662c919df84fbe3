"""What a job takes that is spread over several machines."""

from __future__ import annotations

import pytest

from bulkvid_pipeline.core.estimates import SHARDS_START_S, Spreading, estimate_job, machines_for
from bulkvid_pipeline.core.paces import BUILT_IN
from bulkvid_pipeline_tests.core.test_paces import a_plan

ROWS = [(a_plan(), 10.0)] * 400
WIDE = Spreading(most=8, worth_s=0.0, slots=1000)


@pytest.mark.parametrize(
    ("work_s", "most", "workers", "worth_s", "machines"),
    [
        (1000.0, 1, 2, 10.0, 1),
        (1000.0, 8, 2, 10.0, 8),
        (1000.0, 8, 2, 100.0, 5),
        (99.0, 8, 1, 100.0, 1),
        (0.0, 8, 1, 100.0, 1),
        (1.0, 8, 1, 0.0, 8),
    ],
)
def test_each_machine_has_enough_to_do(work_s: float, most: int, workers: int, worth_s: float, machines: int) -> None:
    assert machines_for(work_s, most=most, workers=workers, worth_s=worth_s) == machines


def test_more_machines_make_the_rows_sooner_and_the_shards_have_to_start() -> None:
    alone = estimate_job(ROWS, workers=2)
    spread = estimate_job(ROWS, workers=2, spreading=WIDE)

    assert (alone.machines, spread.machines) == (1, 8)
    assert spread.work_s == alone.work_s
    start_s = BUILT_IN.start_s
    assert spread.wall_s - start_s - SHARDS_START_S == pytest.approx((alone.wall_s - start_s) / 8, abs=0.2)


def test_a_short_job_stays_on_one_machine_and_takes_what_it_took() -> None:
    dear = Spreading(most=8, worth_s=10_000.0, slots=1000)
    assert estimate_job(ROWS, workers=2, spreading=dear) == estimate_job(ROWS, workers=2)


def test_there_are_no_more_machines_than_rows_nor_more_rows_at_once_than_slots() -> None:
    few = estimate_job(ROWS[:3], workers=4, spreading=WIDE)
    tight = estimate_job(ROWS, workers=2, spreading=Spreading(most=8, worth_s=0.0, slots=4))

    assert few.machines == 3
    assert tight.wall_s - BUILT_IN.start_s - SHARDS_START_S == pytest.approx(tight.work_s / 4, abs=0.2)


def test_a_sample_is_spread_as_its_whole_sheet() -> None:
    worth = Spreading(most=8, worth_s=40.0, slots=1000)
    sample = estimate_job(ROWS[:4], workers=2, rows_total=400, spreading=worth)
    whole = estimate_job(ROWS, workers=2, spreading=worth)

    assert sample.machines == whole.machines > 1
    assert sample.wall_s == pytest.approx(whole.wall_s, abs=0.5)
