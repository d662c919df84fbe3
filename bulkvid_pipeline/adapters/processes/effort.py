"""How much a process works: CPU time is the one sign of life that a process that hangs cannot give."""

from __future__ import annotations

import os
from pathlib import Path

_TICK_S = 1 / os.sysconf("SC_CLK_TCK")
_PARENT, _TIMES = 1, slice(11, 15)
"""Where ppid, and utime to cstime, stand among the fields of /proc/<pid>/stat that follow the command; see proc(5)."""


def cpu_seconds(pid: int) -> float:
    """CPU time used by the process, by all that it has started, and by those of them that have ended.

    Only what was waited for of the ended ones is counted. 0.0 when there is no such process.
    """
    processes = _processes()
    ticks, family = 0, [pid]
    while family:
        member = family.pop()
        parent_and_ticks = processes.pop(member, None)
        if parent_and_ticks is not None:
            ticks += parent_and_ticks[1]
            family += [child for child, (parent, _) in processes.items() if parent == member]
    return ticks * _TICK_S


def _processes() -> dict[int, tuple[int, int]]:
    """Parent and ticks used of all processes."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
            except OSError:  # it has ended meanwhile
                continue
            found[int(entry.name)] = (int(fields[_PARENT]), sum(map(int, fields[_TIMES])))
    return found
