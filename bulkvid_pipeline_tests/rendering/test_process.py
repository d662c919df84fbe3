from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.ffmpeg import locate
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.options import AudioCodec, Container, Platform, VideoCodec
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.worker import RenderRequest


def _plan() -> VideoPlan:
    cells = {"row_key": "row", "idea_title": "A title", "script_content": "A script."}
    return plan_video(read_idea(2, cells), BulkJobSpec.for_input("x.csv"), BUILT_IN_TEMPLATES["default_template"])


def test_a_worker_is_thrifty_with_memory_where_the_user_said_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MALLOC_TRIM_THRESHOLD_", "1234567")
    monkeypatch.delenv("MALLOC_ARENA_MAX", raising=False)
    process = RenderProcess()
    output = PlannedOutput(Platform.YOUTUBE, 320, 180, Container.MP4, VideoCodec.H264, AudioCodec.AAC)
    blocked = tmp_path / "file"
    blocked.write_text("no folder")
    with pytest.raises(BulkVideoError):
        process.render(RenderRequest(_plan(), (output,), str(blocked)), lambda *_: None)
    assert process._process is not None
    environment = Path(f"/proc/{process._process.pid}/environ").read_bytes().split(b"\0")
    process.close()
    assert b"MALLOC_ARENA_MAX=1" in environment
    assert b"MALLOC_TRIM_THRESHOLD_=1234567" in environment


def test_another_ffmpeg_than_the_bundled_one_is_what_a_worker_runs(tmp_path: Path) -> None:
    told = tmp_path / "told"
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\necho ran >> "{told}"\nexec "{locate()}" "$@"\n')
    program.chmod(0o755)
    process = RenderProcess("graph", ffmpeg=program)
    output = PlannedOutput(Platform.YOUTUBE, 320, 180, Container.MP4, VideoCodec.H264, AudioCodec.AAC)
    folder = tmp_path / "row"
    folder.mkdir()

    process.render(RenderRequest(_plan(), (output,), str(folder)), lambda *_: None)

    process.close()
    assert told.read_text().startswith("ran")


def test_a_worker_brings_along_only_what_rendering_needs() -> None:
    heavy = {"pandas", "pandera", "dagster", "gspread", "s3fs", "sqlalchemy"}
    said = f"import sys, bulkvid_pipeline.rendering.worker; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
