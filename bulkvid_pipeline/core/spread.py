"""Jobs that are spread over several runs: what these add up to, and which run a job needs next. Pure.

A planning run reads and checks the sheet once and leaves the rows that are to be made to shards, runs of which each
takes rows as long as there are any. Once no shard is at work any more, a conclusion writes the report and tells the
planning run how the job has ended. So the planning run speaks for all of them: `as_one` puts one run in their place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from bulkvid_pipeline.core.jobs import JobRun, Role, RowNews, RunProgress
from bulkvid_pipeline.core.states import ItemState, JobAction, JobState, outcome_of

MOST_TRIES = 3
"""How often a shard, or the conclusion, is begun that was lost before its end."""

_WISHES = {JobAction.CANCEL.value: JobState.CANCELING, JobAction.PAUSE.value: JobState.PAUSING}


def as_one(runs: Iterable[JobRun]) -> tuple[JobRun, ...]:
    """The runs of a job, with one in place of each that has planned and of those that work for it.

    Runs whose planning run is gone (pruning removes runs) stay as they are.
    """
    runs = tuple(runs)
    planners = {run.run_id for run in runs if run.shards}
    members: dict[str, list[JobRun]] = {run_id: [] for run_id in planners}
    for run in runs:
        if run.planned_by in planners:
            members[run.planned_by].append(run)
    return tuple(
        _joined(run, members[run.run_id]) if run.shards else run for run in runs if run.planned_by not in planners
    )


def news_as_one(news: Mapping[str, RowNews], runs: Iterable[JobRun]) -> dict[str, RowNews]:
    """The news of runs (see `core.jobs.RowNews`), those of members told of the run that has planned for them."""
    runs = tuple(runs)
    planners = {run.run_id for run in runs if run.shards}
    planner_of = {run.run_id: run.planned_by for run in runs if run.planned_by in planners}
    found: dict[str, RowNews] = {}
    for run_id, of_run in news.items():
        name = planner_of.get(run_id, run_id)
        known = found.get(name, RowNews())
        found[name] = RowNews(known.completed + of_run.completed, known.failed + of_run.failed)
    return found


def _joined(planner: JobRun, members: Sequence[JobRun]) -> JobRun:
    """The planning run and those that work for it as one."""
    if not planner.is_live:  # it was concluded, and has told all there is to tell; or it was lost before it was through
        return planner
    shards = [run for run in members if run.role is Role.SHARD]
    return replace(
        planner,
        state=_state_of(planner, members),
        ended_at=None,
        progress=progress_of(planner, shards),
        made=sum((run.made for run in shards), planner.made),
    )


def _state_of(planner: JobRun, members: Iterable[JobRun]) -> JobState:
    if planner.intent in _WISHES:
        return _WISHES[planner.intent]
    if planner.state in _WISHES.values():  # it is about to be told so
        return planner.state
    concluding = any(run.role is Role.CONCLUSION and run.is_live for run in members)
    return JobState.COMPLETING if concluding else JobState.RUNNING


def progress_of(planner: JobRun, shards: Sequence[JobRun]) -> RunProgress:
    """The progress of the job, by what its planning run has found finished and what its shards have told.

    A row that a lost shard had begun is in the counts of the one that has made it.
    """
    told = planner.progress
    parts = [told, *(run.progress for run in shards)]
    counts = Counter[str]()
    for part in parts:
        counts.update({state.value: part.ended[state] for state in ItemState if state.is_final})
    at_work = [run for run in shards if run.is_live]
    for run in at_work:
        counts.update({name: count for name, count in run.progress.counts.items() if not ItemState(name).is_final})
    del counts[ItemState.QUEUED.value]
    counts[ItemState.QUEUED.value] = max(0, told.total - counts.total())
    done = min(told.total, _found(told) + sum(part.percent / 100 * part.total for part in parts[1:]))
    pace = sum(_pace(run.progress) for run in at_work)
    left = told.total - done
    begun = min((_began(run) for run in shards if run.progress.at is not None), default=None)
    newest = max((part.at for part in parts if part.at is not None), default=None)
    return replace(
        told,
        counts={name: count for name, count in counts.items() if count},
        percent=100.0 * done / told.total if told.total else told.percent,
        elapsed_ms=round(1000 * (newest - begun)) if newest is not None and begun is not None else told.elapsed_ms,
        eta_ms=round(1000 * left / pace) if pace > 0 else None,
        rate_limited=any(run.progress.rate_limited for run in at_work),
        in_work=tuple(row for run in at_work for row in run.progress.in_work),
        cost=sum(part.cost for part in parts),
        at=newest,
        styles=_added(part.styles for part in parts),
        platforms=_added(part.platforms for part in parts),
        waited_ms=sum(part.waited_ms for part in parts),
    )


def _found(told: RunProgress) -> int:
    return sum(told.ended.values())


def _pace(progress: RunProgress) -> float:
    """Rows a second."""
    return progress.percent / 100 * progress.total / (progress.elapsed_ms / 1000) if progress.elapsed_ms else 0.0


def _began(run: JobRun) -> float:
    assert run.progress.at is not None
    return run.progress.at - run.progress.elapsed_ms / 1000


def _added(groups: Iterable[Mapping[str, tuple[int, int]]]) -> dict[str, tuple[int, int]]:
    found: dict[str, tuple[int, int]] = {}
    for group in groups:
        for name, (completed, failed) in group.items():
            known = found.get(name, (0, 0))
            found[name] = (known[0] + completed, known[1] + failed)
    return found


class Standing(StrEnum):
    """What has become of a run that works for a planning run."""

    LIVE = "live"
    """It waits, is at work, or is about to end."""
    THROUGH = "through"
    """It has come to a good end."""
    LEFT = "left"
    """Its worker was stopped, and it has left its rows to others."""
    LOST = "lost"
    """Its worker died, or could not go on."""


@dataclass(frozen=True)
class Member:
    """A run that works for a planning run; `shard` is 0 for a conclusion."""

    role: Role
    shard: int
    standing: Standing

    @classmethod
    def of(cls, run: JobRun) -> Member:
        """What a run is that has a role."""
        assert run.role is not None
        if run.is_live:
            standing = Standing.LIVE
        elif run.state is JobState.PAUSED:
            standing = Standing.LEFT
        elif run.state is JobState.FAILED and not run.failed_by_its_rows:
            standing = Standing.LOST
        else:
            standing = Standing.THROUGH
        return cls(run.role, run.shard, standing)


@dataclass(frozen=True)
class Wanted:
    """A run that a job needs: its role, which shard it is, and how many were begun before it for the same."""

    role: Role
    shard: int
    tries: int


def runs_needed(shards: int, rows_left: int, members: Sequence[Member], *, stops: bool) -> tuple[Wanted, ...]:
    """The runs that a job needs now besides those it has.

    Args:
        shards: how many may be at work side by side.
        rows_left: rows that have not ended.
        members: all runs there are for it.
        stops: whether no row is to be begun any more: the job is to be paused or cancelled, or its time is over.

    A shard that was lost, or has left its rows to others, is begun anew while rows are left, unless `MOST_TRIES` were
    lost; one that is through is not.
    Once none is at work and none is to be begun, the job is concluded, however many rows are left.
    """
    of_shards = [member for member in members if member.role is Role.SHARD]
    wanted = [] if stops or not rows_left else list(_shards_to_begin(shards, of_shards))
    if wanted or any(member.standing is Standing.LIVE for member in of_shards):
        return tuple(wanted)
    conclusions = [member for member in members if member.role is Role.CONCLUSION]
    if any(member.standing is Standing.LIVE for member in conclusions) or len(conclusions) >= MOST_TRIES:
        return ()
    return (Wanted(Role.CONCLUSION, 0, len(conclusions)),)


def _shards_to_begin(shards: int, members: Sequence[Member]) -> Iterable[Wanted]:
    for number in range(shards):
        before = [member.standing for member in members if member.shard == number]
        in_hand = Standing.LIVE in before or Standing.THROUGH in before
        if not in_hand and before.count(Standing.LOST) < MOST_TRIES:
            yield Wanted(Role.SHARD, number, len(before))


def is_given_up(members: Iterable[Member]) -> bool:
    """Whether the conclusion was lost too often to be begun once more."""
    conclusions = [member for member in members if member.role is Role.CONCLUSION]
    return len(conclusions) >= MOST_TRIES and not any(member.standing is Standing.LIVE for member in conclusions)


@dataclass(frozen=True)
class Ending:
    """What is known of a spread job when all of its shards are through.

    Attributes:
        completed, failed, total: its rows.
        intent: what was wanted of it.
        is_canceled: whether somebody has cancelled one of its shards in Dagster.
    """

    total: int
    completed: int
    failed: int
    intent: str = ""
    is_canceled: bool = False

    @property
    def left(self) -> int:
        """Rows that have not ended."""
        return max(0, self.total - self.completed - self.failed)

    @property
    def state(self) -> JobState:
        """How the job has ended. What is wanted of it counts only as long as rows are left, as in a single run."""
        if not self.left:
            return outcome_of(self.completed, self.failed, cancelled=False)
        if self.intent == JobAction.CANCEL or self.is_canceled:
            return JobState.CANCELED
        return JobState.PAUSED if self.intent == JobAction.PAUSE else JobState.FAILED
