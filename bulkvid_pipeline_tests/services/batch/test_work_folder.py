"""Work folders: those of the dead are swept, those of the living never, whoever can see whom."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.adapters.processes import this_process
from bulkvid_pipeline.services.batch import work_folder
from bulkvid_pipeline.services.batch.work_folder import OWNER, SILENT_S, WorkFolder, sweep_folders
from bulkvid_pipeline_tests.waiting import wait_until

HOLD_A_FOLDER = """
import sys
from pathlib import Path
from bulkvid_pipeline.services.batch.work_folder import WorkFolder
print(WorkFolder(Path(sys.argv[1])).path, flush=True)
sys.stdin.read()
"""
SWEEP = """
import sys
from pathlib import Path
from bulkvid_pipeline.services.batch.work_folder import sweep_folders
sweep_folders(Path(sys.argv[1]))
"""


def owned_by(root: Path, owner: str) -> Path:
    folder = root / "bulkvid-work" / "7-folder"
    folder.mkdir(parents=True)
    (folder / OWNER).write_text(owner)
    (folder / "scene").write_text("half of a video")
    return folder


def later() -> float:
    return time.time() + SILENT_S + 1


def test_a_folder_lives_until_it_is_removed(tmp_path: Path) -> None:
    folder = WorkFolder(tmp_path)
    sweep_folders(tmp_path, now=later())
    assert folder.path.is_dir()

    folder.remove()

    assert list((tmp_path / "bulkvid-work").iterdir()) == []


def test_the_folder_of_a_process_that_is_gone_is_swept_at_once(tmp_path: Path) -> None:
    folder = owned_by(tmp_path, str(replace(this_process(), start="1")))

    sweep_folders(tmp_path)

    assert not folder.exists()


@pytest.mark.parametrize("part", ["host", "boot", "namespace"])
def test_the_folder_of_an_owner_who_cannot_be_looked_at_is_swept_after_an_hour_of_silence(
    tmp_path: Path, part: str
) -> None:
    elsewhere: dict[str, Any] = {part: "another"}
    folder = owned_by(tmp_path, str(replace(this_process(), pid=999_999, **elsewhere)))

    sweep_folders(tmp_path)
    assert (folder / "scene").exists()
    sweep_folders(tmp_path, now=later())
    assert not folder.exists()


def test_a_folder_that_says_nothing_of_its_owner_is_left_alone_for_an_hour(tmp_path: Path) -> None:
    folder = owned_by(tmp_path, "")
    (folder / OWNER).unlink()

    sweep_folders(tmp_path)
    assert folder.is_dir()
    sweep_folders(tmp_path, now=later())
    assert not folder.exists()


def test_an_owner_touches_its_folder_as_long_as_it_lives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work_folder, "TOUCH_EVERY_S", 0.02)
    folder = WorkFolder(tmp_path)
    owner = folder.path / OWNER
    os.utime(owner, (0, 0))

    wait_until(lambda: owner.stat().st_mtime > 0)

    folder.remove()


def test_containers_that_share_a_disk_leave_each_others_folders_alone(tmp_path: Path) -> None:
    container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
    probe = subprocess.run([*container, "true"], capture_output=True, text=True, check=False)
    if probe.returncode != 0:
        pytest.skip(f"no PID namespace can be made here: {probe.stderr.strip()}")
    command = [*container, sys.executable, "-c", HOLD_A_FOLDER, str(tmp_path)]
    ours = WorkFolder(tmp_path)
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        theirs = Path(owner.stdout.readline().strip())

        sweep_folders(tmp_path)
        subprocess.run([*container, sys.executable, "-c", SWEEP, str(tmp_path)], check=True)

        assert theirs.is_dir()
        assert ours.path.is_dir()
        owner.communicate()
    ours.remove()
