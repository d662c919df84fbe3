"""The parent's side of a process that looks at rows: start it, ask it, stop it."""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import subprocess
import tempfile
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from bulkvid_pipeline.adapters.processes import kill_group, last_words, let_end, start_module
from bulkvid_pipeline.adapters.speech.providers import KEY_VARIABLE
from bulkvid_pipeline.core import errors
from bulkvid_pipeline.core.errors import BulkVideoError, EncoderError, RenderCancelledError, WorkerDiedError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.previews.look_cache import LookPlace
from bulkvid_pipeline.settings import Settings

LONGEST_S = 45.0
"""What a look may take: a second or two, but for media that come slowly."""
STOPPING_S = 5.0
"""What a process may take to stop before it is killed: what it has imported is worth keeping."""
_WORKER = "bulkvid_pipeline.services.previews.look_worker"


@dataclass(frozen=True)
class LookRequest:
    """Look at that row, or the first one, on that platform, or the first one that it asks for.

    No two requests have the same number.
    """

    number: int
    spec: BulkJobSpec
    row: int | None
    platform: Platform | None

    def as_json(self) -> dict[str, Any]:
        """The request as the process reads it."""
        spec = self.spec.model_dump(mode="json", exclude_none=True)
        return {"id": self.number, "spec": spec, "row": self.row, "platform": self.platform}


@dataclass(frozen=True)
class LookAnswer:
    """The name of a look, and of the sheet's rows their numbers and titles, the first ones of very many."""

    name: str
    rows: tuple[tuple[int, str], ...]
    rows_total: int


class LookProcess:
    """One process, started when it is needed and again after it has ended by itself.

    `look` is called by one thread at a time; `stop` and `kill` may be called from any thread.
    """

    def __init__(self, settings: Settings, place: LookPlace) -> None:
        self._settings = settings
        self._place = place
        self._process: subprocess.Popen[bytes] | None = None
        self._stderr: IO[bytes] | None = None
        self._writing = threading.Lock()
        self._busy_with: int | None = None
        self._ended_for: BulkVideoError | None = None

    @property
    def is_usable(self) -> bool:
        """Whether it was not killed."""
        return self._ended_for is None

    def start(self) -> None:
        """Have the process run, so that the first request need not wait for it."""
        with self._writing:
            if self.is_usable:
                self._running()

    def look(self, request: LookRequest, may_read: Callable[[BulkJobSpec], None]) -> LookAnswer:
        """Have the process look at the row.

        Args:
            request: what to look at.
            may_read: called before a sheet is read that others count; what it raises ends the request.

        Raises:
            RenderCancelledError: `stop` or `kill` was called.
            EncoderError: it took too long.
            WorkerDiedError: the process died.
            BulkVideoError: whatever it met.
        """
        too_long = EncoderError(
            f"Looking at {f'row {request.row}' if request.row else 'the first row'} took longer than {LONGEST_S:.0f} s",
            fix="Try another row; where it has pictures from the web, check their addresses",
        )
        watch = threading.Timer(LONGEST_S, self._end, [too_long])
        watch.daemon = True
        watch.start()
        try:
            answer = self._answer(request, may_read)
            if answer is None and self.is_usable:  # it has ended for lack of work just when there was some
                self._bury()
                answer = self._answer(request, may_read)
        finally:
            watch.cancel()
        if answer is None:
            died = WorkerDiedError(f"The process that looks at rows has died: {last_words(self._stderr)}")
            self._end(died)
            raise self._ended_for or died
        if "look" in answer:
            rows = tuple((int(number), str(title)) for number, title in answer["rows"])
            return LookAnswer(answer["look"], rows, answer["rows_total"])
        told = answer["error"]
        raise errors.BY_CODE[told["code"]](told["message"], fix=told["fix"], field=told["field"])

    def stop(self, number: int) -> None:
        """Stop the request of that number; if the process does not listen, it is killed."""
        self._say({"cancel": number})
        unwanted = RenderCancelledError("The look is not wanted any more")

        def insist() -> None:
            if self._busy_with == number:
                self._end(unwanted)

        timer = threading.Timer(STOPPING_S, insist)
        timer.daemon = True
        timer.start()

    def kill(self) -> None:
        """End the process for good."""
        self._end(RenderCancelledError("The look was stopped"))
        self._bury()

    def _answer(self, request: LookRequest, may_read: Callable[[BulkJobSpec], None]) -> dict[str, Any] | None:
        """The last answer to the request; None when the process ended before it."""
        with self._writing:
            if self._ended_for is not None:
                raise self._ended_for
            process = self._running()
        assert process.stdout is not None
        self._busy_with = request.number
        try:
            self._say(request.as_json())
            for line in process.stdout:
                message: dict[str, Any] = json.loads(line)
                if message["id"] != request.number:
                    continue  # of a request that was given up
                if "reads" not in message:
                    return message
                try:
                    may_read(request.spec)
                except BulkVideoError:
                    self._say({"cancel": request.number})
                    raise
                self._say({"may_read": request.number})
            return None
        finally:
            self._busy_with = None

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self._bury()
            self._stderr = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the process
            self._process = start_module(
                _WORKER,
                str(self._place.folder),
                str(self._place.max_bytes),
                bufsize=-1,
                stderr=self._stderr,
                env=_environment(),
            )
            self._write(pickle.dumps(self._settings))
        return self._process

    def _say(self, message: dict[str, Any]) -> None:
        with self._writing:
            self._write(json.dumps(message).encode() + b"\n")

    def _write(self, data: bytes) -> None:
        """Write to the process; one that has ended is met when its answer is read."""
        if self._process is not None and self._process.stdin is not None:
            with contextlib.suppress(BrokenPipeError, ValueError):
                self._process.stdin.write(data)
                self._process.stdin.flush()

    def _end(self, why: BulkVideoError) -> None:
        with self._writing:
            self._ended_for = self._ended_for or why
            if self._process is not None:
                kill_group(self._process)

    def _bury(self) -> None:
        """Let go of a process that ends."""
        process, self._process = self._process, None
        if process is None:
            return
        let_end(process)
        if process.stdout is not None:
            process.stdout.close()


def _environment() -> dict[str, str]:
    """Ours without the key of a paid voice: a look has the offline voice."""
    inherited = {name: value for name, value in os.environ.items() if name != KEY_VARIABLE}
    return {"MALLOC_ARENA_MAX": "1", "OPENBLAS_NUM_THREADS": "1", **inherited}
