"""How each change of a film is coded: as a key frame, as a whole picture, or as patches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bulkvid_pipeline.rendering.model import FPS, Redraw

KEY_GAP_MIN = 5 * FPS
"""A change becomes a key frame at the earliest so many frames after the last one ..."""
KEY_GAP_MAX = 10 * FPS
"""... and no two key frames are further apart than this."""

_SMALL_SHARE = 0.1
"""Of the frame: patches of more than that are larger than a predicted picture, and cost as much time."""
_FEW = 4
"""So many small changes are coded whole where a large one follows, since after a patch only a key frame can be whole:
the encoder of whole pictures has not seen it."""


class Coding(Enum):
    """How a picture is coded."""

    KEY = "key"
    WHOLE = "whole"
    """Predicted from the picture before."""
    PATCHES = "patches"


@dataclass(frozen=True)
class PlannedPicture:
    """A picture of the film, shown for redraw.frame <= frame < end."""

    redraw: Redraw
    end: int
    coding: Coding
    keys: tuple[int, ...]
    """Frames of a long hold at which it is coded once more, as a key frame."""


def plan_pictures(redraws: Sequence[Redraw], frames: int, area: int, *, patches: bool) -> Iterator[PlannedPicture]:
    """Decide for every change.

    Args:
        redraws: the changes of a film, in order; the first at frame 0.
        frames: its length.
        area: pixels of a frame.
        patches: whether the codec can code patches.
    """
    small = [
        patches and sum(each.width * each.height for each in redraw.regions) <= _SMALL_SHARE * area
        for redraw in redraws
    ]
    last_key, in_step = 0, False
    for index, redraw in enumerate(redraws):
        end = redraws[index + 1].frame if index + 1 < len(redraws) else frames
        due = index == 0 or (end - last_key > KEY_GAP_MAX and redraw.frame - last_key >= KEY_GAP_MIN)
        large_soon = not all(small[index + 1 : index + 1 + _FEW])
        if not due and small[index] and not (in_step and large_soon):
            coding, in_step = Coding.PATCHES, False
        else:
            coding, in_step = Coding.WHOLE if in_step and not due else Coding.KEY, True
        if coding is Coding.KEY:
            last_key = redraw.frame
        keys = tuple(range(last_key + KEY_GAP_MAX, end, KEY_GAP_MAX))
        if keys:
            last_key, in_step = keys[-1], True
        yield PlannedPicture(redraw, end, coding, keys)
