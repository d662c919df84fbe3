"""The engine's end of the espeak worker process: starts it, asks it, ends it."""

from __future__ import annotations

import contextlib
import fcntl
import os
import select
import signal
import sys
import tempfile
import time
from typing import IO, Any

from bulkvid_pipeline.adapters.processes import start_module
from bulkvid_pipeline.adapters.speech import wire
from bulkvid_pipeline.core.errors import NarrationError

_MODULE = "bulkvid_pipeline.adapters.speech.espeak_process"
_START_SECONDS = 20.0
_PIPE_BYTES = 1 << 20
"""Room for 20 seconds of speech, so that whoever speaks need not wait for us to read."""


class EspeakDiedError(NarrationError):
    """The worker ended or spoke nonsense."""


class EspeakWorker:
    """One running worker. Not thread-safe: its owner holds a lock around every call.

    Raises:
        EspeakDiedError: the process could not start; the text ends with what it wrote to stderr.
    """

    def __init__(self) -> None:
        self._stderr: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._process = start_module(
            _MODULE,
            stderr=self._stderr,
            bufsize=0,
            # Nothing of our environment, which may hold secrets: only where to find this package.
            env={"PYTHONPATH": os.pathsep.join(entry for entry in sys.path if entry), "LC_ALL": "C.UTF-8"},
        )
        self._owner = os.getpid()
        assert self._process.stdout is not None
        with contextlib.suppress(OSError):  # a user may have too many pipes; smaller ones only take more wake-ups
            fcntl.fcntl(self._process.stdout, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
        try:
            hello, _ = self._receive(time.monotonic() + _START_SECONDS)
            self.version = str(hello["version"])
            self.sample_rate = int(hello["sample_rate"])
        except TimeoutError as error:
            self.close()
            raise EspeakDiedError("the espeak worker did not start in time") from error
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Process id of the worker."""
        return self._process.pid

    @property
    def is_ours(self) -> bool:
        """Whether this process started the worker; a fork did not."""
        return self._owner == os.getpid()

    def ask(self, request: dict[str, Any], seconds: float) -> tuple[dict[str, Any], bytes]:
        """Send a request and wait for its answer.

        Raises:
            TimeoutError: no answer within `seconds`; the worker is of no more use.
            EspeakDiedError: it ended meanwhile.
        """
        deadline = time.monotonic() + seconds
        try:
            self._send(wire.encode(request), deadline)
        except OSError as error:
            if isinstance(error, TimeoutError):
                raise
            raise EspeakDiedError(self._last_words()) from error
        return self._receive(deadline)

    def close(self) -> None:
        """End the process, at once; safe to call twice. A fork of the owner only lets go of its copies of the pipes."""
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        if self.is_ours and self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)  # the worker and its fork that is speaking
            self._process.wait()
        self._stderr.close()

    def _send(self, data: bytes, deadline: float) -> None:
        assert self._process.stdin is not None
        descriptor = self._process.stdin.fileno()
        view = memoryview(data)
        while view:
            if not select.select([], [descriptor], [], max(0.0, deadline - time.monotonic()))[1]:
                raise TimeoutError
            # A pipe that is ready takes PIPE_BUF bytes without blocking.
            view = view[os.write(descriptor, view[: select.PIPE_BUF]) :]

    def _receive(self, deadline: float) -> tuple[dict[str, Any], bytes]:
        try:
            return wire.decode(lambda count: self._read(count, deadline))
        except (EOFError, ValueError) as error:
            raise EspeakDiedError(self._last_words()) from error

    def _read(self, count: int, deadline: float) -> bytes:
        assert self._process.stdout is not None
        descriptor = self._process.stdout.fileno()
        data = bytearray()
        while len(data) < count:
            if not select.select([descriptor], [], [], max(0.0, deadline - time.monotonic()))[0]:
                raise TimeoutError
            piece = os.read(descriptor, min(count - len(data), 1 << 20))
            if not piece:
                raise EOFError
            data += piece
        return bytes(data)

    def _last_words(self) -> str:
        self._stderr.seek(0)
        lines = self._stderr.read().decode(errors="replace").strip().splitlines()
        return lines[-1][:300] if lines else "it wrote no reason"


def narration_failed(what: str) -> NarrationError:
    """The error for a voice that does not answer."""
    return NarrationError(
        f"The offline voice failed: {what}",
        fix="Try the row again; if it fails again, check that the packages espeakng-loader and pykakasi are installed",
    )
