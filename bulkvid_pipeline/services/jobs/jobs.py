"""Bulk jobs as users know them: their states and their progress.

A job is all runs with its job id; `core.jobs` says how they make one. Nothing is stored but Dagster's own runs, tags
and events.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import cached_property
from typing import Any

from dagster import DagsterInstance, DagsterRun, RunRecord, RunsFilter

from bulkvid_pipeline.adapters.dagster.row_news import row_news
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import ActionNotAllowedError, JobNotFoundError
from bulkvid_pipeline.core.jobs import (
    Items,
    JobRun,
    RowInWork,
    RowNews,
    eta_ms,
    generations,
    items_of_job,
    needs_news,
    percent_of_job,
    processing_ms,
    state_of_job,
    told_runs,
)
from bulkvid_pipeline.core.spec import DEFAULT_TEMPLATE, BulkJobSpec
from bulkvid_pipeline.core.spread import as_one, news_as_one
from bulkvid_pipeline.core.states import JobAction, JobState, allowed_actions
from bulkvid_pipeline.core.wire import ItemInWork, ItemsStatus, JobView, Progress, Timing
from bulkvid_pipeline.services.jobs.run_config import config_of
from bulkvid_pipeline.services.jobs.run_state import ended_as, own_tags, run_of

PAGE = 100


@dataclass(frozen=True)
class Job:
    """A bulk job at one moment. Times are epoch seconds, None while unknown; costs in the currency of their price.

    `runs` are all its runs, oldest first; `run_id` is the newest of those that stand for themselves. `cost` is what
    paid voices, and generations of the user's own, have asked in all.
    """

    job_id: str
    runs: tuple[JobRun, ...]
    title: str
    state: JobState
    items: Items
    priority: str
    user_id: str
    project_id: str
    sheet: str
    template_id: str
    report: str
    write_back: str
    callback_url: str | None
    updated_at: float
    output: str
    """The storage that it publishes to, as `open_place` takes it; empty for the installation's own."""

    @cached_property
    def passes(self) -> tuple[JobRun, ...]:
        """Its runs, with one in place of those among which the rows were spread; see `core.spread.as_one`."""
        return as_one(self.runs)

    @property
    def run_id(self) -> str:
        return self.passes[-1].run_id

    @property
    def live_runs(self) -> tuple[JobRun, ...]:
        """The runs that wait, are at work, are about to end, or have left rows to others that are not through yet."""
        return tuple(run for run in self.runs if run.is_live)

    @property
    def generation(self) -> tuple[JobRun, ...]:
        """The passes that are, or were last, at work side by side."""
        return tuple(generations(self.passes)[-1])

    @property
    def newest_runs(self) -> tuple[JobRun, ...]:
        """The runs that are, or were last, at work: those of `generation`, each with all among which it was spread."""
        newest = {run.run_id for run in self.generation}
        return tuple(run for run in self.runs if run.run_id in newest or run.planned_by in newest)

    @property
    def told_runs(self) -> list[JobRun]:
        """The runs by which its figures are known; see `core.jobs.told_runs`."""
        return told_runs(self.passes)

    @property
    def processing_ms(self) -> int:
        """Time in which its rows were rendered; see `core.jobs.processing_ms`."""
        return processing_ms(self.told_runs)

    @property
    def percent(self) -> float:
        return percent_of_job(self.told_runs, self.items, self.state)

    @property
    def cost(self) -> float:
        return round(sum(run.progress.cost for run in self.told_runs), 6)

    @property
    def created_at(self) -> float:
        return min(self.runs[0].created_at, self.told_runs[0].created_at)

    @property
    def started_at(self) -> float | None:
        runs = (*self.runs, *self.told_runs)
        return min((run.started_at for run in runs if run.started_at is not None), default=None)

    @property
    def ended_at(self) -> float | None:
        ends = [run.ended_at for run in self.runs]
        is_live = any(run.is_live for run in self.passes)
        return None if is_live else max((end for end in ends if end is not None), default=None)

    @property
    def rate_limited(self) -> bool:
        return any(run.progress.rate_limited for run in self.passes if run.is_live)

    @property
    def in_work(self) -> tuple[RowInWork, ...]:
        return tuple(row for run in self.passes if run.is_live for row in run.progress.in_work)

    @property
    def eta_ms(self) -> int | None:
        return eta_ms(self.passes)

    @property
    def actions(self) -> frozenset[JobAction]:
        """What may be done with the job now."""
        return allowed_actions(self.state, self.items["failed"])

    def view(self) -> JobView:
        """The job in the words of the REST API."""
        items, progress = self.items, self.progress_view()
        return JobView(
            id=self.job_id,
            run_id=self.run_id,
            title=self.title,
            state=self.state,
            priority=self.priority,
            user_id=self.user_id,
            project_id=self.project_id,
            percent_complete=progress.percent_complete,
            items_total=items["total"],
            items_completed=items["completed"],
            items_failed=items["failed"],
            items_pending=items["pending"],
            created_at=_moment(self.created_at),
            started_at=progress.timing.started_at,
            updated_at=_moment(self.updated_at),
            ended_at=_maybe(self.ended_at),
            report=self.report,
            cost=self.cost,
            items_status=progress.items_status,
            timing=progress.timing,
            rate_limited=progress.rate_limited,
            in_work=progress.in_work,
            actions=tuple(sorted(self.actions)),
        )

    def view_from_afar(self) -> JobView:
        """The job as callers over the network are shown it: a report in a folder of this machine is not told."""
        view = self.view()
        return view.model_copy(update={"report": ""}) if view.report.startswith("file:") else view

    def progress_view(self) -> Progress:
        """The progress in the words of the REST API."""
        return Progress(
            job_id=self.job_id,
            percent_complete=round(self.percent, 1),
            items_status=ItemsStatus(**self.items),
            timing=Timing(
                started_at=_maybe(self.started_at), processing_time_ms=self.processing_ms, eta_ms=self.eta_ms
            ),
            rate_limited=self.rate_limited,
            in_work=tuple(
                ItemInWork(row_key=row.row_key, stage=row.stage, percent=row.percent) for row in self.in_work
            ),
        )


