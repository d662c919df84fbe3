"""The commands and their options. Bodies import what they need, so that `--help` answers at once."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from bulkvid_pipeline.cli.debugging import debug
from bulkvid_pipeline.cli.jobs import jobs
from bulkvid_pipeline.cli.tokens import tokens
from bulkvid_pipeline.core.analytics import GroupBy
from bulkvid_pipeline.core.serving import Part
from bulkvid_pipeline.services.access.scopes import Scope

app = typer.Typer(
    name="bulkvid",
    help="A spreadsheet of ideas in, hundreds of finished videos out.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
dev = typer.Typer(help="Tools for developers.", no_args_is_help=True)
app.add_typer(jobs, name="jobs")
app.add_typer(dev, name="dev")
app.add_typer(debug, name="debug")
app.add_typer(tokens, name="tokens")
cache = typer.Typer(help="Narration and scenes kept so that changed rows cost their changes.", no_args_is_help=True)
app.add_typer(cache, name="cache")
templates = typer.Typer(help="List the templates, draw them, check them.", invoke_without_command=True)
app.add_typer(templates, name="templates")

Sheet = Annotated[str, typer.Argument(help="CSV or XLSX file, Google sheet id or URL, or a job spec (.yaml)")]
Level = Annotated[str | None, typer.Option("--level", "-l", help="strict, moderate or permissive")]
Range = Annotated[str | None, typer.Option("--range", help="A1 range, for example A1:J100")]
Layout = Annotated[str | None, typer.Option("--layout", help="standard (header row) or positional")]
HiddenRows = Annotated[str | None, typer.Option("--hidden-rows", help="skip (as the reader sees the file) or include")]
Columns = Annotated[
    list[str] | None,
    typer.Option(
        "--column",
        help="What a column of the sheet is, by its header or its letter: 'Hook line=idea_title', 'D:D=ignore'; "
        "may be repeated",
    ),
]
Only = Annotated[str | None, typer.Option("--only", help="approved: only rows whose status says that they are ready")]
Template = Annotated[str | None, typer.Option("--template", "-t", help="Template id")]
Captions = Annotated[str | None, typer.Option(help="burned, or off: captions as files alone")]
Bucket = Annotated[str | None, typer.Option("--output", "-o", help="Bucket, folder or URL for the videos")]
Look = Annotated[str | None, typer.Option("--style", help="modern, classic, minimal or corporate")]
Speaker = Annotated[str | None, typer.Option("--voice", help="female, male or neutral")]
Resolution = Annotated[str | None, typer.Option("--resolution", "-r", help="720p, 1080p or 4k")]
Container = Annotated[str | None, typer.Option("--format", "-f", help="mp4, mov or webm")]
Codec = Annotated[str | None, typer.Option("--video-codec", help="h264, h265 or vp9")]
Priority = Annotated[str | None, typer.Option("--priority", help="urgent, high, normal or low")]
Title = Annotated[str | None, typer.Option("--title", help="Name of the job")]
Prefix = Annotated[str | None, typer.Option("--prefix", help="Folder inside the output")]
WriteBack = Annotated[
    bool | None, typer.Option("--write-back", help="Write state and link of each row into the Google sheet")
]


@app.command()
def run(
    sheet: Sheet,
    output: Bucket = None,
    level: Level = None,
    cell_range: Range = None,
    layout: Layout = None,
    columns: Columns = None,
    only: Only = None,
    hidden_rows: HiddenRows = None,
    template: Template = None,
    style: Look = None,
    voice: Speaker = None,
    captions: Captions = None,
    resolution: Resolution = None,
    container: Container = None,
    video_codec: Codec = None,
    priority: Priority = None,
    title: Title = None,
    prefix: Prefix = None,
    write_back: WriteBack = None,
    queue: Annotated[
        bool, typer.Option("--queue", help="Let Dagster's queue run it (see `bulkvid ui`), and follow it from here")
    ] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a live display")] = False,
    canary: Annotated[
        int | None,
        typer.Option("--canary", min=1, help="Render so many rows first, the riskiest, and ask before the others"),
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="With --canary: go on without asking, unless a row of it has failed")
    ] = False,
) -> None:
    """Render the videos of a sheet. Rows that are finished already are not rendered again.

    With --canary it pauses after the first rows until you say yes; without a terminal and --yes it stays paused.

    Exit codes: 0 all rows are finished · 1 the job failed · 2 wrong input · 3 some rows were rejected or failed ·
    130 interrupted.
    """
    from bulkvid_pipeline.cli.running import run_job

    fields = {
        "title": title,
        "priority": priority,
        "write_back": write_back,
        **_input_fields(level, cell_range, layout, columns, only, hidden_rows),
        **_output_fields(output, container, video_codec, resolution, prefix),
        **_template_fields(template, style, voice, captions),
    }
    spec = _spec(sheet, fields)
    if canary is None:
        raise typer.Exit(run_job(spec, plain=plain, queue=queue))
    from bulkvid_pipeline.cli.canary import run_with_canary

    raise typer.Exit(run_with_canary(spec, canary, plain=plain, queue=queue, yes=yes))


@app.command()
def plan(
    sheet: Sheet,
    output: Bucket = None,
    level: Level = None,
    cell_range: Range = None,
    layout: Layout = None,
    columns: Columns = None,
    only: Only = None,
    hidden_rows: HiddenRows = None,
    template: Template = None,
    style: Look = None,
    voice: Speaker = None,
    captions: Captions = None,
    resolution: Resolution = None,
    container: Container = None,
    video_codec: Codec = None,
    priority: Priority = None,
    title: Title = None,
    prefix: Prefix = None,
    write_back: WriteBack = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole plan as JSON")] = False,
) -> None:
    """Say what `bulkvid run` with these options would render now, row by row and why, and how much that is.

    It writes nothing and renders nothing. Pictures and videos that rows name are not fetched.

    Exit codes: 0 planned, whether there is anything to render or not · 2 the job would not run, or wrong input ·
    3 some rows would be rejected.
    """
    from bulkvid_pipeline.cli.planning import plan_job

    fields = {
        "title": title,
        "priority": priority,
        "write_back": write_back,
        **_input_fields(level, cell_range, layout, columns, only, hidden_rows),
        **_output_fields(output, container, video_codec, resolution, prefix),
        **_template_fields(template, style, voice, captions),
    }
    raise typer.Exit(plan_job(_spec(sheet, fields), as_json=as_json))


@app.command()
def validate(
    sheet: Sheet,
    level: Level = None,
    cell_range: Range = None,
    layout: Layout = None,
    columns: Columns = None,
    only: Only = None,
    hidden_rows: HiddenRows = None,
    template: Template = None,
    as_json: Annotated[bool, typer.Option("--json", help="The whole report as JSON")] = False,
) -> None:
    """Say what is wrong with a sheet, cell by cell, without rendering anything.

    Exit codes: 0 the job would run with every row · 2 the job would not run · 3 some rows would be rejected.
    """
    from bulkvid_pipeline.cli.validating import validate_sheet

    fields = {**_input_fields(level, cell_range, layout, columns, only, hidden_rows), **_template_fields(template)}
    raise typer.Exit(validate_sheet(_spec(sheet, fields), as_json=as_json))


@app.command()
def preview(
    sheet: Sheet,
    row: Annotated[int, typer.Option("--row", "-n", help="Row number as the sheet shows it", min=1)],
    platform: Annotated[str | None, typer.Option("--platform", "-p", help="Only this platform")] = None,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the pictures")] = Path("preview"),
    level: Level = None,
    cell_range: Range = None,
    layout: Layout = None,
    columns: Columns = None,
    template: Template = None,
    style: Look = None,
    voice: Speaker = None,
    captions: Captions = None,
) -> None:
    """Show one row in about two seconds: a still of every scene, a sheet of them and a 5 s draft with sound.

    Exit codes: 0 done · 2 there is no such row, or it would be rejected.
    """
    from bulkvid_pipeline.cli.previewing import preview_sheet_row

    fields = {**_input_fields(level, cell_range, layout, columns), **_template_fields(template, style, voice, captions)}
    raise typer.Exit(preview_sheet_row(_spec(sheet, fields), row, platform, folder))


@templates.callback()
def templates_list(context: typer.Context) -> None:
    """List the templates."""
    if context.invoked_subcommand is None:
        from bulkvid_pipeline.cli.previewing import list_templates

        raise typer.Exit(list_templates())


@templates.command("preview")
def templates_preview(
    template_id: Annotated[str | None, typer.Argument(help="Template id; all of them if left out")] = None,
    folder: Annotated[Path, typer.Option("--output", "-o", help="Folder for the pictures")] = Path("preview"),
) -> None:
    """Draw a template's title, body, list and quote in the three shapes of frame, as one picture."""
    from bulkvid_pipeline.cli.previewing import preview_templates

    raise typer.Exit(preview_templates(template_id, folder))


