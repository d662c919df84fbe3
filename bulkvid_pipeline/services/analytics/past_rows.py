"""What past rows of this installation took, as its newest runs have kept it, and the paces that follow from it."""

from __future__ import annotations

import json
import logging

from dagster import DagsterInstance, DagsterRun, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.paces import ENOUGH_ROWS, MOST_RUNS, Paces, Took, added_up
from bulkvid_pipeline.services.jobs.run_state import own_tags
from bulkvid_pipeline.settings import Settings

_log = logging.getLogger(__name__)


def paces_of(instance: DagsterInstance, settings: Settings) -> Paces:
    """The paces of rows to come, by what rows of all projects took: they tell of the machine and the voices, and of no
    content. The built-in ones before any row was rendered."""
    found: list[Took] = []
    for record in instance.get_run_records(RunsFilter(job_name=tags.JOB), limit=MOST_RUNS):
        if sum(took.rows for took in found) >= ENOUGH_ROWS:
            break
        took = took_of(record.dagster_run)
        if took is not None and took.rows:
            found.append(took)
    return Paces(added_up(found), settings.speech_provider)


def took_of(run: DagsterRun) -> Took | None:
    """What the run's rows took; None if it has not told, or not in a form that can be understood."""
    told = own_tags(run).get(tags.TOOK)
    if not told:
        return None
    try:
        return Took.of_json(json.loads(told))
    except (ValueError, TypeError, KeyError):
        # Anybody can write tags with Dagster's tools, and an estimate can do without a run.
        _log.warning("What rows of run %s took cannot be read", run.run_id)
        return None
