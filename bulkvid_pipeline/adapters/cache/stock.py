"""The size of a cache folder and eviction from it, with any number of concurrent processes.

A counter file holds the total size: the size at the last scan of the folder plus everything added since. An entry is
counted before it gets its name, and nothing is subtracted when a writer dies or an entry is deleted. So the count may
be too high, which causes an earlier scan, but never too low.
"""

from __future__ import annotations

import fcntl
import os
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.adapters.cache.contract import KEY

FULL_AFTER_EVICTION = 0.8
"""Share of the bound that is still filled after an eviction."""
LOOK_AGAIN_S = 24 * 3600.0
"""Seconds after which the count is not trusted any more: power cuts and `rm` change the folder uncounted."""

_COUNT = struct.Struct("<4sQd")
"""Magic number, bytes held, time of the last scan."""
_MAGIC = b"BVN\x01"
_MODE = 0o600


@dataclass(frozen=True)
class CacheEntry:
    """A file that holds a cache entry."""

    path: Path
    bytes: int
    used_at: float
    """When it was written or last found, in seconds since 1970."""


class Stock:
    """Bounds the total size of the entries below `root`.

    Entries are in `pieces/xx/<key>`, where xx is the key's last two digits. They are written in `making/` by a process
    that holds a lock on the file: a file that can be locked was left by a dead writer. Methods raise OSError.
    """

    def __init__(self, root: Path, max_bytes: int) -> None:
        self.making = root / "making"
        self._root = root
        self._max_bytes = max_bytes

    def path(self, key: str) -> Path:
        """Path of an entry."""
        return self._root / "pieces" / key[-2:] / key

    def admit(self, size: int) -> bool:
        """Count an entry in `making` that is about to get its name; False if it must not be stored.

        Older entries are evicted to make room. While another process evicts, nothing is admitted, so the bound always
        holds.
        """
        total = self._count(size)
        if total is None:
            with self._eviction(wait=True):
                total = self._count(size)  # another process may have scanned the folder while this one waited
                if total is None:
                    total, _ = self._look_through(self._max_bytes)
        if total <= self._max_bytes:
            return True
        with self._eviction(wait=False) as mine:
            if not mine:
                return False
            total = self._count(0)
            if total is None or total > self._max_bytes:
                total, _ = self._look_through(round(self._max_bytes * FULL_AFTER_EVICTION))
            return total <= self._max_bytes

    def shrink(self, max_bytes: int) -> list[CacheEntry]:
        """Remove least recently used entries until at most `max_bytes` are held; returns the removed ones."""
        if not self._root.is_dir():
            return []
        with self._eviction(wait=True):
            return self._look_through(max_bytes)[1]

    def kept(self) -> Iterator[CacheEntry]:
        """All entries, in no order; those deleted meanwhile are left out."""
        for shard in _entries(self._root / "pieces"):
            for entry in _entries(Path(shard.path)):
                if KEY.fullmatch(entry.name):
                    with suppress(FileNotFoundError):
                        status = entry.stat(follow_symlinks=False)
                        yield CacheEntry(Path(entry.path), status.st_size, status.st_mtime)

    def sweep(self) -> int:
        """Remove files that dead writers left; returns the total size in bytes of the files being written."""
        living = 0
        for entry in _entries(self.making):
            with suppress(FileNotFoundError), _opened(Path(entry.path), os.O_RDWR) as file:
                if _lock(file, wait=False):
                    Path(entry.path).unlink()
                else:
                    living += os.fstat(file).st_size
        return living

    def _look_through(self, goal: int) -> tuple[int, list[CacheEntry]]:
        """Scan the folder and evict down to `goal` bytes; the caller holds the eviction lock.

        Unfinished files are counted first: a file that is finished in between counts twice rather than never.
        """
        before = self._count(0)
        held = self.sweep()
        pieces = sorted(self.kept(), key=lambda piece: piece.used_at)
        held += sum(piece.bytes for piece in pieces)
        evicted: list[CacheEntry] = []
        for piece in pieces:
            if held <= goal:
                break
            piece.path.unlink(missing_ok=True)
            held -= piece.bytes
            evicted.append(piece)
        return self._recount(held, before), evicted

    def _count(self, added: int) -> int | None:
        """The count after adding `added` bytes; None if there is no valid count."""
        with self._counter() as file:
            total, looked_at = _read_count(file)
            if total is None:
                return None
            if added:
                _write_count(file, total + added, looked_at)
            return total + added

    def _recount(self, held: int, before: int | None) -> int:
        """Set the count to `held`, plus what was added since it was `before`; returns the new count."""
        with self._counter() as file:
            now, _ = _read_count(file)
            total = held + (max(0, now - before) if now is not None and before is not None else 0)
            _write_count(file, total, time.time())
            return total

    @contextmanager
    def _counter(self) -> Iterator[int]:
        with _opened(self._root / "count", os.O_RDWR | os.O_CREAT) as file:
            _lock(file, wait=True)
            yield file

    @contextmanager
    def _eviction(self, *, wait: bool) -> Iterator[bool]:
        """Hold the eviction lock; yields whether it was acquired. The kernel frees the lock of a killed process."""
        with _opened(self._root / "evicting", os.O_RDWR | os.O_CREAT) as file:
            yield _lock(file, wait=wait)


@contextmanager
def made(path: Path) -> Iterator[int]:
    """A new file, locked while it is being written; it is deleted afterwards unless it was renamed."""
    with _opened(path, os.O_RDWR | os.O_CREAT | os.O_EXCL) as file:
        try:
            _lock(file, wait=True)
            yield file
        finally:
            path.unlink(missing_ok=True)


@contextmanager
def _opened(path: Path, flags: int) -> Iterator[int]:
    file = os.open(path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, _MODE)
    try:
        yield file
    finally:
        os.close(file)


def _lock(file: int, *, wait: bool) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
    except BlockingIOError:
        return False
    return True


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except (FileNotFoundError, NotADirectoryError):
        return


def _read_count(file: int) -> tuple[int | None, float]:
    content = os.pread(file, _COUNT.size, 0)
    if len(content) < _COUNT.size:
        return None, 0.0
    magic, total, looked_at = _COUNT.unpack(content)
    trusted = magic == _MAGIC and 0 <= time.time() - looked_at < LOOK_AGAIN_S
    return (total if trusted else None), looked_at


def _write_count(file: int, total: int, looked_at: float) -> None:
    os.pwrite(file, _COUNT.pack(_MAGIC, total, looked_at), 0)
