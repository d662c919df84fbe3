"""What a run's tags say about that run alone: its state, its progress, what is wanted of it.

A run that is executed again from the web UI starts with the tags of the run before it, an old pause included. `OWNER`
names the run that such tags were written for; what was written for another one does not count.
"""

from __future__ import annotations

from collections.abc import Mapping

from dagster import DagsterInstance, DagsterRun

from bulkvid_pipeline.adapters.dagster.run_tags import PARENT_RUN_ID_TAG, change_tags
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobState

_ENDS = {JobState.COMPLETED, JobState.PAUSED, JobState.CANCELED, JobState.FAILED}
_UNTOLD = {tags.STATE: "", tags.INTENT: "", tags.PROCESS: "", tags.PROGRESS: "{}", tags.REPORT: "none"}


def own_tags(run: DagsterRun) -> Mapping[str, str]:
    """The run's tags without those that say something about another run."""
    if _are_own(run.tags, run.run_id):
        return run.tags
    return {name: value for name, value in run.tags.items() if name not in _UNTOLD}


def ended_as(run: DagsterRun) -> JobState | None:
    """How the run's worker said that it ended; None where it has not said so."""
    told = own_tags(run).get(tags.STATE)
    return JobState(told) if told in _ENDS else None


def tell_tags(instance: DagsterInstance, run_id: str, values: Mapping[str, str]) -> None:
    """Put tags on the run, and take from it what it has inherited.

    Raises:
        NotFoundError: there is no such run.
        ServiceUnavailableError: the instance's storage keeps no tags that can be changed.
    """
    # Dagster stores plain strings alone, not the enums that are strings too.
    plain = {name: str(value) for name, value in values.items()}

    def change(before: Mapping[str, str]) -> Mapping[str, str]:
        untold = {} if _are_own(before, run_id) else _UNTOLD
        return {**untold, **plain, tags.OWNER: run_id}

    change_tags(instance, run_id, change)


def _are_own(found: Mapping[str, str], run_id: str) -> bool:
    owner = found.get(tags.OWNER)
    return owner == run_id or (owner is None and PARENT_RUN_ID_TAG not in found)
