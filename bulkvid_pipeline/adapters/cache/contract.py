"""What a store of pieces is, and how kinds of pieces share one."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

KEY = re.compile(r"[a-z]{1,20}-[0-9a-f]{32}")
"""A key: the kind of the piece, and the hash of all that decides its content."""


class Cache(Protocol):
    """Keeps pieces under their keys. A piece that is lost or cannot be kept costs time, never a row: nothing raises.

    Called from several threads at once.
    """

    def get(self, key: str) -> bytes | None:
        """The piece, whole as it was put, or None."""
        ...

    def put(self, key: str, piece: bytes) -> None:
        """Keep the piece if that is possible."""
        ...


@dataclass(frozen=True)
class CacheOfKind:
    """The pieces of one kind in a store that holds several.

    Args:
        kind: lower-case letters; begins the keys, so that people see what a store holds.
        salt: part of every key: another salt finds none of the pieces kept under this one.
    """

    pieces: Cache
    kind: str
    salt: str

    def get(self, key: str) -> bytes | None:
        """The piece, or None."""
        return self.pieces.get(self._key(key))

    def put(self, key: str, piece: bytes) -> None:
        """Keep the piece."""
        self.pieces.put(self._key(key), piece)

    def _key(self, key: str) -> str:
        salted = f"{self.salt}\n{key}".encode()
        return f"{self.kind}-{hashlib.blake2b(salted, digest_size=16).hexdigest()}"


@dataclass(frozen=True)
class KindStatistics:
    """Figures of one kind: what the store holds, and how this process fared with it."""

    pieces: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True)
class Statistics:
    """What a store holds, by kind."""

    kinds: dict[str, KindStatistics]

    @property
    def pieces(self) -> int:
        """How many pieces there are."""
        return sum(kind.pieces for kind in self.kinds.values())

    @property
    def bytes(self) -> int:
        """What they take on disk."""
        return sum(kind.bytes for kind in self.kinds.values())

    @property
    def hits(self) -> int:
        """How many pieces this process found."""
        return sum(kind.hits for kind in self.kinds.values())

    @property
    def misses(self) -> int:
        """How many it looked for in vain."""
        return sum(kind.misses for kind in self.kinds.values())


def checked(key: str) -> str:
    """The key, if it is one; it becomes a file name, so nothing else gets through.

    Raises:
        ValueError: it is not.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"{key[:80]!r} is no key of a piece")
    return key


def kind_of(key: str) -> str:
    """The kind that a key names."""
    return key.partition("-")[0]
