"""Render slots on real instances and between real processes; and what of Dagster's insides they rely on."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from dagster import DagsterInstance, DagsterRun, DagsterRunStatus
from dagster._core.storage.event_log.schema import ConcurrencyLimitsTable, ConcurrencySlotsTable, PendingStepsTable
from dagster._core.test_utils import create_run_for_test
from dagster._daemon.monitoring.concurrency import execute_concurrency_slots_iteration

from bulkvid_pipeline.adapters.dagster.run_slots import LOOK_LATER_S, LOOK_SOON_S, Claim, RunSlots, SlotAdmission
from bulkvid_pipeline.adapters.dagster.slot_pool import SlotPool
from bulkvid_pipeline.core.errors import ServiceUnavailableError
from bulkvid_pipeline.core.options import Priority
from bulkvid_pipeline_tests.adapters.dagster.slot_worker import (
    Happening,
    StandInJob,
    a_plan,
    most_at_once,
    processes,
    work,
)
from bulkvid_pipeline_tests.peers.postgres import PostgresServer

WAIT_S = 60.0


@pytest.fixture(scope="module")
def database() -> Iterator[PostgresServer]:
    with PostgresServer() as server:
        yield server


@pytest.fixture(params=["sqlite", pytest.param("postgres", marks=pytest.mark.heavy)])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A DAGSTER_HOME; its instance keeps everything in SQLite or in PostgreSQL."""
    config = "telemetry:\n  enabled: false\nrun_monitoring:\n  free_slots_after_run_end_seconds: 1\n  enabled: true\n"
    if request.param == "postgres":
        url = request.getfixturevalue("database").create_database()
        config += f"storage:\n  postgres:\n    postgres_url: {url}\n"
    (tmp_path / "dagster.yaml").write_text(config)
    return tmp_path


@pytest.fixture
def instance(home: Path) -> Iterator[DagsterInstance]:
    with DagsterInstance.from_config(str(home)) as instance:
        yield instance


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., StandInJob]]:
    """Starts jobs in processes of their own; they wait for `go(job)`."""
    started = []

    def start_job(run_id: str, **job: Any) -> StandInJob:
        stand_in = StandInJob(home, run_id, log=home / f"{run_id}.log", go=home / f"{run_id}.go", **job)
        process = processes().Process(target=work, args=(stand_in,), name=run_id)
        process.start()
        started.append(process)
        wait_for(stand_in, "ready")
        return stand_in

    yield start_job
    for process in started:
        process.kill()
        process.join()


def wait_for(job: StandInJob, what: str, times: int = 1) -> None:
    deadline = time.monotonic() + WAIT_S
    while sum(happening.what == what for happening in job.happenings()) < times:
        assert time.monotonic() < deadline, f"{job.run_id} never had {times} x {what}: {job.happenings()}"
        time.sleep(0.005)


def go(*jobs: StandInJob) -> None:
    for job in jobs:
        job.go.touch()


def finish(*jobs: StandInJob) -> list[Happening]:
    """All that happened, in order, once all rows of the jobs have ended."""
    for job in jobs:
        wait_for(job, "end", job.rows)
    return sorted((h for job in jobs for h in job.happenings()), key=lambda h: h.at)


def starts(happenings: list[Happening], run_id: str, *, since: float, until: float) -> int:
    return sum(h.what == "start" and h.run_id == run_id and since < h.at < until for h in happenings)


# The pool


def test_a_pool_gets_its_limit_once_and_keeps_what_a_person_sets(instance: DagsterInstance) -> None:
    slots = RunSlots(instance, "one")

    assert slots.ensure_pool(2) == 2
    assert slots.ensure_pool(5) == 2
    instance.event_log_storage.set_concurrency_slots("render", 7)
    assert slots.ensure_pool(2) == 7


def test_a_claim_on_a_pool_without_a_limit_says_how_to_set_one(instance: DagsterInstance) -> None:
    with pytest.raises(ServiceUnavailableError, match="dagster instance concurrency set render"):
        RunSlots(instance, "one").claim("row")


