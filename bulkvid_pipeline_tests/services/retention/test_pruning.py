"""Pruning real histories: what goes, and above all what stays."""

from __future__ import annotations

import json
import os
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from dagster import AssetKey, AssetMaterialization, DagsterRunStatus, RunsFilter, job, materialize, op
from typer.testing import CliRunner

from bulkvid_pipeline.adapters.dagster.run_history import RunHistory
from bulkvid_pipeline.adapters.rate_limits import Budget
from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.cli.app import app
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.definitions import defs
from bulkvid_pipeline.defs.assets import video
from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics
from bulkvid_pipeline.services.diagnostics.files import log_name
from bulkvid_pipeline.services.jobs.jobs import find_job, list_jobs
from bulkvid_pipeline.services.jobs.run_config import run_config_of
from bulkvid_pipeline.services.retention import pruning
from bulkvid_pipeline.services.retention.pruning import FRAMES, PruneReport, prune
from bulkvid_pipeline.services.webhooks.dispatch import deliver_due, notify
from bulkvid_pipeline.services.wiring.limits import limiter_of
from bulkvid_pipeline.settings import settings
from bulkvid_pipeline_tests.peers.hook_receiver import HookReceiver
from bulkvid_pipeline_tests.services.diagnostics.recorded import recorded
from bulkvid_pipeline_tests.workplace import ON_BOTH_DATABASES, FinishedJob, Workplace, idea

pytestmark = [ON_BOTH_DATABASES, pytest.mark.heavy]

VIDEO = AssetKey(tags.VIDEO_ASSET)


def prune_after(workplace: Workplace, days: float, *, dry_run: bool = False) -> PruneReport:
    """Prune as it would be done so many days from now."""
    now = datetime.now(UTC) + timedelta(days=days)
    report = prune(workplace.instance, settings(), dry_run=dry_run, now=now)
    assert report.faults == ()
    return report


def count(report: PruneReport, part: str) -> int:
    return next(found.count for found in report.parts if found.part == part)


def partitions(workplace: Workplace) -> list[str]:
    return sorted(
        tags.split_partition_key(k)[1] for k in workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS)
    )


def materialised(workplace: Workplace) -> list[str]:
    return sorted(tags.split_partition_key(k)[1] for k in workplace.instance.get_materialized_partitions(VIDEO))


def run_ids(workplace: Workplace) -> set[str]:
    return {run.run_id for run in workplace.instance.get_runs()}


def stored_of(workplace: Workplace, run_id: str) -> int:
    """Events of a run that the cross-run part of the database holds."""
    return RunHistory(workplace.instance).measure(run_id).events


def events_of(workplace: Workplace, finished: FinishedJob) -> int:
    return len(workplace.instance.all_logs(finished.run.run_id))


def begun(workplace: Workplace, sheet: Path, *, bucket: str | None = None, tell: dict[str, str] | None = None) -> str:
    """A run that has started and not ended."""
    run = workplace.instance.create_run_for_job(
        defs.resolve_job_def(tags.JOB),
        run_config=run_config_of(workplace.spec(sheet, output={"output_bucket": bucket})),
        tags=tell or {},
        status=DagsterRunStatus.STARTED,
    )
    return run.run_id


