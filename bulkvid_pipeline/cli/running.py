"""`bulkvid run`: start the job in this process, show how it goes, say what came of it."""

from __future__ import annotations

import logging
import shlex
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from dagster import DagsterInstance
from rich.console import Console
from rich.markup import escape

from bulkvid_pipeline.cli.display import Display
from bulkvid_pipeline.cli.job_ids import whole_id
from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core.errors import InvalidSheetError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.result import JobEnding, Sentence, Tone, result_of
from bulkvid_pipeline.settings import dagster_home, settings

if TYPE_CHECKING:
    from bulkvid_pipeline.services.jobs.jobs import Job

Ending = Callable[..., int]
"""Tells of a job's end as `conclude` does, with its arguments."""

WATCH_EVERY_S = 0.5
_COLOURS = {Tone.PLAIN: "default", Tone.WARNING: "yellow", Tone.BAD: "red"}


def run_job(spec: BulkJobSpec, *, plain: bool, queue: bool = False) -> int:
    """Run a new job to its end, here or in Dagster's queue; returns the exit code of `bulkvid run`."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.run_config import new_job_id

    check_names(spec, queue=queue)
    if queue:
        from bulkvid_pipeline.services.sheets.uploads import with_shared_sheet

        spec = with_shared_sheet(spec, settings())
    with open_instance(dagster_home()) as instance:
        return runner(queue=queue)(instance, spec, new_job_id(), plain=plain, rerun=sys.argv[1:])


def check_names(spec: BulkJobSpec, *, queue: bool) -> None:
    """What is misspelt is said before a job is made of it.

    Raises:
        InvalidSheetError: there is no such file.
        TemplateError: there is no such template; which there are where a queued job will run is not known here.
    """
    from bulkvid_pipeline.services.templates.template_store import TemplateStore

    path = spec.input_source.path
    if path is not None and not Path(path).expanduser().is_file():
        raise InvalidSheetError(f"File '{path}' not found", fix="Check the path; it is relative to the work folder")
    if not queue:
        TemplateStore(settings().templates_folder, spec.project_id).load(spec.template.template_id)


def launch_again(job_id: str, action: Callable[..., None], *, plain: bool, queue: bool = False) -> int:
    """Resume or retry a job, here or in Dagster's queue; returns the exit code of `bulkvid run`."""
    from bulkvid_pipeline.services.jobs.instance import open_instance

    codes = []
    with open_instance(dagster_home()) as instance:
        close_dead_jobs(instance)

        def launch(spec: BulkJobSpec, job: Job) -> None:
            codes.append(runner(queue=queue)(instance, spec, job.job_id, plain=plain))

        action(instance, whole_id(instance, job_id), launch)
    return codes[0]


def watch_job(job_id: str) -> int:
    """Follow a job that runs elsewhere; returns the exit code that its own `bulkvid run` would."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job

    console = Console(highlight=False, soft_wrap=True)
    with open_instance(dagster_home()) as instance:
        job = find_job(instance, whole_id(instance, job_id))
        past = {run.run_id for run in job.runs} - {run.run_id for run in job.newest_runs}
        display = Display(instance, job.job_id, console, live=console.is_terminal, past=past)
        with display:
            while not (job := find_job(instance, job.job_id)).state.is_final and job.state is not JobState.PAUSED:
                time.sleep(WATCH_EVERY_S)
        console.print(f"The job is {job.state}.")
        return conclude(instance, console, display)


def runner(*, queue: bool) -> Callable[..., int]:
    """What runs a job and follows it to its end, which `ending` tells of (see `conclude`); returns the exit code."""
    if not queue:
        return _run_here
    from bulkvid_pipeline.cli.queueing import run_in_queue

    return run_in_queue


def _run_here(
    instance: DagsterInstance,
    spec: BulkJobSpec,
    job_id: str,
    *,
    plain: bool,
    rerun: Sequence[str] = (),
    canary: Sequence[str] = (),
    ending: Ending | None = None,
) -> int:
    from bulkvid_pipeline.launch.here import execute_here
    from bulkvid_pipeline.services.jobs.jobs import run_ids_of

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    close_dead_jobs(instance)
    past = run_ids_of(instance, job_id)
    display = Display(instance, job_id, console, live=console.is_terminal and not plain, past=past)
    interrupted = False
    with display:
        try:
            execute_here(spec, instance, job_id, canary=canary)
        except KeyboardInterrupt:
            interrupted = True
    stopped = interrupted or display.watch.interrupted
    return (ending or conclude)(instance, console, display, rerun=rerun, interrupted=stopped)


def close_dead_jobs(instance: DagsterInstance) -> None:
    """Mark jobs whose process died, and tell their callbacks so: there may be no daemon that does."""
    from bulkvid_pipeline.services.jobs.jobs import find_job, id_of
    from bulkvid_pipeline.services.liveness.orphans import close_orphans
    from bulkvid_pipeline.services.webhooks.callbacks import send_now

    for run_id in close_orphans(instance):
        run = instance.get_run_by_id(run_id)
        if run is not None:
            send_now(instance, find_job(instance, id_of(run)), settings())


def conclude(
    instance: DagsterInstance,
    console: Console,
    display: Display,
    *,
    rerun: Sequence[str] = (),
    interrupted: bool = False,
    queued: bool = False,
) -> int:
    """The last lines: findings, and what the job's end means; returns the exit code.

    What goes on with a `queued` job hands it to the queue again.
    """
    from bulkvid_pipeline.services.jobs.jobs import find_job

    watch = display.watch
    job = find_job(instance, display.job_id) if watch.has_begun else None
    ending = JobEnding(
        job_id=display.job_id,
        state=job.state if job else None,
        rows=watch.rows,
        report=watch.report,
        failure=watch.failure,
        total=job.items["total"] if job else 0,
        seconds=display.elapsed_s,
        interrupted=interrupted,
        write_back=job.write_back if job else "",
        gallery=job.report if job else "",
        rerun=tuple(rerun),
    )
    if ending.report is not None and ending.report["findings"]:
        console.print()
        print_report(console, dict(ending.report))
    result = result_of(ending)
    console.print()
    for sentence in result.sentences:
        console.print(_in_colour(sentence))
    if result.next_command:
        again = ["--queue"] if queued and "--queue" not in result.next_command else []
        console.print(f"  {escape(shlex.join(['bulkvid', *result.next_command, *again]))}")
    return result.exit_code


def _in_colour(sentence: Sentence) -> str:
    colour = _COLOURS[sentence.tone]
    lead = f"[{colour}]{escape(sentence.lead)}[/] " if sentence.lead else ""
    return f"{lead}{escape(sentence.text)}"
