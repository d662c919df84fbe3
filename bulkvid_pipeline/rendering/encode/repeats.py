"""What the three codecs have in common: pictures that an encoder coded, and repeats that we write ourselves.

A repeat shows the picture before it once more. It costs no encoder time and 1 byte (VP9), 7..9 (H.264) or 50 (HEVC).
Frames count from the last key frame (`since_key` = 0 there), because that is what H.264's frame_num and HEVC's picture
order count do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StreamHead:
    """What all scenes of a file must have in common, byte for byte."""

    parameter_sets: bytes
    """Annex B: VPS, SPS, PPS as the container's header needs them; empty for VP9."""
    template: bytes = b""
    """HEVC only: the NAL unit of a P slice in which every block is skipped."""


class RepeatWriter(Protocol):
    """Places coded pictures on the constant-rate timeline and fills the gaps.

    Access units are Annex B without parameter sets (H.264, HEVC), or one frame (VP9).
    """

    def place(self, packet: bytes, since_key: int) -> bytes:
        """Access unit of a coded picture that is `since_key` frames after the last key frame (0: it is one).

        Raises:
            ValueError: the packet is not what our encoder settings produce.
        """
        ...

    def repeat(self, since_key: int, shown: bytes) -> bytes:
        """Access unit that shows the picture before it again; `shown` is that picture's coded access unit."""
        ...
