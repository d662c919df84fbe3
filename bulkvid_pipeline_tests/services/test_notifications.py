"""People are told of jobs that end, over a real receiver: a line each, which no title can turn into something else."""

from __future__ import annotations

import json
from collections.abc import Iterator

import dagster as dg
import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.defs.sensors import job_end_sensors
from bulkvid_pipeline.services.jobs.run_state import CLOSED, tell_tags
from bulkvid_pipeline.services.webhooks.callbacks import send_due
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver, Reply
from bulkvid_pipeline_tests.services.jobs.written_runs import WrittenRun
from bulkvid_pipeline_tests.services.liveness.test_orphans import a_run
from bulkvid_pipeline_tests.workplace import Workplace

EVENTS = {
    dg.DagsterRunStatus.SUCCESS: dg.DagsterEventType.RUN_SUCCESS,
    dg.DagsterRunStatus.FAILURE: dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterRunStatus.CANCELED: dg.DagsterEventType.RUN_CANCELED,
}


@pytest.fixture
def room(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """A chat room that the workplace tells; no secret is set."""
    assert workplace.folder.is_dir()
    with HookReceiver() as server:
        monkeypatch.setenv("BULKVID_NOTIFY_URL", server.url())
        monkeypatch.setenv("BULKVID_WEBHOOK_ALLOW_PRIVATE", "true")
        settings_module.settings.cache_clear()
        yield server


def end(workplace: Workplace, status: dg.DagsterRunStatus, told: dict[str, str], callback_url: str = "") -> str:
    """A run that ends so, after its worker has told that much of it; returns its id."""
    run_id = a_run(workplace, callback_url=callback_url or None)
    tell_tags(workplace.instance, run_id, told)
    event = dg.DagsterEvent(event_type_value=EVENTS[status].value, job_name=tags.JOB)
    workplace.instance.report_dagster_event(event, run_id)
    return run_id


def look(workplace: Workplace, run_id: str, status: dg.DagsterRunStatus) -> None:
    """Let the sensor of that status see the run, as Dagster's daemon does."""
    (sensor,) = (found for found in job_end_sensors if found.name == f"job_{status.value.lower()}_sensor")
    run = workplace.instance.get_run_by_id(run_id)
    assert run is not None
    event = dg.DagsterEvent(event_type_value=EVENTS[status].value, job_name=tags.JOB)
    context = dg.build_run_status_sensor_context(
        sensor_name=sensor.name, dagster_event=event, dagster_instance=workplace.instance, dagster_run=run
    )
    sensor(context)
    send_due(workplace.instance, settings_module.settings())


def texts(room: HookReceiver) -> list[str]:
    """What was said; each message holds the text alone, as Slack takes it."""
    bodies = [json.loads(message.body) for message in room.received]
    assert all(set(body) == {"text"} for body in bodies)
    return [body["text"] for body in bodies]


def counted(**counts: int) -> str:
    return json.dumps({"total": 5, "counts": counts})


@pytest.mark.parametrize(
    ("status", "state", "counts", "said"),
    [
        ("SUCCESS", "completed", counted(completed=5), "is completed: 5 of 5 rows finished."),
        ("FAILURE", "completed", counted(completed=4, failed=1), "is completed: 4 of 5 rows finished, 1 failed."),
        (
            "FAILURE",
            "failed",
            counted(completed=1, failed=1),
            "has failed: 1 of 5 rows finished, 1 failed, 3 left. Go on with: bulkvid jobs retry job_lost",
        ),
        (
            "FAILURE",
            "paused",
            counted(completed=2),
            "is paused: 2 of 5 rows finished, 3 left. Go on with: bulkvid jobs resume job_lost",
        ),
        ("CANCELED", "", "{}", "was cancelled: no row was begun."),
    ],
)
def test_each_end_is_said_once_in_a_line(
    workplace: Workplace, room: HookReceiver, status: str, state: str, counts: str, said: str
) -> None:
    ended = dg.DagsterRunStatus(status)
    run_id = end(workplace, ended, {tags.STATE: state, tags.PROGRESS: counts, tags.TITLE: "Spring"})

    look(workplace, run_id, ended)
    look(workplace, run_id, ended)

    assert texts(room) == [f"Job 'Spring' (job_lost) {said}"]


def test_no_title_calls_a_channel_or_hides_a_link(workplace: Workplace, room: HookReceiver) -> None:
    success = dg.DagsterRunStatus.SUCCESS
    run_id = end(workplace, success, {tags.TITLE: "<!channel> <http://evil.example|Gallery>", tags.STATE: "completed"})

    look(workplace, run_id, success)

    assert "&lt;!channel&gt;" in texts(room)[0]
    assert "<" not in texts(room)[0]


def test_a_room_that_does_not_answer_is_told_later(workplace: Workplace, room: HookReceiver) -> None:
    room.will(Reply(503))
    success = dg.DagsterRunStatus.SUCCESS
    look(workplace, end(workplace, success, {tags.STATE: "completed"}), success)

    assert [event.message for event in _webhook_events(workplace)] != []
    assert len(room.received) == 1


def _webhook_events(workplace: Workplace) -> list[dg.EventLogEntry]:
    (run,) = workplace.instance.get_runs()
    return [entry for entry in workplace.instance.all_logs(run.run_id) if "next try at" in entry.message]


def test_without_a_secret_callbacks_wait_and_are_never_sent_unsigned(workplace: Workplace, room: HookReceiver) -> None:
    success = dg.DagsterRunStatus.SUCCESS
    run_id = end(workplace, success, {tags.STATE: "completed"}, callback_url=room.url("/callback"))

    look(workplace, run_id, success)

    assert [message.line for message in room.received] == ["POST /hook HTTP/1.1"]


def test_the_sensors_are_at_work_wherever_the_daemon_is() -> None:
    sensors = {sensor.name: sensor for sensor in defs.sensors or ()}
    for sensor in job_end_sensors:
        assert isinstance(sensors[sensor.name], dg.SensorDefinition)
        assert sensor.default_status is dg.DefaultSensorStatus.RUNNING


def test_a_spread_job_is_told_of_once_whichever_of_its_runs_is_seen_to_end(
    workplace: Workplace, room: HookReceiver
) -> None:
    planner = WrittenRun.begun(workplace.instance).leave_to(1, 2)
    look(workplace, planner.run_id, dg.DagsterRunStatus.SUCCESS)
    shard = planner.member()
    shard.end()
    look(workplace, shard.run_id, dg.DagsterRunStatus.SUCCESS)
    assert texts(room) == []

    conclusion = planner.member(Role.CONCLUSION)
    planner.progress(100.0, 2, completed=2)
    tell_tags(workplace.instance, planner.run_id, {tags.STATE: "completed", tags.OPEN: CLOSED})
    conclusion.report(dg.DagsterEventType.RUN_SUCCESS)
    for run in (conclusion, planner, conclusion):
        look(workplace, run.run_id, dg.DagsterRunStatus.SUCCESS)

    (text,) = texts(room)
    assert "is completed: 2 of 2 rows finished" in text
