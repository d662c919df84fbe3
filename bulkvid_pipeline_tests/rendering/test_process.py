from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.ffmpeg import locate
from bulkvid_pipeline.core.diagnostics.exchange import Exchange
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.options import AudioCodec, Container, Platform, VideoCodec
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan, plan_video
from bulkvid_pipeline.core.rows import read_idea
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.worker import RECORD, RenderRequest


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


class Listener:
    redactor = Redactor()

    def wants(self, job_id: str | None) -> str | None:
        return job_id

    def take(self, _: str, exchange: Exchange) -> None:
        raise AssertionError(f"nothing is asked here, but {exchange.operation} was")


def _told_by(process: RenderProcess, change: Callable[[subprocess.Popen[bytes]], None]) -> bytes:
    """What a worker is sent while something changes; `cat` gives back what it reads."""
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
        process._process = worker
        change(worker)
        return worker.communicate()[0]


def test_a_worker_is_told_how_things_stand_whatever_word_of_it_comes_last() -> None:
    process, listener = RenderProcess(), Listener()

    def told_late(worker: subprocess.Popen[bytes]) -> None:
        with exchanges.following(lambda _: process._record(worker)):
            exchanges.listen(listener)
            # The word of an earlier "off", whose thread was held up.
            for tell in list(exchanges._listening):
                tell(False)

    try:
        assert _told_by(process, told_late) == RECORD + b"\n"
    finally:
        exchanges.ignore(listener)


def test_a_word_that_comes_after_a_worker_was_closed_harms_nobody() -> None:
    process, listener = RenderProcess(), Listener()

    def told_after_the_end(worker: subprocess.Popen[bytes]) -> None:
        with exchanges.following(lambda _: process._record(worker)):
            assert worker.stdin is not None
            worker.stdin.close()
            exchanges.listen(listener)

    with subprocess.Popen(["cat"], stdin=subprocess.PIPE) as worker:
        process._process = worker
        try:
            told_after_the_end(worker)
        finally:
            exchanges.ignore(listener)


def test_a_worker_brings_along_only_what_rendering_needs() -> None:
    heavy = {"pandas", "pandera", "dagster", "gspread", "s3fs", "sqlalchemy"}
    said = f"import sys, bulkvid_pipeline.rendering.worker; print(sorted({heavy!r} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
