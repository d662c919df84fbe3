"""One job, several runs: at work side by side, one after the other, and over chosen rows."""

from __future__ import annotations

import base64
import json
import multiprocessing
from collections.abc import Iterator
from multiprocessing.process import BaseProcess

import dagster as dg
import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.jobs import Role, Scope
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.follow import JobWatch
from bulkvid_pipeline.services.jobs.jobs import find_job, list_jobs
from bulkvid_pipeline.services.jobs.run_state import OPEN, tell_tags
from bulkvid_pipeline.services.notifications import announce_end
from bulkvid_pipeline.services.webhooks.callbacks import send_due, tell_state
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.batch.test_bulk_job import NO_FONT_HAS_THIS
from bulkvid_pipeline_tests.services.jobs.test_jobs import here
from bulkvid_pipeline_tests.services.liveness.test_orphans import a_run
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = ON_BOTH_DATABASES

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()
SOME = 12
LONG_ROWS = [
    idea(f"Row {n}", " ".join(f"Sentence {n} {k} takes a while to say." for k in range(24))) for n in range(SOME)
]
JOB = "job_lost"
"""The job of the runs that `a_run` makes."""
SPREAD = {tags.SHARDS: "3", tags.OPEN: OPEN}
"""Tags of a run that has left its rows to three others."""


