"""Steering jobs over REST: what each state allows, and that what is done is done once."""

from __future__ import annotations

import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from dagster import DagsterRun, DagsterRunStatus, execute_job

from bulkvid_pipeline.adapters.dagster.job_code import job_in_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.jobs.run_state import tell_tags
from bulkvid_pipeline_tests.api.house import House, dagster, house
from bulkvid_pipeline_tests.launch.fake_dagster import LOSE, Answer, FakeDagster
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, idea

__all__ = ["dagster", "house"]  # the fixtures

JOB = "job_0123456789ab"


def begun(house: House, job_id: str = JOB) -> DagsterRun:
    """A run of the job that is at work."""
    spec = house.workplace.spec(house.workplace.sheet([idea("One"), idea("Two")]))
    run = DagsterRun(
        tags.JOB,
        run_id=str(uuid.uuid4()),
        run_config=run_config_of(spec),
        tags={tags.JOB_ID: job_id, tags.PROJECT: "default", tags.USER: "ana"},
        status=DagsterRunStatus.STARTED,
    )
    house.workplace.instance.add_run(run)
    return run


def ended(house: House, run: DagsterRun, state: str) -> None:
    """Its worker says how it ended, and is gone."""
    tell_tags(house.workplace.instance, run.run_id, {tags.STATE: state, tags.PROGRESS: '{"total": 2}'})
    house.workplace.instance.report_run_failed(run)


def state_of(house: House) -> str:
    return str(house.api.get(f"/api/bulk-jobs/{JOB}", headers=house.bearer()).json()["data"]["state"])


def act(house: House, action: str, body: Any = None, **how: Any) -> Any:
    return house.post(f"/api/bulk-jobs/{JOB}/{action}", body, **how)


def test_a_running_job_is_pausing_at_once_and_is_not_paused_twice(house: House) -> None:
    begun(house)

    answer = act(house, "pause")

    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "pausing")
    assert state_of(house) == "pausing"
    again = act(house, "pause")
    assert again.status_code == 409
    error = again.json()["error"]
    assert (error["code"], error["details"]) == ("ACTION_NOT_ALLOWED", {"state": "pausing", "actions": []})


def test_a_pending_job_is_cancelled_in_the_queue(house: House) -> None:
    created = house.create({"input_source": {"path": house.upload()}}).json()["data"]

    answer = house.post(f"/api/bulk-jobs/{created['id']}/cancel")

    assert answer.json()["data"]["state"] == "canceled"
    (run,) = house.runs()
    assert run.status is DagsterRunStatus.CANCELED
    assert house.post(f"/api/bulk-jobs/{created['id']}/cancel").status_code == 409


@pytest.mark.parametrize("action", ["pause", "resume", "cancel", "retry"])
def test_another_projects_job_does_not_exist(house: House, action: str) -> None:
    begun(house)

    assert act(house, action, who={"project": "sport"}).status_code == 404
    assert house.post(f"/api/bulk-jobs/job_of_nobody/{action}").status_code == 404
    assert state_of(house) == "running"


@ON_BOTH_DATABASES
def test_of_many_resumes_at_once_one_launches_a_run(house: House) -> None:
    ended(house, begun(house), "paused")
    together = threading.Barrier(10)
    headers = house.bearer()

    def resume(_: int) -> Any:
        together.wait()
        return house.api.post(f"/api/bulk-jobs/{JOB}/resume", headers=headers)

    with ThreadPoolExecutor(10) as clients:
        answers = list(clients.map(resume, range(10)))

    assert sorted(answer.status_code for answer in answers) == [200] + 9 * [409]
    (won,) = [answer.json()["data"] for answer in answers if answer.status_code == 200]
    assert won["state"] == "pending"
    assert [run.tags[tags.JOB_ID] for run in house.runs()] == [JOB, JOB]


def test_a_resume_that_found_no_web_server_can_be_tried_again(house: House) -> None:
    ended(house, begun(house), "paused")
    house.dagster.status, house.dagster.body = 503, "busy"
    refused = act(house, "resume")
    house.dagster.body = None

    assert (refused.status_code, refused.json()["error"]["code"]) == (503, "SERVICE_UNAVAILABLE")
    assert act(house, "resume").status_code == 200
    assert len(house.runs()) == 2


def test_a_resume_with_a_key_is_done_once_and_answered_alike(house: House) -> None:
    ended(house, begun(house), "paused")
    key = {"Idempotency-Key": "again"}

    first, second = act(house, "resume", headers=key), act(house, "resume", headers=key)

    assert (first.status_code, second.text) == (200, first.text)
    assert len(house.runs()) == 2


def test_a_resume_whose_answer_was_lost_on_the_way_to_us_is_not_done_twice(house: House) -> None:
    ended(house, begun(house), "paused")

    def launched_late(server: FakeDagster, params: Any) -> Answer | str:
        server.runs.clear()  # it cannot be asked about what it launched
        house.dagster.add(params)
        server.runs.clear()
        return LOSE

    house.dagster.launches = [launched_late]
    key = {"Idempotency-Key": "again"}
    assert act(house, "resume", headers=key).status_code == 503

    assert act(house, "resume", headers=key).json()["data"]["state"] == "pending"


@pytest.mark.heavy
def test_chosen_rows_are_retried_by_number_or_key_in_a_run_of_the_same_job(house: House) -> None:
    output = house.workplace.folder / "output"

    def is_blocked() -> bool:
        """The API may write here at any moment, to see whether storage answers: its folder is moved away whole."""
        if output.is_dir():
            output.rename(house.workplace.folder / f"output-{uuid.uuid4().hex}")
        with suppress(FileExistsError, IsADirectoryError), output.open("x") as file:
            file.write("a file stands where the folder should")
        return output.is_file()

    wait_until(is_blocked)
    failed = house.workplace.run(house.workplace.sheet([idea("One"), idea("Two"), idea("Three")]))
    job_id = failed.run.tags[tags.JOB_ID]
    output.unlink()
    path = f"/api/bulk-jobs/{job_id}/retry"

    unknown = house.post(path, {"items": [3, "nobody", 99]})
    assert (unknown.status_code, unknown.json()["error"]["field"]) == (400, "items"), unknown.text
    assert unknown.json()["error"]["details"] == {"unknown": ["nobody", 99]}
    answer = house.post(path, {"items": [3, "one"]})
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "pending"), answer.text

    (run,) = [run for run in house.runs() if run.status is DagsterRunStatus.QUEUED]
    house.workplace.instance.delete_run(run.run_id)
    again = execute_job(
        job_in_module(tags.DEFINITIONS_MODULE, "defs", tags.JOB),
        instance=house.workplace.instance,
        run_config=run.run_config,
        tags=dict(run.tags),
    )

    assert again.success
    keys = [tags.split_partition_key(key)[1] for key in house.workplace.materialised(again.run_id)]
    assert sorted(keys) == ["one", "two"]
    job = find_job(house.workplace.instance, job_id)
    assert (job.items["completed"], len(job.runs)) == (2, 2)


@pytest.mark.parametrize("body", [{"items": []}, {"items": [None]}, {"items": [1.5]}, {"rows": [1]}, [1]])
def test_a_retry_that_names_no_rows_is_a_bad_request(house: House, body: Any) -> None:
    ended(house, begun(house), "failed")

    assert act(house, "retry", body).status_code == 400
    assert len(house.runs()) == 1
