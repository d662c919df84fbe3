"""What runs of the job have in common for Dagster: each row's end as an event, errors in words, a watched process.

Dagster reads the annotations of assets and ops when they are defined; nothing here is one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import dagster as dg

from bulkvid_pipeline.adapters.dagster.metadata import RawMetadataValue
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.defs import events
from bulkvid_pipeline.defs.finished_rows import FinishedRows
from bulkvid_pipeline.services.batch.batch_run import BatchRun
from bulkvid_pipeline.services.batch.cancel_watch import stopping_when_cancelled
from bulkvid_pipeline.services.batch.job_means import JobMeans, means_of
from bulkvid_pipeline.services.batch.row_turn import RowRetried
from bulkvid_pipeline.services.diagnostics.recording import recording
from bulkvid_pipeline.services.jobs.jobs import id_of
from bulkvid_pipeline.services.liveness.heartbeat import at_work
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.webhooks.callbacks import sending

Context = dg.AssetExecutionContext | dg.OpExecutionContext


def spec_of_run(context: Context) -> BulkJobSpec:
    spec: BulkJobSpec = getattr(context.resources, tags.SPEC_RESOURCE)
    return spec


def means_of_run(context: Context) -> JobMeans:
    return means_of(id_of(context.run))


def job_id_of(context: Context) -> str:
    """The job that the run belongs to: its own id where nothing says so. Rows that were chosen by hand have joined one
    meanwhile."""
    run = context.instance.get_run_by_id(context.run.run_id)
    return id_of(run) if run else context.run.run_id


@contextmanager
def job_at_work(context: Context, spec: BulkJobSpec) -> Iterator[Stopping]:
    """A step of the job: its process can be missed, its end is told to the callback, its errors are in words.

    The block gets what is stopped when the job is cancelled.
    """
    instance, run_id, means = context.instance, context.run.run_id, means_of_run(context)
    with (
        failures_in_words(),
        recording(instance, means.settings, job_id=job_id_of(context)),
        stopping_when_cancelled(instance, run_id, means.stopping) as stopping,
        sending(instance, spec, means.settings, stopping),
        at_work(instance, run_id, stopping),
    ):
        yield stopping


def row_events(
    context: Context,
    run: BatchRun,
    *,
    planned: bool,
    on_work: Callable[[str], object] = lambda _: None,
    on_recorded: Callable[[RowOutcome], object] | None = None,
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
    """Render, tell Dagster of each row as it ends, and fail the run at its end if any row failed.

    `on_work` is told the partition of each row that was not found finished. `on_recorded` is called once a row's end is
    in the database; without it, rows that were found finished are told many at a time.
    """

    def tell_retried(retried: RowRetried) -> None:
        key = tags.partition_key(run.sheet.label, retried.plan.row_key)
        context.log_event(events.observation_of_retry(retried, key))

    finished = FinishedRows(context)
    run.on_retried, run.on_pause = tell_retried, finished.tell
    with failures_in_words():
        for outcome in run.outcomes():
            key = tags.partition_key(run.sheet.label, outcome.plan.row_key)
            if outcome.rendered or outcome.failure is not None:
                on_work(key)
            if outcome.state is ItemState.COMPLETED:
                if outcome.rendered or planned or on_recorded:
                    yield events.materialisation(outcome, key)
                else:
                    finished.add(events.materialisation(outcome, key))
            elif outcome.failure is not None:
                events.report_failed_row(context, outcome, key, planned=planned)
                yield events.observation_of_failure(outcome, key)
            if on_recorded:
                on_recorded(outcome)
            run.means.on_outcome(outcome)
        finished.tell()
    failed = run.count(ItemState.FAILED)
    if failed:
        others = "; the others are finished and kept" if run.count(ItemState.COMPLETED) else ""
        raise dg.Failure(
            f"{failed} of {len(run.ended)} rows failed{others}. "
            "Materialise the failed partitions of the asset video, or run the job again, to retry them.",
            metadata=totals(run),
            allow_retries=False,
        )
    if run.state in {JobState.PAUSED, JobState.CANCELED}:
        raise dg.Failure(f"The job was {run.state}. Run it again to go on with what is left.", allow_retries=False)


def totals(run: BatchRun) -> dict[str, RawMetadataValue]:
    return {
        "state": run.state.value,
        "completed": run.count(ItemState.COMPLETED),
        "rendered_now": sum(outcome.rendered for outcome in run.ended),
        "failed": run.count(ItemState.FAILED),
        "rejected": len(run.sheet.report.rejected),
        "cost": round(run.spent.cost, 6),
        "report": events.place(run.report_url) if run.report_url else "none",
    }


@contextmanager
def failures_in_words() -> Iterator[None]:
    """Our own errors end a run with their message and fix instead of a stack trace."""
    try:
        yield
    except BulkVideoError as error:
        raise failure(error) from error


def failure(error: BulkVideoError, report: dg.MetadataValue | None = None) -> dg.Failure:
    metadata: dict[str, RawMetadataValue] = {"code": error.code, "fix": error.fix}
    if report is not None:
        metadata["report"] = report
    return dg.Failure(str(error), metadata=metadata, allow_retries=False)
