"""The espeak worker's protocol: a message is a JSON header and a binary body, each preceded by its length (uint32)."""

from __future__ import annotations

import json
import struct
from collections.abc import Callable
from typing import Any

_LENGTHS = struct.Struct(">II")
MAX_HEADER = 4 << 20
MAX_BODY = 256 << 20


def encode(header: dict[str, Any], body: bytes = b"") -> bytes:
    """A message as bytes."""
    text = json.dumps(header, separators=(",", ":")).encode()
    return _LENGTHS.pack(len(text), len(body)) + text + body


def decode(read: Callable[[int], bytes]) -> tuple[dict[str, Any], bytes]:
    """The next message; `read(n)` returns exactly n bytes or raises EOFError.

    Raises:
        EOFError: the other process has closed its end.
        ValueError: the received bytes are not a valid message.
    """
    header_length, body_length = _LENGTHS.unpack(read(_LENGTHS.size))
    if header_length > MAX_HEADER or body_length > MAX_BODY:
        raise ValueError("the message is larger than the protocol allows")
    header = json.loads(read(header_length))
    if not isinstance(header, dict):
        raise ValueError("the message's header is not a JSON object")
    return header, read(body_length)
