"""What open streams of a running job cost the API, and how soon they tell of a change.

    .venv/bin/python benchmarks/streams.py [--streams 200] [--rounds 3] [--jobs 2000] [--postgres] [--plain]

A running job whose progress changes once a second, with a row that ends each time. The CPU time of the API's process is
taken in turns without any stream and with all of them, within one run; the figures are medians over the rounds. Goals:
200 streams cost at most 5 % of a core more than none, and each of them sees each change within 1.5 s of the moment at
which it was begun to be written. `--plain` has the response written as Starlette's StreamingResponse, for comparison.
Clients, writer and server share the machine, so that delays are meaningless where it is busy; CPU time is not.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

JOB = "job_streamed"
PROJECT = "default"
PLAIN = "BENCHMARK_PLAIN_STREAMS"
GOAL_SHARE, GOAL_DELAY_S = 0.05, 1.5


def app() -> Any:
    """The API; with the plain response if the environment says so."""
    from starlette.responses import StreamingResponse

    from bulkvid_pipeline.api.app import create_app
    from bulkvid_pipeline.api.routes import streams
    from bulkvid_pipeline.services.jobs.feed import Subscription

    def plain(subscription: Subscription, _expires_at: float) -> StreamingResponse:
        async def bodies() -> AsyncIterator[bytes]:
            try:
                async for chunk in subscription.chunks():
                    yield chunk.body
            finally:
                subscription.close()

        return StreamingResponse(bodies(), media_type="text/event-stream")

    if os.environ.get(PLAIN):
        vars(streams)["EventStreamResponse"] = plain
    return create_app()


class RunningJob:
    """A job at work, whose progress changes once a second while it is used as a context manager."""

    def __init__(self, instance: Any, jobs_beside: int) -> None:
        from dagster import DagsterRunStatus

        from bulkvid_pipeline_tests.services.jobs.written_runs import WrittenRun

        for number in range(jobs_beside):
            WrittenRun.of(instance, f"job_{number:012x}", status=DagsterRunStatus.SUCCESS)
        self._run = WrittenRun.begun(instance, JOB)
        self.written: dict[float, float] = {}
        """When each progress, named by its percentage, was begun to be written: monotonic seconds."""
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work)

    def __enter__(self) -> RunningJob:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()

    def _work(self) -> None:
        number = 0
        while not self._stopping.wait(1.0):
            number += 1
            self._run.finish_row(f"row-{number}")
            percent = round(number / 10, 1)
            self.written[percent] = time.monotonic()
            self._run.progress(percent, 10_000, completed=number)


@dataclass
class Clients:
    """Open streams. `delays` are seconds from a change to when a client had it."""

    port: int
    token: str
    written: dict[float, float]
    delays: list[float] = field(default_factory=list)
    opened: int = 0

    async def follow(self) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port, limit=1 << 20)
        path = f"/api/bulk-jobs/{JOB}/stream"
        writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {self.token}\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        self.opened += 1
        is_first, kind = True, b""
        try:
            while line := await reader.readline():
                if line.startswith(b"event: "):
                    kind = line[7:].strip()
                elif line.startswith(b"data: ") and kind == b"progress":
                    if not is_first:  # the first one is the state at the opening
                        percent = json.loads(line[6:])["percent_complete"]
                        self.delays.append(time.monotonic() - self.written[percent])
                    is_first = False
        finally:
            writer.close()


@contextmanager
def serving(folder: Path, postgres_url: str, *, plain: bool) -> Iterator[tuple[int, int]]:
    """The API under uvicorn; gives its port and its process id."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DAGSTER_HOME": str(folder / "home"),
        "BULKVID_POSTGRES_URL": postgres_url,
        "BULKVID_API_LIMIT_PER_USER": "1000000",
        "BULKVID_API_LIMIT_PER_PROJECT": "1000000",
        "PYTHONPATH": str(Path(__file__).parent),
        PLAIN: "1" if plain else "",
    }
    command = [sys.executable, "-m", "uvicorn", "--factory", "streams:app", "--port", str(port), "--no-access-log"]
    server = subprocess.Popen([*command, "--log-level", "warning"], cwd=folder, env=environment)
    try:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
                break
            except OSError:
                assert server.poll() is None, "the server did not start"
                time.sleep(0.1)
        yield port, server.pid
    finally:
        server.terminate()
        server.wait(20)


