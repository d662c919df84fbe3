"""What a processor tells of its jobs, as dictionaries, and why a job failed; all is read from the Dagster instance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import closing
from typing import Any

from dagster import DagsterEventType, DagsterInstance

from bulkvid_pipeline.adapters.dagster.run_log import RunLog
from bulkvid_pipeline.batch_processor.errors import error_of
from bulkvid_pipeline.batch_processor.records import JobStatus, status_of
from bulkvid_pipeline.core.errors import BulkVideoError, NotFoundError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.sheet_report import sheet_report
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome


def job_dict(job: Job, spec: BulkJobSpec, failure: BulkVideoError | None) -> dict[str, Any]:
    """What `get_bulk_job_status` tells: `progress` in percent, times as ISO 8601 or None, cost as spent so far."""
    view = job.view().as_json()
    source = spec.input_source
    return {
        "id": job.job_id,
        "job_id": job.job_id,
        "bulk_job_id": job.job_id,
        "status": status_of_job(job),
        "state": job.state.value,
        "progress": int(job.percent),
        "message": message_of(job, failure),
        "statistics": statistics_of(job),
        "error": str(failure) if failure else None,
        "error_code": failure.code if failure else None,
        "title": job.title,
        "sheet_id": source.sheet_id or source.path,
        "column_range": source.range,
        "sheet_format": source.format.value,
        "user_id": job.user_id,
        "project_id": job.project_id,
        "priority": job.priority,
        "created_at": view["created_at"],
        "started_at": view["started_at"],
        "updated_at": view["updated_at"],
        "completed_at": view["ended_at"],
        "eta_ms": job.eta_ms,
        "cost": job.cost,
        "rate_limited": job.rate_limited,
        "in_work": view["in_work"],
        "actions": view["actions"],
        "report": job.report or None,
    }


def status_of_job(job: Job) -> str:
    """The job's status; it is held back by a rate limit only while no video of it is being made."""
    return status_of(job.state, rate_limited=job.rate_limited and not job.in_work)


def statistics_of(job: Job) -> dict[str, int]:
    """How many videos there are in all, and in each status."""
    items, in_work = job.items, len(job.in_work)
    return {
        "total": items["total"],
        "total_jobs": items["total"],
        "completed": items["completed"],
        "failed": items["failed"],
        "cancelled": items["cancelled"],
        "skipped": items["skipped"],
        "pending": items["pending"],
        "in_progress": in_work,
        "queued": max(0, items["pending"] - in_work),
    }


def message_of(job: Job, failure: BulkVideoError | None = None) -> str:
    """Where the job stands, in a sentence."""
    items = job.items
    made = f"{items['completed']} of {items['total']} videos finished"
    failed = f", {items['failed']} failed" if items["failed"] else ""
    if job.state is JobState.PENDING:
        return "Queued"
    if failure is not None and not items["total"]:
        return f"Failed: {failure}"
    if job.state is JobState.RUNNING and not items["total"]:
        return "Reading the sheet"
    if job.state is JobState.RUNNING:
        waits = ", waiting for the rate limit" if job.rate_limited else ""
        return f"{made}{failed}{waits}"
    return f"{job.state.value.capitalize()}: {made}{failed}".replace("Cancel", "Cancell")


def failure_of(instance: DagsterInstance, job: Job) -> BulkVideoError | None:
    """What ended the newest run of a job that failed as a whole; None where only rows failed, or nothing did."""
    if job.state is not JobState.FAILED:
        return None
    kinds = {DagsterEventType.STEP_FAILURE, DagsterEventType.RUN_FAILURE}
    records = instance.get_records_for_run(job.run_id, of_type=kinds).records
    for record in records:
        event = record.event_log_entry.dagster_event
        if event is None or event.event_type is not DagsterEventType.STEP_FAILURE:
            continue
        told = event.step_failure_data.user_failure_data
        if told is None:
            error = event.step_failure_data.error
            return BulkVideoError(
                (error.cause or error).message.strip() if error else event.message or "The job failed"
            )
        about: Mapping[str, Any] = {name: getattr(value, "value", value) for name, value in told.metadata.items()}
        if "code" not in about:
            return None  # rows failed, which is told of each of them
        fix = str(about.get("fix") or "")
        return error_of(str(about["code"]), (told.description or "").removesuffix(f" ({fix})"), fix)
    words = [record.event_log_entry.dagster_event for record in records]
    return BulkVideoError((words[-1].message if words and words[-1] else "") or "The job failed")


def started_dict(instance: DagsterInstance, job: Job, ai_provider: str | None) -> dict[str, Any]:
    """What `process_sheet_ideas` tells: the job has begun, and what was found in its sheet."""
    found: dict[str, Any] = {}
    with closing(RunLog(instance)) as log:
        try:
            report = sheet_report(log, job)
        except NotFoundError:
            pass
        else:
            rows = report.rows
            found = {
                "total_ideas": rows.accepted + rows.rejected + rows.skipped,
                "valid_ideas": rows.accepted,
                "rejected_ideas": rows.rejected,
                "skipped_ideas": rows.skipped,
                "errors": report.errors,
                "warnings": report.warnings,
                "findings": [finding.as_json() for finding in report.findings],
            }
    return {
        "success": True,
        "bulk_job_id": job.job_id,
        "job_id": job.job_id,
        "status": status_of_job(job),
        "video_jobs": job.items["total"],
        "total_jobs": job.items["total"],
        "ai_provider": ai_provider,
        "statistics": statistics_of(job),
        **found,
    }


def result_dict(job_id: str, video_job_id: str, outcome: RowOutcome) -> dict[str, Any]:
    """What completion callbacks are told of a finished row: its first video, and `outputs` where it has several."""
    first = outcome.outputs[0]
    return {
        **first.details,
        "output_url": first.url,
        "cost": outcome.cost,
        "duration": round(sum(output.duration_s for output in outcome.outputs), 3),
        "quality": first.details.get("quality", first.checked),
        "bulk_job_id": job_id,
        "video_job_id": video_job_id,
        "status": JobStatus.COMPLETED.value,
        "row": outcome.plan.sheet_row,
        "row_key": outcome.plan.row_key,
        "title": outcome.plan.title,
        "attempts": outcome.attempts,
        "cached": not outcome.rendered,
        "warnings": list(outcome.warnings),
        "outputs": [{"platform": str(output.platform), "output_url": output.url} for output in outcome.outputs],
    }


def counts_of(jobs: Iterable[Job]) -> dict[str, int]:
    """How many bulk jobs there are in each status."""
    found = Counter(status_of_job(job) for job in jobs)
    names = {status.value for status in JobStatus} | {"pausing", "paused", "cancelling"}
    counts = {name: found.get(name, 0) for name in sorted(names)}
    running = sum(counts[name] for name in ("in_progress", "rate_limited", "pausing", "cancelling"))
    return {"total": found.total(), "running": running, **counts}
