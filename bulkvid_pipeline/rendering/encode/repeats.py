"""The common interface of the three codecs: pictures coded by an encoder, and repeats written by this program.

A repeat shows the picture before it again. It costs no encoder time, and 1 byte (VP9), 7..9 (H.264) or 50 (HEVC).
Frames are counted from the last key frame (`since_key` = 0 there), as H.264's frame_num and HEVC's picture order count
are.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class StreamHead:
    """Stream parameters that must be equal, byte for byte, in all scenes of a file."""

    parameter_sets: bytes
    """VPS (HEVC), SPS and PPS in Annex B format for the container's header; empty for VP9."""
    template: bytes = b""
    """HEVC only: the NAL unit of a P slice in which all blocks are skipped."""


class RepeatWriter(Protocol):
    """Renumbers coded pictures for the constant-rate timeline, and makes the repeats between them.

    Access units are Annex B without parameter sets (H.264, HEVC), or one frame (VP9).
    """

    def place(self, packet: bytes, since_key: int) -> bytes:
        """Access unit of a coded picture, `since_key` frames after the last key frame (0: it is a key frame).

        Raises:
            ValueError: the packet is not what our encoder settings produce.
        """
        ...

    def repeat(self, since_key: int, shown: bytes) -> bytes:
        """Access unit that repeats the picture before it; `shown` is the access unit of that picture."""
        ...
