"""The folder that one job's workers make their files in, and the sweeping of those whose owner is no more.

A folder says who owns it in a file inside, which the owner touches as long as it lives: several containers or machines
may share the disk, and none of them can look at the processes of another.
"""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import tempfile
import threading
import time
from pathlib import Path

from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of, this_process
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours

OWNER = "owner"
TOUCH_EVERY_S = 15.0
SILENT_S = 3600.0
"""A folder whose owner cannot be looked at is swept after so long without a touch. Disks are shared by machines whose
clocks differ, and nobody waits for the room."""

_log = logging.getLogger(__name__)


class WorkFolder:
    """A new folder under `work_dir`, or under the system's folder for temporary files. `remove` ends it."""

    def __init__(self, work_dir: Path | None) -> None:
        root = _root(work_dir)
        with full_disk_as_ours(f"Making a folder in {root}"):
            root.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.path = Path(tempfile.mkdtemp(dir=root, prefix=f"{os.getpid()}-"))
            # Until it is written the folder is nobody's, and too young to be swept.
            (self.path / OWNER).write_text(str(this_process()))
        self._removed = threading.Event()
        threading.Thread(target=self._touch, name="work-folder", daemon=True).start()

    def remove(self) -> None:
        """Delete the folder and all that is in it."""
        self._removed.set()
        shutil.rmtree(self.path, ignore_errors=True)

    def _touch(self) -> None:
        while not self._removed.wait(TOUCH_EVERY_S):
            try:
                os.utime(self.path / OWNER)
            except FileNotFoundError:
                return
            except OSError:  # a disk that is away for a while is met, and told of, by the work itself
                _log.warning("The folder %s could not be touched", self.path, exc_info=True)


def sweep_folders(work_dir: Path | None, *, now: float | None = None) -> None:
    """Remove the folders whose owner is known to be gone, or has been silent for an hour where it cannot be seen."""
    root = _root(work_dir)
    moment = time.time() if now is None else now
    for folder in root.iterdir() if root.is_dir() else ():
        if folder.is_dir() and _is_left(folder, moment):
            shutil.rmtree(folder, ignore_errors=True)


def _is_left(folder: Path, now: float) -> bool:
    match fate_of(_owner_of(folder)):
        case Fate.GONE:
            return True
        case Fate.OUT_OF_SIGHT:
            return now - _touched_at(folder) > SILENT_S
        case _:
            return False


def _owner_of(folder: Path) -> ProcessIdentity | None:
    try:
        return ProcessIdentity.read((folder / OWNER).read_text())
    except (OSError, UnicodeDecodeError):
        return None


def _touched_at(folder: Path) -> float:
    """When its owner last touched it, in seconds since 1970; one that vanishes meanwhile is as young as can be."""
    with contextlib.suppress(OSError):
        return (folder / OWNER).stat().st_mtime
    with contextlib.suppress(OSError):
        return folder.stat().st_mtime
    return float("inf")


def _root(work_dir: Path | None) -> Path:
    return (work_dir or Path(tempfile.gettempdir())) / "bulkvid-work"
