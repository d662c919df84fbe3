"""Which process that is, and whether it still lives, where that can be looked at.

A process id means something only within one PID namespace of one boot of one machine: containers count from 1 each,
and machines made from one image share even their host name. Elsewhere nothing can be said of a process.
"""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

_PROC = Path("/proc")
_DEAD = frozenset("ZXx")
_STOPPED = frozenset("Tt")


class Fate(StrEnum):
    """What can be said of a process from here."""

    RUNS = "runs"
    STOPPED = "stopped"
    """It lives, and was told to stand still (SIGSTOP, Ctrl-Z, a debugger)."""
    GONE = "gone"
    OUT_OF_SIGHT = "out of sight"
    """It is, or was, where we cannot look: on another machine, in another container, or before a restart."""


@dataclass(frozen=True)
class ProcessIdentity:
    """Names a process among all that ever were.

    Args:
        host: the machine's name; several machines may have the same.
        boot: the kernel's boot id, another after each start of the machine.
        namespace: inode of the PID namespace in which `pid` counts.
        pid: its number there.
        start: when it was started, in clock ticks after boot, as numbers are used again.

    A part that could not be found out is empty, and nothing is said of such a process.
    """

    host: str
    boot: str
    namespace: str
    pid: int
    start: str

    def __str__(self) -> str:
        """`host:boot:namespace:pid:start`."""
        return f"{self.host}:{self.boot}:{self.namespace}:{self.pid}:{self.start}"

    @classmethod
    def read(cls, text: str) -> ProcessIdentity | None:
        """The identity written by `str`; None for any other text."""
        parts = text.strip().split(":")
        if len(parts) != 5 or not parts[3].isdecimal():
            return None
        host, boot, namespace, pid, start = parts
        return cls(host, boot, namespace, int(pid), start)

    @property
    def place(self) -> tuple[str, str, str]:
        """Where its pid means something."""
        return self.host, self.boot, self.namespace

    @property
    def is_known(self) -> bool:
        """Whether all that tells it from others could be found out."""
        return all((*self.place, self.start))


def this_process() -> ProcessIdentity:
    """This process. Without a /proc of our own PID namespace, its parts but host and pid are empty."""
    pid = os.getpid()
    return identity_of(pid) or ProcessIdentity(socket.gethostname(), *_here(), pid, "")


def identity_of(pid: int) -> ProcessIdentity | None:
    """The process that has this pid here and now; None when there is none, or when it cannot be looked at."""
    found = _state_and_start(pid)
    here = _here()
    if found is None or not all(here):
        return None
    return ProcessIdentity(socket.gethostname(), *here, pid, found[1])


def fate_of(identity: ProcessIdentity | None) -> Fate:
    """What became of a process; `None`, a name that could not be read, is out of sight."""
    if identity is None or not identity.is_known or identity.place != (socket.gethostname(), *_here()):
        return Fate.OUT_OF_SIGHT
    found = _state_and_start(identity.pid)
    if found is None:
        # /proc may be mounted so that it hides processes of others (hidepid); signals know of them all the same.
        return Fate.OUT_OF_SIGHT if _has_pid(identity.pid) else Fate.GONE
    state, start = found
    if start != identity.start or state in _DEAD:
        return Fate.GONE
    return Fate.STOPPED if state in _STOPPED else Fate.RUNS


def _here() -> tuple[str, str]:
    """Boot id and PID namespace of this process; empty where /proc tells of another namespace than ours, or is not."""
    try:
        if int(str((_PROC / "self").readlink())) != os.getpid():
            return "", ""
        boot = (_PROC / "sys/kernel/random/boot_id").read_text().strip()
        return boot, str((_PROC / "self/ns/pid").stat().st_ino)
    except (OSError, ValueError):
        return "", ""


def _state_and_start(pid: int) -> tuple[str, str] | None:
    """The state letter and start time of proc(5)."""
    try:
        # The command in parentheses may hold blanks and parentheses: fields are counted from its end.
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(")")[2].split()
    except (OSError, UnicodeDecodeError):
        return None
    return (fields[0], fields[19]) if len(fields) > 19 else None


def _has_pid(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
