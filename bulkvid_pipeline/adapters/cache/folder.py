"""The cache in a folder of this machine, shared by all its processes."""

from __future__ import annotations

import logging
import os
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from pathlib import Path

from bulkvid_pipeline.adapters.cache.contract import KindStatistics, Statistics, checked, kind_of
from bulkvid_pipeline.adapters.cache.sealing import seal, unsealed
from bulkvid_pipeline.adapters.cache.stock import CacheEntry, Stock, made

TOUCH_EVERY_S = 60.0
"""Resolution in seconds of the time at which an entry was last used."""

_log = logging.getLogger(__name__)
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# Pieces of videos kept by bulkvid; may be deleted.\n"
"""Tells backup programs to leave the folder out: https://bford.info/cachedir/"""


class FolderCache:
    """Entries in files under `root`, at most `max_bytes` in total. The folder is created at the first write.

    Safe between threads and processes, and when any of them is killed. A file gets its final name once it is written,
    and reading verifies its checksum, so an entry is complete or it is a miss. Files are not synced to disk: a power
    cut may lose the newest entries, but nothing else. Readers take no lock. If the folder cannot be read or written,
    nothing is cached, and each process logs one warning with the reason.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self._root = root
        self._max_bytes = max_bytes
        self._stock = Stock(root, max_bytes)
        self._lock = threading.Lock()
        self._ready = False
        self._warned = False
        self._hits: Counter[str] = Counter()
        self._misses: Counter[str] = Counter()

    def get(self, key: str) -> bytes | None:
        """The entry, or None. A damaged entry is deleted.

        Raises:
            ValueError: the key is not valid.
        """
        piece = self._read(checked(key))
        with self._lock:
            (self._misses if piece is None else self._hits)[kind_of(key)] += 1
        return piece

    def put(self, key: str, piece: bytes) -> None:
        """Store the entry, unless it alone exceeds the bound.

        Raises:
            ValueError: the key is not valid.
        """
        head = seal(checked(key), piece)
        if len(head) + len(piece) > self._max_bytes:
            return
        try:
            try:
                self._write(key, head, piece)
            except FileNotFoundError:
                # The folder was removed meanwhile, or another process deleted our file before we could lock it,
                # as a dead writer's: neither happens twice in a row.
                self._ready = False
                self._write(key, head, piece)
        except OSError as error:
            self._warn("written", error)

    def statistics(self) -> Statistics:
        """The current contents of the folder, and the hits and misses of this process so far."""
        numbers: Counter[str] = Counter()
        sizes: Counter[str] = Counter()
        for piece in self._stock.kept():
            kind = kind_of(piece.path.name)
            numbers[kind] += 1
            sizes[kind] += piece.bytes
        kinds = sorted({*numbers, *self._hits, *self._misses})
        return Statistics(
            {kind: KindStatistics(numbers[kind], sizes[kind], self._hits[kind], self._misses[kind]) for kind in kinds}
        )

    def shrink(self, max_bytes: int) -> list[CacheEntry]:
        """Remove least recently used entries down to `max_bytes`; returns the removed ones.

        Raises:
            OSError: the folder cannot be written.
        """
        return self._stock.shrink(max_bytes)

    def _read(self, key: str) -> bytes | None:
        path = self._stock.path(key)
        try:
            with path.open("rb") as file:
                content = file.read()
                piece = unsealed(key, content)
                if piece is None:
                    path.unlink(missing_ok=True)
                elif abs(time.time() - os.fstat(file.fileno()).st_mtime) > TOUCH_EVERY_S:
                    with suppress(PermissionError):  # another user's file: it can be read all the same
                        os.utime(file.fileno())
        except FileNotFoundError:
            return None
        except OSError as error:
            self._warn("read", error)
            return None
        return piece

    def _write(self, key: str, head: bytes, piece: bytes) -> None:
        self._prepare()
        target = self._stock.path(key)
        temporary = self._stock.making / f"{key}.{uuid.uuid4().hex}"
        with made(temporary) as file:
            for part in (head, piece):
                rest = memoryview(part)
                while rest:
                    rest = rest[os.write(file, rest) :]
            if self._stock.admit(len(head) + len(piece)):
                target.parent.mkdir(exist_ok=True, mode=0o700)
                temporary.replace(target)

    def _prepare(self) -> None:
        """Once in each process, create the folders and remove files that dead writers left."""
        with self._lock:
            if self._ready:
                return
            self._stock.making.mkdir(parents=True, exist_ok=True, mode=0o700)
            (self._root / "pieces").mkdir(exist_ok=True, mode=0o700)
            tag = self._root / _TAG
            if not tag.exists():
                tag.write_text(_TAG_TEXT)
            self._stock.sweep()
            self._ready = True

    def _warn(self, done: str, error: OSError) -> None:
        with self._lock:
            if self._warned:
                return
            self._warned = True
        _log.warning(
            "The cache %s cannot be %s: %s. Rows are rendered without it.",
            self._root,
            done,
            error.strerror or error,
        )
