"""The process behind `bulkvid serve`: it starts the children, starts the dead ones again, and ends them all.

However it ends itself, nothing is left: the kernel kills its children, a warden what those have started.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Self

import yaml
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.processes import identity_of, kill_marked
from bulkvid_pipeline.adapters.processes.warden import start_warden
from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.server.child import Child
from bulkvid_pipeline.server.child_log import ChildLog, StderrLog
from bulkvid_pipeline.server.plan import SOCKET, WORKSPACE, Plan, Role, Service, services_of, workspace_of
from bulkvid_pipeline.server.readiness import Readiness, probes_of
from bulkvid_pipeline.services.control.server_stop import (
    ask_to_pause,
    pause_ended_runs,
    pause_spread_jobs,
    runs_in_hand,
)
from bulkvid_pipeline.services.liveness.daemon_beat import DaemonBeat
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.settings import SERVE_MARK

LOGS = "serve-logs"
"""Not `logs`: what lies there, Dagster's web server takes for its own telemetry and moves away."""
FOLDER_PREFIX = "bulkvid-"
LONGEST_SOCKET_PATH = 100
"""Bytes; unix(7) allows 107."""
LOOK_EVERY_S = 0.1
CAP_LOGS_EVERY_S = 10.0
STILL_WAITING_S = 60.0
GRACE_S = 2.0
"""How long children may take to end by themselves."""
ROWS_GRACE_S = 3.0
"""The same where rows are in work, which may be finished meanwhile."""
KILL_S = 1.0
DATABASE_S = 1.0
"""How long a database that does not answer holds up the end."""

Say = Callable[[str], None]


