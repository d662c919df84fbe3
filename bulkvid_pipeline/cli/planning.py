"""`bulkvid plan`: what a run would do, and why."""

from __future__ import annotations

from rich.console import Console
from rich.text import Text

from bulkvid_pipeline.cli.printing import print_json, time_in_words
from bulkvid_pipeline.cli.validating import print_report
from bulkvid_pipeline.core.findings import shortened
from bulkvid_pipeline.core.plan_wire import Plan, PlannedRow
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import Estimate
from bulkvid_pipeline.core.wording import size_in_words
from bulkvid_pipeline.settings import dagster_home, settings

KEPT_SHOWN = 20
"""Row numbers of rows that are up to date that are named."""
_COLOURS = {"render": "green", "refuse": "red", "skip": "yellow", "keep": "dim"}


def plan_job(spec: BulkJobSpec, *, as_json: bool) -> int:
    """Print what a job would do; the exit code is that of `bulkvid validate`."""
    from bulkvid_pipeline.services.plans.known_paces import known_paces
    from bulkvid_pipeline.services.plans.plan_view import plan_view
    from bulkvid_pipeline.services.plans.sheet_plan import plan_sheet

    if spec.write_back:
        # It brings Dagster along: a second of imports that sheets which nothing is written to need not pay.
        from bulkvid_pipeline.services.write_back.writer import check_write_back

        check_write_back(spec, settings())
    known = known_paces(dagster_home(), settings())
    found = plan_sheet(spec, settings(), known.paces)
    plan = plan_view(found, known.gap)
    if as_json:
        print_json(plan.as_json())
    else:
        _print_plan(Console(highlight=False, soft_wrap=True), plan, found.sheet.report.as_dict())
    if plan.stops_job:
        return 2
    return 3 if plan.totals.refuse else 0


def _print_plan(console: Console, plan: Plan, report: dict[str, object]) -> None:
    if report["findings"]:
        print_report(console, report)
        console.print()
    for row in plan.rows:
        if row.action == "render":
            platforms = ", ".join(video.platform for video in row.videos if video.action == "render")
            _print_row(console, row, f"{platforms}: {row.why}")
        elif row.action == "refuse":
            _print_row(console, row, f"{row.why} (above)")
    _print_kept(console, [row for row in plan.rows if row.action == "keep"])
    for gone in plan.gone:
        many = "1 video stays" if gone.videos == 1 else f"{gone.videos} videos stay"
        line = Text.assemble(("gone   ", "yellow"), f"  '{shortened(gone.title)}' is no longer in the sheet; ")
        console.print(line.append(f"its {many} in {gone.url}"))
    if plan.estimate_gap:
        console.print(Text(f"What past rows took is not known. {plan.estimate_gap}", "yellow"))
    console.print(_summary(plan))


def _print_row(console: Console, row: PlannedRow, told: str) -> None:
    line = Text.assemble((f"{row.action:7}", _COLOURS[row.action]), (f" {f'row {row.sheet_row}':>8}", "bold"))
    console.print(line.append(f"  {shortened(row.title)}  {told}"))


def _print_kept(console: Console, rows: list[PlannedRow]) -> None:
    if not rows:
        return
    numbers = ", ".join(str(row.sheet_row) for row in rows[:KEPT_SHOWN])
    more = f" and {len(rows) - KEPT_SHOWN} more" if len(rows) > KEPT_SHOWN else ""
    console.print(Text(f"keep     up to date: row{'s' if len(rows) > 1 else ''} {numbers}{more}", "dim"))
    for note in dict.fromkeys(video.note for row in rows for video in row.videos if video.note):
        noted = [str(row.sheet_row) for row in rows if any(video.note == note for video in row.videos)]
        shown = ", ".join(noted[:KEPT_SHOWN]) + (" ..." if len(noted) > KEPT_SHOWN else "")
        console.print(Text(f"         row{'s' if len(noted) > 1 else ''} {shown}: {note}", "dim"))


def _summary(plan: Plan) -> str:
    totals = plan.totals
    others = f"{totals.keep} up to date, {totals.refuse} refused, {totals.skip} skipped, {totals.gone} gone"
    if plan.stops_job:
        return f"The job would not run. {totals.refuse} {'row' if totals.refuse == 1 else 'rows'} refused."
    if not totals.render:
        return f"Nothing to render. Rows: {others}."
    rows = "1 row" if totals.render == 1 else f"{totals.render} rows"
    past = plan.estimate.based_on_rows
    basis = f"by what {past} past row{'s' if past != 1 else ''} took" if past else "by built-in figures"
    return f"Would render {rows}: {estimate_in_words(plan.estimate)}, {basis}. Other rows: {others}."


def estimate_in_words(estimate: Estimate) -> str:
    """Videos, their length and size, the time, and the money if any."""
    videos = "1 video" if estimate.videos == 1 else f"{estimate.videos} videos"
    cost = f", {estimate.voice_cost:.4g} for the voice" if estimate.voice_cost else ""
    length, size = time_in_words(estimate.video_seconds), size_in_words(estimate.storage_bytes)
    time = time_in_words(estimate.processing_time_ms / 1000)
    machines = f" on {estimate.machines} machines of the queue" if estimate.machines > 1 else ""
    return f"{videos} of {length}, about {size}, in about {time}{machines}{cost}"