def find_job(instance: DagsterInstance, job_id: str, *, project_id: str | None = None) -> Job:
    """The job of that id, of any project unless one is given.

    Raises:
        JobNotFoundError: there is none, or it is another project's: whose ids exist is nobody else's business.
    """
    # PostgreSQL takes no NUL, not even to say that there is no such job.
    records = None if "\0" in job_id else _records_of(instance, [job_id]).get(job_id)
    job = job_of(instance, records) if records else None
    if job is None or project_id not in (None, job.project_id):
        raise JobNotFoundError(f"Job '{job_id}' not found")
    return job


def list_jobs(
    instance: DagsterInstance,
    *,
    states: Iterable[JobState] = (),
    user_id: str | None = None,
    project_id: str | None = None,
    limit: int | None = None,
) -> Iterator[Job]:
    """The jobs, newest first."""
    wanted = frozenset(states)
    only = {tags.USER: user_id, tags.PROJECT: project_id}
    of_whom = {name: value for name, value in only.items() if value}
    page = PAGE if limit is None or wanted else min(PAGE, max(limit, 20))
    seen: set[str] = set()
    cursor: str | None = None
    found = 0
    while True:
        records = instance.get_run_records(RunsFilter(job_name=tags.JOB, tags=of_whom), limit=page, cursor=cursor)
        new = [
            job_id for job_id in dict.fromkeys(id_of(record.dagster_run) for record in records) if job_id not in seen
        ]
        seen.update(new)
        runs = _records_of(instance, new)
        for job in (job_of(instance, runs[job_id]) for job_id in new if job_id in runs):
            if not wanted or job.state in wanted:
                yield job
                found += 1
                if found == limit:
                    return
        if len(records) < page:
            return
        cursor = records[-1].dagster_run.run_id


def id_of(run: DagsterRun) -> str:
    """The id of the job that a run belongs to; a run that has not begun may be a job of its own."""
    return run.tags.get(tags.JOB_ID) or run.run_id


def generation_tags(run: DagsterRun) -> dict[str, str]:
    """The tags that say what makes the job's rows in the engine's place: each run of the job has to have them."""
    return {name: run.tags[name] for name in (tags.GENERATION, tags.ENGINE) if run.tags.get(name)}


def generation_tags_of(instance: DagsterInstance, job_id: str) -> dict[str, str]:
    """The same of a job, by its newest run; empty where it has none."""
    records = _records_of(instance, [job_id]).get(job_id, ())
    return generation_tags(next(iter(records)).dagster_run) if records else {}


def run_ids_of(instance: DagsterInstance, job_id: str) -> tuple[str, ...]:
    """Ids of a job's runs, newest first; none before there is one."""
    return tuple(record.dagster_run.run_id for record in _records_of(instance, [job_id]).get(job_id, ()))