@templates.command("check")
def templates_check(template: Annotated[str, typer.Argument(help="Template id or JSON file")]) -> None:
    """Say all that is wrong with a template, colours that cannot be seen included.

    Exit codes: 0 it can be used as it is · 2 it cannot be used · 3 it can, with the changes named.
    """
    from bulkvid_pipeline.cli.previewing import check_template

    raise typer.Exit(check_template(template))


@app.command()
def ui(port: Annotated[int, typer.Option("--port", "-p", help="Port on this machine")] = 3000) -> None:
    """Open the Dagster web UI on this folder's jobs."""
    from bulkvid_pipeline.core.tags import DEFINITIONS_MODULE
    from bulkvid_pipeline.services.jobs.instance import open_instance
    from bulkvid_pipeline.settings import dagster_home

    home = dagster_home()
    open_instance(home).dispose()
    print(f"Dagster web UI on http://127.0.0.1:{port} (Ctrl-C ends it); DAGSTER_HOME={home}")
    command = [sys.executable, "-m", "dagster", "dev", "-m", DEFINITIONS_MODULE, "-h", "127.0.0.1", "-p", str(port)]
    os.execve(sys.executable, command, {**os.environ, "DAGSTER_HOME": str(home)})


@app.command()
def serve(
    host: Annotated[
        str | None, typer.Option(help="Address on which to listen; this machine alone, 127.0.0.1, if left out")
    ] = None,
    port: Annotated[int, typer.Option("--port", "-p", min=1, max=65535, help="Port of dashboard and API")] = 8000,
    dagster_port: Annotated[int, typer.Option(min=1, max=65535, help="Port of Dagster's web server")] = 3000,
    only: Annotated[list[Part] | None, typer.Option("--only", help="Serve this part alone; may be repeated")] = None,
    code_server: Annotated[
        str | None, typer.Option(help="host:port of a `dagster api grpc` that runs jobs elsewhere")
    ] = None,
    api_processes: Annotated[int, typer.Option(min=1, max=64, help="Processes that share the API's port")] = 1,
    logs_to_stderr: Annotated[
        bool, typer.Option("--logs-to-stderr", help="All logs to stderr, as containers want them, and not to files")
    ] = False,
) -> None:
    """Serve the dashboard, the REST API, Dagster's web server and its daemon, until Ctrl-C.

    Prints one line with a login link for the dashboard when all of it answers. Logs are in DAGSTER_HOME/serve-logs.
    Jobs that are at work when it ends are paused.
    """
    from bulkvid_pipeline.cli.serving import leave_at_once
    from bulkvid_pipeline.cli.serving import serve as serve_parts

    code = serve_parts(
        only or (),
        host=host,
        port=port,
        dagster_port=dagster_port,
        code_server=code_server,
        api_processes=api_processes,
        logs_to_stderr=logs_to_stderr,
    )
    leave_at_once(code)


