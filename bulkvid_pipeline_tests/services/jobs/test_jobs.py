"""The life of a bulk job: states, actions, pause and resume, cancel, retry, deadline."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError, JobNotFoundError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.batch import run_control
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job, retry_job
from bulkvid_pipeline.services.jobs.events import job_events
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, list_jobs
from bulkvid_pipeline.services.jobs.run_config import new_job_id
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = ON_BOTH_DATABASES

MANY = 6
"""Rows: so many that some are left when a job is told to stop after its first one, whatever its workers have begun."""
ROWS = [idea(f"Row {n}", f"Row {n} is short.") for n in range(MANY)]


def while_running(workplace: Workplace, spec: BulkJobSpec, act: Callable[[str], object]) -> str:
    """Run a job, and do something to it once its first row is finished; returns the job's id.

    The other rows are held back until that is done, and the job looks at its run before it starts another row: what
    becomes of them does not hang on who is faster.
    """
    job_id = new_job_id()
    first, acted = threading.Lock(), threading.Event()
    publish = OutputStore.publish

    def held_publish(*args: Any, **values: Any) -> Any:
        if not first.acquire(blocking=False):
            acted.wait(PATIENCE_S)
        return publish(*args, **values)

    def has_a_row() -> bool:
        try:
            return find_job(workplace.instance, job_id).items["completed"] >= 1
        except JobNotFoundError:
            return False

    def wait_and_act() -> None:
        try:
            wait_until(has_a_row)
            act(job_id)
        finally:
            acted.set()

    actor = threading.Thread(target=wait_and_act)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(OutputStore, "publish", held_publish)
        patched.setattr(run_control, "LOOK_EVERY_S", 0.0)
        actor.start()
        execute_here(spec, workplace.instance, job_id)
    actor.join()
    return job_id


def here(workplace: Workplace) -> Callable[[BulkJobSpec, Job], None]:
    def launch(spec: BulkJobSpec, job: Job) -> None:
        execute_here(spec, workplace.instance, job.job_id)

    return launch


def test_a_finished_job_is_completed_and_allows_nothing(workplace: Workplace) -> None:
    run = workplace.run(workplace.sheet([idea("One")]), title="Spring")
    job = find_job(workplace.instance, run.run.tags[tags.JOB_ID])

    assert job.state is JobState.COMPLETED
    assert job.items == {"total": 1, "completed": 1, "failed": 0, "cancelled": 0, "skipped": 0, "pending": 0}
    assert job.view().percent_complete == 100.0
    for action in (pause_job, cancel_job):
        with pytest.raises(ActionNotAllowedError, match="completed"):
            action(workplace.instance, job.job_id)


def test_a_paused_job_keeps_what_is_done_and_resume_makes_the_rest_under_the_same_id(workplace: Workplace) -> None:
    spec = workplace.spec(workplace.sheet(ROWS))
    job_id = while_running(workplace, spec, lambda job: pause_job(workplace.instance, job))

    paused = find_job(workplace.instance, job_id)
    assert paused.state is JobState.PAUSED
    done = len(workplace.videos())
    assert 1 <= done < MANY
    assert paused.items["pending"] == MANY - done

    kept = {path: path.stat().st_mtime_ns for path in workplace.videos()}
    resume_job(workplace.instance, job_id, here(workplace))

    resumed = find_job(workplace.instance, job_id)
    assert resumed.state is JobState.COMPLETED
    assert resumed.items["completed"] == MANY
    assert {path: path.stat().st_mtime_ns for path in workplace.videos() if path in kept} == kept
    assert [job.job_id for job in list_jobs(workplace.instance)] == [job_id]


def test_a_cancelled_job_stops_and_counts_only_whole_rows(workplace: Workplace) -> None:
    spec = workplace.spec(workplace.sheet(ROWS))
    job_id = while_running(workplace, spec, lambda job: cancel_job(workplace.instance, job))

    job = find_job(workplace.instance, job_id)
    documents = [path.parent / "video.json" for path in workplace.videos() if (path.parent / "video.json").exists()]
    assert job.state is JobState.CANCELED
    assert 1 <= len(documents) < MANY
    assert 1 <= job.items["completed"] <= len(documents), "no row counts whose publishing was stopped"
    assert list((workplace.folder / "work" / "bulkvid-work").iterdir()) == []


def test_what_a_cancelled_job_left_half_made_is_whole_after_the_next_one(workplace: Workplace) -> None:
    sheet = workplace.sheet(ROWS)
    while_running(workplace, workplace.spec(sheet), lambda job: cancel_job(workplace.instance, job))
    assert 1 <= len(workplace.videos()) < MANY

    workplace.run(sheet)

    assert len(workplace.videos()) == MANY
    assert all((path.parent / "video.json").exists() for path in workplace.videos())


def test_retry_renders_what_failed_and_nothing_else(workplace: Workplace) -> None:
    bad = workplace.folder / "output"
    sheet = workplace.sheet([idea("One")])
    bad.write_text("a file stands where the folder should")
    failed = workplace.run(sheet)
    job_id = failed.run.tags[tags.JOB_ID]
    assert find_job(workplace.instance, job_id).state is JobState.FAILED

    bad.unlink()
    retry_job(workplace.instance, job_id, here(workplace))

    assert find_job(workplace.instance, job_id).state is JobState.COMPLETED
    assert len(workplace.videos()) == 1


def test_a_job_past_its_deadline_fails_with_what_is_finished_kept(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = workplace.spec(workplace.sheet(ROWS), processing_deadline_ms=3_600_000)
    later = SimpleNamespace(time=lambda: time.time() + 3601, monotonic=time.monotonic)
    job_id = while_running(workplace, spec, lambda _job: monkeypatch.setattr(run_control, "time", later))

    assert find_job(workplace.instance, job_id).state is JobState.FAILED
    assert any("did not finish within" in event.message for event in job_events(workplace.instance, job_id))
    assert 1 <= len(workplace.videos()) < MANY


def test_rows_wait_for_the_rate_limit_and_none_fails(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BULKVID_LIMIT_ROWS", "true")
    monkeypatch.setenv("BULKVID_LIMIT_PER_USER", "2")
    settings_module.settings.cache_clear()
    seen: list[bool] = []

    def watch(job_id: str) -> None:
        while not seen or not seen[-1]:
            seen.append(find_job(workplace.instance, job_id).rate_limited)
            time.sleep(0.1)
        pause_job(workplace.instance, job_id)

    job_id = while_running(workplace, workplace.spec(workplace.sheet([idea("A"), idea("B"), idea("C")])), watch)

    job = find_job(workplace.instance, job_id)
    assert job.state is JobState.PAUSED
    assert job.items["completed"] == 2
    assert job.items["failed"] == 0


def test_a_callback_without_a_secret_is_refused_before_anything_is_read(workplace: Workplace) -> None:
    job = workplace.run(workplace.sheet([idea("One")]), callback_url="https://example.com/hook")

    assert not job.success
    assert "BULKVID_WEBHOOK_SECRET" in job.watch.failure


def test_events_tell_the_story_of_a_job(workplace: Workplace) -> None:
    run = workplace.run(workplace.sheet([idea("One")]))
    told = job_events(workplace.instance, run.run.tags[tags.JOB_ID])

    assert told[0].message == "Started"
    assert told[-1].message == "Finished"
    assert any(event.message == "Row finished: One" and event.row for event in told)


def test_an_unknown_job_is_not_found(workplace: Workplace) -> None:
    with pytest.raises(JobNotFoundError, match="job_nope"):
        find_job(workplace.instance, "job_nope")
