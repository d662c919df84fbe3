from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.estimates import estimate_job
from bulkvid_pipeline.core.paces import BUILT_IN, Paces, Sums, Took, added_up, kind_of, likely_length, sums_of
from bulkvid_pipeline.core.planning import VideoPlan, plan_video
from bulkvid_pipeline.core.rows import VideoIdea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES

NUMBERS = st.integers(0, 1000).map(lambda number: number / 4)
SUMS = st.builds(Sums, NUMBERS, NUMBERS, NUMBERS, NUMBERS, NUMBERS)
KINDS = st.sampled_from(["h264 1280x720 modern", "h264 720x1280 classic media", "vp9 1280x720 modern"])
PAIRS = st.dictionaries(st.sampled_from(["espeak en", "openai de"]), st.tuples(NUMBERS, NUMBERS))
TOOK = st.builds(Took, NUMBERS, NUMBERS, st.dictionaries(KINDS, SUMS), PAIRS, PAIRS, NUMBERS, NUMBERS)


def a_plan(script: str = "Six words are in this script.", **fields: Any) -> VideoPlan:
    spec = BulkJobSpec.parse({"input_source": {"path": "ideas.csv"}, "output": fields})
    return plan_video(VideoIdea("key", 2, "Tides", script), spec, BUILT_IN_TEMPLATES["classic"])


def rows_that_took(plan: VideoPlan, times: int, *, made_s: float, size: float, length: tuple[float, float]) -> Took:
    (output,) = plan.outputs
    one = Took(
        1,
        1.0,
        {kind_of(plan, output): sums_of(output, length[1], made_s, size)},
        {"espeak en": (likely_length(length[0]), length[1])},
    )
    return added_up([one] * times)


@given(TOOK)
def test_what_rows_took_is_read_from_the_tag_as_it_was_written(took: Took) -> None:
    assert Took.of_json(json.loads(json.dumps(took.as_json()))) == took


@given(st.lists(TOOK, max_size=6))
def test_runs_add_up_to_the_same_in_any_order_and_any_grouping(runs: list[Took]) -> None:
    together = added_up(runs)
    half = len(runs) // 2
    assert added_up(runs[::-1]) == together
    assert added_up([added_up(runs[:half]), added_up(runs[half:])]) == together


def test_a_run_of_very_many_kinds_of_rows_keeps_the_commonest_in_what_a_tag_may_hold() -> None:
    kinds = {f"h264 1080x{number} corporate media": Sums(number, 1e5, 1e6, 1e5, 1e11) for number in range(100)}
    lengths = {f"openai zh-Hant-{number}": (1e5 + number, 1e5 + number) for number in range(100)}
    told = Took(1e5, 1e6, kinds, lengths, {"openai": (1_000_000_000, 1_000_000_000)}, 30.0, 1).as_json()

    assert len(json.dumps(told, separators=(",", ":"))) < 2000
    assert "h264 1080x99 corporate media" in Took.of_json(told).kinds


@pytest.mark.parametrize("told", [{}, {"rows": "many"}, {"rows": 1, "row_s": 1, "kinds": [], "lengths": {}}])
def test_what_is_no_such_tag_is_refused(told: dict[str, object]) -> None:
    with pytest.raises((ValueError, TypeError, KeyError)):
        Took.of_json(told)


SANE = Took(1, 1.0, {"h264 1280x720 modern": Sums(1, 1.0, 1.0, 1.0, 1)}, {"espeak en": (1.0, 1.0)}, {}, 1.0, 1)
BAD = [
    {"kinds": {"av1 1280x720 modern": [1, 1, 1, 1, 1]}},
    {"kinds": {"h264 1280x720 modern": [1, 1, 1, float("nan"), 1]}},
    {"row_s": float("inf")},
    {"idle_s": -1.0},
    {"lengths": {"espeak en": [10**400, 1]}},
]


