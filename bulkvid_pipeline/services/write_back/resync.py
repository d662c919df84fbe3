"""Writes a job's results into its sheet again, from what is published and what its runs have told."""

from __future__ import annotations

import logging
from collections.abc import Iterator

from dagster import DagsterEventType, DagsterInstance

from bulkvid_pipeline.adapters.cache import open_cache
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.write_back import RowResult
from bulkvid_pipeline.services.jobs.jobs import Job, find_job, spec_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline.services.media.policy import media_policy
from bulkvid_pipeline.services.media.prefetch import with_known_media
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.outputs.published import PublishedRows
from bulkvid_pipeline.services.sheets.loading import load_sheet
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet, validate_for_spec
from bulkvid_pipeline.services.wiring.cache import cache_place
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.services.wiring.rendering import output_store
from bulkvid_pipeline.services.write_back.background import tell_run
from bulkvid_pipeline.services.write_back.writer import (
    Written,
    check_write_back,
    refused_results,
    result_of,
    write_results,
)
from bulkvid_pipeline.settings import Settings

PAGE = 1_000


def write_again(instance: DagsterInstance, job_id: str, settings: Settings) -> Written:
    """Tell a job's sheet what there is of its rows now, whether the job was to write back or not.

    A row that was changed since, and was not rendered again, is left as it is.

    Raises:
        JobNotFoundError: there is no such job.
        BulkVideoError: the sheet cannot be read, validated or written, or storage not be read.
    """
    job = find_job(instance, job_id)
    spec = spec_of(instance, job).model_copy(update={"write_back": True})
    check_write_back(spec, settings)
    wait_for_sheet_read(instance, spec, settings)
    validated = validate_for_spec(load_sheet(spec.input_source, settings, spec.project_id), spec, settings)
    run = instance.get_run_by_id(job.run_id)
    engine = run.tags.get(tags.ENGINE, "") if run else ""
    store = output_store(spec, settings, instance, validated.label, engine=engine)
    written = write_results(instance, spec, settings, results_now(instance, job, validated, store, settings))
    tell_run(instance, job.run_id, f"Write-back: {written}", logging.INFO)
    tell_tags(instance, job.run_id, {tags.WRITE_BACK: str(written)})
    return written


def results_now(
    instance: DagsterInstance, job: Job, sheet: ValidatedSheet, store: OutputStore, settings: Settings
) -> list[RowResult]:
    """What there is of the job's rows now: refused, published, or failed as its runs have told.

    Raises:
        BulkVideoError: storage cannot be read.
    """
    # What a row with media was made into is filed under their content.
    place = cache_place(settings)
    plans = with_known_media(sheet.plans, media_policy(settings), open_cache(place) if place else None)
    results = [*refused_results(sheet), *_finished(store, plans)]
    finished = {result.row_key for result in results}
    return results + [result for result in _failed(instance, job, sheet.label) if result.row_key not in finished]


def _finished(store: OutputStore, plans: tuple[VideoPlan, ...]) -> Iterator[RowResult]:
    """Results of the rows all of whose videos are published."""
    for outcome in PublishedRows.listed(store).outcomes(plans, []):
        result = result_of(outcome)
        if result is not None:
            yield result


def _failed(instance: DagsterInstance, job: Job, sheet_label: str) -> Iterator[RowResult]:
    """Why rows failed, as the job's runs have told; of each row the newest, whichever run it was in."""
    newest: dict[str, RowResult] = {}
    observations = [found for run in job.runs for found in _observations(instance, run.run_id)]
    for _at, partition, told in sorted(observations, key=lambda found: found[0]):
        label, row_key = tags.split_partition_key(partition)
        if label == sheet_label and "reason" in told:
            error = ". ".join(part for part in (told["reason"], told.get("fix", "")) if part)
            newest[row_key] = RowResult(row_key, told.get("title", row_key), told["state"], error=error)
    yield from newest.values()


def _observations(instance: DagsterInstance, run_id: str) -> Iterator[tuple[float, str, dict[str, str]]]:
    """When a run observed something of a partition, which one, and what."""
    cursor: str | None = None
    while True:
        page = instance.get_records_for_run(
            run_id, cursor=cursor, of_type=DagsterEventType.ASSET_OBSERVATION, limit=PAGE
        )
        for record in page.records:
            event = record.event_log_entry.dagster_event
            if event is not None and event.partition:
                metadata = event.asset_observation_data.asset_observation.metadata
                told = {name: str(getattr(value, "value", value)) for name, value in metadata.items()}
                yield record.event_log_entry.timestamp, event.partition, told
        if not page.has_more:
            return
        cursor = page.cursor
