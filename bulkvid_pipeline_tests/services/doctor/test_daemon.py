from __future__ import annotations

import json
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from dagster import DagsterInstance, DagsterRunStatus
from dagster._core.remote_origin import GrpcServerCodeLocationOrigin, RemoteJobOrigin, RemoteRepositoryOrigin
from dagster._core.test_utils import create_run_for_test

from bulkvid_pipeline.adapters import processes
from bulkvid_pipeline.adapters.dagster.daemon_signs import leave_daemon_note
from bulkvid_pipeline.adapters.processes import identity_of, start_module, this_process
from bulkvid_pipeline.services.doctor.daemon import LONG_AGO_S
from bulkvid_pipeline.services.liveness.daemon_beat import DaemonNote, note_daemon_ended, note_daemon_lives
from bulkvid_pipeline_tests.services.doctor.conftest import Look


@pytest.fixture
def home(folder: Path, new_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    place = folder / "home"
    shutil.copytree(new_home, place)
    monkeypatch.setenv("DAGSTER_HOME", str(place))
    return place


def in_instance(home: Path, do: Callable[[DagsterInstance], object]) -> None:
    with DagsterInstance.from_config(str(home)) as instance:
        do(instance)


def note(renewed_at: float, process: str) -> Callable[[DagsterInstance], None]:
    return lambda instance: leave_daemon_note(instance, json.dumps(asdict(DaemonNote(process, renewed_at))))


def dead_process() -> str:
    with subprocess.Popen(["/bin/sleep", "60"]) as process:
        identity = identity_of(process.pid)
        process.kill()
    return str(identity)


def test_where_nothing_is_served_no_daemon_is_missed(look: Look, home: Path) -> None:
    assert look("daemon").status == "skipped"
    assert look("daemon", DAGSTER_HOME=str(home / "none")).status == "skipped"


def test_a_daemon_that_lives_is_well(look: Look, home: Path) -> None:
    in_instance(home, lambda instance: note_daemon_lives(instance, this_process()))

    told = look("daemon")

    assert told.status == "ok"
    assert "Its process runs" in told.found


def test_a_daemon_that_was_stopped_is_not_missed(look: Look, home: Path) -> None:
    in_instance(home, lambda instance: note_daemon_lives(instance, this_process()))
    in_instance(home, lambda instance: note_daemon_ended(instance, this_process(), "was stopped"))

    assert look("daemon").status == "skipped"


def test_a_daemon_that_died_is_broken_and_one_of_long_ago_a_warning(look: Look, home: Path) -> None:
    process = dead_process()
    in_instance(home, note(time.time() - 60, process))

    told = look("daemon")

    assert told.status == "broken"
    assert "Its process is gone" in told.found
    assert "bulkvid serve" in str(told.mend)
    in_instance(home, note(time.time() - LONG_AGO_S - 60, process))
    assert look("daemon").status == "warning"


def test_jobs_that_wait_for_no_daemon_are_broken(look: Look, home: Path) -> None:
    place = GrpcServerCodeLocationOrigin(host="localhost", port=4000, location_name="code")
    origin = RemoteJobOrigin(RemoteRepositoryOrigin(place, "repository"), "job")
    queued = DagsterRunStatus.QUEUED
    in_instance(home, lambda instance: create_run_for_test(instance, status=queued, remote_job_origin=origin))

    told = look("daemon")

    assert told.status == "broken"
    assert "1 job in the queue" in told.found


@pytest.mark.heavy
def test_code_that_does_not_load_is_told_by_its_last_line(
    look: Look, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "shadows").mkdir()
    (folder / "shadows" / "croniter.py").write_text("raise ImportError('croniter is broken here')\n")
    monkeypatch.setenv("PYTHONPATH", str(folder / "shadows"))
    told = look("code")
    assert told.status == "broken"
    assert "croniter is broken here" in told.found


@pytest.mark.heavy
def test_code_that_hangs_is_given_up_and_ended(look: Look, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "shadows").mkdir()
    (folder / "shadows" / "croniter.py").write_text("import time\ntime.sleep(600)\n")
    monkeypatch.setenv("PYTHONPATH", str(folder / "shadows"))
    begun: list[subprocess.Popen[bytes]] = []

    def start(*arguments: Any, **options: Any) -> subprocess.Popen[bytes]:
        begun.append(start_module(*arguments, **options))
        return begun[-1]

    monkeypatch.setattr(processes, "start_module", start)

    told = look("code", limit_s=1.5)

    assert told.status == "broken"
    assert "6 s" in told.found
    (process,) = begun
    assert process.returncode == -signal.SIGKILL
