"""The workers of one job: threads that each wait on a render process of its own, and the folder they work in."""

from __future__ import annotations

import os
import queue
import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.rendering.process import RenderProcess

Result = TypeVar("Result")


class WorkerPool:
    """`size` workers, for the one thread that gives them work."""

    def __init__(self, size: int, start: Callable[[], RenderProcess], work_dir: Path | None) -> None:
        self.size = size
        self.stopping = threading.Event()
        self.folder = _fresh_folder(work_dir)
        self._processes = [start() for _ in range(size)]
        self._idle: queue.SimpleQueue[RenderProcess] = queue.SimpleQueue()
        for process in self._processes:
            self._idle.put(process)
        self._threads = ThreadPoolExecutor(size, thread_name_prefix="row")

    def submit(self, turn: Callable[[RenderProcess], Result]) -> Future[Result]:
        """Let an idle worker do `turn` with its process."""

        def run() -> Result:
            with self._process() as process:
                return turn(process)

        return self._threads.submit(run)

    @contextmanager
    def _process(self) -> Iterator[RenderProcess]:
        process = self._idle.get()
        try:
            yield process
        finally:
            self._idle.put(process)

    def stop(self, *, at_once: bool) -> None:
        """Let the workers end; `at_once` kills what is under way."""
        self.stopping.set()
        for process in self._processes:
            process.kill() if at_once else process.close()
        self._threads.shutdown(wait=True, cancel_futures=True)
        shutil.rmtree(self.folder, ignore_errors=True)


def sweep_folders(work_dir: Path | None) -> None:
    """Remove the folders of crews whose process is no more."""
    root = _root(work_dir)
    for left in root.iterdir() if root.is_dir() else ():
        pid = left.name.split("-", 1)[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)


def _fresh_folder(work_dir: Path | None) -> Path:
    root = _root(work_dir)
    with full_disk_as_ours(f"Making a folder in {root}"):
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return Path(tempfile.mkdtemp(dir=root, prefix=f"{os.getpid()}-"))


def _root(work_dir: Path | None) -> Path:
    return (work_dir or Path(tempfile.gettempdir())) / "bulkvid-work"


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
