"""`bulkvid debug`: record what jobs ask of other services, and see what is wrong."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bulkvid_pipeline.cli.groups import command_group
from bulkvid_pipeline.cli.job_ids import SHORTEST, whole_id
from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.wording import size_in_words

if TYPE_CHECKING:
    from bulkvid_pipeline.core.diagnostics.summary import JobSummary
    from bulkvid_pipeline.core.diagnostics.views import DebugMode, DebugStatus
    from bulkvid_pipeline.services.diagnostics.diagnostics import Diagnostics

debug = command_group()
JobId = Annotated[str, typer.Argument(help="Job id, or a unique beginning of it")]
AsJson = Annotated[bool, typer.Option("--json", help="As JSON")]


@debug.command()
def enable(
    minutes: Annotated[float, typer.Option("--minutes", "-m", help="Minutes after which they end by themselves")] = 30,
    job: Annotated[
        str | None, typer.Option("--job", help="Record this job, beside others named so; its id or a beginning")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Turn diagnostics on, also for jobs that are at work."""
    from bulkvid_pipeline.services.diagnostics.diagnostics import open_diagnostics

    with open_diagnostics() as diagnostics:
        mode = diagnostics.enable(minutes, None if job is None else whole_id(diagnostics.instance, job))
    if not as_json:
        _print_mode(mode)
        print("Run the job, then see what is wrong: bulkvid debug summary JOB")
        return
    print_json(mode.as_json())


@debug.command()
def disable(as_json: AsJson = False) -> None:
    """Turn diagnostics off. What was recorded stays."""
    from bulkvid_pipeline.services.diagnostics.diagnostics import open_diagnostics

    with open_diagnostics() as diagnostics:
        mode = diagnostics.disable()
    if as_json:
        print_json(mode.as_json())
    else:
        _print_mode(mode)


@debug.command()
def status(as_json: AsJson = False) -> None:
    """Say whether diagnostics are on, and which jobs were recorded."""
    from bulkvid_pipeline.services.diagnostics.diagnostics import open_diagnostics

    with open_diagnostics() as diagnostics:
        found = diagnostics.status()
        folder = diagnostics.folder
    if as_json:
        print_json({**found.as_json(), "folder": str(folder)})
    else:
        _print_status(found, folder)


@debug.command()
def summary(job_id: JobId, as_json: AsJson = False) -> None:
    """Show figures of a job's requests, what is wrong, and what to do.

    Exit codes: 0 done · 2 there is no such job, or nothing was recorded of it.
    """
    from bulkvid_pipeline.services.diagnostics.diagnostics import open_diagnostics

    with open_diagnostics() as diagnostics:
        found = diagnostics.summary_of(_whole_id(diagnostics, job_id))
    if as_json:
        print_json(found.as_json())
    else:
        _print_summary(found)


@debug.command()
def log(
    job_id: JobId,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="File, or folder for a file of its usual name")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="With --output: say as JSON where it is")] = False,
) -> None:
    """Print every request of a job and its answer as JSON, or save it.

    Exit codes: 0 done · 2 there is no such job, nothing was recorded of it, or the file cannot be written.
    """
    from bulkvid_pipeline.core.errors import InvalidRequestError
    from bulkvid_pipeline.services.diagnostics.diagnostics import file_name_of, open_diagnostics

    with open_diagnostics() as diagnostics:
        found = diagnostics.full_log_of(_whole_id(diagnostics, job_id))
    if output is None:
        print_json(found.as_json())
        return
    path = output / file_name_of(found) if output.is_dir() else output
    content = found.model_dump_json(indent=2).encode()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise InvalidRequestError(
            f"The log cannot be written to {path}: {error.strerror or error}", fix="Name a file in a folder of yours"
        ) from error
    if as_json:
        print_json({"file": str(path), "bytes": len(content)})
    else:
        print(path)


@debug.command()
def cleanup(
    days: Annotated[float, typer.Option("--days", help="Logs not written to for so many days; 0 for all")] = 7,
    as_json: AsJson = False,
) -> None:
    """Remove old logs."""
    from bulkvid_pipeline.services.diagnostics.diagnostics import open_diagnostics

    with open_diagnostics() as diagnostics:
        done = diagnostics.clean_up(days)
    if as_json:
        print_json(done.as_json())
    else:
        print(f"{done.message} {size_in_words(done.freed_bytes)} freed.")


def _whole_id(diagnostics: Diagnostics, typed: str) -> str:
    """The id that begins like that, also of a job whose runs are pruned and whose logs are not."""
    from bulkvid_pipeline.services.diagnostics.files import all_logs

    found = whole_id(diagnostics.instance, typed)
    if found != typed or len(typed) < SHORTEST:
        return found
    recorded = {log.job_id for log in all_logs(diagnostics.folder) if log.job_id.startswith(typed)}
    return recorded.pop() if len(recorded) == 1 else typed


def _print_mode(mode: DebugMode) -> None:
    until = f" They end at {mode.expires_at.astimezone():%Y-%m-%d %H:%M:%S}." if mode.expires_at else ""
    print(f"{mode.message}{until}")


def _print_status(found: DebugStatus, folder: Path) -> None:
    _print_mode(found)
    for job_id in found.active_jobs_with_debug:
        print(f"Being recorded: {job_id}")
    print(f"Logs:   {found.files_total}, {size_in_words(found.bytes_total)} in {folder}")
    for file in found.recent_debug_files:
        at = file.created_at.astimezone().strftime("%Y-%m-%d %H:%M:%S")
        print(f"{at}  {file.job_id:18}  {size_in_words(file.size_bytes):>8}  {file.filename}")


def _print_summary(found: JobSummary) -> None:
    print(f"{found.job_id}: {found.verdict}\n")
    seconds = found.duration_ms / 1000
    print(f"Requests     {found.total_requests}, {found.failed_requests} failed; success rate {found.success_rate:g} %")
    print(f"Duration     {seconds:.1f} s")
    if found.left_out:
        print(f"Kept         {found.total_requests - found.left_out} requests; the figures below are of these alone")
    statuses = " · ".join(
        f"{status} {told.meaning} {told.count}x" for status, told in found.status_code_breakdown.items()
    )
    print(f"Statuses     {statuses or 'none'}")
    if found.fault_breakdown:
        print(f"No answer    {' · '.join(f'{fault} {count}x' for fault, count in found.fault_breakdown.items())}")
    print(f"Attempts     {found.attempts.retries} retries, {found.attempts.recovered} failures overcome")
    print(f"Connections  {found.connections.new} new, {found.connections.reused} reused")
    if found.peers:
        _print_peers(found)
    for pattern in found.failure_patterns:
        overcome = f", {pattern.recovered} overcome" if pattern.recovered else ""
        print(f"\n{pattern.title} ({pattern.name}, {pattern.count}x{overcome})")
        print(f"  seen  {pattern.detail}")
        if pattern.said:
            print(f"  said  {pattern.said}")
        print(f"  fix   {pattern.fix}")


def _print_peers(found: JobSummary) -> None:
    from rich.console import Console
    from rich.table import Column, Table

    names = ("requests", "failed", "p50 ms", "p95 ms", "slowest")
    table = Table(
        "peer", *(Column(name, justify="right") for name in names), Column("hosts", overflow="fold"), box=None
    )
    for peer, told in found.peers.items():
        timing = told.timing
        durations = (f"{value:.0f}" for value in (timing.p50_ms, timing.p95_ms, timing.slowest_ms))
        table.add_row(peer, str(told.requests), str(told.failed), *durations, ", ".join(told.hosts))
    print()
    Console(highlight=False, markup=False, emoji=False).print(table)
