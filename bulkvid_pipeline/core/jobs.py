"""Rules that combine the runs of a bulk job into one job: its state, its counts, its progress. Pure.

A job consists of all runs that share its id: the first run, runs that continued after a pause or a failure, runs that
rendered chosen rows again, and shards, which divide the rows among machines. The job's values follow from all of them,
not from the newest run alone.

Runs fall into *generations*: a run begins a new one if all runs before it had ended when it was made. The runs of a
generation run at the same time; a resume or a retry is the next generation. A generation is identified by its first
run. Times are epoch seconds, durations milliseconds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypedDict

from bulkvid_pipeline.core.made import Made
from bulkvid_pipeline.core.states import ItemState, JobState, outcome_of


class Scope(StrEnum):
    """The rows of the job that a run covers."""

    WHOLE = "whole"
    """All rows of the sheet. The run first finds published rows, so its counts finally cover every row."""
    ROWS = "rows"
    """Rows chosen by the user. The run has no information about others."""


class Role(StrEnum):
    """What a run does for a job that is spread over several runs."""

    SHARD = "shard"
    """It makes rows that another run has planned."""
    CONCLUSION = "conclusion"
    """It writes the report once all shards are through."""


class Items(TypedDict):
    """The number of rows, and of rows in each final state; `pending` are all others."""

    total: int
    completed: int
    failed: int
    cancelled: int
    skipped: int
    pending: int


@dataclass(frozen=True)
class RowInWork:
    """A row that is being rendered: `percent` of the row, 0..100."""

    row_key: str
    stage: str
    percent: int
    tries: int = 1
    """Which try this is; the one that failed, while the row waits for another."""


@dataclass(frozen=True)
class RunProgress:
    """The progress that a run has reported of its own rows.

    Attributes:
        total: number of its rows, 0 while unknown.
        counts: rows by state.
        percent: share of its work that is done, 0..100, rows weighted by their length.
        elapsed_ms: time since its rows began; `at` is when it was reported.
        eta_ms: None while unknown.
        cost: cost of paid voices in this run.
        styles: completed and failed rows by style.
        platforms: completed and failed rows by platform; a row for several counts for each.
        waited_ms: how long its next row had to wait for a rate limit, in all.
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
    styles: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    platforms: Mapping[str, tuple[int, int]] = field(default_factory=dict)
    waited_ms: int = 0

    @property
    def ended(self) -> Mapping[ItemState, int]:
        return {state: self.counts.get(state.value, 0) for state in ItemState if state.is_final}

    @property
    def pending(self) -> int:
        return max(0, self.total - sum(self.ended.values()))


@dataclass(frozen=True)
class JobRun:
    """One run of a job. `state` is the state that the job would have if this were its only run."""

    run_id: str
    state: JobState
    created_at: float
    started_at: float | None = None
    ended_at: float | None = None
    scope: Scope = Scope.WHOLE
    progress: RunProgress = field(default_factory=RunProgress)
    thinned: bool = False
    """Whether the events of its rows have been deleted, so that only its reported counts remain."""
    made: Made = field(default_factory=Made)
    """What its rows were made with and into."""
    provider: str = ""
    """The speech provider of its rows; empty while unknown."""
    past: JobRun | None = None
    """The job's runs as if they had been one: what pruning, which removes runs, keeps of them. It stands for all that
    were made until its `covers_until`, this run among them."""
    covers_until: float | None = None
    """Of a run that stands for others: when the newest of them was made."""
    role: Role | None = None
    """What it does for the run that has planned its rows; None for a run that stands for itself."""
    planned_by: str = ""
    """The run that has planned its rows; empty for a run that stands for itself."""
    shard: int = 0
    """Which of the shards it is, from 0 on."""
    shards: int = 0
    """How many runs may make side by side what this one has planned; 0 for a run that makes its rows itself."""
    intent: str = ""
    """What is wanted of it: `pause`, `cancel`, or nothing."""

    @property
    def is_live(self) -> bool:
        """Whether it is queued, running, or about to end."""
        return self.state in _LIVE

    @property
    def tells(self) -> bool:
        """Whether it has reported progress."""
        return self.progress.total > 0

    @property
    def failed_by_its_rows(self) -> bool:
        """Whether it failed only because each of its rows failed."""
        ended = self.progress.ended
        failed = ended[ItemState.FAILED]
        return self.tells and not self.progress.pending and failed > 0 and not ended[ItemState.COMPLETED]


