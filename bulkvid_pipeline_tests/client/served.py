"""`bulkvid serve` as users run it, over an installation of its own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Self

import psutil

from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until

COMMAND = Path(sys.executable).with_name("bulkvid")
READY = "bulkvid serves: "


class Served:
    """API, Dagster's web server and daemon over a new SQLite instance; use as a context manager.

    `only_api` leaves out the others, for those who start no jobs.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str] = {}, *, only_api: bool = False) -> None:
        self.folder = folder
        port, dagster_port = _free_ports(2)
        self.url = f"http://127.0.0.1:{port}"
        self._ports = ["--port", str(port), "--dagster-port", str(dagster_port), *["--only", "api"][: 2 * only_api]]
        self._environment = {
            **os.environ,
            "DAGSTER_HOME": str(folder / "home"),
            "BULKVID_OUTPUT_URL": f"file://{folder}/output",
            "BULKVID_WORK_DIR": str(folder / "work"),
            "BULKVID_CACHE_DIR": str(folder / "cache"),
            "BULKVID_API_LIMIT_PER_USER": "100000",
            "BULKVID_API_LIMIT_PER_PROJECT": "100000",
            **environment,
        }
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        log = self.folder / "serve.log"
        with log.open("wb") as file:
            process = subprocess.Popen(
                [COMMAND, "serve", *self._ports], env=self._environment, cwd=self.folder, stdout=file, stderr=file
            )
        self._process = process
        try:
            wait_until(lambda: READY in log.read_text() or process.poll() is not None, "bulkvid serve did not start")
            assert process.poll() is None, log.read_text()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(PATIENCE_S)

    def token(self, *options: str) -> str:
        """What `bulkvid token` prints."""
        command = [str(COMMAND), "token", *options]
        minted = subprocess.run(
            command, env=self._environment, cwd=self.folder, check=True, capture_output=True, text=True
        )
        return minted.stdout.strip()

    def api_pid(self) -> int:
        """The process that answers the API's requests, among those that the command has started."""
        assert self._process is not None
        found = [
            child.pid
            for child in psutil.Process(self._process.pid).children(recursive=True)
            if any("api_process" in part for part in child.cmdline())
        ]
        assert len(found) == 1, found
        return found[0]


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    for probe in probes:
        probe.bind(("127.0.0.1", 0))
    ports = [int(probe.getsockname()[1]) for probe in probes]
    for probe in probes:
        probe.close()
    return ports
