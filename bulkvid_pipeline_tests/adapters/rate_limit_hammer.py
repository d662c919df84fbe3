"""Processes that ask a rate limiter as fast as they can, and a check of what they were given.

The check uses the processes' own clock, not the limiter's stamps: of each admission it knows when the question was put
and when the answer came. A window is surely overfull if more than the limit were both asked and answered within it.

As a program: `python -m ...rate_limit_hammer LOCATION RECORD SECONDS`, LOCATION `-` for counts of its own; says when it
is ready, and begins when it is told to.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from bulkvid_pipeline.adapters.rate_limits import limiter_for

PROCESSES = 8
THREADS = 4
WINDOW_S = 1.0
PER_USER = 40
PER_PROJECT = 50
REFILL_RATE = 50.0


@dataclass(frozen=True)
class Admission:
    """One request that was let through."""

    asked_at: float
    answered_at: float
    user: str
    project: str


def hammer(location: str, record: Path, seconds: float) -> None:
    """Ask from several threads until the time is over, and write each admission down at once.

    Half of the threads are one user in a project with room, so that the user's limit binds; the others are many users
    in one project, so that the project's does.
    """
    limiter = limiter_for(
        None if location == "-" else location,
        per_user_limit=PER_USER,
        per_project_limit=PER_PROJECT,
        refill_rate=REFILL_RATE,
        window_s=WINDOW_S,
    )
    out = os.open(record, os.O_WRONLY | os.O_CREAT | os.O_APPEND)

    def ask(number: int) -> None:
        while time.monotonic() < end_at:
            user, project = ("busy", "roomy") if number % 2 else (f"user{random.randrange(8)}", "crowded")
            asked_at = time.monotonic()
            if limiter.can_proceed(user, project):
                os.write(out, f"{asked_at} {time.monotonic()} {user} {project}\n".encode())

    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    end_at = time.monotonic() + seconds
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@contextmanager
def hammering(location: str | Path, folder: Path, seconds: float) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Processes that hammer at the counts of `location`, started together; waited for at the end."""
    command = [sys.executable, "-m", __name__, str(location)]
    processes = [
        subprocess.Popen(
            [*command, str(folder / str(number)), str(seconds)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for number in range(PROCESSES)
    ]
    with ExitStack() as cleanup:
        for process in processes:
            cleanup.enter_context(process)
            cleanup.callback(process.kill)
        for process in processes:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
        for process in processes:
            assert process.stdin is not None
            process.stdin.write(b"begin\n")
            process.stdin.flush()
        yield processes
        for process in processes:
            process.wait()


def admissions_in(folder: Path) -> list[Admission]:
    """What all processes have written down, by the time of asking."""
    lines = [line for record in sorted(folder.iterdir()) for line in record.read_text().splitlines()]
    fields = [line.split() for line in lines]
    return sorted(
        (Admission(float(asked), float(answered), user, project) for asked, answered, user, project in fields),
        key=lambda admission: admission.asked_at,
    )


def fullest_window(admissions: Iterable[Admission], window_s: float) -> int:
    """The most admissions that were surely within one window."""
    known = list(admissions)
    return max(
        (
            sum(first.asked_at <= each.asked_at and each.answered_at <= first.asked_at + window_s for each in known)
            for first in known
        ),
        default=0,
    )


if __name__ == "__main__":
    hammer(sys.argv[1], Path(sys.argv[2]), float(sys.argv[3]))
