"""One run of a bulk job: from validated rows to published videos and the gallery beside them."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.speech.providers import Provider
from bulkvid_pipeline.adapters.speech.spending import Spending
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import DeadlineExceededError, RenderCancelledError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState, JobState, StopReason, outcome_of
from bulkvid_pipeline.services.batch.generation import Generation
from bulkvid_pipeline.services.batch.job_means import JobMeans
from bulkvid_pipeline.services.batch.own_generations import generation_for
from bulkvid_pipeline.services.batch.progress import JobProgress
from bulkvid_pipeline.services.batch.row_figures import RowFigures
from bulkvid_pipeline.services.batch.row_loop import RowLoop
from bulkvid_pipeline.services.batch.row_source import RowSource
from bulkvid_pipeline.services.batch.row_turn import RowRetried
from bulkvid_pipeline.services.batch.run_control import RunControl
from bulkvid_pipeline.services.jobs.jobs import find_job
from bulkvid_pipeline.services.liveness.heartbeat import this_process
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore, engine_of_generation
from bulkvid_pipeline.services.reports.job_report import Turns, write_report
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet
from bulkvid_pipeline.services.webhooks.callbacks import tell_state
from bulkvid_pipeline.services.wiring.rendering import WorkingRun, output_store, row_loop
from bulkvid_pipeline.services.wiring.storage import output_place
from bulkvid_pipeline.services.write_back.background import writing_back
from bulkvid_pipeline.services.write_back.writer import refused_results
from bulkvid_pipeline.settings import Settings

_log = logging.getLogger(__name__)

WRITE_BACK_S, REPORT_S = 0.3, 0.5
"""What a stopped run may take to write into the sheet what it has made, and to leave its gallery: a store that does not
answer must not hold it up."""


@dataclass
class BatchRun:
    """Renders the rows of a validated sheet in the run `run_id`; `only` limits it to some row keys.

    With a `canary` it renders the rows of these keys and pauses the job: another run of it makes the others.
    """

    spec: BulkJobSpec
    sheet: ValidatedSheet
    means: JobMeans
    instance: DagsterInstance
    run_id: str
    only: frozenset[str] | None = None
    canary: frozenset[str] | None = None
    force: bool = False
    stopping: Stopping = field(default_factory=Stopping)
    """Stopped when the run is cancelled: ends all that the run waits for."""
    generation_class: str = ""
    """The class that makes the rows in the engine's place; as the run's tag says where empty."""
    on_retried: Callable[[RowRetried], object] = lambda _: None
    """Told of each other try at a row that the job's generation has decided on."""
    spread: Callable[[BatchRun, OutputStore, Sequence[VideoPlan]], bool] | None = None
    """Asked once the rows that are to be made are known: whether other runs make them. Then this one ends, and a
    conclusion does what it would have done at the end."""
    planned_by: str = ""
    """The run that has planned the rows; empty where this one has."""
    is_spread: bool = field(default=False, init=False)
    on_pause: Callable[[], object] = lambda: None
    """Called whenever all outcomes so far are told, before others are waited for."""
    settings: Settings = field(init=False)
    job_id: str = field(init=False)
    """The job that the run belongs to; the run itself where nothing says so."""
    ended: list[RowOutcome] = field(default_factory=list, init=False)
    state: JobState = field(default=JobState.RUNNING, init=False)
    report_url: str = field(default="", init=False)
    spent: Spending = field(default_factory=Spending, init=False)
    """What a paid voice, and the generation, have cost in this run."""

    def __post_init__(self) -> None:
        run = self.instance.get_run_by_id(self.run_id)
        self.job_id = (run.tags.get(tags.JOB_ID) if run else None) or self.run_id
        self.settings = self.means.settings
        self.generation_class = self.generation_class or (run.tags.get(tags.GENERATION, "") if run else "")

    def outcomes(self) -> Iterator[RowOutcome]:
        """Render and publish; yields each row as it ends. The report is written however the rows end.

        Callbacks are queued; see `services.webhooks.callbacks.sending`.

        Raises:
            BulkVideoError: a fault of the system (storage denied, bucket gone) before or during the rows, or the
                program that makes the rows cannot be found here.
        """
        with generation_for(self.instance, self.job_id, self.generation_class) as generation:
            yield from self._outcomes(generation)

    def _outcomes(self, generation: Generation | None) -> Iterator[RowOutcome]:
        began, started_at = time.perf_counter(), datetime.now(UTC)
        progress = JobProgress(later=self._later())
        control = RunControl(
            self.instance,
            self.run_id,
            progress,
            deadline=self._deadline(),
            stopping=self.stopping,
            planned_by=self.planned_by,
        )
        engine = engine_of_generation(generation.name) if generation and generation.name is not None else ""
        control.tell(
            {**self._description(), **self._own_engine(engine), tags.PROVIDER: engine or self.settings.speech_provider}
        )
        self._tell_callback()
        store = output_store(self.spec, self.settings, self.instance, self.sheet.label, self.stopping, engine)
        loop = row_loop(
            WorkingRun(self.instance, self.run_id, self.job_id),
            self.spec,
            self.means,
            self._plans(),
            store,
            force=self.force,
            progress=progress,
            stop_reason=control.stop_reason,
            may_publish=control.may_publish,
            stopping=self.stopping,
            generation=generation,
            on_retried=self.on_retried,
            source=self._source(),
            hand_over=lambda left: self._hand_over(store, left),
            on_pause=self.on_pause,
        )
        figures = RowFigures(
            self.sheet.seconds,
            engine or self.settings.speech_provider,
            self._is_paid() and not engine,
            self.settings.workers,
            by_engine=not engine,
        )
        self.state = JobState.CANCELED
        try:
            store.retry.call(store.storage.check_writable)
            with self._sheet_report() as tell_sheet:
                for outcome in loop.run():
                    self.ended.append(outcome)
                    figures.add(outcome)
                    tell_sheet(outcome)
                    if figures.is_due():
                        control.tell(figures.as_tags(loop.spent.characters))
                    yield outcome
                self.stopping.conclude(WRITE_BACK_S)
            self.state = self._outcome(loop, control)
        except RenderCancelledError:
            if not self.stopping.is_stopped:
                self.state = JobState.FAILED
                raise
        except Exception:
            self.state = JobState.FAILED
            raise
        except BaseException:
            self.stopping.stop()
            raise
        finally:
            self.spent = loop.spent
            self.stopping.conclude(REPORT_S)
            lost = control.is_lost()
            if not lost:
                self._conclude(
                    control,
                    store,
                    loop.leases,
                    started_at,
                    time.perf_counter() - began,
                    lambda: figures.as_tags(
                        loop.spent.characters, time.perf_counter() - began - progress.snapshot().waited_s
                    ),
                )
        if lost:
            # Without an error Dagster would call the run a success, whatever was said of it meanwhile.
            raise RenderCancelledError("The run was declared dead while it was at work", fix="Retry the job")
        if loop.stopped_by is not None:
            raise loop.stopped_by

    def _source(self) -> RowSource | None:
        """What gives rows besides those of `_plans`."""
        return None

    def _hand_over(self, store: OutputStore, left: Sequence[VideoPlan]) -> bool:
        self.is_spread = self.spread is not None and self.spread(self, store, left)
        return self.is_spread

    def _conclude(
        self,
        control: RunControl,
        store: OutputStore,
        turns: Turns,
        started_at: datetime,
        seconds: float,
        figures: Callable[[], Mapping[str, str]],
    ) -> None:
        """Leave the gallery and tell what came of the run, which has failed where the gallery cannot be left."""
        if self.is_spread and self.state is JobState.RUNNING:
            control.tell(figures())
            control.tell_progress()
            return
        try:
            if self.ended:
                rows = tuple(self.ended)
                self.report_url = self.stopping.run(
                    lambda: write_report(store, self.sheet, self.spec, self.job_id, rows, started_at, seconds, turns)
                )
        except RenderCancelledError as error:
            _log.warning("The gallery was not written: %s", error.message)
        except Exception:
            self.state = JobState.FAILED
            raise
        finally:
            control.tell({tags.STATE: self.state, tags.REPORT: self.report_url or "none", **figures()})
            control.tell_progress()
            self._tell_callback()

    def _sheet_report(self) -> AbstractContextManager[Callable[[RowOutcome], None]]:
        """Takes outcomes of rows, to be written back into the sheet where the job asks for that."""
        refused = refused_results(self.sheet) if self.spec.write_back and self.only is None else ()
        return writing_back(
            self.instance, self.run_id, self.job_id, self.spec, self.settings, refused, stopping=self.stopping
        )

    def count(self, state: ItemState) -> int:
        return sum(outcome.state is state for outcome in self.ended)

    @property
    def row_keys(self) -> Sequence[str]:
        """The rows that the run is about, those that it leaves to another included."""
        return [plan.row_key for plan in self._rows()]

    def _plans(self) -> Sequence[VideoPlan]:
        """The rows that this run is to make."""
        return [plan for plan in self._rows() if self.canary is None or plan.row_key in self.canary]

    def _later(self) -> tuple[VideoPlan, ...]:
        """The rows that this run leaves to another."""
        return tuple(plan for plan in self._rows() if self.canary is not None and plan.row_key not in self.canary)

    def _rows(self) -> Iterator[VideoPlan]:
        return (plan for plan in self.sheet.plans if self.only is None or plan.row_key in self.only)

    def _outcome(self, loop: RowLoop, control: RunControl) -> JobState:
        if self.is_spread:
            return JobState.RUNNING
        later = len(self._later())
        unfinished = later + self._unfinished()
        reason = control.stop_reason() if unfinished else None
        if reason is StopReason.DEADLINE:
            loop.stopped_by = DeadlineExceededError(
                f"The job did not finish within its {self.spec.processing_deadline_ms} ms; {unfinished} rows are left"
            )
        if loop.stopped_by is not None:
            return JobState.FAILED
        if reason is StopReason.PAUSE or (later and reason is None):
            return JobState.PAUSED
        cancelled = reason is StopReason.CANCEL
        return outcome_of(self.count(ItemState.COMPLETED), self.count(ItemState.FAILED), cancelled)

    def _unfinished(self) -> int:
        """The rows of this run that have not come to their end."""
        return len(self._plans()) - len(self.ended) + self.count(ItemState.CANCELLED)

    def _deadline(self) -> float | None:
        """When the job's time is over: it begins with the first run at work, so anew with a resume or a retry."""
        if self.spec.processing_deadline_ms is None:
            return None
        began = find_job(self.instance, self.job_id).generation[0].started_at
        return (began or time.time()) + self.spec.processing_deadline_ms / 1000

    def _is_paid(self) -> bool:
        return Provider(self.settings.speech_provider) is Provider.OPENAI

    def _tell_callback(self) -> None:
        """Queue the message about the job's state; it is sent beside the work."""
        tell_state(self.instance, self.run_id, self.state, callback_url=self.spec.callback_url)

    def _own_engine(self, engine: str) -> dict[str, str]:
        """What makes the files where our engine does not; a run that has inherited another one's says so anew."""
        run = self.instance.get_run_by_id(self.run_id)
        inherited = run.tags.get(tags.ENGINE, "") if run else ""
        return {tags.ENGINE: engine} if engine != inherited else {}

    def _description(self) -> dict[str, str]:
        return {
            tags.JOB_ID: self.job_id,
            tags.SHEET: self.sheet.label,
            tags.TITLE: self.spec.title or self.sheet.name,
            tags.USER: self.spec.user_id,
            tags.PROJECT: self.spec.project_id,
            tags.PRIORITY: self.spec.priority,
            tags.STATE: JobState.RUNNING,
            tags.OUTPUT: output_place(self.spec, self.settings),
            tags.PROCESS: this_process(),
        }
