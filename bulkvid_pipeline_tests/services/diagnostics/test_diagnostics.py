"""Diagnostics of an installation, as scripts use them."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from dagster import DagsterRun, DagsterRunStatus

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.diagnostics.exchange import Peer
from bulkvid_pipeline.core.errors import InvalidRequestError, JobNotFoundError, NotFoundError
from bulkvid_pipeline.services.diagnostics.diagnostics import (
    RECENT_FILES,
    Diagnostics,
    file_name_of,
    open_diagnostics,
)
from bulkvid_pipeline.services.diagnostics.files import all_logs
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.core.diagnostics.exchanges import NOW, asked, healthy, speech_error
from bulkvid_pipeline_tests.services.diagnostics.recorded import known_job, recorded
from bulkvid_pipeline_tests.workplace import Workplace

OURS, THEIRS = "job_00000000aaaa", "job_00000000bbbb"


@pytest.fixture
def diagnostics(workplace: Workplace) -> Diagnostics:
    known_job(workplace.instance, OURS)
    known_job(workplace.instance, THEIRS, project="other")
    return Diagnostics(workplace.instance, settings(), workplace.folder / "home")


def test_they_are_turned_on_for_a_while_and_off(diagnostics: Diagnostics) -> None:
    assert not diagnostics.mode().enabled

    on = diagnostics.enable(10)
    assert (on.enabled, on.message, on.job_id) == (True, "Diagnostics are on for 10 minutes.", None)
    assert on.since is not None
    assert on.expires_at is not None
    assert (on.expires_at - on.since).total_seconds() == 600

    assert diagnostics.enable().message == "Diagnostics are on for 30 minutes."
    off = diagnostics.disable()
    assert (off.enabled, off.message, off.expires_at) == (False, "Diagnostics are off.", None)


def test_one_job_alone_can_be_recorded_if_there_is_such_a_job(diagnostics: Diagnostics) -> None:
    assert diagnostics.enable(1, OURS).message == f"Diagnostics are on for job {OURS} for 1 minute."
    with pytest.raises(JobNotFoundError):
        diagnostics.enable(1, "job_nobody")
    with pytest.raises(JobNotFoundError):
        diagnostics.enable(1, OURS, project_id="other")


def test_who_turns_them_off_for_a_project_leaves_jobs_that_others_have_named(diagnostics: Diagnostics) -> None:
    diagnostics.enable(5, OURS)
    diagnostics.enable(5, THEIRS)
    diagnostics.enable(5)

    assert not diagnostics.disable(project_id="default").enabled

    assert diagnostics.mode().job_ids == (THEIRS,)
    assert not diagnostics.disable().enabled


def test_the_environment_turns_them_on_without_an_end(
    diagnostics: Diagnostics, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BULKVID_BATCH_DEBUG", "true")
    settings.cache_clear()
    started_so = Diagnostics(diagnostics.instance, settings(), diagnostics.home)

    off = started_so.disable()

    assert (off.enabled, off.by_environment, off.expires_at) == (True, True, None)
    assert "BULKVID_BATCH_DEBUG" in off.message


def test_a_summary_takes_all_processes_together(diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, OURS, speech_error(401, "Wrong key"), started_at=NOW + 100)

    found = diagnostics.summary_of(OURS)

    assert (found.total_requests, found.failed_requests) == (28, 1)
    assert [pattern.name for pattern in found.failure_patterns] == ["wrong_credentials"]


def test_the_full_log_holds_every_request_and_the_summary(diagnostics: Diagnostics) -> None:
    first, second = recorded(diagnostics, OURS, *healthy()), recorded(diagnostics, OURS, started_at=NOW + 100)

    log = diagnostics.full_log_of(OURS)

    assert log.logs == (first, second)
    assert log.summary == diagnostics.summary_of(OURS)
    assert file_name_of(log) == f"job_{OURS}_20250615T150640000000Z.json"


def test_a_job_of_which_nothing_was_recorded_says_what_to_do(diagnostics: Diagnostics) -> None:
    with pytest.raises(NotFoundError, match="Nothing was recorded of job") as refused:
        diagnostics.summary_of(OURS)
    assert "bulkvid debug enable" in refused.value.fix

    with pytest.raises(JobNotFoundError):
        diagnostics.full_log_of("job_nobody")


def test_logs_outlive_their_jobs_runs(diagnostics: Diagnostics) -> None:
    recorded(diagnostics, "job_pruned", *healthy())

    assert diagnostics.summary_of("job_pruned").failed_requests == 0
    with pytest.raises(JobNotFoundError):
        diagnostics.summary_of("job_pruned", project_id="default")


def test_a_project_sees_its_own(diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, THEIRS, asked(Peer.SHEET))

    status = diagnostics.status(project_id="other")

    assert [file.job_id for file in status.recent_debug_files] == [THEIRS]
    assert (status.files_total, diagnostics.status().files_total) == (1, 2)
    assert diagnostics.summary_of(THEIRS, project_id="other").total_requests == 1
    for read in (diagnostics.summary_of, diagnostics.full_log_of):
        with pytest.raises(JobNotFoundError):
            read(OURS, project_id="other")


def test_the_status_lists_the_newest_logs_and_the_jobs_that_are_being_recorded(diagnostics: Diagnostics) -> None:
    for at in range(RECENT_FILES + 3):
        recorded(diagnostics, OURS, started_at=NOW + at)
    known_job(diagnostics.instance, "job_running", status=DagsterRunStatus.STARTED)
    known_job(diagnostics.instance, "job_other", status=DagsterRunStatus.STARTED)
    assert diagnostics.status().active_jobs_with_debug == ()

    diagnostics.enable(5, "job_running")
    status = diagnostics.status()

    assert status.active_jobs_with_debug == ("job_running",)
    assert (len(status.recent_debug_files), status.files_total) == (RECENT_FILES, RECENT_FILES + 3)
    assert status.recent_debug_files[0].created_at.timestamp() == NOW + RECENT_FILES + 2
    assert status.bytes_total == sum(log.size for log in all_logs(diagnostics.folder))


def test_a_job_is_at_work_whichever_of_its_runs_is(diagnostics: Diagnostics) -> None:
    known_job(diagnostics.instance, "job_spread")
    for name in (tags.SHARD_JOB, tags.SHARD_JOB, tags.CONCLUSION_JOB):
        own = {tags.JOB_ID: "job_spread", tags.PROJECT: "default"}
        run = DagsterRun(job_name=name, status=DagsterRunStatus.STARTED, tags=own)
        diagnostics.instance.run_storage.add_run(run)
    diagnostics.enable(5)

    assert diagnostics.status(project_id="default").active_jobs_with_debug == ("job_spread",)
    assert diagnostics.status(project_id="other").active_jobs_with_debug == ()


def test_old_logs_are_removed(diagnostics: Diagnostics) -> None:
    recorded(diagnostics, OURS, *healthy())
    recorded(diagnostics, THEIRS)
    (old, _) = sorted(diagnostics.folder.glob(f"job_{OURS}_*")) + sorted(diagnostics.folder.glob(f"job_{THEIRS}_*"))
    eight_days_ago = time.time() - 8 * 86_400
    size = old.stat().st_size
    os.utime(old, (eight_days_ago, eight_days_ago))

    done = diagnostics.clean_up()

    assert (done.deleted_files, done.freed_bytes, done.message) == (1, size, "1 log older than 7 days removed.")
    assert [log.job_id for log in all_logs(diagnostics.folder)] == [THEIRS]
    assert diagnostics.clean_up(0).message == "1 log removed."
    with pytest.raises(InvalidRequestError):
        diagnostics.clean_up(-1)


def test_scripts_open_them_by_the_folder_of_their_instance(workplace: Workplace, tmp_path: Path) -> None:
    known_job(workplace.instance, OURS)

    with open_diagnostics(tmp_path / "home") as diagnostics:
        assert diagnostics.enable(5, OURS).enabled
        assert diagnostics.folder == tmp_path / "home" / "debug_logs" / "batch_jobs"
