"""How a job stands, in words that whoever looks at it understands, and what keeps it from going on."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from dagster import DagsterEventType, DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_log import RunLog, Wanted
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.jobs import Role
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import SheetReport
from bulkvid_pipeline.core.wording import plural
from bulkvid_pipeline.services.jobs.job_rows import JobRows
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.queue_place import QueuePlace, queue_place
from bulkvid_pipeline.services.jobs.result import JobEnd, JobEnding, end_of
from bulkvid_pipeline.services.jobs.sheet_report import sheet_report

_STEP_FAILURE = Wanted((DagsterEventType.STEP_FAILURE,))
_RUN_FAILURE = Wanted((DagsterEventType.ENGINE_EVENT, DagsterEventType.RUN_FAILURE))
_LAST_WORDS = 20
"""How many of a run's last events may tell why it failed."""


class Mood(StrEnum):
    """How what is said is meant."""

    CALM = "calm"
    GOOD = "good"
    WARNING = "warning"
    BAD = "bad"


@dataclass(frozen=True)
class JobSummary:
    """How a job stands.

    Attributes:
        words: a sentence or two.
        why: what went wrong with the job as a whole, empty if nothing did. Cells of its sheet may stand in it.
        advice: what to do now, empty if there is nothing.
        report: what the check of its sheet found; None until it was checked.
    """

    words: str
    mood: Mood = Mood.CALM
    why: str = ""
    advice: str = ""
    report: SheetReport | None = None

    @property
    def refused(self) -> int:
        """Rows that the check of the sheet refused."""
        return self.report.rows.rejected if self.report else 0


def summary_of(instance: DagsterInstance, log: RunLog, rows: JobRows) -> JobSummary:
    """How the job of these rows stands.

    Raises:
        ServiceUnavailableError: the database does not respond.
    """
    job, report = rows.job, report_of(log, rows.job)
    if job.state is JobState.PENDING:
        return pending(queue_place(instance, job.run_id), report)
    if not job.state.is_final and job.state is not JobState.PAUSED:
        return at_work(job, report)
    failure = failure_of(log, job) if job.state is JobState.FAILED else ""
    return ended(rows, report, failure)


def report_of(log: RunLog, job: Job) -> SheetReport | None:
    """What the check of the job's sheet has found; None if it is not known, or not any more."""
    try:
        return sheet_report(log, job)
    except NotFoundError:
        return None


def pending(place: QueuePlace | None, report: SheetReport | None = None) -> JobSummary:
    """A job that waits to begin; `place` is None where it has just left the queue."""
    if place is None:
        return JobSummary("Starting.", report=report)
    turn = f"{plural(place.before, 'job')} before it" if place.before else "it is the next"
    words = f"Waiting for its turn: {turn}."
    if place.served:
        return JobSummary(words, report=report)
    return JobSummary(
        words,
        Mood.WARNING,
        why="Nothing starts jobs at the moment: the service that starts them is not running.",
        advice="Ask whoever runs this installation to start it (`bulkvid ui`).",
        report=report,
    )


def at_work(job: Job, report: SheetReport | None = None) -> JobSummary:
    """A job at work, or about to stop."""
    if job.state is JobState.PAUSING:
        return JobSummary("Pausing: the rows in work are finished first.", Mood.WARNING, report=report)
    if job.state is JobState.CANCELING:
        return JobSummary("Stopping what is in work.", Mood.WARNING, report=report)
    if job.state is JobState.COMPLETING:
        return JobSummary("All rows are through. Finishing up.", report=report)
    if not job.items["total"]:
        return JobSummary("Reading and checking the sheet.", report=report)
    if job.rate_limited:
        return JobSummary(
            "Slowed down by a limit: the next row begins as soon as the limit allows.", Mood.WARNING, report=report
        )
    in_work = len(job.in_work)
    if not in_work and not job.items["pending"]:
        return JobSummary("All rows are through. Finishing up.", report=report)
    if not in_work and (shards := _shards_to_come(job)):
        return JobSummary(f"The rows are planned: {shards} runs that make them are about to begin.", report=report)
    if not in_work:
        return JobSummary("Waiting for a free place to work.", report=report)
    return JobSummary(f"Making videos: {plural(in_work, 'row')} in work.", report=report)


