"""`--queue`: hand a job to Dagster's run queue, and follow it as if it ran here."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from dagster import DagsterInstance
from rich.console import Console

from bulkvid_pipeline.cli.display import Display
from bulkvid_pipeline.cli.running import WATCH_EVERY_S, Ending, close_dead_jobs, conclude
from bulkvid_pipeline.core.errors import ActionNotAllowedError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.jobs.result import ExitCode
from bulkvid_pipeline.services.jobs.run_state import is_open
from bulkvid_pipeline.settings import settings


def run_in_queue(
    instance: DagsterInstance,
    spec: BulkJobSpec,
    job_id: str,
    *,
    plain: bool,
    rerun: Sequence[str] = (),
    canary: Sequence[str] = (),
    ending: Ending = conclude,
) -> int:
    """Have Dagster's queue run the job and follow it to its end; returns the exit code of `bulkvid run`.

    Ctrl-C cancels the job, as it does where the job runs in this process; a second one stops following it.
    """
    from bulkvid_pipeline.launch.queue import Launch, hand_over
    from bulkvid_pipeline.services.jobs.jobs import run_ids_of

    console = Console(highlight=False, soft_wrap=True)
    close_dead_jobs(instance)
    past = run_ids_of(instance, job_id)
    run_id = hand_over(spec, Launch(job_id, canary=tuple(canary)), instance, settings())
    console.print(f"Handed to Dagster's queue as {job_id}; `bulkvid jobs watch {job_id}` follows it from anywhere.")
    with Display(instance, job_id, console, live=console.is_terminal and not plain, past=past) as display:
        interrupted = _see_through(instance, job_id, run_id, console)
    if interrupted and not _is_over(instance, run_id):
        console.print(f"[yellow]Left.[/] The job is being cancelled: `bulkvid jobs show {job_id}` tells when it is.")
        return ExitCode.STOPPED
    stopped = interrupted or display.watch.interrupted
    return ending(instance, console, display, rerun=rerun, interrupted=stopped, queued=True)


def _see_through(instance: DagsterInstance, job_id: str, run_id: str, console: Console) -> bool:
    """Wait for the end of the run; True when Ctrl-C came before it, which cancels the job."""
    with _interrupts_as_event() as pressed:
        while not _is_over(instance, run_id) and not pressed.wait(WATCH_EVERY_S):
            pass
        if not pressed.is_set():
            return False
        pressed.clear()
        console.print("[yellow]Cancelling the job[/] (Ctrl-C once more leaves it to end by itself) ...")
        _cancel(instance, job_id)
        while not _is_over(instance, run_id) and not pressed.wait(WATCH_EVERY_S):
            pass
        return True


@contextmanager
def _interrupts_as_event() -> Iterator[threading.Event]:
    """Set by Ctrl-C, which would otherwise be raised wherever the database happens to be read or written."""
    pressed = threading.Event()
    before = signal.signal(signal.SIGINT, lambda _number, _frame: pressed.set())
    try:
        yield pressed
    finally:
        signal.signal(signal.SIGINT, before)


def _is_over(instance: DagsterInstance, run_id: str) -> bool:
    run = instance.get_run_by_id(run_id)
    return run is None or (run.is_finished and not is_open(run))


def _cancel(instance: DagsterInstance, job_id: str) -> None:
    from bulkvid_pipeline.services.control.actions import cancel_job
    from bulkvid_pipeline.services.webhooks.callbacks import send_now

    try:
        job = cancel_job(instance, job_id)
    except ActionNotAllowedError:
        return  # it has ended meanwhile, or somebody else has cancelled it
    send_now(instance, job, settings())