@app.command()
def worker(
    concurrency: Annotated[int, typer.Option("--concurrency", "-c", min=1, max=64, help="Runs at once")] = 1,
    name: Annotated[str | None, typer.Option("--name", "-n", help="Name in logs; the host's is added")] = None,
    grace: Annotated[
        float, typer.Option("--grace", min=0, help="Seconds that rows in work may take when the worker leaves")
    ] = 60,
) -> None:
    """Execute jobs that Dagster's queue hands out over a broker, on this machine, until SIGTERM or Ctrl-C.

    Start as many as there are machines, all with the same BULKVID_BROKER_URL, BULKVID_POSTGRES_URL, output and version
    of the program. One that is told to leave takes no other run, and has those in work paused: rows that are finished
    within --grace are kept. A second Ctrl-C ends it at once.

    Exit codes: 0 it has left · 2 there is no broker or no PostgreSQL in the settings, or it does not answer.
    """
    from bulkvid_pipeline.cli.serving import leave_at_once
    from bulkvid_pipeline.cli.working import work

    leave_at_once(work(concurrency=concurrency, name=name, grace_s=grace))


@app.command()
def doctor(
    sheet: Annotated[
        str | None, typer.Argument(help="Look at this sheet or job spec too: CSV or XLSX file, Google sheet, .yaml")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Look at this check or group of checks alone; may be repeated")
    ] = None,
    timeout: Annotated[float, typer.Option("--timeout", help="Seconds that a check may take")] = 10.0,
    write_back: Annotated[
        bool | None, typer.Option("--write-back", help="Look whether results may be written into the sheet")
    ] = None,
    paid: Annotated[bool, typer.Option("--paid", help="Let a paid voice say a word, which costs a little")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The findings as JSON")] = False,
    plain: Annotated[bool, typer.Option("--plain", help="Plain lines instead of a table")] = False,
) -> None:
    """Look whether everything works that jobs need: programs, fonts, voices, storage, sheet, database, clock, disks.

    What is wrong is told with its mend. Nothing is left behind, and no secret is printed.

    Exit codes: 0 nothing is broken · 1 something is broken · 2 wrong input.
    """
    from bulkvid_pipeline.cli.doctor import examine_installation

    spec = _spec(sheet, {"write_back": write_back}) if sheet is not None else None
    code = examine_installation(spec, only or (), timeout_s=timeout, paid=paid, as_json=as_json, plain=plain)
    raise typer.Exit(code)


@app.command()
def token(
    user: Annotated[str, typer.Option("--user", "-u", help="Who uses the token")] = "local",
    project: Annotated[str, typer.Option("--project", help="Whose jobs it sees")] = "default",
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What it permits; may be repeated. All but admin if left out"),
    ] = None,
    admin: Annotated[bool, typer.Option("--admin", help="An administrator's token")] = False,
    expires: Annotated[str, typer.Option("--expires", "-e", help="How long it is valid: 30m, 12h, 30d")] = "12h",
    name: Annotated[str, typer.Option("--name", "-n", help="What `bulkvid tokens list` calls it")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="With its lifetime and scope, as JSON")] = False,
) -> None:
    """Make a token for the REST API, and print it alone: TOKEN=$(bulkvid token).

    `bulkvid tokens` lists and revokes them.

    Exit codes: 0 done · 2 wrong input, or this installation only verifies tokens.
    """
    from bulkvid_pipeline.cli.tokens import make_token

    raise typer.Exit(make_token(user, project, scope or (), expires, as_json=as_json, admin=admin, name=name))


