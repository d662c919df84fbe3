"""All jobs in the memory of a process: as the database has them, soon after it has them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from dagster import DagsterEventType, DagsterRun

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.jobs import Scope
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs import run_watch
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.job_list import JobQuery
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.services.jobs.written_runs import JOB, WrittenRun
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES


class Clock:
    """A clock that a test moves by hand."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def index(workplace: Workplace, clock: Clock) -> Iterator[JobIndex]:
    index = JobIndex(workplace.instance, clock=clock)
    yield index
    index.close()


def test_a_job_is_what_the_database_says_of_it_at_each_step_of_its_life(workplace: Workplace, index: JobIndex) -> None:
    run = WrittenRun.of(workplace.instance)
    steps: list[Callable[[], object]] = [
        lambda: None,
        lambda: run.report(DagsterEventType.RUN_START),
        lambda: run.progress(40.0, completed=4),
        lambda: tell_tags(workplace.instance, run.run_id, {tags.INTENT: "pause"}),
        lambda: run.end(JobState.PAUSED),
    ]
    seen = []
    for step in steps:
        step()
        index.refresh(at_once=True)
        assert index.find(JOB) == find_job(workplace.instance, JOB)
        seen.append(index.find(JOB).state)

    assert seen == [JobState.PENDING, JobState.RUNNING, JobState.RUNNING, JobState.PAUSING, JobState.PAUSED]


def test_resumes_retries_and_shards_are_one_job(workplace: Workplace, index: JobIndex) -> None:
    first = WrittenRun.begun(workplace.instance)
    first.progress(20.0, completed=2)
    first.end(JobState.PAUSED)
    index.refresh(at_once=True)
    assert index.find(JOB).state is JobState.PAUSED

    resumed = WrittenRun.begun(workplace.instance).leave_to(2, total=10, completed=2, queued=8)
    for number in range(2):
        resumed.member(shard=number).progress(50.0, total=5, completed=2)
    index.refresh(at_once=True)

    job = index.find(JOB)
    assert job == find_job(workplace.instance, JOB)
    assert (job.state, len(job.runs), len(job.passes)) == (JobState.RUNNING, 4, 2)
    assert len(index.jobs()) == 1
    assert len(index.page(JobQuery()).entries) == 1


def test_a_run_may_join_another_job_later(workplace: Workplace, index: JobIndex) -> None:
    WrittenRun.begun(workplace.instance, "job_a")
    other = WrittenRun.begun(workplace.instance, "job_b")
    index.refresh(at_once=True)

    tell_tags(workplace.instance, other.run_id, {tags.JOB_ID: "job_a", tags.SCOPE: Scope.ROWS})
    index.refresh(at_once=True)

    assert [run.run_id for run in index.find("job_a").runs][1] == other.run_id
    with pytest.raises(JobNotFoundError):
        index.find("job_b")


def test_runs_over_chosen_rows_belong_to_their_job_and_runs_of_others_to_none(
    workplace: Workplace, index: JobIndex
) -> None:
    WrittenRun.begun(workplace.instance)
    for job_name, told in (("__ASSET_JOB", {tags.JOB_ID: JOB, tags.SCOPE: "rows"}), ("prune_runs", {})):
        workplace.instance.run_storage.add_run(DagsterRun(job_name=job_name, tags=told))
    index.refresh(at_once=True)

    assert [len(job.runs) for job in index.jobs()] == [2]


def test_a_run_without_an_id_of_a_job_is_a_job_of_its_own(workplace: Workplace, index: JobIndex) -> None:
    run = DagsterRun(job_name=tags.JOB, tags={})
    workplace.instance.run_storage.add_run(run)
    index.refresh(at_once=True)

    assert index.find(run.run_id).state is JobState.PENDING


def test_deleted_jobs_are_gone_after_the_next_complete_look(
    workplace: Workplace, index: JobIndex, clock: Clock
) -> None:
    ended, waiting = WrittenRun.begun(workplace.instance, "job_ended"), WrittenRun.of(workplace.instance, "job_waiting")
    ended.end()
    index.refresh(at_once=True)
    assert len(index.jobs()) == 2

    for run in (ended, waiting):
        workplace.instance.delete_run(run.run_id)
    index.refresh(at_once=True)
    with pytest.raises(JobNotFoundError):
        index.find("job_waiting")

    clock.now += run_watch.COMPLETE_AT_LEAST_EVERY_S
    index.refresh()
    assert index.jobs() == []


def test_a_change_written_with_a_clock_that_is_behind_is_seen_by_a_complete_look(
    workplace: Workplace, index: JobIndex, clock: Clock
) -> None:
    import sqlalchemy as sa
    from dagster._core.storage.runs.schema import RunsTable

    run = WrittenRun.begun(workplace.instance)
    run.end()
    WrittenRun.begun(workplace.instance, "job_newer")
    index.refresh(at_once=True)
    tell_tags(workplace.instance, run.run_id, {tags.TITLE: "Named late"})
    storage = workplace.instance.run_storage
    with storage.connect() as connection:  # type: ignore[attr-defined]
        of_run = sa.update(RunsTable).where(RunsTable.c.run_id == run.run_id)
        connection.execute(
            of_run.values(
                update_timestamp=sa.func.datetime("2020-01-01")
                if _is_sqlite(workplace)
                else sa.text("'2020-01-01'::timestamp")
            )
        )

    clock.now += run_watch.COMPLETE_AT_LEAST_EVERY_S
    index.refresh()

    assert index.find(JOB).title == "Named late"


