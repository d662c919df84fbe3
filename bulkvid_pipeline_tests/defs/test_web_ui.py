"""The doors that Dagster itself offers: web server, launchpad's GraphQL, partition backfills, `dagster job execute`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from dagster import DagsterInstance

from bulkvid_pipeline import settings as settings_module
from bulkvid_pipeline.adapters.processes import ProcessIdentity
from bulkvid_pipeline.adapters.rate_limits import Budget
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.control.actions import cancel_job, pause_job
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.wiring.limits import limiter_of
from bulkvid_pipeline_tests.defs.web_server import BACKFILL, TERMINATE, WebServer, running_web_ui
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

MANY = 24
"""Rows: so many that some are left when a job is told to stop after its first one."""
LONG_SCRIPT = " ".join(f"Sentence number {n} takes a while to say." for n in range(20))


@pytest.fixture
def home(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Path:
    home = workplace.folder / "ui_home"
    home.mkdir()
    monkeypatch.setenv("DAGSTER_HOME", str(home))  # where the instance's storage looks
    (home / "dagster.yaml").write_bytes(INSTANCE_CONFIG.read_bytes())
    return home


@pytest.fixture
def server(workplace: Workplace, home: Path) -> Iterator[WebServer]:
    with running_web_ui(workplace.folder, {**os.environ, "DAGSTER_HOME": str(home)}) as server:
        yield server


def test_a_job_is_launched_and_a_row_materialised_again_from_the_web_ui(
    workplace: Workplace, server: WebServer
) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    run_id = server.launch(run_config_of(workplace.spec(sheet)))
    wait_until(lambda: server.status(run_id) in {"SUCCESS", "FAILURE"})
    assert server.status(run_id) == "SUCCESS"
    assert len(workplace.videos()) == 2

    lost = workplace.videos()[0].parent
    for path in lost.iterdir():
        path.unlink()
    row = server.ask('{ assetNodeOrError(assetKey: {path: ["video"]}) { ... on AssetNode { partitionKeys } } }')[
        "partitionKeys"
    ][0]
    answer = server.ask(BACKFILL, b={"assetSelection": [{"path": ["video"]}], "partitionNames": [row], "tags": []})
    assert answer["__typename"] == "LaunchBackfillSuccess", answer

    wait_until(lambda: len(workplace.videos()) == 2)


def test_the_launchpad_refuses_what_no_job_can_be(workplace: Workplace, server: WebServer) -> None:
    config = run_config_of(workplace.spec(workplace.sheet([idea("One")])))
    config["resources"][tags.SPEC_RESOURCE]["config"]["priority"] = "asap"

    answer = server.try_launch(config)

    assert answer["__typename"] == "RunConfigValidationInvalid"
    assert "asap" in answer["errors"][0]["message"]


def test_a_job_is_terminated_from_the_web_ui(workplace: Workplace, server: WebServer) -> None:
    sheet = workplace.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(8)])
    run_id = server.launch(run_config_of(workplace.spec(sheet)))
    wait_until(lambda: len(workplace.videos()) >= 1)

    server.ask(TERMINATE, r=run_id)

    wait_until(lambda: server.status(run_id) in {"CANCELED", "FAILURE"})
    wait_until(lambda: not list((workplace.folder / "work" / "bulkvid-work").iterdir()))
    assert len(workplace.videos()) < 8


def test_a_paused_job_is_executed_again_from_the_web_ui_and_goes_on(
    workplace: Workplace, home: Path, server: WebServer
) -> None:
    sheet = workplace.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(MANY)])
    paused = server.launch(run_config_of(workplace.spec(sheet)))
    wait_until(lambda: len(workplace.videos()) >= 1)
    with DagsterInstance.from_config(str(home)) as instance:
        pause_job(instance, paused)
        wait_until(lambda: server.status(paused) == "FAILURE")
        assert find_job(instance, paused).state is JobState.PAUSED
        assert len(workplace.videos()) < MANY

        again = server.execute_again(paused, "ALL_STEPS")
        wait_until(lambda: server.status(again) in {"SUCCESS", "FAILURE"})

        run = instance.get_run_by_id(again)
        assert run is not None
        assert run.tags[tags.INTENT] == "", "the pause was inherited, and taken away"
        job = find_job(instance, paused)
        assert (job.state, job.run_id, job.items["completed"]) == (JobState.COMPLETED, again, MANY)
    assert len(workplace.videos()) == MANY


def test_a_cancelled_job_is_executed_again_from_where_it_failed(
    workplace: Workplace, home: Path, server: WebServer
) -> None:
    sheet = workplace.sheet([idea(f"Row {n}", LONG_SCRIPT) for n in range(MANY)])
    cancelled = server.launch(run_config_of(workplace.spec(sheet)))
    wait_until(lambda: len(workplace.videos()) >= 1)
    with DagsterInstance.from_config(str(home)) as instance:
        cancel_job(instance, cancelled)
        wait_until(lambda: server.status(cancelled) in {"FAILURE", "CANCELED"})
        assert find_job(instance, cancelled).state is JobState.CANCELED

        again = server.execute_again(cancelled, "FROM_FAILURE")
        wait_until(lambda: server.status(again) in {"SUCCESS", "FAILURE"})

        assert find_job(instance, cancelled).state is JobState.COMPLETED
    assert len(workplace.videos()) == MANY


@pytest.fixture
def chat(workplace: Workplace, monkeypatch: pytest.MonkeyPatch) -> Iterator[HookReceiver]:
    """Where a web server that is started after it tells people of jobs that end."""
    assert workplace.folder.is_dir()
    with HookReceiver() as receiver:
        monkeypatch.setenv("BULKVID_NOTIFY_URL", receiver.url())
        monkeypatch.setenv("BULKVID_WEBHOOK_ALLOW_PRIVATE", "true")
        yield receiver


def test_the_daemon_finds_a_run_that_is_killed_before_its_rows_begin_and_tells_people(
    chat: HookReceiver, home: Path, server: WebServer
) -> None:
    spec = BulkJobSpec.for_input("1aBcDeFgHiJkLmNoPqRsTuVwXyZ0123456789")
    with DagsterInstance.from_config(str(home)) as instance:
        # Somebody else has used up the user's limit, so the run waits in its first step.
        limiter = limiter_of(instance, settings_module.settings(), Budget.SHEETS_READ)
        while limiter.can_proceed(spec.user_id, spec.project_id):
            pass
        run_id = server.launch(run_config_of(spec))

        def worker() -> str:
            run = instance.get_run_by_id(run_id)
            return run.tags.get(tags.PROCESS, "") if run else ""

        wait_until(lambda: bool(worker()))
        identity = ProcessIdentity.read(worker())
        assert identity is not None
        os.kill(identity.pid, signal.SIGKILL)

        wait_until(lambda: server.status(run_id) == "FAILURE")
        assert find_job(instance, run_id).state is JobState.FAILED
    wait_until(lambda: bool(chat.received))
    assert f"({run_id}) has failed: no row was begun" in json.loads(chat.received[0].body)["text"]


def test_dagster_job_execute_runs_a_job(workplace: Workplace, home: Path) -> None:
    config = workplace.folder / "job.yaml"
    config.write_text(json.dumps(run_config_of(workplace.spec(workplace.sheet([idea("One")])))))
    command = ["job", "execute", "-m", "bulkvid_pipeline.definitions", "-j", tags.JOB, "-c", str(config)]

    subprocess.run(
        [str(Path(sys.executable).with_name("dagster")), *command],
        cwd=workplace.folder,
        env={**os.environ, "DAGSTER_HOME": str(home)},
        check=True,
        capture_output=True,
    )

    assert len(workplace.videos()) == 1
