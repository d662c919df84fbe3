"""A run that is killed in the midst of its requests."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline.services.diagnostics.files import debug_folder, logs_of
from bulkvid_pipeline.services.diagnostics.recording import LOOK_EVERY_S
from bulkvid_pipeline.services.diagnostics.switch import enable
from bulkvid_pipeline.settings import Settings
from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import Workplace

pytestmark = pytest.mark.faults

# Requests without an end; each number is told once the request is over. Every write of the log is told too.
RUN = """
import os, sys, time
from pathlib import Path
from bulkvid_pipeline.adapters.storage import open_storage
from bulkvid_pipeline.services.diagnostics import recording as module
from bulkvid_pipeline.services.jobs.instance import open_instance
from bulkvid_pipeline.settings import Settings

replace_log = module.replace_log
def told(path, content):
    replace_log(path, content)
    os.write(1, b"written\\n")  # a line of one thread is one write
module.replace_log = told
home, output = map(Path, sys.argv[1:])
storage = open_storage(str(output))
with open_instance(home) as instance, module.recording(instance, Settings(batch_debug=False), job_id="job_1"):
    number = 0
    while True:
        storage.exists(f"{number}.txt")
        os.write(1, f"{number}\\n".encode())
        number += 1
        time.sleep(0.02)
"""


def test_all_but_what_came_after_the_last_look_is_in_the_log(workplace: Workplace, tmp_path: Path) -> None:
    enable(workplace.instance, 30)
    home = Path(workplace.instance.root_directory)
    folder = debug_folder(Settings(), home)
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(home), str(tmp_path / "out")], stdout=subprocess.PIPE, text=True
    ) as run:
        assert run.stdout is not None
        lines: list[str] = []
        while lines.count("written") < 2:
            lines.append(run.stdout.readline().strip())
            assert lines[-1], "it ended by itself"
        os.kill(run.pid, signal.SIGKILL)
        run.wait(PATIENCE_S)
    wait_until(lambda: logs_of(folder, "job_1"))
    (log,) = logs_of(folder, "job_1")
    assert log.ended_at is None
    at_second_write = max(int(line) for line in lines[: len(lines) - 1] if line != "written")
    # A request that ended while the log was being written may be in the next; each write comes a look after another.
    assert log.requests >= at_second_write - 2
    assert LOOK_EVERY_S <= 1.0
