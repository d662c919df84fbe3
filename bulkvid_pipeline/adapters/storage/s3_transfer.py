"""Moving bytes to S3: a slice of a file as a request's body, and the watch over a request that may hang."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import io
import os
import time
from collections.abc import Awaitable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from typing_extensions import Buffer

_Result = TypeVar("_Result")

_CHUNK_BYTES = 256 * 1024
_CANCEL_S = 2.0


class Progress:
    """When the last byte moved, on the monotonic clock."""

    def __init__(self) -> None:
        self.last_moved_s = time.monotonic()

    def moved(self) -> None:
        self.last_moved_s = time.monotonic()


class FileSlice(io.RawIOBase):
    """`length` bytes of a file from `offset` on, as a seekable stream; memory does not grow with its length.

    Every read is reported to `progress`, so the watch sees the bytes leave.
    """

    def __init__(self, path: Path, offset: int, length: int, progress: Progress) -> None:
        super().__init__()
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._offset = offset
        self._length = length
        self._position = 0
        self._progress = progress

    def __len__(self) -> int:
        return self._length

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self._length}[whence]
        self._position = max(0, start + offset)
        return self._position

    def readinto(self, buffer: Buffer) -> int:
        view = memoryview(buffer).cast("B")
        wanted = min(len(view), max(0, self._length - self._position))
        got = os.preadv(self._descriptor, [view[:wanted]], self._offset + self._position) if wanted else 0
        if wanted and not got:
            raise OSError("the file became shorter while it was sent")
        self._position += got
        self._progress.moved()
        return got

    def close(self) -> None:
        if not self.closed:
            os.close(self._descriptor)
        super().close()

    def md5_base64(self) -> str:
        """Content-MD5 of the whole slice (RFC 1864); leaves the position at the start."""
        digest = hashlib.md5(usedforsecurity=False)
        self.seek(0)
        while chunk := self.read(_CHUNK_BYTES):
            digest.update(chunk)
        self.seek(0)
        return base64.b64encode(digest.digest()).decode()


@dataclass(frozen=True)
class Patience:
    """How long a request may take, in seconds."""

    idle_s: float
    """Without any progress."""
    total_s: float
    """In all, so that a server that takes a byte now and then cannot hold us for ever."""


async def watched(request: Awaitable[_Result], progress: Progress, patience: Patience) -> _Result:
    """The result of the request, which is cancelled, and its connection closed, when patience ends.

    Raises:
        TimeoutError: it did.
    """
    task = asyncio.ensure_future(request)
    deadline = time.monotonic() + patience.total_s
    progress.moved()
    try:
        while True:
            left = min(progress.last_moved_s + patience.idle_s, deadline) - time.monotonic()
            if left <= 0:
                raise TimeoutError
            done, _ = await asyncio.wait({task}, timeout=left)
            if done:
                return task.result()
    finally:
        if not task.done():
            task.cancel()
            # What the request reads from must stay open until it has really ended.
            await asyncio.wait({task}, timeout=_CANCEL_S)
