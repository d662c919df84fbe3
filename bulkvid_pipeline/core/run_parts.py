"""The runs of a job as people read them: what each is called, what it does, and how it stands itself. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bulkvid_pipeline.core.jobs import JobRun, Role
from bulkvid_pipeline.core.states import JobState


@dataclass(frozen=True)
class Part:
    """A run of a job.

    Attributes:
        name: `Planning`, `Shard 2` or `Conclusion`; empty for a run that makes all of its rows itself.
        task: what it does for the job, in a few words.
        state: its own. The planning run is through when the shards begin, while the job goes on.
        trial: 1, and more for a shard or conclusion that was begun anew.
    """

    run: JobRun
    name: str
    task: str
    state: JobState
    trial: int = 1


def name_of(run: JobRun) -> str:
    """What the run is called among those that a job is spread over; empty for a run that makes its rows itself."""
    if run.role is Role.SHARD:
        return f"Shard {run.shard + 1}"
    if run.role is Role.CONCLUSION:
        return "Conclusion"
    return "Planning" if run.shards else ""


def parts_of(runs: Iterable[JobRun]) -> tuple[Part, ...]:
    """The runs of a job, the newest first, but each planning run before its shards, and these before its conclusion."""
    runs = sorted(runs, key=lambda run: run.created_at)
    planners = {run.run_id for run in runs if run.shards}
    members: dict[str, list[JobRun]] = {}
    for run in runs:
        if run.planned_by in planners:
            members.setdefault(run.planned_by, []).append(run)
    found: list[Part] = []
    for run in reversed(runs):
        if run.planned_by not in planners:
            found += _of_pass(run, members.get(run.run_id, []))
    return tuple(found)


def _of_pass(run: JobRun, members: Sequence[JobRun]) -> Iterable[Part]:
    yield Part(run, name_of(run), _task_of(run), _own_state(run, members))
    trials: dict[str, int] = {}
    for member in sorted(members, key=lambda each: (each.role is Role.CONCLUSION, each.shard)):
        name = name_of(member)
        trials[name] = trials.get(name, 0) + 1
        yield Part(member, name, _task_of(member), member.state, trials[name])


def _own_state(run: JobRun, members: Sequence[JobRun]) -> JobState:
    """A planning run tells the state of the whole job; what works for it was begun once it was through itself."""
    is_through = run.shards > 0 and run.ended_at is not None and (run.is_live or bool(members))
    return JobState.COMPLETED if is_through else run.state


def _task_of(run: JobRun) -> str:
    if run.role is Role.SHARD:
        return "makes rows, side by side with the other shards"
    if run.role is Role.CONCLUSION:
        return "writes the report once the shards are through"
    return f"checks the sheet, and leaves the rows to {run.shards} shards" if run.shards else "makes the rows"
