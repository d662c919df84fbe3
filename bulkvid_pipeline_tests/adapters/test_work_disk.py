"""Faults of the disk that videos are made on: which of them every row would meet."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bulkvid_pipeline.adapters.work_disk import disk_fault, full_disk_as_ours, said_to_be_full
from bulkvid_pipeline.core.errors import EncoderError, StorageQuotaExceededError

WRITES_TOO_MUCH = """
import resource, sys
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.errors import BulkVideoError
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
try:
    with full_disk_as_ours("Writing the file"), open(sys.argv[1], "wb") as file:
        file.write(bytes(100_000))
except BulkVideoError as error:
    print(error.code, error.systemic, error)
"""


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_a_disk_that_holds_no_more_is_a_fault_of_the_system(number: int) -> None:
    fault = disk_fault("Writing video.mp4", OSError(number, os.strerror(number), "/work/row2-x/video.mp4"))

    assert isinstance(fault, StorageQuotaExceededError)
    assert fault.systemic
    assert fault.message == f"Writing video.mp4 failed, the work disk is full: {os.strerror(number)}"
    assert "BULKVID_WORK_DIR" in fault.fix


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ENOENT])
def test_any_other_fault_is_the_rows_own(number: int) -> None:
    fault = disk_fault("Writing video.mp4", OSError(number, os.strerror(number)))

    assert isinstance(fault, EncoderError)
    assert not fault.systemic


def test_a_file_that_may_grow_no_more_stops_a_real_process_in_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITES_TOO_MUCH, str(tmp_path / "file")]

    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout

    assert said.startswith("STORAGE_QUOTA_EXCEEDED True Writing the file failed, the work disk is full: File too large")


def test_other_faults_pass_the_block_as_they_are(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError), full_disk_as_ours("Reading the file"):
        (tmp_path / "none").read_bytes()


def test_what_a_program_prints_tells_a_full_disk_from_the_limit_on_its_own_files() -> None:
    assert said_to_be_full("ffmpeg failed: av_interleaved_write_frame(): No space left on device") != ""
    assert said_to_be_full("ffmpeg failed: File too large") == ""
