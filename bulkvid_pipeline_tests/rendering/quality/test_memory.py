"""Checking a long file needs no more memory than checking a short one."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline.rendering.encode.event import EventRenderer
from bulkvid_pipeline_tests.rendering.encode.films import MP4, RectangleFilm, tone

CHECKING = """
import sys
from pathlib import Path
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.rendering.quality import Expected, verify
from bulkvid_pipeline.rendering.model import VideoFormat
found = verify(Path(sys.argv[1]), Expected.of(VideoFormat(Platform.YOUTUBE, 192, 108), int(sys.argv[2])))
assert not found.faults, found.faults
print(next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def most_memory(folder: Path, seconds: int) -> int:
    """MB that a process of its own takes to check a file of so many seconds."""
    frames, path = seconds * 30, folder / f"{seconds}.mp4"
    film = RectangleFilm(192, 108, frames, at=tuple(range(0, frames, 250)))
    EventRenderer().render([film], tone(frames, 1000, 10 ** (-14 / 20)), MP4, {}, path)
    done = subprocess.run(
        [sys.executable, "-c", CHECKING, str(path), str(frames)], capture_output=True, text=True, check=True
    )
    return int(done.stdout) // 1024


@pytest.mark.heavy
def test_memory_is_flat_with_length(tmp_path: Path) -> None:
    assert most_memory(tmp_path, 180) - most_memory(tmp_path, 30) < 6
