"""docker-compose.yml without Docker: the same commands with the same settings, side by side on loopback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from dagster import DagsterInstance

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.liveness.daemon_beat import daemon_status
from bulkvid_pipeline_tests.defs.web_server import WebServer
from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
PORTS = ("4000", "3000", "8000")
SECRET = "s3cr3t" * 8


@dataclass(frozen=True)
class Deployment:
    """The processes of the compose file at work."""

    server: WebServer
    api_url: str
    environment: dict[str, str]
    home: Path


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def test_every_service_waits_for_what_it_needs_and_is_reachable_from_this_machine_alone() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "code", "dagster", "daemon", "api"}
    ports = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert ports == {"dagster": ["127.0.0.1:3000:3000"], "api": ["127.0.0.1:8000:8000"]}
    for name in ("dagster", "daemon"):
        assert services[name]["depends_on"] == {"code": {"condition": "service_healthy"}}
    for name in ("code", "api"):
        assert services[name]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert all("healthcheck" in services[name] for name in ("postgres", "code", "api"))
    assert "/api/v1/health" in " ".join(services["api"]["healthcheck"]["test"])


def test_no_password_has_a_default() -> None:
    assert "POSTGRES_PASSWORD:?" in COMPOSE.read_text()
    assert "BULKVID_API_SECRET:?" in COMPOSE.read_text()
    assert ":-postgres" not in COMPOSE.read_text()


def test_what_the_api_is_given_the_jobs_can_read() -> None:
    services = compose()["services"]
    for name in ("api", "code"):
        assert {"./output:/output", "uploads:/uploads"} <= set(services[name]["volumes"])
        assert services[name]["environment"]["BULKVID_UPLOADS_URL"].endswith("/uploads}")


@pytest.fixture
def deployed(workplace: Workplace) -> Iterator[Deployment]:
    """The processes of the compose file on free ports, over a real PostgreSQL."""
    home = workplace.folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_bytes(INSTANCE_CONFIG.read_bytes())
    ports = {port: str(free_port()) for port in PORTS}
    here = {
        **ports,
        "code": "127.0.0.1",
        "0.0.0.0": "127.0.0.1",
        "code:4000": f"127.0.0.1:{ports['4000']}",
    }
    services = compose()["services"]
    with PostgresServer() as postgres, ExitStack() as stack:
        environment = {
            **os.environ,
            **dict.fromkeys(services["api"]["environment"], ""),
            "BULKVID_POSTGRES_URL": postgres.url,
            "BULKVID_OUTPUT_URL": f"file://{workplace.folder}/output",
            "BULKVID_UPLOADS_URL": str(workplace.folder / "uploads"),
            "BULKVID_DAGSTER_URL": f"http://127.0.0.1:{ports['3000']}",
            "BULKVID_API_SECRET": SECRET,
            "DAGSTER_HOME": str(home),
        }
        for name in ("code", "dagster", "daemon", "api"):
            words = [here.get(word, word) for word in services[name]["command"]]
            program = str(Path(sys.executable).with_name(words[0]))
            log = stack.enter_context((workplace.folder / f"{name}.log").open("wb"))
            process = subprocess.Popen(
                [program, *words[1:]],
                cwd=workplace.folder,
                env=environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
            stack.callback(_stop, process)
            if name == "code":
                check = [w.replace("4000", ports["4000"]) for w in services["code"]["healthcheck"]["test"][1:]]
                check[0] = str(Path(sys.executable).with_name(check[0]))
                wait_until(lambda check=check: subprocess.run(check, env=environment).returncode == 0)  # type: ignore[misc]
        server = WebServer(int(ports["3000"]))
        wait_until(server.is_up)
        for name, said in (("api", "bulkvid serves: http"), ("daemon", "daemon runs"), ("dagster", "web server: http")):
            written = workplace.folder / f"{name}.log"
            wait_until(lambda written=written, said=said: said in written.read_text(), f"{name} was not ready")  # type: ignore[misc]
        yield Deployment(server, f"http://127.0.0.1:{ports['8000']}", environment, home)


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.heavy
def test_a_job_runs_on_the_deployed_processes(
    workplace: Workplace, deployed: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = deployed.server
    run_id = server.launch(run_config_of(workplace.spec(workplace.sheet([idea("One")]))))

    wait_until(lambda: server.status(run_id) in {"SUCCESS", "FAILURE"})

    assert server.status(run_id) == "SUCCESS"
    assert len(workplace.videos()) == 1
    found = {
        tag["key"]: tag["value"]
        for tag in server.ask(
            "query($r: ID!) { runOrError(runId: $r) { ... on Run { tags { key value } } } }", r=run_id
        )["tags"]
    }
    assert found[tags.STATE] == "completed"

    bulkvid = str(Path(sys.executable).with_name("bulkvid"))
    token = subprocess.check_output([bulkvid, "token"], env=deployed.environment, cwd=workplace.folder, text=True)
    request = urllib.request.Request(f"{deployed.api_url}/api/bulk-jobs/{found[tags.JOB_ID]}")
    request.add_header("Authorization", f"Bearer {token.strip()}")
    with urllib.request.urlopen(request, timeout=30) as answer:
        assert json.load(answer)["data"]["state"] == "completed"

    for name in ("BULKVID_POSTGRES_URL", "DAGSTER_HOME"):
        monkeypatch.setenv(name, deployed.environment[name])
    with DagsterInstance.from_config(str(deployed.home)) as instance:
        assert daemon_status(instance).running
