"""The parent's side of a render worker: start it, hand it rows, watch the clock, kill it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from typing import IO, Any

from bulkvid_pipeline.adapters.cache import CachePlace
from bulkvid_pipeline.adapters.speech.providers import KEY_VARIABLE, OFFLINE, SpeechChoice
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError, RenderCancelledError, WorkerDiedError
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import CHOICES, PLACES, REQUESTS, ROWS, SPENDINGS, RenderRequest

WALL_CLOCK_FLOOR_S = 300.0
STDERR_SHOWN = 400

_THRIFT = {
    "MALLOC_ARENA_MAX": "1",
    "MALLOC_MMAP_THRESHOLD_": str(4 * 2**20),
    "MALLOC_TRIM_THRESHOLD_": str(16 * 2**20),
    "OPENBLAS_NUM_THREADS": "1",
}
"""How a worker gives memory back: a fifth less at its peak for the same CPU.

By itself glibc (mallopt(3)) learns to keep ever larger blocks in its heaps, one heap a thread, where encoders leave
holes. OpenBLAS needs no threads of its own: rows are what is done at the same time.
"""

_log = logging.getLogger(__name__)


class RenderProcess:
    """One worker process, started when first needed and again after it was killed or died.

    `render` is called by one thread at a time; `kill` may be called from any thread.

    Args:
        renderer: event or graph.
        place: where pieces of videos are kept for another time; nowhere if None.
        on_warning: told what the worker warns about, apart from what concerns a row; the log if not given.
        speech: the voice that narrates.
        speech_key: its key, where it is a paid one.
    """

    def __init__(
        self,
        renderer: str = "event",
        place: CachePlace | None = None,
        on_warning: Callable[[str], None] = _log.warning,
        speech: SpeechChoice = OFFLINE,
        speech_key: str | None = None,
    ) -> None:
        self._renderer = renderer
        self._place = place
        self._on_warning = on_warning
        self._speech = speech
        self._speech_key = speech_key
        self.spent = Spending()
        """What rows have cost so far at a paid voice, those that failed included."""
        self._process: subprocess.Popen[str] | None = None
        self._stderr: IO[bytes] | None = None
        self._killed = threading.Event()

    def render(
        self,
        request: RenderRequest,
        on_progress: Callable[[str, float], None],
        wall_clock_s: float = WALL_CLOCK_FLOOR_S,
    ) -> RenderedRow:
        """The finished row. What a remote voice and its rate limits take does not count for the wall clock.

        Raises:
            RenderCancelledError: `kill` was called.
            WorkerDiedError: the worker died.
            EncoderError: it took longer than `wall_clock_s`.
            RenderError: whatever the row met in the worker.
        """
        if self._killed.is_set():
            raise RenderCancelledError("The row was stopped")
        process = self._started()
        timed_out = threading.Event()

        def expire() -> None:
            timed_out.set()
            self._kill_group(process)

        clock = _WallClock(wall_clock_s, expire)
        try:
            message = self._exchange(process, request, on_progress, clock)
        finally:
            clock.cancel()
        if message is not None:
            return _row_of(message)
        self._forget()
        if self._killed.is_set():
            raise RenderCancelledError("The row was stopped")
        if timed_out.is_set():
            raise EncoderError(
                f"The row took longer than {wall_clock_s:.0f} s and was stopped",
                fix="Shorten the script, or retry the row",
            )
        raise WorkerDiedError(f"The render worker died: {self._last_words()}")

    def _exchange(
        self,
        process: subprocess.Popen[str],
        request: RenderRequest,
        on_progress: Callable[[str, float], None],
        clock: _WallClock,
    ) -> dict[str, Any] | None:
        """Send the request and follow the answers to the last one; None when the process ended before it."""
        assert process.stdin is not None
        assert process.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            process.stdin.write(REQUESTS.dump_json(request).decode() + "\n")
            process.stdin.flush()
        for line in process.stdout:
            message: dict[str, Any] = json.loads(line)
            if "progress" in message:
                on_progress(*message["progress"])
            elif "warning" in message:
                self._on_warning(message["warning"])
            elif "waiting" in message:
                clock.put_off(message["waiting"])
                on_progress("rate_limited", 0.0)
            elif "answered" in message:
                clock.put_off(message["answered"])
            elif "spent" in message:
                self.spent += SPENDINGS.validate_python(message["spent"])
            else:
                return message
        return None

    def _started(self) -> subprocess.Popen[str]:
        if self._process is None or self._process.poll() is not None:
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
            self._process = subprocess.Popen(
                [sys.executable, "-m", "bulkvid_pipeline.rendering.worker", self._renderer, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._stderr,
                encoding="utf-8",
                start_new_session=True,
                env=self._environment(),
            )
            assert self._process.stdin is not None
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(PLACES.dump_json(self._place).decode() + "\n")
                self._process.stdin.write(CHOICES.dump_json(self._speech).decode() + "\n")
        return self._process

    def _environment(self) -> dict[str, str]:
        """Ours, with the voice's key for a paid voice alone; thrifty where nothing else is said."""
        inherited = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
        if self._speech.is_remote and self._speech_key:
            inherited[KEY_VARIABLE] = self._speech_key
        return {**_THRIFT, **inherited}

    def _last_words(self) -> str:
        if self._stderr is None:
            return "no message"
        size = self._stderr.seek(0, os.SEEK_END)
        self._stderr.seek(max(0, size - STDERR_SHOWN))
        return " ".join(self._stderr.read().decode("utf-8", "replace").split()) or "no message"

    def kill(self) -> None:
        """Stop the worker and everything it started, at once and for good."""
        self._killed.set()
        if self._process is not None:
            self._kill_group(self._process)

    def close(self) -> None:
        """Let an idle worker end."""
        process, self._process = self._process, None
        if process is None:
            return
        if process.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
        try:
            process.wait(timeout=2)
        except subprocess.TimeoutExpired:
            self._kill_group(process)
            process.wait()

    def _forget(self) -> None:
        if self._process is not None:
            self._kill_group(self._process)
            self._process.wait()
            self._process = None

    @staticmethod
    def _kill_group(process: subprocess.Popen[str]) -> None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)


class _WallClock:
    """Calls `expire` once `seconds` have passed, unless it is cancelled before; the end can be put off."""

    def __init__(self, seconds: float, expire: Callable[[], None]) -> None:
        self._ends = time.monotonic() + seconds
        self._expire = expire
        self._cancelled = threading.Event()
        threading.Thread(target=self._watch, name="wall-clock", daemon=True).start()

    def put_off(self, seconds: float) -> None:
        self._ends += seconds

    def cancel(self) -> None:
        self._cancelled.set()

    def _watch(self) -> None:
        while (left := self._ends - time.monotonic()) > 0:
            if self._cancelled.wait(left):
                return
        self._expire()


_ERRORS_BY_CODE: dict[str, type[BulkVideoError]] = {
    kind.code: kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, BulkVideoError)
}


def _row_of(message: dict[str, Any]) -> RenderedRow:
    """The row in the worker's last answer; its error is raised again as the type that it was."""
    if "result" in message:
        return ROWS.validate_python(message["result"])
    error = message["error"]
    raise _ERRORS_BY_CODE[error["code"]](error["message"], fix=error["fix"])