class Supervisor:
    """Serves what the plan names until it is stopped; use as a context manager, which leaves nothing at its end.

    Args:
        plan: what to serve.
        instance: the Dagster instance in `home`.
        home: its folder; logs go to a folder in it.
        api_url: what the API says that users reach it by.
        say: tells people what happens, a line at a time.
    """

    def __init__(self, plan: Plan, instance: DagsterInstance, home: Path, api_url: str, say: Say) -> None:
        self.plan = plan
        self._instance = instance
        self._say = say
        self._mark = uuid.uuid4().hex
        self._folder = _shared_folder()
        (self._folder / WORKSPACE).write_text(yaml.safe_dump(workspace_of(plan, self._folder)))
        self._own_env = {name: value for name, value in os.environ.items() if name != SERVE_MARK}
        self._env = {**self._own_env, "DAGSTER_HOME": str(home), "BULKVID_API_URL": api_url, SERVE_MARK: self._mark}
        self._warden = self._new_warden()
        self.children = [
            Child(service, self._log(home, service), {**self._env, **service.environment})
            for service in services_of(plan, self._folder)
        ]
        self._readiness = Readiness(self.children, probes_of(plan, instance, self._socket))
        self._beat = DaemonBeat(instance)
        self._stops = 0
        self._logs_capped = time.monotonic()
        self._paused: tuple[str, ...] = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()

    @property
    def paused_jobs(self) -> tuple[str, ...]:
        """Ids of the jobs that were at work when it was stopped."""
        return self._paused

    def _log(self, home: Path, service: Service) -> ChildLog | StderrLog:
        return StderrLog() if self.plan.logs_to_stderr else ChildLog(home / LOGS / service.log)

    @property
    def _socket(self) -> str:
        return str(self._folder / SOCKET)

    def run(self, when_ready: Callable[[], None]) -> None:
        """Start all, watch over it until SIGINT, SIGTERM or SIGHUP, and `stop`.

        `when_ready` is called once, when all answer. A second signal hurries the end.
        """
        with self._stopped_by_signals():
            try:
                self._watch(when_ready)
            finally:
                self.stop()

    def _watch(self, when_ready: Callable[[], None]) -> None:
        if self.plan.has_code_server:
            close_orphans(self._instance)
        self._readiness.start()
        self._watch_until_ready()
        if not self._stops:
            when_ready()
        while not self._stops:
            self._look()
            time.sleep(LOOK_EVERY_S)

    def _watch_until_ready(self) -> None:
        hint_at = time.monotonic() + STILL_WAITING_S
        while not self._stops and not all(child.is_ready for child in self.children):
            self._look()
            if time.monotonic() > hint_at:
                hint_at += STILL_WAITING_S
                for child in self.children:
                    if not child.is_ready:
                        self._say(f"{child.role.called} does not answer yet; its log: {child.log.name}")
            time.sleep(LOOK_EVERY_S)

    def _look(self) -> None:
        for child in self.children:
            self._look_at(child)
        if self._warden.poll() is not None:
            self._warden = self._new_warden()
        if time.monotonic() - self._logs_capped > CAP_LOGS_EVERY_S:
            self._logs_capped = time.monotonic()
            for child in self.children:
                child.log.cap()

    def _look_at(self, child: Child) -> None:
        if child.is_ready and child.was_lost:
            child.was_lost = False
            self._say(f"{child.role.called} answers again")
        how = child.take_death()
        if how is not None:
            if child.role is Role.DAEMON:
                self._beat.ended(how)
            last = child.log.last_line()
            self._say(
                f"{child.role.called} {how}; it is started again in {child.pause_s:g} s. Its log: {child.log.name}"
                + (f", which ends: {last[:200]}" if last else "")
            )
        if child.is_due:
            self._start(child)

    def _start(self, child: Child) -> None:
        if child.role is Role.CODE:
            # A dead one leaves its socket, on which none can listen again.
            Path(self._socket).unlink(missing_ok=True)
        child.start()
        if child.role is Role.DAEMON and child.pid is not None:
            identity = identity_of(child.pid)
            if identity is not None:
                self._beat.lives(identity)

    def stop(self) -> None:
        """End all children within 5 seconds, and pause the jobs that they run. Does nothing the second time."""
        if not self._folder.exists():
            return
        self._readiness.close()
        try:
            runs = self._ask_jobs_to_pause()
            for child in self.children:
                if child.role is not Role.CODE or not runs:
                    child.signal(signal.SIGTERM)
            self._wait_for_the_last(runs)
        finally:
            self._kill_all()
        self._paused = self._pause(runs)
        self._beat.ended("was stopped")
        self._beat.close(DATABASE_S)
        shutil.rmtree(self._folder, ignore_errors=True)
        self._end_warden()

    def _wait_for_the_last(self, runs: tuple[str, ...]) -> None:
        """Until children and runs have ended by themselves, or their time is over, or somebody presses Ctrl-C again."""
        stops, end = self._stops, time.monotonic() + (ROWS_GRACE_S if runs else GRACE_S)
        waited_for = [child for child in self.children if child.role is not Role.CODE or not runs]
        while time.monotonic() < end and self._stops == stops:
            if all(child.is_dead for child in waited_for) and not (runs and self._runs_in_hand()):
                return
            time.sleep(LOOK_EVERY_S)

    def _ask_jobs_to_pause(self) -> tuple[str, ...]:
        if not self.plan.has_code_server:
            return ()
        runs = self._runs_in_hand()
        try:
            ask_to_pause(self._instance, runs)
        except Exception as error:
            self._say(f"The running jobs could not be asked to pause: {error}")
        return runs

    def _runs_in_hand(self) -> tuple[str, ...]:
        try:
            return runs_in_hand(self._instance, self._socket)
        except Exception as error:
            self._say(f"The running jobs cannot be found out: {error}")
            return ()

    def _pause(self, runs: tuple[str, ...]) -> tuple[str, ...]:
        """What the daemon has started meanwhile is paused too, or it would wait for ever for who starts it."""
        if not self.plan.has_code_server:
            return ()
        try:
            late = runs_in_hand(self._instance, self._socket, with_untold=Part.DAEMON in self.plan.parts)
            ended = dict.fromkeys((*runs, *late))
            paused = pause_ended_runs(self._instance, ended)
            pause_spread_jobs(self._instance, ended)
            return paused
        except Exception as error:
            self._say(f"The running jobs could not be paused, and will be called failed: {error}")
            return ()

    def _kill_all(self) -> None:
        left = kill_marked(SERVE_MARK, self._mark, KILL_S)
        for child in self.children:
            child.take_death()
        if left:
            self._say(f"These processes could not be ended: {', '.join(map(str, sorted(left)))}")

    def _new_warden(self) -> subprocess.Popen[bytes]:
        return start_warden(SERVE_MARK, self._mark, str(self._folder), self._own_env)

    def _end_warden(self) -> None:
        assert self._warden.stdin is not None
        self._warden.stdin.close()
        with suppress(subprocess.TimeoutExpired):
            self._warden.wait(KILL_S)

    @contextmanager
    def _stopped_by_signals(self) -> Iterator[None]:
        def count(_number: int, _frame: FrameType | None) -> None:
            self._stops += 1

        numbers = [signal.SIGINT, signal.SIGTERM]
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # else nohup(1) is to keep it alive
            numbers.append(signal.SIGHUP)
        before = [signal.signal(number, count) for number in numbers]
        try:
            yield
        finally:
            for number, handler in zip(numbers, before, strict=True):
                signal.signal(number, handler)


def _shared_folder() -> Path:
    """A new folder for what the children share, which only this user can enter: who reaches the socket runs code."""
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    if len(str(folder / SOCKET).encode()) <= LONGEST_SOCKET_PATH:
        return folder
    folder.rmdir()
    return Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX, dir="/tmp"))
