"""Runs as pruning sees them: whose they are, whether they are over, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from dagster import AssetKey, DagsterInstance, DagsterRun, RunRecord

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.jobs import JobRun, Scope, items_of_job, state_of_job, told_runs
from bulkvid_pipeline.core.pruning import PastRun
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.spread import as_one
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import id_of
from bulkvid_pipeline.services.jobs.run_state import run_of
from bulkvid_pipeline.services.sheets.loading import sheet_label

PAGE = 500
PRUNE_JOB = "prune_job"

_OUR_JOBS = {tags.JOB, PRUNE_JOB}
_OUR_ASSETS = {AssetKey(name) for name in ("sheet_rows", "video_ideas", tags.BATCH_ASSET, tags.VIDEO_ASSET)}


@dataclass(frozen=True)
class KnownRun:
    """A run of ours with what its config says."""

    past: PastRun
    spec: BulkJobSpec | None
    """None where the run has none, or one that is not valid any more."""
    succeeded: bool
    record: RunRecord


def known_runs(instance: DagsterInstance) -> list[KnownRun]:
    """All runs of ours, newest first; runs of other code locations on the instance are ignored."""
    records = [record for record in _records(instance) if _is_ours(record.dagster_run)]
    by_job: dict[str, list[JobRun]] = {}
    for record in records:
        by_job.setdefault(id_of(record.dagster_run), []).append(run_of(record))
    living = {job_id for job_id, runs in by_job.items() if _goes_on(runs)}
    return [_known(record, living) for record in records]


def _records(instance: DagsterInstance) -> Iterator[RunRecord]:
    cursor: str | None = None
    while True:
        records: Sequence[RunRecord] = instance.get_run_records(limit=PAGE, cursor=cursor)
        yield from records
        if len(records) < PAGE:
            return
        cursor = records[-1].dagster_run.run_id


def _is_ours(run: DagsterRun) -> bool:
    chosen = run.asset_selection
    return run.job_name in _OUR_JOBS or tags.JOB_ID in run.tags or bool(chosen and chosen <= _OUR_ASSETS)


def _goes_on(runs: Sequence[JobRun]) -> bool:
    """Whether the job has not ended: a paused one has not, though its runs have."""
    # In numbers alone a job may look paused that chosen rows have finished since: what is in doubt stays.
    passes = as_one(runs)
    if any(run.is_live for run in (*passes, *runs)):
        return True
    return state_of_job(passes, items_of_job(told_runs(passes))) is JobState.PAUSED


def _known(record: RunRecord, living: set[str]) -> KnownRun:
    run, told = record.dagster_run, run_of(record)
    spec, items = _spec(run), items_of_job([told])
    label = run.tags.get(tags.SHEET) or (sheet_label(spec.input_source) if spec else "")
    past = PastRun(
        run_id=run.run_id,
        job_id=id_of(run),
        sheet=label,
        whole_sheet=told.scope is Scope.WHOLE and run.job_name == tags.JOB,
        over=run.is_finished and id_of(run) not in living,
        complete=items["total"] > 0 and not items["pending"] and not items["cancelled"],
        started_at=told.started_at or told.created_at,
        ended_at=told.ended_at or record.update_timestamp.timestamp(),
        thinned=told.thinned,
        planned_by=told.planned_by,
    )
    return KnownRun(past, spec, run.is_success, record)


def _spec(run: DagsterRun) -> BulkJobSpec | None:
    config: Any = run.run_config
    given = config.get("resources", {}).get(tags.SPEC_RESOURCE, {}).get("config")
    if given is None:
        return None
    try:
        return BulkJobSpec.parse(given)
    except BulkVideoError:
        return None
