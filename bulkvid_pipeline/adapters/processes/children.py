"""Processes started so that none outlives us, however we end: the kernel kills them (PR_SET_PDEATHSIG, prctl(2)).

Two things make that certain. The kernel sends its signal when the thread that forked ends, so one thread that never
ends forks all of them. And the child asks for the signal before it does anything else, so that there is no time in
which it imports for seconds and would not hear of our death.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from concurrent.futures import Future
from pathlib import Path
from typing import IO, Any

# Runs before anything is imported that takes time: the interpreter is started without `site`, which is made up for.
_ASK_FOR_DEATH = """
import ctypes, os, signal, sys
ctypes.CDLL(None).prctl(1, signal.SIGKILL)
if os.getppid() != int(sys.argv[1]):
    os._exit(1)
"""

_RUN_MODULE = (
    _ASK_FOR_DEATH
    + """
import site
site.main()
import runpy
module, sys.argv = sys.argv[2], sys.argv[2:]
runpy.run_module(module, run_name="__main__", alter_sys=True)
"""
)

_RUN_PROGRAM = (
    _ASK_FOR_DEATH
    + """
import resource
cpu, size = int(sys.argv[2]), int(sys.argv[3])
if cpu:
    resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
if size:
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
os.execv(sys.argv[4], sys.argv[4:])
"""
)


def start_module(
    module: str,
    *arguments: str,
    stderr: IO[bytes],
    env: Mapping[str, str],
    bufsize: int,
) -> subprocess.Popen[bytes]:
    """`python -m module arguments` as the leader of a session of its own, with pipes to and from it.

    Our pid is the last of its arguments, so that who looks at the processes of a machine sees whose it is.

    Args:
        module: its full name.
        arguments: what it finds in `sys.argv`.
        stderr: where it may complain.
        env: its whole environment.
        bufsize: of the pipes, as for Popen.
    """
    command = [sys.executable, "-S", "-c", _RUN_MODULE, str(os.getpid()), module, *arguments, str(os.getpid())]
    pipe = subprocess.PIPE
    return _start(command, stdin=pipe, stdout=pipe, stderr=stderr, env=env, bufsize=bufsize)


def start_program(
    program: Path, arguments: Sequence[str], *, stdin: int, cpu_s: int = 0, file_bytes: int = 0
) -> subprocess.Popen[bytes]:
    """A program as the leader of a session of its own, with pipes for what it writes.

    Args:
        program: its path.
        arguments: all but its name; no shell sees them.
        stdin: as for Popen.
        cpu_s: CPU seconds after which the kernel ends it; 0 is no limit.
        file_bytes: the largest file that it may write; 0 is no limit.
    """
    limits = (str(cpu_s), str(file_bytes))
    command = [sys.executable, "-I", "-S", "-c", _RUN_PROGRAM, str(os.getpid()), *limits, str(program), *arguments]
    return _start(command, stdin=stdin, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


def start_service(
    module: str, arguments: Sequence[str], *, env: Mapping[str, str], output: IO[bytes]
) -> subprocess.Popen[bytes]:
    """`python -m module arguments` as the leader of a session of its own that writes all it says to a file.

    Args:
        module: its full name.
        arguments: what it finds in `sys.argv` after its name.
        env: its whole environment.
        output: where its stdout and stderr go.
    """
    limits = ("0", "0")
    program = (sys.executable, "-m", module, *arguments)
    command = [sys.executable, "-I", "-S", "-c", _RUN_PROGRAM, str(os.getpid()), *limits, *program]
    return _start(command, stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT, env=dict(env))


class _Starter:
    """The thread that forks: a daemon, so that it lives exactly as long as the process."""

    def __init__(self) -> None:
        self._orders: queue.SimpleQueue[tuple[Future[subprocess.Popen[bytes]], list[str], dict[str, Any]]]
        self._orders = queue.SimpleQueue()
        threading.Thread(target=self._work, name="process-starter", daemon=True).start()

    def start(self, command: list[str], options: dict[str, Any]) -> subprocess.Popen[bytes]:
        started: Future[subprocess.Popen[bytes]] = Future()
        self._orders.put((started, command, options))
        return started.result()

    def _work(self) -> None:
        while True:
            started, command, options = self._orders.get()
            try:
                started.set_result(subprocess.Popen(command, **options))
            except BaseException as error:
                started.set_exception(error)
            # What was started belongs to who asked for it: nothing of it is kept here until the next order.
            del started, command, options


_starter: _Starter | None = None
_starter_lock = threading.Lock()


def _start(command: list[str], **options: Any) -> subprocess.Popen[bytes]:
    global _starter
    with _starter_lock:
        starter = _starter = _starter or _Starter()
    return starter.start(command, {"start_new_session": True, "close_fds": True, **options})


def _forget_starter() -> None:
    """A fork has none of its parent's threads, and may have copied a lock that one of them held."""
    global _starter, _starter_lock
    _starter, _starter_lock = None, threading.Lock()


os.register_at_fork(after_in_child=_forget_starter)
