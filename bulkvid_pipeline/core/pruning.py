"""Which old runs and rows may be deleted: pure decisions over what is known of them.

Times are seconds since 1970. In doubt, everything is kept.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import islice

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.tags import split_partition_key

_AGE = re.compile(r"\s*(\d{1,5})\s*([hdw])\s*", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}


def parse_age(text: str) -> timedelta:
    """The duration that a text such as `30d`, `12h` or `2w` names.

    Raises:
        InvalidRequestError: the text is something else.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise InvalidRequestError(f"'{text[:40]}' is not a valid age", fix="Write it as 30d, 12h or 2w")
    return timedelta(hours=int(match[1]) * _HOURS[match[2].lower()])


@dataclass(frozen=True)
class PastRun:
    """The facts about a run that pruning needs."""

    run_id: str
    job_id: str
    """The id of its bulk job, or the run's own id if it belongs to no job."""
    sheet: str
    """Label of the run's sheet; empty if the run ended before it read the sheet."""
    whole_sheet: bool
    """Whether the run was for all rows of the sheet, not for chosen ones."""
    over: bool
    """Whether the run and its job have ended; a paused job has not."""
    complete: bool
    """Whether every row of the sheet reached a final state in this run."""
    started_at: float
    ended_at: float
    thinned: bool = False
    """Whether an earlier pruning has already removed all events that may be removed."""
    planned_by: str = ""
    """The run that has planned its rows, and speaks for it; empty for a run that stands for itself."""


@dataclass(frozen=True)
class RowTrace:
    """When a run last recorded an event of a row, and when a sensor last found the row missing from its sheet."""

    heard_at: float
    missed_at: float | None = None


@dataclass(frozen=True)
class RunsToPrune:
    """Runs to delete with all their events, and runs to keep with only their most important events."""

    delete: tuple[PastRun, ...]
    thin: tuple[PastRun, ...]


def runs_to_prune(
    runs: Iterable[PastRun], *, holding: Collection[str], sheets: Collection[str], before: float
) -> RunsToPrune:
    """The runs to prune: those of jobs whose runs all ended before the given time.

    A run that has planned rows for others stays as long as one of these does: they are nothing without it.

    Args:
        runs: all runs there are.
        holding: ids of runs that hold the newest event of some kind of a row or an asset.
        sheets: labels of sheets that have rows; the newest run over each is kept, since it says how to render its rows.
    """
    runs = list(runs)
    by_job: defaultdict[str, list[PastRun]] = defaultdict(list)
    for run in runs:
        by_job[run.job_id].append(run)
    old = [run for of_job in by_job.values() if _all_old(of_job, before) for run in of_job]
    newest = {run.run_id for run in newest_over_sheets(runs, sheets)}
    stays = newest | set(holding)
    stays |= {run.planned_by for run in runs if run.run_id in stays}
    return RunsToPrune(
        tuple(run for run in old if run.run_id not in stays),
        tuple(run for run in old if run.run_id in stays and not run.thinned),
    )


def newest_over_sheets(runs: Iterable[PastRun], sheets: Collection[str]) -> tuple[PastRun, ...]:
    """The newest run over all rows of each sheet."""
    newest: dict[str, PastRun] = {}
    for run in runs:
        known = newest.get(run.sheet)
        if run.whole_sheet and run.sheet in sheets and (known is None or run.started_at > known.started_at):
            newest[run.sheet] = run
    return tuple(newest.values())


def rows_to_prune(
    keys: Iterable[str],
    traces: Mapping[str, RowTrace],
    runs: Iterable[PastRun],
    *,
    before: float,
    busy: Collection[str] = (),
) -> tuple[str, ...]:
    """The partition keys of rows that have been in no sheet since `before`.

    Such a row was absent from its sheet, by the record of a sensor or of a complete run that ended before `before`, and
    has had no event since.

    Args:
        keys: all partition keys.
        traces: the known events of each row by key; a row without a trace is kept.
        runs: all runs there are.
        busy: labels of sheets with a run in progress; all their rows are kept.
    """
    read_at: dict[str, float] = {}
    for run in runs:
        if run.over and run.complete and run.whole_sheet and run.ended_at <= before:
            read_at[run.sheet] = max(read_at.get(run.sheet, 0.0), run.started_at)
    gone = []
    for key in keys:
        sheet, trace = split_partition_key(key)[0], traces.get(key)
        if trace is None or sheet in busy or trace.heard_at > before:
            continue
        if trace.heard_at < read_at.get(sheet, 0.0) or _missed(trace, before):
            gone.append(key)
    return tuple(gone)


def partitions_to_forget(keys: Sequence[str], most: int, busy: Collection[str]) -> tuple[str, ...]:
    """The oldest of the partition keys, as many as there are more than `most`; none of `busy` sheets.

    Nothing but the web UI needs the partition of a row: its videos and events stay, and the next run that works on the
    row adds the key again.

    Args:
        keys: all partition keys, oldest first.
        most: how many are to be left.
        busy: labels of sheets with a run in progress.
    """
    free = (key for key in keys if split_partition_key(key)[0] not in busy)
    return tuple(islice(free, max(0, len(keys) - most)))


def _missed(trace: RowTrace, before: float) -> bool:
    return trace.missed_at is not None and trace.heard_at < trace.missed_at <= before


def _all_old(runs: Iterable[PastRun], before: float) -> bool:
    return all(run.over and run.ended_at <= before for run in runs)
