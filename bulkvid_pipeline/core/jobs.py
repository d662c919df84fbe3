"""How the runs of a bulk job make one job: its state, its counts, its progress. Pure rules.

A job is all runs that share its id: the first one, those that went on after a pause or a failure, those that made
chosen rows again, and shards that share its rows out among machines. What is said of the job is said by these rules and
never by the newest run alone.

Runs fall into *generations*: a run begins a new one if all runs before it had ended when it was made. The runs of a
generation are at work side by side; a resume or a retry is the next generation. A generation is named after its first
run. Times are epoch seconds, durations milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from bulkvid_pipeline.core.states import ItemState, JobState, outcome_of


class Scope(StrEnum):
    """Which of the job's rows a run is about."""

    WHOLE = "whole"
    """All rows of the sheet. It begins by finding what is published, so its counts come to cover every row."""
    SHARD = "shard"
    """A part of the rows, which no other shard of its generation has. Together they are all rows: counts add up."""
    ROWS = "rows"
    """Rows that somebody chose. It says nothing of the others."""


class Items(TypedDict):
    """How many rows there are, and how many of them have come to each end; `pending` are all others."""

    total: int
    completed: int
    failed: int
    cancelled: int
    skipped: int
    pending: int


@dataclass(frozen=True)
class RowInWork:
    """A row that is being made: `percent` of the row, 0..100."""

    row_key: str
    stage: str
    percent: int


@dataclass(frozen=True)
class RunProgress:
    """What a run has told of its own rows.

    Attributes:
        total: rows that it is about, 0 while they are unknown.
        counts: rows by state.
        percent: of its work, rows weighted by their length.
        elapsed_ms: since its rows began; `at` is when it said so.
        eta_ms: None while nothing is known.
        cost: what paid voices have asked in it.
    """

    total: int = 0
    counts: Mapping[str, int] = field(default_factory=dict)
    percent: float = 0.0
    elapsed_ms: int = 0
    eta_ms: int | None = None
    rate_limited: bool = False
    in_work: tuple[RowInWork, ...] = ()
    cost: float = 0.0
    at: float | None = None

    @property
    def ended(self) -> Mapping[ItemState, int]:
        return {state: self.counts.get(state.value, 0) for state in ItemState if state.is_final}

    @property
    def pending(self) -> int:
        return max(0, self.total - sum(self.ended.values()))


@dataclass(frozen=True)
class JobRun:
    """One run of a job. `state` is what the job's state would be if this were its only run."""

    run_id: str
    state: JobState
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    scope: Scope = Scope.WHOLE
    progress: RunProgress = field(default_factory=RunProgress)
    thinned: bool = False
    """Whether the events of its rows are gone, so that what it told in numbers is all there is."""

    @property
    def is_live(self) -> bool:
        """Whether it waits, is at work, or is about to end."""
        return self.state in _LIVE

    @property
    def tells(self) -> bool:
        """Whether it has said anything of its rows."""
        return self.progress.total > 0

    @property
    def failed_by_its_rows(self) -> bool:
        """Whether it is failed for no other reason than that each of its rows failed."""
        ended = self.progress.ended
        failed = ended[ItemState.FAILED]
        return self.tells and not self.progress.pending and failed > 0 and not ended[ItemState.COMPLETED]


@dataclass(frozen=True)
class RowNews:
    """Rows of which the newest news in the whole job comes from one run: how many it completed, how many failed."""

    completed: int = 0
    failed: int = 0


_LIVE = {JobState.PENDING, JobState.RUNNING, JobState.PAUSING, JobState.COMPLETING, JobState.CANCELING}


