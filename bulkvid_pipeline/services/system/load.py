"""How busy the installation is: what renders, and what waits."""

from __future__ import annotations

from dagster import DagsterInstance, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.run_slots import POOL
from bulkvid_pipeline.adapters.dagster.slot_pool import SlotPool
from bulkvid_pipeline.core.service_wire import Slots, Workers
from bulkvid_pipeline.settings import Settings


def queue_depth(instance: DagsterInstance) -> int:
    """The number of runs that wait in Dagster's queue."""
    return instance.get_runs_count(RunsFilter(statuses=[DagsterRunStatus.QUEUED]))


def slots_of(instance: DagsterInstance, settings: Settings) -> Slots:
    """The render slots; before the first job of the instance, those that it will make.

    Raises:
        ServiceUnavailableError: the instance's storage keeps no concurrency pools.
    """
    line = SlotPool(instance, POOL).look()
    used = sum(claim.held for claim in line.claims)
    return Slots(used=used, total=used + line.free or settings.render_slots)


def workers_of(slots: Slots) -> Workers:
    """The slots as workers: each is a place at which a row is rendered."""
    return Workers(active=slots.total, busy=slots.used, idle=slots.total - slots.used)
