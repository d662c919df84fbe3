"""Examinations that a server is asked for."""

from __future__ import annotations

import shutil
import threading
import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from dagster import DagsterInstance
from pydantic import TypeAdapter

from bulkvid_pipeline.adapters.dagster.key_values import KeyValues
from bulkvid_pipeline.adapters.processes import this_process
from bulkvid_pipeline.core.service_wire import DoctorReport
from bulkvid_pipeline.services.doctor.examinations import (
    Examination,
    ExaminationFailedError,
    Examinations,
    Stage,
    examined_apart,
)
from bulkvid_pipeline_tests.waiting import wait_until

REPORT = DoctorReport(
    status="ok", counts={"ok": 0}, checks=(), version="1", timestamp=datetime(2025, 1, 1, tzinfo=UTC), duration_ms=5
)


@pytest.fixture
def instance(new_home: Path, tmp_path: Path) -> DagsterInstance:
    shutil.copytree(new_home, tmp_path / "home")
    return DagsterInstance.from_config(str(tmp_path / "home"))


def ended(asked: Examinations) -> Examination:
    wait_until(lambda: (last := asked.last()) is not None and last.stage is not Stage.RUNNING)
    last = asked.last()
    assert last is not None
    return last


def test_one_runs_at_a_time_and_every_process_sees_what_it_found(instance: DagsterInstance, tmp_path: Path) -> None:
    go_on = threading.Event()

    def examine(_home: Path) -> DoctorReport:
        go_on.wait()
        return REPORT

    ours, theirs = Examinations(instance, tmp_path, examine), Examinations(instance, tmp_path, examine)
    assert ours.last() is None

    begun = ours.begin("ana")
    meanwhile = theirs.begin("ben")
    go_on.set()
    last = ended(theirs)

    assert (meanwhile.id, meanwhile.asked_by, last.id) == (begun.id, "ana", begun.id)
    assert (last.stage, last.report, last.host) == (Stage.ENDED, REPORT, this_process().host)
    assert ours.begin("ben").id != begun.id
    ended(ours)


def test_one_that_ends_without_a_report_says_why(instance: DagsterInstance, tmp_path: Path) -> None:
    def examine(_home: Path) -> DoctorReport:
        raise ExaminationFailedError("It had not ended after 5 s")

    asked = Examinations(instance, tmp_path, examine)
    asked.begin("ana")
    last = ended(asked)

    assert (last.stage, last.report, last.fault) == (Stage.FAILED, None, "It had not ended after 5 s")


def test_one_whose_server_was_stopped_is_lost_and_makes_room_for_the_next(
    instance: DagsterInstance, tmp_path: Path
) -> None:
    dead = replace(this_process(), start="1")
    left = Examination("x", "ana", str(dead), time.time())
    table = KeyValues(instance, "bulkvid/doctor/last", "examinations")
    table.insert("bulkvid/doctor/last", TypeAdapter(Examination).dump_json(left).decode())
    asked = Examinations(instance, tmp_path, lambda _: REPORT)
    last = asked.last()

    assert last is not None
    assert last.stage is Stage.LOST
    assert asked.begin("ben").asked_by == "ben"
    assert ended(asked).report == REPORT


@pytest.mark.heavy
def test_a_process_of_its_own_looks_at_everything(workplace_home: Path) -> None:
    report = examined_apart(workplace_home)

    names = {check.name for check in report.checks}
    assert {"ffmpeg", "storage", "database"} <= names


@pytest.mark.heavy
def test_a_process_that_takes_too_long_is_ended(workplace_home: Path) -> None:
    with pytest.raises(ExaminationFailedError, match="had not ended"):
        examined_apart(workplace_home, limit_s=0.05)


@pytest.fixture
def workplace_home(new_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    monkeypatch.setenv("BULKVID_OUTPUT_URL", f"file://{tmp_path}/output")
    return new_home


def test_what_another_version_wrote_is_as_nothing(instance: DagsterInstance, tmp_path: Path) -> None:
    KeyValues(instance, "bulkvid/doctor/last", "examinations").insert("bulkvid/doctor/last", "{}")

    assert Examinations(instance, tmp_path, lambda _: REPORT).last() is None
