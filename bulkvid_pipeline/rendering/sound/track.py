"""The narration as a timeline in little memory: 16-bit segments of speech, without the silence between them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from bulkvid_pipeline.rendering.model import Pcm

FULL_SCALE = 32_768
"""The 16-bit value of amplitude 1.0."""

Pcm16 = NDArray[np.int16]
"""Sound as 16-bit samples, mono, shape (samples,)."""


def quantised(pcm: Pcm) -> Pcm16:
    """Mono sound in -1..1, rounded to 16-bit samples; values beyond full scale are clipped."""
    steps = np.rint(pcm * np.float32(FULL_SCALE))
    return np.asarray(np.clip(steps, -FULL_SCALE, FULL_SCALE - 1, out=steps), np.int16)


@dataclass(frozen=True)
class Piece:
    """A segment of sound that begins at sample `start` of the track."""

    start: int
    pcm: Pcm16 | Pcm = field(repr=False, compare=False)

    @property
    def stop(self) -> int:
        """Index of the sample after its last one."""
        return self.start + len(self.pcm)


@dataclass(frozen=True)
class VoiceTrack:
    """Mono sound of a known length, read block by block.

    `pieces` are in order, do not overlap and are within `samples`; between them is silence.
    """

    samples: int
    pieces: tuple[Piece, ...] = ()

    @classmethod
    def of(cls, pcm: Pcm) -> VoiceTrack:
        """A track of one segment, the whole sound."""
        return cls(len(pcm), (Piece(0, pcm),))

    @classmethod
    def joined(cls, tracks: tuple[VoiceTrack, ...]) -> VoiceTrack:
        """The tracks, concatenated."""
        pieces: list[Piece] = []
        at = 0
        for track in tracks:
            pieces.extend(Piece(at + piece.start, piece.pcm) for piece in track.pieces)
            at += track.samples
        return cls(at, tuple(pieces))

    def __len__(self) -> int:
        return self.samples

    @cached_property
    def _starts(self) -> list[int]:
        return [piece.start for piece in self.pieces]

    def block(self, start: int, stop: int) -> Pcm:
        """The samples start <= index < stop as float32, a new array."""
        block = np.zeros(max(0, min(stop, self.samples) - start), np.float32)
        for piece in self.pieces[max(0, bisect_right(self._starts, start) - 1) :]:
            if piece.start >= stop:
                break
            first, last = max(start, piece.start), min(start + len(block), piece.stop)
            if first < last:
                heard = piece.pcm[first - piece.start : last - piece.start]
                scale = np.float32(1 / FULL_SCALE if heard.dtype == np.int16 else 1)
                np.multiply(heard, scale, out=block[first - start : last - start], casting="unsafe")
        return block
