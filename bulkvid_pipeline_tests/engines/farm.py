"""`bulkvid serve` whose jobs are spread over two runs, for those who kill, stop and pause what they like."""

from __future__ import annotations

import base64
import contextlib
import csv
import io
import json
import os
import signal
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.adapters.dagster.web_server import DagsterWebServer
from bulkvid_pipeline.adapters.processes import ProcessIdentity
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch.queue import Launch, launch_once
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline_tests.faults.history import End, check_objects, ends_of
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.server.served import Served
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import idea

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
SPREAD = {
    "BULKVID_MAX_MACHINES": "2",
    "BULKVID_MACHINE_WORTH_S": "0.001",
    "BULKVID_WORKERS": "1",
    "BULKVID_RENDER_SLOTS": "2",
    "BULKVID_WEBHOOK_SECRET": SECRET,
    "BULKVID_WEBHOOK_ALLOW_PRIVATE": "true",
}
ENDED = {JobState.COMPLETED, JobState.FAILED, JobState.PAUSED, JobState.CANCELED}


@dataclass
class Farm:
    """What is served, and the callbacks of its jobs."""

    served: Served
    receiver: HookReceiver
    titles: dict[str, list[str]] = field(default_factory=dict)
    """Of the rows of each job."""

    @property
    def place(self) -> Installation:
        return self.served.place

    def launch(self, job_id: str, rows: int, script: str = "Turn off the tap. Save the water.") -> None:
        """Hand a job over so many rows to the queue."""
        titles = [f"{job_id} {n}" for n in range(rows)]
        self.titles[job_id] = titles
        sheet = self.place.sheet([idea(title, script) for title in titles], f"{job_id}.csv")
        self.hand_over(
            BulkJobSpec.for_input(
                str(sheet), output={"resolution": "720p"}, callback_url=self.receiver.url(f"/{job_id}")
            ),
            job_id,
        )

    def launch_again(self, spec: BulkJobSpec, job: Job) -> None:
        """What a resume or a retry does with the job."""
        self.hand_over(spec, job.job_id)

    def hand_over(self, spec: BulkJobSpec, job_id: str) -> None:
        with DagsterWebServer(f"http://127.0.0.1:{self.served.dagster_port}", 60) as server:
            where = server.find_job(tags.JOB, preferred_location=tags.DEFINITIONS_MODULE)
            launch_once(server, where, spec, Launch(job_id))

    def job(self, job_id: str) -> Job:
        with self.place.instance() as instance:
            return find_job(instance, job_id)

    def runs(self, job_id: str, role: Role | None = None) -> list[DagsterRun]:
        """The job's runs of that role, or its planning runs, oldest first."""
        with self.place.instance() as instance:
            runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))[::-1]
        return [run for run in runs if run.tags.get(tags.ROLE) == role]

    def wait_for_end(self, job_id: str) -> JobState:
        """Until the job has ended and no run of it is at work any more."""

        def has_ended() -> bool:
            with self.place.instance() as instance:
                runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))
                return all(run.is_finished for run in runs) and find_job(instance, job_id).state in ENDED

        wait_until(has_ended, "the job never ended")
        return self.job(job_id).state

    def wait_for_process(self, job_id: str, role: Role | None, tried: Mapping[str, int] = {}) -> tuple[str, int] | None:
        """A run of that role that is at work and not among `tried`, and its pid; None where the job ends before."""
        found: list[tuple[str, int]] = []

        def is_there() -> bool:
            for run in self.runs(job_id, role):
                process = ProcessIdentity.read(run.tags.get(tags.PROCESS, ""))
                if run.status is DagsterRunStatus.STARTED and process and run.run_id not in tried:
                    found.append((run.run_id, process.pid))
            return bool(found) or self.has_concluded(job_id)

        wait_until(is_there, f"no {role or 'planning run'} has begun")
        return found[0] if found else None

    def has_concluded(self, job_id: str) -> bool:
        """Whether its newest planning run has come to its end, and nothing goes on for it."""
        planners = self.runs(job_id)
        return bool(planners) and planners[-1].is_finished and planners[-1].tags.get(tags.OPEN) != "yes"

    def told(self, job_id: str) -> list[str]:
        """The states that the job's callback was told."""
        assert all(message.is_signed_with(SECRET) for message in self.receiver.received)
        bodies: list[dict[str, Any]] = [json.loads(message.body) for message in self.receiver.received]
        return [body["state"] for body in bodies if body["job_id"] == job_id]

    def wait_until_told(self, job_id: str, state: JobState) -> None:
        wait_until(lambda: state in self.told(job_id), f"the callback never came: {self.told(job_id)}")

    def published(self) -> dict[str, bytes]:
        """All that is published, by key."""
        return {key: self.place.objects.read(key) for key in self.place.objects.all_keys()}


