"""H.264 repeats: slices that consist of nothing but skipped macroblocks.

x264 codes with CABAC, where even an all-skip slice takes arithmetic coding; under a second, CAVLC picture parameter set
the whole picture is one `mb_skip_run`, so a repeat is the same few bytes every time but for its frame_num. With one
reference frame P_Skip predicts a zero vector from the picture before (8.4.1.1), with no residual and deblocking off: an
exact copy.
Section numbers are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.rendering.encode.bitstream import (
    BitReader,
    BitWriter,
    escape,
    join_nals,
    overwrite_bits,
    split_nals,
    unescape,
)
from bulkvid_pipeline.rendering.encode.repeats import StreamHead

_SLICE, _IDR, _SEI, _SPS, _PPS = 1, 5, 6, 7, 8
_HIGH_PROFILE = 100
_SKIP_PPS_ID = 1
_NAL_REF_P = 0x41
"""NAL header of a reference P slice: nal_ref_idc 2, type 1."""


@dataclass(frozen=True)
class SequenceParameters:
    """The fields of an SPS that slice headers depend on."""

    frame_num_bits: int
    macroblocks: int


def nal_type(nal: bytes) -> int:
    """nal_unit_type (7.4.1)."""
    return nal[0] & 31


def parse_sps(nal: bytes) -> SequenceParameters:
    """Read an SPS (7.3.2.1.1).

    Raises:
        ValueError: it has a feature that our repeats are not written for.
    """
    bits = BitReader(unescape(nal)[1:])
    profile = bits.u(8)
    bits.u(16)  # constraint flags, level
    bits.ue()
    if profile == _HIGH_PROFILE:
        plain = (bits.ue(), bits.ue(), bits.ue(), bits.u(1), bits.u(1)) == (1, 0, 0, 0, 0)
        if not plain:
            raise ValueError("the H.264 stream is not 8 bit 4:2:0 without scaling matrices")
    frame_num_bits = bits.ue() + 4
    if bits.ue() != 2:
        raise ValueError("the H.264 stream's pictures are not in output order (poc type is not 2)")
    if bits.ue() != 1:
        raise ValueError("the H.264 stream has more than one reference frame")
    bits.u(1)
    width, height = bits.ue() + 1, bits.ue() + 1
    if not bits.u(1):
        raise ValueError("the H.264 stream is interlaced")
    return SequenceParameters(frame_num_bits, width * height)


def _skip_pps() -> bytes:
    """The second PPS (7.3.2.2): CAVLC, one reference, no weights, deblocking controlled by the slice."""
    bits = BitWriter().ue(_SKIP_PPS_ID).ue(0).u(0, 1).u(0, 1).ue(0).ue(0).ue(0).u(0, 1).u(0, 2)
    bits.se(0).se(0).se(0).u(1, 1).u(0, 1).u(0, 1)
    return b"\x68" + escape(bits.trailing().to_bytes())


def _skip_slice(sequence: SequenceParameters, frame_num: int) -> bytes:
    """A P slice (7.3.3) of skipped macroblocks only."""
    bits = BitWriter().ue(0).ue(5).ue(_SKIP_PPS_ID).u(frame_num, sequence.frame_num_bits)
    bits.u(0, 1).u(0, 1).u(0, 1)  # no reference count override, no list modification, no adaptive marking
    bits.se(0).ue(1)  # slice_qp_delta, deblocking off
    bits.ue(sequence.macroblocks)
    return bytes([_NAL_REF_P]) + escape(bits.trailing().to_bytes())


def stream_head(first_packet: bytes) -> StreamHead:
    """Parameter sets of a stream that begins with x264's `first_packet`, and ours behind them.

    Raises:
        ValueError: they are missing or not those of our settings.
    """
    nals = list(split_nals(first_packet))
    sps = [nal for nal in nals if nal_type(nal) == _SPS]
    pps = [nal for nal in nals if nal_type(nal) == _PPS]
    if len(sps) != 1 or len(pps) != 1:
        raise ValueError("the H.264 stream does not begin with one SPS and one PPS")
    if BitReader(unescape(pps[0])[1:]).ue() == _SKIP_PPS_ID:
        raise ValueError("the H.264 stream uses the PPS id that the repeats need")
    parse_sps(sps[0])
    return StreamHead(join_nals([sps[0], pps[0], _skip_pps()]))


class H264Repeats:
    """Repeats for one stream; see `RepeatWriter`."""

    def __init__(self, head: StreamHead) -> None:
        sps = next(nal for nal in split_nals(head.parameter_sets) if nal_type(nal) == _SPS)
        self._sequence = parse_sps(sps)
        self._cycle = 1 << self._sequence.frame_num_bits
        self._skips = [join_nals([_skip_slice(self._sequence, number)]) for number in range(self._cycle)]

    def place(self, packet: bytes, since_key: int) -> bytes:
        """The packet's slices with frame_num counting the repeats before them (7.4.3)."""
        slices = [nal for nal in split_nals(packet) if nal_type(nal) in (_SLICE, _IDR)]
        expected = _SLICE if since_key else _IDR
        if len(slices) != 1 or nal_type(slices[0]) != expected:
            raise ValueError(f"the H.264 picture is not one slice of type {expected}")
        return join_nals([self._with_frame_num(slices[0], since_key % self._cycle)])

    def repeat(self, since_key: int, shown: bytes) -> bytes:  # noqa: ARG002 (the codec does not need the picture)
        """An all-skip slice."""
        return self._skips[since_key % self._cycle]

    def _with_frame_num(self, nal: bytes, frame_num: int) -> bytes:
        payload = unescape(nal)
        bits = BitReader(payload[:32])
        bits.u(8)
        bits.ue(), bits.ue(), bits.ue()  # first macroblock, slice type, PPS id
        width = self._sequence.frame_num_bits
        position = bits.position
        if bits.u(width) == frame_num:
            return nal
        return escape(overwrite_bits(payload, position, frame_num, width))


