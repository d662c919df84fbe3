"""A folder of this machine as storage: whole files appear by rename, after their content reached the disk."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from stat import S_ISREG
from typing import NoReturn
from urllib.parse import quote_from_bytes

from bulkvid_pipeline.adapters.storage.faults import changed, os_errors_as_ours
from bulkvid_pipeline.adapters.storage.objects import Part, StoredObject, content_type_of


class FolderBackend:
    """Implements `Backend` on a folder, which is made when first written to."""

    def __init__(self, root: Path, *, temporary_prefix: str) -> None:
        self._root = root
        self._root_url = root.as_uri()
        self._temporary_prefix = temporary_prefix

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        target = self._root / key
        with os_errors_as_ours(f"writing {self.url(key)}"):
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(local, target)
            with target.open("rb") as copied:
                os.fsync(copied.fileno())

    def move(self, source: StoredObject, target: str) -> None:
        self._rename(source.key, target)

    def write(self, data: bytes, key: str, *, content_type: str) -> None:  # noqa: ARG002
        temporary_key = f"{self._temporary_prefix}{uuid.uuid4().hex}"
        temporary = self._root / temporary_key
        try:
            with os_errors_as_ours(f"writing {self.url(key)}"):
                temporary.parent.mkdir(parents=True, exist_ok=True)
                with temporary.open("wb") as file:
                    file.write(data)
                    file.flush()
                    os.fsync(file.fileno())
            self._rename(temporary_key, key)
        except BaseException:
            self.remove(temporary_key)
            raise

    def read(self, key: str) -> bytes:
        with os_errors_as_ours(f"reading {self.url(key)}"):
            return (self._root / key).read_bytes()

    def read_part(self, part: Part) -> bytes:
        action = f"reading {self.url(part.key)}"
        with os_errors_as_ours(action), (self._root / part.key).open("rb", buffering=0) as file:
            if _etag(os.fstat(file.fileno())) != part.etag:
                raise changed(action)
            file.seek(part.offset)
            pieces, rest = [], part.length
            while rest and (piece := file.read(rest)):
                pieces.append(piece)
                rest -= len(piece)
        if rest:
            raise changed(action)
        return b"".join(pieces)

    def stat(self, key: str) -> StoredObject | None:
        with os_errors_as_ours(f"looking up {self.url(key)}"):
            try:
                status = os.stat(f"{self._root}/{key}")  # noqa: PTH116  listings of thousands of files come by here
            except (FileNotFoundError, NotADirectoryError):
                return None
            return self._object(key, status) if S_ISREG(status.st_mode) else None

    def remove(self, key: str, *, within_s: float | None = None) -> None:  # noqa: ARG002
        with os_errors_as_ours(f"deleting {self.url(key)}"):
            try:
                (self._root / key).unlink()
            except (FileNotFoundError, NotADirectoryError):
                return

    def find(self, prefix: str) -> list[StoredObject]:
        folder = self._root / prefix.rpartition("/")[0]
        found: list[StoredObject] = []
        with os_errors_as_ours(f"listing {self.url(prefix)}"):
            if not folder.is_dir():
                return []
            root = len(str(self._root)) + 1
            for inside, _, names in os.walk(folder, onerror=_raised):
                keys = (f"{inside}/{name}"[root:] for name in names)
                found += [stored for key in keys if key.startswith(prefix) and (stored := self.stat(key)) is not None]
        return sorted(found, key=lambda stored: stored.key)

    def abort_uploads(self, prefix: str, before: datetime) -> int:  # noqa: ARG002
        return 0

    def url(self, key: str) -> str:
        return f"{self._root_url}/{quote_from_bytes(os.fsencode(key))}" if key else self._root_url

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:  # noqa: ARG002
        return [self.url(key) for key in keys]

    def _rename(self, source: str, target: str) -> None:
        final = self._root / target
        with os_errors_as_ours(f"publishing {self.url(target)}"):
            final.parent.mkdir(parents=True, exist_ok=True)
            (self._root / source).replace(final)
            _sync_folder(final.parent)

    def _object(self, key: str, status: os.stat_result) -> StoredObject:
        return StoredObject(
            url=self.url(key),
            key=key,
            size=status.st_size,
            etag=_etag(status),
            modified_at=datetime.fromtimestamp(status.st_mtime, UTC),
            content_type=content_type_of(key),
        )


def _raised(error: OSError) -> NoReturn:
    raise error


def _etag(status: os.stat_result) -> str:
    return f"{status.st_mtime_ns:x}-{status.st_size:x}"


def _sync_folder(folder: Path) -> None:
    """Make the names in a folder durable, as fsync does for a file's content."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
