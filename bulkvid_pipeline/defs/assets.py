"""The assets: a sheet's rows, the ideas that passed validation, and the videos.

`video` has one partition for each row. `video_batch` makes all rows of a job in one run and reports each of them as a
materialisation of `video`; materialising chosen partitions of `video` runs the same row loop over those rows.

Dagster reads the annotations of assets when they are defined, so this file does not defer them.
"""

from collections.abc import Iterator
from functools import partial

import dagster as dg
from pydantic import Field

from bulkvid_pipeline.adapters.dagster.metadata import RawMetadataValue
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.defs import events
from bulkvid_pipeline.defs.partitions import video_rows
from bulkvid_pipeline.defs.row_events import (
    failure,
    failures_in_words,
    job_at_work,
    job_id_of,
    means_of_run,
    row_events,
    spec_of_run,
    totals,
)
from bulkvid_pipeline.services.batch.batch_run import BatchRun
from bulkvid_pipeline.services.batch.cancel_watch import stopping_when_cancelled
from bulkvid_pipeline.services.diagnostics.recording import recording
from bulkvid_pipeline.services.jobs.chosen_rows import chosen_rows, join_job_of_rows
from bulkvid_pipeline.services.jobs.follow import PLANNED
from bulkvid_pipeline.services.liveness.heartbeat import at_work
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.retention.row_partitions import shown_rows
from bulkvid_pipeline.services.shards.planning import spread_rows
from bulkvid_pipeline.services.sheets.loading import LoadedSheet, load_sheet
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.services.webhooks.callbacks import check_callback, sending
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.services.write_back.writer import check_write_back

SHEET_CHECK = "sheet_is_valid"


@dg.asset(group_name="bulk_videos", kinds={"pandas"}, required_resource_keys={tags.SPEC_RESOURCE})
def sheet_rows(context: dg.AssetExecutionContext) -> dg.MaterializeResult[LoadedSheet]:
    """The sheet as it stands: a frame of strings, read once."""
    spec = spec_of_run(context)
    settings = means_of_run(context).settings
    with failures_in_words(), recording(context.instance, settings, job_id=job_id_of(context)):
        check_callback(spec, settings)
        check_write_back(spec, settings)
    with job_at_work(context, spec) as stopping:
        sheet = _read_sheet(context, spec, stopping)
    return dg.MaterializeResult(
        value=sheet,
        metadata={
            "sheet": sheet.name,
            "source": sheet.uri,
            "rows": len(sheet.table.frame),
            "preview": dg.MetadataValue.md(events.sheet_preview(sheet.table)),
        },
    )


@dg.asset(
    group_name="bulk_videos",
    kinds={"pandera"},
    required_resource_keys={tags.SPEC_RESOURCE},
    check_specs=[dg.AssetCheckSpec(SHEET_CHECK, asset="video_ideas", description="Every cell of the sheet is usable")],
)
def video_ideas(
    context: dg.AssetExecutionContext, sheet_rows: LoadedSheet
) -> Iterator[dg.AssetCheckResult | dg.Output[ValidatedSheet]]:
    """The rows that may be rendered, judged at the job's validation level."""
    spec = spec_of_run(context)
    with job_at_work(context, spec) as stopping:
        settings = means_of_run(context).settings
        judged = stopping.run(lambda: validate_for_spec(sheet_rows, spec, settings))
        yield events.report_check(judged.report, SHEET_CHECK, "video_ideas")
        if judged.report.stops_job:
            raise failure(judged.refusal(), dg.MetadataValue.md(judged.report.as_markdown()))
    about: dict[str, RawMetadataValue] = {"rows": len(judged.plans), "level": judged.report.level}
    yield dg.Output(judged, metadata={**about, PLANNED: events.planned_rows(judged.plans)})


class BatchConfig(dg.Config):
    """Choices of a single run of a job."""

    only: list[str] = Field([], description="Keys of the rows to render; all rows of the sheet if empty")
    canary: list[str] = Field([], description="Keys of rows to render first: the job is paused after them")


@dg.asset(group_name="bulk_videos", kinds={"python"}, required_resource_keys={tags.SPEC_RESOURCE})
def video_batch(
    context: dg.AssetExecutionContext, config: BatchConfig, video_ideas: ValidatedSheet
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation | dg.Output[None]]:
    """All videos of a job. Rows are materialised one by one as partitions of `video`; done rows are skipped."""
    spec = spec_of_run(context)
    with job_at_work(context, spec) as stopping:
        close_orphans(context.instance)
        run = BatchRun(
            spec,
            video_ideas,
            means_of_run(context),
            context.instance,
            context.run.run_id,
            only=frozenset(config.only) or None,
            canary=frozenset(config.canary) or None,
            stopping=stopping,
            spread=spread_rows,
        )
        keys = [tags.partition_key(video_ideas.label, key) for key in run.row_keys]
        with shown_rows(context.instance, context.run.run_id, keys, run.settings.row_partitions) as shown:
            yield from row_events(context, run, planned=False, on_work=shown.worked_on)
    yield dg.Output(None, metadata=totals(run))


class VideoConfig(dg.Config):
    """Choices when rows are materialised by hand."""

    force: bool = Field(False, description="Render again what is finished already")


@dg.asset(
    group_name="bulk_videos",
    kinds={"python"},
    partitions_def=video_rows,
    backfill_policy=dg.BackfillPolicy.single_run(),
    output_required=False,
    deps=[video_ideas],
)
def video(
    context: dg.AssetExecutionContext, config: VideoConfig
) -> Iterator[dg.AssetMaterialization | dg.AssetObservation]:
    """The videos of chosen rows, made as the latest job over their sheet made them."""
    instance, run_id = context.instance, context.run.run_id
    with failures_in_words():
        join_job_of_rows(instance, run_id, context.partition_keys)
    means = means_of_run(context)
    with (
        failures_in_words(),
        recording(instance, means.settings, job_id=job_id_of(context)),
        stopping_when_cancelled(instance, run_id, means.stopping) as stopping,
        at_work(instance, run_id, stopping),
    ):
        for chosen in chosen_rows(context.instance, context.partition_keys):
            spec = chosen.spec
            sheet = _read_sheet(context, spec, stopping)
            judged = stopping.run(partial(validate_for_spec, sheet, spec, means.settings))
            run = BatchRun(
                spec,
                judged,
                means,
                instance,
                run_id,
                only=chosen.row_keys,
                force=config.force,
                stopping=stopping,
                generation_class=chosen.generation_class,
            )
            with sending(instance, spec, means.settings, stopping):
                yield from row_events(context, run, planned=True)


def _read_sheet(context: dg.AssetExecutionContext, spec: BulkJobSpec, stopping: Stopping) -> LoadedSheet:
    """The job's sheet, once it is the job's turn to ask for it."""
    means = means_of_run(context)
    turn = partial(wait_for_sheet_read, context.instance, spec, means.settings, sleep=stopping.sleep)
    stopping.run(turn)
    return stopping.run(lambda: load_sheet(spec.input_source, means.settings, spec.project_id, retry=means.retry))
