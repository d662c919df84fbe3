"""The row loop: plans in, outcomes out, rows failing alone.

A fresh start, a resume, a retry and a second run of an unchanged sheet are one path: what is published already is
found first, the rest is rendered in order of priority.
"""

from __future__ import annotations

import logging
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from pathlib import Path

from bulkvid_pipeline.adapters.cache import CachePlace, FolderCache, open_cache
from bulkvid_pipeline.adapters.media import MediaPolicy
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.providers import OFFLINE, SpeechChoice
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError, RenderCancelledError
from bulkvid_pipeline.core.planning import PlannedOutput, VideoPlan, in_priority_order
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.rendering.process import WALL_CLOCK_FLOOR_S, RenderProcess
from bulkvid_pipeline.rendering.worker import RenderRequest
from bulkvid_pipeline.services.batch.admission import Admission, OpenAdmission
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.worker_pool import WorkerPool, sweep_folders
from bulkvid_pipeline.services.media.prefetch import MediaPrefetch
from bulkvid_pipeline.services.outputs.outcomes import Failure, PublishedOutput, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore

_log = logging.getLogger(__name__)

LOOK_UP_THREADS = 16
MOVING_GROUND = 6
"""How much longer a row may take whose background may be a video: all of each picture changes ten times a second."""
MEDIA_KEPT_BYTES = 2 * 1024**3
"""Of media that one job keeps for itself where the installation keeps nothing."""
RENDER_RETRY = RetryPolicy(tries=3, first_delay_s=0.5, longest_delay_s=5.0)


