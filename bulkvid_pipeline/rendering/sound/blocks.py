"""Sound that is read block by block, so that what it takes of memory does not grow with its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm

BLOCK = 6 * SAMPLE_RATE // 10
"""Samples to read at a time: they stay in the processor's cache; all grids of gains and meters divide it."""


class Blocks(Protocol):
    """Sound of a known length in samples; equal each time it is read."""

    def __len__(self) -> int: ...

    def block(self, start: int, stop: int) -> Pcm:
        """The samples start <= index < stop: shape (samples,) for mono, (channels, samples) else; the caller's own.

        Args:
            start: a multiple of 10 ms.
        """
        ...


@dataclass(frozen=True)
class Held:
    """An array as blocks: mono, (samples,), or (samples, channels)."""

    pcm: Pcm

    def __len__(self) -> int:
        return len(self.pcm)

    def block(self, start: int, stop: int) -> Pcm:
        """See `Blocks.block`."""
        return self.pcm[start:stop].T.copy()
