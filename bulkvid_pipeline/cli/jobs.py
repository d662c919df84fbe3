"""`bulkvid jobs`: see what runs and ran, and steer it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated

import typer

from bulkvid_pipeline.cli.groups import command_group
from bulkvid_pipeline.cli.job_ids import whole_id
from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.states import JobState

jobs = command_group()
JobId = Annotated[str, typer.Argument(help="Job id, or a unique beginning of it")]
Queue = Annotated[bool, typer.Option("--queue", help="Let Dagster's queue run it, and follow it from here")]
Plain = Annotated[bool, typer.Option("--plain", help="Plain lines")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON")]


@jobs.command("list")
def list_(
    state: Annotated[list[str] | None, typer.Option("--state", help="Only jobs in this state; may be repeated")] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many")] = 20,
    as_json: AsJson = False,
) -> None:
    """List jobs, newest first."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import list_jobs
    from bulkvid_pipeline.settings import dagster_home

    with open_instance(dagster_home()) as instance:
        found = list(list_jobs(instance, states=[_state(name) for name in state or ()], limit=limit))
    if as_json:
        print_json([job.view().as_json() for job in found])
        return
    if not found:
        print("No jobs.")
    for job in found:
        items = job.items
        print(
            f"{job.job_id:18} {job.state:10} {job.percent:5.1f} %  {items['completed']}/{items['total']} done, "
            f"{items['failed']} failed  {job.priority:7} {job.title}"
        )


@jobs.command()
def show(job_id: JobId, as_json: AsJson = False) -> None:
    """Show one job, with its runs: the newest first, and those that it is spread over together."""
    from bulkvid_pipeline.core.run_parts import parts_of
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import find_job
    from bulkvid_pipeline.settings import dagster_home

    with open_instance(dagster_home()) as instance:
        job = find_job(instance, whole_id(instance, job_id))
    shown = job.view().as_json()
    if as_json:
        print_json(shown)
        return
    actions = ", ".join(shown.pop("actions")) or "none"
    for name, value in shown.items():
        if value not in (None, "", [], {}):
            print(f"{name:18} {json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else value}")
    print(f"{'actions':18} {actions}")
    for part in parts_of(job.runs):
        words = ", ".join(filter(None, (f"{part.name} {part.task}".strip(), part.state)))
        print(f"{'run':18} {part.run.run_id}  {words}")


@jobs.command()
def watch(job_id: JobId) -> None:
    """Follow a job until it ends."""
    from bulkvid_pipeline.cli.running import watch_job

    raise typer.Exit(watch_job(job_id))


@jobs.command()
def pause(job_id: JobId) -> None:
    """Let the rows in work finish, and start no other."""
    from bulkvid_pipeline.services.control.actions import pause_job

    _act(job_id, pause_job)


@jobs.command()
def cancel(job_id: JobId) -> None:
    """Stop a job for good; what is finished stays."""
    from bulkvid_pipeline.services.control.actions import cancel_job

    _act(job_id, cancel_job)


@jobs.command()
def resume(job_id: JobId, queue: Queue = False, plain: Plain = False) -> None:
    """Go on with a paused job, in this terminal or in Dagster's queue."""
    from bulkvid_pipeline.cli.running import launch_again
    from bulkvid_pipeline.services.control.actions import resume_job

    raise typer.Exit(launch_again(job_id, resume_job, plain=plain, queue=queue))


@jobs.command()
def retry(job_id: JobId, queue: Queue = False, plain: Plain = False) -> None:
    """Render what a job failed to render, in this terminal or in Dagster's queue."""
    from bulkvid_pipeline.cli.running import launch_again
    from bulkvid_pipeline.services.control.actions import retry_job

    raise typer.Exit(launch_again(job_id, retry_job, plain=plain, queue=queue))


@jobs.command("write-back")
def write_back(job_id: JobId) -> None:
    """Write state and link of a job's rows into its Google sheet, once more or for the first time."""
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.write_back.resync import write_again
    from bulkvid_pipeline.settings import dagster_home, settings

    with open_instance(dagster_home()) as instance:
        print(f"{write_again(instance, whole_id(instance, job_id), settings())}.")


@jobs.command()
def events(
    job_id: JobId,
    level: Annotated[str, typer.Option("--level", help="DEBUG, INFO, WARNING or ERROR, and above")] = "INFO",
    limit: Annotated[int, typer.Option("--limit", "-n", min=1, help="How many, the newest")] = 100,
    as_json: AsJson = False,
) -> None:
    """List what happened in a job."""
    from bulkvid_pipeline.services.jobs.events import job_events
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home

    with open_instance(dagster_home()) as instance:
        found = job_events(instance, whole_id(instance, job_id), level=level, limit=limit)
    if as_json:
        print_json([event.as_json() for event in found])
        return
    for event in found:
        at = event.timestamp.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        print(f"{at} {event.level:7} {event.message}")


def _act(job_id: str, action: Callable[..., object]) -> None:
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.services.jobs.jobs import Job
    from bulkvid_pipeline.services.webhooks.callbacks import send_now
    from bulkvid_pipeline.settings import dagster_home, settings

    with open_instance(dagster_home()) as instance:
        job = action(instance, whole_id(instance, job_id))
        assert isinstance(job, Job)
        send_now(instance, job, settings())
    print(f"{job.job_id} is {job.state}.")


def _state(name: str) -> JobState:
    try:
        return JobState(name.lower())
    except ValueError as error:
        raise typer.BadParameter(f"'{name}' is no state; use one of {', '.join(JobState)}") from error
