"""CRC-32s of stored objects, found while they are sent and kept for the next time.

They are kept in the machine's cache folder under the object's URL, entity tag and size, so that another object in the
same place has another one. Of an object that was read in part, what was found so far is kept as well.
"""

from __future__ import annotations

import struct
import threading
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from bulkvid_pipeline.adapters.cache import Cache, CacheOfKind
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.storage import Storage, StoredObject
from bulkvid_pipeline.core.errors import BulkVideoError

KIND = "checksum"
KEEP_EVERY_BYTES = 64 * 1024 * 1024
"""What is read of a long object before what was found so far is kept, for a process that is killed."""
RETRY = RetryPolicy(tries=4, first_delay_s=0.2, longest_delay_s=3.0, longest_retry_after_s=10.0)
"""For each piece: somebody waits for it."""

_FORM = struct.Struct("<QI")


class Checksums:
    """CRC-32s of a storage's objects; safe to use from many threads.

    Args:
        storage: where the objects are.
        cache: keeps what is found; None keeps it as long as this object lives.
        retry: how a piece is read again that could not be read.
    """

    def __init__(self, storage: Storage, cache: Cache | None, retry: RetryPolicy = RETRY) -> None:
        self._storage = storage
        self._kept = CacheOfKind(cache, KIND, "1") if cache is not None else None
        self._retry = retry
        self._found: dict[str, tuple[int, int]] = {}
        self._lock = threading.Lock()

    def of(self, stored: StoredObject) -> int:
        """The CRC-32 of the whole object; what is not known of it yet is read.

        Raises:
            BulkVideoError: as `Storage.stream`.
        """
        position, crc = self._known(stored)
        if position < stored.size:
            for _ in self.reading(stored, position, stored.size - position):
                pass
            position, crc = self._known(stored)
        return crc

    def knows(self, stored: StoredObject) -> bool:
        """Whether `of` reads nothing."""
        return self._known(stored)[0] == stored.size

    def reading(self, stored: StoredObject, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of the object as `Storage.stream` gives them; what follows on what is known goes into its CRC-32.

        A piece that cannot be read is tried again.

        Raises:
            BulkVideoError: as `Storage.stream`.
        """
        position, crc = self._known(stored)
        kept_at, at = position, offset
        try:
            for piece in self._pieces(stored, offset, length):
                if at <= position < at + len(piece):
                    crc = zlib.crc32(memoryview(piece)[position - at :], crc)
                    position = at + len(piece)
                at += len(piece)
                if position - kept_at >= KEEP_EVERY_BYTES:
                    self._keep(stored, position, crc)
                    kept_at = position
                yield piece
        finally:
            if position > kept_at:
                self._keep(stored, position, crc)

    def _pieces(self, stored: StoredObject, offset: int, length: int) -> Iterator[bytes]:
        reading = _Reading(self._storage, stored, offset, offset + length)
        while reading.offset < reading.end:
            yield self._retry.call(reading.next_piece)

    def _known(self, stored: StoredObject) -> tuple[int, int]:
        """How many of its bytes have been read, and their CRC-32."""
        if stored.size == 0:
            return 0, 0
        name = _name(stored)
        with self._lock:
            found = self._found.get(name)
        if found is None and self._kept is not None:
            piece = self._kept.get(name)
            found = _FORM.unpack(piece) if piece is not None and len(piece) == _FORM.size else None
            if found is not None and found[0] <= stored.size:
                with self._lock:
                    found = max(found, self._found.get(name, found))
                    self._found[name] = found
        return found if found is not None and found[0] <= stored.size else (0, 0)

    def _keep(self, stored: StoredObject, position: int, crc: int) -> None:
        name = _name(stored)
        with self._lock:
            if self._found.get(name, (0, 0))[0] >= position:
                return
            self._found[name] = position, crc
        if self._kept is not None:
            self._kept.put(name, _FORM.pack(position, crc))


@dataclass
class _Reading:
    """Reads an object from `offset` to `end`, piece by piece; a piece that has failed can be asked for again."""

    storage: Storage
    stored: StoredObject
    offset: int
    end: int
    _stream: Iterator[bytes] | None = None

    def next_piece(self) -> bytes:
        if self._stream is None:
            self._stream = self.storage.stream(self.stored, self.offset, self.end - self.offset)
        try:
            piece = next(self._stream)
        except BulkVideoError:  # a stream that has failed is at its end
            self._stream = None
            raise
        self.offset += len(piece)
        return piece


def _name(stored: StoredObject) -> str:
    return f"{stored.url}\n{stored.etag}\n{stored.size}"
