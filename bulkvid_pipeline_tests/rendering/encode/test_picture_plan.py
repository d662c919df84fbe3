"""How changes are coded: key frames, whole pictures, patches."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.encode.picture_plan import (
    KEY_GAP_MAX,
    KEY_GAP_MIN,
    Coding,
    PlannedPicture,
    plan_pictures,
)
from bulkvid_pipeline.rendering.model import Redraw, Region

KEY, WHOLE, PATCHES = Coding.KEY, Coding.WHOLE, Coding.PATCHES
SMALL, LARGE = Region(0, 0, 8, 8), Region(0, 0, 80, 80)
AREA = 100 * 100


def planned(changes: dict[int, Region], frames: int, *, patches: bool = True) -> list[PlannedPicture]:
    redraws = [Redraw(frame, (region,)) for frame, region in changes.items()]
    return list(plan_pictures(redraws, frames, AREA, patches=patches))


def codings(changes: dict[int, Region], frames: int = 100) -> list[Coding]:
    return [each.coding for each in planned(changes, frames)]


def test_small_changes_are_patches_and_large_ones_whole() -> None:
    assert codings({0: SMALL, 9: SMALL, 20: SMALL}) == [KEY, PATCHES, PATCHES]
    assert codings({0: SMALL, 9: LARGE, 20: LARGE}) == [KEY, WHOLE, WHOLE]


def test_many_small_boxes_are_a_large_change() -> None:
    redraws = [Redraw(0, ()), Redraw(5, (SMALL,) * 20)]
    assert [each.coding for each in plan_pictures(redraws, 9, AREA, patches=True)] == [KEY, WHOLE]


def test_small_changes_within_an_entrance_do_not_break_it() -> None:
    entrance = {0: SMALL, 1: SMALL, 2: LARGE, 3: SMALL, 4: LARGE, 5: SMALL, 6: SMALL, 30: SMALL}
    assert codings(entrance) == [KEY, WHOLE, WHOLE, WHOLE, WHOLE, PATCHES, PATCHES, PATCHES]


def test_a_large_change_after_patches_is_a_key_frame() -> None:
    few_and_then_many = {0: SMALL, **dict.fromkeys(range(10, 20), SMALL), 40: LARGE, 41: LARGE}
    assert codings(few_and_then_many)[-2:] == [KEY, WHOLE]
    assert codings(few_and_then_many)[1] is PATCHES


def test_without_patches_all_but_keys_are_predicted() -> None:
    assert [each.coding for each in planned({0: SMALL, 9: SMALL, 20: LARGE}, 50, patches=False)] == [KEY, WHOLE, WHOLE]


def test_a_long_hold_has_key_frames_of_its_own_after_which_pictures_are_predicted_again() -> None:
    first, second = planned({0: SMALL, 640: LARGE}, 700)
    assert first.keys == (300, 600)
    assert second.coding is WHOLE


@given(
    st.sets(st.integers(1, 1999), max_size=60),
    st.integers(0, 2**60),
    st.booleans(),
)
def test_every_plan_can_be_decoded_and_sought_in(frames: set[int], sizes: int, patches: bool) -> None:
    changes = {frame: LARGE if sizes >> at & 1 else SMALL for at, frame in enumerate(sorted({0, *frames}))}
    in_step, keys = False, []
    for each in planned(changes, 2000, patches=patches):
        assert each.coding is not WHOLE or in_step, "a predicted picture needs an encoder that saw the one before"
        in_step = each.coding is not PATCHES or bool(each.keys)
        keys += [each.redraw.frame] * (each.coding is KEY) + list(each.keys)
    assert keys[0] == 0
    assert all(later - earlier <= KEY_GAP_MAX for earlier, later in pairwise([*keys, 2000]))
    if not patches:
        assert all(later - earlier >= KEY_GAP_MIN for earlier, later in pairwise(keys))
