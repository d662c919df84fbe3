"""Pieces in a folder of this machine, shared by all its processes."""

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
"""How exactly we remember when a piece was last used."""

_log = logging.getLogger(__name__)
_TAG = "CACHEDIR.TAG"
_TAG_TEXT = "Signature: 8a477f597d28d172789f06886806bc55\n# Pieces of videos kept by bulkvid; may be deleted.\n"
"""Tells backup programs to leave the folder out: https://bford.info/cachedir/"""


class FolderCache:
    """Pieces in files under `root`, which is made when first written to; at most `max_bytes` of them.

    Safe among threads and processes, and when any of them is killed. A file gets its name when it is written, and its
    checksum is read with it, so a piece is whole or it is a miss: nothing waits for the disk (a power cut may cost the
    newest pieces, that is all). Readers take no lock. Where the folder cannot be read or written, pieces are not kept
    and one warning a process says why.
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
        """The piece, or None. What is found damaged is deleted.

        Raises:
            ValueError: the key is none.
        """
        piece = self._read(checked(key))
        with self._lock:
            (self._misses if piece is None else self._hits)[kind_of(key)] += 1
        return piece

    def put(self, key: str, piece: bytes) -> None:
        """Keep the piece, unless it alone is larger than the bound.

        Raises:
            ValueError: the key is none.
        """
        head = seal(checked(key), piece)
        if len(head) + len(piece) > self._max_bytes:
            return
        try:
            try:
                self._write(key, head, piece)
            except FileNotFoundError:
                # The folder was removed while we were at it, or our file was taken for a dead writer's before we
                # could lock it: neither happens twice in a row.
                self._ready = False
                self._write(key, head, piece)
        except OSError as error:
            self._warn("written", error)

    def statistics(self) -> Statistics:
        """What the folder holds, counted now, and how this process fared so far."""
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
        """Remove pieces, those longest unused first, down to `max_bytes`; returns what was removed.

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
                    with suppress(PermissionError):  # somebody else's piece: it can be used all the same
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
        """Make the folders, and remove what dead writers left, once a process."""
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
            "The cache %s cannot be %s: %s. Rows are rendered all the same, with nothing kept for the next time.",
            self._root,
            done,
            error.strerror or error,
        )
