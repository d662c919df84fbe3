"""Decides how each change of a film is coded: as a key frame, as a whole picture, or as patches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from bulkvid_pipeline.rendering.model import FPS, Redraw

KEY_GAP_MIN = 5 * FPS
"""Least number of frames after a key frame at which a change may become the next regular key frame."""
KEY_GAP_MAX = 10 * FPS
"""Largest number of frames between two key frames."""

_SMALL_SHARE = 0.1
"""Share of the frame's area. Larger patches give more bytes than a predicted picture, and take as much time."""
_FEW = 4
"""A small change is coded as a whole picture if one of this many changes after it is large. After a patch, the encoder
of whole pictures does not have the current picture, so a large change would have to be a key frame."""


class Coding(Enum):
    """How a picture is coded."""

    KEY = "key"
    WHOLE = "whole"
    """Predicted from the picture before."""
    PATCHES = "patches"


@dataclass(frozen=True)
class PlannedPicture:
    """A picture of the film, shown for redraw.frame <= frame < end, and its coding."""

    redraw: Redraw
    end: int
    coding: Coding
    keys: tuple[int, ...]
    """Frames of a long hold at which the picture is coded again, as a key frame."""


def plan_pictures(redraws: Sequence[Redraw], frames: int, area: int, *, patches: bool) -> Iterator[PlannedPicture]:
    """Decide how every change is coded.

    Args:
        redraws: the changes of a film, in order; the first at frame 0.
        frames: length of the film in frames.
        area: number of pixels of a frame.
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
