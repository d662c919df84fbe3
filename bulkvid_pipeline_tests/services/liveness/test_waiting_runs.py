"""Runs that nobody takes: they are asked for again once the broker has fewer tasks than there are runs that wait."""

from __future__ import annotations

from dataclasses import dataclass, field

import dagster as dg
import pytest
from dagster import DagsterInstance

from bulkvid_pipeline.adapters.code_version import code_version
from bulkvid_pipeline.adapters.dagster.run_launchers import ASKED_TAG, AsksWorkers
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.liveness.waiting_runs import ask_again
from bulkvid_pipeline.services.workers.taking import take_run
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES


@dataclass
class Broker:
    """Stands for a launcher whose broker holds so many tasks."""

    tasks: int = 0
    asked: list[str] = field(default_factory=list)

    def ask_workers(self, run_id: str) -> None:
        self.asked.append(run_id)

    def tasks_waiting(self) -> int:
        return self.tasks


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    found = Broker()
    assert isinstance(found, AsksWorkers)
    monkeypatch.setattr(DagsterInstance, "run_launcher", found)
    return found


def a_waiting_run(workplace: Workplace, version: str | None = None) -> str:
    """A run that workers were asked for."""
    run = workplace.instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(BulkJobSpec.for_input("ideas.csv")),
        tags={ASKED_TAG: "task", tags.CODE: version or code_version()},
    )
    event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_STARTING.value, job_name=tags.JOB)
    workplace.instance.report_dagster_event(event, run.run_id)
    return run.run_id


def ask_later(workplace: Workplace) -> tuple[str, ...]:
    ask_again(workplace.instance)
    return ask_again(workplace.instance, waited_s=0)


def test_runs_whose_tasks_are_gone_are_asked_for_again_after_a_while(workplace: Workplace, broker: Broker) -> None:
    run_id = a_waiting_run(workplace)

    assert ask_again(workplace.instance) == ()
    assert ask_again(workplace.instance, waited_s=0) == (run_id,)
    assert broker.asked == [run_id]


def test_runs_whose_tasks_are_all_there_wait_as_long_as_it_takes(workplace: Workplace, broker: Broker) -> None:
    for _ in range(2):
        a_waiting_run(workplace)
    broker.tasks = 2

    assert ask_later(workplace) == ()


def test_all_runs_are_asked_for_again_where_one_task_is_missing(workplace: Workplace, broker: Broker) -> None:
    runs = {a_waiting_run(workplace) for _ in range(2)}
    broker.tasks = 1

    assert set(ask_later(workplace)) == runs


def test_runs_that_a_worker_has_taken_are_left_to_it(workplace: Workplace, broker: Broker) -> None:
    run_id = a_waiting_run(workplace)
    assert take_run(workplace.instance, run_id)

    assert ask_later(workplace) == ()
    assert broker.asked == []


def test_runs_asked_of_another_code_version_are_asked_of_ours(workplace: Workplace, broker: Broker) -> None:
    run_id = a_waiting_run(workplace, version="0.0.9-abc")
    broker.tasks = 5

    assert ask_later(workplace) == (run_id,)


def test_instances_without_a_broker_ask_nobody(workplace: Workplace) -> None:
    a_waiting_run(workplace)

    assert ask_later(workplace) == ()
