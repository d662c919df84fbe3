"""One row on one worker: from its plan to published files, or to the reason why there are none."""

from __future__ import annotations

import logging
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from bulkvid_pipeline.adapters import exchanges
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.adapters.work_disk import full_disk_as_ours
from bulkvid_pipeline.core.errors import BulkVideoError, RenderCancelledError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.templates import BUILT_IN_TEMPLATES
from bulkvid_pipeline.rendering.process import STALL_S, RenderProcess
from bulkvid_pipeline.rendering.row import RenderedRow
from bulkvid_pipeline.rendering.worker import RenderRequest
from bulkvid_pipeline.services.batch.generation import Attempt, Generation, Verdict
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.verdicts import RowError, RowFailedError, Verdicts
from bulkvid_pipeline.services.media.prefetch import MediaPrefetch
from bulkvid_pipeline.services.outputs.generated import Generated, generated_of
from bulkvid_pipeline.services.outputs.outcomes import Failure, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import DOCUMENT, OutputStore
from bulkvid_pipeline.services.outputs.published import PublishedRows, Work

_log = logging.getLogger(__name__)

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
class RowRetried:
    """A try at a row has failed, and its generation has decided on another one."""

    plan: VideoPlan
    tried: int
    """Tries so far."""
    failure: Failure
    verdict: Verdict


@dataclass(frozen=True)
class Deciding:
    """The generation of a job, where it has one.

    Args:
        job_id: of the job.
        generation: makes its rows, or only decides about their errors.
        waits: ends waits for another try; stopped when the job is paused too.
        on_retried: told of each other try that is begun.
    """

    job_id: str
    generation: Generation
    waits: Stopping
    on_retried: Callable[[RowRetried], object]


@dataclass(frozen=True)
class RowMaker:
    """Makes rows, each with a render process that is lent to it; called from the threads of the workers.

    Args:
        folder: where rows are made.
        stopping: ends all waits, after which nothing more is published.
        may_publish: asked before a row's files become visible.
        look_again: whether a row may have been published by another run since it was looked up.
        deciding: what makes the rows in the engine's place, or decides about their errors.
    """

    store: OutputStore
    prefetch: MediaPrefetch
    progress: JobProgress
    folder: Path
    stopping: Stopping
    may_publish: Callable[[], bool]
    look_again: bool = True
    deciding: Deciding | None = None

    def make(self, work: Work, process: RenderProcess) -> Turn:
        """Make and publish what is missing of a row; whatever it meets becomes its outcome."""
        with exchanges.for_row(work.plan.row_key):
            return self._made(work, process)

    def _made(self, work: Work, process: RenderProcess) -> Turn:
        began = time.perf_counter()
        self.progress.start(work.plan)
        row = _RowInHand(self, work, process)
        fault = None
        try:
            with full_disk_as_ours("Working on the row"):
                outcome = row.made()
        except RenderCancelledError:
            outcome = self._ended(row.work, ItemState.CANCELLED)
        except RowFailedError as failed:
            error = failed.error.told
            fault = error if error.systemic else None
            outcome = self._ended(row.work, ItemState.FAILED, failed.failure)
        except BulkVideoError as error:
            fault = error if error.systemic else None
            outcome = self._ended(row.work, ItemState.FAILED, Failure.of(error))
        except Exception as error:  # a row must never take the others with it
            _log.exception("Row %d met an unexpected error", work.plan.sheet_row)
            outcome = self._ended(row.work, ItemState.FAILED, Failure.of(RowError.of_engine(error).told))
        spent = row.spent
        seconds = round(time.perf_counter() - began, 3)
        return Turn(replace(outcome, attempts=row.tries, seconds=seconds, cost=spent.cost), spent, fault)

    def _ended(self, work: Work, state: ItemState, failure: Failure | None = None) -> RowOutcome:
        return RowOutcome(work.plan, state, work.plan.fingerprint(self.store.engine), failure=failure)


