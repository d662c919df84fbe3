"""Whether a job's rows are spread over several runs, and how they are left to them."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.estimates import estimate_job, machines_for
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.services.analytics.past_rows import paces_of
from bulkvid_pipeline.services.batch.batch_run import BatchRun
from bulkvid_pipeline.services.jobs.run_state import OPEN, tell_tags
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.plans.spreading import most_machines
from bulkvid_pipeline.services.shards.plan_document import PlanDocument, write_plan

_log = logging.getLogger(__name__)


def spread_rows(run: BatchRun, store: OutputStore, left: Sequence[VideoPlan]) -> bool:
    """Leave the rows to as many runs as are worth it; False, and nothing done, where that is the planning run alone.

    Only a run that Dagster's queue has launched can have others beside it, and only the engine's rows can be made
    elsewhere.

    Raises:
        BulkVideoError: storage or the database refused.
    """
    most = most_machines(run.spec, run.settings)
    if most < 2 or run.canary is not None or run.generation_class or not _is_launched(run):
        return False
    work_s = _work_s(run, left)
    machines = machines_for(work_s, most=most, workers=run.settings.workers, worth_s=run.settings.machine_worth_s)
    machines = min(machines, len(left))
    if machines < 2:
        return False
    document = PlanDocument(run.sheet, tuple(plan.row_key for plan in left))
    write_plan(store, run.run_id, document)
    RowClaims(run.instance, run.run_id).open(len(left))
    told = {tags.SHARDS: str(machines), tags.OPEN: OPEN, tags.CODE: code_version()}
    tell_tags(run.instance, run.run_id, told)
    _log.info("%d rows, about %.0f s of work, are left to %d runs", len(left), work_s, machines)
    return True


def _is_launched(run: BatchRun) -> bool:
    found = run.instance.get_run_by_id(run.run_id)
    return found is not None and found.remote_job_origin is not None


def _work_s(run: BatchRun, left: Iterable[VideoPlan]) -> float:
    lengths: Mapping[int, float] = run.sheet.seconds
    known = [(plan, lengths.get(plan.sheet_row, 0.0)) for plan in left]
    return estimate_job(known, workers=run.settings.workers, paces=paces_of(run.instance, run.settings)).work_s
