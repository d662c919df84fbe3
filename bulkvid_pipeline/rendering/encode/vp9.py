"""VP9 repeats: a one-byte frame with show_existing_frame set (VP9 bitstream specification 0.6, section 6.2).

It names the reference slot to show; the slot in which the last coded picture was stored is read from that picture's
header. Error-resilient mode prevents later pictures from using motion vectors of "the previous frame", which decoders
interpret differently after a repeat.
"""

from __future__ import annotations

from bulkvid_pipeline.rendering.encode.bitstream import BitReader, BitWriter
from bulkvid_pipeline.rendering.encode.repeats import StreamHead

_FRAME_MARKER = 2
_ALL_SLOTS = 0xFF


def is_key(frame: bytes) -> bool:
    """Whether a coded frame is a key frame.

    Raises:
        ValueError: it is not a coded VP9 frame of profile 0.
    """
    bits = _open_header(frame)
    return bits.u(1) == 0


def kept_slot(frame: bytes) -> int:
    """The lowest reference slot in which a shown frame is stored.

    Raises:
        ValueError: the frame is hidden, is not error resilient, or is not stored, so it cannot be shown again.
    """
    bits = _open_header(frame)
    key, shown, resilient = bits.u(1) == 0, bits.u(1), bits.u(1)
    if not shown or not resilient:
        raise ValueError("the VP9 frame is hidden or not error resilient")
    refreshed = _ALL_SLOTS if key else bits.u(8)
    if not refreshed:
        raise ValueError("the VP9 frame is not kept as a reference")
    return (refreshed & -refreshed).bit_length() - 1


def _open_header(frame: bytes) -> BitReader:
    bits = BitReader(frame[:16])
    if bits.u(2) != _FRAME_MARKER or bits.u(2) != 0:
        raise ValueError("this is not a VP9 frame of profile 0")
    if bits.u(1):
        raise ValueError("the VP9 frame repeats another one")
    return bits


class Vp9Repeats:
    """Repeats for one stream; see `RepeatWriter`."""

    def __init__(self, head: StreamHead) -> None:
        if head.parameter_sets or head.template:
            raise ValueError("a VP9 stream has no parameter sets")
        self._shows = [BitWriter().u(_FRAME_MARKER, 2).u(0, 2).u(1, 1).u(slot, 3).to_bytes() for slot in range(8)]

    def place(self, packet: bytes, since_key: int) -> bytes:
        """The unchanged packet: VP9 frames have no number."""
        if is_key(packet) != (since_key == 0):
            raise ValueError("the VP9 encoder coded a key frame where none was asked for, or the other way round")
        kept_slot(packet)
        return packet

    def repeat(self, since_key: int, shown: bytes) -> bytes:  # noqa: ARG002 (VP9 frames carry no number)
        """One byte that names the slot of `shown`."""
        return self._shows[kept_slot(shown)]
