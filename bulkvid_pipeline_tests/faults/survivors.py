"""kill -9 of a command once it has started something, and for how long what it had started outlives it.

    python -m bulkvid_pipeline_tests.faults.survivors SECONDS COMMAND...

Whoever loses his parent becomes a child of this process (PR_SET_CHILD_SUBREAPER, prctl(2)), so that the end of the last
of them is waited for, and none is overlooked. Prints how many there were and how many seconds the last one lived on.
"""

from __future__ import annotations

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

_PR_SET_CHILD_SUBREAPER = 36


def main(seconds: float, command: list[str]) -> None:
    """Kill `command` so many seconds after its first child appeared, or as soon as it has one again after that."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
    job = subprocess.Popen(command)
    _wait_for_child(job)
    time.sleep(seconds)
    _stop_with_child(job)
    job.send_signal(signal.SIGKILL)
    job.wait()
    killed = time.monotonic()
    orphans = 0
    while True:
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            break
        orphans += 1
    print(json.dumps({"orphans": orphans, "outlived_s": time.monotonic() - killed}), flush=True)  # noqa: T201


def _wait_for_child(job: subprocess.Popen[bytes]) -> None:
    while not _children_of(job.pid):
        if job.poll() is not None:
            raise SystemExit(f"it ended by itself with {job.returncode}")
        time.sleep(0.005)


def _stop_with_child(job: subprocess.Popen[bytes]) -> None:
    """Stop the command while it has a child: one that is just ending must not be gone before the kill."""
    while True:
        job.send_signal(signal.SIGSTOP)
        if _children_of(job.pid):
            return
        job.send_signal(signal.SIGCONT)
        time.sleep(0.005)
        _wait_for_child(job)


def _children_of(pid: int) -> list[int]:
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[1]) == pid:
            found.append(int(entry.name))
    return found


if __name__ == "__main__":
    main(float(sys.argv[1]), sys.argv[2:])
