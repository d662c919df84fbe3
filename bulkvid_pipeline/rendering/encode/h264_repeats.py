"""H.264 repeats: slices that consist only of skipped macroblocks.

With CAVLC a whole skipped picture is one `mb_skip_run`, so all repeats are the same few bytes except frame_num. With
one reference frame P_Skip predicts a zero vector from the picture before (8.4.1.1), without residual and with
deblocking off, so it is an exact copy.
"""

from __future__ import annotations

from bulkvid_pipeline.rendering.encode.bitstream import BitReader, escape, join_nals, overwrite_bits, unescape
from bulkvid_pipeline.rendering.encode.h264 import (
    ALL_P,
    IDR,
    SLICE,
    ParameterSets,
    frame_num_position,
    idr_pic_id,
    nal_type,
    skipped,
    slices_of,
    with_idr_pic_id,
    write_slice,
)
from bulkvid_pipeline.rendering.encode.repeats import StreamHead


class H264Repeats:
    """Repeats for one stream; see `RepeatWriter`."""

    def __init__(self, head: StreamHead) -> None:
        self.sets = ParameterSets.of(head.parameter_sets)
        whole = skipped(ALL_P, 0, self.sets.macroblocks, self.sets)
        self.cycle = 1 << self.sets.frame_num_bits
        self._skips = [join_nals([write_slice(whole, number, self.sets)]) for number in range(self.cycle)]

    def place(self, packet: bytes, since_key: int) -> bytes:
        """The packet's slices, with the repeats before them counted in frame_num (7.4.3)."""
        slices = slices_of(packet)
        expected = SLICE if since_key else IDR
        if len(slices) != 1 or nal_type(slices[0]) != expected:
            raise ValueError(f"the H.264 picture is not one slice of type {expected}")
        unit = join_nals([self._with_frame_num(slices[0], since_key % self.cycle)])
        # x264 counts all its IDR pictures, including those of earlier scenes.
        return unit if since_key or idr_pic_id(unit, self.sets) == 0 else with_idr_pic_id(unit, self.sets, 0)

    def repeat(self, since_key: int, shown: bytes) -> bytes:  # noqa: ARG002 (the codec does not need the picture)
        """An all-skip slice."""
        return self._skips[since_key % self.cycle]

    def _with_frame_num(self, nal: bytes, frame_num: int) -> bytes:
        payload = unescape(nal)
        width, position = self.sets.frame_num_bits, frame_num_position(payload)
        bits = BitReader(payload[:32])
        bits.position = position
        if bits.u(width) == frame_num:
            return nal
        return escape(overwrite_bits(payload, position, frame_num, width))
