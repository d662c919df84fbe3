"""Bits and NAL units."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.rendering.encode.bitstream import (
    BitReader,
    BitWriter,
    escape,
    join_nals,
    overwrite_bits,
    split_nals,
    unescape,
)

# Bytes that are rich in what emulation prevention is about, and end as every NAL unit does: not in a zero.
payloads = st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 255]), max_size=40).map(lambda values: bytes([*values, 0x80]))


def escape_by_the_letter(payload: bytes) -> bytes:
    """H.264 section 7.4.1.1, one byte at a time."""
    escaped, zeros = bytearray(), 0
    for byte in payload:
        if zeros == 2 and byte <= 3:
            escaped.append(3)
            zeros = 0
        escaped.append(byte)
        zeros = zeros + 1 if byte == 0 else 0
    return bytes(escaped)


@given(payloads)
def test_escaping_follows_the_standard_to_the_letter(payload: bytes) -> None:
    assert escape(payload) == escape_by_the_letter(payload)


@given(payloads)
def test_an_escaped_payload_holds_no_start_code_and_can_be_read_back(payload: bytes) -> None:
    escaped = escape(payload)
    assert not any(code in escaped for code in (b"\0\0\0", b"\0\0\1", b"\0\0\2"))
    assert unescape(escaped) == payload


@given(st.lists(payloads.map(lambda payload: b"\x41" + escape(payload)), min_size=1, max_size=5))
def test_nals_are_found_again_in_the_byte_stream(nals: list[bytes]) -> None:
    assert list(split_nals(join_nals(nals))) == nals


def test_short_and_long_start_codes_both_count() -> None:
    assert list(split_nals(b"\0\0\1\x67A\0\0\0\1\x68B\0\0\1\x65C")) == [b"\x67A", b"\x68B", b"\x65C"]


@given(st.lists(st.integers(0, 1 << 20)), st.lists(st.integers(-(1 << 20), 1 << 20)))
def test_what_is_written_is_read_back(unsigned: list[int], signed: list[int]) -> None:
    writer = BitWriter()
    for value in unsigned:
        writer.ue(value)
    for value in signed:
        writer.se(value)
    reader = BitReader(writer.trailing().to_bytes())
    assert [reader.ue() for _ in unsigned] == unsigned
    assert [reader.se() for _ in signed] == signed
    assert reader.u(1) == 1


def test_exp_golomb_codes_are_those_of_the_standard() -> None:
    # H.264 table 9-2: 0 is 1, 1 is 010, 2 is 011, 3 is 00100.
    assert BitWriter().ue(0).ue(1).ue(2).ue(3).u(0, 4).to_bytes() == bytes([0b10100110, 0b01000000])


@given(payloads, st.data())
def test_overwriting_bits_changes_only_those(payload: bytes, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(payload) * 8 - 1))
    bits = data.draw(st.integers(1, len(payload) * 8 - position))
    value = data.draw(st.integers(0, (1 << bits) - 1))
    before = f"{int.from_bytes(payload, 'big'):0{len(payload) * 8}b}"
    after = f"{int.from_bytes(overwrite_bits(payload, position, value, bits), 'big'):0{len(payload) * 8}b}"
    assert after == before[:position] + f"{value:0{bits}b}" + before[position + bits :]


def test_a_header_that_ends_too_early_is_an_error() -> None:
    with pytest.raises(ValueError, match="ends too early"):
        BitReader(b"\0\0").ue()


def test_a_number_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not fit"):
        BitWriter().u(16, 4)
