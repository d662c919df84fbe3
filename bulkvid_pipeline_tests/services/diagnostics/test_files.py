"""The folder of the debug logs."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bulkvid_pipeline.core.diagnostics.exchange import JobLog
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.services.diagnostics.files import (
    DAY_S,
    all_logs,
    debug_folder,
    logs_of,
    new_log,
    remove_older,
    replace_log,
)
from bulkvid_pipeline.settings import Settings

NOON = 1_700_000_000.0


def written(folder: Path, job_id: str, started_at: float = NOON) -> Path:
    path = new_log(folder, job_id, started_at)
    log = JobLog(job_id=job_id, started_at=started_at, process={"pid": 1})
    replace_log(path, log.model_dump_json().encode())
    return path


def test_a_file_is_named_after_its_job_and_the_time_and_for_its_owner_alone(tmp_path: Path) -> None:
    path = written(tmp_path / "new" / "folder", "job_1a2b")
    assert path.name == "job_job_1a2b_20231114T221320000000Z.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_processes_that_begin_at_the_same_moment_have_files_of_their_own(tmp_path: Path) -> None:
    paths = {written(tmp_path, "job_1") for _ in range(5)}
    assert len(paths) == 5
    assert len(logs_of(tmp_path, "job_1")) == 5


@given(st.text(min_size=1, max_size=300))
def test_no_job_id_leads_out_of_the_folder_or_to_another_jobs_log(
    tmp_path_factory: pytest.TempPathFactory, job_id: str
) -> None:
    if not job_id.isprintable():
        job_id = repr(job_id)
    root = tmp_path_factory.mktemp("root")
    folder = root / "logs"
    written(folder, "job_1")
    assert written(folder, job_id).parent == folder
    assert [path.name for path in root.iterdir()] == ["logs"]
    assert [log.job_id for log in logs_of(folder, job_id)] in ([job_id], ["job_1", "job_1"])


@pytest.mark.parametrize(
    "job_id", ["../../etc/passwd", "/etc/passwd", "a/b", "..", "*", "job_[1]", "a\\b", "", "x" * 999]
)
def test_hostile_job_ids_are_only_names(tmp_path: Path, job_id: str) -> None:
    folder = tmp_path / "logs"
    written(folder, "job_1")
    assert logs_of(folder, job_id) == []
    assert written(folder, job_id).parent == folder
    assert [log.job_id for log in logs_of(folder, job_id)] == [job_id]


def test_a_jobs_logs_come_by_time_and_without_those_of_jobs_whose_ids_begin_alike(tmp_path: Path) -> None:
    written(tmp_path, "job_1", NOON + 5)
    written(tmp_path, "job_1", NOON)
    written(tmp_path, "job_1_2", NOON + 2)
    assert [log.started_at for log in logs_of(tmp_path, "job_1")] == [NOON, NOON + 5]


def test_damaged_and_foreign_files_hide_no_others(tmp_path: Path) -> None:
    written(tmp_path, "job_1")
    (tmp_path / "job_job_1_20240101T000000000000Z.json").write_text('{"job_id": "job_1", ')
    (tmp_path / "notes.txt").write_text("mine")
    new_log(tmp_path, "job_1", NOON + 1)  # of a process that has not written yet
    assert len(logs_of(tmp_path, "job_1")) == 1
    assert {log.job_id for log in all_logs(tmp_path)} == {"job_1"}


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path / "elsewhere", "job_1")
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / secret.name).symlink_to(secret)
    assert logs_of(folder, "job_1") == []
    assert all_logs(folder) == []


def test_all_logs_are_listed_with_the_newest_first(tmp_path: Path) -> None:
    old, new = written(tmp_path, 'with "quotes"', NOON), written(tmp_path, "job_2", NOON + 60)
    listed = all_logs(tmp_path)
    assert [(log.path, log.job_id, log.started_at) for log in listed] == [
        (new, "job_2", NOON + 60),
        (old, 'with "quotes"', NOON),
    ]
    assert listed[0].size == new.stat().st_size


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert all_logs(tmp_path / "none") == []
    assert logs_of(tmp_path / "none", "job_1") == []
    assert remove_older(tmp_path / "none", 7) == []


def test_only_logs_that_nobody_has_written_to_for_so_long_are_removed(tmp_path: Path) -> None:
    old, young = written(tmp_path, "job_1"), written(tmp_path, "job_2")
    left_over = tmp_path / f".{old.name}.tmp"
    left_over.write_text("half")
    for path in (old, left_over):
        os.utime(path, (NOON - 8 * DAY_S, NOON - 8 * DAY_S))
    os.utime(young, (NOON - 6 * DAY_S, NOON - 6 * DAY_S))
    assert [log.path for log in remove_older(tmp_path, 7, now=NOON)] == [old]
    assert [path.name for path in tmp_path.iterdir()] == [young.name]


@pytest.mark.parametrize("days", [-1, float("nan"), float("inf")])
def test_a_senseless_age_is_refused(tmp_path: Path, days: float) -> None:
    with pytest.raises(InvalidRequestError):
        remove_older(tmp_path, days)


def test_the_folder_is_in_the_instances_home_unless_the_settings_name_another(tmp_path: Path) -> None:
    assert debug_folder(Settings(debug_folder=None), tmp_path) == tmp_path / "debug_logs" / "batch_jobs"
    assert debug_folder(Settings(debug_folder=tmp_path / "mine"), tmp_path) == tmp_path / "mine"
