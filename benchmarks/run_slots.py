"""Render slots under load: jobs in real processes share one instance. Measures slot utilisation and hand-over time.

.venv/bin/python benchmarks/run_slots.py [--postgres] [--row-s 1.0] [--slots 2]
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_slots import Claim, RunSlots
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline_tests.adapters.dagster.slot_worker import (
    Happening,
    StandInJob,
    most_at_once,
    processes,
    utilisation,
    work,
)
from bulkvid_pipeline_tests.peers.postgres import PostgresServer


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    parser.add_argument("--row-s", type=float, default=1.0, help="seconds that a row takes")
    parser.add_argument("--slots", type=int, default=2)
    chosen = parser.parse_args()
    with ExitStack() as stack:
        server = stack.enter_context(PostgresServer(durable=True)) if chosen.postgres else None
        for scenario in (costs, two_jobs, overtaking, ten_against_one):
            home = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            storage = f"storage:\n  postgres:\n    postgres_url: {server.create_database()}\n" if server else ""
            (home / "dagster.yaml").write_text(f"telemetry:\n  enabled: false\n{storage}")
            with DagsterInstance.from_config(str(home)) as instance:
                RunSlots(instance, "any").ensure_pool(chosen.slots)
                scenario(instance, home, chosen.row_s, chosen.slots)


def costs(instance: DagsterInstance, _home: Path, _row_s: float, slots: int) -> None:
    """Time of each call while no other process uses the slots."""
    run = RunSlots(instance, "one")
    in_work = [run.claim(f"row{number}") for number in range(slots)]
    waiting = run.claim("waiting")
    print(f"check a waiting claim              {_ms(waiting.granted)}")
    waiting.release()

    def hand_on() -> None:
        following = Claim(run, f"row{time.monotonic_ns()}", Priority.NORMAL)
        run.change(join=[following], release=[in_work.pop()])
        in_work.append(following)

    print(f"release a slot, take the next one  {_ms(hand_on)}")


def two_jobs(_instance: DagsterInstance, home: Path, row_s: float, slots: int) -> None:
    """Two jobs of two users, measured while both have rows."""
    rows = max(10, round(15 / row_s)) * slots // 2
    jobs = [_start(home, f"job{user}", rows=rows, row_s=row_s, workers=slots, user=user) for user in "ab"]
    _go(*jobs)
    happenings = _until_done(*jobs)
    print(
        f"two users, {slots} slots, {2 * rows} rows of {row_s} s: slots in use {utilisation(happenings, slots):.3f} of"
        f" the time, at most {most_at_once(happenings)} rows at once"
    )


def overtaking(_instance: DagsterInstance, home: Path, _row_s: float, slots: int) -> None:
    """An urgent job starts while a low-priority job is in the middle of 200 rows of 20 ms."""
    low = _start(home, "low", rows=200, workers=slots, priority=Priority.LOW)
    urgent = _start(home, "urgent", rows=20, workers=slots, priority=Priority.URGENT, user="other")
    _go(low)
    while len(low.happenings()) < 50:
        time.sleep(0.005)
    _go(urgent)
    happenings = _until_done(low, urgent)
    at = {what: [h.at for h in happenings if h.run_id == "urgent" and h.what == what] for what in ("joined", "start")}
    joined, first, last = at["joined"][0], at["start"][0], at["start"][-1]
    between = sum(h.run_id == "low" and h.what == "start" and first < h.at < last for h in happenings)
    print(
        f"urgent job among 200 rows of 20 ms: first row {1000 * (first - joined):.0f} ms after it joined, {between}"
        f" rows of the low job before its last; slots in use {utilisation(happenings, slots):.3f} of the time"
    )


def ten_against_one(_instance: DagsterInstance, home: Path, row_s: float, slots: int) -> None:
    """Ten jobs of one user and one job of another user, all of equal priority."""
    row_s = min(row_s, 0.25)
    jobs = [_start(home, f"a{number}", rows=10, row_s=row_s, workers=slots, user="a") for number in range(10)]
    jobs.append(_start(home, "b", rows=40, row_s=row_s, workers=slots, user="b"))
    _go(*jobs)
    happenings = _until_done(*jobs)
    b_starts = [h.at for h in happenings if h.run_id == "b" and h.what == "start"]
    both = [h for h in happenings if h.what == "start" and b_starts[0] <= h.at <= b_starts[-1]]
    shares = Counter(h.run_id[0] for h in both)
    print(f"ten jobs against one: {shares['a']} rows against {shares['b']} while both had rows")


def _start(home: Path, run_id: str, **job: Any) -> StandInJob:
    stand_in = StandInJob(home, run_id, log=home / f"{run_id}.log", go=home / f"{run_id}.go", **job)
    processes().Process(target=work, args=(stand_in,), daemon=True).start()
    while not stand_in.happenings():
        time.sleep(0.02)
    return stand_in


def _go(*jobs: StandInJob) -> None:
    for job in jobs:
        job.go.touch()


def _until_done(*jobs: StandInJob) -> list[Happening]:
    while any(sum(h.what == "end" for h in job.happenings()) < job.rows for job in jobs):
        time.sleep(0.1)
    return sorted((h for job in jobs for h in job.happenings()), key=lambda h: h.at)


def _ms(call: Callable[[], object], times: int = 100) -> str:
    took = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        took.append((time.perf_counter() - began) * 1000)
    return f"median {statistics.median(took):6.2f} ms, 95th percentile {sorted(took)[int(times * 0.95)]:6.2f} ms"


if __name__ == "__main__":
    main()
