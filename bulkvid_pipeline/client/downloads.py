"""Downloads of a job's files: several at once, resumed where they stopped, checked, and never half under their name."""

from __future__ import annotations

import hashlib
import re
import threading
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

from .calls import Caller
from .errors import BulkJobsError, DownloadError, UnexpectedAnswerError
from .models import DownloadedFile
from .retries import may_pass
from .transport import Incoming

_CONTENT_RANGE = re.compile(r"bytes (?:(?P<start>\d+)-\d+|\*)/(?P<total>\d+|\*)")
_PART = re.compile(r"(?P<name>.+)\.[0-9a-f]{8}\.part", re.DOTALL)
_REFUSALS = frozenset({400, 401, 403, 404, 410})
"""How storages answer when a link has expired; only a new link shows whether the file is gone."""
_YOUNG_S = 60.0
"""A link that is refused within so long of its making is itself at fault, and says nothing of other links."""


@dataclass(frozen=True)
class RemoteFile:
    """A file of a job; `size` in bytes where it is known."""

    name: str
    url: str
    row_key: str
    platform: str
    size: int | None = None


@dataclass(frozen=True)
class DownloadProgress:
    """How far a download is.

    Attributes:
        files_done: files that are complete.
        bytes_done: bytes that are on the disk, with those that were there before.
        bytes_total: of all files; None while a size is unknown.
        file: the file that the news are about.
    """

    files_done: int
    files_total: int
    bytes_done: int
    bytes_total: int | None
    file: str


OnProgress = Callable[[DownloadProgress], None]
ListFiles = Callable[[], Awaitable[Sequence[RemoteFile]]]


