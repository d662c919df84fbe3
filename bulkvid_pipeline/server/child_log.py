"""The log file of a child, kept within a size."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import IO

LARGEST_BYTES = 10_000_000
_TAIL_BYTES = 4096


class StderrLog:
    """What children write goes to our stderr: in a container, somebody else keeps it."""

    name = "stderr"

    def open(self) -> IO[bytes]:
        """For the child."""
        return os.fdopen(os.dup(sys.stderr.fileno()), "wb")

    def cap(self) -> None:
        """Nothing of it is ours to cut."""

    def last_line(self) -> str:
        """Empty: it stands there already."""
        return ""


class ChildLog:
    """A file that a child appends to. The part before is kept in `<name>.1` when it has grown too large.

    The child keeps its file open, so the content is copied and cut: a line that is written between is lost.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def name(self) -> str:
        """Where it is, for people."""
        return str(self.path)

    def open(self) -> IO[bytes]:
        """For appending; readable by its owner alone, as logs name jobs and people."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        return os.fdopen(os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600), "ab")

    def cap(self) -> None:
        """Move the content away if it is larger than `LARGEST_BYTES`."""
        try:
            if self.path.stat().st_size <= LARGEST_BYTES:
                return
            shutil.copyfile(self.path, self.path.with_name(f"{self.path.name}.1"))
            os.truncate(self.path, 0)
        except FileNotFoundError:  # somebody has removed it: the child goes on writing to what has no name any more
            return

    def last_line(self) -> str:
        """The last line that is not blank; empty where there is none."""
        try:
            with self.path.open("rb") as file:
                file.seek(max(0, file.seek(0, os.SEEK_END) - _TAIL_BYTES))
                text = file.read().decode(errors="replace")
        except OSError:
            return ""
        lines = [line for line in text.splitlines() if line.strip()]
        return lines[-1].strip() if lines else ""
