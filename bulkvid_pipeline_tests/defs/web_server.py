"""Driving the Dagster web server as its own pages do: GraphQL over HTTP."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bulkvid_pipeline.core import tags
from bulkvid_pipeline_tests.waiting import wait_until

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
REEXECUTE = """mutation($p: ReexecutionParams!) { launchRunReexecution(reexecutionParams: $p) { __typename
  ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
STATUS = "query($r: ID!) { runOrError(runId: $r) { ... on Run { status tags { key value } } } }"
TERMINATE = "mutation($r: String!) { terminateRun(runId: $r) { __typename } }"
RUNS = "{ runsOrError { ... on Runs { results { runId jobName status } } } }"


@dataclass(frozen=True)
class WebServer:
    """A running `bulkvid ui`."""

    port: int
    location: str = "bulkvid_pipeline.definitions"
    pid: int = 0
    """Its process, which leads a group; 0 where somebody else has started it."""

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

    def try_launch(self, config: dict[str, Any]) -> dict[str, Any]:
        """What the server says to a launch, whatever it is."""
        selector = {
            "repositoryLocationName": self.location,
            "repositoryName": "__repository__",
            "jobName": tags.JOB,
        }
        return self.ask(LAUNCH, p={"selector": selector, "runConfigData": config, "mode": "default"})

    def launch(self, config: dict[str, Any]) -> str:
        """Launch the job as the Launchpad does; no partition is asked for."""
        answer = self.try_launch(config)
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def execute_again(self, run_id: str, strategy: str) -> str:
        """What the button Re-execute of a run's page does; strategy is ALL_STEPS or FROM_FAILURE."""
        answer = self.ask(REEXECUTE, p={"parentRunId": run_id, "strategy": strategy, "useParentRunTags": True})
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])


@contextmanager
def running_web_ui(folder: Path, environment: Mapping[str, str]) -> Iterator[WebServer]:
    """`bulkvid ui` on a free port, with its log in the folder; stopped as Ctrl-C stops it."""
    with _serving(folder, environment, ["bulkvid", "ui", "--port"]) as server:
        yield server


@contextmanager
def running_web_server(folder: Path, environment: Mapping[str, str], *options: str) -> Iterator[WebServer]:
    """Dagster's web server alone, without the daemon that would start what is queued."""
    command = ["dagster-webserver", "-m", "bulkvid_pipeline.definitions", *options, "-h", "127.0.0.1", "-p"]
    with _serving(folder, environment, command) as server:
        yield server


@contextmanager
def _serving(folder: Path, environment: Mapping[str, str], command: Sequence[str]) -> Iterator[WebServer]:
    """The command with a free port as its last argument, from when it answers on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (folder / "ui.log").open("wb") as log:
        process = subprocess.Popen(
            [str(Path(sys.executable).with_name(command[0])), *command[1:], str(port)],
            cwd=folder,
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            server = WebServer(port, pid=process.pid)
            wait_until(server.is_up)
            yield server
        finally:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGINT)
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
