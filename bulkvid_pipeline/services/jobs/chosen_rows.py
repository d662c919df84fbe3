"""Which job a row belongs to, when somebody asks for the row alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from dagster import DagsterInstance, DagsterRun, RunsFilter

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import JobNotFoundError
from bulkvid_pipeline.core.jobs import Scope
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.jobs.jobs import generation_tags, id_of
from bulkvid_pipeline.services.jobs.run_config import spec_of_run
from bulkvid_pipeline.services.jobs.run_state import tell_tags


@dataclass(frozen=True)
class ChosenRows:
    """Chosen rows of one sheet, with the spec of the latest job over it, and the class that makes its rows, if any."""

    spec: BulkJobSpec
    row_keys: frozenset[str]
    generation_class: str = ""


def chosen_rows(instance: DagsterInstance, partition_keys: Iterable[str]) -> Iterator[ChosenRows]:
    """The chosen rows of each sheet.

    Raises:
        JobNotFoundError: no job over one of the sheets is known any more.
    """
    by_sheet: defaultdict[str, set[str]] = defaultdict(set)
    for key in partition_keys:
        label, row_key = tags.split_partition_key(key)
        by_sheet[label].add(row_key)
    for label, row_keys in by_sheet.items():
        run = _latest_run(instance, label)
        yield ChosenRows(spec_of_run(run), frozenset(row_keys), run.tags.get(tags.GENERATION, ""))


def join_job_of_rows(instance: DagsterInstance, run_id: str, partition_keys: Iterable[str]) -> None:
    """Let a run over chosen rows belong to the latest job over their sheet; over several sheets it is its own job.

    Raises:
        JobNotFoundError: no job over the sheet is known any more.
    """
    labels = {tags.split_partition_key(key)[0] for key in partition_keys}
    if len(labels) == 1:
        latest = _latest_run(instance, labels.pop())
        told = {tags.JOB_ID: id_of(latest), tags.SCOPE: Scope.ROWS}
        tell_tags(instance, run_id, told | generation_tags(latest))


def latest_spec(instance: DagsterInstance, sheet_label: str) -> BulkJobSpec:
    """The spec of the newest job over a sheet."""
    return spec_of_run(_latest_run(instance, sheet_label))


def _latest_run(instance: DagsterInstance, sheet_label: str) -> DagsterRun:
    runs = instance.get_runs(RunsFilter(job_name=tags.JOB, tags={tags.SHEET: sheet_label}), limit=1)
    if not runs:
        raise JobNotFoundError(
            f"No job over the sheet '{sheet_label}' is known", fix="Run the job bulk_videos over the sheet once"
        )
    return runs[0]
