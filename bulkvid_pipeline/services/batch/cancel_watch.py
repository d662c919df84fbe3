"""Noticing within half a second that a run is cancelled, whatever its threads are waiting for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.services.batch.run_control import is_cancelled
from bulkvid_pipeline.services.periodic import Periodic

LOOK_EVERY_S = 0.5


@contextmanager
def stopping_when_cancelled(
    instance: DagsterInstance, run_id: str, stopping: Stopping | None = None
) -> Iterator[Stopping]:
    """What is stopped once the run is cancelled, by whichever door; for all that the block waits for."""
    stopping = stopping or Stopping()

    def look() -> None:
        run = instance.get_run_by_id(run_id)
        if run is None or is_cancelled(run):
            stopping.stop()

    with Periodic(look, LOOK_EVERY_S, "cancel-watch"):
        yield stopping
