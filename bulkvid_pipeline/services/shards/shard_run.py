"""A shard: a run that makes rows which another run has planned, as long as there are any."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.batch.batch_run import BatchRun
from bulkvid_pipeline.services.batch.job_means import JobMeans
from bulkvid_pipeline.services.batch.run_control import RunControl
from bulkvid_pipeline.services.jobs.run_state import is_open
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.reports.job_report import Turns
from bulkvid_pipeline.services.shards.plan_document import PlanDocument, read_plan
from bulkvid_pipeline.services.wiring.rendering import output_store


@dataclass
class ClaimedRows:
    """The rows of a plan, of which this run claims the next ones whenever its workers would be idle."""

    claims: RowClaims
    run_id: str
    rows: tuple[VideoPlan, ...]
    patience: RetryPolicy
    """A database that is started again is waited for: a shard's rows in work are too dear to be lost to it."""
    _places: dict[str, int] = field(default_factory=dict)

    def take(self, count: int) -> Sequence[VideoPlan]:
        """See `RowSource`."""
        places = self.patience.call(lambda: self.claims.take(self.run_id, count))
        if not places:
            held = self.patience.call(lambda: self.claims.held(self.run_id))
            places = tuple(set(held) - set(self._places.values()))
        taken = [self.rows[place] for place in places]
        self._places.update({plan.row_key: place for plan, place in zip(taken, places, strict=True)})
        return taken

    def end(self, row_key: str) -> None:
        """The row has ended, and its end is recorded: nobody needs to claim it again."""
        place = self._places[row_key]
        self.patience.call(lambda: self.claims.end(self.run_id, place))
        del self._places[row_key]

    def release(self) -> None:
        """Leave to others what has not ended."""
        self.claims.release(self.run_id)

    @property
    def in_hand(self) -> int:
        """Rows that were claimed and have not ended."""
        return len(self._places)


@dataclass
class ShardRun(BatchRun):
    """As a run of the whole job, but its rows are those that it claims. It leaves no gallery and tells no callback: the
    conclusion does.
    """

    source: ClaimedRows = field(init=False)

    def settle(self, outcome: RowOutcome) -> None:
        """To be called once the row's end is recorded, so that it is not made again; a row without an end is left to
        others."""
        if outcome.state is ItemState.COMPLETED or outcome.failure is not None:
            self.source.end(outcome.plan.row_key)

    def _plans(self) -> Sequence[VideoPlan]:
        return ()

    def _source(self) -> ClaimedRows:
        return self.source

    def _unfinished(self) -> int:
        return self.source.in_hand + self.source.claims.left()

    def _tell_callback(self) -> None:
        pass

    def _sheet_report(self) -> AbstractContextManager[Callable[[RowOutcome], None]]:
        return nullcontext(lambda _: None)

    def _conclude(
        self,
        control: RunControl,
        store: OutputStore,  # noqa: ARG002
        turns: Turns,  # noqa: ARG002
        started_at: datetime,  # noqa: ARG002
        seconds: float,  # noqa: ARG002
        figures: Callable[[], Mapping[str, str]],
    ) -> None:
        self.source.release()
        control.give_back()
        control.tell({tags.STATE: self.state, **figures()})
        control.tell_progress()


def open_shard(
    spec: BulkJobSpec, means: JobMeans, instance: DagsterInstance, run_id: str, stopping: Stopping
) -> ShardRun:
    """The shard that the run is.

    Raises:
        ActionNotAllowedError: nobody has planned rows for it, or the job was concluded, or planned by other code.
        BulkVideoError: storage cannot be read.
    """
    run = instance.get_run_by_id(run_id)
    plan_id = run.tags.get(tags.PLANNED_BY, "") if run else ""
    document = read_plan_of(spec, means, instance, plan_id, stopping)
    shard = ShardRun(spec, document.sheet, means, instance, run_id, stopping=stopping, planned_by=plan_id)
    patience = RetryPolicy(tries=6, first_delay_s=1.0, longest_delay_s=10.0, sleep=stopping.sleep)
    shard.source = ClaimedRows(RowClaims(instance, plan_id), run_id, document.rows(), patience)
    return shard


def read_plan_of(
    spec: BulkJobSpec, means: JobMeans, instance: DagsterInstance, plan_id: str, stopping: Stopping
) -> PlanDocument:
    """The plan of an open job.

    Raises:
        ActionNotAllowedError: there is none that is open, or it was made by other code.
        BulkVideoError: storage cannot be read.
    """
    planner = instance.get_run_by_id(plan_id) if plan_id else None
    if planner is None or not is_open(planner):
        raise ActionNotAllowedError(
            "No job is open whose rows this run could make",
            fix="Run the job bulk_videos: it starts such runs itself where a job is worth several machines",
        )
    return read_plan(output_store(spec, means.settings, instance, planner.tags[tags.SHEET], stopping), plan_id)
