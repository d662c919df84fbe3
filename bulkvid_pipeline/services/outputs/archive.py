"""All videos of a job, or of chosen rows, as one ZIP file that is sent while it is put together.

Nothing is compressed (videos are already) and nothing is held: the archive's size and every place in it follow from
the sizes of its files, which one listing tells, so it starts at once and any part of it can be asked for. The same
files always make the same bytes, and its entity tag changes when any of them does.

A ZIP file ends with the CRC-32s of all its files. They are found while the files are sent, and kept in the machine's
cache folder (`checksums`): a download that goes on where it was cut reads only what is still to be sent. Where they are
not known, because another machine has sent the beginning or the cache is switched off, the files are read for them
before the end is sent, and only if the end is asked for.

It unpacks to the layout of the output folder. `report.html`, `results.csv` and `manifest.json` are those that the job
has published where they tell of just the videos that are in the archive, and are made for it otherwise, so that the
report's links always lead to files beside it.
"""

from __future__ import annotations

import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property

from bulkvid_pipeline.adapters.storage import StoredObject
from bulkvid_pipeline.adapters.storage.store import FIRST_PIECE_BYTES
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.zip_format import ZipEntry, ZipLayout
from bulkvid_pipeline.services.jobs.job_rows import Row
from bulkvid_pipeline.services.outputs.archived_report import published_report, report_of_rows
from bulkvid_pipeline.services.outputs.checksums import Checksums
from bulkvid_pipeline.services.outputs.job_files import JobFiles, RowVideo, sheet_folder, videos_of
from bulkvid_pipeline.services.outputs.media import strong_etag

MISSING = "MISSING-FILES.txt"
FEW_ROWS = 8
"""Up to so many rows their folders are listed one by one, instead of the sheet's as a whole."""
AT_ONCE = 6
"""Small files that are read ahead of what is being sent, and files that are read for their CRC-32s."""
_FORMAT = "zip 1"
_DIRECTORY_PIECE = 256


@dataclass(frozen=True)
class Member:
    """A file of an archive: an object of the storage, or a document made for it."""

    entry: ZipEntry
    content: StoredObject | bytes

    @classmethod
    def stored(cls, name: str, stored: StoredObject) -> Member:
        return cls(ZipEntry(name, stored.size, stored.modified_at), stored)

    @classmethod
    def made(cls, name: str, text: str, at: datetime) -> Member:
        content = text.encode()
        return cls(ZipEntry(name, len(content), at), content)

    @property
    def identity(self) -> str:
        """Differs when its bytes do, or what the archive says about it."""
        content = self.content
        told = f"{content.url} {content.etag}" if isinstance(content, StoredObject) else strong_etag(content.decode())
        return f"{self.entry.name} {self.entry.size} {self.entry.modified_at.isoformat()} {told}"


