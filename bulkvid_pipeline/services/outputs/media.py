"""Finished videos, posters and captions as they are sent to browsers: by row and platform, in parts where wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from bulkvid_pipeline.adapters.storage import StoredObject, content_type_of
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.services.jobs.job_rows import JobRows
from bulkvid_pipeline.services.outputs.checksums import Checksums
from bulkvid_pipeline.services.outputs.job_files import FileKind, JobFiles, RowVideo, sheet_folder, videos_of

_SHOWN = frozenset({"video/mp4", "video/webm", "video/quicktime", "image/jpeg", "image/png", "image/webp"})
_TYPES = {
    FileKind.VIDEO: _SHOWN,
    FileKind.POSTER: _SHOWN,
    FileKind.SRT: frozenset({"application/x-subrip"}),
    FileKind.VTT: frozenset({"text/vtt; charset=utf-8"}),
    FileKind.DOCUMENT: frozenset({"application/json"}),
}
_UNKNOWN = "application/octet-stream"


@dataclass(frozen=True)
class SentFile:
    """A stored file about to be sent: `size` in bytes, `etag` (without quotes) changes whenever its bytes do."""

    stored: StoredObject
    content_type: str
    checksums: Checksums

    @property
    def name(self) -> str:
        """What it is saved as."""
        return self.stored.key.rpartition("/")[2]

    @property
    def size(self) -> int:
        return self.stored.size

    @property
    def etag(self) -> str:
        return strong_etag(self.stored.url, self.stored.etag, str(self.stored.size))

    @property
    def modified_at(self) -> datetime | None:
        return self.stored.modified_at

    def stream(self, offset: int, length: int) -> Iterator[bytes]:
        """Bytes of the file, in pieces.

        Raises:
            BulkVideoError: as `Storage.stream`.
        """
        return self.checksums.reading(self.stored, offset, length)


def video_of(rows: JobRows, name: str, platform: str) -> RowVideo:
    """The video for a platform of the row with that key or sheet row number.

    Raises:
        NotFoundError: the job has no such row, or the row no such video.
    """
    row = rows.find(name)
    if row is None:
        raise NotFoundError(
            f"Job '{rows.job.job_id}' has no row '{name[:80]}'", fix="Open the job and choose one of its rows"
        )
    for video in videos_of(row):
        if video.platform == platform:
            return video
    raise NotFoundError(
        f"Row {row.sheet_row} has no finished video for '{platform[:40]}'",
        fix="Look at the job's page: the row may have failed, or not be finished yet",
    )


def media_file(files: JobFiles, video: RowVideo, kind: FileKind, checksums: Checksums) -> SentFile:
    """A file of a video, as it is stored now.

    Its content type is by its name, and only one that belongs to its kind: what it really holds may be anybody's.

    Raises:
        NotFoundError: the video has no such file, or it is not there any more.
        BulkVideoError: the storage cannot be asked.
    """
    if kind not in video.keys:
        elsewhere = f"The video lies elsewhere, at {video.url}" if kind is FileKind.VIDEO and video.url else ""
        raise NotFoundError(
            f"The video of row {video.row.sheet_row} for {video.platform} has no {kind} in storage", fix=elsewhere
        )
    stored = files.find(video.keys[kind])
    told = content_type_of(stored.key)
    return SentFile(stored, told if told in _TYPES[kind] else _UNKNOWN, checksums)


def sent_document(files: JobFiles, rows: JobRows, name: str, checksums: Checksums) -> SentFile:
    """A document that lies beside the job's videos: its report, for people or for programs.

    Raises:
        NotFoundError: the job has published none.
        BulkVideoError: the storage cannot be asked.
    """
    video = next((video for row in rows.rows for video in videos_of(row)), None)
    if video is None:
        raise NotFoundError("The job has no report yet", fix="Wait until it has finished")
    folder = sheet_folder(video)
    stored = files.find(f"{folder}/{name}" if folder else name)
    return SentFile(stored, content_type_of(name), checksums)


def strong_etag(*parts: str) -> str:
    """A short text that differs whenever one of the parts does."""
    return blake2b("\0".join(parts).encode(), digest_size=16).hexdigest()
