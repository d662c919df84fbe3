"""A bulk job's run as its own worker sees it: what is wanted of it, and what it says about itself."""

from __future__ import annotations

import json
import os
import socket
import time
from collections.abc import Mapping
from pathlib import Path

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.progress import JobProgress

LOOK_EVERY_S = 2.0
TELL_EVERY_S = 1.0

SILENT_S = 60.0
"""A run that has not told its progress for so long has no worker any more."""

_UNFINISHED = [
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
"""Runs that a process has in hand, or had; those in Dagster's queue have none yet."""

_STOPPED = {DagsterRunStatus.CANCELING, DagsterRunStatus.CANCELED, DagsterRunStatus.FAILURE}


class RunControl:
    """Reads the run's wishes every two seconds and writes its progress every second, from the main thread alone."""

    def __init__(
        self, instance: DagsterInstance, run_id: str, progress: JobProgress, *, deadline: float | None = None
    ) -> None:
        """`deadline` is the epoch second at which the job's time is over."""
        self._instance = instance
        self._deadline = deadline
        self._run_id = run_id
        self._progress = progress
        self._looked = float("-inf")
        self._told = float("-inf")
        self._command: str | None = None

    def command(self) -> str | None:
        """What is wanted of the run: "cancel" (also from the web UI), "deadline", "pause", or None to go on."""
        now = time.monotonic()
        if now - self._told >= TELL_EVERY_S:
            self._told = now
            self.tell_progress()
        if now - self._looked >= LOOK_EVERY_S:
            self._looked = now
            self._command = self._wanted()
        return self._command

    def _wanted(self) -> str | None:
        run = self._instance.get_run_by_id(self._run_id)
        if run is None or run.status in _STOPPED:
            return "cancel"
        if self._deadline is not None and time.time() >= self._deadline:
            return "deadline"
        return run.tags.get(tags.INTENT)

    def may_publish(self) -> bool:
        """Whether the run is still ours: one that was declared dead or stopped commits nothing more."""
        run = self._instance.get_run_by_id(self._run_id)
        return run is not None and run.status is DagsterRunStatus.STARTED

    def is_lost(self) -> bool:
        """Whether the run was declared dead meanwhile, so that what this process says of it would be stale."""
        run = self._instance.get_run_by_id(self._run_id)
        return run is None or run.status is DagsterRunStatus.FAILURE

    def tell(self, values: Mapping[str, str]) -> None:
        """Put tags on the run."""
        # Dagster stores plain strings alone, not the enums that are strings too.
        self._instance.add_run_tags(self._run_id, {name: str(value) for name, value in values.items()})

    def tell_progress(self) -> None:
        """Put the progress on the run."""
        told = {**self._progress.snapshot().as_tag(), "at": round(time.time(), 1)}
        self.tell({tags.PROGRESS: json.dumps(told, separators=(",", ":"))})


def this_process() -> str:
    """`host:boot:pid:start` of this process: names it among all processes that ever were."""
    return process_name(os.getpid()) or f"{socket.gethostname()}::{os.getpid()}:"


def process_name(pid: int) -> str | None:
    """The name of a process of this machine; None when there is no such process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        # The command in parentheses may hold blanks; field 22 (start time in ticks after boot) is counted from its end.
        start = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[19]
    except OSError:
        return None
    return f"{socket.gethostname()}:{boot}:{pid}:{start}"


def is_gone(name: str) -> bool:
    """Whether the process so named ran on this machine and is no more; False for another machine's."""
    host, _, rest = name.partition(":")
    pid = rest.rpartition(":")[0].rpartition(":")[2]
    return host == socket.gethostname() and pid.isdigit() and process_name(int(pid)) != name


def close_orphans(instance: DagsterInstance, *, now: float | None = None) -> tuple[str, ...]:
    """Mark jobs as failed whose worker died without saying so (kill -9, power, network), and name their runs.

    A process of this machine is known to be gone at once, or known to live however long it is silent; another
    machine's is judged by its silence. Render slots of a process that is known to be gone are freed.
    """
    closed = []
    for run in instance.get_runs(RunsFilter(statuses=_UNFINISHED)):
        process = run.tags.get(tags.PROCESS, "")
        gone, here = is_gone(process), process.partition(":")[0] == socket.gethostname()
        if not (gone or (not here and _is_silent(run, now or time.time()))) or _has_parents_tags(instance, run):
            continue
        instance.report_run_failed(
            run, message="The process that ran this job is gone. Run the job again: finished rows are kept."
        )
        instance.add_run_tags(run.run_id, {tags.STATE: JobState.FAILED.value})
        if gone:
            instance.event_log_storage.free_concurrency_slots_for_run(run.run_id)
        closed.append(run.run_id)
    return tuple(closed)


def _has_parents_tags(instance: DagsterInstance, run: DagsterRun) -> bool:
    """Whether a re-execution still bears what the process of the run before it said about itself."""
    parent = instance.get_run_by_id(run.parent_run_id) if run.parent_run_id else None
    return parent is not None and parent.tags.get(tags.PROCESS) == run.tags.get(tags.PROCESS)


def _is_silent(run: DagsterRun, now: float) -> bool:
    told = json.loads(run.tags.get(tags.PROGRESS, "{}")).get("at")
    return told is not None and now - told > SILENT_S
