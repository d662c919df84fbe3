"""What a bulk job costs besides rendering: CPU, memory and event log per row, queries, and urgent jobs going first.

    .venv/bin/python benchmarks/jobs.py [--large] [--postgres]

Whole jobs (sheet, validation, slots, publishing, events, report) in processes of their own, but each row is "rendered"
by a stand-in that waits 50 ms and writes small files. `--large` takes 10,000 rows in place of 1,000, and lists 2,000
jobs in place of 200.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from unittest import mock

import psycopg2  # type: ignore[import-untyped]

from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.rendering.output import RenderedOutput
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import RenderRequest

Answer = TypeVar("Answer")

ROW_S = 0.05
WORKERS = 4
LOOK_EVERY_S = 1.0
FILES = {"video.mp4": bytes(2048), "poster.jpg": bytes(512), "captions.srt": b"1\n", "captions.vtt": b"WEBVTT\n"}


class Course:
    """When rows started in this process, and how much CPU and memory the process had used by then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.samples: list[tuple[float, float, float]] = []
        """For each row: monotonic time in seconds, CPU seconds, resident memory in MB."""
        self.in_line = 0.0
        """When workers were started, just before the first rows queue for slots."""

    def sample(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        with self._lock:
            self.samples.append((time.monotonic(), used.ru_utime + used.ru_stime, memory))


class StandInProcess:
    """Takes the place of a RenderProcess."""

    def __init__(self, course: Course, row_s: float = ROW_S) -> None:
        self._course = course
        self._row_s = row_s
        self._killed = threading.Event()
        self.spent = Spending()

    def render(
        self,
        request: RenderRequest,
        on_progress: Callable[[str, float], None],
        stall_s: float,  # noqa: ARG002
    ) -> RenderedRow:
        self._course.sample()
        on_progress("voice", 0.0)
        self._killed.wait(self._row_s)
        outputs = tuple(self._output(request, output.platform) for output in request.outputs)
        return RenderedRow(outputs, "en", 1.0, 0.0)

    def _output(self, request: RenderRequest, platform: str) -> RenderedOutput:
        folder = Path(request.folder) / platform
        folder.mkdir()
        for name, content in FILES.items():
            (folder / name).write_bytes(content)
        video, poster, srt, vtt = FILES
        return RenderedOutput(
            platform=platform,
            folder=folder,
            video=video,
            poster=poster,
            thumbnail="",
            srt=srt,
            vtt=vtt,
            width=1280,
            height=720,
            duration_s=6.0,
            frames=180,
            size_bytes=2048,
            loudness_lufs=-14.0,
            true_peak_dbtp=-1.0,
            render_seconds=self._row_s,
            cpu_seconds=0.0,
        )

    def kill(self) -> None:
        self._killed.set()

    def close(self) -> None: ...


def run_job(sheet: str, job_id: str, priority: str = "normal", user: str = "ann", row_s: float = ROW_S) -> None:
    """Entry point of a child process: run a job with stand-ins, and print its `Course` as JSON."""
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.launch.here import execute_here
    from bulkvid_pipeline.services.batch import render_setup
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home

    course = Course()
    spec = BulkJobSpec.for_input(sheet, priority=priority, user_id=user)

    def start(*_: object) -> StandInProcess:
        course.in_line = course.in_line or time.monotonic()
        return StandInProcess(course, row_s)

    stand_in = mock.patch.object(render_setup, "RenderProcess", start)
    with open_instance(dagster_home()) as instance, stand_in:
        began = time.monotonic()
        success = execute_here(spec, instance, job_id)
        ended = time.monotonic()
        course.sample()
    result = {"success": success, "began": began, "in_line": course.in_line, "ended": ended, "samples": course.samples}
    result["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps(result))


@dataclass(frozen=True)
class Started:
    """A job's process, started at monotonic time `at`; its output goes to a file."""

    process: subprocess.Popen[bytes]
    output: Path
    at: float

    def course(self) -> dict[str, Any]:
        """The job's `Course`, after waiting for the process to end."""
        self.process.wait()
        output = self.output.read_text()
        course: dict[str, Any] = json.loads(output.splitlines()[-1])
        assert course["success"], output
        return course


class Bench:
    """An installation in a temporary folder, on SQLite or PostgreSQL."""

    def __init__(self, folder: Path, postgres_url: str) -> None:
        self.folder = folder
        self.postgres_url = postgres_url
        self.environment = {
            "DAGSTER_HOME": str(folder / "home"),
            "BULKVID_OUTPUT_URL": f"file://{folder}/output",
            "BULKVID_WORK_DIR": str(folder / "work"),
            "BULKVID_CACHE": "false",
            "BULKVID_LIMIT_ROWS": "false",
            "BULKVID_WORKERS": str(WORKERS),
            "BULKVID_RENDER_SLOTS": str(WORKERS),
            "BULKVID_POSTGRES_URL": postgres_url,
        }
        os.environ.update(self.environment)

    def start(self, name: str, rows: int, priority: str = "normal", user: str = "ann") -> Started:
        sheet = self.folder / f"{name}.csv"
        with sheet.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["idea_title", "script_content"])
            writer.writerows([f"{name} {n}", f"Tip number {n}."] for n in range(rows))
        return self.launch([sys.executable, __file__, "--job", str(sheet), f"job_{name}", priority, user], name)

    def launch(self, command: list[str], name: str) -> Started:
        output = self.folder / f"{name}.out"
        with output.open("w") as file:
            return Started(subprocess.Popen(command, stdout=file), output, time.monotonic())

    def stored_bytes(self) -> int:
        """Size of Dagster's storage in bytes."""
        if not self.postgres_url:
            home = self.folder / "home"
            return sum(path.stat().st_size for path in home.rglob("*") if path.suffix in {".db", ".db-wal"})
        connection = psycopg2.connect(self.postgres_url)
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_database_size(current_database())")
            (size,) = cursor.fetchone()
        connection.close()
        return int(size)


def cost_of_rows(bench: Bench, rows: int) -> None:
    """One job alone, watched once a second by one client."""
    bench.start("warm", 20).course()
    before = bench.stored_bytes()
    started = bench.start("big", rows)
    looks = watched(bench, started)
    course = started.course()
    samples = course["samples"]
    first, last, end = samples[rows // 10], samples[-2], samples[-1]
    counted = rows - 1 - rows // 10
    wall, cpu = last[0] - first[0], last[1] - first[1]
    print(f"{rows} rows of {1000 * ROW_S:.0f} ms, {WORKERS} workers: {course['ended'] - course['began']:.1f} s")
    print(
        f"  CPU per row             {1000 * cpu / counted:.1f} ms ({100 * counted * ROW_S / WORKERS / wall:.0f} % busy)"
    )
    print(f"  before the first row    {samples[0][0] - course['began']:.1f} s, CPU {samples[0][1]:.1f} s with imports")
    print(f"  after the last began    {end[0] - last[0]:.1f} s, CPU {end[1] - last[1]:.1f} s")
    print(f"  memory                  {first[2]:.0f} MB at a tenth, {last[2]:.0f} MB at the end of the rows, "
          f"{end[2]:.0f} MB after the report ({1024 * (last[2] - first[2]) / counted:.2f} KB per row)")  # fmt: skip
    print(f"  CPU in all              {end[1]:.1f} s")
    print(f"  Dagster's storage       {(bench.stored_bytes() - before) / rows:.0f} bytes per row")
    for what, seconds in looks.items():
        print(f"  {what:23} {_spread(seconds)}, {len(seconds)} times while the job ran")
    again = bench.start("big", rows).course()
    print(f"  second run, all kept    {again['ended'] - again['began']:.1f} s, CPU {again['samples'][-1][1]:.1f} s")


def watched(bench: Bench, started: Started) -> dict[str, list[float]]:
    """Poll the job every second until it ends; the seconds that each read took, by kind of read."""
    from bulkvid_pipeline.core.errors import JobNotFoundError
    from bulkvid_pipeline.services.jobs.follow import JobWatch
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job

    looks: dict[str, list[float]] = {"progress read": [], "new events read": []}
    watch: JobWatch | None = None
    with open_instance(bench.folder / "home") as instance:
        while started.process.poll() is None:
            time.sleep(LOOK_EVERY_S)
            try:
                took, _job = _timed(lambda: find_job(instance, "job_big"))
            except JobNotFoundError:
                continue
            looks["progress read"].append(took)
            watch = watch or JobWatch(instance, "job_big")
            looks["new events read"].append(_timed(watch.poll)[0])
    return looks


def look_ups(bench: Bench, jobs: int) -> None:
    """Finding one job and its events, and listing many jobs."""
    from dagster import DagsterRun

    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.jobs.events import job_events
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job, list_jobs

    with open_instance(bench.folder / "home") as instance:
        print(f"find_job                  {_ms(lambda: find_job(instance, 'job_big'))}")
        print(f"its 100 newest events     {_ms(lambda: job_events(instance, 'job_big'), 3)}")
        config: Mapping[str, Any] = {
            "resources": {tags.SPEC_RESOURCE: {"config": {"input_source": {"type": "file", "path": "x.csv"}}}}
        }
        for number in range(jobs):
            # As `create_run` does, without its inspection of the job's definition, which takes twenty times as long.
            run = DagsterRun(job_name=tags.JOB, run_config=config, tags={tags.JOB_ID: f"job_{number:06}"})
            instance.run_storage.add_run(run)
        print(f"find_job, {jobs:4} jobs more {_ms(lambda: find_job(instance, 'job_big'))}")
        print(f"its progress as JSON      {_ms(lambda: find_job(instance, 'job_big').progress_view().as_json())}")
        print(f"list_jobs, newest 20      {_ms(lambda: list(list_jobs(instance, limit=20)))}")
        print(f"list_jobs, all {jobs + 2:5}      {_ms(lambda: list(list_jobs(instance)), 3)}")


def overtaking(bench: Bench) -> None:
    """An urgent job of another user is started while a low-priority job is in the middle of its rows."""
    low = bench.start("low", 1000, "low")
    time.sleep(12)
    entered = bench.start("urgent", 50, "urgent", "bob")
    urgent = entered.course()
    starts = [at for at, _, _ in low.course()["samples"][:-1]]
    rows = [at for at, _, _ in urgent["samples"][:-1]]
    assert starts[0] < rows[0] < starts[-1], "the two jobs did not overlap"

    def passed(since: float, until: float) -> int:
        return sum(since < at < until for at in starts)

    print(f"urgent job of 50 rows     first row {rows[0] - entered.at:.1f} s after it was entered, of which "
          f"{urgent['began'] - entered.at:.1f} s imports, {urgent['in_line'] - urgent['began']:.1f} s the sheet; "
          f"{passed(entered.at, rows[0])} rows of the low job began meanwhile")  # fmt: skip
    print(f"  once in line            first row after {1000 * (rows[0] - urgent['in_line']):.0f} ms, "
          f"{passed(urgent['in_line'], rows[0])} rows of the low job began meanwhile, "
          f"{passed(rows[WORKERS - 1], rows[-1])} between its own first and last")  # fmt: skip


def _timed(call: Callable[[], Answer]) -> tuple[float, Answer]:
    began = time.perf_counter()
    answer = call()
    return time.perf_counter() - began, answer


def _spread(seconds: list[float]) -> str:
    ranked = sorted(seconds)
    middle, high = statistics.median(ranked), ranked[int(len(ranked) * 0.95)]
    return f"median {1000 * middle:.1f} ms, 95th percentile {1000 * high:.1f} ms"


def _ms(call: Callable[[], object], times: int = 10) -> str:
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - began)
    return f"{1000 * statistics.median(seconds):.1f} ms"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--large", action="store_true", help="10,000 rows")
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    parser.add_argument("--job", nargs=4, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.job:
        run_job(*chosen.job)
        return
    from bulkvid_pipeline_tests.peers.postgres import PostgresServer

    with ExitStack() as stack:
        url = stack.enter_context(PostgresServer(durable=True)).create_database() if chosen.postgres else ""
        bench = Bench(Path(stack.enter_context(tempfile.TemporaryDirectory())), url)
        cost_of_rows(bench, 10_000 if chosen.large else 1_000)
        look_ups(bench, 2_000 if chosen.large else 200)
        overtaking(bench)


if __name__ == "__main__":
    main()
