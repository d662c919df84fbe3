"""Jobs and analytics tell the same before and after pruning, whatever of a job's runs it removes."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from dagster import AssetMaterialization, AssetObservation, DagsterEventType, DagsterRun, DagsterRunStatus
from dagster._core.events import AssetObservationData, DagsterEvent, StepMaterializationData

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.jobs import Role, Scope
from bulkvid_pipeline.core.service_wire import Analytics
from bulkvid_pipeline.core.spans import Span, parse_span
from bulkvid_pipeline.services.analytics.gone_jobs import GoneJobs
from bulkvid_pipeline.services.analytics.job_sums import JobSums, Question
from bulkvid_pipeline.services.jobs.job_index import JobIndex
from bulkvid_pipeline.services.jobs.jobs import find_job, list_jobs
from bulkvid_pipeline.services.retention.pruning import prune
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.services.shards.conftest import hall
from bulkvid_pipeline_tests.services.shards.hall import JOB, Hall
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

__all__ = ["hall"]  # the fixture

pytestmark = ON_BOTH_DATABASES


def a_run(
    workplace: Workplace,
    job_id: str,
    completed: list[int],
    failed: list[int],
    *,
    sheet: str = "ideas",
    scope: Scope = Scope.WHOLE,
    project: str = "default",
) -> str:
    """A finished run, with what it told and its events of these rows."""
    pair = [len(completed), len(failed)]
    amounts = [2.5 * sum(pair), 0.25 * sum(pair), 10.0 * pair[0], 1000 * pair[0]]
    progress = {
        "total": sum(pair),
        "counts": {"completed": pair[0], "failed": pair[1]},
        "percent": 100.0,
        "elapsed_ms": 2500 * sum(pair),
        "at": datetime.now(UTC).timestamp(),
        "cost": 0.25 * sum(pair),
        "styles": {"modern": pair},
        "platforms": {"youtube": pair},
    }
    made = {"styles": {"modern": amounts}, "platforms": {"youtube": amounts}, "providers": {"openai": amounts}}
    config = {"input_source": {"type": "file", "path": f"{sheet}.csv"}}
    run = workplace.instance.run_storage.add_run(
        DagsterRun(
            job_name=tags.JOB,
            run_config={"resources": {tags.SPEC_RESOURCE: {"config": config}}},
            status=DagsterRunStatus.SUCCESS,
            tags={
                tags.JOB_ID: job_id,
                tags.SHEET: sheet,
                tags.SCOPE: scope.value,
                tags.PROJECT: project,
                tags.USER: "ana",
                tags.PROVIDER: "openai",
                tags.PROGRESS: json.dumps(progress),
                tags.MADE: json.dumps(made),
                tags.STATE: "completed",
            },
        )
    )
    keys = [tags.partition_key(sheet, f"row-{number}") for number in range(10)]
    if sheet == "ideas":
        workplace.instance.add_dynamic_partitions(tags.ROW_PARTITIONS, keys)
        for number in completed:
            made_event = StepMaterializationData(AssetMaterialization(tags.VIDEO_ASSET, partition=keys[number]), [])
            _report(workplace, run.run_id, DagsterEventType.ASSET_MATERIALIZATION, made_event)
        for number in failed:
            seen = AssetObservationData(AssetObservation(tags.VIDEO_ASSET, partition=keys[number]))
            _report(workplace, run.run_id, DagsterEventType.ASSET_OBSERVATION, seen)
    return run.run_id


def _report(
    workplace: Workplace, run_id: str, kind: DagsterEventType, data: StepMaterializationData | AssetObservationData
) -> None:
    event = DagsterEvent(kind.value, tags.JOB, event_specific_data=data, step_key="video")
    workplace.instance.report_dagster_event(event, run_id)


def analytics(workplace: Workplace, project: str = "default", span: Span | None = None) -> list[Analytics]:
    """By each grouping, as a process tells that has just begun."""
    index = JobIndex(workplace.instance)
    index.refresh()
    sums = JobSums(GoneJobs(workplace.instance))
    found = [sums.analytics(index.now(), project, Question(span or Span(), by)) for by in GroupBy]
    index.close()
    return found


def prune_all(workplace: Workplace, *, dry_run: bool = False) -> None:
    report = prune(workplace.instance, settings(), dry_run=dry_run, now=datetime.now(UTC) + timedelta(days=400))
    assert report.faults == ()


def test_figures_do_not_change_with_pruning_nor_with_a_second_one(workplace: Workplace) -> None:
    first = a_run(workplace, "job_a", [*range(8)], [8, 9])
    chosen = a_run(workplace, "job_a", [8, 9], [], scope=Scope.ROWS)
    a_run(workplace, "job_b", [*range(10)], [])
    a_run(workplace, "job_gone", [0, 1, 2], [3], sheet="other")
    a_run(workplace, "job_elsewhere", [0], [], sheet="foreign", project="acme")
    before = analytics(workplace)
    today = parse_span(datetime.now(UTC).date().isoformat(), datetime.now(UTC).date().isoformat())
    assert (before[0].total_jobs, before[0].total_items, before[0].success_rate) == (3, 24, round(23 / 24, 4))
    assert before[0].cost_summary.total == 6.5
    assert before[0].video_seconds == 230.0

    prune_all(workplace, dry_run=True)
    assert GoneJobs(workplace.instance).of_project(None, ()) == []
    prune_all(workplace)

    left = {run.run_id for run in workplace.instance.get_runs()}
    assert first in left
    assert chosen not in left
    assert {job.job_id for job in list_jobs(workplace.instance)} == {"job_a", "job_b"}
    assert find_job(workplace.instance, "job_a").items["completed"] == 10
    assert analytics(workplace) == before
    assert analytics(workplace, span=today)[0].total_jobs == 3
    assert analytics(workplace, span=Span(end=0.0))[0].total_jobs == 0
    assert analytics(workplace, "acme")[0].total_jobs == 1
    prune_all(workplace)
    assert analytics(workplace) == before


def test_an_interrupted_pruning_keeps_a_job_once(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from bulkvid_pipeline.adapters.dagster.run_history import RunHistory

    a_run(workplace, "job_gone", [0, 1, 2], [3], sheet="other")
    a_run(workplace, "job_gone", [0, 1, 2, 3], [], sheet="other")
    before = analytics(workplace)
    assert before[0].cost_summary.total == 2.0
    delete = RunHistory.delete
    deleted: list[str] = []

    def one_alone(self: RunHistory, run_id: str) -> object:
        if deleted:
            raise OSError(5, "the machine went down")
        deleted.append(run_id)
        return delete(self, run_id)

    with monkeypatch.context() as patched:
        patched.setattr(RunHistory, "delete", one_alone)
        prune(workplace.instance, settings(), now=datetime.now(UTC) + timedelta(days=400))
    assert len(workplace.instance.get_runs()) == 1

    prune_all(workplace)

    assert workplace.instance.get_runs() == []
    assert analytics(workplace) == before


def test_an_interrupted_pruning_counts_no_run_twice(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    from bulkvid_pipeline.adapters.dagster.run_history import RunHistory

    holder = a_run(workplace, "job_a", [*range(8)], [8, 9])
    doomed = a_run(workplace, "job_a", [8, 9], [], scope=Scope.ROWS)
    a_run(workplace, "job_b", [*range(10)], [])
    before = analytics(workplace)

    def none(*_: object) -> object:
        raise OSError(5, "the machine went down")

    with monkeypatch.context() as patched:
        patched.setattr(RunHistory, "delete", none)
        prune(workplace.instance, settings(), now=datetime.now(UTC) + timedelta(days=400))

    left = {run.run_id: run.tags for run in workplace.instance.get_runs()}
    assert doomed in left
    assert tags.PAST in left[holder]
    assert analytics(workplace) == before
    a_run(workplace, "job_a", [0], [], scope=Scope.ROWS)
    assert analytics(workplace)[0].cost_summary.total == before[0].cost_summary.total + 0.25


def test_sums_follow_changes_of_jobs(workplace: Workplace) -> None:
    index, sums = JobIndex(workplace.instance), JobSums(GoneJobs(workplace.instance))
    for number in range(3):
        a_run(workplace, f"job_{number}", [0, 1], [], sheet="other")
    index.refresh(at_once=True)
    assert sums.analytics(index.now(), "default", Question(Span(), GroupBy.USER)).total_items == 6

    a_run(workplace, "job_1", [0, 1, 2], [], sheet="other")
    a_run(workplace, "job_new", [0], [], sheet="other")
    index.refresh(at_once=True)

    found = sums.analytics(index.now(), "default", Question(Span(), GroupBy.USER))
    assert (found.total_jobs, found.total_items) == (4, 8)
    assert found.groups["ana"].total_items == 8
    index.close()


def test_a_spread_job_keeps_its_figures_and_the_run_that_speaks_for_it(hall: Hall) -> None:
    place = hall.workplace
    spec = place.spec(place.sheet([idea(f"Row {number}") for number in range(4)]))
    planner = hall.plan(spec)
    hall.execute_all()
    before, items = analytics(place), hall.job.items
    assert (items["completed"], len(hall.job.runs)) == (4, 4)

    prune_all(place)

    left = {run.run_id for run in place.instance.get_runs()}
    assert planner in left
    assert [run.role for run in hall.job.runs if run.role is Role.CONCLUSION] == []
    assert (hall.job.items, hall.job.state) == (items, "completed")
    assert [job.job_id for job in list_jobs(place.instance)] == [JOB]
    assert analytics(place) == before
    prune_all(place)
    assert analytics(place) == before


def test_a_spread_job_goes_with_all_its_runs_once_others_hold_its_rows(hall: Hall) -> None:
    place = hall.workplace
    sheet = place.sheet([idea(f"Row {number}") for number in range(4)])
    hall.plan(place.spec(sheet))
    hall.execute_all()
    hall.plan(
        place.spec(sheet, output={"output_bucket": f"file://{place.folder}/again"}),
        told={tags.JOB_ID: "job_b"},
        launched=False,
    )
    before = analytics(place)
    assert before[0].total_items == 8

    prune_all(place)

    assert [job.job_id for job in list_jobs(place.instance)] == ["job_b"]
    assert [run for run in place.instance.get_runs() if run.tags.get(tags.JOB_ID) == JOB] == []
    assert analytics(place) == before
