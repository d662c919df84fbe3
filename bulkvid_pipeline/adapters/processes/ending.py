"""How a worker that `start_module` has started is ended, and what it said last."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
from typing import IO

ENDING_S = 2.0
"""What an idle worker may take to end once nothing more is asked of it."""
_SHOWN = 400


def kill_group(process: subprocess.Popen[bytes]) -> None:
    """Kill the worker and everything it started; waits for nothing."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)


def let_end(process: subprocess.Popen[bytes]) -> None:
    """Ask no more of a worker, and wait for its end; one that does not end by itself is killed."""
    if process.stdin is not None:
        with contextlib.suppress(BrokenPipeError):
            process.stdin.close()
    try:
        process.wait(ENDING_S)
    except subprocess.TimeoutExpired:
        kill_group(process)
        process.wait()


def last_words(stderr: IO[bytes] | None) -> str:
    """The end of what a worker wrote to the file, in one line."""
    if stderr is None:
        return "no message"
    size = stderr.seek(0, os.SEEK_END)
    stderr.seek(max(0, size - _SHOWN))
    return " ".join(stderr.read().decode("utf-8", "replace").split()) or "no message"
