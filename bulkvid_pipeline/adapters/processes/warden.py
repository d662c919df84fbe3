"""Ends what a supervisor has started when the supervisor itself cannot: it was killed with -9.

    python -m bulkvid_pipeline.adapters.processes.warden VARIABLE VALUE [FOLDER]

The kernel kills a supervisor's own children (see `children`), but not what those have started. The warden reads from a
pipe whose other end the supervisor holds; its end is the supervisor's, however that came. It then kills all processes
that have the mark `VARIABLE=VALUE`, and removes the folder that they shared.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Mapping

from bulkvid_pipeline.adapters.processes.marked import kill_marked

KILLING_S = 30.0


def start_warden(variable: str, value: str, folder: str, env: Mapping[str, str]) -> subprocess.Popen[bytes]:
    """Start a warden over the processes with that mark; close its `stdin` when nothing is left for it to do.

    `env` must not have the mark.
    """
    return subprocess.Popen(
        [sys.executable, "-m", __name__, variable, value, folder],
        stdin=subprocess.PIPE,
        env=dict(env),
        start_new_session=True,
    )


def main(arguments: list[str]) -> None:
    """Wait for the end of the pipe, then end what is marked."""
    variable, value, *folders = arguments
    sys.stdin.buffer.read()
    kill_marked(variable, value, KILLING_S)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main(sys.argv[1:])