def test_an_instance_in_memory_is_refused() -> None:
    with DagsterInstance.ephemeral() as instance, pytest.raises(ServiceUnavailableError, match="InMemory"):
        RunSlots(instance, "one")


def test_a_raised_limit_lets_the_next_in_and_a_lowered_one_is_kept_from_the_next_row_on(
    instance: DagsterInstance,
) -> None:
    slots = RunSlots(instance, "one")
    slots.ensure_pool(1)
    claims = [slots.claim(f"row{number}") for number in range(4)]

    instance.event_log_storage.set_concurrency_slots("render", 3)
    assert [claim.granted() for claim in claims] == [True, True, True, False]

    instance.event_log_storage.set_concurrency_slots("render", 1)
    assert [claim.granted() for claim in claims] == [True, True, True, False]
    claims[0].release()
    claims[1].release()
    assert [claim.granted() for claim in claims[2:]] == [True, False]
    claims[2].release()
    assert claims[3].granted()
    assert instance.event_log_storage.get_concurrency_info("render").slot_count == 1


# Claims


def test_a_freed_slot_goes_to_the_most_urgent_claim_of_any_run(instance: DagsterInstance) -> None:
    low = RunSlots(instance, "low", user="a", job=Priority.LOW)
    low.ensure_pool(1)
    held, low_next = low.claim("r1"), low.claim("r2", Priority.URGENT)
    normal = RunSlots(instance, "normal", user="a").claim("r")
    urgent = RunSlots(instance, "urgent", user="b", job=Priority.URGENT).claim("r", Priority.LOW)

    held.release()

    assert [claim.granted() for claim in (low_next, normal, urgent)] == [False, False, True]
    urgent.release()
    assert [claim.granted() for claim in (low_next, normal)] == [False, True]
    normal.release()
    assert low_next.granted()


def test_ten_jobs_of_one_user_and_one_of_another_share_alike(instance: DagsterInstance) -> None:
    runs = [RunSlots(instance, f"a{number}", user="a|%7C") for number in range(10)]
    runs.append(RunSlots(instance, "b", user="b"))
    runs[0].ensure_pool(1)
    waiting = [run.claim("row0") for run in runs]

    served = serve(waiting, rows=23)

    names = "".join("b" if claim.slots is runs[-1] else "a" for claim in served)
    assert names == "a" + "ab" * 11, "the first slot was taken before b came; from then on they alternate"


def test_rows_called_urgent_go_first_among_their_users_own_and_take_no_turns_of_others(
    instance: DagsterInstance,
) -> None:
    vain, modest = RunSlots(instance, "vain", user="a"), RunSlots(instance, "modest", user="b")
    vain.ensure_pool(1)
    waiting = [vain.claim(f"low{number}", Priority.LOW) for number in range(4)] + [modest.claim("row")]

    served = serve(waiting, rows=11, priority=Priority.URGENT)

    # A newcomer's first turn comes after the next one of everybody there.
    assert "".join("a" if claim.slots is vain else "b" for claim in served) == "a" + "ab" * 5
    assert [claim.priority for claim in served if claim.slots is vain][1:] == [Priority.URGENT] * 5


def serve(waiting: list[Claim], rows: int, priority: Priority = Priority.NORMAL) -> list[Claim]:
    """Render `rows` rows one after the other; the run of each joins the line anew as it ends."""
    served = []
    for number in range(rows):
        current = next(claim for claim in waiting if claim.granted())
        served.append(current)
        following = Claim(current.slots, f"later{number}", priority)
        current.slots.change(join=[following], release=[current])
        waiting = [claim for claim in waiting if claim is not current] + [following]
    return served


def test_releasing_twice_or_when_nothing_is_held_does_nothing(instance: DagsterInstance) -> None:
    slots = RunSlots(instance, "one")
    slots.ensure_pool(1)
    slots.release_all()
    first, second = slots.claim("a"), slots.claim("b")

    first.release()
    first.release()

    assert second.granted()
    assert instance.event_log_storage.get_concurrency_info("render").active_slot_count == 1