@app.command("login-link")
def login_link(
    user: Annotated[str | None, typer.Option("--user", "-u", help="Who logs in; local, if left out")] = None,
    project: Annotated[str, typer.Option("--project", help="Whose jobs are seen")] = "default",
    scope: Annotated[
        list[Scope] | None,
        typer.Option("--scope", help="What the session permits; may be repeated. All but admin if left out"),
    ] = None,
    minutes: Annotated[float, typer.Option("--minutes", "-m", help="Within how many minutes it must be used")] = 60,
) -> None:
    """Print a link that logs one browser in to the dashboard, once.

    Without --user and --scope it is an administrator's, as the link that `bulkvid serve` prints. Who has the link can
    log in: hand it on as you would a password. Sessions end after 12 hours without use, and after 7 days.

    Exit codes: 0 done · 2 wrong input.
    """
    from bulkvid_pipeline.cli.logging_in import print_login_link

    raise typer.Exit(print_login_link(user, project, scope or (), minutes))


@app.command()
def prune(
    older_than: Annotated[
        str | None, typer.Option("--older-than", help="Age, for example 30d; BULKVID_RETENTION_DAYS if left out")
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be removed")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON")] = False,
) -> None:
    """Remove old logs of finished jobs, rows that no sheet has any more, and what dead uploads left. Videos stay.

    Exit codes: 0 done · 1 something could not be removed · 2 wrong input.
    """
    from bulkvid_pipeline.cli.pruning import prune_past

    raise typer.Exit(prune_past(older_than, dry_run=dry_run, as_json=as_json))


