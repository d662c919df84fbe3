"""Whether the daemon runs, told by its note, its process and Dagster's heartbeats."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from dagster import DagsterInstance
from dagster._daemon.types import DaemonHeartbeat

from bulkvid_pipeline.adapters.dagster.daemon_signs import leave_daemon_note
from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of, identity_of
from bulkvid_pipeline.services.liveness import daemon_beat
from bulkvid_pipeline.services.liveness.daemon_beat import (
    HEARTBEAT_SILENT_S,
    RENEW_EVERY_S,
    SILENT_S,
    DaemonBeat,
    DaemonNote,
    daemon_status,
    judged,
    note_daemon_ended,
    note_daemon_lives,
    noted_daemon,
)
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

NOW = 1_000_000.0
NOTE = DaemonNote("host:boot:namespace:1:1", NOW - 1)


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A process in the daemon's place."""
    with subprocess.Popen([sys.executable, "-c", "import signal; signal.pause()"]) as process:
        yield process
        process.kill()


@pytest.fixture
def instance() -> Iterator[DagsterInstance]:
    with DagsterInstance.ephemeral() as instance:
        yield instance


def named(process: subprocess.Popen[bytes]) -> ProcessIdentity:
    identity = identity_of(process.pid)
    assert identity is not None
    return identity


def heartbeat(instance: DagsterInstance, at: float) -> None:
    instance.run_storage.add_daemon_heartbeat(DaemonHeartbeat(at, "SENSOR", "one", []))


def test_without_any_sign_no_daemon_has_ever_run(instance: DagsterInstance) -> None:
    status = daemon_status(instance)
    assert (status.running, status.last) == (False, None)
    assert status.why == "No daemon has ever run over this instance."


@ON_BOTH_DATABASES
def test_a_daemon_killed_with_9_is_known_to_be_gone_at_once_though_its_note_and_heartbeat_are_fresh(
    workplace: Workplace, process: subprocess.Popen[bytes]
) -> None:
    instance = workplace.instance
    note_daemon_lives(instance, named(process))
    heartbeat(instance, time.time())
    assert daemon_status(instance).running

    process.kill()
    process.wait()

    status = daemon_status(instance)
    assert not status.running
    assert status.why.startswith("Its process is gone")
    assert status.last == pytest.approx(time.time(), abs=60)


def test_a_daemon_that_lives_runs_however_old_its_note_is(
    instance: DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    note_daemon_lives(instance, named(process))
    assert daemon_status(instance, now=time.time() + 3600).running


def test_a_daemon_that_stands_still_does_not_run(instance: DagsterInstance, process: subprocess.Popen[bytes]) -> None:
    note_daemon_lives(instance, named(process))
    process.send_signal(signal.SIGSTOP)
    wait_until(lambda: fate_of(named(process)) is Fate.STOPPED)
    status = daemon_status(instance)
    assert not status.running
    assert "stands still" in status.why


def test_the_note_of_its_end_says_what_became_of_it(
    instance: DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    note_daemon_lives(instance, named(process))
    note_daemon_ended(instance, named(process), "was killed by SIGKILL")
    status = daemon_status(instance)
    assert not status.running
    assert status.why.startswith("It was killed by SIGKILL ")


def test_the_end_of_an_older_daemon_is_not_noted_over_a_newer_one(
    instance: DagsterInstance, process: subprocess.Popen[bytes]
) -> None:
    older = replace(named(process), pid=999_999, start="1")
    note_daemon_lives(instance, older)
    note_daemon_lives(instance, named(process))
    note_daemon_ended(instance, older, "ended")
    assert daemon_status(instance).running


def test_a_note_that_cannot_be_read_is_none(instance: DagsterInstance) -> None:
    for text in ("", "{", "[]", '{"other": 1}'):
        leave_daemon_note(instance, text)
        assert noted_daemon(instance) is None
        assert not daemon_status(instance).running


def test_a_daemon_of_dagsters_own_is_known_by_its_heartbeats(instance: DagsterInstance) -> None:
    heartbeat(instance, time.time())
    assert daemon_status(instance).running
    assert not daemon_status(instance, now=time.time() + HEARTBEAT_SILENT_S + 1).running


@pytest.mark.parametrize(("silent_s", "running"), [(SILENT_S - 1, True), (SILENT_S + 1, False)])
def test_a_daemon_out_of_sight_is_judged_by_its_silence(silent_s: float, running: bool) -> None:
    note = replace(NOTE, renewed_at=NOW - silent_s)
    status = judged(note, Fate.OUT_OF_SIGHT, None, NOW)
    assert status.running is running
    assert status.last == note.renewed_at


def test_a_daemon_out_of_sight_whose_end_is_noted_is_gone_at_once() -> None:
    assert not judged(replace(NOTE, ended="ended"), Fate.OUT_OF_SIGHT, NOW, NOW).running


@pytest.mark.parametrize("fate", [Fate.GONE, Fate.OUT_OF_SIGHT])
def test_another_daemon_is_known_by_heartbeats_that_go_on_after_the_note(fate: Fate) -> None:
    note = replace(NOTE, renewed_at=NOW - 60)
    assert judged(note, fate, note.renewed_at + RENEW_EVERY_S + 1, NOW).running
    assert not judged(note, fate, note.renewed_at + RENEW_EVERY_S - 1, NOW).running


def test_the_note_is_kept_until_the_end_is_noted_at_once(
    workplace: Workplace, process: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(daemon_beat, "RENEW_EVERY_S", 0.05)
    instance, beat = workplace.instance, DaemonBeat(workplace.instance)
    beat.lives(named(process))
    wait_until(lambda: daemon_status(instance).running)
    first = noted_daemon(instance)
    assert first is not None
    wait_until(lambda: (noted_daemon(instance) or first).renewed_at > first.renewed_at)

    monkeypatch.setattr(daemon_beat, "RENEW_EVERY_S", 3600.0)
    beat.ended("ended with exit code 1")
    wait_until(lambda: "exit code 1" in daemon_status(instance).why)

    beat.lives(named(process))
    beat.close(60)
    assert daemon_status(instance).running