def test_a_claim_that_somebody_removed_joins_the_line_anew(instance: DagsterInstance) -> None:
    holder, slots = RunSlots(instance, "holder"), RunSlots(instance, "one")
    holder.ensure_pool(1)
    held, claim = holder.claim("x"), slots.claim("row")

    instance.event_log_storage.free_concurrency_slots_for_run("one")

    assert not claim.granted()
    held.release()
    assert claim.granted()


def test_claims_far_back_in_the_line_need_to_be_looked_at_less_often(instance: DagsterInstance) -> None:
    runs = [RunSlots(instance, f"run{number}", user=f"u{number}") for number in range(6)]
    runs[0].ensure_pool(2)
    claims = [run.claim("row") for run in runs]

    assert [claim.granted() for claim in claims] == [True, True, False, False, False, False]
    assert [run.look_after_s for run in runs[2:]] == [LOOK_SOON_S, LOOK_SOON_S, LOOK_LATER_S, LOOK_LATER_S]
    claims[0].release()
    claims[4].granted()
    assert runs[4].look_after_s == LOOK_LATER_S
    assert claims[2].granted()
    claims[4].granted()
    assert runs[4].look_after_s == LOOK_SOON_S


# The admission


def test_leaving_with_upcoming_rows_gives_no_slot_to_a_less_urgent_run(instance: DagsterInstance) -> None:
    urgent = RunSlots(instance, "urgent", job=Priority.URGENT)
    urgent.ensure_pool(1)
    with SlotAdmission(urgent) as admission:
        assert admission.enter_first([a_plan("one")])
        low = RunSlots(instance, "low", job=Priority.LOW).claim("r")

        admission.leave(a_plan("one"), upcoming=[a_plan("two")])

        assert not low.granted()
        assert admission.enter_first([a_plan("two")])
        admission.leave(a_plan("two"))
        assert low.granted()


def test_a_gate_that_withdraws_lets_the_next_run_pass(instance: DagsterInstance) -> None:
    low = RunSlots(instance, "low", job=Priority.LOW)
    low.ensure_pool(1)
    held, low_next = low.claim("r1"), low.claim("r2")
    with SlotAdmission(RunSlots(instance, "urgent", job=Priority.URGENT)) as admission:
        assert not admission.enter_first([a_plan("row")])
        held.release()
        assert not low_next.granted()

        admission.withdraw()

        assert low_next.granted()


def test_rows_that_come_before_those_with_slots_do_not_wait_for_them(instance: DagsterInstance) -> None:
    """As when another run gives rows back, while this one has slots for later rows."""
    slots, other = RunSlots(instance, "one"), RunSlots(instance, "other")
    slots.ensure_pool(2)
    rows = [a_plan("a"), a_plan("b"), a_plan("c")]
    with SlotAdmission(slots) as admission:
        admission.line_up(rows[1:])
        waiting = other.claim("r")
        admission.line_up(rows[:2])

        assert admission.enter_first(rows[:2]) is rows[1]
        assert waiting.granted(), "the slot of a row that is no longer next goes to whoever waits longest"
        waiting.release()
        assert admission.enter_first(rows[:1]) is rows[0]


def test_a_gate_frees_everything_when_it_closes_and_what_an_earlier_process_of_the_run_left(
    instance: DagsterInstance,
) -> None:
    slots, other = RunSlots(instance, "one"), RunSlots(instance, "other")
    slots.ensure_pool(2)
    slots.claim("left behind")
    with SlotAdmission(slots) as admission:
        admission.line_up([a_plan("a"), a_plan("b"), a_plan("c")])
        assert [admission.enter_first([a_plan(row)]) is not None for row in "abc"] == [True, True, False]

    assert [other.claim(row).granted() for row in "ab"] == [True, True]


# Between processes


def test_the_pool_is_changed_by_one_at_a_time(instance: DagsterInstance, home: Path) -> None:
    RunSlots(instance, "any").ensure_pool(1)
    entered = threading.Event()

    def enter() -> None:
        with DagsterInstance.from_config(str(home)) as other, SlotPool(other, "render").alone():
            entered.set()

    with SlotPool(instance, "render").alone() as pool:
        assert pool.line().free == 1
        thread = threading.Thread(target=enter)
        thread.start()
        assert not entered.wait(1.5)
    thread.join()
    assert entered.is_set()


