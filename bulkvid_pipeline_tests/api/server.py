"""The API in a process of its own, as `bulkvid serve` starts it, and a client that reads its streams line by line."""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Self

from bulkvid_pipeline_tests.waiting import PATIENCE_S, wait_until
from bulkvid_pipeline_tests.workplace import Workplace


class ApiServer:
    """An API process over the workplace's instance; use as a context manager. Its limits are out of the way."""

    def __init__(self, workplace: Workplace, **environment: str) -> None:
        self._workplace = workplace
        self._environment = environment
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = int(probe.getsockname()[1])
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.kill()

    @property
    def log(self) -> str:
        return self._log.read_text() if self._log.exists() else ""

    def start(self) -> None:
        """Start the process and wait until it answers."""
        environment = {
            **os.environ,
            "DAGSTER_HOME": str(self._workplace.folder / "home"),
            "BULKVID_API_LIMIT_PER_USER": "100000",
            "BULKVID_API_LIMIT_PER_PROJECT": "100000",
            **self._environment,
        }
        command = ["-m", "bulkvid_pipeline.server.api_process", "--host", "127.0.0.1", "--port", str(self.port)]
        with self._log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, *command], env=environment, stdout=log, stderr=log, cwd=self._folder
            )
        self.process = process
        wait_until(lambda: self._answers() or process.poll() is not None, "the server did not start")
        assert process.poll() is None, self.log

    def kill(self) -> None:
        """End the process as the kernel does it, without a chance to say anything."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def stop(self) -> int:
        """Ask the process to end, as `docker stop` does; returns its exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE_S)

    @property
    def _folder(self) -> str:
        return str(self._workplace.folder)

    @property
    def _log(self) -> Any:
        return self._workplace.folder / f"api-{self.port}.log"

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
        except OSError:
            return False
        return True


@dataclass(frozen=True)
class Received:
    """An event of a stream. `id` is empty where it has none of its own."""

    kind: str
    id: str
    data: dict[str, Any]


class StreamClient:
    """Reads one stream. `retry_ms` and `comments` are what came beside events."""

    def __init__(
        self,
        port: int,
        path: str,
        headers: dict[str, str],
        last_event_id: str = "",
        *,
        receive_buffer: int = 0,
        replay: bool = False,
    ) -> None:
        self.events: list[Received] = []
        self.comments: list[str] = []
        self.retry_ms = 0
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_S)
        if receive_buffer:
            self._connection.sock = socket.socket()
            self._connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self._connection.sock.settimeout(PATIENCE_S)
            self._connection.sock.connect(("127.0.0.1", port))
        sent = {**headers, **({"Last-Event-ID": last_event_id} if last_event_id else {})}
        self._connection.request("GET", f"{path}?replay=true" if replay else path, headers=sent)
        self.response = self._connection.getresponse()
        self._coming = self._parsed()

    @property
    def status(self) -> int:
        return self.response.status

    @property
    def last_id(self) -> str:
        return next((event.id for event in reversed(self.events) if event.id), "")

    def of(self, kind: str) -> list[dict[str, Any]]:
        return [event.data for event in self.events if event.kind == kind]

    @property
    def rows(self) -> list[str]:
        return [item["row_key"] for item in self.of("item")]

    def until(self, met: Callable[[StreamClient], object]) -> StreamClient:
        """Read until that is so; fails where the stream ends before."""
        while not met(self):
            self.events.append(next(self._coming))
        return self

    def to_the_end(self) -> StreamClient:
        """Read until the server ends the response, or is gone."""
        self.events.extend(self._coming)
        return self

    def close(self) -> None:
        self.response.close()
        self._connection.close()

    def _parsed(self) -> Iterator[Received]:
        fields: dict[str, str] = {}
        for line in self._lines():
            if not line:
                if "data" in fields:
                    yield Received(fields["event"], fields.get("id", ""), json.loads(fields["data"]))
                self.retry_ms = int(fields.get("retry", self.retry_ms))
                fields = {}
                continue
            name, _, value = line.partition(": ")
            if name == "" or line.startswith(":"):
                self.comments.append(value)
            else:
                fields[name] = value

    def _lines(self) -> Iterator[str]:
        try:
            while line := self.response.readline():
                if not line.endswith(b"\n"):
                    return  # cut off within an event, which does not count
                yield line.decode().rstrip("\n")
        except (OSError, http.client.HTTPException):
            return
