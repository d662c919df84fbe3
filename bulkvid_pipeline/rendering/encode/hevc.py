"""HEVC repeats: a P slice of skipped blocks made by x265, in which the picture order count is replaced.

The template is x265's slice for the second of two equal flat pictures of the same size and settings. Without temporal
motion candidates, sample adaptive offset or weights its skipped blocks copy any picture before it (no residual and no
vectors, so deblocking strength 0). Section numbers are those of ITU-T H.265 (08/2021).
"""

from __future__ import annotations

from bulkvid_pipeline.rendering.encode.bitstream import (
    BitReader,
    escape,
    join_nals,
    overwrite_bits,
    split_nals,
    unescape,
)
from bulkvid_pipeline.rendering.encode.repeats import StreamHead

_TRAIL_R, _IDR_W_RADL, _IDR_N_LP, _VPS, _SPS, _PPS = 1, 19, 20, 32, 33, 34
_NAL_HEADER_BITS = 16
_GENERAL_PROFILE_TIER_LEVEL_BITS = 96
_P_SLICE_START = 0b11010
"""first_slice_segment_in_pic_flag 1, PPS id 0 as ue(v), slice_type P as ue(v)."""


def nal_type(nal: bytes) -> int:
    """nal_unit_type (7.3.1.2)."""
    return nal[0] >> 1 & 63


def parse_poc_bits(sps: bytes) -> int:
    """log2_max_pic_order_cnt_lsb of an SPS (7.3.2.2).

    Raises:
        ValueError: the SPS has sub-layers, which x265 does not write with our settings.
    """
    bits = BitReader(unescape(sps)[2:])
    bits.u(4)
    if bits.u(3) != 0:
        raise ValueError("the HEVC stream has temporal sub-layers")
    bits.u(1 + _GENERAL_PROFILE_TIER_LEVEL_BITS)
    bits.ue(), bits.ue(), bits.ue(), bits.ue()  # SPS id, chroma format, width, height
    if bits.u(1):
        bits.ue(), bits.ue(), bits.ue(), bits.ue()  # conformance window
    bits.ue(), bits.ue()  # bit depths
    return bits.ue() + 4


def stream_head(first_packet: bytes, flat_repeat: bytes) -> StreamHead:
    """Parameter sets of a stream that begins with x265's `first_packet`.

    Args:
        first_packet: the packet of the first picture, with its parameter sets.
        flat_repeat: the packet of the second of two equal flat pictures, same size and settings.

    Raises:
        ValueError: the packets are not those of our settings.
    """
    sets = [nal for nal in split_nals(first_packet) if nal_type(nal) in (_VPS, _SPS, _PPS)]
    if [nal_type(nal) for nal in sets] != [_VPS, _SPS, _PPS]:
        raise ValueError("the HEVC stream does not begin with VPS, SPS, PPS")
    templates = [nal for nal in split_nals(flat_repeat) if nal_type(nal) < _VPS]
    if len(templates) != 1 or nal_type(templates[0]) != _TRAIL_R:
        raise ValueError("the HEVC encoder did not give a P slice to repeat pictures with")
    return StreamHead(join_nals(sets), templates[0])


class HevcRepeats:
    """Repeats for one stream; see `RepeatWriter`."""

    def __init__(self, head: StreamHead) -> None:
        sps = next(nal for nal in split_nals(head.parameter_sets) if nal_type(nal) == _SPS)
        self._poc_bits = parse_poc_bits(sps)
        self._cycle = 1 << self._poc_bits
        self._skips = [join_nals([self._with_poc(head.template, poc)]) for poc in range(self._cycle)]

    def place(self, packet: bytes, since_key: int) -> bytes:
        """The packet's slice, with the repeats before it counted in the picture order count."""
        slices = [nal for nal in split_nals(packet) if nal_type(nal) < _VPS]
        if len(slices) != 1:
            raise ValueError("the HEVC picture is not one slice")
        if since_key == 0:
            if nal_type(slices[0]) not in (_IDR_W_RADL, _IDR_N_LP):
                raise ValueError("the HEVC encoder did not code a key frame where one was asked for")
            return join_nals(slices)
        return join_nals([self._with_poc(slices[0], since_key % self._cycle)])

    def repeat(self, since_key: int, shown: bytes) -> bytes:  # noqa: ARG002 (the codec does not need the picture)
        """The template slice with its picture order count."""
        return self._skips[since_key % self._cycle]

    def _with_poc(self, nal: bytes, poc: int) -> bytes:
        payload = unescape(nal)
        bits = BitReader(payload[:16])
        bits.u(_NAL_HEADER_BITS)
        if nal_type(nal) != _TRAIL_R or bits.u(5) != _P_SLICE_START:
            raise ValueError("the HEVC picture is not a P slice of our settings")
        return escape(overwrite_bits(payload, bits.position, poc, self._poc_bits))
