"""Sensors and the schedule: they ask the services what is due and translate the answer for Dagster.

Dagster reads the annotations of sensors when they are defined, so this file does not defer them.
"""

import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from time import monotonic
from typing import Any

import dagster as dg

from bulkvid_pipeline.adapters.stopping import within
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import BulkVideoError, ServiceUnavailableError
from bulkvid_pipeline.core.fingerprints import fingerprint_of
from bulkvid_pipeline.defs.jobs import bulk_videos_job
from bulkvid_pipeline.services.diagnostics.recording import recording
from bulkvid_pipeline.services.jobs.run_config import new_job_id, run_config_of
from bulkvid_pipeline.services.jobs.saved_jobs import SavedJob, load_saved_jobs
from bulkvid_pipeline.services.liveness.orphans import close_orphans
from bulkvid_pipeline.services.liveness.waiting_runs import ask_again
from bulkvid_pipeline.services.notifications import announce_end
from bulkvid_pipeline.services.sheets.changes import changes_between, cheap_version, row_hashes
from bulkvid_pipeline.services.sheets.loading import LoadedSheet, google_sheets, load_sheet
from bulkvid_pipeline.services.webhooks.callbacks import send_due
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read
from bulkvid_pipeline.settings import settings

TICK_S = 40.0
"""After so long no other sheet is looked at: Dagster ends a tick after 60 s and forgets what it has found."""
LOOK_S = 8.0
"""What the look at one sheet may take; who does not answer by then is asked again at his next turn."""


@dg.sensor(
    job=bulk_videos_job,
    minimum_interval_seconds=60,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Launches saved jobs with watch: true when rows of their sheets are new or changed",
)
def sheet_changes_sensor(context: dg.SensorEvaluationContext) -> dg.SensorResult:
    """A look at each watched sheet, as many as the tick's time allows; the next tick goes on with the others.

    A sheet that cannot be read stays as it was last seen.
    """
    remembered: dict[str, Any] = json.loads(context.cursor or "{}")
    seen: dict[str, Any] = remembered.get("seen", {})
    jobs, faults = load_saved_jobs(settings().jobs_folder)
    said = [str(fault) for fault in faults]
    requests = []
    over = monotonic() + TICK_S
    due = in_turn([job for job in jobs if job.watch], remembered.get("next"))
    while due and monotonic() < over:
        job = due.pop(0)
        try:
            request, seen[job.name] = _look(context.instance, job, seen.get(job.name, {}))
        except BulkVideoError as error:
            said.append(f"{job.name}: {error}")
            continue
        if request is not None:
            requests.append(request)
    if due:
        said.append(f"{len(due)} sheets are left to the next tick, from {due[0].name} on")
    for text in said:
        context.log.warning(text)
    quiet = dg.SkipReason("; ".join(said)[:2000] or "No watched sheet has changed")
    cursor = json.dumps({"seen": seen, **({"next": due[0].name} if due else {})}, separators=(",", ":"))
    return dg.SensorResult(requests or None, skip_reason=None if requests else quiet, cursor=cursor)


def in_turn(jobs: Sequence[SavedJob], first: str | None) -> list[SavedJob]:
    """The jobs by name, from the one on at which the last tick stopped, and then the others."""
    ordered = sorted(jobs, key=lambda job: job.name)
    return [job for job in ordered if job.name >= (first or "")] + [job for job in ordered if job.name < (first or "")]


def _look(
    instance: dg.DagsterInstance, job: SavedJob, before: dict[str, Any]
) -> tuple[dg.RunRequest | None, dict[str, Any]]:
    """The launch that a sheet's changes ask for, and what is to be remembered of it."""
    found = within(LOOK_S, lambda: _read_if_changed(instance, job, before.get("version")), "looking at the sheet")
    if found is None:
        return None, before
    sheet, version = found
    hashes = row_hashes(sheet.table)
    changes = changes_between(before.get("rows", {}), hashes)
    _mark_removed(instance, sheet.label, changes.removed)
    now = {"version": version, "rows": hashes}
    if not changes.to_render:
        return None, now
    run_key = f"{job.name}:{fingerprint_of('rows', hashes)}"
    return _request(job, run_key), now


