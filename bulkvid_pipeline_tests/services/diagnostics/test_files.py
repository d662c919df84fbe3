"""The folder of the debug logs."""

from __future__ import annotations

import os
import stat
from datetime import UTC, datetime
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


def test_files_of_others_are_neither_listed_nor_read_nor_removed(tmp_path: Path) -> None:
    mine = written(tmp_path, "job_1")
    theirs = [
        "job_offers.json",
        "job_.json",
        "job_job_1_2024.json",
        ".job_notes.json.tmp",
        "job_job_1_20240101T000000000000Z.json.bak",
        "job_job 1_20240101T000000000000Z.json",
    ]
    for name in theirs:
        (tmp_path / name).write_text(mine.read_text())
    (tmp_path / "job_job_1_20240101T000000000000Z.json").mkdir()
    os.mkfifo(tmp_path / "job_job_1_20240101T000000000001Z.json")
    assert [log.path for log in all_logs(tmp_path)] == [mine]
    assert len(logs_of(tmp_path, "job_1")) == 1
    assert [log.path for log in remove_older(tmp_path, 0)] == [mine]
    assert set(theirs) <= {path.name for path in tmp_path.iterdir()}


def test_damaged_huge_and_senseless_files_stop_nobody_and_can_be_removed(tmp_path: Path) -> None:
    written(tmp_path, "job_1")
    good = JobLog(job_id="job_1", started_at=NOON, process={"pid": 1}).model_dump_json()
    contents = {
        "20240101T000000000000Z": good[:-9],
        "20240101T000000000001Z": good.replace(str(NOON), "1e400"),
        "20240101T000000000002Z": good.replace(str(NOON), "1e300"),
        "20240101T000000000003Z": good.replace(str(NOON), "NaN"),
        "20240101T000000000004Z": "[" * 100_000,
        "20249999T999999999999Z": good,
    }
    for stamp, content in contents.items():
        (tmp_path / f"job_job_1_{stamp}.json").write_text(content)
    (tmp_path / "job_job_1_20240101T000000000005Z.json").write_bytes(bytes(range(256)))
    with (tmp_path / "job_job_1_20240101T000000000006Z.json").open("wb") as huge:
        huge.truncate(3_000_000_000)
    assert {log.started_at for log in logs_of(tmp_path, "job_1")} == {NOON}
    assert len(all_logs(tmp_path)) == 8, "all but the one of a time that never was"
    assert len(remove_older(tmp_path, 0)) == 8


def test_a_log_that_is_replaced_is_not_written_through_a_link(tmp_path: Path) -> None:
    path = written(tmp_path / "logs", "job_1")
    (tmp_path / "precious").write_text("mine")
    path.with_name(f".{path.name}.tmp").symlink_to(tmp_path / "precious")
    with pytest.raises(OSError, match="symbolic"):
        replace_log(path, b"{}")
    assert (tmp_path / "precious").read_text() == "mine"


def test_ten_thousand_logs_are_listed_without_reading_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(10_000):
        moment = datetime.fromtimestamp(NOON + number, UTC)
        (tmp_path / f"job_job_{number:05}_{moment:%Y%m%dT%H%M%S%fZ}.json").write_bytes(b"x" * 10)
    monkeypatch.setattr(Path, "open", None)
    listed = all_logs(tmp_path)
    assert (len(listed), listed[0].job_id, listed[-1].started_at) == (10_000, "job_09999", NOON)


def test_links_are_not_followed(tmp_path: Path) -> None:
    secret = written(tmp_path / "elsewhere", "job_1")
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / secret.name).symlink_to(secret)
    (folder / "job_job_1_20240101T000000000000Z.json").symlink_to(secret.parent)
    assert logs_of(folder, "job_1") == []
    assert all_logs(folder) == []
    assert remove_older(folder, 0) == []
    assert secret.exists()


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
