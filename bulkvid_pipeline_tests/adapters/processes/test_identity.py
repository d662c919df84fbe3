"""Processes are told apart across machines, boots and containers, and judged only where they can be looked at."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from bulkvid_pipeline.adapters.processes import Fate, ProcessIdentity, fate_of, identity_of, this_process

SAY_WHO = """
import sys
from bulkvid_pipeline.adapters.processes import this_process
print(this_process(), flush=True)
sys.stdin.read()
"""
JUDGE = """
import sys
from bulkvid_pipeline.adapters.processes import ProcessIdentity, fate_of
print(fate_of(ProcessIdentity.read(sys.argv[1])))
"""


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing for a long time."""
    with subprocess.Popen(["sleep", "600"]) as process:
        yield process
        process.kill()


def test_an_identity_is_read_as_it_was_written() -> None:
    me = this_process()

    assert me.is_known
    assert ProcessIdentity.read(str(me)) == me


@pytest.mark.parametrize("text", ["", "elsewhere:boot:1:1", "a:b:c:d:e:f", "a:b:c:pid:e", "none"])
def test_what_is_no_identity_is_out_of_sight(text: str) -> None:
    assert ProcessIdentity.read(text) is None
    assert fate_of(ProcessIdentity.read(text)) is Fate.OUT_OF_SIGHT


def test_a_process_runs_stands_still_and_is_gone(sleeper: subprocess.Popen[bytes]) -> None:
    identity = identity_of(sleeper.pid)
    assert fate_of(identity) is Fate.RUNS

    sleeper.send_signal(signal.SIGSTOP)
    os.waitid(os.P_PID, sleeper.pid, os.WSTOPPED)
    assert fate_of(identity) is Fate.STOPPED

    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)  # dead, and its parent has not asked for it yet
    assert fate_of(identity) is Fate.GONE

    sleeper.wait()
    assert fate_of(identity) is Fate.GONE


def test_a_number_that_is_used_again_is_another_process() -> None:
    assert fate_of(replace(this_process(), start="1")) is Fate.GONE


@pytest.mark.parametrize("part", ["host", "boot", "namespace"])
def test_a_process_of_another_place_is_out_of_sight_whatever_has_its_number_here(part: str) -> None:
    for pid in (os.getpid(), 999_999):
        elsewhere: dict[str, Any] = {part: "another"}
        assert fate_of(replace(this_process(), pid=pid, **elsewhere)) is Fate.OUT_OF_SIGHT


def test_a_process_whose_identity_is_not_known_is_out_of_sight() -> None:
    for part in ("boot", "namespace", "start"):
        unknown: dict[str, Any] = {part: ""}
        assert fate_of(replace(this_process(), **unknown)) is Fate.OUT_OF_SIGHT


Contained = Callable[..., subprocess.Popen[str]]


@pytest.fixture(params=["own /proc", "/proc of the machine"])
def contained(request: pytest.FixtureRequest) -> Iterator[Contained]:
    """Starts Python in a PID namespace of its own, with the same host name: a container, seen from the next one."""
    unshare = ["unshare", "--pid", "--fork", "--kill-child"]
    if request.param == "own /proc":
        unshare.append("--mount-proc")
    probe = subprocess.run([*unshare, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"no PID namespace can be made here: {probe.stderr.strip()}")
    started = []

    def start(script: str, *arguments: str) -> subprocess.Popen[str]:
        command = [*unshare, sys.executable, "-c", script, *arguments]
        started.append(subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start
    for process in started:
        process.communicate()


def test_a_living_process_in_another_container_is_not_called_dead(contained: Contained) -> None:
    process = contained(SAY_WHO)
    assert process.stdout is not None
    name = process.stdout.readline().strip()

    identity = ProcessIdentity.read(name)
    assert identity is not None
    assert identity.pid == 1
    assert fate_of(identity) is Fate.OUT_OF_SIGHT


def test_a_container_does_not_call_us_dead(contained: Contained) -> None:
    said, _ = contained(JUDGE, str(this_process())).communicate()

    assert said.strip() == Fate.OUT_OF_SIGHT
