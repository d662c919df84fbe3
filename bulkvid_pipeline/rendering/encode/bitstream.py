"""Bits and NAL units: the part of H.264 and HEVC syntax that headers need.

Everything here works on headers of a few bytes or on whole payloads with C-speed `bytes` methods; nothing loops over
the bits of a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

START_CODE = b"\x00\x00\x00\x01"

_EMULATION = re.compile(rb"\x00\x00(?=[\x00-\x03])")
_START = re.compile(rb"\x00\x00\x01")


class Bits(NamedTuple):
    """A run of bits that need not begin or end at a byte boundary."""

    value: int
    length: int


class BitWriter:
    """Writes bits, most significant first, with the Exp-Golomb codes of H.264 section 9.1."""

    def __init__(self) -> None:
        self._value = 0
        self._length = 0

    def u(self, value: int, bits: int) -> BitWriter:
        """Append an unsigned integer in a fixed number of bits; ValueError if it does not fit."""
        if not 0 <= value < 1 << bits:
            raise ValueError(f"{value} does not fit in {bits} bits")
        self._value = self._value << bits | value
        self._length += bits
        return self

    def ue(self, value: int) -> BitWriter:
        """Unsigned Exp-Golomb code."""
        code = value + 1
        return self.u(code, 2 * code.bit_length() - 1)

    def se(self, value: int) -> BitWriter:
        """Signed Exp-Golomb code."""
        return self.ue(2 * value - 1 if value > 0 else -2 * value)

    def bits(self, tail: Bits) -> BitWriter:
        """Append bits that were read from another stream."""
        self._value = self._value << tail.length | tail.value
        self._length += tail.length
        return self

    def align(self, bit: int) -> BitWriter:
        """Append copies of `bit` up to a byte boundary."""
        fill = -self._length % 8
        return self.u((1 << fill) - 1 if bit else 0, fill)

    def trailing(self) -> BitWriter:
        """Append rbsp_trailing_bits: a one, then zeros up to a byte boundary."""
        return self.u(1, 1).align(0)

    def to_bytes(self) -> bytes:
        """The bits as bytes; ValueError if the length is not a whole number of bytes."""
        if self._length % 8:
            raise ValueError(f"{self._length} bits are not whole bytes")
        return self._value.to_bytes(self._length // 8, "big")


class BitReader:
    """Reads what `BitWriter` writes. `position` counts bits from the start."""

    def __init__(self, data: bytes) -> None:
        self._value = int.from_bytes(data, "big")
        self._length = len(data) * 8
        self.position = 0

    def u(self, bits: int) -> int:
        """Read an unsigned integer of a fixed number of bits; ValueError past the end."""
        end = self.position + bits
        if end > self._length:
            raise ValueError("the header ends too early")
        self.position = end
        return self._value >> (self._length - end) & ((1 << bits) - 1)

    def ue(self) -> int:
        """Unsigned Exp-Golomb code."""
        zeros = 0
        while not self.u(1):
            zeros += 1
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """Signed Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code & 1 else -(code // 2)

    def data_to_the_stop_bit(self) -> Bits:
        """The remaining bits before rbsp_trailing_bits, i.e. up to the last set bit; ValueError if no bit is set."""
        rest = self._value & ((1 << (self._length - self.position)) - 1)
        if not rest:
            raise ValueError("the payload has no stop bit")
        trailing = (rest & -rest).bit_length()
        return Bits(rest >> trailing, self._length - self.position - trailing)


def escape(payload: bytes) -> bytes:
    """Add emulation prevention bytes (H.264 section 7.4.1.1), so that no start code appears inside."""
    # Each match consumes the two zeros, and the third byte is examined again as a possible first zero: this is the
    # "reset after inserting" of the standard.
    escaped = _EMULATION.sub(b"\x00\x00\x03", payload)
    return escaped + b"\x03" if escaped.endswith(b"\x00\x00") else escaped


def unescape(payload: bytes) -> bytes:
    """Remove emulation prevention bytes."""
    return payload.replace(b"\x00\x00\x03", b"\x00\x00")


def split_nals(stream: bytes) -> Iterator[bytes]:
    """NAL units of an Annex B byte stream, without start codes or trailing zero bytes."""
    starts = [match.end() for match in _START.finditer(stream)]
    for index, start in enumerate(starts):
        end = starts[index + 1] - 3 if index + 1 < len(starts) else len(stream)
        # A NAL unit never ends in a zero byte (7.4.1), so these belong to the next, longer start code.
        nal = stream[start:end].rstrip(b"\x00")
        if nal:
            yield nal


def join_nals(nals: Iterator[bytes] | list[bytes] | tuple[bytes, ...]) -> bytes:
    """The NAL units as an Annex B byte stream."""
    return b"".join(START_CODE + nal for nal in nals)


def overwrite_bits(payload: bytes, position: int, value: int, bits: int) -> bytes:
    """`payload` with `bits` bits from bit `position` on replaced by `value`."""
    first, last = position // 8, (position + bits + 7) // 8
    span = int.from_bytes(payload[first:last], "big")
    shift = last * 8 - position - bits
    span = span & ~(((1 << bits) - 1) << shift) | value << shift
    return payload[:first] + span.to_bytes(last - first, "big") + payload[last:]
