"""The folder of the debug logs: `job_{JOB_ID}_{TIMESTAMP}.json`, one file for each process that worked on a job."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bulkvid_pipeline.core.diagnostics.exchange import JobLog
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.settings import Settings

DAY_S = 86_400.0
_FOLDER = Path("debug_logs") / "batch_jobs"
_UNFINISHED = ".tmp"
_LONGEST_ID = 100
_HEAD_BYTES = 4096
_NAME = re.compile(r"job_(?P<id>.+)_(?P<stamp>\d{8}T\d{12}Z)\.json")
_STAMP = "%Y%m%dT%H%M%S%fZ"


@dataclass(frozen=True)
class LogFile:
    """A log in the folder; `started_at` is in epoch seconds, `size` in bytes."""

    path: Path
    job_id: str
    started_at: float
    size: int


def debug_folder(settings: Settings, home: Path) -> Path:
    """Where the logs of the instance in `home` are, unless the settings name another folder."""
    return settings.debug_folder or home.absolute() / _FOLDER


def log_name(job_id: str, started_at: float) -> str:
    """`job_{JOB_ID}_{TIMESTAMP}.json`, of letters that every file system and header takes."""
    return f"job_{_as_name(job_id)}_{datetime.fromtimestamp(started_at, UTC).strftime(_STAMP)}.json"


def new_log(folder: Path, job_id: str, started_at: float) -> Path:
    """An empty file of our own for the job, in a folder that is made if need be; only its owner may read it.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(parents=True, exist_ok=True)
    moment = round(started_at * 1_000_000)
    while True:
        path = folder / log_name(job_id, moment / 1_000_000)
        try:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600))
        except FileExistsError:
            moment += 1  # of another process that began at the same moment
        else:
            return path


def replace_log(path: Path, content: bytes) -> None:
    """Give the file another content, all at once.

    Raises:
        OSError: it cannot be written; what it held before is still there.
    """
    unfinished = path.with_name(f".{path.name}{_UNFINISHED}")
    try:
        descriptor = os.open(unfinished, os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        unfinished.replace(path)
    except OSError:
        with suppress(OSError):
            unfinished.unlink()
        raise


def logs_of(folder: Path, job_id: str) -> list[JobLog]:
    """What the folder holds of the job, by the time at which processes began with it, without damaged files."""
    logs = []
    for path in _paths(folder, f"job_{_as_name(job_id)}_*.json"):
        with suppress(OSError, ValidationError):
            log = JobLog.model_validate_json(path.read_bytes())
            if log.job_id == job_id:
                logs.append(log)
    return sorted(logs, key=lambda log: log.started_at)


def all_logs(folder: Path) -> list[LogFile]:
    """Every log of the folder, the newest first; only the beginning of each file is read."""
    found = []
    for path in _paths(folder, "job_*.json"):
        with suppress(OSError):
            size = path.stat().st_size
            if size:
                job_id, started_at = _head_of(path)
                found.append(LogFile(path, job_id, started_at, size))
    return sorted(found, key=lambda log: log.started_at, reverse=True)


def remove_older(folder: Path, days: float, *, now: float | None = None) -> list[LogFile]:
    """Remove the logs that nobody has written to for so many days; returns those that are gone.

    Raises:
        InvalidRequestError: `days` is negative or no number.
    """
    if not 0 <= days < float("inf"):
        raise InvalidRequestError(
            f"Logs cannot be older than {days:g} days", fix="Give a number of days, 0 for all logs", field="days"
        )
    before = (time.time() if now is None else now) - days * DAY_S
    removed = [log for log in all_logs(folder) if _removed(log.path, before)]
    for path in (*_paths(folder, "job_*.json"), *_paths(folder, f".job_*.json{_UNFINISHED}")):
        with suppress(OSError):
            if path.name.endswith(_UNFINISHED) or path.stat().st_size == 0:
                _removed(path, before)  # what a process has left that was killed while it wrote
    return removed


def _removed(path: Path, before: float) -> bool:
    try:
        if path.stat().st_mtime > before:
            return False
        path.unlink()
    except OSError:
        return False
    return True


def _paths(folder: Path, pattern: str) -> Iterator[Path]:
    """The folder's own files of that pattern: no links, which might lead elsewhere, and nothing below it."""
    with suppress(OSError):
        yield from (path for path in folder.glob(pattern) if path.is_file() and not path.is_symlink())


def _head_of(path: Path) -> tuple[str, float]:
    """Job id and beginning, which stand first in the file; from its name where they do not."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    match = re.match(rb'\{"job_id":("(?:[^"\\]|\\.)*"),"started_at":([0-9.e+]+)', head)
    if match is not None:
        return json.loads(match[1]), float(match[2])
    named = _NAME.fullmatch(path.name)
    if named is None:
        return path.stem.removeprefix("job_"), path.stat().st_mtime
    return named["id"], datetime.strptime(named["stamp"], _STAMP).replace(tzinfo=UTC).timestamp()


def _as_name(job_id: str) -> str:
    """The job id as part of a file name, whatever its characters: those that no file should have are replaced, and then
    a digest tells it from others that would look the same."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", job_id)
    if plain == job_id and len(plain) <= _LONGEST_ID:
        return plain
    return f"{plain[:_LONGEST_ID]}-{hashlib.sha256(job_id.encode()).hexdigest()[:12]}"
