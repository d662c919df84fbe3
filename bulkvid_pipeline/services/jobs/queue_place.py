"""Where a run stands in Dagster's run queue, and whether anybody is there to start it."""

from __future__ import annotations

import time
from dataclasses import dataclass

from dagster import DagsterInstance, DagsterRunStatus, RunRecord, RunsFilter

from bulkvid_pipeline.core import tags

QUEUE_DAEMON = "QUEUED_RUN_COORDINATOR"
SILENT_S = 120.0
"""Seconds without a sign of life after which nobody is taken to start queued runs; the daemon gives one every 30 s."""


@dataclass(frozen=True)
class QueuePlace:
    """How many runs will be started before this one; `served` says whether a daemon starts any."""

    before: int
    served: bool

    def __str__(self) -> str:
        first = f"{self.before} before it" if self.before else "next"
        nobody = "" if self.served else "; no Dagster daemon is running, start one with `bulkvid ui`"
        return f"waiting in Dagster's queue, {first}{nobody}"


def queue_place(instance: DagsterInstance, run_id: str) -> QueuePlace | None:
    """The run's place in the queue; None where it is not in it (any more)."""
    queued = instance.get_run_records(RunsFilter(statuses=[DagsterRunStatus.QUEUED]))
    order = [record.dagster_run.run_id for record in sorted(queued, key=_turn)]
    if run_id not in order:
        return None
    heartbeat = instance.get_daemon_heartbeats().get(QUEUE_DAEMON)
    served = heartbeat is not None and time.time() - heartbeat.timestamp < SILENT_S
    return QueuePlace(order.index(run_id), served)


def _turn(record: RunRecord) -> tuple[int, int]:
    """The daemon starts the highest priority first, and of those the oldest; it takes what is no number for 0."""
    try:
        priority = int(record.dagster_run.tags.get(tags.QUEUE_PRIORITY, "0"))
    except ValueError:
        priority = 0
    return -priority, record.storage_id