def _is_sqlite(workplace: Workplace) -> bool:
    return "Sqlite" in type(workplace.instance.run_storage).__name__


def test_two_processes_see_what_the_other_writes(workplace: Workplace, index: JobIndex) -> None:
    other = JobIndex(workplace.instance)
    for reader in (index, other):
        reader.refresh(at_once=True)
    run = WrittenRun.begun(workplace.instance)
    for reader in (index, other):
        reader.refresh(at_once=True)
        assert reader.find(JOB).state is JobState.RUNNING
    run.end()
    other.refresh(at_once=True)
    other.close()

    assert other.find(JOB).state is JobState.COMPLETED
    assert index.find(JOB).state is JobState.RUNNING  # it has not looked


def test_a_job_of_another_project_is_not_found(workplace: Workplace, index: JobIndex) -> None:
    WrittenRun.of(workplace.instance, "job_mine", {tags.PROJECT: "mine"})
    WrittenRun.of(workplace.instance, "job_theirs", {tags.PROJECT: "theirs"})
    index.refresh(at_once=True)

    assert index.find("job_mine", "mine").project_id == "mine"
    assert [entry.job.job_id for entry in index.page(JobQuery(project_id="mine")).entries] == ["job_mine"]
    for job_id in ("job_theirs", "job_none", ""):
        with pytest.raises(JobNotFoundError):
            index.find(job_id, "mine")


def test_tags_that_nobody_can_read_hide_no_other_job(
    workplace: Workplace, index: JobIndex, caplog: pytest.LogCaptureFixture
) -> None:
    WrittenRun.begun(workplace.instance, "job_good")
    broken = WrittenRun.begun(workplace.instance, "job_broken")
    workplace.instance.add_run_tags(broken.run_id, {tags.PROGRESS: "{not json"})
    index.refresh(at_once=True)

    assert [job.job_id for job in index.jobs()] == ["job_good"]
    assert "job_broken" in caplog.text
    workplace.instance.add_run_tags(broken.run_id, {tags.PROGRESS: '{"total": 10, "counts": {"completed": 5}}'})
    index.refresh(at_once=True)
    assert index.find("job_broken").items["completed"] == 5


def test_a_look_that_fails_is_made_up_for_by_the_next(
    workplace: Workplace, index: JobIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    from bulkvid_pipeline.services.jobs import job_index, jobs

    WrittenRun.begun(workplace.instance)
    real = jobs.job_of

    def failing(*_: object) -> object:
        raise OSError("the database went away")

    monkeypatch.setattr(job_index, "job_of", failing)
    with pytest.raises(OSError, match="went away"):
        index.refresh(at_once=True)
    monkeypatch.setattr(job_index, "job_of", real)
    index.refresh(at_once=True)

    assert index.find(JOB).state is JobState.RUNNING


# When it looks


def test_callers_share_a_look_and_a_fresh_index_does_not_look(
    workplace: Workplace, index: JobIndex, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks = []
    real = run_watch.RunWatch.look
    began = threading.Event()

    def counted(watch: run_watch.RunWatch) -> run_watch.Changes:
        looks.append(1)
        began.wait(0.2)
        return real(watch)

    monkeypatch.setattr(run_watch.RunWatch, "look", counted)
    WrittenRun.begun(workplace.instance)
    with ThreadPoolExecutor(20) as pool:
        list(pool.map(lambda _: index.refresh(), range(20)))
    assert len(looks) == 1
    clock.now += 0.05
    index.refresh()
    assert len(looks) == 1
    index.refresh(at_once=True)
    clock.now += 1.0
    index.refresh()
    assert len(looks) == 3


def test_whoever_awaits_a_stale_index_gets_a_fresh_one(workplace: Workplace) -> None:
    async def ask() -> tuple[JobState, int]:
        index = JobIndex(workplace.instance)
        WrittenRun.begun(workplace.instance)
        await asyncio.gather(*(index.fresh() for _ in range(30)))
        state, version = index.find(JOB).state, index.version
        index.close()
        return state, version

    assert asyncio.run(ask()) == (JobState.RUNNING, 1)


def test_a_job_that_another_process_has_just_made_is_found(workplace: Workplace) -> None:
    async def ask() -> str:
        index = JobIndex(workplace.instance)
        await index.fresh()
        WrittenRun.of(workplace.instance)
        found = (await index.lookup(JOB, "default")).job.job_id
        with pytest.raises(JobNotFoundError):
            await index.lookup("job_nope", "default")
        index.close()
        return found

    assert asyncio.run(ask()) == JOB