def test_there_are_never_more_rows_in_work_than_slots_and_all_are_rendered(
    instance: DagsterInstance, start: Callable[..., StandInJob]
) -> None:
    RunSlots(instance, "any").ensure_pool(2)
    jobs = [start(f"run{number}", rows=12, row_s=0.004, workers=3, user=f"u{number % 2}") for number in range(4)]

    go(*jobs)
    happenings = finish(*jobs)

    assert most_at_once(happenings) <= 2
    assert Counter(h.what for h in happenings)["end"] == 48
    assert Counter((h.run_id, h.row) for h in happenings if h.what == "start").most_common(1)[0][1] == 1


@pytest.mark.parametrize("slots", [1, pytest.param(2, marks=pytest.mark.heavy)])
def test_an_urgent_job_gets_every_slot_that_is_freed_while_a_low_one_is_in_the_middle(
    instance: DagsterInstance, start: Callable[..., StandInJob], slots: int
) -> None:
    RunSlots(instance, "any").ensure_pool(slots)
    low = start("low", rows=200, priority=Priority.LOW, workers=slots)
    urgent = start("urgent", rows=10, priority=Priority.URGENT, workers=slots, user="another")
    go(low)
    wait_for(low, "start", 30)

    go(urgent)
    wait_for(urgent, "end", 10)
    happenings = sorted(low.happenings() + urgent.happenings(), key=lambda h: h.at)

    assert Counter(h.run_id for h in happenings if h.what == "end")["low"] < 150, "the low job was not in the middle"
    joined = next(h.at for h in happenings if h.what == "joined" and h.run_id == "urgent")
    first, *_, last = (h.at for h in happenings if h.what == "start" and h.run_id == "urgent")
    # A row of the low job that had its slot already may still be on its way to its start; none gets one after that.
    assert starts(happenings, "low", since=joined, until=last) <= slots
    assert starts(happenings, "low", since=first, until=last) <= slots - 1
    assert most_at_once(happenings) <= slots


@pytest.mark.heavy
def test_a_user_with_ten_jobs_does_not_starve_one_with_one_job(
    instance: DagsterInstance, start: Callable[..., StandInJob]
) -> None:
    RunSlots(instance, "any").ensure_pool(2)
    many = [start(f"a{number}", rows=20, workers=2, user="a") for number in range(10)]
    one = start("b", rows=20, workers=2, user="b")
    go(*many)
    for job in many:
        wait_for(job, "joined")

    go(one)
    wait_for(one, "end", 20)
    happenings = sorted((h for job in (*many, one) for h in job.happenings()), key=lambda h: h.at)

    joined = next(h.at for h in happenings if h.what == "joined" and h.run_id == "b")
    last = [h.at for h in happenings if h.what == "start" and h.run_id == "b"][-1]
    others = sum(h.what == "start" and h.run_id != "b" and joined < h.at < last for h in happenings)
    assert Counter(h.run_id[0] for h in happenings if h.what == "end")["a"] < 200, "the others had ended"
    # Each has half of the slots; those granted before b joined may start after it.
    assert others <= 20 + 2
    assert most_at_once(happenings) <= 2


def test_slots_of_a_process_killed_with_9_are_freed_once_its_run_is_marked_as_failed(
    instance: DagsterInstance, start: Callable[..., StandInJob]
) -> None:
    slots = RunSlots(instance, "heir")
    slots.ensure_pool(2)
    run = a_run(instance)
    job = start(run.run_id, rows=5, row_s=600)
    go(job)
    wait_for(job, "start", 2)
    claim = slots.claim("row")

    kill(run.run_id)
    assert not slots.free_ended_runs(grace_s=0)
    assert not claim.granted()
    instance.report_run_failed(run)

    assert slots.free_ended_runs(grace_s=0) == (run.run_id,)
    assert claim.granted()
    assert holders(instance) == {"heir"}


def a_run(instance: DagsterInstance) -> DagsterRun:
    run: DagsterRun = create_run_for_test(instance, job_name="bulk_videos", status=DagsterRunStatus.STARTED)
    return run


