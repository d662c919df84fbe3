"""The workers of one job: threads that each wait on a render process of its own, and the folder they work in."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from bulkvid_pipeline.adapters.stopping import in_daemon_thread
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.services.batch.work_folder import WorkFolder

Result = TypeVar("Result")


class WorkerPool:
    """As many workers as there are turns at once, for the one thread that gives them work.

    The threads are daemons: an interpreter that exits while a job is at work in a thread of its own would wait for
    others before that job can be told.
    """

    def __init__(self, start: Callable[[], RenderProcess], work_dir: Path | None) -> None:
        self._work_folder = WorkFolder(work_dir)
        self.folder = self._work_folder.path
        self._start = start
        self._processes: list[RenderProcess] = []
        self._idle: list[RenderProcess] = []
        self._turns: set[Future[Any]] = set()
        self._stopped = False
        self._lock = threading.Lock()

    def submit(self, turn: Callable[[RenderProcess], Result]) -> Future[Result]:
        """Let an idle worker, or a new one, do `turn` with its process, and with the caller's context variables."""

        def run() -> Result:
            with self._process() as process:
                return turn(process)

        future = in_daemon_thread(partial(contextvars.copy_context().run, run), "row")
        self._turns = {turn for turn in self._turns if not turn.done()} | {future}
        return future

    @contextmanager
    def _process(self) -> Iterator[RenderProcess]:
        with self._lock:
            if self._idle:
                process = self._idle.pop()
            else:
                process = self._start()
                self._processes.append(process)
                if self._stopped:
                    process.kill()
        try:
            yield process
        finally:
            with self._lock:
                self._idle.append(process)

    def stop(self, *, at_once: bool) -> None:
        """Let the workers end; `at_once` kills what is under way. What else rows wait for has to be ended before."""
        with self._lock:
            self._stopped = at_once
            processes = list(self._processes)
        for process in processes:
            process.kill() if at_once else process.close()
        wait(self._turns)
        self._work_folder.remove()