def _records_of(instance: DagsterInstance, job_ids: Sequence[str]) -> dict[str, list[RunRecord]]:
    """The runs of those jobs, newest first, in two reads however many they are; jobs without runs are left out."""
    found: dict[str, list[RunRecord]] = {}
    if job_ids:
        for record in instance.get_run_records(RunsFilter(tags={tags.JOB_ID: job_ids})):
            found.setdefault(id_of(record.dagster_run), []).append(record)
    untagged = [job_id for job_id in job_ids if job_id not in found]
    if untagged:
        for record in instance.get_run_records(RunsFilter(run_ids=untagged, job_name=tags.JOB)):
            if tags.JOB_ID not in record.dagster_run.tags:
                found[record.dagster_run.run_id] = [record]
    return found


def job_as_told(instance: DagsterInstance, job_id: str, told: Mapping[str, JobState]) -> Job:
    """The job as its runs tell it themselves: those in `told` are in that state, and one that said its end has ended.

    Dagster's record of a run ends a moment after its worker is through; of several workers that end at once, the last
    one to say so has to see that the job has ended.

    Raises:
        JobNotFoundError: there is no such job.
    """
    records = _records_of(instance, [job_id]).get(job_id)
    if records is None:
        raise JobNotFoundError(f"Job '{job_id}' not found")
    said = {record.dagster_run.run_id: ended_as(record.dagster_run) for record in records if _is_ending(record)}
    return job_of(instance, records, {**{run_id: state for run_id, state in said.items() if state}, **told})


def _is_ending(record: RunRecord) -> bool:
    return run_of(record).state is JobState.COMPLETING


def job_of(instance: DagsterInstance, records: Sequence[RunRecord], states: Mapping[str, JobState] = {}) -> Job:
    """The job whose runs these are, newest first; `states` replaces those of some runs."""
    runs = tuple(_in_state(run_of(record), states) for record in reversed(records))
    newest = records[0].dagster_run
    named = [record.dagster_run for record in records if record.dagster_run.tags.get(tags.TITLE)] or [newest]
    run, spec = named[0], _config_of_all(records)
    passes = as_one(runs)
    told = told_runs(passes)
    items = items_of_job(told, _news(instance, runs, told) if needs_news(told) else None)
    return Job(
        job_id=id_of(newest),
        runs=runs,
        title=run.tags.get(tags.TITLE) or spec.get("title") or "",
        state=state_of_job(passes, items),
        items=items,
        priority=run.tags.get(tags.PRIORITY) or spec.get("priority", "normal"),
        user_id=run.tags.get(tags.USER) or spec.get("user_id", "local"),
        project_id=run.tags.get(tags.PROJECT) or spec.get("project_id", "default"),
        sheet=run.tags.get(tags.SHEET, ""),
        template_id=spec.get("template", {}).get("template_id", DEFAULT_TEMPLATE),
        report=_newest_told(records, tags.REPORT),
        write_back=_newest_told(records, tags.WRITE_BACK),
        callback_url=spec.get("callback_url"),
        output=_newest_told(records, tags.OUTPUT) or spec.get("output", {}).get("output_bucket") or "",
        updated_at=max(record.update_timestamp.timestamp() for record in records),
    )


def _news(instance: DagsterInstance, runs: Sequence[JobRun], told: Sequence[JobRun]) -> dict[str, RowNews]:
    """Which of the passes `told` has recorded the newest events of rows, in any of the runs that belong to it."""
    names = {run.run_id for run in told}
    recorded = [run.run_id for run in runs if run.run_id in names or run.planned_by in names]
    return news_as_one(row_news(instance, tags.VIDEO_ASSET, recorded), runs)


def _in_state(run: JobRun, states: Mapping[str, JobState]) -> JobRun:
    return replace(run, state=states[run.run_id]) if run.run_id in states else run


def _newest_told(records: Sequence[RunRecord], tag: str) -> str:
    """What the newest run that told it has told, empty if none has."""
    told = (own_tags(record.dagster_run).get(tag, "").removeprefix("none") for record in records)
    return next(filter(None, told), "")


def spec_of(instance: DagsterInstance, job: Job) -> BulkJobSpec:
    """The spec that the job runs by.

    Raises:
        ActionNotAllowedError: it has none: rows were chosen by hand that belong to several jobs.
    """
    config = _config_of_all(_records_of(instance, [job.job_id]).get(job.job_id, ()))
    if not config:
        raise ActionNotAllowedError(
            f"Job '{job.job_id}' was made of chosen rows and has no spec of its own",
            fix="Materialise the rows again, or act on the jobs that they come from",
        )
    return BulkJobSpec.parse(config)


def _config_of_all(records: Sequence[RunRecord]) -> dict[str, Any]:
    """The spec of the newest run that has one: runs over chosen rows have none."""
    return next(filter(None, (config_of(record.dagster_run) for record in records)), {})


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)


def _maybe(seconds: float | None) -> datetime | None:
    return None if seconds is None else _moment(seconds)