@dataclass(frozen=True)
class RowNews:
    """Counts of the rows whose newest event in the whole job is of one run: completed and failed ones."""

    completed: int = 0
    failed: int = 0


_LIVE = {JobState.PENDING, JobState.RUNNING, JobState.PAUSING, JobState.COMPLETING, JobState.CANCELING}


def told_runs(runs: Sequence[JobRun]) -> list[JobRun]:
    """The runs by which a job's figures are known, oldest first: where pruning has been at work, the one that stands
    for those up to then, and those that came later. Runs that it stands for are there until they are deleted."""
    ordered = sorted(runs, key=lambda run: run.created_at)
    for holder in reversed(ordered):
        past = holder.past
        if past is not None:
            until = holder.created_at if past.covers_until is None else past.covers_until
            return [past, *(run for run in ordered if run.created_at > until)]
    return ordered


def generations(runs: Iterable[JobRun]) -> list[list[JobRun]]:
    """The runs of a job in order of creation, grouped into generations."""
    found: list[list[JobRun]] = []
    all_ended_at = float("-inf")
    for run in sorted(runs, key=lambda run: run.created_at):
        if not found or run.created_at > all_ended_at:
            found.append([])
        found[-1].append(run)
        # A run whose worker has reported its end still counts as live until Dagster has ended it.
        ended_at = float("inf") if run.is_live or run.ended_at is None else run.ended_at
        all_ended_at = max(all_ended_at, ended_at)
    return found


def deciding_runs(runs: Sequence[JobRun]) -> list[JobRun]:
    """The runs that decide the state of the whole job: the newest generation over all of its rows.

    Runs over chosen rows only change the results of those rows; they decide only if the job has no other runs.
    """
    of_all = [run for run in runs if run.scope is not Scope.ROWS]
    return generations(of_all or runs)[-1]


def state_of_job(runs: Sequence[JobRun], items: Items) -> JobState:
    """The job's state, from its runs and the results of its rows.

    While any run is live, the job is running if one of them is running, else pausing, canceling or completing as the
    runs are, and pending if no run of the newest generation has begun.

    Once all runs have ended, the newest generation over all rows decides: canceled if any of its runs was canceled;
    paused if any was paused and rows are left; failed if all of them failed for another reason than failing rows, or
    one did and rows are left; else by the results of its rows. Later runs over chosen rows complete a stopped job if
    they render its last rows.
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
    """Whether the job's counts need the newest events of rows (`RowNews`), which cost more to read than runs' reports.

    Not needed for a single run, and for a newest run that has gone through all rows of the sheet.
    """
    telling = [run for run in runs if run.tells]
    if len(telling) < 2 or any(run.thinned for run in telling):
        return False
    newest = max(telling, key=lambda run: run.created_at)
    through = newest.scope is Scope.WHOLE and not newest.progress.pending and not _others_live(telling, newest)
    return not through


def _others_live(runs: Sequence[JobRun], but: JobRun) -> bool:
    return any(run.is_live for run in runs if run is not but)


def items_of_job(runs: Sequence[JobRun], news: Mapping[str, RowNews] | None = None) -> Items:
    """The results of the job's rows; each row is counted once, by its newest event.

    Args:
        runs: all runs of the job.
        news: for each run, the rows whose newest event it recorded; required if `needs_news`. Without it, the newest
              generation that reported all rows is used.

    A failed row is pending again as soon as a later run over all rows is running, since that run will retry it. Rows
    removed from the sheet may count until a run has gone through the sheet without them.
    """
    telling = [run for run in runs if run.tells]
    if not telling:
        return _items(0)
    parts = _parts(telling)
    total = _total(parts)
    told = {state: sum(run.progress.ended[state] for run in parts) for state in ItemState if state.is_final}
    if news is None:
        completed, failed = told[ItemState.COMPLETED], told[ItemState.FAILED]
        unmade = max(0, total - completed - failed)
        for gain in gains({_ALL: (completed, failed)}, _by_scope(later_rows(runs)), unmade):
            completed, failed = completed + gain[_ALL].completed, failed - gain[_ALL].mended
        return _items(total, completed, failed, *_stopped(told))
    trying = any(run.is_live and run.scope is not Scope.ROWS for run in telling)
    newest = {run.run_id for run in generations(runs)[-1]}
    completed = sum(of_run.completed for of_run in news.values())
    failed = sum(of_run.failed for run_id, of_run in news.items() if run_id in newest or not trying)
    stopped = (0, 0) if trying else _stopped(told)
    return _items(total, completed, failed, *stopped)


def _parts(telling: Sequence[JobRun]) -> list[JobRun]:
    """The run whose counts are those of the job."""
    # Several runs over the same rows report the same rows: the one with the most progress has seen most of them.
    return [min(deciding_runs(telling), key=lambda run: (run.progress.pending, -run.created_at))]


_ALL = ""


def _by_scope(runs: Iterable[JobRun]) -> list[Mapping[str, tuple[int, int]]]:
    ended = (run.progress.ended for run in runs)
    return [{_ALL: (of_run[ItemState.COMPLETED], of_run[ItemState.FAILED])} for of_run in ended]


def later_rows(runs: Sequence[JobRun]) -> list[JobRun]:
    """Runs over chosen rows that came after those whose counts add up to the job's (`counted_runs`), oldest first."""
    counted = counted_runs(runs)
    if not counted:
        return []
    last = max(run.created_at for run in counted)
    later = (run for run in runs if run.tells and run.scope is Scope.ROWS and run.created_at > last)
    return sorted(later, key=lambda run: run.created_at)


