"""Recording what this process asks of others while diagnostics are on.

Every process at work has one recording for each instance, which looks at the switch and writes the logs once a second
from a thread of its own: so a change of the switch is seen within two seconds, in the midst of whatever is under way,
and a process that is killed takes no more than the last second with it, or the last four of a very large log.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path

from dagster import DagsterInstance

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.stopping import within
from bulkvid_pipeline.core.diagnostics.exchange import Exchange
from bulkvid_pipeline.core.diagnostics.redaction import Redactor
from bulkvid_pipeline.core.errors import BulkVideoError, NetworkError
from bulkvid_pipeline.services.diagnostics.environment import environment_of, process_of, secrets_of
from bulkvid_pipeline.services.diagnostics.files import debug_folder, new_log, replace_log
from bulkvid_pipeline.services.diagnostics.job_record import JobRecord, Value
from bulkvid_pipeline.services.diagnostics.switch import OFF, SwitchState, state
from bulkvid_pipeline.services.periodic import Periodic
from bulkvid_pipeline.settings import Settings

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
MOST_OPEN = 50
"""Jobs whose logs a process keeps in memory; the one that has been quiet for longest gives way."""
MOST_RESTING = 4
LAST_WRITE_S = 2.0
BYTES_PER_S = 1_000_000
"""That a growing log may write: one of less than this is written every second, the largest every four."""


@dataclass
class _Log:
    """A job's record and the file that holds it, once there is one."""

    record: JobRecord
    path: Path | None = None
    rests_until: float = 0.0
    """On the monotonic clock: a large log is not written anew every second."""


class Recording:
    """One process's part: implements `adapters.exchanges.Recorder`, from any thread.

    Args:
        instance: whose switch is looked at.
        settings: whose secrets are hidden, and which may name the folder of the logs.
        role: run, api or daemon.
    """

    def __init__(self, instance: DagsterInstance, settings: Settings, role: str) -> None:
        self._instance, self._settings, self._role = instance, settings, role
        self._folder = debug_folder(settings, Path(instance.root_directory))
        self._state = OFF
        self._jobs: list[str] = []
        self._logs: OrderedDict[str, _Log] = OrderedDict()
        self._closed: list[_Log] = []
        self._lock = threading.Lock()
        self._writing = threading.Lock()
        self._switching = threading.Lock()
        self._is_at_work = False
        self._has_warned = self._hangs = False
        self._periodic: Periodic | None = None

    @cached_property
    def redactor(self) -> Redactor:
        """Knows the secrets of the installation."""
        return Redactor(secrets_of(self._settings))

    def wants(self, job_id: str | None) -> str | None:
        """The job itself if it is recorded; where nobody has said which it is, the only one at work here."""
        if job_id is None:
            working = set(self._jobs)
            job_id = working.pop() if len(working) == 1 else None
        return job_id if job_id is not None and self._state.records(job_id) else None

    def take(self, job_id: str, exchange: Exchange) -> None:
        """Keep an exchange of a job."""
        self._record_of(job_id).take(exchange)

    def start(self, instance: DagsterInstance) -> None:
        """Look at the switch of the instance, which may be opened anew: at once, and from now on every second.

        Files are left to the thread that looks: the caller is a job, and must not wait for them.
        """
        self._instance = instance
        self._is_at_work = True
        try:
            within(LAST_WRITE_S, self.look, "looking whether diagnostics are on")
        except Exception as error:
            _log.warning("Whether diagnostics are on is not known yet: %s", error)
        self._periodic = Periodic(self._look_and_write, LOOK_EVERY_S, "diagnostics")
        self._periodic.start()

    def stop(self) -> None:
        """Say of all logs that they have ended, and look no more, until the next start."""
        if self._periodic is not None:
            self._periodic.stop(wait=False)
        self._is_at_work = False
        self._become(OFF)
        with self._lock:
            for log in self._logs.values():
                log.record.end()
        self._write_at_last()

    def begin(self, job_id: str) -> None:
        """The job is worked on here from now on."""
        with self._lock:
            self._jobs.append(job_id)
            if job_id in self._logs:
                self._logs[job_id].record.go_on()

    def end(self, job_id: str) -> None:
        """The job is worked on here no more; what it still waits for is given up."""
        with self._lock:
            self._jobs.remove(job_id)
            if job_id in self._jobs:
                return
        exchanges.give_up(self, job_id)
        with self._lock:
            log = self._logs.get(job_id)
        if log is not None:
            log.record.end()
            self._write_at_last()

    def look(self) -> None:
        """See whether diagnostics are on."""
        try:
            self._become(state(self._instance, self._settings))
        except BulkVideoError as error:
            _log.debug("Whether diagnostics are on is not known: %s", error)
            self._become(self._state.at(time.time()))

    def _look_and_write(self) -> None:
        self.look()
        self._write()

    def _become(self, now: SwitchState) -> None:
        with self._switching:
            self._state = now if self._is_at_work else OFF  # a look may still be under way when we stop
            if self._state.enabled:
                exchanges.listen(self)
            else:
                exchanges.ignore(self)

    def _record_of(self, job_id: str) -> JobRecord:
        with self._lock:
            log = self._logs.get(job_id)
            if log is None:
                log = _Log(JobRecord(job_id, time.time(), process_of(self._role), self._environment))
                self._logs[job_id] = log
                self._close_quiet_one()
            self._logs.move_to_end(job_id)
            return log.record

    def _close_quiet_one(self) -> None:
        if len(self._logs) > MOST_OPEN:
            quiet = next((name for name in self._logs if name not in self._jobs), None)
            if quiet is not None:
                closed = self._logs.pop(quiet)
                closed.record.end()
                self._closed.append(closed)

    @cached_property
    def _environment(self) -> dict[str, Value]:
        return environment_of(self._settings)

    def _write_at_last(self) -> None:
        """Write, for as long as a disk may take that is all right: nobody's job waits for diagnostics."""
        if self._hangs:
            return  # whoever hangs there has been waited for already
        try:
            within(LAST_WRITE_S, partial(self._write, at_last=True), "writing the debug log")
        except NetworkError:
            self._hangs = True
            self._warn(f"it did not answer within {LAST_WRITE_S:g} s")
        except Exception:
            _log.exception("The debug logs could not be written")

    def _write(self, *, at_last: bool = False) -> None:
        """Bring the files up to date, but for large ones that are to rest, unless it is for the last time."""
        if not self._writing.acquire(timeout=LAST_WRITE_S):
            return  # another one hangs; threads that wait for it must not become more and more
        try:
            with self._lock:
                closed, self._closed = self._closed, []
                logs = [log for log in self._logs.values() if at_last or log.rests_until <= time.monotonic()]
            for log in (*closed, *logs):
                self._write_one(log)
            self._hangs = False
        finally:
            self._writing.release()

    def _write_one(self, log: _Log) -> None:
        """A folder that cannot be written to is no reason for a job to fail."""
        version, content = log.record.content()
        if content is None:
            return
        try:
            if log.path is not None and not log.path.exists():  # somebody has cleaned up: it must not come back
                log.record.forget_written()
                log.path = None
                version, content = log.record.content()
                if content is None:
                    return
            if log.path is None:
                log.path = new_log(self._folder, log.record.job_id, log.record.started_at)
            replace_log(log.path, content)
            log.record.has_written(version)
            log.rests_until = time.monotonic() + len(content) / BYTES_PER_S - LOOK_EVERY_S
        except OSError as error:
            self._warn(error.strerror or str(error))

    def _warn(self, why: str) -> None:
        """Once."""
        if not self._has_warned:
            self._has_warned = True
            _log.warning(
                "Debug logs cannot be written into %s: %s. The job goes on without them; "
                "BULKVID_DEBUG_FOLDER may name another folder",
                self._folder,
                why,
            )


