"""`bulkvid run`: start the job in this process, show how it goes, say what came of it."""

from __future__ import annotations

import logging
import shlex
import sys
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

from dagster import DagsterInstance
from rich.console import Console
from rich.markup import escape

from bulkvid_pipeline.cli.display import Display
from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.settings import dagster_home, settings

if TYPE_CHECKING:
    from bulkvid_pipeline.services.jobs.follow import JobWatch

WATCH_EVERY_S = 0.5
ROWS_NAMED = 8
EXIT_DONE, EXIT_FAILED, EXIT_REFUSED, EXIT_PARTIAL, EXIT_INTERRUPTED = 0, 1, 2, 3, 130


def run_job(spec: BulkJobSpec, *, plain: bool) -> int:
    """Run a new job to its end; returns the exit code of `bulkvid run`."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.run_config import new_job_id

    with open_instance(dagster_home()) as instance:
        return _run_here(instance, spec, new_job_id(), plain=plain)


def launch_again(job_id: str, action: Callable[..., None], *, plain: bool) -> int:
    """Resume or retry a job in this process; returns the exit code of `bulkvid run`."""
    from bulkvid_pipeline.services.jobs.instance import open_instance

    codes = []
    with open_instance(dagster_home()) as instance:
        _close_orphans(instance)
        action(instance, job_id, lambda spec, whole_id: codes.append(_run_here(instance, spec, whole_id, plain=plain)))
    return codes[0]


def watch_job(job_id: str) -> int:
    """Follow a job that runs elsewhere; returns the exit code that its own `bulkvid run` would."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job

    console = Console(highlight=False, soft_wrap=True)
    with open_instance(dagster_home()) as instance:
        job = find_job(instance, job_id)
        display = Display(instance, job.job_id, console, live=console.is_terminal, run_id=job.run_id)
        with display:
            while not (job := find_job(instance, job.job_id)).state.is_final and job.state is not JobState.PAUSED:
                time.sleep(WATCH_EVERY_S)
        console.print(f"The job is {job.state}.")
        return _conclude(console, display, stopped=job.state in {JobState.PAUSED, JobState.CANCELED})


def _run_here(instance: DagsterInstance, spec: BulkJobSpec, job_id: str, *, plain: bool) -> int:
    from bulkvid_pipeline.launch.here import execute_here
    from bulkvid_pipeline.services.jobs.jobs import newest_run

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    _close_orphans(instance)
    before = newest_run(instance, job_id)
    display = Display(instance, job_id, console, live=console.is_terminal and not plain, after=before)
    interrupted = False
    with display:
        try:
            execute_here(spec, instance, job_id)
        except KeyboardInterrupt:
            interrupted = True
    ended_early = display.tag(tags.STATE) in {JobState.PAUSED, JobState.CANCELED}
    return _conclude(console, display, stopped=interrupted or ended_early or display.interrupted)


def _close_orphans(instance: DagsterInstance) -> None:
    """Mark jobs whose process died, and tell their callbacks so: there may be no daemon that does."""
    from bulkvid_pipeline.services.jobs.jobs import job_of
    from bulkvid_pipeline.services.liveness.orphans import close_orphans
    from bulkvid_pipeline.services.webhooks.callbacks import send_now

    for run_id in close_orphans(instance):
        record = instance.get_run_record_by_id(run_id)
        if record is not None:
            send_now(instance, job_of([record]), settings())


def _conclude(console: Console, display: Display, *, stopped: bool) -> int:
    """The last lines: findings, failures, where the videos are, what to do next."""
    watch = display.watch
    if watch is None:
        console.print("[red]The job did not start.[/]")
        return EXIT_INTERRUPTED if stopped else EXIT_FAILED
    if watch.report is not None and watch.report["findings"]:
        console.print()
        print_report(console, watch.report)
    if stopped:
        done = sum(row.completed for row in watch.rows)
        console.print(f"\n[yellow]Stopped.[/] {done} rows are finished and kept. Go on with what is left:")
        paused = display.tag(tags.STATE) == JobState.PAUSED
        words = ["jobs", "resume", display.job_id] if paused else sys.argv[1:]
        console.print(f"  {shlex.join(['bulkvid', *words])}")
        return EXIT_INTERRUPTED
    for told, rows in _untold(watch).items():
        numbers = ", ".join(map(str, sorted(rows)[:ROWS_NAMED])) + (" ..." if len(rows) > ROWS_NAMED else "")
        console.print(f"[yellow]warning[/] row{'s' if len(rows) > 1 else ''} {numbers}: {escape(told)}")
    failed = [row for row in watch.rows if not row.completed]
    for row in failed:
        title, reason = escape(shortened(row.title)), escape(row.reason)
        console.print(f"[red]failed[/] row {row.sheet_row} '{title}': {reason}. {escape(row.fix)}")
    if not watch.rows:
        console.print(f"\n[red]Nothing was rendered.[/] {escape(watch.failure)}")
        refused = watch.report is not None and watch.report["stops_job"]
        return EXIT_REFUSED if refused else EXIT_FAILED
    _print_totals(console, display)
    if display.tag(tags.STATE) == JobState.FAILED or (watch.failure and not failed):
        _print_job_failure(console, display)
        return EXIT_FAILED
    rejected = watch.report["rows"]["rejected"] if watch.report else 0
    return EXIT_PARTIAL if failed or rejected else EXIT_DONE


def _untold(watch: JobWatch) -> dict[str, set[int]]:
    """Warnings of rendered rows that the report of the sheet does not hold, with their sheet rows."""
    findings = watch.report["findings"] if watch.report else []
    known = {(finding["sheet_row"], finding["problem"]) for finding in findings}
    untold: dict[str, set[int]] = {}
    for row in watch.rows:
        problems = tuple(problem for number, problem in known if number == row.sheet_row)
        for told in row.warnings:
            if not told.startswith(problems):
                untold.setdefault(told, set()).add(row.sheet_row)
    return untold


def _print_job_failure(console: Console, display: Display) -> None:
    """That the job as a whole has failed, why, how far it came, and the command that goes on."""
    watch = display.watch
    assert watch is not None
    done = sum(row.completed for row in watch.rows)
    left = max(0, int(watch.progress().get("total", 0)) - len(watch.rows))
    console.print(f"\n[red]The job failed:[/] {escape(watch.failure)}")
    not_begun = f", {left} rows were not begun" if left else ""
    console.print(f"{done} rows are finished and kept{not_begun}. Once the cause is gone, go on with what is left:")
    console.print(f"  {shlex.join(['bulkvid', 'jobs', 'retry', display.job_id])}")


def _print_totals(console: Console, display: Display) -> None:
    watch = display.watch
    assert watch is not None
    made = [row for row in watch.rows if row.rendered]
    kept = sum(row.completed and not row.rendered for row in watch.rows)
    seconds = sum(row.duration_s for row in made)
    console.print(
        f"\n{len(made)} rows rendered ({seconds:.0f} s of video), {kept} were finished already, "
        f"{sum(not row.completed for row in watch.rows)} failed, in {display.elapsed_s:.1f} s"
        + (f": {seconds / display.elapsed_s:.1f} x real time" if made else "")
    )
    told = display.tag(tags.WRITE_BACK) or ""
    if told:
        colour = "yellow" if told.startswith("failed") else "default"
        console.print(f"[{colour}]Write-back:[/] {escape(told)}")
    report = display.tag(tags.REPORT)
    if report and report != "none":
        console.print(f"Gallery: {report}")
