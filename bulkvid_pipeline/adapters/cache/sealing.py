"""The format of an entry in a file or object: length and checksum come first, so that damage is detected."""

from __future__ import annotations

import hashlib
import struct

_MAGIC = b"BVPC\x01"
_HEAD = struct.Struct("<5sQ16s")
"""Magic number, length of the entry in bytes, blake2b of its key and content."""


def seal(key: str, piece: bytes) -> bytes:
    """The header of an entry. Its checksum covers the key too, so that an entry under a wrong name is detected."""
    return _HEAD.pack(_MAGIC, len(piece), _checksum(key, memoryview(piece)))


def unsealed(key: str, content: bytes) -> bytes | None:
    """The entry in the content stored for `key`; None if it is truncated, damaged or of another key."""
    if len(content) < _HEAD.size:
        return None
    magic, length, checksum = _HEAD.unpack_from(content)
    piece = memoryview(content)[_HEAD.size :]
    if magic != _MAGIC or len(piece) != length or _checksum(key, piece) != checksum:
        return None
    return bytes(piece)


def _checksum(key: str, piece: memoryview) -> bytes:
    digest = hashlib.blake2b(key.encode(), digest_size=16)
    digest.update(piece)
    return digest.digest()