def cpu_seconds(pid: int) -> float:
    """User and system time that a process has used."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


async def share_of_core(pid: int, seconds: float) -> float:
    """The share of a core that the process uses for so long."""
    used, began = cpu_seconds(pid), time.monotonic()
    await asyncio.sleep(seconds)
    return (cpu_seconds(pid) - used) / (time.monotonic() - began)


async def one_round(clients: Clients, pid: int, streams: int, seconds: float) -> tuple[float, float, float]:
    """Shares of a core without and with streams, and the CPU seconds of opening all of them."""
    without = await share_of_core(pid, seconds)
    before, wanted = cpu_seconds(pid), clients.opened + streams
    following = [asyncio.create_task(clients.follow()) for _ in range(streams)]
    while clients.opened < wanted:
        await asyncio.sleep(0.02)
    opening = cpu_seconds(pid) - before
    await asyncio.sleep(1.0)
    having = await share_of_core(pid, seconds)
    for task in following:
        task.cancel()
    await asyncio.gather(*following, return_exceptions=True)
    await asyncio.sleep(1.0)
    return without, having, opening


def percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[int(share * (len(values) - 1))]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in (("streams", 200), ("rounds", 3), ("seconds", 15), ("jobs", 2000)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--postgres", action="store_true", help="on PostgreSQL, not SQLite")
    parser.add_argument("--plain", action="store_true", help="with StreamingResponse")
    chosen = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        url = ""
        if chosen.postgres:
            from bulkvid_pipeline_tests.peers.postgres import PostgresServer

            url = stack.enter_context(PostgresServer(durable=True)).create_database()
        os.environ["BULKVID_POSTGRES_URL"] = url
        from bulkvid_pipeline.services.access.scopes import DEFAULT_SCOPES
        from bulkvid_pipeline.services.access.tokens import mint
        from bulkvid_pipeline.services.jobs.instance import open_instance
        from bulkvid_pipeline.settings import Settings

        home = folder / "home"
        instance = stack.enter_context(open_instance(home))
        job = RunningJob(instance, chosen.jobs)
        token = mint(Settings(), home, user_id="ana", project_id=PROJECT, scopes=DEFAULT_SCOPES, lifetime_s=36_000)
        port, pid = stack.enter_context(serving(folder, url, plain=chosen.plain))
        clients = Clients(port, token, job.written)
        rounds = []
        with job:
            for number in range(chosen.rounds + 1):
                found = asyncio.run(one_round(clients, pid, chosen.streams, chosen.seconds if number else 2))
                if number:  # the first one warms up
                    rounds.append(found)
                else:
                    clients.delays.clear()
    without, having, opening = (statistics.median(part) for part in zip(*rounds, strict=True))
    more = statistics.median(one[1] - one[0] for one in rounds)
    print(f"{chosen.streams} streams on one job, {chosen.jobs} jobs beside it; load {os.getloadavg()[0]:.1f}")
    print(f"without streams    {100 * without:.1f} % of a core")
    print(f"with them          {100 * having:.1f} %: {100 * more:.1f} % more (goal {100 * GOAL_SHARE:.0f} %)")
    print(f"each of them       {1e6 * more / chosen.streams:.0f} us a second")
    print(f"opening one        {1000 * opening / chosen.streams:.1f} ms of CPU")
    delays = clients.delays
    middle, high = statistics.median(delays), percentile(delays, 0.99)
    print(f"delay of a change  median {middle:.2f} s, 99th percentile {high:.2f} s, largest {max(delays):.2f} s "
          f"of {len(delays)} (goal {GOAL_DELAY_S} s)")  # fmt: skip


if __name__ == "__main__":
    main()