def kill(name: str) -> None:
    """End the process of that run as the kernel would, and wait until it is gone."""
    process = next(child for child in multiprocessing.active_children() if child.name == name)
    assert process.pid is not None
    os.kill(process.pid, signal.SIGKILL)
    process.join()


def holders(instance: DagsterInstance) -> set[str]:
    info = instance.event_log_storage.get_concurrency_info("render")
    return {slot.run_id for slot in info.claimed_slots} | {step.run_id for step in info.pending_steps}


# What Dagster has to go on doing

CHANGED = (
    "Dagster has changed what bulkvid_pipeline/adapters/dagster/slot_pool.py relies on: read its docstring, adapt it"
)


def test_dagsters_tables_have_the_columns_that_slots_are_kept_in() -> None:
    columns = {
        ConcurrencyLimitsTable.name: {"id", "concurrency_key", "limit", "using_default_limit"},
        ConcurrencySlotsTable.name: {"id", "concurrency_key", "run_id", "step_key", "deleted"},
        PendingStepsTable.name: {"id", "concurrency_key", "run_id", "step_key", "priority", "assigned_timestamp"},
    }

    for table in (ConcurrencyLimitsTable, ConcurrencySlotsTable, PendingStepsTable):
        assert columns[table.name] <= set(table.c.keys()), CHANGED


def test_dagster_shows_our_claims_as_its_own(instance: DagsterInstance) -> None:
    slots = RunSlots(instance, "one", user="ann", job_id="job7")
    slots.ensure_pool(1)
    slots.claim("a")
    slots.claim("b")

    info = instance.event_log_storage.get_concurrency_info("render")

    assert (info.slot_count, info.limit, info.using_default_limit) == (1, 1, False), CHANGED
    assert [(slot.run_id, slot.step_key) for slot in info.claimed_slots] == [("one", "ann|job7|a")], CHANGED
    assert {step.step_key: step.assigned_timestamp is not None for step in info.pending_steps} == {
        "ann|job7|a": True,
        "ann|job7|b": False,
    }, CHANGED
    assert (info.assigned_step_count, info.pending_step_count) == (1, 1), CHANGED
    assert instance.event_log_storage.get_concurrency_run_ids() == {"one"}, CHANGED


def test_dagsters_own_claims_and_ours_keep_to_one_limit(instance: DagsterInstance) -> None:
    storage = instance.event_log_storage
    slots = RunSlots(instance, "one")
    slots.ensure_pool(1)
    ours = slots.claim("a")

    assert not storage.claim_concurrency_slot("render", "dagster", "step", 0).is_claimed, CHANGED
    storage.free_concurrency_slot_for_step("dagster", "step")
    ours.release()
    assert storage.claim_concurrency_slot("render", "dagster", "step", 0).is_claimed, CHANGED
    again = slots.claim("b")
    assert not again.granted(), CHANGED
    storage.free_concurrency_slot_for_step("dagster", "step")
    assert again.granted(), CHANGED


def test_the_daemon_frees_slots_of_ended_runs_and_of_no_others(instance: DagsterInstance) -> None:
    ended, alive = a_run(instance), a_run(instance)
    for run in (ended, alive):
        slots = RunSlots(instance, run.run_id)
        slots.ensure_pool(1)
        slots.claim("held or waiting")
    instance.report_run_failed(ended)
    daemon: Any = SimpleNamespace(instance=instance)

    deadline = time.monotonic() + WAIT_S
    while ended.run_id in holders(instance):
        assert time.monotonic() < deadline, CHANGED
        list(execute_concurrency_slots_iteration(daemon, SimpleNamespace(info=print)))  # type: ignore[arg-type]
        time.sleep(0.1)

    assert holders(instance) == {alive.run_id}, CHANGED
    assert slots.claim("held or waiting").granted()


def test_deleting_a_run_frees_its_slots(instance: DagsterInstance) -> None:
    run = a_run(instance)
    slots = RunSlots(instance, run.run_id)
    slots.ensure_pool(1)
    slots.claim("a")

    instance.delete_run(run.run_id)

    assert holders(instance) == set(), CHANGED
    assert RunSlots(instance, "next").claim("b").granted(), CHANGED
