"""Runs that lose their process: real ones that are killed with -9, and those of other machines that fall silent."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import dagster as dg
import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.dagster import run_slots
from bulkvid_pipeline.adapters.dagster.heartbeats import Heartbeats
from bulkvid_pipeline.adapters.dagster.run_slots import RunSlots, SlotAdmission
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, identity_of
from bulkvid_pipeline.adapters.rate_limits import Budget
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.defs.sensors import lost_workers_sensor
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.liveness import heartbeat, orphans
from bulkvid_pipeline.services.liveness.heartbeat import at_work, this_process
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.wiring.limits import limiter_of
from bulkvid_pipeline_tests.adapters.dagster.slot_worker import StandInJob, a_plan, work
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = ON_BOTH_DATABASES

ELSEWHERE = "elsewhere:boot:4026531836:1:1"


def a_dead_process() -> str:
    """The name of a process that was here once, or could have been."""
    here = ProcessIdentity.read(this_process())
    assert here is not None
    return str(replace(here, pid=999_999, start="1"))


def a_run(
    workplace: Workplace,
    *,
    begun: bool = True,
    parent: str | None = None,
    callback_url: str | None = None,
    told: Mapping[str, str] | None = None,
) -> str:
    """A run of a job, as its record says at work, with these tags."""
    run = workplace.instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(workplace.spec(workplace.sheet([idea("One")]), callback_url=callback_url)),
        tags={tags.JOB_ID: "job_lost", **(told or {})},
        parent_run_id=parent,
        root_run_id=parent,
    )
    if begun:
        event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name=tags.JOB)
        workplace.instance.report_dagster_event(event, run.run_id)
    return run.run_id


def close_silent(workplace: Workplace, **start_s: float) -> tuple[str, ...]:
    """Close the orphans as one who has listened, and was not told of any run since his last look."""
    close_orphans(workplace.instance, silent_s=600)
    return close_orphans(workplace.instance, silent_s=0, **start_s)


def waiting_for_a_sheet(workplace: Workplace) -> subprocess.Popen[bytes]:
    """`dagster job execute` of a job that waits in its first step: somebody else has used up the user's limit."""
    spec = BulkJobSpec.for_input("1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789")
    config = workplace.folder / "job.json"
    config.write_text(json.dumps(run_config_of(spec)))
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("BULKVID_LIMIT_PER_USER", "1")
        settings_module.settings.cache_clear()
        limiter = limiter_of(workplace.instance, settings_module.settings(), Budget.SHEETS_READ)
        assert limiter.can_proceed(spec.user_id, spec.project_id)
    dagster = str(Path(sys.executable).with_name("dagster"))
    return subprocess.Popen(
        [dagster, "job", "execute", "-m", "bulkvid_pipeline.definitions", "-j", tags.JOB, "-c", str(config)],
        cwd=workplace.folder,
        env={**os.environ, "DAGSTER_HOME": str(workplace.folder / "home"), "BULKVID_LIMIT_PER_USER": "1"},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def test_a_run_of_dagster_job_execute_killed_in_its_first_step_is_found_by_the_sensor(workplace: Workplace) -> None:
    process = waiting_for_a_sheet(workplace)
    try:
        wait_until(lambda: any(tags.PROCESS in run.tags for run in workplace.instance.get_runs()))
        (run,) = workplace.instance.get_runs()
        assert run.status is dg.DagsterRunStatus.STARTED
        assert close_orphans(workplace.instance) == ()
        process.send_signal(signal.SIGKILL)
    finally:
        process.kill()
        process.wait()

    lost_workers_sensor.evaluate_tick(dg.build_sensor_context(instance=workplace.instance))

    job = find_job(workplace.instance, run.run_id)
    assert job.state is JobState.FAILED
    after = workplace.instance.get_run_by_id(run.run_id)
    assert after is not None
    assert after.status is dg.DagsterRunStatus.FAILURE


def test_a_waiting_job_gets_the_slot_of_a_killed_one_though_no_daemon_runs(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_slots, "LOOK_FOR_DEAD_EVERY_S", 0.1)
    run_id = a_run(workplace)
    heir = RunSlots(workplace.instance, "heir")
    heir.ensure_pool(1)
    home = workplace.folder / "home"
    job = StandInJob(home, run_id, rows=1, row_s=600, workers=1, log=workplace.folder / "log", go=home)
    # A fork server has the environment of its start, this database's address not in it.
    process = multiprocessing.get_context("spawn").Process(target=work, args=(job,))
    process.start()
    assert process.pid is not None
    tell_tags(workplace.instance, run_id, {tags.PROCESS: str(identity_of(process.pid))})
    wait_until(lambda: any(happening.what == "start" for happening in job.happenings()))
    with SlotAdmission(heir, free_dead=lambda: close_orphans(workplace.instance)) as admission:
        end = time.monotonic() + 1
        while time.monotonic() < end:
            assert not admission.enter_first([a_plan("row")])
            time.sleep(0.05)

        process.kill()
        process.join()

        wait_until(lambda: admission.enter_first([a_plan("row")]))
    assert find_job(workplace.instance, "job_lost").state is JobState.FAILED


def test_a_process_says_its_name_again_and_again(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeat, "BEAT_EVERY_S", 0.05)
    run_id = a_run(workplace)
    heartbeats = Heartbeats(workplace.instance)

    def is_heard_again() -> bool:
        before = heartbeats.silences([run_id])[run_id]
        time.sleep(0.02)
        return heartbeats.silences([run_id])[run_id] < before

    with at_work(workplace.instance, run_id):
        wait_until(is_heard_again)
        (run,) = workplace.instance.get_runs()
        assert run.tags[tags.PROCESS] == this_process()
    assert not [thread for thread in threading.enumerate() if thread.name == "heartbeat"]


def test_a_worker_of_another_machine_is_lost_after_two_heartbeats_are_left_out(workplace: Workplace) -> None:
    run_id = a_run(workplace, told={tags.PROCESS: ELSEWHERE})

    assert close_orphans(workplace.instance) == ()
    assert close_silent(workplace) == (run_id,)
    assert find_job(workplace.instance, "job_lost").state is JobState.FAILED
    assert close_silent(workplace) == ()


def test_a_run_that_began_and_never_said_who_works_on_it_has_the_time_of_a_start(
    workplace: Workplace,
) -> None:
    run_id = a_run(workplace)

    assert close_orphans(workplace.instance) == ()
    assert close_silent(workplace, start_s=0) == (run_id,)


def test_a_run_that_waits_for_a_worker_is_left_alone(workplace: Workplace) -> None:
    a_run(workplace, begun=False)

    assert close_silent(workplace) == ()


def test_a_living_worker_is_left_alone_however_silent(workplace: Workplace) -> None:
    a_run(workplace, told={tags.PROCESS: this_process()})

    assert close_silent(workplace) == ()


@pytest.mark.parametrize(
    "elsewhere",
    [
        lambda name: replace(name, boot="11111111-2222-3333-4444-555555555555"),
        lambda name: replace(name, namespace="4026599999"),
        lambda name: replace(name, host="another"),
    ],
    ids=["boot", "namespace", "host"],
)
def test_a_worker_that_cannot_be_looked_at_is_judged_by_its_heartbeat_alone(
    workplace: Workplace, elsewhere: Callable[[ProcessIdentity], ProcessIdentity]
) -> None:
    dead_here = ProcessIdentity.read(a_dead_process())
    assert dead_here is not None
    run_id = a_run(workplace, told={tags.PROCESS: str(elsewhere(dead_here))})
    slots = RunSlots(workplace.instance, run_id)
    slots.ensure_pool(1)
    claim = slots.claim("row")
    assert claim.granted()

    assert close_orphans(workplace.instance) == ()
    assert claim.granted()
    assert close_silent(workplace) == (run_id,)


def test_a_job_whose_process_stands_still_is_lost_after_two_heartbeats_are_left_out(workplace: Workplace) -> None:
    with subprocess.Popen(["sleep", "600"]) as process:
        try:
            run_id = a_run(workplace, told={tags.PROCESS: str(identity_of(process.pid))})
            process.send_signal(signal.SIGSTOP)
            os.waitid(os.P_PID, process.pid, os.WSTOPPED)

            assert close_orphans(workplace.instance) == ()
            assert close_silent(workplace) == (run_id,)
        finally:
            process.kill()


def test_runs_of_other_code_locations_are_none_of_ours(workplace: Workplace) -> None:
    @dg.job(name="theirs")
    def theirs() -> None: ...

    run = workplace.instance.create_run_for_job(theirs)
    event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_START.value, job_name="theirs")
    workplace.instance.report_dagster_event(event, run.run_id)

    assert close_silent(workplace) == ()


