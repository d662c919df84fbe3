"""H.264 parameter sets and slice headers: the syntax needed to join slices of different encoders into one picture.

Our x264 settings use CAVLC, in which slice data can start at any bit: so a header can be replaced without changing the
macroblocks after it. Section numbers are those of ITU-T H.264 (08/2021).
"""

from __future__ import annotations

from dataclasses import dataclass

from bulkvid_pipeline.rendering.encode.bitstream import (
    BitReader,
    Bits,
    BitWriter,
    escape,
    join_nals,
    split_nals,
    unescape,
)
from bulkvid_pipeline.rendering.encode.repeats import StreamHead

SLICE, IDR, _SPS, _PPS = 1, 5, 7, 8
P, I = 0, 2  # noqa: E741 (their names in the standard)
ALL_P = 5
"""slice_type of a P slice in a picture with only P slices (table 7-6)."""
_REFERENCE = 2 << 5
"""nal_ref_idc 2, as in x264's P pictures."""
_HIGH_PROFILE = 100
DEBLOCKING_OFF = 1


@dataclass(frozen=True)
class ParameterSets:
    """The fields of an SPS and a PPS that slices depend on."""

    frame_num_bits: int
    columns: int
    """Width in macroblocks."""
    rows: int
    initial_qp: int
    tools: tuple[int, ...]
    """The coding tools of slices: slices can be exchanged between streams with equal values."""

    @property
    def macroblocks(self) -> int:
        return self.columns * self.rows

    @classmethod
    def of(cls, stream: bytes) -> ParameterSets:
        """The parameter sets at the start of an Annex B stream.

        Raises:
            ValueError: they are missing, or have a feature that our slices do not support.
        """
        sps, pps = _sets_of(stream)
        frame_num_bits, columns, rows = _read_sps(sps)
        initial_qp, tools = _read_pps(pps)
        return cls(frame_num_bits, columns, rows, initial_qp, tools)


@dataclass(frozen=True)
class Slice:
    """A slice of intra or skipped macroblocks: header fields and macroblock data."""

    kind: int
    """slice_type: I, P or ALL_P."""
    first: int
    """Index of its first macroblock in the picture, in raster order."""
    qp: int
    """Quantiser at its start, SliceQPY."""
    data: Bits


def nal_type(nal: bytes) -> int:
    """nal_unit_type (7.4.1)."""
    return nal[0] & 31


def stream_head(first_packet: bytes) -> StreamHead:
    """Parameter sets of a stream that begins with x264's `first_packet`.

    Raises:
        ValueError: they are missing or not those of our settings.
    """
    ParameterSets.of(first_packet)
    return StreamHead(join_nals(_sets_of(first_packet)))


def slices_of(packet: bytes) -> list[bytes]:
    """The NAL units of a packet that are slices of a picture."""
    return [nal for nal in split_nals(packet) if nal_type(nal) in (SLICE, IDR)]


def frame_num_position(nal: bytes) -> int:
    """Bit position of frame_num in an unescaped slice."""
    bits = BitReader(nal[:32])
    bits.u(8)
    bits.ue(), bits.ue(), bits.ue()  # first macroblock, slice type, PPS id
    return bits.position


def read_intra_slice(nal: bytes, sets: ParameterSets) -> Slice:
    """A slice of an IDR picture (7.3.3).

    Raises:
        ValueError: it is not one.
    """
    if nal_type(nal) != IDR:
        raise ValueError("the H.264 slice is not of an IDR picture")
    bits = BitReader(unescape(nal))
    bits.u(8)
    first, _, _ = bits.ue(), bits.ue(), bits.ue()
    bits.u(sets.frame_num_bits)
    bits.ue()  # idr_pic_id
    bits.u(2)  # no_output_of_prior_pics, long_term_reference
    qp = sets.initial_qp + bits.se()
    if bits.ue() != DEBLOCKING_OFF:
        bits.se(), bits.se()
    return Slice(I, first, qp, bits.data_to_the_stop_bit())


