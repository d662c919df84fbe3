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
from urllib.parse import urljoin, urlsplit

from .calls import Caller
from .errors import BulkJobsError, DownloadError, UnexpectedAnswerError
from .models import DownloadedFile
from .retries import may_pass
from .transport import Incoming

_CONTENT_RANGE = re.compile(r"bytes (?:(?P<start>\d+)-\d+|\*)/(?P<total>\d+|\*)")
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
            self._complete[file.name] = await _Download(self._caller, file, self._folder, self._tally, self).run()
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
        self.bytes_received = 0

    def expect(self, files: Sequence[RemoteFile]) -> None:
        sizes = [file.size for file in files]
        self._files_total = len(sizes)
        self._bytes_total = None if None in sizes else sum(size or 0 for size in sizes)

    def at(self, name: str, on_disk: int, *, received: int = 0, is_complete: bool = False) -> None:
        """The file has so many bytes on the disk, some of which have just been received."""
        with self._lock:
            self._on_disk[name] = on_disk
            self.bytes_received += received
            self._files_done += is_complete
            if self._on_progress is not None:
                bytes_done = sum(self._on_disk.values())
                self._on_progress(
                    DownloadProgress(self._files_done, self._files_total, bytes_done, self._bytes_total, name)
                )


class _Download:
    """One file on its way."""

    def __init__(self, caller: Caller, file: RemoteFile, folder: Path, tally: _Tally, downloads: Downloads) -> None:
        self._caller = caller
        self._file = file
        self._target = folder / file.name
        self._url = urljoin(caller.base_url + "/", file.url)
        content = hashlib.sha256(urlsplit(self._url).path.encode()).hexdigest()[:8]
        self._part = folder / f"{file.name}.{content}.part"
        self._tally = tally
        self._downloads = downloads

    async def run(self) -> DownloadedFile:
        if self._is_complete(self._target):
            return self._told(was_there=True)
        if urlsplit(self._url).scheme not in {"http", "https"}:
            raise UnexpectedAnswerError(
                f"The file lies at {self._url}, which is no web address",
                fix="Copy it from the server's own disk, or let the job write to a bucket",
            )
        await self._receive()
        if not self._is_complete(self._part):
            self._part.unlink()
            await self._receive()
        if not self._is_complete(self._part):
            size = self._part.stat().st_size
            self._part.unlink()
            raise UnexpectedAnswerError(f"{self._file.name} has {self._file.size} bytes, and {size} arrived")
        self._part.replace(self._target)
        return self._told(was_there=False)

    async def _receive(self) -> None:
        """Fill the part file to its end, over as many connections as it takes."""
        failures = 0
        while True:
            before = self._size_of_part()
            try:
                await self._one_connection(before)
                return
            except BulkJobsError as error:
                failures = 1 if self._size_of_part() > before else failures + 1
                if self._downloads.is_stopped or failures > self._caller.policy.max_retries or not may_pass(error):
                    raise
                pause_s = self._caller.policy.backoff(failures) + (error.retry_after or 0.0)
            await self._caller.transport.sleep(pause_s)

    async def _one_connection(self, offset: int) -> None:
        if offset and offset == self._file.size:
            return
        headers = {"range": f"bytes={offset}-"} if offset else {}
        async with self._caller.fetch(self._url, headers) as incoming:
            start, total = _placed(incoming, offset)
            if incoming.status == 416:
                if total != offset:
                    self._part.unlink(missing_ok=True)
                    raise BulkJobsError("What was there is not of this file; it is fetched anew", status=408)
                return
            size = start
            with self._part.open("r+b" if start else "wb") as part:
                part.seek(start)
                part.truncate()
                async with aclosing(incoming.chunks()) as chunks:
                    async for chunk in chunks:
                        part.write(chunk)
                        size += len(chunk)
                        self._tally.at(self._file.name, size, received=len(chunk))
                        if self._downloads.is_stopped:
                            raise BulkJobsError("Stopped")
        if total is not None and size != total:
            raise UnexpectedAnswerError(f"{self._file.name} ended after {size} of {total} bytes")

    def _is_complete(self, path: Path) -> bool:
        """Whether the file is there whole; one whose size is not known is, since it got its name at its end."""
        return path.is_file() and self._file.size in {None, path.stat().st_size}

    def _size_of_part(self) -> int:
        size = self._part.stat().st_size if self._part.is_file() else 0
        if self._file.size is not None and size > self._file.size:
            self._part.unlink()
            return 0
        return size

    def _told(self, *, was_there: bool) -> DownloadedFile:
        size = self._target.stat().st_size
        self._tally.at(self._file.name, size, is_complete=True)
        return DownloadedFile(self._target, self._file.row_key, self._file.platform, size, was_there)


def _placed(incoming: Incoming, offset: int) -> tuple[int, int | None]:
    """Where the body of an answer begins in the file, and the size of the whole file if the answer says it.

    Raises:
        UnexpectedAnswerError: the body begins where nobody asked it to.
    """
    found = _CONTENT_RANGE.fullmatch(incoming.headers.get("content-range", ""))
    total = int(found["total"]) if found and found["total"] != "*" else None
    if incoming.status != 206:
        return 0, total
    if found is None or found["start"] is None or int(found["start"]) != offset:
        raise UnexpectedAnswerError(f"A part was sent that nobody asked for: {incoming.headers.get('content-range')}")
    return offset, total


def _is_refusal(error: BulkJobsError | OSError) -> bool:
    return isinstance(error, BulkJobsError) and error.status in _REFUSALS
