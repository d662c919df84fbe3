"""The rows that Dagster's web UI shows: a bounded number of partitions, those that were worked on last.

What is known of a row stands in storage and in the events of runs. Its partition only lets people see it in Dagster's
web UI and materialise it again there; Dagster slows down with their number (see `benchmarks/partitions.py`), so the
oldest ones go as new ones come.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from dagster import DagsterInstance, DagsterRun, DagsterRunStatus, RunsFilter

from bulkvid_pipeline.adapters.dagster.run_history import RunHistory
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.pruning import partitions_to_forget

_log = logging.getLogger(__name__)

AT_ONCE = 500
"""Keys that one statement adds."""
SHOW_EVERY = 100
"""Rows without a partition that are worked on before they get theirs together."""
WITHIN_S = 10.0
"""What forgetting may take after a job; the next one goes on with what is left."""

_UNFINISHED = [
    DagsterRunStatus.QUEUED,
    DagsterRunStatus.NOT_STARTED,
    DagsterRunStatus.STARTING,
    DagsterRunStatus.STARTED,
    DagsterRunStatus.CANCELING,
]
_CHOSEN = ("dagster/partition", "dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
"""Tags of a run over rows that were chosen in the web UI."""


@contextmanager
def shown_rows(instance: DagsterInstance, run_id: str, keys: Sequence[str], most: int) -> Iterator[ShownRows]:
    """Show the rows of a run while it works on them, and afterwards as many of all rows as may be shown.

    Of more than `most` rows the first ones are shown, and in their place those that are worked on after them. A block
    that is interrupted leaves the forgetting to the next job.
    """
    shown = ShownRows(instance, run_id, most)
    shown.add(keys[:most])
    try:
        yield shown
    except Exception:
        shown.settle()
        raise
    shown.settle()


@dataclass
class ShownRows:
    """The partitions of rows as one run sees them."""

    instance: DagsterInstance
    run_id: str
    most: int
    _known: set[str] = field(init=False)
    _waiting: list[str] = field(default_factory=list)
    _added: int = 0
    """Since the oldest were forgotten."""

    def __post_init__(self) -> None:
        self._known = set(self.instance.get_dynamic_partitions(tags.ROW_PARTITIONS))

    def worked_on(self, key: str) -> None:
        """The row was made, or has failed: it is shown, be it a little later."""
        if key not in self._known:
            self._waiting.append(key)
        if len(self._waiting) >= SHOW_EVERY:
            self._show_waiting()

    def add(self, keys: Sequence[str]) -> None:
        """Add those of the partitions that there are not yet."""
        new = [key for key in keys if key not in self._known]
        for start in range(0, len(new), AT_ONCE):
            self.instance.add_dynamic_partitions(tags.ROW_PARTITIONS, new[start : start + AT_ONCE])
        self._known.update(new)
        self._added += len(new)

    def settle(self) -> None:
        """Show the rows that still wait, and forget the oldest."""
        self._show_waiting()
        forget_oldest(self.instance, self.most, self.run_id)

    def _show_waiting(self) -> None:
        self.add(self._waiting)
        self._waiting = []
        if self._added >= 2 * self.most:
            forget_oldest(self.instance, self.most, self.run_id)
            self._added = 0


def forget_oldest(instance: DagsterInstance, most: int, run_id: str, within_s: float = WITHIN_S) -> int:
    """Forget the oldest partitions over `most`, as asked for by run `run_id`; returns how many went.

    Those of sheets that other runs are at work on, or wait for, stay. What goes wrong here is logged: no job fails of
    it, and the next one tries again.
    """
    try:
        keys = instance.get_dynamic_partitions(tags.ROW_PARTITIONS)
        if len(keys) <= most:
            return 0
        over = partitions_to_forget(keys, most, _busy_sheets(instance, run_id))
        return RunHistory(instance).forget_partitions(tags.ROW_PARTITIONS, over, within_s)
    except BulkVideoError as error:
        _log.warning("Old partitions of rows are left to the next job: %s", error)
        return 0


def _busy_sheets(instance: DagsterInstance, but: str) -> set[str]:
    runs = instance.get_runs(RunsFilter(statuses=_UNFINISHED))
    return {label for run in runs if run.run_id != but for label in _sheets_of(run)}


def _sheets_of(run: DagsterRun) -> Iterator[str]:
    """Labels of the sheets that the run is at work on, or will be."""
    yield run.tags.get(tags.SHEET, "")
    for name in _CHOSEN:
        yield tags.split_partition_key(run.tags.get(name, ""))[0]
