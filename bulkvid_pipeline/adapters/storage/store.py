"""Publishing whole files, whatever the storage: temporary key, verify, publish, verify, tidy up."""

from __future__ import annotations

import builtins
import logging
import stat
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.storage.faults import connection_lost, denied, os_errors_as_ours
from bulkvid_pipeline.adapters.storage.folder import FolderBackend
from bulkvid_pipeline.adapters.storage.interruptible import InterruptibleBackend
from bulkvid_pipeline.adapters.storage.location import FolderLocation, S3Location, parse_location
from bulkvid_pipeline.adapters.storage.objects import Backend, Part, StoredObject, content_type_of
from bulkvid_pipeline.adapters.storage.recorded import RecordedBackend
from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError
from bulkvid_pipeline.core.keys import checked_key

_log = logging.getLogger(__name__)

TEMPORARY_PREFIX = ".unpublished/"
"""Keys of uploads under way; all that is left here after a crash is for `Storage.sweep_temporaries`."""

FIRST_PIECE_BYTES = 256 * 1024
LARGEST_PIECE_BYTES = 4 * 1024 * 1024
"""Streams begin with small pieces, so that the first bytes come soon; large ones make the most of each request."""

_TIDY_UP_S = 10.0
"""How long removing a temporary may take before it is left to the sweep: its publication has been decided already."""


