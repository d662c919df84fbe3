"""A cache in a bucket, shared by machines, behind the cache in a folder."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bulkvid_pipeline.adapters.cache.contract import Cache, checked, kind_of
from bulkvid_pipeline.adapters.cache.sealing import seal, unsealed
from bulkvid_pipeline.adapters.storage import Storage
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError

LEAVE_ALONE_S = 300.0
"""Seconds for which a failed storage is not tried again: waiting for a dead server costs more than rendering."""
LONGEST_REQUEST_S = 300.0
"""Longest request to a slow bucket, in seconds; the storage's own limits mostly end it much earlier."""

_log = logging.getLogger(__name__)


@dataclass
class BucketCache:
    """Entries under `prefix` of a storage, in the format of `sealing`. The bucket's lifecycle rules bound its size.

    A failing storage never fails a row: lookups are misses, the storage is not used for a while, and one warning is
    logged. `on_ask` is called before each request with the seconds that it may take, and with 0.0 after it.
    """

    storage: Storage
    prefix: str = ""
    on_ask: Callable[[float], None] = lambda _: None
    _alone_until: float = field(default=0.0, init=False)
    _warned: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def get(self, key: str) -> bytes | None:
        """The entry, or None."""
        if self._is_left_alone():
            return None
        try:
            with self._asking():
                content = self.storage.read_bytes(self._object(checked(key)))
        except NotFoundError:
            return None
        except BulkVideoError as error:
            self._leave_alone(error)
            return None
        return unsealed(key, content)

    def put(self, key: str, piece: bytes) -> None:
        """Store the entry if possible."""
        if self._is_left_alone():
            return
        try:
            with self._asking():
                self.storage.write_bytes(self._object(checked(key)), seal(key, piece) + piece)
        except BulkVideoError as error:
            self._leave_alone(error)

    @contextmanager
    def _asking(self) -> Iterator[None]:
        self.on_ask(LONGEST_REQUEST_S)
        try:
            yield
        finally:
            self.on_ask(0.0)

    def _object(self, key: str) -> str:
        return "/".join(filter(None, (self.prefix.strip("/"), kind_of(key), key[-2:], key)))

    def _is_left_alone(self) -> bool:
        return time.monotonic() < self._alone_until

    def _leave_alone(self, error: BulkVideoError) -> None:
        with self._lock:
            self._alone_until = time.monotonic() + LEAVE_ALONE_S
            first, self._warned = not self._warned, True
        if first:
            _log.warning("The cache in %r cannot be used: %s. Rows are rendered without it.", self.storage, error)


@dataclass(frozen=True)
class LayeredCache:
    """A near cache before a far one: an entry found only in the far cache is copied into the near one."""

    near: Cache
    far: Cache

    def get(self, key: str) -> bytes | None:
        """The entry, or None."""
        piece = self.near.get(key)
        if piece is None:
            piece = self.far.get(key)
            if piece is not None:
                self.near.put(key, piece)
        return piece

    def put(self, key: str, piece: bytes) -> None:
        """Store the entry in both caches."""
        self.near.put(key, piece)
        self.far.put(key, piece)
