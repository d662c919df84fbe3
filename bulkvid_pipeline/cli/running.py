"""`bulkvid run`: start the job in this process, show how it goes, say what came of it."""

from __future__ import annotations

import logging
import shlex
import sys
import time
from collections.abc import Callable, Sequence

from dagster import DagsterInstance
from rich.console import Console
from rich.markup import escape

from bulkvid_pipeline.cli.display import Display
from bulkvid_pipeline.cli.job_ids import whole_id
from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.services.jobs.result import JobEnding, Sentence, Tone, result_of
from bulkvid_pipeline.settings import dagster_home, settings

WATCH_EVERY_S = 0.5
_COLOURS = {Tone.PLAIN: "default", Tone.WARNING: "yellow", Tone.BAD: "red"}


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

        def launch(spec: BulkJobSpec, whole: str) -> None:
            codes.append(_run_here(instance, spec, whole, plain=plain))

        action(instance, whole_id(instance, job_id), launch)
    return codes[0]


def watch_job(job_id: str) -> int:
    """Follow a job that runs elsewhere; returns the exit code that its own `bulkvid run` would."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job

    console = Console(highlight=False, soft_wrap=True)
    with open_instance(dagster_home()) as instance:
        job = find_job(instance, whole_id(instance, job_id))
        past = {run.run_id for run in job.runs} - {run.run_id for run in job.generation}
        display = Display(instance, job.job_id, console, live=console.is_terminal, past=past)
        with display:
            while not (job := find_job(instance, job.job_id)).state.is_final and job.state is not JobState.PAUSED:
                time.sleep(WATCH_EVERY_S)
        console.print(f"The job is {job.state}.")
        return _conclude(instance, console, display)


def _run_here(instance: DagsterInstance, spec: BulkJobSpec, job_id: str, *, plain: bool) -> int:
    from bulkvid_pipeline.launch.here import execute_here
    from bulkvid_pipeline.services.jobs.jobs import run_ids_of

    logging.getLogger("dagster").setLevel(logging.CRITICAL)
    console = Console(highlight=False, soft_wrap=True)
    _close_orphans(instance)
    past = run_ids_of(instance, job_id)
    display = Display(instance, job_id, console, live=console.is_terminal and not plain, past=past)
    interrupted = False
    with display:
        try:
            execute_here(spec, instance, job_id)
        except KeyboardInterrupt:
            interrupted = True
    stopped = interrupted or display.watch.interrupted
    return _conclude(instance, console, display, rerun=sys.argv[1:], interrupted=stopped)


def _close_orphans(instance: DagsterInstance) -> None:
    """Mark jobs whose process died, and tell their callbacks so: there may be no daemon that does."""
    from bulkvid_pipeline.services.jobs.jobs import find_job, id_of
    from bulkvid_pipeline.services.liveness.orphans import close_orphans
    from bulkvid_pipeline.services.webhooks.callbacks import send_now

    for run_id in close_orphans(instance):
        run = instance.get_run_by_id(run_id)
        if run is not None:
            send_now(instance, find_job(instance, id_of(run)), settings())


def _conclude(
    instance: DagsterInstance,
    console: Console,
    display: Display,
    *,
    rerun: Sequence[str] = (),
    interrupted: bool = False,
) -> int:
    """The last lines: findings, and what the job's end means; returns the exit code."""
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
        console.print(f"  {escape(shlex.join(['bulkvid', *result.next_command]))}")
    return result.exit_code


def _in_colour(sentence: Sentence) -> str:
    colour = _COLOURS[sentence.tone]
    lead = f"[{colour}]{escape(sentence.lead)}[/] " if sentence.lead else ""
    return f"{lead}{escape(sentence.text)}"