@dataclass(frozen=True)
class Archive:
    """A ZIP file of these members; `etag` (without quotes) changes whenever its bytes do."""

    name: str
    members: Sequence[Member] = field(repr=False)
    checksums: Checksums = field(repr=False)
    content_type: str = "application/zip"
    modified_at: datetime | None = None

    @cached_property
    def layout(self) -> ZipLayout:
        return ZipLayout([member.entry for member in self.members])

    @property
    def size(self) -> int:
        """In bytes."""
        return self.layout.size

    @cached_property
    def etag(self) -> str:
        return strong_etag(_FORMAT, *(member.identity for member in self.members))

    def stream(self, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of the archive, in pieces.

        Raises:
            NotFoundError: an object is not there any more.
            StoredObjectChangedError: an object was replaced since the archive was opened.
            BulkVideoError: an object cannot be read.
        """
        end, directory = offset + length, self.layout.offsets[-1]
        if offset < min(end, directory):
            first, last = self.layout.entry_at(offset), self.layout.entry_at(min(end, directory) - 1)
            yield from self._files(range(first, last + 1), offset, end)
        if end > directory and length:
            yield from self._directory(max(offset, directory), end)

    def _files(self, numbers: range, begin: int, end: int) -> Iterator[bytes]:
        """What lies between two positions of files, with their headers and descriptors."""
        with _ReadAhead(self.checksums, [self.members[number].content for number in numbers]) as contents:
            for number in numbers:
                member, at = self.members[number], self.layout.offsets[number]
                entry, content_at = member.entry, at + member.entry.local_length
                after = content_at + entry.size
                yield from _within(entry.local_header(), at, begin, end)
                first, last = max(content_at, begin), min(after, end)
                if first < last:
                    yield from contents.read(number - numbers.start, first - content_at, last - first)
                else:
                    contents.skip(number - numbers.start)
                if begin < at + entry.length and end > after:
                    yield from _within(entry.descriptor(self._crc(member)), after, begin, end)

    def _directory(self, begin: int, end: int) -> Iterator[bytes]:
        places, offsets = self.layout.directory_places, self.layout.offsets
        if begin < places[-1]:
            first, last = self.layout.record_at(begin), self.layout.record_at(min(end, places[-1]) - 1)
            self._find_crcs(self.members[first : last + 1])
            for some in range(first, last + 1, _DIRECTORY_PIECE):
                numbers = range(some, min(some + _DIRECTORY_PIECE, last + 1))
                records = (
                    self.members[n].entry.directory_record(self._crc(self.members[n]), offsets[n]) for n in numbers
                )
                yield from _within(b"".join(records), places[some], begin, end)
        yield from _within(self.layout.end_records, places[-1], begin, end)

    def _find_crcs(self, members: Iterable[Member]) -> None:
        unknown = [
            member.content
            for member in members
            if isinstance(member.content, StoredObject) and not self.checksums.knows(member.content)
        ]
        if unknown:
            with ThreadPoolExecutor(AT_ONCE) as pool:
                for _ in pool.map(self.checksums.of, unknown):
                    pass

    def _crc(self, member: Member) -> int:
        content = member.content
        return self.checksums.of(content) if isinstance(content, StoredObject) else zlib.crc32(content)


class _ReadAhead:
    """Contents one after another; small objects are read a few ahead, as each is a request of its own.

    Use as a context manager.
    """

    def __init__(self, checksums: Checksums, contents: Sequence[StoredObject | bytes]) -> None:
        self._checksums = checksums
        self._contents = contents
        self._next = 0
        self._ahead: deque[tuple[int, Future[bytes]]] = deque()
        self._pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="archive")

    def __enter__(self) -> _ReadAhead:
        return self

    def __exit__(self, *_error: object) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def read(self, number: int, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of one of them, later ones than those that were read before."""
        content = self._contents[number]
        if isinstance(content, bytes):
            yield content[offset : offset + length]
            return
        self._look_ahead(number)
        if self._ahead and self._ahead[0][0] == number:
            yield self._ahead.popleft()[1].result()[offset : offset + length]
        else:
            yield from self._checksums.reading(content, offset, length)

    def skip(self, number: int) -> None:
        """Nothing of it is wanted."""
        if self._ahead and self._ahead[0][0] == number:
            self._ahead.popleft()

    def _look_ahead(self, number: int) -> None:
        self._next = max(self._next, number)
        while self._next < len(self._contents) and self._next <= number + 3 * AT_ONCE and len(self._ahead) < AT_ONCE:
            content = self._contents[self._next]
            if isinstance(content, StoredObject) and 0 < content.size <= FIRST_PIECE_BYTES:
                self._ahead.append((self._next, self._pool.submit(self._whole, content)))
            self._next += 1

    def _whole(self, stored: StoredObject) -> bytes:
        return b"".join(self._checksums.reading(stored, 0, stored.size))


def job_archive(files: JobFiles, rows: Sequence[Row], checksums: Checksums, *, name: str) -> Archive:
    """The archive of these rows' videos: of all rows of a job, or of chosen ones.

    Files that are not in storage any more are named in `MISSING-FILES.txt`.

    Raises:
        NotFoundError: none of the rows has a finished video that lies in storage.
        BulkVideoError: the storage cannot be asked.
    """
    videos = [video for row in rows for video in videos_of(row)]
    in_storage = [video for video in videos if video.keys]
    if not in_storage:
        raise NotFoundError(
            "There are no finished videos to download yet", fix="Wait until the job has finished some of its rows"
        )
    stored = _listed(files, in_storage)
    found: dict[str, StoredObject] = {}
    missing: list[str] = []
    for video in in_storage:
        for kind, key in video.keys.items():
            if key in stored and not files.leads_out(key):
                found[video.path(kind)] = stored[key]
            else:
                missing.append(video.path(kind))
    members = [*_report(files, rows, videos, found.keys(), stored)]
    if missing:
        text = "These files are not in storage any more; run the job again to make them.\r\n\r\n" + "\r\n".join(missing)
        members.append(Member.made(MISSING, text + "\r\n", _last_end(rows)))
    members += [Member.stored(path, each) for path, each in found.items()]
    return Archive(name, tuple(members), checksums, modified_at=max(member.entry.modified_at for member in members))


def _listed(files: JobFiles, videos: Sequence[RowVideo]) -> Mapping[str, StoredObject]:
    """What storage has in the folders of the videos, by key."""
    folders = {video.folder.rpartition("/")[0] for video in videos}
    if len(folders) > FEW_ROWS:
        folders = {sheet_folder(video) for video in videos}
    prefixes = sorted(f"{folder}/" if folder else "" for folder in folders)
    return {stored.key: stored for prefix in prefixes for stored in files.storage.list(prefix)}


def _report(
    files: JobFiles,
    rows: Sequence[Row],
    videos: Sequence[RowVideo],
    paths: Iterable[str],
    stored: Mapping[str, StoredObject],
) -> Iterator[Member]:
    """The report's documents: as they are published, or of these rows alone."""
    folder = sheet_folder(next(video for video in videos if video.keys))
    published = published_report(files.storage, folder, stored)
    if published is not None and published.tells_of(set(paths), videos):
        yield from (Member.stored(name, each) for name, each in published.documents.items())
        return
    at = _last_end(rows)
    known = published.rows if published is not None else ()
    for name, text in report_of_rows(files.job, rows, known, at).items():
        yield Member.made(name, text, at)


def _last_end(rows: Sequence[Row]) -> datetime:
    """When the last of the rows ended."""
    return datetime.fromtimestamp(max((row.end.at for row in rows if row.end), default=0.0), UTC)


def _within(content: bytes, at: int, begin: int, end: int) -> Iterator[bytes]:
    """What of the content, which stands at `at`, lies between two positions."""
    if piece := content[max(0, begin - at) : max(0, end - at)]:
        yield piece