class Storage:
    """A bucket or folder, with all keys relative to it; safe to use from many threads.

    Every method raises only errors of core/errors.py: StorageAccessDeniedError, BucketNotFoundError,
    StorageQuotaExceededError, and those worth another try by the caller: NetworkError, ServiceUnavailableError,
    QuotaExceededError (requests too fast). Nothing is retried here.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend

    def __repr__(self) -> str:
        return f"Storage({self._backend.url('')!r})"

    def interruptible(self, stopping: Stopping) -> Storage:
        """The same storage, whose every request a stop ends at once: with RenderCancelledError."""
        return Storage(InterruptibleBackend(self._backend, stopping))

    def publish(
        self, local: Path, key: str, *, content_type: str = "", metadata: Mapping[str, str] | None = None
    ) -> StoredObject:
        """Store a file so that the key shows either its whole content or what it showed before.

        Args:
            local: the finished file; it is streamed, never held in memory.
            key: see `core.keys.output_key`.
            content_type: media type; by the key's suffix when empty.
            metadata: short texts to keep with the object where the storage can (S3: 2 KB in all).

        Raises:
            InvalidRequestError: the key is not usable, or `local` is not a file.
            NotFoundError: there is no such local file.
        """
        self._check(key)
        size = _file_size(local)
        temporary = f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
        try:
            self._backend.upload(
                local, temporary, content_type=content_type or content_type_of(key), metadata=metadata or {}
            )
            self._backend.move(self._verified(temporary, size), key)
            return self._verified(key, size)
        finally:
            self._discard(temporary)

    def write_bytes(self, key: str, data: bytes, *, content_type: str = "") -> StoredObject:
        """Store a small document, all or nothing; the type is by the key's suffix when empty."""
        self._check(key)
        self._backend.write(data, key, content_type=content_type or content_type_of(key))
        return self._verified(key, len(data))

    def write_text(self, key: str, text: str, *, content_type: str = "") -> StoredObject:
        """Store a small document as UTF-8, all or nothing; the type is by the key's suffix when empty."""
        return self.write_bytes(key, text.encode(), content_type=content_type)

    def read_bytes(self, key: str) -> bytes:
        """The whole content.

        Raises:
            NotFoundError: there is no such object.
        """
        return self._backend.read(checked_key(key))

    def stream(self, stored: StoredObject, offset: int = 0, length: int | None = None) -> Iterator[bytes]:
        """Bytes of an object that `exists` or `list` has told of, in pieces of at most `LARGEST_PIECE_BYTES`.

        Each piece is a request of its own, made when it is asked for: nothing is held open for a reader that is slow
        or goes away, and one that was cut off can go on where it was.

        Args:
            stored: the object as it was told of; another one that has taken its place is not read.
            offset: of the first byte.
            length: of bytes, within the object; all from the offset on when None.

        Raises:
            InvalidRequestError: there are no such bytes.
            NotFoundError: the object is not there any more.
            StoredObjectChangedError: it was replaced.
        """
        rest = stored.size - offset if length is None else length
        if offset < 0 or rest < 0 or offset + rest > stored.size:
            raise InvalidRequestError(
                f"Bytes {offset} to {offset + rest} are not within the {stored.size} of {stored.key[-80:]!r}",
                fix="Ask for a part of the object",
            )
        return self._pieces(checked_key(stored.key), stored.etag, offset, rest)

    def _pieces(self, key: str, etag: str, offset: int, rest: int) -> Iterator[bytes]:
        largest = FIRST_PIECE_BYTES
        while rest:
            piece = self._backend.read_part(Part(key, etag, offset, min(rest, largest)))
            offset, rest, largest = offset + len(piece), rest - len(piece), min(2 * largest, LARGEST_PIECE_BYTES)
            yield piece

    def exists(self, key: str) -> StoredObject | None:
        """The object as the storage reports it at this moment, None when there is none.

        A bucket that is gone looks like a missing object here; `check_writable` tells them apart.
        """
        return self._backend.stat(checked_key(key))

    def delete(self, key: str) -> None:
        """Remove the object; no error when there is none."""
        self._backend.remove(checked_key(key))

    def list(self, prefix: str = "") -> list[StoredObject]:
        """All published objects whose key begins with the prefix, sorted by key."""
        return [stored for stored in self._backend.find(prefix) if not stored.key.startswith(TEMPORARY_PREFIX)]

    def sweep_temporaries(self, older_than: timedelta) -> int:
        """Remove what crashed uploads left behind; give a time that no upload under way can have taken.

        The storage's clock tells their age: hours, not minutes, are on the safe side of clocks that differ.

        Returns:
            How many temporary objects and unfinished multipart uploads were removed.
        """
        before = datetime.now(UTC) - older_than
        old = self.temporaries(before)
        for stored in old:
            self._backend.remove(stored.key)
        return len(old) + self._backend.abort_uploads(TEMPORARY_PREFIX, before)

    def temporaries(self, before: datetime) -> builtins.list[StoredObject]:
        """What uploads have under way or left behind since before then, but for unfinished multipart uploads."""
        return [stored for stored in self._backend.find(TEMPORARY_PREFIX) if stored.modified_at <= before]

    def url(self, key: str) -> str:
        """Names the object, e.g. s3://bucket/prefix/key or file:///folder/key; opens nothing by itself."""
        return self._backend.url(checked_key(key))

    def signed_url(self, key: str, seconds: int) -> str:
        """A link that lets anybody read the object for so many seconds; where the storage has none, `url(key)`.

        Make it when somebody asks to see the object; it is a secret and must not be stored or logged.
        """
        return self.signed_urls([key], seconds, datetime.now(UTC))[0]

    def signed_urls(self, keys: Sequence[str], seconds: int, at: datetime) -> builtins.list[str]:
        """`signed_url` of many objects at once; the links are valid for so many seconds from `at` on."""
        return self._backend.signed_urls([checked_key(key) for key in keys], seconds, at)

    def check_writable(self) -> None:
        """Do with a probe all that publishing does, so that a job can be refused before it starts.

        Raises:
            BucketNotFoundError: there is no such bucket.
            StorageAccessDeniedError: writing, looking up or deleting is not allowed.
            StorageQuotaExceededError: not even the probe fits.
        """
        with self.probe() as (key, content):
            if self._backend.read(key) != content:
                raise denied(f"checking {self!r}", "it did not give back what was written")

    @contextmanager
    def probe(self) -> Iterator[tuple[str, bytes]]:
        """The key and content of a small object that is there within the block, and nowhere in the way.

        Raises:
            BulkVideoError: as `check_writable`.
        """
        probe = f"{TEMPORARY_PREFIX}{uuid.uuid4().hex}"
        content = b"May be deleted: shows that this storage can be written.\n"
        # S3 denies a look-up of what does not exist to those who may not list, which would break `exists` later.
        if self._backend.stat(probe) is not None:
            raise BulkVideoError(f"{self!r} reports an object that was never written")
        self._backend.write(content, probe, content_type="text/plain")
        try:
            yield probe, content
        except BulkVideoError as error:
            if not error.retryable:  # a storage that is away would only be waited for again
                self._discard(probe)
            raise
        self._backend.remove(probe)

    def _check(self, key: str) -> None:
        if checked_key(key).startswith(TEMPORARY_PREFIX):
            raise InvalidRequestError(
                f"The storage key {key[:80]!r} lies where uploads under way are kept", fix="Use another folder"
            )

    def _verified(self, key: str, size: int) -> StoredObject:
        stored = self._backend.stat(key)
        if stored is None or stored.size != size:
            found = "nothing" if stored is None else f"{stored.size} bytes"
            raise connection_lost(f"verifying {self._backend.url(key)}", f"sent {size} bytes, found {found}")
        return stored

    def _discard(self, temporary: str) -> None:
        try:
            self._backend.remove(temporary, within_s=_TIDY_UP_S)
        except BulkVideoError as error:
            _log.warning("A temporary object is left for the sweep: %s", error.message)


