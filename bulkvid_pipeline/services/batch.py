"""The row loop: plans in, outcomes out, rows failing alone.

A fresh start, a resume, a retry and a second run of an unchanged sheet are one path: what is published already is
found first, the rest is rendered in order of priority.
"""

from __future__ import annotations

import logging
import os
import queue
import shutil
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from pathlib import Path

from bulkvid_pipeline.adapters.pieces import PiecesPlace
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError, RenderCancelledError
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan, in_priority_order
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.rendering.worker import RenderRequest
from bulkvid_pipeline.services.outcomes import Failure, PublishedOutput, RowOutcome
from bulkvid_pipeline.services.progress import JobProgress
from bulkvid_pipeline.services.publishing import ENGINE, Shelf

_log = logging.getLogger(__name__)

POLL_S = 0.25
LOOK_UP_THREADS = 16
RENDER_RETRY = RetryPolicy(tries=3, first_delay_s=0.5, longest_delay_s=5.0)


def always() -> bool:
    """Nobody disputes the run."""
    return True


def no_command() -> str | None:
    """Nobody wants the loop to stop."""
    return None


@dataclass
class RowLoop:
    """Renders the rows of one job that are not published yet.

    `command` is asked between rows and while waiting: None to go on, "pause" to let rows in work finish and start no
    other, "cancel" or "deadline" to kill them. `may_publish` is asked before a row's files become visible. `force`
    renders again what is published already. `pieces` is where narration and encoded scenes are kept for another time.
    """

    plans: Sequence[VideoPlan]
    shelf: Shelf
    workers: int
    renderer: str
    work_dir: Path | None = None
    force: bool = False
    pieces: PiecesPlace | None = None
    progress: JobProgress = field(default_factory=JobProgress)
    command: Callable[[], str | None] = no_command
    may_publish: Callable[[], bool] = always
    stopped_by: BulkVideoError | None = field(default=None, init=False)
    """The fault of the system that ended the loop early, if one did."""
    _warned: set[str] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def run(self) -> Iterator[RowOutcome]:
        """Outcomes as rows end: first what was found published, then what is rendered.

        Rows that were not begun when the loop was told to stop have no outcome: they are what a resume begins with.
        """
        self.progress.expect(tuple(self.plans))
        documents = frozenset() if self.force else self.shelf.published_documents()
        waiting: list[tuple[VideoPlan, tuple[PlannedOutput, ...]]] = []
        found: list[VideoPlan] = []
        for plan in in_priority_order(self.plans):
            missing = self.shelf.missing_outputs(plan, documents)
            if missing:
                waiting.append((plan, missing))
            else:
                found.append(plan)
        for outcome in self._published(found, waiting):
            self.progress.end(outcome)
            yield outcome
        if waiting:
            yield from self._render_all(deque(waiting))

    def _published(
        self, found: Sequence[VideoPlan], waiting: list[tuple[VideoPlan, tuple[PlannedOutput, ...]]]
    ) -> Iterator[RowOutcome]:
        """Read what is published; a document that cannot be read sends its row to those waiting."""
        with ThreadPoolExecutor(LOOK_UP_THREADS) as pool:
            for plan, outputs in zip(found, pool.map(self._read_outputs, found), strict=True):
                missing = tuple(
                    planned for planned, output in zip(plan.outputs, outputs, strict=True) if output is None
                )
                if missing:
                    waiting.append((plan, missing))
                else:
                    yield self._completed(plan, tuple(output for output in outputs if output), rendered=False)

    def _read_outputs(self, plan: VideoPlan) -> list[PublishedOutput | None]:
        return [self._read_output(plan, output) for output in plan.outputs]

    def _read_output(self, plan: VideoPlan, output: PlannedOutput) -> PublishedOutput | None:
        try:
            return self.shelf.retry.call(lambda: self.shelf.read_output(plan, output))
        except NotFoundError:
            return None

    def _completed(self, plan: VideoPlan, outputs: tuple[PublishedOutput, ...], *, rendered: bool) -> RowOutcome:
        warnings = tuple(dict.fromkeys(warning for output in outputs for warning in output.warnings))
        return RowOutcome(
            plan, ItemState.COMPLETED, plan.fingerprint(ENGINE), outputs, rendered=rendered, warnings=warnings
        )

    def _render_all(self, waiting: deque[tuple[VideoPlan, tuple[PlannedOutput, ...]]]) -> Iterator[RowOutcome]:
        slots = min(self.workers, len(waiting))
        processes = [RenderProcess(self.renderer, self.pieces, self._warn) for _ in range(slots)]
        idle: queue.SimpleQueue[RenderProcess] = queue.SimpleQueue()
        for process in processes:
            idle.put(process)
        stop = threading.Event()
        pool = ThreadPoolExecutor(slots, thread_name_prefix="row")
        work_dir = _fresh_work_dir(self.work_dir)
        in_work: set[Future[RowOutcome]] = set()
        try:
            while waiting or in_work:
                command = self.command()
                if command in {"cancel", "deadline"}:
                    break
                draining = command == "pause" or self.stopped_by is not None
                if draining and not in_work:
                    break
                while waiting and len(in_work) < slots and not draining:
                    in_work.add(pool.submit(self._turn, *waiting.popleft(), idle, work_dir, stop))
                ended, in_work = wait(in_work, timeout=POLL_S, return_when=FIRST_COMPLETED)
                for future in ended:
                    outcome = future.result()
                    self.progress.end(outcome)
                    yield outcome
        finally:
            # An interrupt reaches the main thread alone, which waits here: the encoders have to be told.
            stop.set()
            clean = not in_work
            for process in processes:
                process.close() if clean else process.kill()
            pool.shutdown(wait=True, cancel_futures=True)
            shutil.rmtree(work_dir, ignore_errors=True)

    def _turn(
        self,
        plan: VideoPlan,
        outputs: tuple[PlannedOutput, ...],
        idle: queue.SimpleQueue[RenderProcess],
        work_dir: Path,
        stop: threading.Event,
    ) -> RowOutcome:
        """One row from plan to published files, on a worker of its own; whatever it meets becomes its outcome."""
        began = time.perf_counter()
        process = idle.get()
        self.progress.start(plan)
        attempts = 1

        def count(_wait: object) -> None:
            nonlocal attempts
            attempts += 1

        try:
            with tempfile.TemporaryDirectory(dir=work_dir, prefix=f"row{plan.sheet_row}-") as folder:
                request = RenderRequest(plan, outputs, folder)
                row = RENDER_RETRY.call(
                    lambda: process.render(
                        request, lambda stage, done: self.progress.advance(plan, stage, done * 0.98)
                    ),
                    on_wait=count,
                )
                if stop.is_set() or not self.may_publish():
                    raise RenderCancelledError("The row was stopped")
                self.progress.advance(plan, "publishing", 0.99)
                published = {o.platform: o for o in self.shelf.publish(plan, outputs, row)}
            everything = tuple(
                published.get(planned.platform) or self._read_output(plan, planned) for planned in plan.outputs
            )
            outcome = self._completed(plan, tuple(output for output in everything if output), rendered=True)
        except RenderCancelledError:
            outcome = RowOutcome(plan, ItemState.CANCELLED, plan.fingerprint(ENGINE))
        except BulkVideoError as error:
            if error.systemic:
                self.stopped_by = error
            outcome = RowOutcome(plan, ItemState.FAILED, plan.fingerprint(ENGINE), failure=Failure.of(error))
        except Exception as error:  # a row must never take the others with it
            unexpected = Failure(
                "INTERNAL", f"Unexpected {type(error).__name__}: {error}", "Report the row; see the log"
            )
            outcome = RowOutcome(plan, ItemState.FAILED, plan.fingerprint(ENGINE), failure=unexpected)
        finally:
            idle.put(process)
        return _timed(outcome, attempts, time.perf_counter() - began)

    def _warn(self, warning: str) -> None:
        """Log what a worker warns about, once: they all meet the same full disk."""
        with self._lock:
            if warning in self._warned:
                return
            self._warned.add(warning)
        _log.warning("%s", warning)


def _timed(outcome: RowOutcome, attempts: int, seconds: float) -> RowOutcome:
    return replace(outcome, attempts=attempts, seconds=round(seconds, 3))


def _fresh_work_dir(parent: Path | None) -> Path:
    """A folder for this process; those of processes that are no more are removed first."""
    root = (parent or Path(tempfile.gettempdir())) / "bulkvid-work"
    root.mkdir(parents=True, exist_ok=True, mode=0o700)
    for left in root.iterdir():
        pid = left.name.split("-", 1)[0]
        if pid.isdigit() and not _is_alive(int(pid)):
            shutil.rmtree(left, ignore_errors=True)
    return Path(tempfile.mkdtemp(dir=root, prefix=f"{os.getpid()}-"))


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
