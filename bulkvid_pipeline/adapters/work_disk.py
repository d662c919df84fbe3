"""Errors of the disk on which videos are made: a full disk affects every row, any other error only this one."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError, StorageQuotaExceededError

FULL = {errno.ENOSPC: "No space left on device", errno.EDQUOT: "Disk quota exceeded", errno.EFBIG: "File too large"}
"""Error codes and texts of the operating system for a full disk, an exhausted quota or a file size limit."""
_SAID_BY_PROGRAMS = (FULL[errno.ENOSPC], FULL[errno.EDQUOT])
"""The same as other programs print it, without "File too large", since they run under our own file size limit."""
_FIX = "Free space on the disk of BULKVID_WORK_DIR (the system's temporary folder if empty), then retry the job"


def is_full(error: OSError) -> bool:
    """Whether the error means that the disk is full."""
    return error.errno in FULL


def disk_fault(attempt: str, error: OSError) -> BulkVideoError:
    """Our error for an error of the operating system; `attempt` reads like "Writing video.mp4"."""
    reason = error.strerror or str(error) or type(error).__name__
    if is_full(error):
        return full_disk(attempt, reason)
    return EncoderError(f"{attempt} failed: {error}", fix="Check that the disk is writable")


def full_disk(attempt: str, reason: str) -> StorageQuotaExceededError:
    """The error for a full disk; it stops the job, since all rows would fail."""
    return StorageQuotaExceededError(f"{attempt} failed, the work disk is full: {reason}", fix=_FIX)


def said_to_be_full(text: str) -> str:
    """The message about a full disk in a program's output; empty if there is none."""
    return next((said for said in _SAID_BY_PROGRAMS if said in text), "")


@contextmanager
def full_disk_as_ours(attempt: str) -> Iterator[None]:
    """Convert the operating system's error for a full disk inside the block to ours; other errors pass unchanged.

    Raises:
        StorageQuotaExceededError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise full_disk(attempt, error.strerror or FULL[error.errno or errno.ENOSPC]) from error
        raise


def nearest_folder(folder: Path) -> Path:
    """The folder, or the nearest one above it that exists already; a file that is in its way is given as it is."""
    folder = folder.expanduser().absolute()
    return next(each for each in (folder, *folder.parents) if each.exists())


def try_disk(folder: Path, attempt: str) -> int:
    """Write a file without a name into a folder; returns the bytes that are free there.

    Raises:
        StorageQuotaExceededError: the disk is full.
        EncoderError: the folder cannot be written.
    """
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"May be deleted")
            file.flush()
            os.fsync(file.fileno())
        return shutil.disk_usage(folder).free
    except OSError as error:
        raise disk_fault(attempt, error) from error