def _read_if_changed(
    instance: dg.DagsterInstance, job: SavedJob, version_before: str | None
) -> tuple[LoadedSheet, str | None] | None:
    """The sheet and its version; None where the version is the one before."""
    source = job.spec.input_source
    version = cheap_version(source, google_sheets(settings()))
    if version is not None and version == version_before:
        return None
    wait_for_sheet_read(instance, job.spec, settings(), timeout_s=LOOK_S)
    return load_sheet(source, settings(), job.spec.project_id), version


def _mark_removed(instance: dg.DagsterInstance, sheet_label: str, row_keys: tuple[str, ...]) -> None:
    """A row that is gone from its sheet keeps its video; its partition says that it is gone."""
    for row_key in row_keys:
        instance.report_runless_asset_event(
            dg.AssetObservation(
                tags.VIDEO_ASSET,
                partition=tags.partition_key(sheet_label, row_key),
                description="The row is no longer in the sheet; its video is kept",
                metadata={"removed_from_sheet": True},
            )
        )


def _request(job: SavedJob, run_key: str) -> dg.RunRequest:
    return dg.RunRequest(
        run_key=run_key,
        run_config=run_config_of(job.spec),
        tags={tags.JOB_ID: new_job_id(), "bulkvid/saved_job": job.name},
    )


@dg.schedule(
    job=bulk_videos_job,
    cron_schedule="* * * * *",
    execution_timezone="UTC",
    default_status=dg.DefaultScheduleStatus.RUNNING,
    description="Launches saved jobs at the times of their own schedule:",
)
def saved_jobs_schedule(context: dg.ScheduleEvaluationContext) -> Iterator[dg.RunRequest | dg.SkipReason]:
    """Once a minute: the saved jobs whose time has come."""
    now = context.scheduled_execution_time.astimezone(UTC)
    jobs, faults = load_saved_jobs(settings().jobs_folder)
    due = [job for job in jobs if job.due_between(_minute_before(now), now)]
    yield from (_request(job, f"{job.name}:{now.isoformat(timespec='minutes')}") for job in due)
    if not due:
        yield dg.SkipReason("; ".join(map(str, faults)) or "No saved job is due")


def _minute_before(now: datetime) -> datetime:
    return datetime.fromtimestamp(now.timestamp() - 60, UTC)


@dg.sensor(
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Tries callbacks again that were not taken, for a day",
)
def callbacks_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """What is due of the callbacks of all jobs."""
    with recording(context.instance, settings(), role="daemon"):
        return dg.SkipReason(f"{send_due(context.instance, settings())} callbacks tried")


@dg.sensor(
    minimum_interval_seconds=10,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Marks jobs as failed whose worker died without saying so; asks for runs again that a broker has lost",
)
def lost_workers_sensor(context: dg.SensorEvaluationContext) -> dg.SkipReason:
    """So often that a machine's work is taken over within a minute of its loss."""
    closed = close_orphans(context.instance)
    said = [f"Closed {', '.join(closed)}" if closed else "Every running job has its worker"]
    try:
        again = ask_again(context.instance)
        said += [f"Asked workers again for {', '.join(again)}"] if again else []
    except ServiceUnavailableError as error:
        said.append(error.message)
    return dg.SkipReason(". ".join(said))


def _end_sensor(status: dg.DagsterRunStatus) -> dg.SensorDefinition:
    @dg.run_status_sensor(
        name=f"job_{status.value.lower()}_sensor",
        run_status=status,
        monitored_jobs=[bulk_videos_job],
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Says of jobs that ended how: to BULKVID_NOTIFY_URL, and to the job's callback if none has told it",
    )
    def end_sensor(context: dg.RunStatusSensorContext) -> None:
        context.log.info(announce_end(context.instance, context.dagster_run.run_id, settings()))

    return end_sensor


_ENDS = (dg.DagsterRunStatus.SUCCESS, dg.DagsterRunStatus.FAILURE, dg.DagsterRunStatus.CANCELED)
job_end_sensors = tuple(_end_sensor(status) for status in _ENDS)
"""One for each way in which Dagster knows a run to end; a paused job's run, too, is a failure to Dagster."""
