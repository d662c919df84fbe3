"""Which processes we have started, read from /proc."""

from __future__ import annotations

import os
from pathlib import Path


def child_processes(parent: int | None = None) -> list[int]:
    """Ids of the living children of a process, ours if None; zombies do not count."""
    wanted = os.getpid() if parent is None else parent
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit():
            continue
        try:
            # pid (name) state ppid ...: the name may hold spaces and parentheses.
            state, ppid = folder.joinpath("stat").read_text().rpartition(")")[2].split()[:2]
        except OSError:
            continue  # It has just gone.
        if int(ppid) == wanted and state != "Z":
            found.append(int(folder.name))
    return found
