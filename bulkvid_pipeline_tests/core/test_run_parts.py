"""How the runs of a job are read, above all of one that is spread over several."""

from __future__ import annotations

from dataclasses import replace

from bulkvid_pipeline.core.jobs import JobRun, Role
from bulkvid_pipeline.core.run_parts import parts_of
from bulkvid_pipeline.core.states import JobState

PLANNER = JobRun("plan", JobState.RUNNING, 10.0, started_at=11.0, ended_at=12.0, shards=2)


def member(
    run_id: str, at: float, role: Role = Role.SHARD, shard: int = 0, state: JobState = JobState.RUNNING
) -> JobRun:
    return JobRun(run_id, state, at, role=role, planned_by="plan", shard=shard)


def test_a_spread_job_is_read_from_its_plan_over_its_shards_to_its_conclusion() -> None:
    lost = member("lost", 20.0, state=JobState.FAILED)
    runs = [PLANNER, lost, member("b", 21.0, shard=1), member("end", 40.0, Role.CONCLUSION), member("a", 30.0)]

    parts = parts_of(runs)

    assert [(part.run.run_id, part.name, part.trial) for part in parts] == [
        ("plan", "Planning", 1),
        ("lost", "Shard 1", 1),
        ("a", "Shard 1", 2),
        ("b", "Shard 2", 1),
        ("end", "Conclusion", 1),
    ]
    assert "2 shards" in parts[0].task


def test_a_plan_is_through_once_it_has_ended_whatever_becomes_of_its_job() -> None:
    (through,) = parts_of([PLANNER])
    (at_work,) = parts_of([replace(PLANNER, ended_at=None)])
    failed = parts_of([replace(PLANNER, state=JobState.FAILED), member("a", 20.0, state=JobState.FAILED)])
    (lost,) = parts_of([replace(PLANNER, state=JobState.FAILED)])

    assert (through.state, at_work.state) == (JobState.COMPLETED, JobState.RUNNING)
    assert [part.state for part in failed] == [JobState.COMPLETED, JobState.FAILED]
    assert lost.state is JobState.FAILED


def test_runs_that_stand_for_themselves_come_newest_first_also_between_spread_ones() -> None:
    before, after = JobRun("before", JobState.PAUSED, 1.0), JobRun("after", JobState.COMPLETED, 50.0)

    parts = parts_of([before, PLANNER, member("a", 20.0), after])

    assert [(part.run.run_id, part.name) for part in parts] == [
        ("after", ""),
        ("plan", "Planning"),
        ("a", "Shard 1"),
        ("before", ""),
    ]


def test_a_shard_whose_plan_is_gone_is_still_listed() -> None:
    (part,) = parts_of([member("a", 20.0)])
    assert (part.name, part.state) == ("Shard 1", JobState.RUNNING)
