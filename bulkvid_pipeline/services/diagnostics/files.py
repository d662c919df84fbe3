"""The folder of the debug logs: `job_{JOB_ID}_{TIMESTAMP}.json`, one file for each process that worked on a job."""

from __future__ import annotations

import hashlib
import json
import os
import re
import time
from collections.abc import Callable, Iterator
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
_MOST_BYTES = 64_000_000
"""A larger file is none of ours (`job_record.MOST_BYTES`), and is not read."""
_NAME = re.compile(r"job_(?P<id>[A-Za-z0-9._-]*)_(?P<stamp>\d{8}T\d{12}Z)\.json")
_DIGEST = re.compile(r"-[0-9a-f]{12}")
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
        flags = os.O_CREAT | os.O_TRUNC | os.O_WRONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(unfinished, flags, 0o600)
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
    name = _as_name(job_id)
    for found in _files(folder):
        if found.id != name or found.size > _MOST_BYTES:
            continue
        with suppress(OSError, ValidationError):
            log = JobLog.model_validate_json(found.path.read_bytes())
            if log.job_id == job_id:
                logs.append(log)
    return sorted(logs, key=lambda log: log.started_at)


def all_logs(folder: Path) -> list[LogFile]:
    """Every log of the folder, the newest first; of most files the name alone is read."""
    found = []
    for file in _files(folder):
        with suppress(OSError, ValueError):
            if file.size:
                job_id = _id_in(file.path) if _DIGEST.search(file.id[-13:]) else None
                found.append(LogFile(file.path, file.id if job_id is None else job_id, _moment(file.stamp), file.size))
    return sorted(found, key=lambda log: log.started_at, reverse=True)


def remove_older(
    folder: Path,
    days: float,
    *,
    wanted: Callable[[str], bool] = lambda _: True,
    now: float | None = None,
    dry_run: bool = False,
) -> list[LogFile]:
    """Remove the logs that nobody has written to for so many days; returns those that are gone, or would be.

    Files that others have put into the folder stay. `wanted` tells of a job whether its logs may go.

    Raises:
        InvalidRequestError: `days` is negative or no number.
    """
    if not 0 <= days < float("inf"):
        raise InvalidRequestError(
            f"Logs cannot be older than {days:g} days", fix="Give a number of days, 0 for all logs", field="days"
        )
    before = (time.time() if now is None else now) - days * DAY_S
    if dry_run:
        return [log for log in all_logs(folder) if wanted(log.job_id) and _is_older(log.path, before)]
    removed = [log for log in all_logs(folder) if wanted(log.job_id) and _removed(log.path, before)]
    for file in (*_files(folder, of_killed=True), *(file for file in _files(folder) if not file.size)):
        _removed(file.path, before)  # what a process has left that was killed while it wrote
    return removed


def _is_older(path: Path, before: float) -> bool:
    with suppress(OSError):
        return path.stat().st_mtime <= before
    return False


def _removed(path: Path, before: float) -> bool:
    if not _is_older(path, before):
        return False
    try:
        path.unlink()
    except OSError:
        return False
    return True


@dataclass(frozen=True)
class _File:
    """A file with a log's name; `id` and `stamp` are those in its name."""

    path: Path
    id: str
    stamp: str
    size: int


def _files(folder: Path, *, of_killed: bool = False) -> Iterator[_File]:
    """The folder's own files with names of logs: no links, which might lead elsewhere, and nothing below it.

    `of_killed` is for those that were never finished.
    """
    before, after = (".", _UNFINISHED) if of_killed else ("", "")
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if not (entry.name.startswith(before) and entry.name.endswith(after)):
                continue
            named = _NAME.fullmatch(entry.name[len(before) : len(entry.name) - len(after)])
            with suppress(OSError):
                if named is not None and entry.is_file(follow_symlinks=False):
                    size = entry.stat(follow_symlinks=False).st_size
                    yield _File(Path(entry.path), named["id"], named["stamp"], size)


def _id_in(path: Path) -> str | None:
    """The job id that stands first in the file, where its name holds only a part of it."""
    with path.open("rb") as file:
        match = re.match(rb'\{"job_id":("(?:[^"\\]|\\.)*")', file.read(_HEAD_BYTES))
    return None if match is None else str(json.loads(match[1]))


def _moment(stamp: str) -> float:
    """In epoch seconds, to the microsecond."""
    return datetime.strptime(stamp, _STAMP).replace(tzinfo=UTC).timestamp()


def _as_name(job_id: str) -> str:
    """The job id as part of a file name, whatever its characters: those that no file should have are replaced, and then
    a digest tells it from others that would look the same."""
    plain = re.sub(r"[^A-Za-z0-9._-]", "-", job_id)
    if plain == job_id and len(plain) <= _LONGEST_ID:
        return plain
    return f"{plain[:_LONGEST_ID]}-{hashlib.sha256(job_id.encode('utf-8', 'surrogatepass')).hexdigest()[:12]}"
