"""The doors that Dagster itself offers: web server, launchpad's GraphQL, partition backfills, `dagster job execute`."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.launching import INSTANCE_CONFIG, run_config_of
from bulkvid_pipeline_tests.workplace import Workplace, idea

pytestmark = pytest.mark.heavy

JOB = {
    "repositoryLocationName": "bulkvid_pipeline.definitions",
    "repositoryName": "__repository__",
    "jobName": tags.JOB,
}
LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message }
  ... on RunConfigValidationInvalid { errors { message } } } }"""
BACKFILL = """mutation($b: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $b) { __typename
  ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
STATUS = "query($r: ID!) { runOrError(runId: $r) { ... on Run { status tags { key value } } } }"
TERMINATE = "mutation($r: String!) { terminateRun(runId: $r) { __typename } }"
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"


@dataclass(frozen=True)
class WebServer:
    """A running `bulkvid ui`."""

    port: int

    def ask(self, query: str, **variables: Any) -> dict[str, Any]:
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            data: dict[str, Any] = json.load(answer)
        assert "errors" not in data, data
        (value,) = data["data"].values()
        return value if isinstance(value, dict) else {"value": value}

    def is_up(self) -> bool:
        try:
            return bool(self.ask("{ repositoriesOrError { ... on RepositoryConnection { nodes { name } } } }")["nodes"])
        except (OSError, AssertionError, KeyError):
            return False

    def status(self, run_id: str) -> str:
        return str(self.ask(STATUS, r=run_id)["status"])

    def launch(self, config: dict[str, Any]) -> str:
        """Launch the job as the Launchpad does; no partition is asked for."""
        answer = self.ask(LAUNCH, p={"selector": JOB, "runConfigData": config, "mode": "default"})
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])


def wait_until(met: Callable[[], bool], seconds: float = 120.0) -> None:
    end = time.monotonic() + seconds
    while not met():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.3)


@pytest.fixture
def home(workplace: Workplace) -> Path:
    home = workplace.folder / "ui_home"
    home.mkdir()
    (home / "dagster.yaml").write_bytes(INSTANCE_CONFIG.read_bytes())
    return home


@pytest.fixture
def server(workplace: Workplace, home: Path) -> Iterator[WebServer]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = (workplace.folder / "ui.log").open("wb")
    process = subprocess.Popen(
        [str(Path(sys.executable).with_name("bulkvid")), "ui", "--port", str(port)],
        cwd=workplace.folder,
        env={**os.environ, "DAGSTER_HOME": str(home)},
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
    )
    try:
        web = WebServer(port)
        wait_until(web.is_up)
        yield web
    finally:
        os.killpg(process.pid, signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        log.close()


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

    answer = server.ask(LAUNCH, p={"selector": JOB, "runConfigData": config, "mode": "default"})

    assert answer["__typename"] == "RunConfigValidationInvalid"
    assert "asap" in answer["errors"][0]["message"]


def test_a_job_is_terminated_from_the_web_ui(workplace: Workplace, server: WebServer) -> None:
    script = " ".join(f"Sentence number {n} takes a while to say." for n in range(20))
    run_id = server.launch(run_config_of(workplace.spec(workplace.sheet([idea(f"Row {n}", script) for n in range(8)]))))
    wait_until(lambda: len(workplace.videos()) >= 1)

    server.ask(TERMINATE, r=run_id)

    wait_until(lambda: server.status(run_id) in {"CANCELED", "FAILURE"}, 15)
    wait_until(lambda: not list((workplace.folder / "work" / "bulkvid-work").iterdir()), 5)
    assert len(workplace.videos()) < 8


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
