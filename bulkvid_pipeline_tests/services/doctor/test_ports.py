from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bulkvid_pipeline.services.doctor import ports
from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.services.doctor.conftest import Look

_LISTEN = """
import socket, sys
with socket.socket() as listening:
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.bind(("127.0.0.1", int(sys.argv[2])))
    listening.listen()
    print("listens", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    found = free_port()
    monkeypatch.setattr(ports, "API_PORT", found)
    return found


@contextmanager
def listener(program: str, port: int, home: Path) -> Iterator[int]:
    """A process of its own that listens there, with `program` in its command line."""
    with subprocess.Popen(
        [sys.executable, "-S", "-c", _LISTEN, program, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "DAGSTER_HOME": str(home)},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()
        yield process.pid
        process.kill()


def test_a_free_port_is_well(look: Look, port: int) -> None:
    told = look("api-port")

    assert told.status == "ok"
    assert f"{port} is free" in told.found


def test_a_port_that_somebody_has_is_told_with_his_process(look: Look, port: int) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", port))
        taken.listen()

        told = look("api-port")

    assert told.status == "warning"
    assert f"process {os.getpid()}" in told.found
    assert f"--port {port + 1}" in str(told.mend)


def test_our_own_server_is_known_and_another_installations_too(look: Look, port: int, folder: Path) -> None:
    home = folder / "home"
    with listener("bulkvid_pipeline.server.api_process", port, home) as process:
        told = look("api-port", DAGSTER_HOME=str(home))
        assert told.status == "ok"
        assert f"the API, which is ours (process {process})" in told.found
        told = look("api-port", DAGSTER_HOME=str(folder / "other"))
        assert told.status == "warning"
        assert "another DAGSTER_HOME" in told.found