def test_after_pruning_a_second_run_of_the_sheet_renders_nothing(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    workplace.run(sheet)
    workplace.run(sheet)

    report = prune_after(workplace, 31)

    assert count(report, "runs") == 1
    assert materialised(workplace) == partitions(workplace) == ["one", "two"]
    again = workplace.run(sheet)
    assert again.success
    assert again.rendered == []
    assert len(again.rows) == 2


def test_an_old_run_goes_with_its_events_tags_and_files(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One")])
    first, second = workplace.run(sheet), workplace.run(sheet)
    storage = Path(workplace.instance.storage_directory())
    assert (storage / first.run.run_id).is_dir()

    report = prune_after(workplace, 31)

    assert run_ids(workplace) == {second.run.run_id}
    assert stored_of(workplace, first.run.run_id) == 0
    left = [path for path in (workplace.folder / "home").rglob("*") if first.run.run_id in path.name]
    assert left == []
    known = workplace.instance.get_run_tags(tag_keys=[tags.JOB_ID])
    assert known == [(tags.JOB_ID, {second.run.tags[tags.JOB_ID]})]
    assert next(part.bytes for part in report.parts if part.part == "runs") > 10_000
    assert [known_job.job_id for known_job in list_jobs(workplace.instance)] == [second.run.tags[tags.JOB_ID]]


def test_the_run_that_tells_how_rows_are_made_again_loses_its_log_alone(workplace: Workplace) -> None:
    only = workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    before = events_of(workplace, only)

    report = prune_after(workplace, 31)

    assert count(report, "runs") == 0
    assert 0 < events_of(workplace, only) < before
    assert find_job(workplace.instance, only.run.tags[tags.JOB_ID]).state is JobState.COMPLETED
    record = workplace.instance.get_latest_materialization_event(VIDEO)
    assert record is not None
    assert isinstance(record.asset_materialization, AssetMaterialization)
    key = next(key for key in workplace.instance.get_dynamic_partitions(tags.ROW_PARTITIONS) if key.endswith(":one"))
    assert materialize([video], partition_key=key, instance=workplace.instance, selection=[video]).success
    assert count(prune_after(workplace, 31), "events") <= before


def test_nothing_goes_before_its_time(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    workplace.run(sheet)
    workplace.run(workplace.sheet([idea("One")]))
    before = run_ids(workplace)

    report = prune_after(workplace, 29)

    assert {part.part: part.count for part in report.parts if part.part not in {"frames", "rate_limits"}} == {
        "rows": 0,
        "partitions": 0,
        "runs": 0,
        "events": 0,
        "unpublished": 0,
        "pieces": 0,
        "callbacks": 0,
        "idempotency_keys": 0,
        "drafts": 0,
        "uploads": 0,
        "debug_logs": 0,
    }
    assert run_ids(workplace) == before
    assert partitions(workplace) == ["one", "two"]


def test_logs_of_diagnostics_go_when_nobody_has_written_to_them_for_the_retention(workplace: Workplace) -> None:
    diagnostics = Diagnostics(workplace.instance, settings(), Path(workplace.instance.root_directory))
    log = recorded(diagnostics, "job_1")
    (diagnostics.folder / "notes.txt").write_text("of somebody else")

    def found(days: float, *, dry_run: bool = False) -> tuple[int, int, list[str]]:
        report = prune_after(workplace, days, dry_run=dry_run)
        (part,) = (part for part in report.parts if part.part == "debug_logs")
        return part.count, part.bytes, sorted(path.name for path in diagnostics.folder.iterdir())

    name = log_name("job_1", log.started_at)
    size = (diagnostics.folder / name).stat().st_size
    assert found(29) == (0, 0, [name, "notes.txt"])
    assert found(31, dry_run=True) == (1, size, [name, "notes.txt"])
    assert found(31) == (1, size, ["notes.txt"])
    assert found(31) == (0, 0, ["notes.txt"])


def test_a_job_that_is_at_work_or_paused_keeps_everything(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One"), idea("Two")])
    first = workplace.run(sheet)
    workplace.run(workplace.sheet([idea("One")]))
    at_work = begun(workplace, sheet, tell={tags.JOB_ID: first.run.tags[tags.JOB_ID]})
    other = workplace.sheet([idea("Other")], "other.csv")
    paused = begun(workplace, other, tell={tags.JOB_ID: "job_paused"})
    run = workplace.instance.get_run_by_id(paused)
    assert run is not None
    workplace.instance.add_run_tags(paused, {tags.STATE: JobState.PAUSED.value, tags.OWNER: paused})
    workplace.instance.report_run_failed(run)
    assert find_job(workplace.instance, "job_paused").state is JobState.PAUSED

    prune_after(workplace, 400)

    assert {first.run.run_id, at_work, paused} <= run_ids(workplace)
    assert events_of(workplace, first) > 20
    assert partitions(workplace) == ["one", "two"]


def test_a_row_goes_that_its_sheet_has_not_had_for_the_retention(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    workplace.run(workplace.sheet([idea("One")]))

    report = prune_after(workplace, 31)

    assert count(report, "rows") == 1
    assert partitions(workplace) == materialised(workplace) == ["one"]
    assert len(workplace.videos()) == 2
    back = workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    assert back.rendered == []
    assert partitions(workplace) == ["one", "two"]


def test_a_dry_run_counts_and_changes_nothing(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One"), idea("Two")]))
    sheet = workplace.sheet([idea("One")])
    workplace.run(sheet)
    workplace.run(sheet)
    before, rows = run_ids(workplace), partitions(workplace)

    dry = prune_after(workplace, 31, dry_run=True)

    assert (run_ids(workplace), partitions(workplace)) == (before, rows)
    wet = prune_after(workplace, 31)
    assert {part.part: part.count for part in dry.parts} == {part.part: part.count for part in wet.parts}
    assert count(wet, "runs") == 2
    assert count(wet, "rows") == 1
    assert prune_after(workplace, 31).bytes == 0


def test_frames_go_with_success_and_stay_where_dagster_could_go_on_from_them(workplace: Workplace) -> None:
    good = workplace.run(workplace.sheet([idea("One")]))
    bad = workplace.run(workplace.sheet([idea("Bad \U00012000")], "bad.csv"), validation_level="permissive")
    frames = Path(workplace.instance.storage_directory()) / FRAMES
    assert {path.name for path in frames.iterdir()} >= {good.run.run_id, bad.run.run_id}

    prune_after(workplace, 0)
    assert [path.name for path in frames.iterdir()] == [bad.run.run_id]

    prune_after(workplace, 31)
    assert list(frames.iterdir()) == []


def test_what_dead_uploads_left_goes_but_nothing_of_a_run_at_work(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One")])
    begun(workplace, sheet)
    folder = workplace.folder / "output" / ".unpublished"
    folder.mkdir(parents=True)
    two_days_ago = time.time() - 2 * 86_400
    for name, at in (("dead", two_days_ago), ("young", time.time() + 60)):
        (folder / name).write_bytes(bytes(1000))
        os.utime(folder / name, (at, at))

    report = prune_after(workplace, 40)

    assert [path.name for path in folder.iterdir()] == ["young"]
    assert next((part.count, part.bytes) for part in report.parts if part.part == "unpublished") == (1, 1000)


def test_a_place_out_of_reach_is_told_and_keeps_nothing_else_from_being_pruned(
    workplace: Workplace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheet = workplace.sheet([idea("One")])
    workplace.run(sheet)
    workplace.run(sheet)
    begun(workplace, sheet, bucket="nobody-answers-here")
    monkeypatch.setenv("BULKVID_S3_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("BULKVID_S3_KEY", "key")
    monkeypatch.setenv("BULKVID_S3_SECRET", "secret")
    settings.cache_clear()
    monkeypatch.setattr(pruning, "RetryPolicy", partial(RetryPolicy, sleep=lambda _: None))

    report = prune(workplace.instance, settings(), now=datetime.now(UTC) + timedelta(days=31))

    (fault,) = report.faults
    assert "nobody-answers-here" in fault
    assert {part.part for part in report.parts} >= {"runs", "events", "frames", "unpublished", "pieces", "callbacks"}
    assert count(report, "runs") == 1


def test_callbacks_and_counters_that_nobody_needs_go(workplace: Workplace) -> None:
    secret = "whsec_MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
    with HookReceiver() as receiver:
        notify(workplace.instance, "run", "job", "bulk_job.completed", {"state": "completed"}, receiver.url())
        deliver_due(workplace.instance, datetime.now(UTC), secret=secret, allow_private=True)
    notify(workplace.instance, "run", "job", "bulk_job.failed", {"state": "failed"}, "https://example.com/waits")
    assert limiter_of(workplace.instance, settings(), Budget.SHEETS_READ).can_proceed("user", "project")

    assert count(prune_after(workplace, 29), "callbacks") == 0
    assert count(prune_after(workplace, 31), "callbacks") == 1
    assert count(prune_after(workplace, 31), "callbacks") == 0
    assert limiter_of(workplace.instance, settings(), Budget.SHEETS_READ).usage("user", "project").user_used == 1


def test_the_dagster_job_tells_what_it_removed(workplace: Workplace) -> None:
    sheet = workplace.sheet([idea("One")])
    workplace.run(sheet)

    result = defs.resolve_job_def("prune_job").execute_in_process(instance=workplace.instance)

    assert result.success
    (output,) = result.filter_events(lambda event: event.is_successful_output)
    told = output.step_output_data.metadata
    assert told["frames_count"].value == 1
    assert told["faults"].value == "none"
    assert workplace.instance.get_runs(RunsFilter(job_name=tags.JOB)) != []


def test_runs_of_other_code_locations_are_left_alone(workplace: Workplace) -> None:
    @op
    def nothing() -> None: ...

    @job
    def somebody_elses() -> None:
        nothing()

    run_id = somebody_elses.execute_in_process(instance=workplace.instance).run_id

    prune_after(workplace, 4000)

    assert workplace.instance.get_run_by_id(run_id) is not None


def test_the_command_says_what_it_would_remove_and_refuses_what_is_no_age(workplace: Workplace) -> None:
    workplace.run(workplace.sheet([idea("One")]))
    environment = {"DAGSTER_HOME": str(workplace.folder / "home")}

    dry = CliRunner(env=environment).invoke(app, ["prune", "--older-than", "0h", "--dry-run", "--json"])
    wet = CliRunner(env=environment).invoke(app, ["prune", "--older-than", "30d"])
    wrong = CliRunner(env=environment).invoke(app, ["prune", "--older-than", "soon"])

    assert (dry.exit_code, wet.exit_code) == (0, 0), dry.output + wet.output
    told = json.loads(dry.stdout)
    assert told["dry_run"] is True
    assert told["parts"]["frames"]["count"] == 1
    assert "freed" in wet.stdout
    assert isinstance(wrong.exception, InvalidRequestError)
