"""Faults of the disk on which videos are made, told apart: a full disk meets every row, anything else this one."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError, StorageQuotaExceededError

FULL = {errno.ENOSPC: "No space left on device", errno.EDQUOT: "Disk quota exceeded", errno.EFBIG: "File too large"}
"""What the operating system says of a disk, or of a user's share of it, that holds no more."""
_SAID_BY_PROGRAMS = (FULL[errno.ENOSPC], FULL[errno.EDQUOT])
"""As other programs print it. That a file is too large is left out: they run under a limit of ours on that."""
_FIX = "Free space on the disk of BULKVID_WORK_DIR (the system's temporary folder if empty), then retry the job"


def is_full(error: OSError) -> bool:
    """Whether the disk holds no more."""
    return error.errno in FULL


def disk_fault(attempt: str, error: OSError) -> BulkVideoError:
    """Our error for one of the operating system's; `attempt` reads like "Writing video.mp4"."""
    reason = error.strerror or str(error) or type(error).__name__
    if is_full(error):
        return full_disk(attempt, reason)
    return EncoderError(f"{attempt} failed: {error}", fix="Check that the disk can be written")


def full_disk(attempt: str, reason: str) -> StorageQuotaExceededError:
    """The error that stops a job, as all of its rows would meet it."""
    return StorageQuotaExceededError(f"{attempt} failed, the work disk is full: {reason}", fix=_FIX)


def said_to_be_full(text: str) -> str:
    """What a program printed of a full disk; empty where it printed nothing of the kind."""
    return next((said for said in _SAID_BY_PROGRAMS if said in text), "")


@contextmanager
def full_disk_as_ours(attempt: str) -> Iterator[None]:
    """Raise the operating system's error of a full disk inside the block as ours; all others pass.

    Raises:
        StorageQuotaExceededError: the disk is full.
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise full_disk(attempt, error.strerror or FULL[error.errno or errno.ENOSPC]) from error
        raise
