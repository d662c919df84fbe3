"""What of the past may go: pure decisions over what is known of runs and rows.

Times are seconds since 1970. What a decision is in doubt about stays.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.tags import split_partition_key

MOST_ROWS = 90_000
"""Row partitions that are kept at most; Dagster's advice is to stay under 100,000 per asset."""

_AGE = re.compile(r"\s*(\d{1,5})\s*([hdw])\s*", re.IGNORECASE)
_HOURS = {"h": 1, "d": 24, "w": 168}


def parse_age(text: str) -> timedelta:
    """The time in `30d`, `12h` or `2w`.

    Raises:
        InvalidRequestError: the text is something else.
    """
    match = _AGE.fullmatch(text)
    if match is None:
        raise InvalidRequestError(f"'{text[:40]}' is no age", fix="Write it as 30d, 12h or 2w")
    return timedelta(hours=int(match[1]) * _HOURS[match[2].lower()])


@dataclass(frozen=True)
class PastRun:
    """A run, as far as pruning is concerned."""

    run_id: str
    job_id: str
    """Its bulk job's id, or its own where it belongs to none."""
    sheet: str
    """Label of the sheet that it was over; empty where it never came to that."""
    whole_sheet: bool
    """Whether it was over all rows of the sheet, not over chosen ones."""
    over: bool
    """Whether the run has ended, and its job with it: a paused job has not."""
    complete: bool
    """Whether each row of its sheet came to an end in it."""
    started_at: float
    ended_at: float
    thinned: bool = False
    """Whether an earlier pruning has left only what must stay of its events."""


@dataclass(frozen=True)
class RowTrace:
    """When runs last told anything of a row, and when a sensor last saw that its sheet has it no more."""

    heard_at: float
    missed_at: float | None = None


@dataclass(frozen=True)
class RunsToPrune:
    """Runs that may go with all their events, and runs that must stay but may lose most of theirs."""

    delete: tuple[PastRun, ...]
    thin: tuple[PastRun, ...]


def runs_to_prune(
    runs: Iterable[PastRun], *, holding: Collection[str], sheets: Collection[str], before: float
) -> RunsToPrune:
    """The runs that ended before then, with all other runs of their jobs.

    Args:
        runs: all runs there are.
        holding: ids of runs that hold the newest event of some kind of a row or an asset.
        sheets: labels of sheets that have rows: the newest run over each tells how its rows are made again.
    """
    runs = list(runs)
    by_job: defaultdict[str, list[PastRun]] = defaultdict(list)
    for run in runs:
        by_job[run.job_id].append(run)
    old = [run for of_job in by_job.values() if _all_old(of_job, before) for run in of_job]
    newest = {run.run_id for run in newest_over_sheets(runs, sheets)}
    stays = newest | set(holding)
    return RunsToPrune(
        tuple(run for run in old if run.run_id not in stays),
        tuple(run for run in old if run.run_id in stays and not run.thinned),
    )


def newest_over_sheets(runs: Iterable[PastRun], sheets: Collection[str]) -> tuple[PastRun, ...]:
    """The newest run over each of the sheets as a whole."""
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
    most: int = MOST_ROWS,
) -> tuple[str, ...]:
    """The partition keys of rows that no sheet has had since `before`.

    Either a run that ended before then went through the row's whole sheet and did not meet it, or a sensor missed it
    in its sheet before then, and nothing was heard of it since. Where more than `most` keys would be left, those of
    which nothing was heard for longest go too, if nothing was heard of them since `before`: their videos stay, and a
    run over their sheet brings them back.

    Args:
        keys: all partition keys.
        traces: what is known of rows by key; a row of which nothing is known stays.
        runs: all runs there are.
        busy: labels of sheets that a run is at work on: all their rows stay.
    """
    read_at: dict[str, float] = {}
    for run in runs:
        if run.over and run.complete and run.whole_sheet and run.ended_at <= before:
            read_at[run.sheet] = max(read_at.get(run.sheet, 0.0), run.started_at)
    gone, quiet, kept = [], [], 0
    for key in keys:
        sheet, trace = split_partition_key(key)[0], traces.get(key)
        if trace is None or sheet in busy or trace.heard_at > before:
            kept += 1
        elif trace.heard_at < read_at.get(sheet, 0.0) or _missed(trace, before):
            gone.append(key)
        else:
            quiet.append((trace.heard_at, key))
    surplus = max(0, kept + len(quiet) - most)
    return (*gone, *(key for _, key in sorted(quiet)[:surplus]))


def _missed(trace: RowTrace, before: float) -> bool:
    return trace.missed_at is not None and trace.heard_at < trace.missed_at <= before


def _all_old(runs: Iterable[PastRun], before: float) -> bool:
    return all(run.over and run.ended_at <= before for run in runs)