def test_a_run_that_ended_well_between_two_looks_is_not_called_lost(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = a_run(workplace, told={tags.PROCESS: a_dead_process()})
    real = orphans.fate_of_process

    def end_meanwhile(name: str) -> Fate:
        event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_SUCCESS.value, job_name=tags.JOB)
        workplace.instance.report_dagster_event(event, run_id)
        return real(name)

    monkeypatch.setattr(orphans, "fate_of_process", end_meanwhile)

    assert close_orphans(workplace.instance) == ()
    assert find_job(workplace.instance, "job_lost").state is JobState.COMPLETED


def test_a_re_execution_is_not_judged_by_the_process_of_the_run_before_it(workplace: Workplace) -> None:
    first = a_run(workplace, told={tags.PROCESS: a_dead_process()})
    assert close_orphans(workplace.instance) == (first,)
    inherited = workplace.instance.get_run_by_id(first)
    assert inherited is not None

    second = a_run(workplace, parent=first, told=inherited.tags)

    assert close_orphans(workplace.instance) == ()
    assert close_silent(workplace, start_s=0) == (second,)


def test_a_re_execution_keeps_the_job_and_none_of_its_wishes_and_ends(workplace: Workplace) -> None:
    first = a_run(workplace)
    tell_tags(workplace.instance, first, {tags.INTENT: "pause", tags.STATE: "paused", tags.PROGRESS: '{"total": 3}'})
    paused = workplace.instance.get_run_by_id(first)
    assert paused is not None

    second = a_run(workplace, parent=first, told=paused.tags)

    job = find_job(workplace.instance, "job_lost")
    assert (job.run_id, job.state, job.runs[-1].progress.total) == (second, JobState.RUNNING, 0)
    tell_tags(workplace.instance, second, {tags.INTENT: "pause"})
    assert find_job(workplace.instance, "job_lost").state is JobState.PAUSING
    (again, *_) = workplace.instance.get_runs()
    assert (again.tags[tags.STATE], again.tags[tags.PROGRESS], again.tags[tags.OWNER]) == ("", "{}", second)
