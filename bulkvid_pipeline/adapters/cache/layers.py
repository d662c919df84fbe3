"""Pieces in a bucket, shared by machines, behind those in a folder."""

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
"""For how long a storage that failed is not asked again: waiting for a dead server would cost more than rendering."""
LONGEST_REQUEST_S = 300.0
"""What a request to a slow bucket may take; the storage's own limits end it, mostly much earlier."""

_log = logging.getLogger(__name__)


@dataclass
class BucketCache:
    """Pieces under `prefix` of a storage, sealed like those in a folder. How much it holds is for the bucket's rules.

    A failing storage never fails a row: its pieces are misses, it is left alone for a while, and one warning says why.
    `on_ask` is told before each request how many seconds it may take, and 0.0 after it.
    """

    storage: Storage
    prefix: str = ""
    on_ask: Callable[[float], None] = lambda _: None
    _alone_until: float = field(default=0.0, init=False)
    _warned: bool = field(default=False, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def get(self, key: str) -> bytes | None:
        """The piece, or None."""
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
        """Store the piece if that is possible."""
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
            _log.warning("The cache in %r cannot be used: %s. Rows are rendered all the same.", self.storage, error)


@dataclass(frozen=True)
class LayeredCache:
    """What is not near is looked for far away, and kept near when found there."""

    near: Cache
    far: Cache

    def get(self, key: str) -> bytes | None:
        """The piece, or None."""
        piece = self.near.get(key)
        if piece is None:
            piece = self.far.get(key)
            if piece is not None:
                self.near.put(key, piece)
        return piece

    def put(self, key: str, piece: bytes) -> None:
        """Keep the piece in both."""
        self.near.put(key, piece)
        self.far.put(key, piece)