class Downloads:
    """One call of `download_results`."""

    def __init__(
        self, caller: Caller, list_files: ListFiles, folder: Path, workers: int, on_progress: OnProgress | None
    ) -> None:
        self._caller = caller
        self._list_files = list_files
        self._folder = folder
        self._workers = workers
        self._tally = _Tally(on_progress)
        self._parts: dict[str, list[Path]] = {}
        self._links_made_at = 0.0
        self._links_are_stale = False
        self._stopped = False
        self._complete: dict[str, DownloadedFile] = {}
        self._failures: dict[str, BulkJobsError | OSError] = {}

    async def run(self) -> list[DownloadedFile]:
        """The files, all complete, in the order of the job's rows.

        Raises:
            DownloadError: some are not; the others are.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        self._parts = _parts_in(self._folder)
        files = await self._fresh_links()
        names = [file.name for file in files]
        self._tally.expect(files)
        idle_rounds = 0
        while files:
            had = self._tally.bytes_received
            await self._round(files)
            left = {file.name for file in files} - self._complete.keys()
            idle_rounds = 0 if self._tally.bytes_received > had else idle_rounds + 1
            if idle_rounds > self._links_are_stale:
                break  # New links brought nothing.
            left -= {name for name, error in self._failures.items() if not _is_refusal(error)}
            files = [file for file in await self._fresh_links() if file.name in left] if left else []
        complete = [self._complete[name] for name in names if name in self._complete]
        if len(complete) < len(names):
            raise DownloadError({name: self._failures[name] for name in names if name not in self._complete}, complete)
        return complete

    async def _fresh_links(self) -> Sequence[RemoteFile]:
        files = await self._list_files()
        self._links_made_at = time.monotonic()
        self._links_are_stale = False
        return files

    async def _round(self, files: Sequence[RemoteFile]) -> None:
        """Try each file, but none any more once their links turn out to have expired."""
        try:
            await self._caller.transport.together([partial(self._try, file) for file in files], self._workers)
        except BaseException:
            self._stopped = True  # Threads that are at work end with their next chunk.
            raise

    async def _try(self, file: RemoteFile) -> None:
        if self._links_are_stale or self._stopped:
            self._failures.setdefault(file.name, BulkJobsError("Not tried: its link has expired", status=403))
            return
        try:
            parts = self._parts.setdefault(file.name, [])
            download = _Download(self._caller, file, self._folder, parts, self._tally, self)
            self._complete[file.name] = await download.run()
        except (BulkJobsError, OSError) as error:
            self._failures[file.name] = error
            if _is_refusal(error) and time.monotonic() - self._links_made_at > _YOUNG_S:
                self._links_are_stale = True

    @property
    def is_stopped(self) -> bool:
        """Whether the caller has gone away."""
        return self._stopped


class _Tally:
    """Counts what has come, and tells of it, one news at a time though many threads bring them."""

    def __init__(self, on_progress: OnProgress | None) -> None:
        self._on_progress = on_progress
        self._lock = threading.Lock()
        self._files_total = 0
        self._files_done = 0
        self._bytes_total: int | None = 0
        self._on_disk: dict[str, int] = {}
        self._received: dict[str, int] = {}

    @property
    def bytes_received(self) -> int:
        """What has come in this call."""
        return sum(self._received.values())

    def received_of(self, name: str) -> int:
        """What has come of one file in this call."""
        return self._received.get(name, 0)

    def expect(self, files: Sequence[RemoteFile]) -> None:
        sizes = [file.size for file in files]
        self._files_total = len(sizes)
        self._bytes_total = None if None in sizes else sum(size or 0 for size in sizes)

    def at(self, name: str, on_disk: int, *, received: int = 0, is_complete: bool = False) -> None:
        """The file has so many bytes on the disk, some of which have just been received."""
        with self._lock:
            self._on_disk[name] = on_disk
            self._received[name] = self._received.get(name, 0) + received
            self._files_done += is_complete
            if self._on_progress is not None:
                bytes_done = sum(self._on_disk.values())
                self._on_progress(
                    DownloadProgress(self._files_done, self._files_total, bytes_done, self._bytes_total, name)
                )


class _Download:
    """One file on its way.

    What has come of it lies in a part file whose name holds a digest of the content's tag, so that the parts of two
    contents are never joined.
    """

    def __init__(
        self, caller: Caller, file: RemoteFile, folder: Path, parts: list[Path], tally: _Tally, downloads: Downloads
    ) -> None:
        self._caller = caller
        self._file = file
        self._folder = folder
        self._target = folder / file.name
        self._parts = parts
        self._tally = tally
        self._downloads = downloads

    async def run(self) -> DownloadedFile:
        if self._is_complete(self._target):
            return self._told(was_there=True)
        if urlsplit(self._file.url).scheme not in {"http", "https"}:
            raise UnexpectedAnswerError(
                f"The file lies at {self._file.url}, which is no web address",
                fix="Copy it from the server's own disk, or let the job write to a bucket",
            )
        part = await self._received()
        if not self._is_complete(part):
            size = part.stat().st_size
            self._forget(part)
            raise UnexpectedAnswerError(f"{self._file.name} has {self._file.size} bytes, and {size} arrived")
        part.replace(self._target)
        for other in list(self._parts):
            self._forget(other)
        return self._told(was_there=False)

    async def _received(self) -> Path:
        """The part file, filled to its end over as many connections as it takes."""
        failures = 0
        while True:
            before = self._tally.received_of(self._file.name)
            try:
                part = await self._one_connection()
            except BulkJobsError as error:
                failures = 1 if self._tally.received_of(self._file.name) > before else failures + 1
                if self._downloads.is_stopped or failures > self._caller.policy.max_retries or not may_pass(error):
                    raise
                pause_s = self._caller.policy.backoff(failures) + (error.retry_after or 0.0)
                await self._caller.transport.sleep(pause_s)
            else:
                if part is not None:
                    return part

    async def _one_connection(self) -> Path | None:
        """The part file, if it is filled to its end; None if what was there is of another content, and is forgotten."""
        found = max(self._parts, key=_size_of, default=None)
        # The last byte is asked for again, so that there is always one to send, and with it the content's tag.
        offset = max(0, _size_of(found) - 1) if found else 0
        async with self._caller.fetch(self._file.url, {"range": f"bytes={offset}-"} if offset else {}) as incoming:
            part = self._part_of(incoming)
            start, total = _placed(incoming)
            if start and (start, part) != (offset, found):
                if found is None:
                    raise UnexpectedAnswerError(f"A piece of {self._file.name} was sent that nobody asked for")
                self._forget(found)
                return None
            size = await self._written(incoming, part, start)
        if total is not None and size != total:
            raise UnexpectedAnswerError(f"{self._file.name} ended after {size} of {total} bytes")
        return part

    async def _written(self, incoming: Incoming, part: Path, start: int) -> int:
        """The size of the part file when all that comes is written from `start` on."""
        size = start
        with part.open("r+b" if start else "wb") as file:
            if part not in self._parts:
                self._parts.append(part)
            file.seek(start)
            file.truncate()
            async with aclosing(incoming.chunks()) as chunks:
                async for chunk in chunks:
                    file.write(chunk)
                    size += len(chunk)
                    self._tally.at(self._file.name, size, received=len(chunk))
                    if self._downloads.is_stopped:
                        raise BulkJobsError("Stopped")
        return size

    def _part_of(self, incoming: Incoming) -> Path:
        tag = incoming.headers.get("etag") or incoming.headers.get("last-modified") or urlsplit(self._file.url).path
        return self._folder / f"{self._file.name}.{hashlib.sha256(tag.encode()).hexdigest()[:8]}.part"

    def _forget(self, part: Path) -> None:
        part.unlink(missing_ok=True)
        self._parts.remove(part)

    def _is_complete(self, path: Path) -> bool:
        """Whether the file is there whole; one whose size is not known is, since it got its name at its end."""
        return path.is_file() and self._file.size in {None, path.stat().st_size}

    def _told(self, *, was_there: bool) -> DownloadedFile:
        size = self._target.stat().st_size
        self._tally.at(self._file.name, size, is_complete=True)
        return DownloadedFile(self._target, self._file.row_key, self._file.platform, size, was_there)


def _placed(incoming: Incoming) -> tuple[int, int | None]:
    """Where the body begins in the file, and the file's size if the answer says it; -1 if it is of no part of it."""
    found = _CONTENT_RANGE.fullmatch(incoming.headers.get("content-range", ""))
    total = int(found["total"]) if found and found["total"] != "*" else None
    if incoming.status == 200:
        return 0, None
    return (int(found["start"]) if found and found["start"] else -1), total


def _parts_in(folder: Path) -> dict[str, list[Path]]:
    """The part files of a folder, by the names of the files that they are to become."""
    parts: dict[str, list[Path]] = {}
    for path in folder.iterdir():
        if match := _PART.fullmatch(path.name):
            parts.setdefault(match["name"], []).append(path)
    return parts


def _size_of(path: Path) -> int:
    return path.stat().st_size if path.is_file() else 0


def _is_refusal(error: BulkJobsError | OSError) -> bool:
    return isinstance(error, BulkJobsError) and error.status in _REFUSALS
