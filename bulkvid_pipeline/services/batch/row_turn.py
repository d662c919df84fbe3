"""One row on one worker: from its plan to published files, or to the reason why there are none."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.errors import BulkVideoError, RenderCancelledError
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.rendering.process import STALL_S, RenderProcess
from bulkvid_pipeline.rendering.worker import RenderRequest
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.media.prefetch import MediaPrefetch
from bulkvid_pipeline.services.outputs.outcomes import Failure, PublishedOutput, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore
from bulkvid_pipeline.services.outputs.published import PublishedRows, Work

MOVING_GROUND = 6
"""How much longer a row may come no further whose background may be a video: all of each picture changes all the
time."""
RENDER_RETRY = RetryPolicy(tries=3, first_delay_s=0.5, longest_delay_s=5.0)


@dataclass(frozen=True)
class Turn:
    """How a row's turn ended."""

    outcome: RowOutcome
    spent: Spending
    fault: BulkVideoError | None = None
    """The fault of the system that the row met, which every other row would meet too."""


@dataclass(frozen=True)
class RowMaker:
    """Makes rows, each with a render process that is lent to it; called from the threads of the workers.

    Args:
        folder: where rows are made.
        stopping: ends all waits, after which nothing more is published.
        may_publish: asked before a row's files become visible.
        look_again: whether a row may have been published by another run since it was looked up.
    """

    store: OutputStore
    prefetch: MediaPrefetch
    progress: JobProgress
    folder: Path
    stopping: Stopping
    may_publish: Callable[[], bool]
    look_again: bool = True

    def make(self, work: Work, process: RenderProcess) -> Turn:
        """Render and publish what is missing of a row; whatever it meets becomes its outcome."""
        with exchanges.for_row(work.plan.row_key):
            return self._made(work, process)

    def _made(self, work: Work, process: RenderProcess) -> Turn:
        plan = work.plan
        began, spent_before = time.perf_counter(), process.spent
        self.progress.start(plan)
        tries: list[object] = []
        fault = None
        try:
            outcome, work = self._looked_up(work) if self.look_again else (None, work)
            if outcome is None:
                with full_disk_as_ours("Working on the row"):
                    published = self._published(work, process, tries.append)
                outcome = RowOutcome.completed(plan, self.store.engine, published, rendered=True)
        except RenderCancelledError:
            outcome = self._ended(work, ItemState.CANCELLED)
        except BulkVideoError as error:
            fault = error if error.systemic else None
            outcome = self._ended(work, ItemState.FAILED, Failure.of(error))
        except Exception as error:  # a row must never take the others with it
            what = f"Unexpected {type(error).__name__}: {error}"
            outcome = self._ended(work, ItemState.FAILED, Failure("INTERNAL", what, "Report the row; see the log"))
        spent = process.spent - spent_before
        seconds = round(time.perf_counter() - began, 3)
        return Turn(replace(outcome, attempts=1 + len(tries), seconds=seconds, cost=spent.cost), spent, fault)

    def _looked_up(self, work: Work) -> tuple[RowOutcome | None, Work]:
        """The outcome of a row that another run has finished meanwhile, or None and what is still missing of it."""
        left: list[Work] = []
        now = PublishedRows(self.store, self.store.documents_of(work.plan))
        for outcome in now.outcomes([work.plan], left):
            return outcome, work
        return None, left[0]

    def _published(
        self, work: Work, process: RenderProcess, on_retry: Callable[[object], None]
    ) -> tuple[PublishedOutput, ...]:
        """All outputs of the row, in the plan's order, once the missing ones are rendered and published."""
        plan, spent_before = work.plan, process.spent

        def report(stage: str, done: float) -> None:
            self.progress.advance(plan, stage, done * 0.98)

        with tempfile.TemporaryDirectory(dir=self.folder, prefix=f"row{plan.sheet_row}-") as folder:
            self.stopping.run(lambda: self.prefetch.lay(plan, Path(folder)))
            request = RenderRequest(plan, work.outputs, folder)
            stall_s = STALL_S * (MOVING_GROUND if plan.background else 1)
            retry = replace(RENDER_RETRY, sleep=self.stopping.sleep)
            row = retry.call(lambda: process.render(request, report, stall_s), on_wait=on_retry)
            if self.stopping.is_stopped or not self.may_publish():
                raise RenderCancelledError("The row was stopped")
            self.progress.advance(plan, "publishing", 0.99)
            cost = (process.spent - spent_before).cost
            new = {output.platform: output for output in self.store.publish(plan, work.outputs, row, cost)}
        everything = (
            new.get(planned.platform) or self.store.read_document(self.store.key(plan, planned, DOCUMENT))
            for planned in plan.outputs
        )
        return tuple(output for output in everything if output is not None)

    def _ended(self, work: Work, state: ItemState, failure: Failure | None = None) -> RowOutcome:
        return RowOutcome(work.plan, state, work.plan.fingerprint(self.store.engine), failure=failure)
