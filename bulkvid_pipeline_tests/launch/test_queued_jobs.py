"""Jobs in the queue of a real Dagster web server, seen from the terminal that handed them over."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

import pytest
from dagster import DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.launch.queue import Launch, launch_once
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job
from bulkvid_pipeline_tests.defs.web_server import WebServer, running_web_server, running_web_ui
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.cutting_proxy import CuttingProxy
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = pytest.mark.heavy

PATIENCE_S = 240.0
LONG_SCRIPT = " ".join(f"Sentence number {n} takes a while to say." for n in range(20))


@dataclass
class Terminal:
    """A `bulkvid` command that somebody has started."""

    process: subprocess.Popen[bytes]
    log: Path

    @property
    def output(self) -> str:
        """What it has printed so far."""
        return self.log.read_text()

    def press_ctrl_c(self) -> None:
        self.process.send_signal(signal.SIGINT)

    def wait(self) -> int:
        """Its exit code."""
        return self.process.wait(PATIENCE_S)


@dataclass
class Queue:
    """An installation with a web server, and the terminals that use it."""

    place: Installation
    server: WebServer
    terminals: list[Terminal] = field(default_factory=list)

    def run(self, sheet: Path, *options: str) -> Terminal:
        return self.command("run", str(sheet), "-r", "720p", "--plain", "--queue", *options)

    def command(self, *arguments: str) -> Terminal:
        log = self.place.folder / f"terminal{len(self.terminals)}.log"
        environment = {
            **os.environ,
            **self.place.environment,
            "BULKVID_DAGSTER_URL": f"http://127.0.0.1:{self.server.port}",
        }
        with log.open("wb") as output:
            process = subprocess.Popen(
                [str(Path(sys.executable).with_name("bulkvid")), *arguments],
                cwd=self.place.folder,
                env=environment,
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.terminals.append(Terminal(process, log))
        return self.terminals[-1]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        """End what a failed test has left running."""
        for terminal in self.terminals:
            if terminal.process.poll() is None:
                terminal.process.kill()
                terminal.wait()


def job_id_in(running: Terminal) -> str:
    """The id that the command says first."""
    wait_until(lambda: "Handed to Dagster's queue as" in running.output or running.process.poll() is not None)
    assert "queue as job_" in running.output, running.output
    return running.output.split("queue as ")[1].split(";")[0]


def rows_done(running: Terminal) -> int:
    return sum("done   row" in line for line in running.output.splitlines())


def many(name: str) -> list[dict[str, str]]:
    """Rows: so many that some are left when the job is told to stop after its first one."""
    return [idea(f"{name} {n}", LONG_SCRIPT) for n in range(24)]


def statuses(place: Installation, job_id: str) -> list[DagsterRunStatus]:
    with place.instance() as instance:
        return [run.status for run in instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))]


@pytest.fixture(scope="module")
def waiting(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queue]:
    """A web server without a daemon: what it is handed waits."""
    place = Installation(tmp_path_factory.mktemp("waiting"))
    with running_web_server(place.folder, {**os.environ, **place.environment}) as server, Queue(place, server) as queue:
        yield queue


@pytest.fixture(scope="module", params=[pytest.param("postgres", marks=pytest.mark.heavy)])
def served(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Queue]:
    """`bulkvid ui` over PostgreSQL: a web server, and the daemon that starts what waits."""
    place = Installation(tmp_path_factory.mktemp("served"), postgres_url=postgres_server.create_database())
    with running_web_ui(place.folder, {**os.environ, **place.environment}) as server, Queue(place, server) as queue:
        yield queue


def test_a_job_waits_with_its_place_in_the_queue_and_is_cancelled_there(waiting: Queue) -> None:
    sheet = waiting.place.sheet([idea("One")])
    low = waiting.run(sheet, "--priority", "low", "--title", "Later")
    low_id = job_id_in(low)
    urgent = waiting.run(sheet, "--priority", "urgent")
    urgent_id = job_id_in(urgent)

    wait_until(lambda: "1 before it; no Dagster daemon is running" in low.output)
    wait_until(lambda: "waiting in Dagster's queue, next" in urgent.output)
    with waiting.place.instance() as instance:
        (run,) = instance.get_runs(RunsFilter(tags={tags.JOB_ID: low_id}))
    assert run.status is DagsterRunStatus.QUEUED
    assert run.tags[tags.TITLE] == "Later"
    assert run.tags["dagster/priority"] == "-10"

    assert waiting.command("jobs", "cancel", low_id).wait() == 0
    urgent.press_ctrl_c()

    assert (low.wait(), urgent.wait()) == (130, 130)
    assert "Stopped." in low.output
    assert f"bulkvid run {shlex.quote(str(sheet))} -r 720p --plain --queue --priority urgent" in urgent.output
    assert "Traceback" not in low.output + urgent.output
    assert statuses(waiting.place, low_id) == statuses(waiting.place, urgent_id) == [DagsterRunStatus.CANCELED]


def test_a_launch_whose_answer_is_lost_makes_one_run(waiting: Queue) -> None:
    spec = BulkJobSpec.for_input(str(waiting.place.sheet([idea("One")])))
    job_id = "job_whose_answer_was_lost"
    with CuttingProxy(waiting.server.port) as proxy, DagsterWebServer(proxy.endpoint_url, 30) as server:
        place = server.find_job(tags.JOB, preferred_location=tags.DEFINITIONS_MODULE)
        proxy.lose_replies()

        def heal_once_it_is_there() -> None:
            wait_until(lambda: bool(statuses(waiting.place, job_id)))
            proxy.heal()

        healing = threading.Thread(target=heal_once_it_is_there)
        healing.start()
        run_id = launch_once(server, place, spec, Launch(job_id, "launch_whose_answer_was_lost"))
        healing.join()
        assert statuses(waiting.place, job_id) == [DagsterRunStatus.QUEUED]
        server.withdraw(run_id)

    assert statuses(waiting.place, job_id) == []


@pytest.mark.heavy
def test_a_server_that_may_only_be_read_launches_nothing(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    with (
        running_web_server(place.folder, {**os.environ, **place.environment}, "--read-only") as server,
        Queue(place, server) as queue,
    ):
        refused = queue.run(place.sheet([idea("One")]))
        assert refused.wait() == 2, refused.output

    assert "may not launch jobs" in refused.output
    assert place.jobs() == []


def test_a_job_is_handed_over_and_seen_through(served: Queue) -> None:
    sheet = served.place.sheet([idea("One"), idea("Two")], "through.csv")

    running = served.run(sheet)

    assert running.wait() == 0, running.output
    assert rows_done(running) == 2
    assert "2 rows rendered" in running.output
    assert "Gallery:" in running.output
    (status,) = statuses(served.place, job_id_in(running))
    assert status is DagsterRunStatus.SUCCESS


def test_a_sheet_that_is_refused_ends_as_it_does_here(served: Queue) -> None:
    running = served.run(served.place.sheet([idea("One"), {"idea_title": "No script"}], "bad.csv"), "--level", "strict")

    assert running.wait() == 2, running.output
    assert "Nothing was rendered." in running.output


def test_a_job_is_paused_from_elsewhere_and_goes_on_in_the_queue(served: Queue) -> None:
    running = served.run(served.place.sheet(many("Paused"), "paused.csv"))
    job_id = job_id_in(running)
    wait_until(lambda: rows_done(running) > 0)

    with served.place.instance() as instance:
        pause_job(instance, job_id)

    assert running.wait() == 130
    assert running.output.rstrip().endswith(f"bulkvid jobs resume {job_id} --queue")
    resumed = served.command("jobs", "resume", job_id, "--queue", "--plain")
    assert resumed.wait() == 0, resumed.output
    assert rows_done(running) + rows_done(resumed) == 24
    assert len(statuses(served.place, job_id)) == 2


def test_ctrl_c_cancels_a_running_job(served: Queue) -> None:
    running = served.run(served.place.sheet(many("Ctrl-C"), "ctrl_c.csv"))
    job_id = job_id_in(running)
    wait_until(lambda: rows_done(running) > 0)

    running.press_ctrl_c()

    assert running.wait() == 130
    assert "Stopped." in running.output
    assert "Traceback" not in running.output
    with served.place.instance() as instance:
        (run,) = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))
    assert run.tags[tags.STATE] == "canceled"


def test_a_running_job_is_cancelled_from_elsewhere(served: Queue) -> None:
    running = served.run(served.place.sheet(many("Cancelled"), "cancelled.csv"))
    wait_until(lambda: rows_done(running) > 0)

    with served.place.instance() as instance:
        cancel_job(instance, job_id_in(running))

    assert running.wait() == 130
    assert "Stopped." in running.output


@pytest.mark.heavy
def test_ctrl_c_on_the_web_ui_stops_the_jobs_that_it_started_and_their_followers_say_so(tmp_path: Path) -> None:
    place = Installation(tmp_path)
    with running_web_ui(place.folder, {**os.environ, **place.environment}) as server:
        queue = Queue(place, server)
        running = queue.run(place.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(6)]))
        wait_until(lambda: rows_done(running) > 0)
    with queue:
        assert not server.is_up()
        assert running.wait() == 130, running.output
    assert "Go on with what is left" in running.output
    assert 0 < rows_done(running) < 6
