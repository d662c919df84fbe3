"""Processes found by a mark in their environment, which all that they start inherit, whoever their parent is by now.

Process groups and parents do not find them all: what was started gets sessions of its own, and orphans get new parents.
"""

from __future__ import annotations

import os
import signal
import time
from pathlib import Path

_PROC = Path("/proc")
_LOOK_AGAIN_S = 0.02


def processes_marked(variable: str, value: str) -> frozenset[int]:
    """Pids of the living processes of this user whose environment had `variable=value` when they were started.

    Zombies have no environment any more, and are not found.
    """
    mark = f"{variable}={value}".encode()
    found = set()
    for entry in _PROC.iterdir():
        if entry.name.isdecimal():
            try:
                environment = (entry / "environ").read_bytes()
            except OSError:  # it has ended meanwhile, or belongs to somebody else
                continue
            if mark in environment.split(b"\0"):
                found.add(int(entry.name))
    return frozenset(found)


def kill_marked(variable: str, value: str, within_s: float) -> frozenset[int]:
    """Kill these processes, and what they start meanwhile, with SIGKILL; this process is spared.

    Args:
        variable, value: their mark.
        within_s: seconds after which it is given up.

    Returns:
        Those that still live; empty but for processes that the kernel cannot end.
    """
    end = time.monotonic() + within_s
    while (left := processes_marked(variable, value) - {os.getpid()}) and time.monotonic() < end:
        for pid in left:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        time.sleep(_LOOK_AGAIN_S)
    return left
