from __future__ import annotations

import io
from collections.abc import Callable

import pytest

from bulkvid_pipeline.adapters.speech import wire


def reader(data: bytes) -> Callable[[int], bytes]:
    stream = io.BytesIO(data)

    def read(count: int) -> bytes:
        got = stream.read(count)
        if len(got) < count:
            raise EOFError
        return got

    return read


def test_a_message_comes_out_as_it_went_in() -> None:
    data = wire.encode({"text": "茶 \ud800", "n": 1}, b"\x00\xff") + wire.encode({"next": True})
    read = reader(data)
    assert wire.decode(read) == ({"text": "茶 \ud800", "n": 1}, b"\x00\xff")
    assert wire.decode(read) == ({"next": True}, b"")


def test_a_broken_off_message_is_an_end_and_an_absurd_one_an_error() -> None:
    with pytest.raises(EOFError):
        wire.decode(reader(wire.encode({"a": 1}, b"12345")[:-1]))
    with pytest.raises(ValueError, match="larger"):
        wire.decode(reader(b"\xff" * 64))
    with pytest.raises(ValueError, match="not a JSON object"):
        wire.decode(reader(b"\x00\x00\x00\x02\x00\x00\x00\x00[]"))
