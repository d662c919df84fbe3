"""How a piece stands in a file or object: length and checksum first, so that anything less than whole is noticed."""

from __future__ import annotations

import hashlib
import struct

_MAGIC = b"BVPC\x01"
_HEAD = struct.Struct("<5sQ16s")
"""Magic, length of the piece in bytes, blake2b of its key and content."""


def seal(key: str, piece: bytes) -> bytes:
    """What goes in front of the piece. The key counts too: a file under another's name is not that piece."""
    return _HEAD.pack(_MAGIC, len(piece), _checksum(key, memoryview(piece)))


def unsealed(key: str, content: bytes) -> bytes | None:
    """The piece in what was stored for `key`; None where it is truncated, damaged or another one."""
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
