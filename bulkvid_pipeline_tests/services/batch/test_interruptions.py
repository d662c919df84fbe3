"""Jobs that are killed, interrupted, or run beside each other: processes of their own, as users start them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

BULKVID = str(Path(sys.executable).with_name("bulkvid"))
LONG_SCRIPT = " ".join(f"Sentence number {n} takes a while to say." for n in range(12))


def start(workplace: Workplace, sheet: Path) -> subprocess.Popen[str]:
    """`bulkvid run` as a user starts it."""
    return subprocess.Popen(
        [BULKVID, "run", str(sheet), "-r", "720p", "--plain"],
        cwd=workplace.folder,
        env={**os.environ, "DAGSTER_HOME": str(workplace.folder / "cli_home")},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def processes_of(workplace: Workplace) -> list[int]:
    """Pids of all render workers and voices whose environment names this workplace."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            command = (entry / "cmdline").read_bytes()
            environment = (entry / "environ").read_bytes()
        except OSError:
            continue
        if b"bulkvid_pipeline" in command and str(workplace.folder).encode() in environment:
            found.append(int(entry.name))
    return found


def documents(workplace: Workplace) -> list[Path]:
    return list((workplace.folder / "output").rglob("video.json"))


def test_kill_9_in_mid_job_loses_nothing_and_renders_nothing_twice(workplace: Workplace) -> None:
    titles = [f"Row {n}" for n in range(6)]
    sheet = workplace.sheet([idea(title, LONG_SCRIPT) for title in titles])
    first = start(workplace, sheet)
    wait_until(lambda: len(documents(workplace)) >= 2)
    os.kill(first.pid, signal.SIGKILL)
    first.communicate()
    wait_until(lambda: not processes_of(workplace))
    kept = {path: path.stat().st_mtime_ns for path in documents(workplace)}

    output, _ = start(workplace, sheet).communicate()

    assert len(re.findall(r"\] kept", output)) == len(kept), output
    assert len(documents(workplace)) == len(titles)
    assert all(path.stat().st_mtime_ns == kept[path] for path in kept)
    leftovers = [p for p in (workplace.folder / "output" / ".unpublished").rglob("*") if p.is_file()]
    assert len(leftovers) <= 1  # the upload that was under way; swept later, never visible as a video
    assert list((workplace.folder / "work" / "bulkvid-work").iterdir()) == []


def test_ctrl_c_stops_within_two_seconds_and_tells_how_to_go_on(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(6)])
    job = start(workplace, sheet)
    wait_until(lambda: len(documents(workplace)) >= 1)
    job.send_signal(signal.SIGINT)
    wait_until(lambda: not processes_of(workplace) or processes_of(workplace) == [job.pid])

    output, _ = job.communicate()

    assert job.returncode == 130
    assert "Go on with what is left" in output
    assert f"bulkvid run {sheet}" in output
    assert processes_of(workplace) == []


def test_two_jobs_at_once_do_not_meet(workplace: Workplace) -> None:
    sheets = [workplace.sheet([idea(f"{name} {n}") for n in range(3)], f"{name}.csv") for name in ("left", "right")]
    jobs = [start(workplace, sheet) for sheet in sheets]

    outputs = [job.communicate()[0] for job in jobs]

    for name, other, output in (("left", "right", outputs[0]), ("right", "left", outputs[1])):
        assert f"{name} 2" in output
        assert f"{other} 2" not in output
    assert [job.returncode for job in jobs] == [0, 0], outputs
    assert len(documents(workplace)) == 6