def write_slice(piece: Slice, frame_num: int, sets: ParameterSets) -> bytes:
    """The slice as a NAL unit of a non-IDR picture, without deblocking."""
    header = BitWriter().u(_REFERENCE | SLICE, 8).ue(piece.first).ue(piece.kind).ue(0)
    header.u(frame_num, sets.frame_num_bits)
    if piece.kind != I:
        header.u(0, 1).u(0, 1)  # no reference count override, no list modification
    header.u(0, 1)  # no adaptive marking
    header.se(piece.qp - sets.initial_qp).ue(DEBLOCKING_OFF)
    return escape(header.bits(piece.data).trailing().to_bytes())


def skipped(kind: int, first: int, count: int, sets: ParameterSets) -> Slice:
    """A slice of `count` skipped macroblocks from index `first` on: one mb_skip_run (7.3.4)."""
    run = BitReader(BitWriter().ue(count).trailing().to_bytes())
    return Slice(kind, first, sets.initial_qp, run.data_to_the_stop_bit())


def idr_pic_id(access_unit: bytes, sets: ParameterSets) -> int | None:
    """idr_pic_id of an access unit; None if it is not an IDR picture."""
    nal = next(split_nals(access_unit[:64]))
    if nal_type(nal) != IDR:
        return None
    bits = BitReader(unescape(nal))
    bits.position = frame_num_position(unescape(nal)) + sets.frame_num_bits
    return bits.ue()


def with_idr_pic_id(access_unit: bytes, sets: ParameterSets, number: int) -> bytes:
    """The IDR picture with another idr_pic_id: two IDR pictures in a row must differ in it (7.4.3)."""
    renumbered = []
    for nal in split_nals(access_unit):
        payload = unescape(nal)
        bits = BitReader(payload)
        start = frame_num_position(payload) + sets.frame_num_bits
        before = bits.u(start)
        bits.ue()
        written = BitWriter().u(before, start).ue(number).bits(bits.data_to_the_stop_bit())
        renumbered.append(escape(written.trailing().to_bytes()))
    return join_nals(renumbered)


def _sets_of(stream: bytes) -> tuple[bytes, bytes]:
    nals = list(split_nals(stream))
    sps = [nal for nal in nals if nal_type(nal) == _SPS]
    pps = [nal for nal in nals if nal_type(nal) == _PPS]
    if len(sps) != 1 or len(pps) != 1:
        raise ValueError("the H.264 stream does not begin with one SPS and one PPS")
    return sps[0], pps[0]


def _read_sps(nal: bytes) -> tuple[int, int, int]:
    """Number of bits of frame_num, and width and height in macroblocks (7.3.2.1.1)."""
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
    if bits.ue() > 1:
        raise ValueError("the H.264 stream has more than one reference frame")
    bits.u(1)
    columns, rows = bits.ue() + 1, bits.ue() + 1
    if not bits.u(1):
        raise ValueError("the H.264 stream is interlaced")
    return frame_num_bits, columns, rows


def _read_pps(nal: bytes) -> tuple[int, tuple[int, ...]]:
    """Initial QP of slices, and the coding tools (7.3.2.2)."""
    bits = BitReader(unescape(nal)[1:])
    if (bits.ue(), bits.ue()) != (0, 0):
        raise ValueError("the H.264 stream's parameter sets are not numbered 0")
    if bits.u(1):
        raise ValueError("the H.264 stream is coded with CABAC, whose slices cannot be joined")
    if (bits.u(1), bits.ue(), bits.ue()) != (0, 0, 0):
        raise ValueError("the H.264 stream has fields, slice groups or several references")
    bits.ue()
    if bits.u(1):
        raise ValueError("the H.264 stream weights its predictions")
    bits.u(2)
    initial_qp = 26 + bits.se()
    bits.se()
    chroma_offset = bits.se()
    if not bits.u(1):
        raise ValueError("the H.264 stream's slices cannot switch deblocking off")
    constrained_intra, redundant = bits.u(1), bits.u(1)
    if redundant:
        raise ValueError("the H.264 stream has redundant pictures")
    more = bits.data_to_the_stop_bit()
    return initial_qp, (chroma_offset, constrained_intra, more.value, more.length)
