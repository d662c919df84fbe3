"""The folder of a project's own templates and their files, changed by several processes at once."""

from __future__ import annotations

import fcntl
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours


class ProjectFolder:
    """Writes and removes files of a project's folder, which is made when it is first needed."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextmanager
    def alone(self, attempt: str) -> Iterator[None]:
        """No other process changes the folder inside the block; `attempt` reads like "Saving the template".

        Raises:
            StorageQuotaExceededError: the disk is full.
        """
        with full_disk_as_ours(attempt):
            self.path.mkdir(parents=True, exist_ok=True)
            with (self.path / ".lock").open("w") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX)
                yield

    def write(self, name: str, content: bytes) -> None:
        """Put the content in place of the file's at once; after a crash the file has the old content or the new."""
        temporary = self.path / f".{uuid.uuid4().hex}"
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(self.path / name)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        self._sync()

    def remove(self, name: str) -> None:
        """Delete a file, which must be there."""
        (self.path / name).unlink()
        self._sync()

    def _sync(self) -> None:
        descriptor = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
