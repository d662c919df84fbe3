"""Telling Dagster that a partition is planned in a run, after the run has begun."""

from __future__ import annotations

from dagster import AssetKey, DagsterEvent, DagsterInstance, DagsterRun
from dagster._core.events import AssetMaterializationPlannedData


def report_planned(instance: DagsterInstance, run: DagsterRun, step: str, asset: str, partition: str) -> None:
    """Say that the run's step means to materialise the partition: if it does not come, Dagster shows it as failed."""
    planned = AssetMaterializationPlannedData(AssetKey(asset), partition=partition)
    event = DagsterEvent.build_asset_materialization_planned_event(run.job_name, step, planned)
    instance.report_dagster_event(event, run.run_id)
