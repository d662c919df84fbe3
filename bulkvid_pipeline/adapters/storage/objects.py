"""What is stored, and what a kind of storage must be able to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Protocol

_CONTENT_TYPES = {
    ".mp4": "video/mp4",
    ".mov": "video/quicktime",
    ".webm": "video/webm",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt; charset=utf-8",
    ".json": "application/json",
    ".html": "text/html; charset=utf-8",
    ".csv": "text/csv; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
}


def content_type_of(name: str) -> str:
    """The media type by the name's suffix, application/octet-stream for unknown ones."""
    return _CONTENT_TYPES.get(PurePosixPath(name).suffix.lower(), "application/octet-stream")


@dataclass(frozen=True)
class StoredObject:
    """A whole object as the storage itself reported it."""

    url: str
    """Names the object for people and other programs, e.g. s3://bucket/prefix/key; holds no credentials."""
    key: str
    """Relative to the storage's prefix."""
    size: int
    """In bytes."""
    etag: str
    """Changes when the content does: S3's entity tag, or made of size and modification time for folders."""
    modified_at: datetime
    """Aware, UTC."""
    content_type: str = ""
    """As stored; by the key's suffix where the storage keeps none, and in listings, which do not tell it."""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """As stored with S3; empty where the storage keeps none, and in listings."""


@dataclass(frozen=True)
class Part:
    """Bytes of one state of an object: `length` of them, at least one, from `offset` on."""

    key: str
    etag: str
    """Of the object that is meant: another one that has taken its place is not read."""
    offset: int
    length: int

    @property
    def last(self) -> int:
        """The offset of its last byte."""
        return self.offset + self.length - 1


class Backend(Protocol):
    """One kind of storage. Keys are relative and already checked; all methods may be called from many threads.

    Every failure is raised as an error of core/errors.py.
    """

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:
        """Copy a file's content to the key; may leave something under the key when it fails."""

    def move(self, source: StoredObject, target: str) -> None:
        """Make the whole source appear under the target key at once. The source may remain."""

    def write(self, data: bytes, key: str, *, content_type: str) -> None:
        """Store the data at the key, all or nothing."""

    def read(self, key: str) -> bytes:
        """The whole content; NotFoundError when there is none."""

    def read_part(self, part: Part) -> bytes:
        """The bytes of the part.

        Raises:
            NotFoundError: there is no such object.
            StoredObjectChangedError: it is not the one that is meant, or ends before the part does.
        """

    def stat(self, key: str) -> StoredObject | None:
        """The object as it is now, None when there is none."""

    def remove(self, key: str, *, within_s: float | None = None) -> None:
        """Delete the object; one that is not there is no error. Gives up after so many seconds, where it may hang."""

    def find(self, prefix: str) -> list[StoredObject]:
        """All objects whose key begins with the prefix, by key."""

    def abort_uploads(self, prefix: str, before: datetime) -> int:
        """Give up uploads under the prefix that began before then and hold space unseen; how many there were."""

    def url(self, key: str) -> str:
        """See StoredObject.url."""

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:
        """URLs that let anybody read the objects for so long from `at` on, where the storage can make them."""
