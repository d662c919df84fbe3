"""How many slots a second the rate limiter grants, on each of its stores.

    .venv/bin/python benchmarks/rate_limiter.py [--seconds 3]

Needs the dev dependencies, which include PostgreSQL.

One process with one thread, then 8 processes with 4 threads each, which all share one budget. The limits are so high
that every request is admitted. The window holds some hundreds of time stamps, as it does at the default limits.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bulkvid_pipeline.adapters.rate_limits import limiter_for

PROCESSES = 8
THREADS = 4
USERS = 5
WINDOW_S = 0.05


def count_acquisitions(location: str, threads: int, seconds: float, wait_for_start: Callable[[], object]) -> int:
    """Slots taken by the threads of this process within `seconds` after `wait_for_start` has returned."""
    limiter = limiter_for(
        None if location == "-" else location,
        per_user_limit=100_000,
        per_project_limit=100_000,
        refill_rate=1_000_000.0,
        window_s=WINDOW_S,
    )
    taken = [0] * threads

    def take(number: int) -> None:
        while time.monotonic() < end_at:
            taken[number] += limiter.can_proceed(f"user{number % USERS}", "benchmark")

    wait_for_start()
    end_at = time.monotonic() + seconds
    workers = [threading.Thread(target=take, args=(number,)) for number in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return sum(taken)


def rate(location: str, processes: int, threads: int, seconds: float) -> float:
    """Slots per second that all processes take together."""
    command = [sys.executable, __file__, "--worker", location, str(threads), str(seconds)]
    workers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(processes)
    ]
    for worker in workers:
        assert worker.stdout is not None
        worker.stdout.readline()
    for worker in workers:
        assert worker.stdin is not None
        worker.stdin.write("begin\n")
        worker.stdin.flush()
    answers = [worker.communicate()[0] for worker in workers]
    if any(worker.returncode for worker in workers):
        raise SystemExit(f"A worker failed on {location.rpartition('@')[2]}")
    return sum(int(answer) for answer in answers) / seconds


def say_ready_and_wait() -> None:
    """Report that this worker is ready, and wait until all workers may start."""
    print("ready", flush=True)
    sys.stdin.readline()


@contextmanager
def stores() -> Iterator[list[tuple[str, str]]]:
    """Name and location of each store that several processes can share."""
    from bulkvid_pipeline_tests.peers.postgres import PostgresServer

    with (
        tempfile.TemporaryDirectory() as folder,
        PostgresServer() as quick,
        PostgresServer(durable=True) as durable,
    ):
        yield [
            ("SQLite", str(Path(folder) / "instance")),
            ("PostgreSQL, fsync off", quick.url),
            ("PostgreSQL, fsync on", durable.url),
        ]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=3.0, help="length of each measurement")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        location, threads, seconds = options.worker
        print(count_acquisitions(location, int(threads), float(seconds), say_ready_and_wait))
        return
    alone = count_acquisitions("-", 1, options.seconds, lambda: None) / options.seconds
    print(f"{'in memory, 1 thread':28}{alone:10,.0f} slots/s")
    with stores() as locations:
        for name, location in locations:
            for processes, threads in ((1, 1), (PROCESSES, THREADS)):
                speed = rate(location, processes, threads, options.seconds)
                print(f"{name + f', {processes} x {threads}':28}{speed:10,.0f} slots/s", flush=True)


if __name__ == "__main__":
    main()
