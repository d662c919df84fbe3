"""Entrances and exits: where and how visible a part of a card is in each of the scene's first and last frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.rendering.pictures.geometry import Box

ENTRANCE_FRAMES = 18
"""0.6 s at 30 frames a second."""
PART_FRAMES = 12
"""Length of one part's own movement; parts start one after the other within the entrance.

The main text has order 0: the card before is gone at once, and its successor is to be seen in the very next frame."""
LAST_ORDER = 6
EXIT_FRAMES = 4
"""Of a card that makes room for the next one: all its parts go at once, each the way it came in."""
_SHORTEST_WITH_EXIT = 40
"""A scene of fewer frames has none: it needs its time to be read."""


class Motion(StrEnum):
    """How one part comes in."""

    NONE = "none"
    FADE = "fade"
    RISE = "rise"
    REVEAL = "reveal"
    SLIDE = "slide"
    GROW = "grow"
    GROW_FROM_CENTER = "grow_from_center"


@dataclass(frozen=True)
class Pose:
    """A part in one frame: how opaque (0..255), how far from its place, and which part of the frame it may touch."""

    alpha: int
    dx: int
    dy: int
    clip: Box

    @property
    def is_hidden(self) -> bool:
        return self.alpha == 0 or self.clip.is_empty


def eased(progress: float) -> float:
    """Quintic ease-out: fast at first, settling softly; 0 -> 0, 1 -> 1."""
    return float(1 - (1 - min(1.0, max(0.0, progress))) ** 4)


def entrance_length(scene_frames: int) -> int:
    """Frames that the entrance takes; a very short scene has half of its length to be read."""
    return max(1, min(ENTRANCE_FRAMES, scene_frames // 2))


def rest_of(scene_frames: int, *, leaves: bool) -> int:
    """The last frame in which a card is at rest."""
    return scene_frames - 1 - (EXIT_FRAMES if leaves and scene_frames >= _SHORTEST_WITH_EXIT else 0)


def leaving_pose(motion: Motion, box: Box, gone: float, distance: float, mirrored: bool) -> Pose:
    """The pose of a part that leaves its place in `box`; `gone` goes from 0, at rest, to 1."""
    far = gone * gone
    alpha = round(255 * (1 - gone))
    if motion is Motion.RISE:
        dy = -round(distance / 2 * far)
        return Pose(alpha, 0, dy, box.shifted(0, dy))
    if motion is Motion.SLIDE:
        dx = round(distance * far) * (-1 if mirrored else 1)
        return Pose(alpha, dx, 0, box.shifted(dx, 0))
    if motion is Motion.REVEAL:
        dy = -round(min(box.height, 5 * distance) * far)
        return Pose(alpha, 0, dy, box.shifted(0, dy).intersection(box))
    if motion in (Motion.GROW, Motion.GROW_FROM_CENTER):
        return Pose(255, 0, 0, _grown(box, 1 - far, motion is Motion.GROW_FROM_CENTER, mirrored))
    return Pose(alpha, 0, 0, box)


def pose(motion: Motion, box: Box, order: int, frame: int, scene_frames: int, distance: float, mirrored: bool) -> Pose:
    """The pose of a part that rests in `box`.

    Args:
        order: 0..LAST_ORDER, which part comes in first.
        distance: how far it travels, in pixels.
        mirrored: whether the text runs from right to left, so that sideways motion turns round.
    """
    length = entrance_length(scene_frames)
    if motion is Motion.NONE or frame >= length - 1:
        return Pose(255, 0, 0, box)
    scale = length / ENTRANCE_FRAMES
    delay = min(order, LAST_ORDER) * (ENTRANCE_FRAMES - PART_FRAMES) / LAST_ORDER * scale
    progress = (frame + 1 - delay) / (PART_FRAMES * scale)
    if progress <= 0:
        return Pose(0, 0, 0, box)
    done = eased(progress)
    left = 1 - done
    alpha = round(255 * min(1.0, done * 1.05))
    if motion is Motion.FADE:
        return Pose(alpha, 0, 0, box)
    if motion is Motion.RISE:
        dy = round(distance * left)
        return Pose(alpha, 0, dy, box.shifted(0, dy))
    if motion is Motion.SLIDE:
        dx = round(distance * left) * (-1 if mirrored else 1)
        return Pose(alpha, -dx, 0, box.shifted(-dx, 0))
    if motion is Motion.REVEAL:
        dy = round(min(box.height, 5 * distance) * left)
        return Pose(255, 0, dy, box.shifted(0, dy).intersection(box))
    return Pose(255, 0, 0, _grown(box, done, motion is Motion.GROW_FROM_CENTER, mirrored))


def _grown(box: Box, done: float, from_center: bool, mirrored: bool) -> Box:
    width = round(box.width * done)
    if from_center:
        return Box(box.left + (box.width - width) // 2, box.top, width, box.height)
    return Box(box.right - width if mirrored else box.left, box.top, width, box.height)
