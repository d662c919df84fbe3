"""The row loop: plans in, outcomes out, rows failing alone.

A fresh start, a resume, a retry and a second run of an unchanged sheet are one path: what is published already is
found first, the rest is rendered in order of priority.
"""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from queue import SimpleQueue

from bulkvid_pipeline.adapters.cache import FolderCache, open_cache
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core.errors import BulkVideoError
from bulkvid_pipeline.core.planning import VideoPlan, in_priority_order
from bulkvid_pipeline.core.states import ItemState, StopReason
from bulkvid_pipeline.rendering.process import RenderProcess
from bulkvid_pipeline.services.batch.admission import Admission, OpenAdmission
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.batch.leases import NoLeases, RowLeases, leased_for
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.render_setup import RenderSetup
from bulkvid_pipeline.services.batch.row_source import RowSource
from bulkvid_pipeline.services.batch.row_turn import Deciding, RowMaker, RowRetried, Turn
from bulkvid_pipeline.services.batch.work_folder import sweep_folders
from bulkvid_pipeline.services.batch.worker_pool import WorkerPool
from bulkvid_pipeline.services.media.prefetch import MediaPrefetch
from bulkvid_pipeline.services.outputs.outcomes import Failure, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.outputs.published import PublishedRows, Work

_log = logging.getLogger(__name__)

MEDIA_KEPT_BYTES = 2 * 1024**3
"""Of media that one job keeps for itself where the installation keeps nothing."""
AHEAD = 1
"""Rows that a loop with a source has in hand besides those in work, so that media come before a worker is idle."""
LOOK_ASIDE_EVERY_S = 0.5
"""How often to look whether other runs have given back rows that this one waits for."""


def always() -> bool:
    """For a run that nobody can declare dead: it may always publish."""
    return True


def keep_all(left: Sequence[VideoPlan]) -> bool:  # noqa: ARG001
    """For a run that makes its rows itself."""
    return False


def never_stop() -> StopReason | None:
    """For a run that nobody can stop."""
    return None


