"""What a job gains by several runs side by side, what spreading it costs, and what the database takes.

    .venv/bin/python benchmarks/machines.py [--only gain overhead writers] [--rows 60] [--postgres]

`gain`: the same job by one run and by two, each of which makes one row at a time, on one machine with two cores: the
ratio of the times in which rows were made. Goal: 1.85. `overhead`: the CPU of a whole installation (queue, daemon, code
server, runs, encoders) for a job in one run of two workers and in two runs of one. Goal: 3 %. Both render for real,
without a cache, in turns. `writers`: rows a second that processes get through the database, each of which claims a row,
tells its progress, records its materialisation with the metadata of a real row, and ends it.
"""

from __future__ import annotations

import argparse
import csv
import json
import multiprocessing
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from dagster import RunRecord

from bulkvid_pipeline_tests.peers.postgres import PostgresServer

ROUNDS = 3
WRITERS = (1, 2, 4, 8)
WRITE_S = 10.0


@dataclass(frozen=True)
class Took:
    """Seconds in which rows were made, from the launch to the job's end, of the planning run and of the conclusion (0.0
    where there is none), and CPU seconds of all processes, of PostgreSQL's apart.
    """

    rows_s: float
    whole_s: float
    plan_s: float
    conclude_s: float
    cpu_s: float
    database_s: float


def write_sheet(path: Path, rows: int) -> None:
    """Rows of about ten seconds of video, each with words of its own."""
    words = "It has two sentences, and the second one is a little longer than the first one."
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["idea_title", "script_content"])
        writer.writerows([f"Tip {n}", f"This is tip number {n} of this list. {words}"] for n in range(rows))


