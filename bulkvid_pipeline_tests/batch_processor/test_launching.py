"""What begins a job in the processor, when others end, cancel or launch it at the same moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from dagster import DagsterEvent, DagsterEventType, DagsterRunStatus
from sqlalchemy.exc import OperationalError

from bulkvid_pipeline.adapters.dagster.planned_run import note_run
from bulkvid_pipeline.batch_processor import BatchProcessor, launching, running
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError, GenerationError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch import again, background
from bulkvid_pipeline.launch.background import BackgroundJob
from bulkvid_pipeline.launch.queue import queue_tags
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, spec_of
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline_tests.batch_processor.conftest import Surroundings
from bulkvid_pipeline_tests.waiting import PATIENCE_S

LOST = OperationalError("SELECT 1", {}, ConnectionError("the server closed the connection"))

pytestmark = pytest.mark.heavy


@pytest.fixture
def processor(script: Surroundings) -> BatchProcessor:
    return BatchProcessor(db_path=script.home)


def created(processor: BatchProcessor, folder: Path) -> str:
    (folder / "ideas.csv").write_text("idea_title,script_content\nTap,Hello.\n")
    return processor.create_bulk_job("ideas.csv", "user")


def begin(processor: BatchProcessor, job_id: str) -> running.RunningJob:
    job = find_job(processor.instance, job_id)
    return processor._launches.begin(spec_of(processor.instance, job), job, None)


def before_claiming(monkeypatch: pytest.MonkeyPatch, act: Callable[[], object]) -> None:
    """Let something happen once a begin has seen that it may."""
    claim = again.claim_launch

    def acting(*arguments: object) -> object:
        act()
        return claim(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(launching, "claim_launch", acting)


def test_nothing_begins_that_a_cleanup_would_not_find(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = created(processor, script.folder)
    before_claiming(monkeypatch, processor.close)

    with pytest.raises(ActionNotAllowedError, match="cleaned up"):
        begin(processor, job_id)

    assert processor._launches.running() == []
    assert find_job(processor.instance, job_id).state is JobState.PENDING


class Appearing:
    """A job at work, as a begin sees it: its run appears once something has happened."""

    is_running = is_followed = False

    def __init__(self, processor: BatchProcessor, spec: BulkJobSpec, job_id: str, meanwhile: Callable[[], object]):
        self._processor, self._spec, self._job_id, self._meanwhile = processor, spec, job_id, meanwhile

    def await_run(self) -> str:
        self._meanwhile()
        return noted_run(self._processor, self._spec, self._job_id)


def noted_run(processor: BatchProcessor, spec: BulkJobSpec, job_id: str) -> str:
    job = (tags.DEFINITIONS_MODULE, "defs", tags.JOB)
    return note_run(processor.instance, job, run_config_of(spec), queue_tags(spec, job_id))


def test_a_cancel_is_heeded_that_comes_while_a_job_begins(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = created(processor, script.folder)
    cancelled: list[bool] = []
    monkeypatch.setattr(
        launching,
        "RunningJob",
        lambda of, spec, name, _: Appearing(of, spec, name, lambda: cancelled.append(of.cancel_bulk_job(job_id))),
    )

    begin(processor, job_id)

    job = find_job(processor.instance, job_id)
    assert cancelled == [True]
    assert (len(job.runs), job.state) == (1, JobState.CANCELING)


def test_a_job_that_fails_before_it_has_a_run_has_not_begun(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = created(processor, script.folder)

    def fail() -> bool:
        raise GenerationError("There is no such class")

    monkeypatch.setattr(
        running, "run_in_background", lambda _, instance, name, **__: BackgroundJob(instance, name, fail)
    )

    for _ in range(2):  # whoever tries again is told the same
        with pytest.raises(GenerationError, match="no such class"):
            begin(processor, job_id)
    assert find_job(processor.instance, job_id).state is JobState.PENDING


class Untold(Appearing):
    """A job that cannot be paused, since the database is gone."""

    is_running = True

    def __init__(self) -> None:
        self.job_id, self.stopped = "job_1", False

    def ask_to_pause(self) -> None:
        raise LOST

    def close_record(self) -> None:
        raise LOST

    def stop(self) -> None:
        self.stopped = True

    def wait(self, _timeout_s: float) -> bool:
        return False


def test_all_jobs_are_stopped_though_none_can_be_told_to_pause(processor: BatchProcessor) -> None:
    jobs = [Untold(), Untold()]
    processor._launches._begun.extend(jobs)  # type: ignore[arg-type]

    processor.close(0.0)

    assert [job.stopped for job in jobs] == [True, True]


def test_the_end_of_a_job_is_told_though_the_database_was_gone_for_a_while(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = created(processor, script.folder)
    spec = spec_of(processor.instance, find_job(processor.instance, job_id))
    was_gone, told = threading.Event(), threading.Event()
    processor.add_error_callback(lambda _, error: told.set() if "no such class" in str(error) else None)

    def work() -> bool:
        noted_run(processor, spec, job_id)
        was_gone.wait(PATIENCE_S)
        raise GenerationError("There is no such class")

    def gone(*_: object) -> Job:
        was_gone.set()
        raise LOST

    monkeypatch.setattr(running, "find_job", gone)
    monkeypatch.setattr(
        running, "run_in_background", lambda _, instance, name, **__: BackgroundJob(instance, name, work)
    )
    begin(processor, job_id)

    assert told.wait(PATIENCE_S)


def test_a_job_begins_again_once_what_was_at_work_on_it_here_has_ended(
    script: Surroundings, processor: BatchProcessor, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id, tidied_up = created(processor, script.folder), threading.Event()
    spec = spec_of(processor.instance, find_job(processor.instance, job_id))
    monkeypatch.setattr(background, "execute_here", lambda *_, **__: tidied_up.wait(PATIENCE_S))
    earlier = background.run_in_background(spec, processor.instance, job_id)
    at_work: list[bool] = []

    def beginning(of: BatchProcessor, spec: BulkJobSpec, name: str, _: str | None) -> Appearing:
        at_work.append(earlier.is_running)
        return Appearing(of, spec, name, lambda: None)

    monkeypatch.setattr(launching, "RunningJob", beginning)
    threading.Timer(0.3, tidied_up.set).start()
    begin(processor, job_id)

    assert at_work == [False]


def test_a_job_that_waits_in_the_queue_of_dagster_is_left_to_it(
    script: Surroundings, processor: BatchProcessor
) -> None:
    job_id = created(processor, script.folder)
    (run,) = processor.instance.get_runs()
    launched = DagsterEvent(DagsterEventType.PIPELINE_STARTING.value, run.job_name)
    processor.instance.report_dagster_event(launched, run.run_id)

    with pytest.raises(ActionNotAllowedError, match="waits in the queue"):
        asyncio.run(processor.process_sheet_ideas(job_id))

    assert [found.status for found in processor.instance.get_runs()] == [DagsterRunStatus.STARTING]
