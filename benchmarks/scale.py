"""What a job costs besides rendering as it grows: CPU, memory and database bytes per row, and runs with little to do.

    .venv/bin/python benchmarks/scale.py [--rows 100 1000 10000] [--postgres]

Whole jobs (sheet, validation, slots, publishing, events, report) in processes of their own, in a new installation for
each size. A row is "rendered" by a stand-in that writes small files at once. The same sheet is then run again
unchanged, and once more with one changed row. CPU is user and system time of the job's process.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jobs import Bench, run_job

ROWS = (100, 1_000, 10_000)
GOAL_MS = 20.0
"""CPU of a row besides rendering, in milliseconds."""
GOAL_UNCHANGED_S = 10.0
"""CPU of a run over 10,000 unchanged rows, in seconds."""


@dataclass(frozen=True)
class Cost:
    """What one run has cost: CPU in seconds, memory in MB, Dagster's storage in bytes."""

    before_rows_s: float
    """CPU until the first row began, imports and validation included; of a run without rows, all of it."""
    cpu_s: float
    wall_s: float
    peak_mb: float
    stored: int


def cost_of(bench: Bench, sheet: Path, job_id: str) -> Cost:
    before = bench.stored_bytes()
    command = [sys.executable, __file__, "--job", str(sheet), job_id]
    course: dict[str, Any] = bench.launch(command, job_id).course()
    samples = course["samples"]
    wall_s = course["ended"] - course["began"]
    return Cost(samples[0][1], samples[-1][1], wall_s, course["peak_mb"], bench.stored_bytes() - before)


def write_sheet(path: Path, rows: int, changed: int | None = None) -> Path:
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["idea_title", "script_content"])
        writer.writerows(
            [f"Idea {n}", f"Tip number {n}{', another one' if n == changed else ''}."] for n in range(rows)
        )
    return path


def measure(rows: int, *, postgres: bool) -> None:
    from bulkvid_pipeline_tests.peers.postgres import PostgresServer

    with ExitStack() as stack:
        url = stack.enter_context(PostgresServer(durable=True)).create_database() if postgres else ""
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        bench = Bench(folder, url)
        cost_of(bench, write_sheet(folder / "warm.csv", 5), "job_warm")
        sheet = write_sheet(folder / "sheet.csv", rows)
        first = cost_of(bench, sheet, "job_first")
        again = cost_of(bench, sheet, "job_again")
        changed = cost_of(bench, write_sheet(sheet, rows, changed=rows // 2), "job_changed")
    per_row = 1000 * (first.cpu_s - first.before_rows_s) / rows
    print(
        f"{rows:7} rows: {per_row:5.1f} ms a row (goal {GOAL_MS:.0f}), before the first {first.before_rows_s:5.1f} s, "
        f"{first.wall_s:6.1f} s by the clock, peak {first.peak_mb:4.0f} MB, {first.stored / rows:6.0f} bytes a row",
        flush=True,
    )
    for what, cost in (("unchanged", again), ("one row changed", changed)):
        seen = f"{cost.wall_s:6.1f} s by the clock, peak {cost.peak_mb:4.0f} MB, {cost.stored / rows:6.0f} bytes a row"
        print(f"        {what:15}: {cost.cpu_s:5.1f} CPU s, {seen}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    parser.add_argument("--job", nargs=2, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.job:
        run_job(*chosen.job, row_s=0.0)
        return
    for rows in chosen.rows:
        measure(rows, postgres=chosen.postgres)


if __name__ == "__main__":
    main()
