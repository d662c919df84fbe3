"""The end of a job that was spread over several runs: its report, results, write-back and callback, once."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from dagster import DagsterInstance, RunRecord, RunsFilter

from bulkvid_pipeline.adapters.dagster.leases import Leases
from bulkvid_pipeline.adapters.dagster.row_claims import RowClaims
from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.adapters.stopping import Stopping
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError, BulkVideoError
from bulkvid_pipeline.core.jobs import JobRun, Role
from bulkvid_pipeline.core.made import Made
from bulkvid_pipeline.core.paces import added_up
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.spread import Ending, progress_of
from bulkvid_pipeline.core.states import ItemState, JobState
from bulkvid_pipeline.services.analytics.past_rows import took_of
from bulkvid_pipeline.services.batch.job_means import JobMeans
from bulkvid_pipeline.services.jobs.job_rows import RowEnd, RowReader
from bulkvid_pipeline.services.jobs.jobs import Job, find_job
from bulkvid_pipeline.services.jobs.run_state import CLOSED, is_open, own_tags, progress_as_json, run_of, tell_tags
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.outputs.outcomes import Failure, PublishedOutput, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.outputs.published import LOOK_UP_THREADS
from bulkvid_pipeline.services.reports.job_report import write_report
from bulkvid_pipeline.services.shards.plan_document import PlanDocument, remove_plan
from bulkvid_pipeline.services.shards.shard_run import read_plan_of
from bulkvid_pipeline.services.webhooks.callbacks import tell_state
from bulkvid_pipeline.services.wiring.rendering import output_store
from bulkvid_pipeline.services.write_back.resync import results_now
from bulkvid_pipeline.services.write_back.writer import result_of, write_results

_log = logging.getLogger(__name__)

TURN_S = 60.0
"""How long a conclusion waits for another one of the same job: two may have been begun."""


@dataclass
class Conclusion:
    """The run `run_id` concludes the job that the run `plan_id` has planned."""

    spec: BulkJobSpec
    means: JobMeans
    instance: DagsterInstance
    run_id: str
    plan_id: str
    stopping: Stopping

    def conclude(self) -> Ending | None:
        """Write the report, write back, tell the planning run how the job has ended, and the job's callback.

        None, and nothing done, where another conclusion has done so.

        Raises:
            ActionNotAllowedError: a shard is still at work, or other code has planned the job.
            BulkVideoError: storage, or the database, refused.
        """
        leases = Leases(self.instance, self.run_id, free_dead=lambda: close_orphans(self.instance))
        with leases, leases.alone(f"conclusion/{self.plan_id}", TURN_S) as alone:
            planner = self.instance.get_run_by_id(self.plan_id)
            if planner is not None and not is_open(planner):
                return None
            if not alone:
                raise ActionNotAllowedError("Another run concludes the job already", fix="Wait until it is through")
            return self._conclude(leases)

    def _conclude(self, leases: Leases) -> Ending:
        document = read_plan_of(self.spec, self.means, self.instance, self.plan_id, self.stopping)
        job = find_job(self.instance, self._job_id())
        shards = self._shards(job.job_id)
        store = output_store(self.spec, self.means.settings, self.instance, document.sheet.label, self.stopping)
        ends = self._ends(job, shards)
        planner = next(run for run in job.runs if run.run_id == self.plan_id)
        ending = self._ending(planner, document, ends, shards)
        began = planner.started_at or planner.created_at
        outcomes = _outcomes(document.sheet.plans, ends, store)
        url = write_report(
            store,
            document.sheet,
            self.spec,
            job.job_id,
            outcomes,
            datetime.fromtimestamp(began, UTC),
            datetime.now(UTC).timestamp() - began,
            leases,
        )
        written = self._write_back(job, document, store, outcomes)
        progress = progress_of(planner, [run_of(record) for record in shards])
        counts = {"completed": ending.completed, "failed": ending.failed}
        if ending.state is JobState.CANCELED:
            counts["cancelled"] = ending.left
        through = replace(
            progress,
            total=ending.total,
            counts={name: count for name, count in counts.items() if count},
            percent=100.0 * (ending.total - ending.left) / max(1, ending.total),
        )
        told = json.dumps(progress_as_json(through), separators=(",", ":"))
        self._tell(shards, {tags.STATE: ending.state, tags.REPORT: url, tags.PROGRESS: told} | written)
        tell_state(self.instance, self.plan_id, callback_url=self.spec.callback_url)
        self._clean_up(job, store)
        return ending

    def _tell(self, shards: Sequence[RunRecord], told: dict[str, str]) -> None:
        """Let the planning run say of the whole job what it has come to."""
        planner = self.instance.get_run_by_id(self.plan_id)
        assert planner is not None
        runs = [planner, *(record.dagster_run for record in shards)]
        made = sum((Made.of_json(json.loads(own_tags(run).get(tags.MADE, "{}"))) for run in runs), Made())
        took = added_up(found for found in map(took_of, runs) if found is not None)
        figures = {
            tags.MADE: json.dumps(made.as_json(), separators=(",", ":")),
            tags.TOOK: json.dumps(took.as_json(), separators=(",", ":")) if took.rows else "",
        }
        tell_tags(self.instance, self.plan_id, {**told, **figures, tags.OPEN: CLOSED})

    def _clean_up(self, job: Job, store: OutputStore) -> None:
        """Remove the plans of the job, those too whose runs died before they were through or were never concluded."""
        for run_id in [run.run_id for run in job.runs if run.role is None]:
            RowClaims(self.instance, run_id).close()
            remove_plan(store, run_id)

    def _job_id(self) -> str:
        run = self.instance.get_run_by_id(self.run_id)
        return (run.tags.get(tags.JOB_ID) if run else None) or self.run_id

    def _shards(self, job_id: str) -> list[RunRecord]:
        """The shards of the job, all of which have ended.

        Raises:
            ActionNotAllowedError: one has not.
        """
        close_orphans(self.instance)
        wanted = {tags.JOB_ID: job_id, tags.PLANNED_BY: self.plan_id, tags.ROLE: Role.SHARD.value}
        found = list(self.instance.get_run_records(RunsFilter(tags=wanted)))
        if any(not record.dagster_run.is_finished for record in found):
            raise ActionNotAllowedError("Shards of the job are still at work", fix="Wait until they are through")
        return found

    def _ends(self, job: Job, shards: Iterable[RunRecord]) -> dict[str, RowEnd]:
        """How rows ended in this pass, by row key."""
        ours = {self.plan_id, *(record.dagster_run.run_id for record in shards)}
        log = RunLog(self.instance)
        with closing(log):
            rows = RowReader(log).rows(job).rows
        return {row.row_key: row.end for row in rows if row.end is not None and row.end.run_id in ours}

    def _ending(
        self, planner: JobRun, document: PlanDocument, ends: Mapping[str, RowEnd], shards: Sequence[RunRecord]
    ) -> Ending:
        """How the job has ended: by what the planning run has found finished, and the ends of the rows it has left."""
        left = set(document.row_keys)
        states = [end.state for key, end in ends.items() if key in left]
        runs = [run_of(record) for record in shards]
        return Ending(
            total=planner.progress.total,
            completed=planner.progress.total - len(left) + states.count(ItemState.COMPLETED),
            failed=states.count(ItemState.FAILED),
            intent=planner.intent,
            is_canceled=any(run.state is JobState.CANCELED for run in runs),
        )

    def _write_back(
        self, job: Job, document: PlanDocument, store: OutputStore, outcomes: Iterable[RowOutcome]
    ) -> dict[str, str]:
        """What came of writing the results into the sheet, as a tag; a sheet that cannot be written fails no job."""
        if not self.spec.write_back:
            return {}
        try:
            standing = results_now(self.instance, job, document.sheet, store, self.means.settings)
            ended = filter(None, map(result_of, outcomes))
            results = {result.row_key: result for result in (*standing, *ended)}
            written = write_results(self.instance, self.spec, self.means.settings, list(results.values()))
        except BulkVideoError as error:
            _log.warning("The results could not be written into the sheet: %s", error)
            return {tags.WRITE_BACK: f"failed: {error} Then run: bulkvid jobs write-back {job.job_id}"}
        return {tags.WRITE_BACK: str(written)}


def _outcomes(plans: Iterable[VideoPlan], ends: Mapping[str, RowEnd], store: OutputStore) -> list[RowOutcome]:
    """The ends of rows that nobody could know without their events: why rows have failed, and the files of those with
    media, whose names follow from what the media held. The other files are found by the plan.

    Raises:
        BulkVideoError: storage cannot be read.
    """
    told = [(plan, ends[plan.row_key]) for plan in plans if plan.row_key in ends]
    failed = [_failed(plan, end, store.engine) for plan, end in told if end.state is ItemState.FAILED]
    with_media = [(plan, end) for plan, end in told if plan.media and end.state is ItemState.COMPLETED]
    with ThreadPoolExecutor(LOOK_UP_THREADS) as pool:
        found = list(
            pool.map(lambda told: [store.read_document(file["document"]) for file in told[1].files], with_media)
        )
    made = [
        RowOutcome.completed(plan, store.engine, outputs, rendered=end.rendered)
        for (plan, end), outputs in zip(with_media, map(_all_known, found), strict=True)
        if outputs
    ]
    return failed + made


def _all_known(outputs: Iterable[PublishedOutput | None]) -> tuple[PublishedOutput, ...]:
    """The outputs; none where one of them cannot be read any more."""
    found = tuple(outputs)
    known = tuple(output for output in found if output is not None)
    return known if len(known) == len(found) else ()


def _failed(plan: VideoPlan, end: RowEnd, engine: str) -> RowOutcome:
    failure = Failure(end.code, end.error, end.fix)
    return RowOutcome(plan, ItemState.FAILED, plan.fingerprint(engine), failure=failure, attempts=end.attempts)