def generations(runs: Iterable[JobRun]) -> list[list[JobRun]]:
    """The runs of a job in the order in which they were made, those that are at work side by side together."""
    found: list[list[JobRun]] = []
    all_ended_at = float("-inf")
    for run in sorted(runs, key=lambda run: run.created_at):
        if not found or run.created_at > all_ended_at:
            found.append([])
        found[-1].append(run)
        # A worker that has said its end has not ended yet as far as others go.
        ended_at = float("inf") if run.is_live or run.ended_at is None else run.ended_at
        all_ended_at = max(all_ended_at, ended_at)
    return found


def deciding_runs(runs: Sequence[JobRun]) -> list[JobRun]:
    """The runs that say what the job as a whole has come to: the newest generation over all of its rows.

    Runs over chosen rows change what came of those rows; only where there are no others do they speak for the job.
    """
    of_all = [run for run in runs if run.scope is not Scope.ROWS]
    return generations(of_all or runs)[-1]


def state_of_job(runs: Sequence[JobRun], items: Items) -> JobState:
    """The job's state, by its runs and by what came of its rows.

    While any run is live, the job is running as long as one of them goes on, else pausing, canceling or completing as
    they are, and pending if none of the newest generation has begun.

    Once all have ended, the newest generation over all rows decides: canceled if any of its runs was; paused if any was
    and rows are left; failed if all of them met more than failing rows, or one did and rows are left; else as its rows
    came out. Runs over chosen rows that came later make a finished job of a stopped one by making its last rows.
    """
    if len(runs) == 1:
        return runs[0].state
    if any(run.is_live for run in runs):
        return _state_of_living(runs)
    deciding = deciding_runs(runs)
    states = {run.state for run in deciding}
    if not items["pending"] and items["total"] and _comes_later(runs, deciding):
        return outcome_of(items["completed"], items["failed"], cancelled=bool(items["cancelled"]))
    if JobState.CANCELED in states:
        return JobState.CANCELED
    if JobState.PAUSED in states and (items["pending"] or not items["total"]):
        return JobState.PAUSED
    broken = [run for run in deciding if run.state is JobState.FAILED and not run.failed_by_its_rows]
    if broken and (items["pending"] or len(broken) == len(deciding)):
        return JobState.FAILED
    if not items["total"]:
        return deciding[-1].state
    return outcome_of(items["completed"], items["failed"], cancelled=False)


def _state_of_living(runs: Sequence[JobRun]) -> JobState:
    states = {run.state for run in runs if run.is_live}
    newest = generations(runs)[-1]
    begun = any(run.state is not JobState.PENDING for run in newest)
    if JobState.RUNNING in states or (JobState.PENDING in states and begun):
        return JobState.RUNNING
    for state in (JobState.PAUSING, JobState.CANCELING, JobState.COMPLETING):
        if state in states:
            return state
    return JobState.PENDING


def _comes_later(runs: Sequence[JobRun], deciding: Sequence[JobRun]) -> bool:
    last = max(run.created_at for run in deciding)
    return any(run.scope is Scope.ROWS and run.created_at > last for run in runs if run not in deciding)


def needs_news(runs: Sequence[JobRun]) -> bool:
    """Whether the job's counts need the news of single rows (`RowNews`), which is dearer to read than what runs tell.

    A single run tells all of its rows, and so does a newest run that has come through all rows of the sheet; the shards
    of a first generation are disjoint.
    """
    telling = [run for run in runs if run.tells]
    if len(telling) < 2 or any(run.thinned for run in telling):
        return False
    newest = max(telling, key=lambda run: run.created_at)
    through = newest.scope is Scope.WHOLE and not newest.progress.pending and not _others_live(telling, newest)
    disjoint = all(run.scope is Scope.SHARD for run in telling) and len(generations(telling)) == 1
    return not through and not disjoint


def _others_live(runs: Sequence[JobRun], but: JobRun) -> bool:
    return any(run.is_live for run in runs if run is not but)