@dataclass
class RowLoop:
    """Renders the rows of one job that are not published yet.

    Args:
        plans: the rows, in any order.
        store: where their files go.
        setup: what they are rendered with.
        force: render again what is published already.
        progress: counts what happens.
        stop_reason: asked between rows and while waiting; see `StopReason`.
        may_publish: asked before a row's files become visible.
        admission: shares render slots with other jobs.
        leases: keeps other runs from rendering a row that this one has in work, and the other way round.
        stopping: ends what rows wait for; stopped by the loop when it kills rows, and perhaps by others before.
        generation: makes the rows in the engine's place, or decides about their errors.
        job_id: what it is told of the job.
        on_retried: told in the thread of the loop of each other try at a row that a generation has decided on.
        source: gives more rows whenever workers would be idle.
        hand_over: asked once the rows that are not published are known, whether other runs are to make them.
        on_pause: called in the thread of the loop whenever all outcomes so far are told, before others are waited for.
    """

    plans: Sequence[VideoPlan]
    store: OutputStore
    setup: RenderSetup
    force: bool = False
    progress: JobProgress = field(default_factory=JobProgress)
    stop_reason: Callable[[], StopReason | None] = never_stop
    may_publish: Callable[[], bool] = always
    admission: Admission = field(default_factory=OpenAdmission)
    leases: RowLeases = field(default_factory=NoLeases)
    stopping: Stopping = field(default_factory=Stopping)
    generation: Generation | None = None
    job_id: str = ""
    on_retried: Callable[[RowRetried], object] = lambda _: None
    source: RowSource | None = None
    hand_over: Callable[[Sequence[VideoPlan]], bool] = keep_all
    on_pause: Callable[[], object] = lambda: None
    stopped_by: BulkVideoError | None = field(default=None, init=False)
    """The fault of the system that ended the loop early, if one did."""
    spent: Spending = field(default_factory=Spending, init=False)
    """What the rows have cost: a paid voice, and the generation."""
    _warned: set[str] = field(default_factory=set, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def run(self) -> Iterator[RowOutcome]:
        """Outcomes as rows end: first what was found published, then what is rendered.

        What a row with media has been made into is known once its media are: until then other rows are rendered.
        Rows that were not begun when the loop was told to stop have no outcome: they are what a resume begins with.
        """
        sweep_folders(self.setup.work_dir)
        self.progress.expect(tuple(self.plans))
        published = PublishedRows(self.store, frozenset()) if self.force else PublishedRows.listed(self.store)
        unfinished: list[Work] = []
        plans = in_priority_order(self.plans)
        for outcome in published.outcomes((plan for plan in plans if not plan.media), unfinished):
            self.progress.end(outcome)
            yield outcome
        with_media = [plan for plan in plans if plan.media]
        left = [*(work.plan for work in unfinished), *with_media]
        if (left and not self.hand_over(in_priority_order(left))) or self.source is not None:
            yield from self._rendered(unfinished, with_media, published)

    def _rendered(
        self, unfinished: Sequence[Work], with_media: Sequence[VideoPlan], published: PublishedRows
    ) -> Iterator[RowOutcome]:
        pool = WorkerPool(
            lambda: self.setup.start_process(self._warn),
            self.setup.work_dir,
        )
        try:
            cache = self.setup.cache
            kept = open_cache(cache) if cache else FolderCache(pool.folder / "media", MEDIA_KEPT_BYTES)
            with self.admission, self.leases, MediaPrefetch(self.setup.media, kept) as prefetch:
                prefetch.ask(with_media)
                this_pass = _Pass(self, pool, prefetch, published, deque(unfinished))
                try:
                    yield from this_pass.outcomes()
                finally:
                    # An interrupt reaches the main thread alone, which waits here: the encoders have to be told, and
                    # slots are freed only once they are gone.
                    if this_pass.in_work:
                        self.stopping.stop()
                    this_pass.waits.stop()
                    pool.stop(at_once=self.stopping.is_stopped)
        finally:
            pool.stop(at_once=True)

    def rows_at_once(self) -> int:
        """How many rows may be in work now: a generation may say another number at any time."""
        asked = self.generation.max_workers if self.generation else None
        return self.setup.workers if asked is None else max(1, asked)

    def pay(self, plan: VideoPlan, spent: Spending) -> None:
        """Count what a row has cost, finished or not: a paid voice, and the generation."""
        if spent != Spending():
            with self._lock:
                self.spent += spent
            self.progress.pay(spent.cost)
            spoken = f"{spent.characters} characters spoken, " if spent.characters else ""
            _log.info("Row %d: %scost %.6f", plan.sheet_row, spoken, spent.cost)

    def _warn(self, warning: str) -> None:
        """Log what a worker warns about, once: they all meet the same full disk."""
        with self._lock:
            if warning in self._warned:
                return
            self._warned.add(warning)
        _log.warning("%s", warning)


@dataclass
class _Pass:
    """One pass over the rows that are to be rendered: those that wait, those in work, and the workers.

    A row that another run has in work is put aside until that run has given it back, and is then found published or
    rendered here.
    """

    loop: RowLoop
    pool: WorkerPool
    prefetch: MediaPrefetch
    published: PublishedRows
    waiting: deque[Work]
    aside: list[Work] = field(default_factory=list)
    in_work: dict[Future[Turn], Work] = field(default_factory=dict)
    waits: Stopping = field(default_factory=Stopping)
    """Ends waits of rows for another try, which a pause ends too."""
    _retried: SimpleQueue[RowRetried] = field(default_factory=SimpleQueue, init=False)
    _looked_aside: float = field(default=float("-inf"), init=False)
    _more_may_come: bool = field(init=False)

    def __post_init__(self) -> None:
        self._more_may_come = self.loop.source is not None
        generation = self.loop.generation
        deciding = Deciding(self.loop.job_id, generation, self.waits, self._retried.put) if generation else None
        self._maker = RowMaker(
            self.loop.store,
            self.prefetch,
            self.loop.progress,
            self.pool.folder,
            self.loop.stopping,
            self.loop.may_publish,
            look_again=not self.loop.force,
            leases=self.loop.leases,
            deciding=deciding,
        )

    def outcomes(self) -> Iterator[RowOutcome]:
        """Give rows to idle workers as slots allow, until none are left or the job is told to stop."""
        ended: list[RowOutcome] = []
        while self._has_work or ended:
            reason = self.loop.stop_reason()
            if reason is not None and (reason.kills_rows or self.loop.stopping.is_stopped):
                self.loop.stopping.stop()
                self.waits.stop()
                return
            draining = reason is StopReason.PAUSE or self.loop.stopped_by is not None
            if draining:
                self.loop.admission.withdraw()
                self.waits.stop()
            else:
                ended += self._from_source()
                ended += self._with_known_media()
                self._take_back()
                self._start_rows()
            while not self._retried.empty():
                self.loop.on_retried(self._retried.get())
            # Told only now, so that freed slots are in use again before anything else is done.
            for outcome in ended:
                self.loop.progress.end(outcome)
                yield outcome
            self.loop.on_pause()
            if draining and not self.in_work:
                return
            ended = self._ended_rows(draining)

    @property
    def _has_work(self) -> bool:
        return bool(self.waiting or self.aside or self.in_work or self.prefetch.pending or self._more_may_come)

    def _from_source(self) -> list[RowOutcome]:
        """Take as many rows as workers could begin now, and `AHEAD`; outcomes of those that are published already."""
        source = self.loop.source
        in_hand = len(self.in_work) + len(self.waiting) + len(self.aside) + self.prefetch.pending
        missing = self.loop.rows_at_once() + AHEAD - in_hand
        if source is None or not self._more_may_come or missing <= 0:
            return []
        plans = source.take(missing)
        self._more_may_come = bool(plans)
        self.loop.progress.expect_more(plans)
        self.prefetch.ask([plan for plan in plans if plan.media])
        joining: list[Work] = []
        ended = list(self.published.outcomes((plan for plan in plans if not plan.media), joining))
        self._join(joining)
        return ended

    def _with_known_media(self) -> list[RowOutcome]:
        """Let rows whose media are known by now join those waiting; outcomes of those published already, or failed."""
        answers = self.prefetch.answers()
        joining: list[Work] = []
        ended = list(self.published.outcomes((a.plan for a in answers if a.error is None), joining))
        for answer in answers:
            if answer.error is not None:
                fingerprint = answer.plan.fingerprint(self.loop.store.engine)
                failure = Failure.of(answer.error)
                ended.append(RowOutcome(answer.plan, ItemState.FAILED, fingerprint, failure=failure))
        self._join(joining)
        return ended

    def _take_back(self) -> None:
        """Let rows join those waiting that no other run has in work any more."""
        now = time.monotonic()
        if not self.aside or now - self._looked_aside < LOOK_ASIDE_EVERY_S:
            return
        self._looked_aside = now
        taken = self.loop.leases.taken([name for work in self.aside for name in leased_for(self.loop.store, work)])
        free = [work for work in self.aside if taken.isdisjoint(leased_for(self.loop.store, work))]
        self.aside = [work for work in self.aside if not taken.isdisjoint(leased_for(self.loop.store, work))]
        self._join(free)

    def _join(self, joining: Sequence[Work]) -> None:
        if joining:
            everybody = (*self.waiting, *joining)
            self.waiting = deque(sorted(everybody, key=lambda work: (work.plan.priority.rank, work.plan.sheet_row)))

    def _start_rows(self) -> None:
        admission = self.loop.admission
        admission.line_up(self._next_in_line())
        while self.waiting and len(self.in_work) < self.loop.rows_at_once():
            entering = admission.enter_first(self._next_in_line())
            if entering is None:
                return
            work = next(work for work in self.waiting if work.plan is entering)
            self.waiting.remove(work)
            if self.loop.leases.take(leased_for(self.loop.store, work)):
                self.in_work[self.pool.submit(partial(self._turn, work))] = work
            else:
                _log.info("Row %d is being made by another run", work.plan.sheet_row)
                self.aside.append(work)
                admission.leave(work.plan, self._next_in_line())

    def _next_in_line(self) -> list[VideoPlan]:
        """The rows that idle workers would take."""
        idle = max(0, self.loop.rows_at_once() - len(self.in_work))
        return [work.plan for work in islice(self.waiting, idle)]

    def _turn(self, work: Work, process: RenderProcess) -> Turn:
        turn = self._maker.make(work, process)
        self.loop.pay(work.plan, turn.spent)
        return turn

    def _ended_rows(self, draining: bool) -> list[RowOutcome]:
        """The rows that end within a short while; those next in line join as their slots are freed."""
        admission = self.loop.admission
        if not self.in_work:
            self.prefetch.wait(admission.look_after_s)
            return []
        done, _ = wait(self.in_work, timeout=admission.look_after_s, return_when=FIRST_COMPLETED)
        ended = []
        for future in done:
            work, turn = self.in_work.pop(future), future.result()
            self.loop.stopped_by = self.loop.stopped_by or turn.fault
            self.loop.leases.release(leased_for(self.loop.store, work))
            admission.leave(work.plan, () if draining else self._next_in_line())
            ended.append(turn.outcome)
        return ended