@dataclass
class _RowInHand:
    """A row during its turn. What a try has made is kept until it is published, so that it is never made twice."""

    maker: RowMaker
    work: Work
    process: RenderProcess
    tries: int = 1
    paid: Spending = field(default_factory=Spending)
    """What a generation has cost."""
    warnings: tuple[str, ...] = ()
    _made: RenderedRow | Generated | None = None
    _rendering_cost: float = 0.0
    _began: float = field(default_factory=time.perf_counter)
    _spent_before: Spending = field(init=False)

    def __post_init__(self) -> None:
        self._spent_before = self.process.spent

    @property
    def spent(self) -> Spending:
        return self.process.spent - self._spent_before + self.paid

    def made(self) -> RowOutcome:
        """The row, all of whose outputs are published."""
        found = self._looked_up()
        if found is not None:
            return found
        with tempfile.TemporaryDirectory(dir=self.maker.folder, prefix=f"row{self.work.plan.sheet_row}-") as folder:
            if self.maker.deciding is None:
                self._made = self._rendered(Path(folder), RENDER_RETRY)
                return self._published()
            return self._decided(Path(folder), self.maker.deciding)

    def _decided(self, folder: Path, deciding: Deciding) -> RowOutcome:
        """The row, tried as often as its job's generation says."""
        verdicts = Verdicts(deciding.generation, deciding.waits)
        while True:
            try:
                with full_disk_as_ours("Working on the row"):
                    if self._made is None:
                        self._made = self._tried(folder, deciding)
                    return self._published()
            except (RenderCancelledError, RowFailedError):
                raise
            except _RaisedElsewhereError as raised:
                error = RowError.of_generation(raised.error)
            except Exception as raised:
                error = RowError.of_engine(raised)
            verdict = self._prepared(verdicts, deciding, error)
            if verdict is Verdict.USE_DEFAULT_TEMPLATE and (found := self._looked_up()) is not None:
                return found

    def _prepared(self, verdicts: Verdicts, deciding: Deciding, error: RowError) -> Verdict:
        """How the next try is made, for which all is prepared; what the row has failed with is raised."""
        plan, maker = self.work.plan, self.maker
        maker.progress.wait_for_retry(plan, self.tries)
        attempt = Attempt(deciding.job_id, plan, self.tries, deciding.waits)
        verdict = verdicts.on(attempt, error, may_use_default=plan.template != _DEFAULT)
        deciding.on_retried(RowRetried(plan, self.tries, Failure.of(error.told), verdict))
        self.tries += 1
        if isinstance(self._made, Generated) and self._made.file is not None and not self._made.file.is_file():
            self._made = None
        if verdict is Verdict.USE_DEFAULT_TEMPLATE:
            self._made = None
            self.work = Work(plan.with_template(_DEFAULT), self.work.outputs)
            reason = f"Made with the template {DEFAULT_TEMPLATE} instead of {plan.template.template_id}"
            self.warnings = (f"{reason}: {error.told.message}",)
        maker.progress.retry(plan, self.tries)
        return verdict

    def _tried(self, folder: Path, deciding: Deciding) -> RenderedRow | Generated:
        """One try of what makes the job's rows."""
        if deciding.generation.name is None:
            own = folder / str(self.tries)
            own.mkdir()
            return self._rendered(own, RetryPolicy(tries=1))
        attempt = Attempt(deciding.job_id, self.work.plan, self.tries, self.maker.stopping)
        self.maker.progress.advance(self.work.plan, "generating", 0.0)
        try:
            answer = self.maker.stopping.run(lambda: deciding.generation.generate(attempt))
            generated = generated_of(answer)
        except BaseException as error:
            if self.maker.stopping.is_stopped:
                raise RenderCancelledError("The row was stopped") from error
            if not isinstance(error, BulkVideoError):
                _log.warning("The generation of row %d failed", attempt.plan.sheet_row, exc_info=error)
            raise _RaisedElsewhereError(error) from error
        self.paid += Spending(cost=generated.cost)
        return generated

    def _rendered(self, folder: Path, policy: RetryPolicy) -> RenderedRow:
        """The missing outputs, rendered by the engine."""
        maker, plan, spent_before = self.maker, self.work.plan, self.process.spent

        def report(stage: str, done: float) -> None:
            maker.progress.advance(plan, stage, done * 0.98)

        def count(_: object) -> None:
            self.tries += 1

        maker.stopping.run(lambda: maker.prefetch.lay(plan, folder))
        request = RenderRequest(plan, self.work.outputs, str(folder))
        stall_s = STALL_S * (MOVING_GROUND if plan.background else 1)
        retry = replace(policy, sleep=maker.stopping.sleep)
        rendered = retry.call(lambda: self.process.render(request, report, stall_s), on_wait=count)
        self._rendering_cost = (self.process.spent - spent_before).cost
        return rendered

    def _published(self) -> RowOutcome:
        """The row, once what was made of it is published beside what was there already."""
        maker, plan = self.maker, self.work.plan
        if maker.stopping.is_stopped or not maker.may_publish():
            raise RenderCancelledError("The row was stopped")
        maker.progress.advance(plan, "publishing", 0.99)
        if isinstance(self._made, Generated):
            seconds = time.perf_counter() - self._began
            published = maker.store.publish_generated(plan, self.work.outputs, self._made, seconds, self.warnings)
        else:
            assert self._made is not None
            rendered = replace(self._made, warnings=(*self.warnings, *self._made.warnings))
            published = maker.store.publish(plan, self.work.outputs, rendered, self._rendering_cost)
        new = {output.platform: output for output in published}
        everything = (
            new.get(planned.platform) or maker.store.read_document(maker.store.key(plan, planned, DOCUMENT))
            for planned in plan.outputs
        )
        whole = tuple(output for output in everything if output is not None)
        return RowOutcome.completed(plan, maker.store.engine, whole, rendered=True)

    def _looked_up(self) -> RowOutcome | None:
        """The outcome of a row that another run has finished meanwhile; what is missing of it is all that is made."""
        if not self.maker.look_again:
            return None
        left: list[Work] = []
        store = self.maker.store
        now = PublishedRows(store, store.documents_of(self.work.plan))
        for outcome in now.outcomes([self.work.plan], left):
            return outcome
        self.work = left[0]
        return None


class _RaisedElsewhereError(BulkVideoError):
    """Carries what a generation has raised, so that it is not taken for an error of ours."""

    def __init__(self, error: BaseException) -> None:
        super().__init__(str(type(error)))
        self.error = error


_DEFAULT = BUILT_IN_TEMPLATES[DEFAULT_TEMPLATE]
