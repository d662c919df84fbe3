"""What a bulk job costs beside its rendering: CPU, memory and event log per row, look-ups, overtaking.

    .venv/bin/python benchmarks/jobs.py [--large] [--postgres]

Whole jobs (sheet, validation, slots, publishing, events, report) in processes of their own, but each row is "rendered"
by a stand-in that waits 50 ms and writes small files. `--large` takes 10,000 rows in place of 1,000.
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
from pathlib import Path
from typing import Any
from unittest import mock

import psycopg2  # type: ignore[import-untyped]

from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.rendering.row import RenderedOutput, RenderedRow
from bulkvid_pipeline.rendering.worker import RenderRequest

ROW_S = 0.05
WORKERS = 4
JOBS_LISTED = 200
FILES = {"video.mp4": bytes(2048), "poster.jpg": bytes(512), "captions.srt": b"1\n", "captions.vtt": b"WEBVTT\n"}


class Course:
    """When rows started in this process, and what the process had used up by then."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.samples: list[tuple[float, float, float]] = []
        """Seconds on the clock of the machine, CPU seconds, resident memory in MB."""

    def sample(self) -> None:
        used = resource.getrusage(resource.RUSAGE_SELF)
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        memory = pages * os.sysconf("SC_PAGE_SIZE") / 2**20
        with self._lock:
            self.samples.append((time.monotonic(), used.ru_utime + used.ru_stime, memory))


class StandInProcess:
    """Takes the place of a RenderProcess."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._killed = threading.Event()
        self.spent = Spending()

    def render(self, request: RenderRequest, on_progress: Callable[[str, float], None]) -> RenderedRow:
        self._course.sample()
        on_progress("voice", 0.0)
        self._killed.wait(ROW_S)
        outputs = tuple(self._output(request, output.platform) for output in request.outputs)
        return RenderedRow(outputs, "en", 1.0, 0.0)

    def _output(self, request: RenderRequest, platform: str) -> RenderedOutput:
        folder = Path(request.folder) / platform
        folder.mkdir()
        for name, content in FILES.items():
            (folder / name).write_bytes(content)
        video, poster, srt, vtt = FILES
        return RenderedOutput(
            platform, folder, video, poster, srt, vtt, 1280, 720, 6.0, 180, 2048, -14.0, -1.0, ROW_S, 0.0
        )

    def kill(self) -> None:
        self._killed.set()

    def close(self) -> None: ...


def run_job(sheet: str, job_id: str, priority: str, user: str) -> None:
    """In a process of its own: run a job with stand-ins, and print its course as JSON."""
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.services import batch
    from bulkvid_pipeline.services.launching import execute_here, open_instance
    from bulkvid_pipeline.settings import dagster_home

    course = Course()
    spec = BulkJobSpec.for_input(sheet, priority=priority, user_id=user)

    def hire(*_: object) -> StandInProcess:
        return StandInProcess(course)

    stand_in = mock.patch.object(batch, "RenderProcess", hire)
    with open_instance(dagster_home()) as instance, stand_in:
        began = time.monotonic()
        success = execute_here(spec, instance, job_id)
        ended = time.monotonic()
        course.sample()
    print(json.dumps({"success": success, "began": began, "ended": ended, "samples": course.samples}))


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
            "BULKVID_WORKERS": str(WORKERS),
            "BULKVID_RENDER_SLOTS": str(WORKERS),
            "BULKVID_POSTGRES_URL": postgres_url,
        }
        os.environ.update(self.environment)

    def start(self, name: str, rows: int, priority: str = "normal", user: str = "ann") -> subprocess.Popen[str]:
        sheet = self.folder / f"{name}.csv"
        with sheet.open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["idea_title", "script_content"])
            writer.writerows([f"{name} {n}", f"Tip number {n}."] for n in range(rows))
        command = [sys.executable, __file__, "--job", str(sheet), f"job_{name}", priority, user]
        return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)

    @staticmethod
    def course_of(process: subprocess.Popen[str]) -> dict[str, Any]:
        output, _ = process.communicate()
        course: dict[str, Any] = json.loads(output.splitlines()[-1])
        assert course["success"], output
        return course

    def stored_bytes(self) -> int:
        """What Dagster's storage takes."""
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
    """One job, alone."""
    Bench.course_of(bench.start("warm", 20))
    before = bench.stored_bytes()
    course = Bench.course_of(bench.start("big", rows))
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
    print(f"  Dagster's storage       {(bench.stored_bytes() - before) / rows:.0f} bytes per row")
    again = Bench.course_of(bench.start("big", rows))
    print(f"  second run, all kept    {again['ended'] - again['began']:.1f} s, CPU {again['samples'][-1][1]:.1f} s")


def look_ups(bench: Bench) -> None:
    """Finding one job, and listing many."""
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.definitions import defs
    from bulkvid_pipeline.services.jobs import find_job, list_jobs
    from bulkvid_pipeline.services.launching import open_instance

    job = defs.resolve_job_def(tags.JOB)
    with open_instance(bench.folder / "home") as instance:
        print(f"find_job                  {_ms(lambda: find_job(instance, 'job_big'))}")
        config: Mapping[str, Any] = {
            "resources": {tags.SPEC_RESOURCE: {"config": {"input_source": {"type": "file", "path": "x.csv"}}}}
        }
        for number in range(JOBS_LISTED):
            instance.create_run_for_job(job, run_config=config, tags={tags.JOB_ID: f"job_{number:06}"})
        print(f"find_job, {JOBS_LISTED} jobs more  {_ms(lambda: find_job(instance, 'job_big'))}")
        print(f"find_job, part of its id  {_ms(lambda: find_job(instance, 'job_bi'), 3)}")
        print(f"list_jobs, newest 20      {_ms(lambda: list(list_jobs(instance, limit=20)))}")
        print(f"list_jobs, all            {_ms(lambda: list(list_jobs(instance)), 3)}")


def overtaking(bench: Bench) -> None:
    """An urgent job of another user comes while a low one is in the middle of its rows."""
    low = bench.start("low", 1000, "low")
    time.sleep(12)
    urgent = bench.course_of(bench.start("urgent", 50, "urgent", "bob"))
    starts = [at for at, _, _ in bench.course_of(low)["samples"][:-1]]
    rows = [at for at, _, _ in urgent["samples"][:-1]]
    assert starts[0] < rows[0] < starts[-1], "they did not meet"
    before = max(at for at in starts if at <= rows[0])
    between = sum(rows[WORKERS - 1] < at < rows[-1] for at in starts)
    print(f"urgent job of 50 rows     first row {1000 * (rows[0] - before):.0f} ms after the low job's last before, "
          f"{between} rows of the low job started until its last")  # fmt: skip


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
        look_ups(bench)
        overtaking(bench)


if __name__ == "__main__":
    main()
