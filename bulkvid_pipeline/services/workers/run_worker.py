"""Executing runs on a worker's machine: each in a process of its own, watched, canceled and drained from here."""

from __future__ import annotations

import logging
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, suppress

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.run_process import start_run
from bulkvid_pipeline.adapters.processes import kill_group
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.services.control.server_stop import ask_to_pause, pause_ended_runs
from bulkvid_pipeline.services.liveness.heartbeat import beating
from bulkvid_pipeline.services.liveness.orphans import close_lost
from bulkvid_pipeline.services.workers.taking import take_run

_log = logging.getLogger(__name__)

LOOK_EVERY_S = 1.0
ENDING_S = 2.0
"""What processes that have ended their run may take to end themselves."""
_NOT_BEGUN = {DagsterRunStatus.STARTING, DagsterRunStatus.NOT_STARTED}
_CANCELLED = {DagsterRunStatus.CANCELING, DagsterRunStatus.CANCELED}


class RunWorker:
    """The runs of one worker; `execute` is called from several threads.

    Args:
        instance: where the runs are.
        name: of the worker, for people.
        grace_s: what runs in work may take to end as paused once the worker leaves, in seconds.
        say: tells people what happens, a line at a time.
    """

    def __init__(self, instance: DagsterInstance, name: str, grace_s: float, say: Callable[[str], None]) -> None:
        self._instance = instance
        self._name = name
        self._grace_s = grace_s
        self._say = say
        self._leaving = threading.Event()
        self._lock = threading.Lock()
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    def execute(self, run_id: str, version: str) -> None:
        """Execute the run to its end, unless it is another worker's, has ended, or is asked of another code version.

        Raises:
            ActionNotAllowedError: the worker is leaving; the run is to be given to another.
            ServiceUnavailableError: the database does not answer; the run is asked for again later.
        """
        if self._leaving.is_set():
            raise ActionNotAllowedError(f"Worker {self._name} leaves, and takes no other run")
        run = self._instance.get_run_by_id(run_id)
        if run is None:
            self._say(
                f"Run {run_id} is not in this worker's database: BULKVID_POSTGRES_URL names another one here than "
                "where the daemon runs"
            )
            return
        if version != code_version():
            self._refuse(run, version)
            return
        if not take_run(self._instance, run_id):
            _log.info("Run %s is another worker's, or has ended", run_id)
            return
        self._say(f"Run {run_id} begins")
        self._work_on(run)
        after = self._instance.get_run_by_id(run_id)
        self._say(f"Run {run_id} has ended: {after.status.value.lower() if after else 'gone'}")

    def leave(self) -> None:
        """Take no other run, and have those in work paused: what is finished within the grace is kept.

        Returns at once; `execute` returns in all threads when it is over.
        """
        if not self._leaving.is_set():
            self._leaving.set()
            threading.Thread(target=self._drain, name="drain", daemon=True).start()

    def _refuse(self, run: DagsterRun, version: str) -> None:
        words = (
            f"Worker {self._name} has refused the run: it was asked of code version {version}, and the worker has "
            f"{code_version()}. Run one version on all machines; a worker of the daemon's version gets the run."
        )
        self._say(words)
        self._instance.report_engine_event(words, run, cls=type(self))

    def _work_on(self, run: DagsterRun) -> None:
        try:
            with ExitStack() as unbegun:
                # The run's own process gives signs of life only once it has imported what it needs.
                unbegun.enter_context(beating(self._instance, run.run_id))
                process = start_run(self._instance, run)
                with self._lock:
                    self._processes[run.run_id] = process
                self._watch(run.run_id, process, unbegun.close)
        finally:
            with self._lock:
                self._processes.pop(run.run_id, None)
            self._settle(run.run_id)

    def _watch(self, run_id: str, process: subprocess.Popen[bytes], begun: Callable[[], None]) -> None:
        """Until the process ends; `begun` is called once its run has begun."""
        interrupted = False
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(LOOK_EVERY_S)
                return
            try:
                run = self._instance.get_run_by_id(run_id)
            except Exception:  # the run meets the same database, and tells of it
                _log.warning("Run %s cannot be looked at", run_id, exc_info=True)
                continue
            if run is None or run.status not in _NOT_BEGUN:
                begun()
            if run is not None and run.status in _CANCELLED and not interrupted:
                interrupted = True
                with suppress(ProcessLookupError):
                    os.kill(process.pid, signal.SIGINT)

    def _settle(self, run_id: str) -> None:
        """A run whose process has ended has ended, too."""
        if self._leaving.is_set():
            pause_ended_runs(self._instance, (run_id,))
        elif close_lost(self._instance, run_id, _DIED, gone=True):
            self._say(f"Run {run_id}: {_DIED}")

    def _drain(self) -> None:
        with self._lock:
            in_work = dict(self._processes)
        if in_work:
            self._say(f"{len(in_work)} runs are paused; they have {self._grace_s:g} s for their rows in work")
        try:
            ask_to_pause(self._instance, in_work)
        except Exception:
            _log.warning("The runs in work could not be asked to pause", exc_info=True)
        end = time.monotonic() + self._grace_s
        for process in in_work.values():
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(0.0, end - time.monotonic()))
        with self._lock:  # those, too, that were being started
            left = list(self._processes.values())
        for process in left:
            if process.poll() is None:
                kill_group(process)


_DIED = "The process that ran this job has died. Run the job again: finished rows are kept."