@pytest.mark.parametrize("bad", BAD)
def test_a_tag_with_a_strange_codec_or_amount_is_refused(bad: dict[str, object]) -> None:
    assert Took.of_json(SANE.as_json()) == SANE
    with pytest.raises(ValueError, match=r"no amount|av1"):
        Took.of_json({**SANE.as_json(), **bad})


def test_without_past_rows_the_built_in_figures_count() -> None:
    found = estimate_job([(a_plan(), 10.0)], workers=2)
    assert found.based_on_rows == 0
    assert found.videos == 1
    assert 11 < found.video_s < 20
    assert found.bytes > 100_000
    assert 0 < found.work_s < found.wall_s


def test_many_past_rows_of_the_same_kind_decide() -> None:
    plan = a_plan()
    took = rows_that_took(plan, 200, made_s=4.0, size=5_000_000, length=(10.0, 12.0))
    found = estimate_job([(plan, 10.0)] * 50, workers=1, paces=Paces(took, "espeak"))
    assert found.based_on_rows == 200
    assert found.video_s == pytest.approx(600, rel=0.02)
    assert found.bytes == pytest.approx(250_000_000, rel=0.02)
    assert found.work_s == pytest.approx(250, rel=0.02)


def test_a_few_past_rows_count_a_little_and_more_count_more() -> None:
    plan = a_plan()
    (output,) = plan.outputs
    none = BUILT_IN.made_s(plan, output, 10.0)
    paces = [
        Paces(rows_that_took(plan, n, made_s=10 * none, size=1, length=(10.0, 10.0)), "espeak") for n in (1, 3, 30)
    ]
    figures = [none, *(pace.made_s(plan, output, 10.0) for pace in paces), 10 * none]
    assert figures == sorted(set(figures))


def test_past_rows_of_another_size_tell_of_the_codec_and_not_of_other_codecs() -> None:
    small, large, webm = a_plan(resolution="720p"), a_plan(resolution="1080p"), a_plan(format="webm")
    took = rows_that_took(small, 50, made_s=20.0, size=9_000_000, length=(10.0, 10.0))

    def ratio(plan: VideoPlan) -> float:
        (output,) = plan.outputs
        return Paces(took, "espeak").made_s(plan, output, 10.0) / BUILT_IN.made_s(plan, output, 10.0)

    assert ratio(large) > 3
    assert ratio(webm) == 1


def test_a_wanted_length_is_not_doubted() -> None:
    took = rows_that_took(a_plan(), 50, made_s=1.0, size=1.0, length=(10.0, 20.0))
    wanted = replace(a_plan(), target_seconds=30.0)
    assert Paces(took, "espeak").video_s(wanted, 30.0) == 30.0
    assert Paces(took, "espeak").video_s(a_plan(), 10.0) == pytest.approx(20.0, rel=0.05)


def test_a_voice_is_paid_for_what_it_speaks() -> None:
    took = Took(10, 1.0, spoken={"openai": (10_000.0, 5_000.0)})
    plan = a_plan("x" * 1000)
    full = estimate_job([(plan, 10.0)], workers=1, price_per_million=15)
    half = estimate_job([(plan, 10.0)], workers=1, price_per_million=15, paces=Paces(took, "openai"))
    assert full.voice_cost == 0.015
    assert half.voice_cost == pytest.approx(0.0075, rel=0.1)
    assert estimate_job([(replace(plan, is_silent=True), 10.0)], workers=1, price_per_million=15).voice_cost == 0


def test_a_sample_stands_for_all_rows() -> None:
    plan = a_plan()
    sample = estimate_job([(plan, 10.0)] * 10, workers=4, rows_total=1000)
    whole = estimate_job([(plan, 10.0)] * 1000, workers=4)
    assert sample == whole


def test_no_rows_take_nothing() -> None:
    found = estimate_job([], workers=4)
    assert (found.videos, found.wall_s, found.bytes) == (0, 0.0, 0)
