"""What becomes of the runs of a server that stops."""

from __future__ import annotations

import json
from collections.abc import Mapping

import dagster as dg
import pytest
from dagster._core.storage.tags import GRPC_INFO_TAG

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.states import JobAction, JobState
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.services.control.server_stop import ask_to_pause, pause_ended_runs, runs_in_hand
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.jobs.run_state import own_tags
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = ON_BOTH_DATABASES

OURS, OTHERS = "/tmp/ours/code.sock", "/tmp/others/code.sock"


def a_run(
    workplace: Workplace,
    job_id: str,
    *,
    socket: str | None = OURS,
    reached: tuple[dg.DagsterEventType, ...] = (dg.DagsterEventType.RUN_START,),
    told: Mapping[str, str] | None = None,
) -> str:
    run = workplace.instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(workplace.spec(workplace.sheet([idea("One")]))),
        tags={
            tags.JOB_ID: job_id,
            **({GRPC_INFO_TAG: json.dumps({"host": "localhost", "socket": socket})} if socket else {}),
            **(told or {}),
        },
    )
    for event in reached:
        workplace.instance.report_dagster_event(
            dg.DagsterEvent(event_type_value=event.value, job_name=tags.JOB), run.run_id
        )
    return run.run_id


def state(workplace: Workplace, job_id: str) -> JobState:
    return find_job(workplace.instance, job_id).state


def test_only_runs_of_our_code_server_that_somebody_has_taken_up_are_in_hand(workplace: Workplace) -> None:
    begun = a_run(workplace, "job_begun")
    starting = a_run(workplace, "job_starting", reached=(dg.DagsterEventType.RUN_STARTING,))
    a_run(workplace, "job_elsewhere", socket=OTHERS)
    a_run(workplace, "job_new", reached=())
    a_run(workplace, "job_done", reached=(dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS))

    untold = a_run(workplace, "job_untold", socket=None, reached=(dg.DagsterEventType.RUN_STARTING,))
    a_run(workplace, "job_in_process", socket=None)

    assert set(runs_in_hand(workplace.instance, OURS)) == {begun, starting}
    assert set(runs_in_hand(workplace.instance, OURS, with_untold=True)) == {begun, starting, untold}


@pytest.mark.parametrize("reached", [dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_STARTING])
def test_a_job_whose_process_was_ended_is_paused_and_can_be_resumed(
    workplace: Workplace, reached: dg.DagsterEventType
) -> None:
    run_id = a_run(workplace, "job_paused", reached=(reached,))

    ask_to_pause(workplace.instance, [run_id])
    assert pause_ended_runs(workplace.instance, [run_id]) == ("job_paused",)

    job = find_job(workplace.instance, "job_paused")
    assert job.state is JobState.PAUSED
    assert JobAction.RESUME in job.view().actions
    assert runs_in_hand(workplace.instance, OURS) == ()


def test_the_running_job_is_asked_to_begin_no_other_row(workplace: Workplace) -> None:
    run_id = a_run(workplace, "job_asked")
    ask_to_pause(workplace.instance, [run_id])
    assert state(workplace, "job_asked") is JobState.PAUSING


def test_a_job_that_somebody_has_cancelled_stays_cancelled(workplace: Workplace) -> None:
    run_id = a_run(workplace, "job_cancelled", told={tags.INTENT: JobAction.CANCEL.value})

    ask_to_pause(workplace.instance, [run_id])
    assert pause_ended_runs(workplace.instance, [run_id]) == ()

    assert state(workplace, "job_cancelled") is JobState.CANCELED


def test_a_job_that_has_ended_meanwhile_is_left_alone(workplace: Workplace) -> None:
    run_id = a_run(workplace, "job_ended", reached=(dg.DagsterEventType.RUN_START, dg.DagsterEventType.RUN_SUCCESS))

    ask_to_pause(workplace.instance, [run_id])
    assert pause_ended_runs(workplace.instance, [run_id]) == ()

    run = workplace.instance.get_run_by_id(run_id)
    assert run is not None
    assert tags.INTENT not in own_tags(run)
    assert run.status is dg.DagsterRunStatus.SUCCESS


def test_a_run_that_was_deleted_is_no_obstacle(workplace: Workplace) -> None:
    ask_to_pause(workplace.instance, ["no-such-run"])
    assert pause_ended_runs(workplace.instance, ["no-such-run"]) == ()
