"""Everything else that fsspec can open (memory, FTP, Google and Azure storage ...) as storage.

Publishing copies from the temporary key on the other side; whether a reader may glimpse a copy under way is up to that
storage. Object stores and `memory://` show only whole objects.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import fsspec
import fsspec.core

from bulkvid_pipeline.adapters.storage.faults import changed, connection_lost, from_os_error
from bulkvid_pipeline.adapters.storage.location import OtherLocation, without_credentials
from bulkvid_pipeline.adapters.storage.objects import Part, StoredObject, content_type_of
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidSpecError

_Result = TypeVar("_Result")


class OtherBackend:
    """Implements `Backend` on any fsspec file system.

    Raises:
        InvalidSpecError: fsspec knows no such storage, or its driver is not installed.
    """

    def __init__(self, location: OtherLocation, *, timeout_s: float, slowest_bytes_per_s: float) -> None:
        self._shown_url = without_credentials(location.url)
        self._timeout_s = timeout_s
        self._slowest_bytes_per_s = slowest_bytes_per_s
        try:
            self._fs, root = fsspec.core.url_to_fs(location.url, use_listings_cache=False)
        except (ImportError, ValueError, TypeError) as error:
            raise InvalidSpecError(
                f"The output place {self._shown_url!r} cannot be opened: {type(error).__name__}",
                fix="Use a bucket name, file:///path, or the URL of a storage whose fsspec driver is installed",
            ) from error
        self._root = str(root).rstrip("/")

    def upload(self, local: Path, key: str, *, content_type: str, metadata: Mapping[str, str]) -> None:  # noqa: ARG002
        def put() -> None:
            self._make_folder_of(key)
            self._fs.put_file(str(local), self._path(key))

        self._within(f"writing {self.url(key)}", put, for_bytes=local.stat().st_size)

    def move(self, source: StoredObject, target: str) -> None:
        def copy() -> None:
            self._make_folder_of(target)
            self._fs.cp_file(self._path(source.key), self._path(target))

        self._within(f"publishing {self.url(target)}", copy, for_bytes=source.size)

    def write(self, data: bytes, key: str, *, content_type: str) -> None:  # noqa: ARG002
        def put() -> None:
            self._make_folder_of(key)
            self._fs.pipe_file(self._path(key), data)

        self._within(f"writing {self.url(key)}", put, for_bytes=len(data))

    def read(self, key: str) -> bytes:
        action = f"reading {self.url(key)}"
        data: bytes = self._within(action, lambda: self._fs.cat_file(self._path(key)))
        return data

    def read_part(self, part: Part) -> bytes:
        action = f"reading {self.url(part.key)}"

        def read() -> bytes:
            path = self._path(part.key)
            if self._object(part.key, self._fs.info(path)).etag != part.etag:
                raise changed(action)
            data: bytes = self._fs.cat_file(path, start=part.offset, end=part.offset + part.length)
            return data

        data = self._within(action, read, for_bytes=part.length)
        if len(data) != part.length:
            raise changed(action)
        return data

    def stat(self, key: str) -> StoredObject | None:
        def look_up() -> StoredObject | None:
            try:
                info = self._fs.info(self._path(key))
            except (FileNotFoundError, NotADirectoryError):
                return None
            return self._object(key, info) if info["type"] == "file" else None

        return self._within(f"looking up {self.url(key)}", look_up)

    def remove(self, key: str, *, within_s: float | None = None) -> None:
        def delete() -> None:
            try:
                self._fs.rm_file(self._path(key))
            except FileNotFoundError:
                return

        self._within(f"deleting {self.url(key)}", delete, limit_s=within_s)

    def find(self, prefix: str) -> list[StoredObject]:
        def walk() -> list[StoredObject]:
            folder = self._path(prefix.rpartition("/")[0]).rstrip("/")
            found = self._fs.find(folder, detail=True)
            keyed = {path[len(self._root) + 1 :]: info for path, info in found.items()}
            return [self._object(key, info) for key, info in sorted(keyed.items()) if key.startswith(prefix)]

        return self._within(f"listing {self.url(prefix)}", walk)

    def abort_uploads(self, prefix: str, before: datetime) -> int:  # noqa: ARG002
        return 0

    def url(self, key: str) -> str:
        return f"{self._shown_url}/{key}"

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> list[str]:  # noqa: ARG002
        try:
            return [str(self._fs.sign(self._path(key), expiration=seconds)) for key in keys]
        except NotImplementedError:
            return [self.url(key) for key in keys]

    def _path(self, key: str) -> str:
        return f"{self._root}/{key}"

    def _make_folder_of(self, key: str) -> None:
        self._fs.makedirs(self._path(key).rpartition("/")[0], exist_ok=True)

    def _object(self, key: str, info: Mapping[str, Any]) -> StoredObject:
        times = (info.get(name) for name in ("mtime", "LastModified", "last_modified", "updated", "created"))
        return StoredObject(
            url=self.url(key),
            key=key,
            size=int(info["size"] or 0),
            etag=str(info.get("ETag") or info.get("etag") or self._fs.ukey(self._path(key))).strip('"'),
            modified_at=_as_datetime(next((time for time in times if time is not None), None)),
            content_type=content_type_of(key),
        )

    def _within(
        self, action: str, function: Callable[[], _Result], *, for_bytes: int = 0, limit_s: float | None = None
    ) -> _Result:
        """The function's result, from a thread that is left to itself when it takes too long."""
        outcome: Future[_Result] = Future()

        def run() -> None:
            try:
                outcome.set_result(function())
            except BaseException as error:
                outcome.set_exception(error)

        threading.Thread(target=run, daemon=True, name="storage").start()
        seconds = limit_s or self._timeout_s + for_bytes / self._slowest_bytes_per_s
        try:
            return outcome.result(seconds)
        except BulkVideoError:
            raise
        except TimeoutError as error:
            raise connection_lost(action, f"no answer within {seconds:.3g} s") from error
        except OSError as error:
            raise from_os_error(action, error) from error
        except Exception as error:
            raise BulkVideoError(f"The storage failed {action}: {type(error).__name__}") from error


def _as_datetime(value: object) -> datetime:
    """A time as drivers give it; a storage that tells none is taken to have changed just now, so nothing is swept."""
    if isinstance(value, int | float):
        return datetime.fromtimestamp(value, UTC)
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=UTC)
    return datetime.now(UTC)
