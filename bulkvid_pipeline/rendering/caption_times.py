"""How long captions stay: none flashes past, and between two there is either no gap or one that the eye sees."""

from __future__ import annotations

from collections.abc import Sequence

from bulkvid_pipeline.rendering.model import FPS

LEAST_FRAMES = FPS
"""In frames: a caption stays for at least a second."""
LEAST_GAP = 2
"""In frames: a shorter gap between two captions flickers (Netflix, "Timed Text Style Guide": two frames)."""

Span = tuple[int, int]
"""First frame, and the frame after the last."""


def lasting(spans: Sequence[Span], frames: int) -> list[Span]:
    """Captions, which are in order and apart, each shown for `LEAST_FRAMES` if there is time within `frames` frames.

    A short one first gets the pause after it, then that before it; then the next one waits, then the one before it goes
    early, as far as they are long enough.
    """
    starts, ends = [start for start, _ in spans], [end for _, end in spans]
    count = len(spans)

    def begins(index: int) -> int:
        return starts[index] if index < count else frames

    for at in range(count):
        lacking = LEAST_FRAMES - (ends[at] - starts[at])
        if lacking > 0:
            taken = min(lacking, max(0, begins(at + 1) - ends[at]))
            ends[at] += taken
            lacking -= taken
        if lacking > 0:
            taken = min(lacking, starts[at] - (ends[at - 1] if at else 0))
            starts[at] -= taken
            lacking -= taken
        if lacking > 0 and at + 1 < count:
            # The next one may itself be lengthened up to the one after it, when its turn comes.
            taken = min(lacking, max(0, begins(at + 2) - starts[at + 1] - LEAST_FRAMES))
            starts[at + 1] += taken
            ends[at + 1] = max(ends[at + 1], starts[at + 1] + 1)
            ends[at] = begins(at + 1) if taken else ends[at]
            lacking -= taken
        if lacking > 0 and at:
            taken = min(lacking, max(0, ends[at - 1] - starts[at - 1] - LEAST_FRAMES))
            starts[at] -= taken
            ends[at - 1] = min(ends[at - 1], starts[at])
        if at + 1 < count and 0 < begins(at + 1) - ends[at] < LEAST_GAP:
            ends[at] = begins(at + 1)
    return list(zip(starts, ends, strict=True))
