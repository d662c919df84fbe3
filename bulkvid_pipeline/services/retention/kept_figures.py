"""What jobs told of themselves is kept before pruning removes their runs, so that neither they nor analytics shrink."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping

from dagster import DagsterInstance, RunRecord

from bulkvid_pipeline.adapters.dagster.run_tags import change_tags
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.pruning import RunsToPrune
from bulkvid_pipeline.core.spread import as_one
from bulkvid_pipeline.services.analytics.figures import runs_as_one
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJobs
from bulkvid_pipeline.services.jobs.jobs import Job, job_of
from bulkvid_pipeline.services.jobs.run_state import past_as_tag
from bulkvid_pipeline.services.retention.past_runs import KnownRun

_log = logging.getLogger(__name__)


def keep_figures(instance: DagsterInstance, runs: Iterable[KnownRun], doomed: RunsToPrune) -> None:
    """Keep the figures of jobs that are about to lose runs or events: in a tag of the newest of their runs that stays,
    or in the instance's database where none does.

    Raises:
        ServiceUnavailableError: the database does not answer.
    """
    deleted = {run.run_id for run in doomed.delete}
    losing = {run.job_id for run in (*doomed.delete, *doomed.thin)}
    by_job: defaultdict[str, list[RunRecord]] = defaultdict(list)
    for run in runs:
        if run.past.job_id in losing and _is_bulk(run.record):
            by_job[run.past.job_id].append(run.record)
    gone: list[Job] = []
    for job_id, records in by_job.items():
        job = _job(instance, job_id, records)
        if job is None:
            continue
        staying = as_one(run for run in job.runs if run.run_id not in deleted)
        if not staying:
            gone.append(job)
        else:
            kept = {tags.PAST: past_as_tag(staying[-1].run_id, runs_as_one(job))}
            change_tags(instance, staying[-1].run_id, _always(kept))
    GoneJobs(instance).keep(gone)


def _always(kept: Mapping[str, str]) -> Callable[[Mapping[str, str]], Mapping[str, str]]:
    return lambda _before: kept


def _is_bulk(record: RunRecord) -> bool:
    run = record.dagster_run
    return run.job_name == tags.JOB or tags.JOB_ID in run.tags


def _job(instance: DagsterInstance, job_id: str, records: list[RunRecord]) -> Job | None:
    try:
        return job_of(instance, records)
    except (ValueError, TypeError, KeyError, AttributeError):
        # Anybody can write tags with Dagster's tools; what cannot be read must not keep all else from being pruned.
        _log.exception("The figures of job %s cannot be read and are not kept", job_id)
        return None
