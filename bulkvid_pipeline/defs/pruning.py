"""Housekeeping as a Dagster job, once a day.

Dagster reads the annotations of ops when they are defined, so this file does not defer them.
"""

from collections.abc import Iterator
from datetime import timedelta

import dagster as dg
from pydantic import Field, PositiveInt

from bulkvid_pipeline.adapters.dagster.metadata import RawMetadataValue
from bulkvid_pipeline.core.findings import table_row
from bulkvid_pipeline.services.retention.past_runs import PRUNE_JOB
from bulkvid_pipeline.services.retention.pruning import PruneReport, prune
from bulkvid_pipeline.settings import settings


class PruneConfig(dg.Config):
    """What to remove."""

    older_than_days: PositiveInt | None = Field(None, description="Days; BULKVID_RETENTION_DAYS if empty")
    dry_run: bool = Field(False, description="Only count what would be removed")


@dg.op(out=dg.Out(dagster_type=dg.Nothing))
def remove_the_past(context: dg.OpExecutionContext, config: PruneConfig) -> Iterator[dg.Output[None]]:
    """Remove old logs of finished jobs, rows that no sheet has, what dead uploads left; videos stay."""
    older_than = timedelta(days=config.older_than_days) if config.older_than_days else None
    report = prune(context.instance, settings(), older_than=older_than, dry_run=config.dry_run)
    yield dg.Output(None, metadata=_metadata(report))
    if report.faults:
        raise dg.Failure(
            f"Not all could be pruned: {'; '.join(report.faults)}", metadata=_metadata(report), allow_retries=False
        )


@dg.job(
    name=PRUNE_JOB,
    description="Removes what is older than BULKVID_RETENTION_DAYS: logs, vanished rows, temporary files. Videos stay.",
    executor_def=dg.in_process_executor,
    tags={"dagster/max_retries": "0"},
)
def prune_job() -> None:
    remove_the_past()


prune_schedule = dg.ScheduleDefinition(
    name="prune_schedule",
    job=prune_job,
    cron_schedule="30 3 * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Once a day, at a quiet hour",
)


def _metadata(report: PruneReport) -> dict[str, RawMetadataValue]:
    lines = [table_row(["what", "removed", "bytes"]), "|---|---|---|"]
    lines += [table_row([part.part, str(part.count), str(part.bytes)]) for part in report.parts]
    counts = {f"{part.part}_{name}": value for part in report.parts for name, value in _figures(part.count, part.bytes)}
    return {
        "removed": dg.MetadataValue.md("\n".join(lines)),
        **counts,
        "bytes": report.bytes,
        "dry_run": report.dry_run,
        "faults": "; ".join(report.faults) or "none",
    }


def _figures(count: int, size: int) -> tuple[tuple[str, int], tuple[str, int]]:
    return ("count", count), ("bytes", size)
