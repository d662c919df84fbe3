"""Jobs whose rows a program makes, gone on with by processes that know nothing but the name of its class."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.jobs.follow import JobWatch
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline_tests.services.batch.programs import Program
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

SCRIPT = """
import contextlib, pathlib, sys, time
from bulkvid_pipeline.adapters.python_classes import address_of, name_of

NOTES = pathlib.Path(__file__).with_name("notes.txt")

class Custom:
    max_workers, max_tries, limiter = 1, None, None
    waits = False

    @classmethod
    @contextlib.contextmanager
    def generation_for_resume(cls, instance, job_id):
        yield cls()

    @property
    def name(self):
        return name_of(type(self))

    def generate(self, attempt):
        with NOTES.open("a") as notes:
            notes.write(attempt.plan.title + "\\n")
        if self.waits and attempt.plan.title == "Two":
            time.sleep(600)
        return {"output_url": "https://videos.example/" + attempt.plan.row_key}

    def verdict_on(self, attempt, error):
        return "fail"

def main():
    from dagster import DagsterInstance
    from bulkvid_pipeline.core.spec import BulkJobSpec
    from bulkvid_pipeline.launch.here import execute_here
    program = Custom()
    program.waits = True
    with DagsterInstance.from_config(sys.argv[1]) as instance:
        spec = BulkJobSpec.for_input(sys.argv[2])
        execute_here(spec, instance, sys.argv[3], generation=program, generation_class=address_of(Custom))

if GUARD:
    main()
"""


def script(workplace: Workplace, guard: str = '__name__ == "__main__"') -> Path:
    path = workplace.folder / "make_videos.py"
    path.write_text(SCRIPT.replace("GUARD", guard))
    return path


def failure_of(workplace: Workplace, job_id: str) -> str:
    watch = JobWatch(workplace.instance, job_id)
    watch.poll()
    return watch.failure


@pytest.mark.faults
def test_a_killed_program_is_gone_on_with_from_the_command_line(workplace: Workplace) -> None:
    path, sheet = script(workplace), workplace.sheet([idea(title) for title in ("One", "Two", "Three")])
    home, notes = workplace.folder / "home", workplace.folder / "notes.txt"
    program = subprocess.Popen([sys.executable, str(path), str(home), str(sheet), "job_own"], cwd=workplace.folder)
    wait_until(lambda: notes.exists() and "Two" in notes.read_text())
    os.kill(program.pid, signal.SIGKILL)
    program.wait()

    bulkvid = str(Path(sys.executable).with_name("bulkvid"))
    environment = {**os.environ, "DAGSTER_HOME": str(home)}
    subprocess.run([bulkvid, "jobs", "list"], env=environment, cwd="/", check=True, capture_output=True)
    retried = subprocess.run(
        [bulkvid, "jobs", "retry", "job_own", "--plain"], env=environment, cwd="/", capture_output=True, text=True
    )

    assert retried.returncode == 0, retried.stdout + retried.stderr
    assert notes.read_text().split() == ["One", "Two", "Two", "Three"]
    job = find_job(workplace.instance, "job_own")
    assert (job.state, job.items["completed"]) == (JobState.COMPLETED, 3)


def paused(workplace: Workplace, class_name: str) -> str:
    """A job that has one row left, and whose class other processes know by that name."""
    job_id = new_job_id()
    sheet = workplace.sheet([idea("One")])
    program = Program(lambda _: 1 / 0, name="make_videos:Custom")
    spec = workplace.spec(sheet)
    execute_here(spec, workplace.instance, job_id, generation=program, generation_class=class_name)
    return job_id


@pytest.mark.parametrize(
    ("class_name", "guard", "why"),
    [
        ("/gone/make_videos.py:Custom", "True", "there is no file /gone/make_videos.py on this machine"),
        ("make_videos:main.<locals>.Custom", "True", "it is defined inside a function"),
        ("__main__:Custom", "True", "in a notebook or an interactive session"),
        ("json.decoder:JSONDecoder", "True", "it has no generation_for_resume"),
        ("{folder}/make_videos.py:Custom", "True", "begins a job while it is imported"),
    ],
)
def test_a_class_that_cannot_be_loaded_stops_the_run_before_any_row(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch, class_name: str, guard: str, why: str
) -> None:
    monkeypatch.setattr(
        sys, "argv", ["x", str(workplace.folder / "home"), str(workplace.folder / "ideas.csv"), "job_x"]
    )
    monkeypatch.setattr(sys, "path", list(sys.path))
    script(workplace, guard)
    name = class_name.format(folder=workplace.folder)
    job_id = paused(workplace, name)

    spec = workplace.spec(workplace.folder / "ideas.csv")
    assert not execute_here(spec, workplace.instance, job_id)

    job = find_job(workplace.instance, job_id)
    run = workplace.instance.get_run_by_id(job.run_id)
    assert run is not None
    assert run.tags[tags.GENERATION] == name
    told = failure_of(workplace, job_id)
    assert f"made by the class {name}, which cannot be loaded here: " in told
    assert why in told
    assert "Resume the job from the script that made it" in told


def test_a_row_that_is_materialised_by_hand_is_made_by_the_class(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    path = script(workplace)
    job_id = paused(workplace, f"{path}:Custom")
    (key,) = workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS)

    result = dg.materialize(
        [video], instance=workplace.instance, partition_key=key, selection=[video], raise_on_error=False
    )

    assert result.success
    assert (workplace.folder / "notes.txt").read_text() == "One\n"
    job = find_job(workplace.instance, job_id)
    assert (job.items["completed"], job.items["failed"]) == (1, 0)
