"""The parent's side of a render worker: start it, hand it rows, watch over it, kill it."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import subprocess
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.cache import CachePlace
from bulkvid_pipeline.adapters.ffmpeg import FFMPEG_VARIABLE
from bulkvid_pipeline.adapters.processes import kill_group, last_words, let_end, start_module
from bulkvid_pipeline.adapters.speech.providers import KEY_VARIABLE, OFFLINE, SpeechChoice
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.errors import EncoderError, RenderCancelledError, WorkerDiedError
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import (
    CHOICES,
    PLACES,
    RECORD,
    RECORD_NOTHING,
    REQUESTS,
    ROWS,
    SPENDINGS,
    RenderRequest,
)
from bulkvid_pipeline.rendering.worker_watch import SILENT_S, Ailment, SignsOfLife, WorkerWatch

STALL_S = 300.0
"""How long a row may be worked on without coming any further."""

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
        ffmpeg: the program that reads media and draws with the graph renderer; the bundled one if None.
    """

    def __init__(
        self,
        renderer: str = "event",
        place: CachePlace | None = None,
        on_warning: Callable[[str], None] = _log.warning,
        speech: SpeechChoice = OFFLINE,
        speech_key: str | None = None,
        ffmpeg: Path | None = None,
    ) -> None:
        self._renderer = renderer
        self._ffmpeg = ffmpeg
        self._place = place
        self._on_warning = on_warning
        self._speech = speech
        self._speech_key = speech_key
        self.spent = Spending()
        """What rows have cost so far at a paid voice, those that failed included."""
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._killed = threading.Event()
        self._writing = threading.Lock()
        self._records = False

    def render(
        self,
        request: RenderRequest,
        on_progress: Callable[[str, float], None],
        stall_s: float = STALL_S,
    ) -> RenderedRow:
        """The finished row, however long it takes as long as it comes further.

        Args:
            request: what is to be rendered.
            on_progress: told the stage and how much of the row is done, 0..1.
            stall_s: how long the worker may work without coming further. What a remote voice and its rate limits take
                does not count.

        Raises:
            RenderCancelledError: `kill` was called.
            WorkerDiedError: the worker died, or showed no sign of life for half a minute and was killed.
            EncoderError: it came no further for `stall_s`.
            RenderError: whatever the row met in the worker.
        """
        if self._killed.is_set():
            raise RenderCancelledError("The row was stopped")
        process = self._started()
        found: list[Ailment] = []

        def expire(ailment: Ailment) -> None:
            found.append(ailment)
            kill_group(process)

        signs = SignsOfLife(stall_s)
        watch = WorkerWatch(process.pid, signs, expire)
        try:
            with exchanges.following(lambda _: self._record(process)):
                message = self._exchange(process, request, on_progress, signs)
        finally:
            watch.cancel()
        if message is not None:
            return _row_of(message)
        self._forget()
        if self._killed.is_set():
            raise RenderCancelledError("The row was stopped")
        if Ailment.STALLED in found:
            raise EncoderError(
                f"The row came no further for {stall_s:.0f} s and was stopped",
                fix="Shorten the script, or retry the row",
            )
        if Ailment.SILENT in found:
            raise WorkerDiedError(
                f"The render worker showed no sign of life for {SILENT_S:.0f} s and was stopped",
                fix="Retry the row; where it happens again, look for what holds processes up on this machine",
            )
        raise WorkerDiedError(f"The render worker died: {last_words(self._stderr)}")

    def _exchange(
        self,
        process: subprocess.Popen[bytes],
        request: RenderRequest,
        on_progress: Callable[[str, float], None],
        signs: SignsOfLife,
    ) -> dict[str, Any] | None:
        """Send the request and follow the answers to the last one; None when the process ended before it."""
        assert process.stdout is not None
        self._send(process, REQUESTS.dump_json(request))
        for line in process.stdout:
            message: dict[str, Any] = json.loads(line)
            if "progress" in message:
                signs.heard(message["progress"])
                on_progress(*message["progress"])
            elif "warning" in message:
                self._on_warning(message["warning"])
            elif "waiting" in message:
                signs.waits(message["waiting"], pause=True)
                on_progress("rate_limited", 0.0)
            elif "asking" in message:
                signs.waits(message["asking"], pause=False)
            elif "answered" in message:
                signs.was_answered(message["answered"])
            elif "exchange" in message:
                exchanges.take(message["exchange"])
            elif "spent" in message:
                self.spent += SPENDINGS.validate_python(message["spent"])
            else:
                return message
        return None

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
            self._process = start_module(
                "bulkvid_pipeline.rendering.worker",
                self._renderer,
                bufsize=-1,
                stderr=self._stderr,
                env=self._environment(),
            )
            self._send(self._process, PLACES.dump_json(self._place), CHOICES.dump_json(self._speech))
            self._records = False
        return self._process

    def _record(self, process: subprocess.Popen[bytes]) -> None:
        """Let the worker record its requests, or not any more; in the midst of a row too, and from any thread."""
        with self._writing:
            wanted = exchanges.is_listened_to()
            if process is self._process and wanted != self._records:
                self._records = wanted
                self._write(process, RECORD if wanted else RECORD_NOTHING)

    def _send(self, process: subprocess.Popen[bytes], *lines: bytes) -> None:
        with self._writing:
            self._write(process, *lines)

    @staticmethod
    def _write(process: subprocess.Popen[bytes], *lines: bytes) -> None:
        """Write lines to a worker; one that has died, or was closed, meanwhile is met when its answer is read."""
        assert process.stdin is not None
        with contextlib.suppress(BrokenPipeError, ValueError):
            process.stdin.write(b"".join(line + b"\n" for line in lines))
            process.stdin.flush()

    def _environment(self) -> dict[str, str]:
        """Ours, with the voice's key for a paid voice alone; thrifty where nothing else is said."""
        inherited = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
        if self._speech.is_remote and self._speech_key:
            inherited[KEY_VARIABLE] = self._speech_key
        if self._ffmpeg is not None:
            inherited[FFMPEG_VARIABLE] = str(self._ffmpeg)
        return {**_THRIFT, **inherited}

    def kill(self) -> None:
        """Stop the worker and everything it started, at once and for good."""
        self._killed.set()
        if self._process is not None:
            kill_group(self._process)

    def close(self) -> None:
        """Let an idle worker end."""
        process, self._process = self._process, None
        if process is not None:
            let_end(process)

    def _forget(self) -> None:
        if self._process is not None:
            kill_group(self._process)
            self._process.wait()
            self._process = None


def _row_of(message: dict[str, Any]) -> RenderedRow:
    """The row in the worker's last answer; its error is raised again as the type that it was."""
    if "result" in message:
        return ROWS.validate_python(message["result"])
    error = message["error"]
    raise errors.BY_CODE[error["code"]](error["message"], fix=error["fix"])