def _file_size(local: Path) -> int:
    with os_errors_as_ours(f"reading {local.name} to publish it"):
        status = local.stat()
    if not stat.S_ISREG(status.st_mode):
        raise InvalidRequestError(f"{local.name} cannot be published: it is not a file", fix="Name a finished file")
    return status.st_size


def open_storage(
    url: str,
    *,
    endpoint_url: str | None = None,
    public_url: str | None = None,
    key: str | None = None,
    secret: str | None = None,
    region: str | None = None,
    timeout_s: float = 60.0,
    slowest_bytes_per_s: float = 16 * 1024,
) -> Storage:
    """The storage meant by a bucket name, `bucket/prefix`, a path or a URL; see `location.parse_location`.

    Nothing is contacted before the first use.

    Args:
        url: the place.
        endpoint_url: of an S3 service other than Amazon's.
        public_url: where people reach that service, if not at its endpoint: signed links lead there.
        key: access key of S3; without one, boto's own places are searched (environment, profile, machine role).
        secret: of the access key.
        region: of the bucket.
        timeout_s: how long the storage may stay without moving a byte before NetworkError is raised.
        slowest_bytes_per_s: a transfer ends with NetworkError, progress or not, after `timeout_s` and its size at
            this rate.

    Raises:
        InvalidSpecError: the text means no place that can be opened.
    """
    location = parse_location(url)
    if isinstance(location, FolderLocation):
        return Storage(RecordedBackend(FolderBackend(location.folder, temporary_prefix=TEMPORARY_PREFIX)))
    if isinstance(location, S3Location):
        # Not at the top: botocore and aiohttp take half a second to import, which commands without S3 should not pay.
        from bulkvid_pipeline.adapters.storage.s3 import S3Backend
        from bulkvid_pipeline.adapters.storage.s3_session import S3Connection, S3Session

        connection = S3Connection(endpoint_url=endpoint_url, key=key, secret=secret, region=region)
        session = S3Session(connection, timeout_s=timeout_s, slowest_bytes_per_s=slowest_bytes_per_s)
        if public_url is None:
            return Storage(S3Backend(location, session))
        public = replace(connection, endpoint_url=public_url)
        signing = S3Session(public, timeout_s=timeout_s, slowest_bytes_per_s=slowest_bytes_per_s)
        return Storage(S3Backend(location, session, signing=signing))
    from bulkvid_pipeline.adapters.storage.other import OtherBackend

    other = OtherBackend(location, timeout_s=timeout_s, slowest_bytes_per_s=slowest_bytes_per_s)
    return Storage(RecordedBackend(other))
