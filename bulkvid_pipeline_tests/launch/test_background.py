"""Jobs in threads of one process: several at once over one instance, paused, cancelled, awaited."""

from __future__ import annotations

import threading

import pytest

from bulkvid_pipeline.adapters.dagster.slot_pool import SlotPool
from bulkvid_pipeline.core.errors import NetworkError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch.background import BackgroundJob, run_in_background
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.batch.generation import Attempt
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline_tests.services.batch.programs import Program, video_of
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = pytest.mark.heavy


def begin(workplace: Workplace, program: Program, *titles: str, name: str = "ideas.csv") -> BackgroundJob:
    sheet = workplace.sheet([idea(title) for title in titles], name)
    return run_in_background(workplace.spec(sheet), workplace.instance, new_job_id(), generation=program)


def held_slots(workplace: Workplace) -> int:
    return len(SlotPool(workplace.instance, "render").look().claims)


@ON_BOTH_DATABASES
def test_several_jobs_at_once_over_one_instance(workplace: Workplace) -> None:
    programs = [Program(name=f"test:Program{n}") for n in range(3)]

    jobs = [begin(workplace, program, "One", "Two", name=f"ideas{n}.csv") for n, program in enumerate(programs)]

    assert all(job.wait(PATIENCE_S) for job in jobs)
    assert [job.future.result() for job in jobs] == [True, True, True]
    assert [sorted(program.made) for program in programs] == [["One", "Two"]] * 3
    assert held_slots(workplace) == 0


def test_a_cancelled_job_ends_though_its_program_never_returns(workplace: Workplace) -> None:
    never, begun = threading.Event(), threading.Event()

    def make(_attempt: Attempt) -> object:
        begun.set()
        return never.wait(PATIENCE_S)

    job = begin(workplace, Program(make), "One", "Two")
    assert begun.wait(PATIENCE_S)
    job.cancel()

    assert job.wait(PATIENCE_S)
    assert find_job(workplace.instance, job.job_id).state is JobState.CANCELED
    assert held_slots(workplace) == 0
    assert not job.is_running
    never.set()


def test_a_job_that_is_paused_while_a_row_waits_for_its_next_try_goes_on_with_it(workplace: Workplace) -> None:
    waiting = threading.Event()

    def make(attempt: Attempt) -> object:
        if attempt.plan.title == "Two" and not waiting.is_set():
            raise NetworkError("dropped")
        return video_of(attempt)

    def decide(attempt: Attempt, _error: Exception) -> str:
        waiting.set()
        attempt.stopping.sleep(PATIENCE_S)
        return "retry"

    program = Program(make, decide, max_workers=1)
    job = begin(workplace, program, "One", "Two", "Three")
    assert waiting.wait(PATIENCE_S)
    wait_until(lambda: [row.stage for row in find_job(workplace.instance, job.job_id).in_work] == ["retried"])
    counts = find_job(workplace.instance, job.job_id).items
    job.pause()
    assert job.wait(PATIENCE_S)
    paused = find_job(workplace.instance, job.job_id)
    sheet = workplace.folder / "ideas.csv"

    assert execute_here(workplace.spec(sheet), workplace.instance, job.job_id, generation=program)

    assert counts["completed"] == 1
    assert paused.state is JobState.PAUSED
    assert find_job(workplace.instance, job.job_id).state is JobState.COMPLETED
    assert program.made == ["One", "Two", "Two", "Three"]


def test_a_job_that_has_ended_takes_no_notice(workplace: Workplace) -> None:
    job = begin(workplace, Program(), "One")
    job.wait(PATIENCE_S)

    job.pause()
    job.cancel()

    assert find_job(workplace.instance, job.job_id).state is JobState.COMPLETED
