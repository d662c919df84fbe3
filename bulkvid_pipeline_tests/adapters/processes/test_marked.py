"""Processes found and ended by a mark that they inherit, also when their parent, or who watches over it, is dead."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.processes import Fate, fate_of, identity_of, kill_marked, processes_marked, start_service
from bulkvid_pipeline_tests.waiting import wait_until

VARIABLE = "BULKVID_TEST_MARK"
SLEEPER = "import signal; signal.pause()"
FAMILY = textwrap.dedent(f"""
    import signal, subprocess, sys
    subprocess.Popen([sys.executable, "-c", {SLEEPER!r}], start_new_session=True)
    signal.pause()
""")
SUPERVISOR = textwrap.dedent(f"""
    import os, signal, subprocess, sys
    from bulkvid_pipeline.adapters.processes.warden import start_warden
    value, folder = sys.argv[1:]
    warden = start_warden("{VARIABLE}", value, folder, os.environ)
    subprocess.Popen([sys.executable, "-c", {FAMILY!r}], env={{**os.environ, "{VARIABLE}": value}})
    print(warden.pid, flush=True)
    signal.pause()
""")


@pytest.fixture
def mark() -> Iterator[str]:
    value = uuid.uuid4().hex
    yield value
    kill_marked(VARIABLE, value, 10)


def start(code: str, mark: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", code], env={**os.environ, VARIABLE: mark})


def test_grandchildren_in_sessions_of_their_own_are_ended_though_their_parent_is_dead(mark: str) -> None:
    with start(FAMILY, mark) as parent:
        wait_until(lambda: len(processes_marked(VARIABLE, mark)) == 2)
        parent.kill()
    assert len(processes_marked(VARIABLE, mark)) == 1

    assert kill_marked(VARIABLE, mark, 10) == frozenset()
    assert processes_marked(VARIABLE, mark) == frozenset()


def test_another_mark_and_the_beginning_of_one_are_not_taken_for_it(mark: str) -> None:
    with start(SLEEPER, mark) as other:
        wait_until(lambda: processes_marked(VARIABLE, mark) == {other.pid})
        assert kill_marked(VARIABLE, mark[:-1], 10) == frozenset()
        assert other.poll() is None
        other.kill()


def test_who_ends_the_marked_spares_itself(mark: str) -> None:
    code = f"import os; from bulkvid_pipeline.adapters.processes import kill_marked as k; k('{VARIABLE}', '{mark}', 1)"
    assert start(code, mark).wait() == 0


def test_a_supervisor_killed_with_9_leaves_neither_processes_nor_its_folder(mark: str, tmp_path: Path) -> None:
    folder = tmp_path / "shared"
    folder.mkdir()
    command = [sys.executable, "-c", SUPERVISOR, mark, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as supervisor:
        assert supervisor.stdout is not None
        warden = identity_of(int(supervisor.stdout.readline()))
        wait_until(lambda: len(processes_marked(VARIABLE, mark)) == 2)
        supervisor.kill()

    wait_until(lambda: not processes_marked(VARIABLE, mark))
    wait_until(lambda: not folder.exists())
    wait_until(lambda: fate_of(warden) is not Fate.RUNS)


def test_a_service_writes_all_it_says_to_its_file_and_leads_a_session(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with log.open("ab") as output:
        process = start_service("platform", ["--terse"], env=os.environ, output=output)
    assert os.getsid(process.pid) == process.pid
    assert process.wait() == 0
    assert "Linux" in log.read_text()


def test_a_service_dies_with_who_started_it() -> None:
    code = textwrap.dedent("""
        import os, signal
        from bulkvid_pipeline.adapters.processes import start_service
        with open(os.devnull, "wb") as output:
            print(start_service("http.server", ["0", "-b", "127.0.0.1"], env=os.environ, output=output).pid, flush=True)
        signal.pause()
    """)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        service = identity_of(int(parent.stdout.readline()))
        assert fate_of(service) is Fate.RUNS
        parent.send_signal(signal.SIGKILL)
    wait_until(lambda: fate_of(service) is Fate.GONE)
