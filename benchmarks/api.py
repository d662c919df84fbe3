"""What requests to the API take, as ratios to a bare FastAPI route in the same process.

    .venv/bin/python benchmarks/api.py [--clients 50] [--rounds 5] [--requests 300] [--jobs 2000] [--rows 10000]

An instance (SQLite) of 2,000 jobs of one project, one of them with 10,000 rows; 50 clients that ask again as soon as
they have their answer. The routes are asked in turns within one run, and each figure is the median over the rounds.
Goals: the 95th percentile of a job and of its progress at most 5 times that of the bare route, of a page of the list at
most 15 times. Clients and server share the machine. The limits of requests are raised, and their counts are emptied
before each batch of 300, so that windows hold no more times than at the default limit of a project.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from bulkvid_pipeline.adapters.rate_limits.location import FILE_NAME

PROJECT = "default"
BIG = "job_big"
GOALS = {"job": 5.0, "progress": 5.0, "list page": 15.0}


def fill(home: Path, jobs: int, rows: int) -> None:
    """Write runs as jobs leave them: `jobs` small ones, and a big one that has told of all its rows."""
    from dagster import AssetMaterialization, DagsterEventType, DagsterRun, DagsterRunStatus
    from dagster._core.events import DagsterEvent, StepMaterializationData

    from bulkvid_pipeline.core import tags
    from bulkvid_pipeline.services.jobs.instance import open_instance

    config: dict[str, Any] = {
        "resources": {tags.SPEC_RESOURCE: {"config": {"input_source": {"type": "file", "path": "x.csv"}}}}
    }
    with open_instance(home) as instance:

        def run_of(job_id: str, total: int) -> DagsterRun:
            told = {
                "total": total,
                "counts": {"completed": total},
                "percent": 100.0,
                "elapsed_ms": 1000,
                "at": time.time(),
            }
            named = {
                tags.JOB_ID: job_id,
                tags.TITLE: f"Campaign {job_id}",
                tags.PROJECT: PROJECT,
                tags.USER: "ana",
                tags.PROGRESS: json.dumps(told),
                tags.STATE: "completed",
            }
            run = DagsterRun(job_name=tags.JOB, run_config=config, tags=named, status=DagsterRunStatus.SUCCESS)
            return instance.run_storage.add_run(run)

        for number in range(jobs - 1):
            run_of(f"job_{number:012x}", 10)
        big = run_of(BIG, rows)
        for number in range(rows):
            made = AssetMaterialization(
                tags.VIDEO_ASSET,
                partition=f"sheet:row-{number}",
                metadata={
                    "title": f"Row {number}",
                    "sheet_row": number + 2,
                    "rendered_now": True,
                    "duration_s": 12.0,
                    "render_seconds": 1.0,
                    "warnings": "none",
                },
            )
            event = DagsterEvent(
                DagsterEventType.ASSET_MATERIALIZATION.value,
                tags.JOB,
                event_specific_data=StepMaterializationData(made, []),
                step_key="video",
            )
            instance.report_dagster_event(event, big.run_id)


def app() -> Any:
    """The API, and beside it a bare FastAPI route that shares nothing with it but the process."""
    from fastapi import FastAPI

    from bulkvid_pipeline.server.api_process import lasting_site

    api, bare = lasting_site(), FastAPI()

    @bare.get("/bare")
    async def read() -> dict[str, bool]:
        return {"success": True}

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        await (bare if scope.get("path") == "/bare" else api)(scope, receive, send)

    return serve


@contextmanager
def serving(folder: Path) -> Iterator[int]:
    """The app under uvicorn; gives its port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(folder / "home"),
        "BULKVID_OUTPUT_URL": f"file://{folder}/output",
        "BULKVID_API_LIMIT_PER_USER": "1000000",
        "BULKVID_API_LIMIT_PER_PROJECT": "1000000",
        "PYTHONPATH": str(Path(__file__).parent),
    }
    command = [
        sys.executable,
        "-m",
        "uvicorn",
        "--factory",
        "api:app",
        "--no-access-log",
        "--port",
        str(port),
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen(command, cwd=folder, env=environment)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None, "the server did not start"
                time.sleep(0.1)
        yield port
    finally:
        server.terminate()
        server.wait(20)


def empty_counts(home: Path) -> None:
    """Forget the requests of earlier batches."""
    with closing(sqlite3.connect(home / FILE_NAME, timeout=10)) as counts, counts:
        counts.execute("DELETE FROM rate_meters")


async def ask(port: int, path: str, tokens: Sequence[str], requests: int, clients: int) -> list[float]:
    """The seconds that each of so many requests took, of clients that ask one after another."""
    left, took = iter(range(requests)), list[float]()

    async def client() -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number in left:
            token = tokens[number % len(tokens)]
            request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\n\r\n".encode()
            started = time.perf_counter()
            writer.write(request)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
            await reader.readexactly(int(length.split(b":")[1]))
            took.append(time.perf_counter() - started)
            assert head.startswith(b"HTTP/1.1 200"), head
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return took


def percentile(seconds: Sequence[float], share: float) -> float:
    """In ms."""
    return 1000 * sorted(seconds)[int(share * (len(seconds) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("clients", 50), ("rounds", 5), ("requests", 300), ("jobs", 2000), ("rows", 10_000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    chosen = parser.parse_args()
    from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES
    from bulkvid_pipeline.services.access.tokens import mint
    from bulkvid_pipeline.settings import Settings

    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        fill(folder / "home", chosen.jobs, chosen.rows)
        tokens = [
            mint(
                Settings(), folder / "home", user_id=f"u{n}", project_id=PROJECT, scopes=DEFAULT_SCOPES, lifetime_s=3600
            )
            for n in range(50)
        ]
        paths = {
            "bare": "/bare",
            "job": f"/api/bulk-jobs/{BIG}",
            "progress": f"/api/bulk-jobs/{BIG}/progress",
            "list page": "/api/bulk-jobs?page_size=20&sort=created_at&order=desc",
            "list by percent": "/api/bulk-jobs?page_size=100&sort=percent_complete&order=asc",
            "items page": f"/api/bulk-jobs/{BIG}/items?page_size=100",
        }
        with serving(folder) as port:
            found: dict[str, list[float]] = {name: [] for name in paths}
            middles: dict[str, list[float]] = {name: [] for name in paths}
            for path in paths.values():
                asyncio.run(ask(port, path, tokens, 50, chosen.clients))
            for _ in range(chosen.rounds):
                for name, path in paths.items():
                    empty_counts(folder / "home")
                    took = asyncio.run(ask(port, path, tokens, chosen.requests, chosen.clients))
                    found[name].append(percentile(took, 0.95))
                    middles[name].append(percentile(took, 0.5))
    print(f"{chosen.clients} clients, {chosen.jobs} jobs, {chosen.rows} rows; load {os.getloadavg()[0]:.1f}")
    for name, high in found.items():
        ratios = [one / bare for one, bare in zip(high, found["bare"], strict=True)]
        goal = f" (goal {GOALS[name]:.0f})" if name in GOALS else ""
        print(
            f"{name:16} p50 {statistics.median(middles[name]):6.1f} ms, p95 {statistics.median(high):6.1f} ms, "
            f"{statistics.median(ratios):5.1f} x the bare route{goal}"
        )


if __name__ == "__main__":
    main()
