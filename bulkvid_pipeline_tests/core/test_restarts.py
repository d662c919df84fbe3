"""How long a dead process is left alone before it is started again."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.restarts import FIRST_PAUSE_S, LONGEST_PAUSE_S, SOUND_AFTER_S, Restarts


def pauses(*lives_s: float) -> list[float]:
    restarts, found = Restarts(), []
    for lived_s in lives_s:
        restarts = restarts.after(lived_s)
        found.append(restarts.pause_s)
    return found


def test_a_process_is_first_started_at_once() -> None:
    assert Restarts().pause_s == 0.0


def test_each_early_death_doubles_the_pause_up_to_the_longest() -> None:
    assert pauses(1, 1, 1, 1, 1, 1, 1, 1) == [0.5, 1, 2, 4, 8, 16, 30, 30]


def test_the_death_of_a_process_that_was_well_counts_as_the_first() -> None:
    assert pauses(1, 1, 1, SOUND_AFTER_S, 1) == [0.5, 1, 2, 0.5, 1]


@given(st.lists(st.floats(0, 1e6), min_size=1, max_size=2000))
def test_every_pause_is_within_its_bounds(lives_s: list[float]) -> None:
    assert all(FIRST_PAUSE_S <= pause <= LONGEST_PAUSE_S for pause in pauses(*lives_s))