Work = tuple[VideoPlan, tuple[PlannedOutput, ...]]
"""A row, and those of its outputs that are missing."""


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
    renders again what is published already. `admission` shares render slots with other jobs. `cache` is where
    narration, encoded scenes and media are kept for another time; `media` says where rows' media may come from.
    `speech` narrates, with `speech_key` where it is a paid voice; `spent` is what it has cost.
    """

    plans: Sequence[VideoPlan]
    store: OutputStore
    workers: int
    renderer: str
    work_dir: Path | None = None
    force: bool = False
    cache: CachePlace | None = None
    media: MediaPolicy = field(default_factory=MediaPolicy)
    speech: SpeechChoice = OFFLINE
    speech_key: str | None = field(default=None, repr=False)
    progress: JobProgress = field(default_factory=JobProgress)
    command: Callable[[], str | None] = no_command
    may_publish: Callable[[], bool] = always
    admission: Admission = field(default_factory=OpenAdmission)
    stopped_by: BulkVideoError | None = field(default=None, init=False)
    """The fault of the system that ended the loop early, if one did."""
    spent: Spending = field(default_factory=Spending, init=False)
    _warned: set[str] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def run(self) -> Iterator[RowOutcome]:
        """Outcomes as rows end: first what was found published, then what is rendered.

        What a row with media has been made into is known once its media are: until then other rows are rendered.
        Rows that were not begun when the loop was told to stop have no outcome: they are what a resume begins with.
        """
        sweep_folders(self.work_dir)
        self.progress.expect(tuple(self.plans))
        documents = frozenset() if self.force else self.store.published_documents()
        waiting: list[Work] = []
        plans = in_priority_order(self.plans)
        for outcome in self._sorted_out((plan for plan in plans if not plan.media), documents, waiting):
            self.progress.end(outcome)
            yield outcome
        with_media = [plan for plan in plans if plan.media]
        if waiting or with_media:
            yield from self._render_all(deque(waiting), with_media, documents)

    def _sorted_out(
        self, plans: Iterable[VideoPlan], documents: frozenset[str], waiting: list[Work]
    ) -> Iterator[RowOutcome]:
        """The outcomes of rows that are published already; the others go to those waiting."""
        found: list[VideoPlan] = []
        for plan in plans:
            missing = self.store.missing_outputs(plan, documents)
            if missing:
                waiting.append((plan, missing))
            else:
                found.append(plan)
        yield from self._published(found, waiting)

    def _published(self, found: Sequence[VideoPlan], waiting: list[Work]) -> Iterator[RowOutcome]:
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
            return self.store.retry.call(lambda: self.store.read_output(plan, output))
        except NotFoundError:
            return None

    def _completed(self, plan: VideoPlan, outputs: tuple[PublishedOutput, ...], *, rendered: bool) -> RowOutcome:
        warnings = tuple(dict.fromkeys(warning for output in outputs for warning in output.warnings))
        return replace(self._ended(plan, ItemState.COMPLETED), outputs=outputs, rendered=rendered, warnings=warnings)

    def _render_all(
        self, waiting: deque[Work], with_media: Sequence[VideoPlan], documents: frozenset[str]
    ) -> Iterator[RowOutcome]:
        pool = WorkerPool(
            min(self.workers, len(waiting) + len(with_media)),
            lambda: RenderProcess(self.renderer, self.cache, self._warn, self.speech, self.speech_key),
            self.work_dir,
        )
        in_work: set[Future[RowOutcome]] = set()
        try:
            kept = open_cache(self.cache) if self.cache else FolderCache(pool.folder / "media", MEDIA_KEPT_BYTES)
            with self.admission, MediaPrefetch(self.media, kept) as prefetch:
                prefetch.ask(with_media)
                try:
                    yield from self._schedule(waiting, pool, in_work, prefetch, documents)
                finally:
                    # An interrupt reaches the main thread alone, which waits here: the encoders have to be told, and
                    # slots are freed only once they are gone.
                    pool.stop(at_once=bool(in_work))
        finally:
            pool.stop(at_once=True)

    def _schedule(
        self,
        waiting: deque[Work],
        pool: WorkerPool,
        in_work: set[Future[RowOutcome]],
        prefetch: MediaPrefetch,
        documents: frozenset[str],
    ) -> Iterator[RowOutcome]:
        """Give rows to idle workers as slots allow, until none are left or the job is told to stop."""
        ended: list[RowOutcome] = []
        while waiting or in_work or ended or prefetch.pending:
            command = self.command()
            if command in {"cancel", "deadline"}:
                return
            draining = command == "pause" or self.stopped_by is not None
            if draining:
                self.admission.withdraw()
            else:
                ended += self._answered(waiting, prefetch, documents)
                self._start_rows(waiting, pool, in_work, prefetch)
            # Told only now, so that freed slots are in use again before anything else is done.
            for outcome in ended:
                self.progress.end(outcome)
                yield outcome
            if draining and not in_work:
                return
            ended = self._ended_rows(deque() if draining else waiting, pool, in_work, prefetch)

    def _answered(self, waiting: deque[Work], prefetch: MediaPrefetch, documents: frozenset[str]) -> list[RowOutcome]:
        """Let rows whose media are known by now join those waiting; outcomes of those published already, or failed."""
        answers = prefetch.answers()
        known = (answer.plan for answer in answers if answer.error is None)
        joining: list[Work] = []
        ended = list(self._sorted_out(known, documents, joining))
        ended += [
            self._ended(answer.plan, ItemState.FAILED, Failure.of(answer.error)) for answer in answers if answer.error
        ]
        if joining:
            everybody = sorted((*waiting, *joining), key=lambda work: (work[0].priority.rank, work[0].sheet_row))
            waiting.clear()
            waiting.extend(everybody)
        return ended

    def _start_rows(
        self, waiting: deque[Work], pool: WorkerPool, in_work: set[Future[RowOutcome]], prefetch: MediaPrefetch
    ) -> None:
        self.admission.line_up(self._next_in_line(waiting, pool, in_work))
        while waiting and len(in_work) < pool.size and self.admission.try_enter(waiting[0][0]):
            plan, outputs = waiting.popleft()
            in_work.add(pool.submit(partial(self._turn, plan, outputs, pool, prefetch)))

    def _next_in_line(
        self, waiting: deque[Work], pool: WorkerPool, in_work: set[Future[RowOutcome]]
    ) -> list[VideoPlan]:
        """The rows that idle workers would take."""
        return [plan for plan, _ in islice(waiting, pool.size - len(in_work))]

    def _ended_rows(
        self, waiting: deque[Work], pool: WorkerPool, in_work: set[Future[RowOutcome]], prefetch: MediaPrefetch
    ) -> list[RowOutcome]:
        """The rows that end within a short while; those next in line join as their slots are freed."""
        if not in_work:
            prefetch.wait(self.admission.look_after_s)
            return []
        done, _ = wait(in_work, timeout=self.admission.look_after_s, return_when=FIRST_COMPLETED)
        in_work -= done
        ended = [future.result() for future in done]
        for outcome in ended:
            self.admission.leave(outcome.plan, self._next_in_line(waiting, pool, in_work))
        return ended

    def _turn(
        self,
        plan: VideoPlan,
        outputs: tuple[PlannedOutput, ...],
        pool: WorkerPool,
        prefetch: MediaPrefetch,
        process: RenderProcess,
    ) -> RowOutcome:
        """One row from plan to published files, on a worker of its own; whatever it meets becomes its outcome."""
        began, spent_before = time.perf_counter(), process.spent
        self.progress.start(plan)
        tries: list[object] = []
        try:
            with full_disk_as_ours("Working on the row"):
                published = self._rendered(plan, outputs, pool, prefetch, process, tries.append)
            outcome = self._completed(plan, published, rendered=True)
        except RenderCancelledError:
            outcome = self._ended(plan, ItemState.CANCELLED)
        except BulkVideoError as error:
            if error.systemic:
                self.stopped_by = error
            outcome = self._ended(plan, ItemState.FAILED, Failure.of(error))
        except Exception as error:  # a row must never take the others with it
            what = f"Unexpected {type(error).__name__}: {error}"
            outcome = self._ended(plan, ItemState.FAILED, Failure("INTERNAL", what, "Report the row; see the log"))
        spent = process.spent - spent_before
        self._pay(plan, spent)
        seconds = round(time.perf_counter() - began, 3)
        return replace(outcome, attempts=1 + len(tries), seconds=seconds, cost=spent.cost)

    def _rendered(
        self,
        plan: VideoPlan,
        outputs: tuple[PlannedOutput, ...],
        pool: WorkerPool,
        prefetch: MediaPrefetch,
        process: RenderProcess,
        on_retry: Callable[[object], None],
    ) -> tuple[PublishedOutput, ...]:
        """Render and publish what is missing of a row; all its outputs, in the plan's order."""

        def report(stage: str, done: float) -> None:
            self.progress.advance(plan, stage, done * 0.98)

        spent_before = process.spent
        with tempfile.TemporaryDirectory(dir=pool.folder, prefix=f"row{plan.sheet_row}-") as folder:
            prefetch.lay(plan, Path(folder))
            request = RenderRequest(plan, outputs, folder)
            limit_s = WALL_CLOCK_FLOOR_S * (MOVING_GROUND if plan.background else 1)
            row = RENDER_RETRY.call(lambda: process.render(request, report, limit_s), on_wait=on_retry)
            if pool.stopping.is_set() or not self.may_publish():
                raise RenderCancelledError("The row was stopped")
            self.progress.advance(plan, "publishing", 0.99)
            cost = (process.spent - spent_before).cost
            new = {output.platform: output for output in self.store.publish(plan, outputs, row, cost)}
        everything = (new.get(planned.platform) or self._read_output(plan, planned) for planned in plan.outputs)
        return tuple(output for output in everything if output is not None)

    def _ended(self, plan: VideoPlan, state: ItemState, failure: Failure | None = None) -> RowOutcome:
        return RowOutcome(plan, state, plan.fingerprint(self.store.engine), failure=failure)

    def _pay(self, plan: VideoPlan, spent: Spending) -> None:
        """Count what a row has cost at a paid voice, finished or not."""
        if spent != Spending():
            with self._lock:
                self.spent += spent
            self.progress.pay(spent.cost)
            _log.info("Row %d: %d characters spoken, cost %.6f", plan.sheet_row, spent.characters, spent.cost)

    def _warn(self, warning: str) -> None:
        """Log what a worker warns about, once: they all meet the same full disk."""
        with self._lock:
            if warning in self._warned:
                return
            self._warned.add(warning)
        _log.warning("%s", warning)
