from __future__ import annotations

import itertools

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bulkvid_pipeline.rendering import timeline
from bulkvid_pipeline.rendering.model import FPS


class Speaker:
    """Scenes that take `seconds` at rate 1, in `sentences` sentences over `scenes` scenes; counts what it was asked."""

    def __init__(self, seconds: float, sentences: int, scenes: int) -> None:
        self.seconds, self.sentences, self.scenes = seconds, sentences, scenes
        self.asked: list[int] = []

    def __call__(self, step: int) -> int:
        self.asked.append(step)
        pace = timeline.pace(step)
        pauses = self.scenes * (pace.lead + pace.tail) + (self.sentences - self.scenes) * pace.pause
        return pauses + round(self.seconds / pace.rate * FPS)


def total(solution: timeline.Solution, speaker: Speaker) -> int:
    return speaker(solution.step) + solution.lengths.title + solution.lengths.hold


def test_paces_go_from_slow_with_long_pauses_to_fast_with_short_ones_within_their_limits() -> None:
    paces = [timeline.pace(step) for step in range(timeline.CALMEST_STEP, timeline.FASTEST_STEP + 1)]
    assert paces[0].rate == timeline.SLOWEST
    assert paces[-1].rate == timeline.FASTEST
    for slow, fast in itertools.pairwise(paces):
        assert slow.rate <= fast.rate
        assert slow.pause >= fast.pause
        assert slow.lead >= fast.lead
        assert slow.tail >= fast.tail
        assert slow.joint >= fast.joint
        assert slow != fast
    assert paces[0].pause <= 1.5 * FPS
    assert paces[0].lead + paces[0].tail <= 2.5 * FPS
    assert 2 * paces[0].joint < paces[0].pause
    assert min(paces[-1].lead, paces[-1].pause, paces[-1].tail) >= 3


def test_speech_is_slowed_down_before_pauses_grow_long() -> None:
    slowest = timeline.pace(timeline.SLOWEST_STEP)
    natural = timeline.pace(0)
    assert slowest.rate == timeline.SLOWEST
    assert natural.pause < slowest.pause < 0.6 * FPS
    assert timeline.pace(timeline.CALMEST_STEP).pause > 1.2 * FPS


@given(
    st.floats(5, 60),
    st.integers(1, 16),
    st.floats(0.86, 1.24),
    st.integers(54, 84),
)
def test_a_target_within_reach_is_met_to_the_frame(seconds: float, sentences: int, rate: float, title: int) -> None:
    speaker = Speaker(seconds, sentences, max(1, sentences // 2))
    target = speaker(round((rate - 1) * 100)) + title + 30
    solution = timeline.solve(target, title, speaker)
    assert solution.missed == 0
    assert total(solution, speaker) == target
    assert 48 <= solution.lengths.title <= 4 * FPS
    assert 12 <= solution.lengths.hold <= 4 * FPS


@settings(max_examples=400)
@given(st.floats(5, 250), st.floats(2, 8), st.integers(30, 12_000))
def test_every_target_gets_the_nearest_length_there_is(seconds: float, sentence: float, target: int) -> None:
    sentences = max(1, round(seconds / sentence))
    speaker = Speaker(seconds, sentences, max(1, sentences // 2))
    solution = timeline.solve(target, 60, speaker)
    assert total(solution, speaker) == target + solution.missed
    shortest = speaker(timeline.FASTEST_STEP) + 48 + 12
    longest = speaker(timeline.CALMEST_STEP) + 4 * FPS + 4 * FPS
    if shortest <= target <= longest:
        assert abs(solution.missed) <= timeline.tolerance_frames(target)
    else:
        assert target + solution.missed == (shortest if target < shortest else longest)


@given(st.floats(5, 250), st.integers(1, 60), st.integers(30, 12_000))
def test_few_syntheses_are_asked_for(seconds: float, sentences: int, target: int) -> None:
    speaker = Speaker(seconds, sentences, max(1, sentences // 2))
    timeline.solve(target, 60, speaker)
    assert len(speaker.asked) == len(set(speaker.asked))
    assert len(speaker.asked) <= 8


def test_what_holds_can_take_leaves_the_pace_alone() -> None:
    speaker = Speaker(30, 8, 4)
    natural = speaker(0) + 60 + 30
    for target in (natural - 15, natural, natural + 30):
        assert timeline.solve(target, 60, speaker).step == 0


def test_the_verdict_says_what_to_cut_or_add() -> None:
    speaker = Speaker(60, 12, 6)
    short, long = timeline.solve(900, 60, speaker), timeline.solve(6000, 60, speaker)
    cut, add = timeline.feasibility(30, short, 10.0), timeline.feasibility(200, long, 10.0)
    assert not cut.ok
    assert cut.words_to_cut == -(-short.missed // 10)
    assert f"cut about {cut.words_to_cut} words" in cut.message
    assert not add.ok
    assert add.words_to_add == -(long.missed // 10)
    assert f"add about {add.words_to_add} words" in add.message
    assert cut.nearest_seconds == total(short, speaker) / FPS


@pytest.mark.parametrize(
    ("target", "missed", "ok"), [(900, 30, True), (900, 31, False), (3000, 60, True), (3000, -61, False)]
)
def test_a_second_or_two_percent_is_still_met(target: int, missed: int, ok: bool) -> None:
    solution = timeline.Solution(0, timeline.Lengths(60, 30), missed)
    assert timeline.feasibility(target / FPS, solution, 10.0).ok is ok


def test_a_title_card_stands_as_long_as_reading_takes_within_limits() -> None:
    lengths = [timeline.title_frames("x" * count, "") for count in (1, 20, 30, 400)]
    assert lengths == sorted(lengths)
    assert lengths[0] >= 48
    assert lengths[-1] <= 90
    assert lengths[1] < lengths[2]