_opening = threading.Lock()
_Key = tuple[int, str, Path, bool]
"""By process, as a child that was forked shares nothing, instance, folder, and whether the settings turn them on: a
script may do so for some of its jobs."""
_users: Counter[_Key] = Counter()
_recordings: OrderedDict[_Key, Recording] = OrderedDict()
"""Those that rest are kept, so that the steps of a run write into one file."""


@contextmanager
def recording(
    instance: DagsterInstance, settings: Settings, *, job_id: str | None = None, role: str = "run"
) -> Iterator[None]:
    """Inside the block, what this process asks of others is recorded whenever diagnostics are on.

    Blocks may be nested and side by side: those of one instance share what they have. Nothing that goes wrong with
    diagnostics reaches the block.

    Args:
        instance: whose switch is looked at.
        settings: see `Recording`.
        job_id: the job that is worked on; without one, only what is said to be for a job (`exchanges.for_job`).
        role: of the process: run, api or daemon.
    """
    home = Path(instance.root_directory)
    key = (os.getpid(), str(home.absolute()), debug_folder(settings, home), settings.batch_debug)
    with _opening:
        mine = _recordings.get(key)
        if mine is None:
            mine = _recordings[key] = Recording(instance, settings, role)
            resting = [other for other in _recordings if other != key and not _users[other]]
            for other in resting[: max(0, len(_recordings) - MOST_RESTING)]:
                del _recordings[other]
        if not _users[key]:
            mine.start(instance)
        _users[key] += 1
    if job_id is not None:
        mine.begin(job_id)
    try:
        with exchanges.for_job(job_id, mine):
            yield
    finally:
        if job_id is not None:
            mine.end(job_id)
        with _opening:
            _users[key] -= 1
            if not _users[key]:
                mine.stop()