def items_of_job(runs: Sequence[JobRun], news: Mapping[str, RowNews] | None = None) -> Items:
    """What came of the job's rows, each row counted once, by the newest news of it.

    Args:
        runs: all runs of the job.
        news: by run, the rows of which it has told last, where `needs_news` asks for it. Without it, the newest
            generation that told of all rows is taken at its word.

    A row that failed is pending again as soon as a later run over all rows is at work: it is going to be tried anew.
    Rows that have left the sheet since may count until a run has come through the sheet without them.
    """
    telling = [run for run in runs if run.tells]
    if not telling:
        return _items(0)
    parts = _parts(telling)
    total = _total(parts)
    told = {state: sum(run.progress.ended[state] for run in parts) for state in ItemState if state.is_final}
    if news is None:
        return _items(total, told[ItemState.COMPLETED], told[ItemState.FAILED], *_stopped(told))
    trying = any(run.is_live and run.scope is not Scope.ROWS for run in telling)
    newest = {run.run_id for run in generations(runs)[-1]}
    completed = sum(of_run.completed for of_run in news.values())
    failed = sum(of_run.failed for run_id, of_run in news.items() if run_id in newest or not trying)
    stopped = (0, 0) if trying else _stopped(told)
    return _items(total, completed, failed, *stopped)


def _parts(telling: Sequence[JobRun]) -> list[JobRun]:
    """The runs whose counts, taken together, are those of the job: one over the whole sheet, or disjoint shards."""
    if len(telling) == 1:
        return list(telling)
    deciding = deciding_runs(telling)
    whole = [run for run in deciding if run.scope is not Scope.SHARD]
    if not whole:
        return deciding
    # Several runs over the same rows tell of the same rows: the one that has come farthest has seen most of them.
    return [min(whole, key=lambda run: (run.progress.pending, -run.created_at))]


def _total(parts: Sequence[JobRun]) -> int:
    return sum(run.progress.total for run in parts)


def _stopped(told: Mapping[ItemState, int]) -> tuple[int, int]:
    return told[ItemState.CANCELLED], told[ItemState.SKIPPED]


def _items(total: int, completed: int = 0, failed: int = 0, cancelled: int = 0, skipped: int = 0) -> Items:
    """The counts, none of which makes more rows than there are."""
    left = total
    bounded = []
    for count in (completed, failed, skipped, cancelled):
        bounded.append(min(count, left))
        left -= bounded[-1]
    completed, failed, skipped, cancelled = bounded
    return Items(
        total=total, completed=completed, failed=failed, cancelled=cancelled, skipped=skipped, pending=left
    )  # fmt: skip


def percent_of_job(runs: Sequence[JobRun], items: Items, state: JobState) -> float:
    """How much of the job is done, 0..100. A completed job is at 100; a resumed one does not begin again at 0."""
    if state is JobState.COMPLETED:
        return 100.0
    telling = [run for run in runs if run.tells]
    if not telling:
        return runs[-1].progress.percent if runs else 0.0
    parts = _parts(telling)
    weighed = sum(run.progress.percent * run.progress.total for run in parts) / _total(parts)
    if len(telling) == 1:
        return weighed
    ended = 100.0 * (items["total"] - items["pending"]) / items["total"]
    return min(100.0, max(weighed, ended))


def processing_ms(runs: Iterable[JobRun]) -> int:
    """For how long rows were in work in any run: pauses do not count, and shards at work side by side count once."""
    total, reached = 0.0, float("-inf")
    for start, end in sorted(_at_work(run) for run in runs):
        total += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return round(1000 * total)


def _at_work(run: JobRun) -> tuple[float, float]:
    seconds = run.progress.elapsed_ms / 1000
    end = run.progress.at if run.progress.at is not None else (run.started_at or run.created_at) + seconds
    return end - seconds, end


def eta_ms(runs: Iterable[JobRun]) -> int | None:
    """When the last of the live runs will be through; None while one of them does not know, or none is live."""
    etas = [run.progress.eta_ms for run in runs if run.is_live]
    return max((eta for eta in etas if eta is not None), default=None) if None not in etas else None
