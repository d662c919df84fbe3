"""The interface of a cache, and how several kinds of entries share one cache. An entry ("piece") is bytes."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import Protocol

KEY = re.compile(r"[a-z]{1,20}-[0-9a-f]{32}")
"""A key: the kind of the entry, and the hash of everything that decides its content."""


class Cache(Protocol):
    """Stores entries under their keys. A lost entry or a failed write costs time but no row, so neither raises.

    Called from several threads at once.
    """

    def get(self, key: str) -> bytes | None:
        """The complete entry as it was put, or None."""
        ...

    def put(self, key: str, piece: bytes) -> None:
        """Store the entry if possible."""
        ...


@dataclass(frozen=True)
class CacheOfKind:
    """The entries of one kind in a cache that holds several kinds.

    Args:
        kind: lower-case letters; the keys begin with it, so that a listing shows what the cache holds.
        salt: part of every key: entries stored with one salt are not found with another.
    """

    pieces: Cache
    kind: str
    salt: str

    def get(self, key: str) -> bytes | None:
        """The entry, or None."""
        return self.pieces.get(self._key(key))

    def put(self, key: str, piece: bytes) -> None:
        """Store the entry."""
        self.pieces.put(self._key(key), piece)

    def _key(self, key: str) -> str:
        salted = f"{self.salt}\n{key}".encode()
        return f"{self.kind}-{hashlib.blake2b(salted, digest_size=16).hexdigest()}"


@dataclass(frozen=True)
class KindStatistics:
    """Figures of one kind: the size of the stored entries, and the hits and misses of this process."""

    pieces: int
    bytes: int
    hits: int
    misses: int


@dataclass(frozen=True)
class Statistics:
    """Figures of a cache, by kind."""

    kinds: dict[str, KindStatistics]

    @property
    def pieces(self) -> int:
        """Number of stored entries."""
        return sum(kind.pieces for kind in self.kinds.values())

    @property
    def bytes(self) -> int:
        """Size of the entries on disk, in bytes."""
        return sum(kind.bytes for kind in self.kinds.values())

    @property
    def hits(self) -> int:
        """Number of entries that this process found."""
        return sum(kind.hits for kind in self.kinds.values())

    @property
    def misses(self) -> int:
        """Number of entries that this process looked up and did not find."""
        return sum(kind.misses for kind in self.kinds.values())


def checked(key: str) -> str:
    """The key, if it is valid. It becomes a file name, so everything else is refused.

    Raises:
        ValueError: the key is not valid.
    """
    if not KEY.fullmatch(key):
        raise ValueError(f"{key[:80]!r} is not a valid cache key")
    return key


def kind_of(key: str) -> str:
    """The kind that a key names."""
    return key.partition("-")[0]
