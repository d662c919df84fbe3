"""From the operating system's errors to ours."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from bulkvid_pipeline.core.errors import (
    BucketNotFoundError,
    BulkVideoError,
    InvalidSpecError,
    NetworkError,
    NotFoundError,
    StorageAccessDeniedError,
    StorageQuotaExceededError,
    StoredObjectChangedError,
)

_FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_DENIED = {errno.EACCES, errno.EPERM, errno.EROFS}
_CONNECTION = {
    errno.ECONNABORTED,
    errno.ECONNREFUSED,
    errno.ECONNRESET,
    errno.EHOSTDOWN,
    errno.EHOSTUNREACH,
    errno.ENETDOWN,
    errno.ENETUNREACH,
    errno.EPIPE,
    errno.ESTALE,
    errno.ETIMEDOUT,
}


def denied(action: str, reason: str, *, fix: str = "") -> StorageAccessDeniedError:
    """We may not do this."""
    return StorageAccessDeniedError(f"Storage access denied {action}: {reason}", fix=fix)


def full(action: str, reason: str) -> StorageQuotaExceededError:
    """There is no room for this."""
    return StorageQuotaExceededError(f"Insufficient storage quota {action}: {reason}")


def no_bucket(action: str, reason: str, *, fix: str = "") -> BucketNotFoundError:
    """The place itself does not exist."""
    return BucketNotFoundError(f"Output bucket not found {action}: {reason}", fix=fix)


def changed(action: str) -> StoredObjectChangedError:
    """There is another object now than the one that was to be read."""
    return StoredObjectChangedError(f"The stored object has changed {action}")


def connection_lost(action: str, reason: str, *, fix: str = "") -> NetworkError:
    """The other side could not be reached, or went away."""
    return NetworkError(f"Connection to the storage failed {action}: {reason}", fix=fix)


def from_os_error(action: str, error: OSError) -> BulkVideoError:
    """Our error for one of the file system's; `action` reads like "publishing file:///videos/a.mp4"."""
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return full(action, reason)
    if error.errno in _DENIED or isinstance(error, PermissionError):
        return denied(action, reason, fix="Check who may write to the output folder, and that it is not read-only")
    if error.errno in _CONNECTION or isinstance(error, ConnectionError | TimeoutError):
        return connection_lost(action, reason)
    if isinstance(error, FileNotFoundError):
        return NotFoundError(f"No such place {action}: {reason}", fix="Check the output folder or URL")
    if isinstance(error, NotADirectoryError | FileExistsError | IsADirectoryError) or error.errno == errno.ENAMETOOLONG:
        return InvalidSpecError(f"The output path cannot be used {action}: {reason}", fix="Choose another folder")
    return BulkVideoError(f"The storage failed {action}: {reason}", fix="Check the disk or the storage service")


@contextmanager
def os_errors_as_ours(action: str) -> Iterator[None]:
    """Raise the file system's errors inside the block as ours."""
    try:
        yield
    except OSError as error:
        raise from_os_error(action, error) from error
