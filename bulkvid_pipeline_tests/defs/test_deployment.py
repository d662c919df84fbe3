"""docker-compose.yml without Docker: the same commands with the same settings, side by side on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml

from bulkvid_pipeline.core import tags
from bulkvid_pipeline.services.jobs.instance import INSTANCE_CONFIG
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline_tests.defs.web_server import WebServer
from bulkvid_pipeline_tests.peers.postgres import PostgresServer
from bulkvid_pipeline_tests.waiting import wait_until
from bulkvid_pipeline_tests.workplace import Workplace, idea

COMPOSE = Path(__file__).parents[2] / "docker-compose.yml"
PORTS = ("4000", "3000")


def compose() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return document


def free_port() -> str:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return str(probe.getsockname()[1])


def test_every_service_waits_for_what_it_needs_and_only_the_web_server_is_reachable_from_outside() -> None:
    services = compose()["services"]
    assert set(services) == {"postgres", "code", "webserver", "daemon"}
    assert [name for name, service in services.items() if "ports" in service] == ["webserver"]
    assert services["webserver"]["ports"] == ["127.0.0.1:3000:3000"]
    for name in ("webserver", "daemon"):
        assert services[name]["depends_on"] == {"code": {"condition": "service_healthy"}}
    assert services["code"]["depends_on"] == {"postgres": {"condition": "service_healthy"}}
    assert all("healthcheck" in services[name] for name in ("postgres", "code"))


def test_no_password_has_a_default() -> None:
    assert "POSTGRES_PASSWORD:?" in COMPOSE.read_text()
    assert ":-postgres" not in COMPOSE.read_text()


@pytest.fixture
def deployed(workplace: Workplace) -> Iterator[tuple[WebServer, PostgresServer]]:
    """The three processes of the compose file on free ports, over a real PostgreSQL."""
    home = workplace.folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_bytes(INSTANCE_CONFIG.read_bytes())
    ports = {port: free_port() for port in PORTS}
    services = compose()["services"]
    with PostgresServer() as postgres, ExitStack() as stack:
        environment = {
            **os.environ,
            **dict.fromkeys(services["code"]["environment"], ""),
            "BULKVID_POSTGRES_URL": postgres.url,
            "BULKVID_OUTPUT_URL": f"file://{workplace.folder}/output",
            "DAGSTER_HOME": str(home),
        }
        for name in ("code", "webserver", "daemon"):
            words = [
                ports.get(w, {"code": "127.0.0.1", "0.0.0.0": "127.0.0.1"}.get(w, w)) for w in services[name]["command"]
            ]
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
        server = WebServer(int(ports["3000"]), f"grpc:127.0.0.1:{ports['4000']}")
        wait_until(server.is_up)
        yield server, postgres


def _stop(process: subprocess.Popen[bytes]) -> None:
    os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


@pytest.mark.heavy
def test_a_job_runs_on_the_deployed_processes(workplace: Workplace, deployed: tuple[WebServer, PostgresServer]) -> None:
    server, _postgres = deployed
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
