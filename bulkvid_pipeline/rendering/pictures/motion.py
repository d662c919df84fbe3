"""Entrances and exits: position and opacity of a part of a card in the scene's first and last frames."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from bulkvid_pipeline.rendering.pictures.geometry import Box

ENTRANCE_FRAMES = 18
"""0.6 s at 30 frames a second."""
PART_FRAMES = 12
"""Frames of one part's own movement; parts start one after the other within the entrance.

The main text has order 0 and starts first: the earlier card disappears at once, so the next frame must show the new
one."""
LAST_ORDER = 6
EXIT_FRAMES = 4
"""Frames of a card's exit: all its parts move out together, each in the reverse of its entrance."""
_SHORTEST_WITH_EXIT = 40
"""A scene with fewer frames has no exit: it needs all its time for reading."""


class Motion(StrEnum):
    """The entrance of one part."""

    NONE = "none"
    FADE = "fade"
    RISE = "rise"
    REVEAL = "reveal"
    SLIDE = "slide"
    GROW = "grow"
    GROW_FROM_CENTER = "grow_from_center"


@dataclass(frozen=True)
class Pose:
    """A part in one frame: its opacity (0..255), its offset from its place, and the area of the frame to clip it to."""

    alpha: int
    dx: int
    dy: int
    clip: Box

    @property
    def is_hidden(self) -> bool:
        return self.alpha == 0 or self.clip.is_empty

    def is_at_rest_in(self, place: Box) -> bool:
        """Whether the part is wholly there, in its place."""
        return self.alpha == 255 and not (self.dx or self.dy) and self.clip.contains(place)


def eased(progress: float) -> float:
    """Quintic ease-out: fast at first, then slowing down; 0 -> 0, 1 -> 1."""
    return float(1 - (1 - min(1.0, max(0.0, progress))) ** 4)


def entrance_length(scene_frames: int) -> int:
    """Frames of the entrance; at most half of a very short scene, so that the rest can be read."""
    return max(1, min(ENTRANCE_FRAMES, scene_frames // 2))


def rest_of(scene_frames: int, *, leaves: bool) -> int:
    """The last frame in which a card is at rest."""
    return scene_frames - 1 - (EXIT_FRAMES if leaves and scene_frames >= _SHORTEST_WITH_EXIT else 0)


def leaving_pose(motion: Motion, box: Box, gone: float, distance: float, mirrored: bool) -> Pose:
    """The pose of a part that moves out of its place in `box`; `gone` is the progress, 0 (at rest) to 1."""
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
        order: 0..LAST_ORDER, the part's position in the order of entrances.
        distance: length of the motion in pixels.
        mirrored: whether the text runs from right to left, so that sideways motion is mirrored.
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