@dataclass(frozen=True)
class Gain:
    """Rows that a later run has completed, and no run before it; `mended` of them had failed before."""

    completed: int
    mended: int


def gains(
    counted: Mapping[str, tuple[int, int]], later: Iterable[Mapping[str, tuple[int, int]]], unmade: int
) -> list[dict[str, Gain]]:
    """Of each later run over chosen rows, how many of its completed rows are new.

    Args:
        counted: completed and failed rows by group, of the runs over all rows.
        later: the same of each run over chosen rows, oldest first.
        unmade: rows, of any group, that had neither completed nor failed before.
    """
    failed = {name: count for name, (_, count) in counted.items()}
    left: dict[str, int] = {}
    found = []
    for run in later:
        gained = {}
        for name, (completed, _) in run.items():
            mended = min(completed, failed.get(name, 0))
            made = min(completed - mended, left.get(name, unmade))
            failed[name] = failed.get(name, 0) - mended
            left[name] = left.get(name, unmade) - made
            gained[name] = Gain(mended + made, mended)
        found.append(gained)
    return found


def counted_runs(runs: Sequence[JobRun]) -> list[JobRun]:
    """The runs whose counts add up to those of the job; none if no run has reported progress."""
    telling = [run for run in runs if run.tells]
    return _parts(telling) if telling else []


def _total(parts: Sequence[JobRun]) -> int:
    return sum(run.progress.total for run in parts)


def _stopped(told: Mapping[ItemState, int]) -> tuple[int, int]:
    return told[ItemState.CANCELLED], told[ItemState.SKIPPED]


def _items(total: int, completed: int = 0, failed: int = 0, cancelled: int = 0, skipped: int = 0) -> Items:
    """The counts, limited so that they do not exceed the number of rows."""
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
    """The share of the job that is done, 0..100. A completed job is at 100; a resumed one does not restart at 0."""
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
    """Time in which any run was rendering, in ms: pauses do not count, and simultaneous shards count once."""
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
    """Milliseconds until the last live run ends; None if no run is live or the time of one is unknown."""
    etas = [run.progress.eta_ms for run in runs if run.is_live]
    return max((eta for eta in etas if eta is not None), default=None) if None not in etas else None
