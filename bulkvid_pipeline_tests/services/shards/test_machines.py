"""How many machines are worth their start for a job."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.estimates import machines_for


@pytest.mark.parametrize(
    ("work_s", "most", "workers", "machines"),
    [(0, 8, 2, 1), (239, 8, 1, 1), (240, 8, 1, 2), (480, 8, 2, 2), (10_000, 8, 2, 8), (10_000, 1, 1, 1)],
)
def test_each_machine_has_to_be_worth_its_start(work_s: float, most: int, workers: int, machines: int) -> None:
    assert machines_for(work_s, most=most, workers=workers, worth_s=120.0) == machines


@given(st.floats(0, 1e7), st.integers(1, 200), st.integers(1, 64), st.floats(0.001, 3600))
def test_never_more_than_allowed_nor_less_than_one_and_never_too_little_for_each(
    work_s: float, most: int, workers: int, worth_s: float
) -> None:
    machines = machines_for(work_s, most=most, workers=workers, worth_s=worth_s)

    assert 1 <= machines <= most
    assert machines == 1 or work_s / workers / machines >= worth_s * 0.999