@contextmanager
def serving(folder: Path, settings: dict[str, str]) -> Iterator[dict[str, str]]:
    """`bulkvid serve` over a home of its own; gives the environment of commands that use it."""
    ports = [_free_port(), _free_port()]
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(folder / "home"),
        "BULKVID_OUTPUT_URL": f"file://{folder}/output",
        "BULKVID_CACHE": "false",
        "BULKVID_MACHINE_WORTH_S": "0.1",
        "BULKVID_DAGSTER_URL": f"http://127.0.0.1:{ports[1]}",
        **settings,
    }
    command = [_bulkvid(), "serve", "--port", str(ports[0]), "--dagster-port", str(ports[1])]
    server = subprocess.Popen(command, cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert any("login" in line for line in server.stdout), "the server did not start"
        yield environment
    finally:
        server.terminate()
        server.wait(60)


def run_job(folder: Path, rows: int, machines: int, workers: int, postgres: PostgresServer | None) -> Took:
    """Launch a job into the queue of an installation of its own, and see it through."""
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import list_jobs

    folder.mkdir()
    sheet = folder / "sheet.csv"
    write_sheet(sheet, rows)
    settings = {
        "BULKVID_MAX_MACHINES": str(machines),
        "BULKVID_WORKERS": str(workers),
        "BULKVID_RENDER_SLOTS": "2",
        "BULKVID_POSTGRES_URL": postgres.create_database() if postgres else "",
    }
    database_before = server_cpu_s(postgres) if postgres else 0.0
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with serving(folder, settings) as environment:
        began = time.monotonic()
        command = [_bulkvid(), "run", str(sheet), "--queue", "--plain", "-r", "720p"]
        subprocess.run(command, cwd=folder, env=environment, check=True, stdout=subprocess.DEVNULL)
        whole_s = time.monotonic() - began
        with open_instance(folder / "home", settings["BULKVID_POSTGRES_URL"]) as instance:
            (job,) = list_jobs(instance)
            took = {record.dagster_run.job_name: _seconds(record) for record in instance.get_run_records()}
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert job.items["completed"] == rows, job
    return Took(
        job.processing_ms / 1000,
        whole_s,
        took[tags.JOB] if machines > 1 else 0.0,
        took.get(tags.CONCLUSION_JOB, 0.0),
        after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime,
        server_cpu_s(postgres) - database_before if postgres else 0.0,
    )


def _seconds(record: RunRecord) -> float:
    return (record.end_time or 0.0) - (record.start_time or 0.0)


def compare(
    root: Path,
    name: str,
    rows: int,
    sides: tuple[tuple[int, int], tuple[int, int]],
    postgres: PostgresServer | None,
    rounds: int,
) -> list[list[Took]]:
    """Both sides (machines, workers) in turns."""
    found: list[list[Took]] = [[], []]
    for turn in range(rounds):
        for side, (machines, workers) in enumerate(sides):
            took = run_job(root / f"{name}{turn}-{side}", rows, machines, workers, postgres)
            found[side].append(took)
            print(
                f"{name}: {machines} x {workers}: rows {took.rows_s:6.1f} s, whole {took.whole_s:6.1f} s, "
                f"planning {took.plan_s:.1f} s, conclusion {took.conclude_s:.1f} s, {took.cpu_s:7.2f} CPU s, "
                f"{1000 * took.database_s / rows:.1f} CPU ms of the database for each row"
            )
    return found


def gain(root: Path, rows: int, postgres: PostgresServer | None, rounds: int) -> None:
    one, two = compare(root, "gain", rows, ((1, 1), (2, 1)), postgres, rounds)
    ratios = [first.rows_s / second.rows_s for first, second in zip(one, two, strict=True)]
    print(f"gain of two runs of one worker over one: {statistics.median(ratios):.2f} x ({_listed(ratios)}); goal 1.85")
    wholes = [first.whole_s / second.whole_s for first, second in zip(one, two, strict=True)]
    print(f"from the launch to the end, with queue and report: {statistics.median(wholes):.2f} x ({_listed(wholes)})")


def overhead(root: Path, rows: int, postgres: PostgresServer | None, rounds: int) -> None:
    one, two = compare(root, "overhead", rows, ((1, 2), (2, 1)), postgres, rounds)
    more = [100 * (second.cpu_s / first.cpu_s - 1) for first, second in zip(one, two, strict=True)]
    print(
        f"CPU of two runs of one worker over one run of two: {statistics.median(more):+.1f} % ({_listed(more)}); goal 3"
    )
    extra = statistics.median(second.cpu_s - first.cpu_s for first, second in zip(one, two, strict=True))
    print(f"that is {extra:.1f} CPU s for {rows} rows, most of it for starting two more processes and a conclusion")


def writers(root: Path) -> None:
    """Rows a second through PostgreSQL."""
    with PostgresServer(durable=True) as server:
        for count in WRITERS:
            url = server.create_database()
            home = root / f"writers{count}"
            _instance(home, url).dispose()
            context = multiprocessing.get_context("spawn")
            results: multiprocessing.Queue[int] = context.Queue()  # type: ignore[assignment]
            before = server_cpu_s(server)
            processes = [context.Process(target=_write, args=(home, url, n, results)) for n in range(count)]
            for process in processes:
                process.start()
            written = sum(results.get() for _ in processes)
            for process in processes:
                process.join()
            database_ms = 1000 * (server_cpu_s(server) - before) / written
            print(
                f"writers: {count}: {written / WRITE_S:7.1f} rows a second, {database_ms:.2f} CPU ms of the database "
                "for each"
            )


def _write(home: Path, url: str, number: int, results: multiprocessing.Queue[int]) -> None:
    """One writer: rows of its share of a plan, as a shard lets the database know of them."""
    from dagster import AssetMaterialization, DagsterEvent, DagsterEventType, DagsterRunStatus, EventLogEntry
    from dagster._core.events import StepMaterializationData
    from dagster._core.storage.dagster_run import DagsterRun

    from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.jobs.run_state import tell_tags

    with _instance(home, url) as instance:
        run = instance.add_run(DagsterRun(job_name=tags.SHARD_JOB, status=DagsterRunStatus.STARTED))
        claims = RowClaims(instance, "plan")
        claims.open(20_000)
        end, told, rows = time.monotonic() + WRITE_S, 0.0, 0
        while time.monotonic() < end:
            (place,) = claims.take(run.run_id, 1)
            made = AssetMaterialization(
                tags.VIDEO_ASSET, partition=f"sheet:row-{place}", metadata={"title": "x" * 60, "files": "y" * 1500}
            )
            event = DagsterEvent(
                DagsterEventType.ASSET_MATERIALIZATION.value,
                tags.SHARD_JOB,
                event_specific_data=StepMaterializationData(made),
            )
            instance.handle_new_event(
                EventLogEntry(None, "info", "", run.run_id, time.time(), job_name=tags.SHARD_JOB, dagster_event=event)  # type: ignore[no-untyped-call]
            )
            claims.end(run.run_id, place)
            rows += 1
            if time.monotonic() - told > 1:
                told = time.monotonic()
                tell_tags(instance, run.run_id, {tags.PROGRESS: json.dumps({"total": rows, "number": number})})
        results.put(rows)


def _instance(home: Path, url: str):  # type: ignore[no-untyped-def]
    from bulkvid_pipeline.services.jobs.instance import open_instance

    return open_instance(home, url)


def server_cpu_s(server) -> float:  # type: ignore[no-untyped-def]
    """CPU seconds of the database's processes, those that have ended too."""
    total = 0.0
    ticks = os.sysconf("SC_CLK_TCK")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(folder.name) == server.pid:
            total += sum(map(int, fields[11:15])) / ticks
        elif int(fields[1]) == server.pid:  # one of a connection, or for upkeep
            total += sum(map(int, fields[11:13])) / ticks
    return total


def _bulkvid() -> str:
    return str(Path(sys.executable).with_name("bulkvid"))


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _listed(ratios: list[float]) -> str:
    return ", ".join(f"{ratio:.2f}" for ratio in ratios)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", nargs="*", choices=["gain", "overhead", "writers"], default=[])
    parser.add_argument("--rows", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--postgres", action="store_true", help="gain and overhead on PostgreSQL, not SQLite")
    chosen = parser.parse_args()
    wanted = chosen.only or ["gain", "overhead", "writers"]
    print(f"load {os.getloadavg()[0]:.1f}")
    with tempfile.TemporaryDirectory() as name, ExitStack() as stack:
        root = Path(name)
        postgres = stack.enter_context(PostgresServer(durable=True)) if chosen.postgres else None
        if "gain" in wanted:
            gain(root, chosen.rows, postgres, chosen.rounds)
        if "overhead" in wanted:
            overhead(root, chosen.rows, postgres, chosen.rounds)
        if "writers" in wanted:
            writers(root)


if __name__ == "__main__":
    main()
