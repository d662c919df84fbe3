"""The workers of one job: threads that each wait on a render process of its own, and the folder they work in."""

from __future__ import annotations

import contextvars
import queue
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.services.batch.work_folder import WorkFolder

Result = TypeVar("Result")


class WorkerPool:
    """`size` workers, for the one thread that gives them work."""

    def __init__(self, size: int, start: Callable[[], RenderProcess], work_dir: Path | None) -> None:
        self.size = size
        self._work_folder = WorkFolder(work_dir)
        self.folder = self._work_folder.path
        self._processes = [start() for _ in range(size)]
        self._idle: queue.SimpleQueue[RenderProcess] = queue.SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="row")

    def submit(self, turn: Callable[[RenderProcess], Result]) -> Future[Result]:
        """Let an idle worker do `turn` with its process, and with the caller's context variables."""

        def run() -> Result:
            with self._process() as process:
                return turn(process)

        return self._threads.submit(contextvars.copy_context().run, run)

    @contextmanager
    def _process(self) -> Iterator[RenderProcess]:
        process = self._idle.get()
        try:
            yield process
        finally:
            self._idle.put(process)

    def stop(self, *, at_once: bool) -> None:
        """Let the workers end; `at_once` kills what is under way. What else rows wait for has to be ended before."""
        for process in self._processes:
            process.kill() if at_once else process.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        self._work_folder.remove()
