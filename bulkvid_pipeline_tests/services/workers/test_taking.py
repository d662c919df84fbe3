"""A run that is asked for twice is executed once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import dagster as dg
import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.workers.run_worker import RunWorker
from bulkvid_pipeline.services.workers.taking import take_run
from bulkvid_pipeline_tests.services.liveness.test_waiting_runs import a_waiting_run
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace

pytestmark = ON_BOTH_DATABASES


def test_of_many_that_want_a_run_one_takes_it(workplace: Workplace) -> None:
    run_id = a_waiting_run(workplace)

    with ThreadPoolExecutor(4) as pool:
        taken = list(pool.map(lambda _: take_run(workplace.instance, run_id), range(4)))

    assert sorted(taken) == [False, False, False, True]


def test_a_re_execution_is_taken_though_it_has_inherited_a_process(workplace: Workplace) -> None:
    first = a_waiting_run(workplace)
    assert take_run(workplace.instance, first)
    inherited = workplace.instance.get_run_by_id(first)
    assert inherited is not None
    second = workplace.instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=inherited.run_config,
        tags=inherited.tags,
        parent_run_id=first,
        root_run_id=first,
    )
    event = dg.DagsterEvent(event_type_value=dg.DagsterEventType.RUN_STARTING.value, job_name=tags.JOB)
    workplace.instance.report_dagster_event(event, second.run_id)

    assert take_run(workplace.instance, second.run_id)


def test_a_run_that_was_canceled_while_it_waited_is_not_taken(workplace: Workplace) -> None:
    run_id = a_waiting_run(workplace)
    run = workplace.instance.get_run_by_id(run_id)
    assert run is not None
    workplace.instance.report_run_canceled(run)

    assert not take_run(workplace.instance, run_id)


def test_a_worker_of_another_code_version_refuses_a_run_in_words(workplace: Workplace) -> None:
    run_id = a_waiting_run(workplace)
    said: list[str] = []

    RunWorker(workplace.instance, "w1", 0.0, said.append).execute(run_id, "0.0.9-abc")

    run = workplace.instance.get_run_by_id(run_id)
    assert run is not None
    assert run.status is dg.DagsterRunStatus.STARTING
    assert take_run(workplace.instance, run_id)  # by one of the right version
    records = workplace.instance.get_records_for_run(run_id).records
    told = [record.event_log_entry.dagster_event for record in records]
    (line,) = said
    assert "0.0.9-abc" in line
    assert any(event and (event.message or "").endswith(line) for event in told)


def test_a_worker_that_leaves_gives_runs_back(workplace: Workplace) -> None:
    run_id = a_waiting_run(workplace)
    worker = RunWorker(workplace.instance, "w1", 0.0, lambda _: None)
    worker.leave()

    with pytest.raises(ActionNotAllowedError, match="leaves"):
        worker.execute(run_id, "any")
    assert take_run(workplace.instance, run_id)