def _shards_to_come(job: Job) -> int:
    """Among how many runs the job is spread, as long as none of these has begun; 0 if it is not, or one has."""
    newest = job.newest_runs
    begun = any(run.role is Role.SHARD and run.started_at is not None for run in newest)
    return 0 if begun else max(run.shards for run in newest)


def ended(rows: JobRows, report: SheetReport | None, failure: str) -> JobSummary:
    """A job that has ended, or is paused; `failure` is why it has failed, as `failure_of` tells it."""
    job, counts = rows.job, rows.job.items
    refused = report.rows.rejected if report else 0
    known = report.model_dump() if report else None
    end = end_of(JobEnding(job.job_id, job.state, rows.ended, known, failure, total=counts["total"]))
    done, failed, left = counts["completed"], counts["failed"], counts["pending"]
    kept = f"{plural(done, 'row')} {'is' if done == 1 else 'are'} finished and kept."
    no = [f"{plural(failed, 'row')} failed"] if failed else []
    no += [f"{plural(refused, 'row')} of the sheet {'was' if refused == 1 else 'were'} refused"] if refused else []
    match end:
        case JobEnd.DONE:
            words = "Its row is finished." if done == 1 else f"All {done:,} rows are finished."
            return JobSummary(words, Mood.GOOD, report=report)
        case JobEnd.PARTIAL:
            words = f"{plural(done, 'row')} {'is' if done == 1 else 'are'} finished; {' and '.join(no)}."
            return JobSummary(words, Mood.WARNING, advice=_retry_advice(failed), report=report)
        case JobEnd.PAUSED:
            return JobSummary(f"Paused. {kept} {plural(left, 'row')} to go.", Mood.WARNING, report=report)
        case JobEnd.CANCELED:
            return JobSummary(f"Cancelled. {kept}", Mood.WARNING, report=report)
        case JobEnd.REFUSED:
            words = "Nothing was made: the check of the sheet has refused it."
            advice = "Correct the sheet and make a new job of it; what to correct stands at each cell."
            return JobSummary(words, Mood.BAD, advice=advice, report=report)
        case _ if done or failed:
            words = f"The job has failed. {kept}" + (f" {' and '.join(no).capitalize()}." if no else "")
            return JobSummary(words, Mood.BAD, failure, _retry_advice(failed or left), report)
        case _:
            return JobSummary("Nothing was made.", Mood.BAD, failure, _retry_advice(1), report)


def _retry_advice(failed: int) -> str:
    return "Once the cause is gone, retry what is left." if failed else ""


def failure_of(log: RunLog, job: Job) -> str:
    """Why the job has failed when it was last at work, as the newest of its runs says that does; empty if none does."""
    for run in reversed(job.newest_runs):
        for stored in log.read(run.run_id, _STEP_FAILURE, 1, newest_first=True):
            event = stored.entry.dagster_event
            if event is None:
                continue
            data = event.step_failure_data
            if data.user_failure_data is not None and data.user_failure_data.description:
                return data.user_failure_data.description
            if data.error is not None:
                return (data.error.cause or data.error).message.strip()
        if told := _last_words(log, run.run_id):
            return told
    return ""


def _last_words(log: RunLog, run_id: str) -> str:
    """Why a run failed outside of its steps: its code could not be loaded, or its process has died."""
    told = ""
    for stored in log.read(run_id, _RUN_FAILURE, _LAST_WORDS, newest_first=True):
        event = stored.entry.dagster_event
        if event is None:
            continue
        if event.event_type is DagsterEventType.RUN_FAILURE:
            told = told or event.message or ""
        elif event.engine_event_data.error is not None:
            return f"{event.message} {event.engine_event_data.error.message}".strip()
    return told
