"""Jobs over two shards, as Dagster's daemon and code server run them: whole, killed, paused, cancelled, and frozen."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Iterator

import pytest
from dagster import DagsterRunStatus

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.shards.plan_document import FOLDER
from bulkvid_pipeline_tests.engines.farm import Farm, check, kill, kill_child, running_farm
from bulkvid_pipeline_tests.faults.history import ends_of
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.waiting import wait_until

pytestmark = pytest.mark.faults

SEEDS = range(int(os.environ.get("SHARD_SEEDS", "1")))
"""By hand more of them, each of which kills at other moments."""
LONG_SCRIPT = " ".join(f"Sentence number {n} takes a while to say." for n in range(12))
RUNS = (None, Role.SHARD, Role.SHARD, Role.CONCLUSION)


@pytest.fixture(scope="module")
def on_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Farm]:
    with running_farm(tmp_path_factory.mktemp("farm")) as farm:
        yield farm


@pytest.fixture(scope="module")
def on_postgres(tmp_path_factory: pytest.TempPathFactory, postgres_server: PostgresServer) -> Iterator[Farm]:
    with running_farm(tmp_path_factory.mktemp("farm"), postgres_server.create_database()) as farm:
        yield farm


@pytest.mark.parametrize("database", ["sqlite", "postgres"])
def test_a_job_over_two_shards_has_every_row_once(database: str, request: pytest.FixtureRequest) -> None:
    farm: Farm = request.getfixturevalue(f"on_{database}")
    farm.launch("whole", rows=6)

    assert farm.wait_for_end("whole") is JobState.COMPLETED

    farm.wait_until_told("whole", JobState.COMPLETED)
    check(farm, "whole")
    assert farm.told("whole") == ["running", "completed"]
    assert [len(farm.runs("whole", role)) for role in (None, Role.SHARD, Role.CONCLUSION)] == [1, 2, 1]
    assert {run.status for role in (None, *Role) for run in farm.runs("whole", role)} == {DagsterRunStatus.SUCCESS}
    with farm.place.instance() as instance:
        made = [len(ends_of(instance, run.run_id)) for run in farm.runs("whole", Role.SHARD)]
    assert sum(made) == 6
    assert [key for key in farm.published() if FOLDER in key.split("/")] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_is_killed_every_row_is_made_once(on_sqlite: Farm, seed: int) -> None:
    farm, chance, job_id = on_sqlite, random.Random(seed), f"killed{seed}"
    farm.launch(job_id, rows=8)
    killed: dict[str, int] = {}
    for role in RUNS:
        found = farm.wait_for_process(job_id, role, killed)
        if found is None:
            break
        run_id, pid = found
        time.sleep(chance.uniform(0, 2))
        kill(pid)
        killed[run_id] = pid
        if role is Role.SHARD:
            kill_child(farm, chance.choice(["daemon", "code-server"]))
        if role is None:
            _go_on_where_the_planner_was_lost(farm, job_id)

    wait_until(lambda: farm.has_concluded(job_id), "nobody has concluded the job")
    if farm.wait_for_end(job_id) is not JobState.COMPLETED:
        with farm.place.instance() as instance:
            retry_job(instance, job_id, farm.launch_again)
        wait_until(lambda: len(farm.runs(job_id)) > 1)
        assert farm.wait_for_end(job_id) is JobState.COMPLETED
    farm.wait_until_told(job_id, JobState.COMPLETED)
    check(farm, job_id, kills=len(killed))


def _go_on_where_the_planner_was_lost(farm: Farm, job_id: str) -> None:
    """A planning run that was killed before it was through is begun anew, as somebody would do it."""
    (planner,) = farm.runs(job_id)
    wait_until(lambda: farm.runs(job_id)[0].is_finished)
    if farm.runs(job_id)[0].status is DagsterRunStatus.SUCCESS:
        return
    assert farm.wait_for_end(job_id) is JobState.FAILED
    with farm.place.instance() as instance:
        retry_job(instance, job_id, farm.launch_again)
    wait_until(lambda: farm.runs(job_id)[-1].run_id != planner.run_id)


def test_a_spread_job_is_paused_and_resumed_as_one(on_sqlite: Farm) -> None:
    farm = on_sqlite
    farm.launch("paused", rows=10, script=LONG_SCRIPT)
    wait_until(lambda: farm.job("paused").items["completed"])
    with farm.place.instance() as instance:
        assert pause_job(instance, "paused").state is JobState.PAUSING

    assert farm.wait_for_end("paused") is JobState.PAUSED
    job = farm.job("paused")
    assert 0 < job.items["completed"] < 10
    assert job.items["completed"] + job.items["pending"] == 10
    farm.wait_until_told("paused", JobState.PAUSED)

    with farm.place.instance() as instance:
        resume_job(instance, "paused", farm.launch_again)
    wait_until(lambda: len(farm.runs("paused")) == 2)
    assert farm.wait_for_end("paused") is JobState.COMPLETED
    farm.wait_until_told("paused", JobState.COMPLETED)
    check(farm, "paused")
    assert farm.told("paused") == ["running", "pausing", "paused", "running", "completed"]


def test_a_spread_job_is_cancelled_in_all_its_runs(on_sqlite: Farm) -> None:
    farm = on_sqlite
    farm.launch("cancelled", rows=10, script=LONG_SCRIPT)
    wait_until(lambda: farm.job("cancelled").in_work)
    with farm.place.instance() as instance:
        assert cancel_job(instance, "cancelled").state is JobState.CANCELING

    assert farm.wait_for_end("cancelled") is JobState.CANCELED
    farm.wait_until_told("cancelled", JobState.CANCELED)
    job = farm.job("cancelled")
    assert job.items["cancelled"] + job.items["completed"] == 10
    assert job.items["cancelled"] > 0
    assert farm.told("cancelled") == ["running", "canceling", "canceled"]


def test_a_shard_that_was_frozen_until_others_have_made_its_rows_commits_nothing(on_postgres: Farm) -> None:
    farm = on_postgres
    farm.launch("frozen", rows=6, script=LONG_SCRIPT)
    wait_until(lambda: farm.job("frozen").in_work)
    found = farm.wait_for_process("frozen", Role.SHARD)
    assert found is not None
    frozen, pid = found
    os.kill(pid, signal.SIGSTOP)
    try:
        assert farm.wait_for_end("frozen") is JobState.COMPLETED
        farm.wait_until_told("frozen", JobState.COMPLETED)
        before = farm.published(), _said_by(farm, frozen)
    finally:
        os.kill(pid, signal.SIGCONT)
    wait_until(lambda: pid not in farm.place.processes(), "the frozen process never ended")

    assert (farm.published(), _said_by(farm, frozen)) == before
    assert farm.job("frozen").state is JobState.COMPLETED
    check(farm, "frozen", kills=1)


def _said_by(farm: Farm, run_id: str) -> tuple[int, DagsterRunStatus, str]:
    """The rows that the run has told of, how it has ended, and what it said of that."""
    with farm.place.instance() as instance:
        run = instance.get_run_by_id(run_id)
        assert run is not None
        return len(ends_of(instance, run_id)), run.status, run.tags.get(tags.STATE, "")