@app.command()
def analytics(
    start: Annotated[str | None, typer.Option("--from", help="Date or time of the first jobs, UTC")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Date or time of the last jobs, included")] = None,
    by: Annotated[GroupBy, typer.Option("--by", help="What the figures are split by")] = GroupBy.TEMPLATE_ID,
    project: Annotated[str | None, typer.Option("--project", help="Only this project's jobs")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As the REST API answers")] = False,
) -> None:
    """Say what jobs have made: rows, success, time, videos, cost; in all and by group.

    A job counts once, on the day of its creation (UTC), however often it was resumed or retried. Rows for several
    platforms count in each of them; time, cost and videos are divided among groups.

    Exit codes: 0 done · 2 wrong input.
    """
    from bulkvid_pipeline.cli.analysing import print_analytics

    raise typer.Exit(print_analytics(start, end, by, project, as_json=as_json))


@cache.command("show")
def cache_show(as_json: Annotated[bool, typer.Option("--json", help="The figures as JSON")] = False) -> None:
    """Say where the cache is and what it holds."""
    from bulkvid_pipeline.cli.caching import show_cache

    raise typer.Exit(show_cache(as_json=as_json))


@cache.command("prune")
def cache_prune(
    down_to: Annotated[str, typer.Option("--to", help="Size to shrink to, for example 500MB; 0 removes all")] = "0",
) -> None:
    """Remove what is longest unused. Nothing is lost but time: rows that need it make it again."""
    from bulkvid_pipeline.cli.caching import prune_cache

    raise typer.Exit(prune_cache(down_to))


@dev.command(
    "sheets-emulator",
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def sheets_emulator(context: typer.Context) -> None:
    """Run a Google Sheets peer on this machine, with TLS; prints what to export to reach it."""
    try:
        from bulkvid_pipeline_tests.peers.google.command import main as serve
    except ImportError as error:
        raise typer.BadParameter("the emulator is part of the test package; install the dev dependencies") from error
    serve(context.args)


def _input_fields(
    level: str | None,
    cell_range: str | None,
    layout: str | None,
    columns: list[str] | None = None,
    only: str | None = None,
    hidden_rows: str | None = None,
) -> dict[str, Any]:
    """The fields of a spec that say what is read, and how strictly."""
    source: dict[str, Any] = {"range": cell_range, "format": layout, "only": only, "hidden_rows": hidden_rows}
    source["columns"] = dict(_column(text) for text in columns or ())
    return {"validation_level": level, "input_source": source}


def _column(text: str) -> tuple[str, str]:
    """A column of the sheet and our name for it; the last `=` parts them, for a header may hold one."""
    header, separator, name = text.rpartition("=")
    if not separator or not header.strip():
        from bulkvid_pipeline.core.errors import InvalidSpecError

        raise InvalidSpecError(
            f"--column '{text}' does not say which column is which", fix="Write --column 'Hook line=idea_title'"
        )
    return header.strip(), name.strip()


def _output_fields(
    output: str | None, container: str | None, video_codec: str | None, resolution: str | None, prefix: str | None
) -> dict[str, Any]:
    """The fields of a spec that say what is made, and where it goes."""
    made = {"format": container, "video_codec": video_codec, "resolution": resolution}
    return {"output": {**made, "output_bucket": _bucket(output), "prefix": prefix}}


def _template_fields(
    template: str | None, style: str | None = None, voice: str | None = None, captions: str | None = None
) -> dict[str, Any]:
    """The fields of a spec that say how it looks and sounds."""
    overrides = {"style": style, "voice": voice, "captions": captions}
    return {"template": {"template_id": template, "overrides": overrides}}


def _bucket(output: str | None) -> str | None:
    """The option's value as a spec wants it: a path on this machine becomes a URL, a bucket's name stays."""
    if output is None or "://" in output or not (output.startswith((".", "/", "~")) or Path(output).is_dir()):
        return output
    return f"file://{Path(output).expanduser().absolute()}"


def _spec(sheet: str, fields: dict[str, Any]) -> Any:
    """The spec that a sheet argument and the options given make."""
    from bulkvid_pipeline.cli.specs import spec_from

    return spec_from(sheet, _given(fields))


def _given(fields: dict[str, Any]) -> dict[str, Any]:
    """`fields` without the options that were not given."""
    pruned = {key: _given(value) if isinstance(value, dict) else value for key, value in fields.items()}
    return {key: value for key, value in pruned.items() if value not in (None, {})}
