"""Log files of children stay within a size, and their last words can be told."""

from __future__ import annotations

from pathlib import Path

import pytest

from bulkvid_pipeline.server import child_log
from bulkvid_pipeline.server.child_log import ChildLog


@pytest.fixture
def log(tmp_path: Path) -> ChildLog:
    return ChildLog(tmp_path / "logs" / "api.log")


def test_a_log_is_made_with_its_folder_for_its_owner_alone_and_appended_to(log: ChildLog) -> None:
    for line in (b"one\n", b"two\n"):
        with log.open() as file:
            file.write(line)
    assert log.path.read_text() == "one\ntwo\n"
    assert log.path.stat().st_mode & 0o777 == 0o600


def test_a_log_that_is_too_large_is_put_aside_while_the_child_writes_on(
    log: ChildLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(child_log, "LARGEST_BYTES", 10)
    with log.open() as file:
        file.write(b"0123456789\n")
        file.flush()
        log.cap()
        file.write(b"after\n")
    assert log.path.read_text() == "after\n"
    assert log.path.with_name("api.log.1").read_text() == "0123456789\n"
    log.cap()
    assert log.path.read_text() == "after\n"


def test_the_last_line_is_told_without_blank_ones_and_of_a_large_log_too(log: ChildLog) -> None:
    assert log.last_line() == ""
    with log.open() as file:
        file.write(b"x" * 10_000 + b"\nRuntimeError: no\xff\n\n  \n")
    assert log.last_line() == "RuntimeError: no\ufffd"
    log.path.unlink()
    log.cap()
    assert log.last_line() == ""
