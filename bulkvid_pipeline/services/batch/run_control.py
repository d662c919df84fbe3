"""A bulk job's run as its own worker sees it: what is wanted of it, and what it says about itself."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import replace

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus

from bulkvid_pipeline.adapters.dagster.run_database import run_now
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import StopReason
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.jobs.run_state import own_tags, tell_tags

LOOK_EVERY_S = 2.0
TELL_EVERY_S = 1.0

_PATIENCE = RetryPolicy(tries=4, first_delay_s=1.0, longest_delay_s=5.0)

_STOPPING_INTENTS = {StopReason.PAUSE, StopReason.CANCEL}
_STOPPED = {DagsterRunStatus.CANCELING, DagsterRunStatus.CANCELED, DagsterRunStatus.FAILURE}


def is_cancelled(run: DagsterRun) -> bool:
    """Whether somebody wants the run to stop at once, or has ended it already."""
    return run.status in _STOPPED or own_tags(run).get(tags.INTENT) == StopReason.CANCEL


class RunControl:
    """Reads the run's wishes every two seconds and writes its progress every second, both in the main thread.

    Other threads may ask whether they `may_publish`.
    """

    def __init__(
        self,
        instance: DagsterInstance,
        run_id: str,
        progress: JobProgress,
        *,
        deadline: float | None = None,
        stopping: Stopping | None = None,
        planned_by: str = "",
    ) -> None:
        """`deadline` is the epoch second at which the job's time is over; who cancels stops `stopping`.

        What is wanted of `planned_by`, the run that has planned the rows, is wanted of this one too.
        """
        self._planned_by = planned_by
        self._stopping = stopping or Stopping()
        self._instance = instance
        self._deadline = deadline
        self._run_id = run_id
        self._progress = progress
        self._looked = float("-inf")
        self._told = float("-inf")
        self._stop_reason: StopReason | None = None

    def stop_reason(self) -> StopReason | None:
        """Why the run is to stop now (cancelled from the web UI included); None to go on."""
        now = time.monotonic()
        if now - self._told >= TELL_EVERY_S:
            self._told = now
            self.tell_progress()
        if now - self._looked >= LOOK_EVERY_S or (self._stopping.is_stopped and self._stop_reason is None):
            self._looked = now
            self._stop_reason = self._wanted()
        return self._stop_reason or (StopReason.CANCEL if self._stopping.is_stopped else None)

    def _wanted(self) -> StopReason | None:
        run = self._instance.get_run_by_id(self._run_id)
        if run is None or is_cancelled(run):
            return StopReason.CANCEL
        if self._deadline is not None and time.time() >= self._deadline:
            return StopReason.DEADLINE
        for intent in (own_tags(run).get(tags.INTENT), self._intent_of_planner()):
            if intent in _STOPPING_INTENTS:
                return StopReason(intent)
        return None

    def _intent_of_planner(self) -> str | None:
        run = self._instance.get_run_by_id(self._planned_by) if self._planned_by else None
        return own_tags(run).get(tags.INTENT) if run is not None else None

    def may_publish(self) -> bool:
        """Whether the run is still ours: one that was declared dead or stopped commits nothing more.

        Raises:
            ServiceUnavailableError: the instance's database does not answer, however often it is asked.
        """
        # A finished video is too dear to be lost to a database that is only started again.
        patience = replace(_PATIENCE, sleep=self._stopping.sleep)
        run = patience.call(lambda: run_now(self._instance, self._run_id))
        return run is not None and run.status is DagsterRunStatus.STARTED

    def is_lost(self) -> bool:
        """Whether the run was declared dead meanwhile, so that what this process says of it would be stale."""
        run = self._instance.get_run_by_id(self._run_id)
        return run is None or run.status is DagsterRunStatus.FAILURE

    def tell(self, values: Mapping[str, str]) -> None:
        """Put tags on the run."""
        tell_tags(self._instance, self._run_id, values)

    def give_back(self) -> None:
        """Rows that were not begun are another run's."""
        self._progress.give_back()

    def tell_progress(self) -> None:
        """Put the progress on the run."""
        told = {**self._progress.snapshot().as_tag(), "at": round(time.time(), 1)}
        self.tell({tags.PROGRESS: json.dumps(told, separators=(",", ":"))})
