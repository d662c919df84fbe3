"""Sound that is read block by block, so that its memory does not grow with its length."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from bulkvid_pipeline.rendering.model import SAMPLE_RATE, Pcm

BLOCK = 6 * SAMPLE_RATE // 10
"""Samples to read at a time: they fit into the processor's cache, and all hops and chunks divide this number."""


class Blocks(Protocol):
    """Sound of a known length in samples; each read returns the same samples."""

    def __len__(self) -> int: ...

    def block(self, start: int, stop: int) -> Pcm:
        """The samples start <= index < stop, a new float32 array: shape (samples,) for mono, else (channels, samples).

        Args:
            start: a multiple of 10 ms.
        """
        ...


@dataclass(frozen=True)
class Held:
    """A float32 array as blocks: mono of shape (samples,), or (samples, channels)."""

    pcm: Pcm

    def __len__(self) -> int:
        return len(self.pcm)

    def block(self, start: int, stop: int) -> Pcm:
        """See `Blocks.block`."""
        return self.pcm[start:stop].T.copy()