def check(farm: Farm, job_id: str, *, kills: int = 0) -> None:
    """Assert that a job at rest has every row exactly once, and was concluded once.

    Args:
        kills: how many runs were killed: one that dies between the publication of a row and its event leaves a row
            that nobody says he has rendered.
    """
    titles = set(farm.titles[job_id])
    with farm.place.instance() as instance:
        ends = _ends(instance, job_id)
        job = find_job(instance, job_id)
        plan_ids = [run.run_id for run in job.runs if run.role is None]
        assert [RowClaims(instance, plan_id).left() for plan_id in plan_ids if plan_id] == [0] * len(plan_ids)
    assert {end.title for end in ends if end.completed} == titles
    rendered = Counter(end.title for end in ends if end.rendered)
    assert [title for title, times in rendered.items() if times > 1] == [], "rendered and told of twice"
    assert len(titles) - len(rendered) <= kills
    found_again = Counter(end.title for end in ends if end.completed and not end.rendered)
    assert sum(found_again.values()) <= kills + len(titles) * (len(plan_ids) - 1)

    assert job.state is JobState.COMPLETED
    counts = {name: job.items[name] for name in ("total", "completed", "failed", "pending")}
    assert counts == {"total": len(titles), "completed": len(titles), "failed": 0, "pending": 0}
    told = farm.told(job_id)
    assert told.count("completed") == 1
    assert told[-1] == "completed"

    (results,) = (key for key in farm.place.objects.all_keys() if key.endswith("results.csv") and job.sheet in key)
    rows = list(csv.DictReader(io.StringIO(farm.place.objects.read(results).decode("utf-8-sig"))))
    assert [row["title"] for row in rows] == farm.titles[job_id]
    assert {row["state"] for row in rows} == {"completed"}
    check_objects(farm.place, _completed_of_all(farm))


def _ends(instance: DagsterInstance, job_id: str) -> list[End]:
    runs = instance.get_runs(RunsFilter(tags={tags.JOB_ID: job_id}))
    return [end for run in runs for end in ends_of(instance, run.run_id)]


def _completed_of_all(farm: Farm) -> set[str]:
    """Titles of the rows of all jobs that have a video."""
    with farm.place.instance() as instance:
        return {end.title for job_id in farm.titles for end in _ends(instance, job_id) if end.completed}


def kill_child(farm: Farm, role: str) -> None:
    """kill -9 of a child of what is served, as soon as there is one: it may just be started again."""
    wait_until(lambda: farm.served.pid_of(role))
    farm.served.kill(role)


def kill(pid: int) -> None:
    """kill -9; the process may have ended by itself."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


@contextmanager
def running_farm(folder: Path, postgres_url: str = "") -> Iterator[Farm]:
    """An installation of its own that is served until the end of the block."""
    place = Installation(folder, postgres_url, dict(SPREAD))
    with closing(place), HookReceiver() as receiver, Served(place, environment=SPREAD) as served:
        served.wait_for_line()
        yield Farm(served, receiver)
