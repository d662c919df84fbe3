"""What a step prints: kept, shown at once, to its last line, and without any other process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.defs.instance_storage import CapturedOutput
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline_tests.waiting import wait_until

PRINTS = """
import os, subprocess, sys
from bulkvid_pipeline.defs.instance_storage import CapturedOutput
with CapturedOutput.from_config_value(None, {"home": sys.argv[1]}).capture_logs(["run", "compute_logs", "step"]):
    print("from Python: \u0645\u0631\u062d\u0628\u0627", flush=True)
    print("complaint", file=sys.stderr)
    subprocess.run(["sh", "-c", "echo from a child"])
    print(subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "comm="], capture_output=True, text=True).stdout)
    sys.stdin.readline()
    print("the last line", end="")
print("after it")
"""


def started(home: Path, **streams: int) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", PRINTS, str(home)],
        stdin=subprocess.PIPE,
        stdout=streams.get("stdout", subprocess.PIPE),
        stderr=streams.get("stderr", subprocess.PIPE),
        text=True,
        env={**os.environ, "PYTHONUTF8": "1"},
    )


def kept(home: Path, kind: str) -> str:
    return (home / "storage" / "run" / "compute_logs" / f"step.{kind}").read_text("utf-8")


def test_what_is_printed_is_shown_while_the_step_runs_and_kept_to_its_last_line(tmp_path: Path) -> None:
    process = started(tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    assert process.stdin is not None
    shown = process.stdout.readline()  # it waits for us now
    assert shown == "from Python: مرحبا\n"
    process.stdin.write("\n")
    process.stdin.close()
    rest, complaint = process.stdout.read(), process.stderr.read()

    assert process.wait() == 0
    assert (shown + rest).endswith("the last lineafter it\n")
    assert kept(tmp_path, "out") + "after it\n" == shown + rest
    assert "from a child\n" in rest
    assert "tail" not in rest
    assert complaint == kept(tmp_path, "err") == "complaint\n"
    assert (tmp_path / "storage" / "run" / "compute_logs" / "step.complete").exists()


@pytest.mark.parametrize("reader_is_gone", [True, False])
def test_a_reader_who_is_gone_or_does_not_read_holds_up_no_step(tmp_path: Path, reader_is_gone: bool) -> None:
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    while not reader_is_gone:
        try:
            os.write(writing, b"." * 4096)
        except BlockingIOError:
            break
    os.set_blocking(writing, True)
    if reader_is_gone:
        os.close(reading)
    # What is printed after the step still fails, or waits, as it does without us.
    process = started(tmp_path, stdout=writing)
    os.close(writing)
    assert process.stdin is not None
    process.stdin.write("\n")
    process.stdin.flush()
    complete = tmp_path / "storage" / "run" / "compute_logs" / "step.complete"
    wait_until(complete.exists)
    process.send_signal(signal.SIGKILL)
    process.communicate()

    assert kept(tmp_path, "out").endswith("the last line")


def test_an_installation_has_it_in_its_own_folder_wherever_the_environment_points(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "other"))
    with open_instance(tmp_path / "home") as instance:
        manager = instance.compute_log_manager
        assert isinstance(manager, CapturedOutput)
        assert manager.get_captured_local_path(["a"], "out") == str(tmp_path / "home" / "storage" / "a.out")
        with DagsterInstance.from_ref(instance.get_ref()) as passed_on:
            assert passed_on.compute_log_manager.get_log_metadata(["a"]) == manager.get_log_metadata(["a"])