def idr_pic_id(access_unit: bytes, head: StreamHead) -> int | None:
    """idr_pic_id of an access unit made by `H264Repeats`, None where it is no IDR picture."""
    nal = next(split_nals(access_unit[:64]))
    if nal_type(nal) != _IDR:
        return None
    return _read_to_idr_pic_id(BitReader(unescape(nal)), _frame_num_bits(head))


def with_idr_pic_id(access_unit: bytes, head: StreamHead, number: int) -> bytes:
    """The IDR picture with another idr_pic_id: two IDR pictures in a row must differ in it (7.4.3).

    CABAC data starts at a whole byte after the slice header, so only the header is written anew.
    """
    payload = unescape(next(split_nals(access_unit)))
    bits = BitReader(payload[:64])
    _read_to_idr_pic_id(bits, _frame_num_bits(head))
    after = bits.position
    bits.u(2)  # no_output_of_prior_pics, long_term_reference
    bits.se()  # slice_qp_delta; the deblocking fields follow, as x264's PPS has them
    if bits.ue() != 1:
        bits.se(), bits.se()
    end = bits.position
    old = BitReader(payload[:64])
    written = BitWriter().u(old.u(8), 8).ue(old.ue()).ue(old.ue()).ue(old.ue())
    frame_num_bits = _frame_num_bits(head)
    written.u(old.u(frame_num_bits), frame_num_bits).ue(number)
    old.ue()
    written.u(old.u(end - after), end - after).align(1)
    return join_nals([escape(written.to_bytes() + payload[(end + 7) // 8 :])])


def _frame_num_bits(head: StreamHead) -> int:
    sps = next(nal for nal in split_nals(head.parameter_sets) if nal_type(nal) == _SPS)
    return parse_sps(sps).frame_num_bits


def _read_to_idr_pic_id(bits: BitReader, frame_num_bits: int) -> int:
    bits.u(8)
    bits.ue(), bits.ue(), bits.ue()
    bits.u(frame_num_bits)
    return bits.ue()