@pytest.fixture
def receiver(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """A receiver that the workplace may send to."""
    assert workplace.folder.is_dir()
    monkeypatch.setenv("BULKVID_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("BULKVID_WEBHOOK_ALLOW_PRIVATE", "true")
    settings_module.settings.cache_clear()
    with HookReceiver() as server:
        yield server


def told(receiver: HookReceiver) -> list[str]:
    """The states that came, none twice under the same id."""
    assert len({message.id for message in receiver.received}) == len(receiver.received)
    return [message.verified(SECRET)["state"] for message in receiver.received]


def sent(workplace: Workplace, receiver: HookReceiver) -> list[str]:
    """All states that came, after everything due was sent."""
    send_due(workplace.instance, settings_module.settings())
    return told(receiver)


def progress(total: int, **counts: int) -> str:
    return json.dumps({"total": total, "counts": counts, "percent": 10.0, "cost": 0.5})


def one_of_many(workplace: Workplace, total: int, *, begun: bool = True, url: str | None = None, **counts: int) -> str:
    """One of several runs over all rows of the job, which has told so much of them."""
    run_id = a_run(workplace, begun=begun, callback_url=url)
    if begun:
        tell_tags(workplace.instance, run_id, {tags.PROGRESS: progress(total, **counts)})
    return run_id


def end(workplace: Workplace, run_id: str, state: JobState, total: int, **counts: int) -> None:
    """Let a run come to its end as it does: its worker says so, and tells the callback; then Dagster ends it."""
    tell_tags(workplace.instance, run_id, {tags.STATE: state, tags.PROGRESS: progress(total, **counts)})
    tell_state(workplace.instance, run_id, state)
    kind = dg.DagsterEventType.RUN_SUCCESS if state is JobState.COMPLETED else dg.DagsterEventType.RUN_FAILURE
    finish(workplace, run_id, kind)


def finish(workplace: Workplace, run_id: str, kind: dg.DagsterEventType) -> None:
    """What Dagster records when a run is over."""
    event = dg.DagsterEvent(event_type_value=kind.value, job_name=tags.JOB)
    workplace.instance.report_dagster_event(event, run_id)


def member_of(planner: str, shard: int) -> dict[str, str]:
    """Tags of a run that makes rows which that one has planned."""
    role = {tags.ROLE: Role.SHARD.value, tags.SHARD: str(shard)}
    return {tags.SCOPE: Scope.ROWS.value, tags.PLANNED_BY: planner, **role}


def run_elsewhere(home: str, spec: str, job_id: str) -> None:
    """In a process of its own: run the job."""
    with dg.DagsterInstance.from_config(home) as instance:
        execute_here(BulkJobSpec.model_validate_json(spec), instance, job_id)


def started(workplace: Workplace, spec: BulkJobSpec, job_id: str) -> BaseProcess:
    """A process that runs the job; it inherits this process's environment."""
    arguments = (str(workplace.folder / "home"), spec.model_dump_json(), job_id)
    process = multiprocessing.get_context("spawn").Process(target=run_elsewhere, args=arguments)
    process.start()
    return process


def states_of_runs(workplace: Workplace, job_id: str) -> list[JobState]:
    try:
        return [run.state for run in find_job(workplace.instance, job_id).runs]
    except JobNotFoundError:
        return []


@pytest.mark.heavy
def test_two_runs_at_once_are_paused_resumed_and_told_of_as_one_job(
    workplace: Workplace, receiver: HookReceiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    # One row at a time in each run: some are left when both have met the pause.
    monkeypatch.setenv("BULKVID_WORKERS", "1")
    settings_module.settings.cache_clear()
    spec = workplace.spec(workplace.sheet(LONG_ROWS), callback_url=receiver.url())
    both = [started(workplace, spec, "job_twin") for _ in range(2)]
    try:
        wait_until(lambda: states_of_runs(workplace, "job_twin") == [JobState.RUNNING] * 2)
        wait_until(lambda: find_job(workplace.instance, "job_twin").items["completed"] >= 1)
        job = find_job(workplace.instance, "job_twin")
        assert (job.state, job.items["total"], len(job.live_runs)) == (JobState.RUNNING, SOME, 2)
        pause_job(workplace.instance, "job_twin")
        for process in both:
            process.join(PATIENCE_S)
    finally:
        for process in both:
            process.kill()
            process.join()

    paused = find_job(workplace.instance, "job_twin")
    assert paused.state is JobState.PAUSED
    assert [run.state for run in paused.runs] == [JobState.PAUSED] * 2
    assert paused.items["completed"] == len(workplace.videos()) < SOME
    assert paused.items["pending"] == SOME - len(workplace.videos())
    assert sent(workplace, receiver) == ["running", "pausing", "paused"]

    resume_job(workplace.instance, "job_twin", here(workplace))

    resumed = find_job(workplace.instance, "job_twin")
    assert (resumed.state, resumed.items["completed"], len(resumed.runs)) == (JobState.COMPLETED, SOME, 3)
    assert sent(workplace, receiver)[3:] == ["running", "completed"]
    assert [job.job_id for job in list_jobs(workplace.instance)] == ["job_twin"]
    times = [event.created_at for event in job_events(workplace.instance, "job_twin", limit=1000)]
    assert times == sorted(times)


def test_a_spread_job_has_what_was_found_and_what_its_shards_have_made(workplace: Workplace) -> None:
    planner = a_run(workplace)
    tell_tags(workplace.instance, planner, {tags.PROGRESS: progress(20, completed=2, queued=18), **SPREAD})
    finish(workplace, planner, dg.DagsterEventType.RUN_SUCCESS)
    for number, counts in enumerate(({"completed": 3}, {"completed": 5, "failed": 1})):
        shard = a_run(workplace, told=member_of(planner, number))
        tell_tags(workplace.instance, shard, {tags.PROGRESS: progress(10, **counts)})
    a_run(workplace, begun=False, told=member_of(planner, 2))

    job = find_job(workplace.instance, JOB)

    assert (job.state, job.items["total"], job.items["completed"], job.items["failed"], job.items["pending"]) == (
        JobState.RUNNING,
        20,
        10,
        1,
        9,
    )
    assert (job.run_id, job.cost) == (planner, 1.5)
    assert [listed.items for listed in list_jobs(workplace.instance)] == [job.items]
    assert cancel_job(workplace.instance, JOB).state is JobState.CANCELING


def test_a_job_is_told_to_have_ended_by_the_last_of_its_runs_and_once(
    workplace: Workplace, receiver: HookReceiver
) -> None:
    first, second = (one_of_many(workplace, 4, url=receiver.url(), queued=4) for _ in range(2))
    for run_id in (first, second):
        tell_state(workplace.instance, run_id, JobState.RUNNING)
    assert sent(workplace, receiver) == ["running"]

    end(workplace, first, JobState.COMPLETED, 4, completed=2, failed=2)
    assert announce_end(workplace.instance, first, settings_module.settings()) == ""
    assert sent(workplace, receiver) == ["running"]

    end(workplace, second, JobState.COMPLETED, 4, completed=2, failed=2)
    said = {announce_end(workplace.instance, run_id, settings_module.settings()) for run_id in (first, second)}

    assert sent(workplace, receiver) == ["running", "completed"]
    assert len(said) == 1
    assert "is completed: 2 of 4 rows finished, 2 failed." in said.pop()
    last = receiver.received[-1].verified(SECRET)
    assert (last["items_completed"], last["data"]["items_total"]) == (2, 4)


def test_workers_that_end_at_the_same_moment_leave_the_end_of_their_job_untold_by_none(
    workplace: Workplace, receiver: HookReceiver
) -> None:
    first, second = (one_of_many(workplace, 1, url=receiver.url()) for _ in range(2))
    for run_id in (first, second):  # both have said so before either has looked at the other
        tell_tags(workplace.instance, run_id, {tags.STATE: JobState.COMPLETED, tags.PROGRESS: progress(1, completed=1)})
    for run_id in (first, second):
        tell_state(workplace.instance, run_id, JobState.COMPLETED)

    assert sent(workplace, receiver) == ["completed"]


def test_a_cancel_reaches_runs_at_work_and_runs_in_the_queue(workplace: Workplace, receiver: HookReceiver) -> None:
    at_work, beside = (one_of_many(workplace, 2, url=receiver.url()) for _ in range(2))
    queued = one_of_many(workplace, 2, begun=False, url=receiver.url())

    job = cancel_job(workplace.instance, JOB)

    assert job.state is JobState.CANCELING
    wishes = {run.run_id: run.tags[tags.INTENT] for run in workplace.instance.get_runs()}
    assert wishes == dict.fromkeys((at_work, beside, queued), "cancel")
    waiting = workplace.instance.get_run_by_id(queued)
    assert waiting is not None
    assert waiting.status is dg.DagsterRunStatus.CANCELED
    for run_id in (at_work, beside):
        end(workplace, run_id, JobState.CANCELED, 2, cancelled=2)
    assert find_job(workplace.instance, JOB).state is JobState.CANCELED
    assert sent(workplace, receiver) == ["canceling", "canceled"]


def test_a_pause_takes_waiting_runs_out_of_the_queue(workplace: Workplace, receiver: HookReceiver) -> None:
    at_work = one_of_many(workplace, 2, url=receiver.url())
    queued = one_of_many(workplace, 2, begun=False, url=receiver.url())

    assert pause_job(workplace.instance, JOB).state is JobState.PAUSING
    end(workplace, at_work, JobState.PAUSED, 2, completed=1)

    job = find_job(workplace.instance, JOB)
    assert job.state is JobState.PAUSED
    assert {run.run_id: run.state for run in job.runs} == dict.fromkeys((at_work, queued), JobState.PAUSED)
    assert sent(workplace, receiver) == ["pausing", "paused"]


def test_a_paused_job_of_several_runs_is_cancelled_as_a_whole(workplace: Workplace) -> None:
    for _ in range(2):
        one_of_many(workplace, 2)
    for run in find_job(workplace.instance, JOB).runs:
        end(workplace, run.run_id, JobState.PAUSED, 2, completed=1)

    assert cancel_job(workplace.instance, JOB).state is JobState.CANCELED


def test_a_row_made_again_by_hand_belongs_to_its_job_and_leaves_the_others_counts(workplace: Workplace) -> None:
    rows = [idea("Good"), idea("Fine"), idea(f"Bad {NO_FONT_HAS_THIS}")]
    first = workplace.run(workplace.sheet(rows), validation_level="permissive")
    job_id = first.run.tags[tags.JOB_ID]
    assert find_job(workplace.instance, job_id).items["failed"] == 1
    bad = next(event.row for event in job_events(workplace.instance, job_id) if event.message.startswith("Failed:"))

    def make_again(key: str) -> None:
        dg.materialize([video], instance=workplace.instance, partition_key=key, selection=[video], raise_on_error=False)

    make_again(tags.partition_key(find_job(workplace.instance, job_id).sheet, bad))
    again = find_job(workplace.instance, job_id)
    assert (again.state, again.items["total"], again.items["completed"], again.items["failed"]) == (
        JobState.COMPLETED,
        3,
        2,
        1,
    )
    assert [run.scope for run in again.runs] == [Scope.WHOLE, Scope.ROWS]

    make_again(next(iter(workplace.materialised(first.run.run_id))))
    kept = find_job(workplace.instance, job_id)
    assert (kept.items["completed"], kept.items["failed"], kept.percent) == (2, 1, 100.0)
    watch = JobWatch(workplace.instance, job_id)
    watch.poll()
    assert sorted(row.completed for row in watch.rows) == [False, True, True]


def test_a_foreign_projects_job_is_not_found(workplace: Workplace) -> None:
    a_run(workplace, told={tags.PROJECT: "theirs"})

    assert find_job(workplace.instance, JOB, project_id="theirs").job_id == JOB
    with pytest.raises(JobNotFoundError, match=JOB):
        find_job(workplace.instance, JOB, project_id="ours")
    for action in (pause_job, cancel_job):
        with pytest.raises(JobNotFoundError):
            action(workplace.instance, JOB, project_id="ours")
    assert list(list_jobs(workplace.instance, project_id="ours")) == []


def test_services_take_whole_ids(workplace: Workplace) -> None:
    a_run(workplace)

    with pytest.raises(JobNotFoundError):
        find_job(workplace.instance, "job_los")
