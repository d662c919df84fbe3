"""What a job's callback is told, over a real receiver: every state that the job comes to, each once, signed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.launch.here import execute_here
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job, resume_job
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.liveness.heartbeat import this_process
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.webhooks.callbacks import send_due, tell_state
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.jobs.test_jobs import MANY, ROWS, here, while_running
from bulkvid_pipeline_tests.services.liveness.test_orphans import a_run
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, Workplace, idea

pytestmark = [ON_BOTH_DATABASES, pytest.mark.heavy]

SECRET = "whsec_" + base64.b64encode(b"k" * 32).decode()


@pytest.fixture
def receiver(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """A receiver that the workplace may send to."""
    assert workplace.folder.is_dir()
    monkeypatch.setenv("BULKVID_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("BULKVID_WEBHOOK_ALLOW_PRIVATE", "true")
    settings_module.settings.cache_clear()
    with HookReceiver() as server:
        yield server


def told(receiver: HookReceiver) -> list[str]:
    """The states that came, in their order, all rightly signed and none twice under the same id."""
    assert len({message.id for message in receiver.received}) == len(receiver.received)
    return [message.verified(SECRET)["state"] for message in receiver.received]


def payloads(receiver: HookReceiver) -> list[Any]:
    return [message.verified(SECRET) for message in receiver.received]


def test_the_start_and_the_end_are_told(workplace: Workplace, receiver: HookReceiver) -> None:
    assert workplace.run(workplace.sheet([idea("One")]), callback_url=receiver.url()).success

    assert told(receiver) == ["running", "completed"]
    assert payloads(receiver)[-1]["items_completed"] == 1


def test_a_pause_and_what_follows_are_told(workplace: Workplace, receiver: HookReceiver) -> None:
    spec = workplace.spec(workplace.sheet(ROWS), callback_url=receiver.url())

    job_id = while_running(workplace, spec, lambda job: pause_job(workplace.instance, job))
    assert told(receiver) == ["running", "pausing", "paused"]
    assert 1 <= payloads(receiver)[-1]["items_completed"] < MANY

    resume_job(workplace.instance, job_id, here(workplace))
    assert told(receiver)[3:] == ["running", "completed"]


def test_a_cancel_and_what_follows_are_told(workplace: Workplace, receiver: HookReceiver) -> None:
    spec = workplace.spec(workplace.sheet(ROWS), callback_url=receiver.url())

    while_running(workplace, spec, lambda job: cancel_job(workplace.instance, job))

    assert told(receiver) == ["running", "canceling", "canceled"]


def test_a_job_that_is_cancelled_while_nobody_works_on_it_is_told_of(
    workplace: Workplace, receiver: HookReceiver
) -> None:
    a_run(workplace, begun=False, callback_url=receiver.url())

    cancel_job(workplace.instance, "job_lost")
    assert receiver.received == []
    assert send_due(workplace.instance, settings_module.settings()) == 1

    assert told(receiver) == ["canceled"]


def test_a_job_that_fails_before_its_rows_is_told_of(workplace: Workplace, receiver: HookReceiver) -> None:
    spec = workplace.spec(workplace.folder / "none.csv", callback_url=receiver.url())

    assert not execute_here(spec, workplace.instance, "job_early")

    assert told(receiver) == ["failed"]
    assert find_job(workplace.instance, "job_early").state.value == "failed"


def test_a_sheet_that_is_refused_is_told_of(workplace: Workplace, receiver: HookReceiver) -> None:
    sheet = workplace.sheet([idea("One")])

    assert not workplace.run(sheet, validation_level="strict", callback_url=receiver.url()).success

    assert told(receiver) == ["failed"]


def test_a_storage_that_cannot_be_opened_is_told_of_once(workplace: Workplace, receiver: HookReceiver) -> None:
    (workplace.folder / "output").write_text("a file stands where the folder should")

    assert not workplace.run(workplace.sheet([idea("One")]), callback_url=receiver.url()).success

    assert told(receiver) == ["running", "failed"]


def test_the_death_of_a_worker_is_told_once_however_often_it_is_seen(
    workplace: Workplace, receiver: HookReceiver
) -> None:
    here, _, _start = this_process().rpartition(":")
    run_id = a_run(workplace, callback_url=receiver.url(), told={tags.PROCESS: f"{here}:1"})

    assert close_orphans(workplace.instance) == (run_id,)
    tell_state(workplace.instance, run_id)
    send_due(workplace.instance, settings_module.settings())
    close_orphans(workplace.instance)
    send_due(workplace.instance, settings_module.settings())

    assert told(receiver) == ["failed"]
