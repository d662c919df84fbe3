"""`bulkvid serve` as somebody starts it, in an installation of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from bulkvid_pipeline.adapters.processes import kill_marked, processes_marked
from bulkvid_pipeline_tests.faults.installation import Installation
from bulkvid_pipeline_tests.peers.ports import free_port
from bulkvid_pipeline_tests.waiting import wait_until

MODULES = {
    "code-server": "api\0grpc",
    "api": "bulkvid_pipeline.server.api_process",
    "dagster": "dagster_webserver",
    "daemon": "dagster._daemon",
    "warden": "bulkvid_pipeline.adapters.processes.warden",
}


@dataclass
class Served:
    """A `bulkvid serve` on free ports; use as a context manager, which leaves nothing."""

    place: Installation
    options: Sequence[str] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    dagster_port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] = field(init=False)

    def __enter__(self) -> Self:
        name = f"serve-{self.port}"
        self.out, self.err = self.place.folder / f"{name}.out", self.place.folder / f"{name}.err"
        ports = ("--port", str(self.port), "--dagster-port", str(self.dagster_port))
        with self.out.open("wb") as out, self.err.open("wb") as err:
            self.process = subprocess.Popen(
                [str(Path(sys.executable).with_name("bulkvid")), "serve", *ports, *self.options],
                cwd=self.place.folder,
                env={**os.environ, **self.place.environment, **self.environment},
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return self

    def __exit__(self, *_exception: object) -> None:
        self.process.kill()
        self.process.wait()
        kill_marked("DAGSTER_HOME", str(self.place.home), 30)

    @property
    def said(self) -> str:
        """What it has said on stderr so far."""
        return self.err.read_text()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def wait_for_line(self) -> str:
        """The one line that says that all answer."""
        wait_until(lambda: self.out.read_text() or self.process.poll() is not None)
        text = self.out.read_text()
        assert text, f"it ended before it served:\n{self.said}"
        return text

    def pid_of(self, role: str) -> int | None:
        """The process of one of its children; None while there is none."""
        found = [pid for pid in self.children() if MODULES[role] in command_of(pid)]
        return found[0] if found else None

    def children(self) -> list[int]:
        """Pids of its own children."""
        try:
            listed = Path(f"/proc/{self.process.pid}/task").iterdir()
            return [int(pid) for task in listed for pid in (task / "children").read_text().split()]
        except OSError:
            return []

    def kill(self, role: str) -> int:
        """kill -9 of a child; returns its pid."""
        pid = self.pid_of(role)
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        return pid

    def survivors(self) -> dict[int, str]:
        """The commands of all processes of the installation that still live, zombies left out."""
        return {pid: command_of(pid) for pid in processes_marked("DAGSTER_HOME", str(self.place.home))}

    def command(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """A `bulkvid` command in the same installation, to its end."""
        return subprocess.run(
            [str(Path(sys.executable).with_name("bulkvid")), *arguments],
            cwd=self.place.folder,
            env={
                **os.environ,
                **self.place.environment,
                "BULKVID_DAGSTER_URL": f"http://127.0.0.1:{self.dagster_port}",
                **environment,
            },
            capture_output=True,
            text=True,
            check=False,
        )

    def get(self, path: str, token: str = "") -> tuple[int, Any]:
        """Status and body of an answer of the API; status 0 where there is none."""
        request = urllib.request.Request(self.url + path)
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read() or "null")
        except OSError:
            return 0, None


def command_of(pid: int) -> str:
    """The words of a process, with a NUL after each; empty when it is gone."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        return ""
