"""`bulkvid validate`."""

from __future__ import annotations

from typing import Any

from rich.console import Console
from rich.text import Text

from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.settings import settings

INFO_CELLS_SHOWN = 4


def validate_sheet(spec: BulkJobSpec, *, as_json: bool) -> int:
    """Print the report of a sheet; the exit code says what a job would do with it."""
    from bulkvid_pipeline.services.sheets.loading import load_sheet
    from bulkvid_pipeline.services.sheets.validation import validate_for_spec

    if spec.write_back:
        # It brings Dagster along: a second of imports that sheets which nothing is written to need not pay.
        from bulkvid_pipeline.services.write_back.writer import check_write_back

        check_write_back(spec, settings())
    report = validate_for_spec(load_sheet(spec.input_source, settings(), spec.project_id), spec, settings()).report
    if as_json:
        print_json(report.as_dict())
    else:
        print_report(Console(highlight=False, soft_wrap=True), report.as_dict())
    if report.stops_job:
        return 2
    return 3 if report.rejected else 0


def print_report(console: Console, report: dict[str, Any]) -> None:
    """The findings, one a line, and what becomes of the rows."""
    told = [finding for finding in report["findings"] if finding["severity"] != "info"]
    for finding in told:
        colour = "red" if finding["severity"] == "error" else "yellow"
        line = Text.assemble((f"{finding['severity']:7}", colour), " ", (f"{finding['cell']:>7}", "bold"))
        line.append(f"  {finding['column'] or 'sheet'}")
        if finding["value"]:
            line.append(f" '{finding['value']}'", "dim")
        line.append(f": {finding['problem']}. ")
        line.append(f"{finding['fix']}.", "green")
        console.print(line, soft_wrap=True)
    _print_infos(console, [finding for finding in report["findings"] if finding["severity"] == "info"])
    left = report["findings_total"] - len(report["findings"])
    if left:
        console.print(f"... and {left} findings more")
    rows = report["rows"]
    verdict = "the job would not run" if report["stops_job"] else "the job would render the accepted rows"
    console.print(
        f"{rows['accepted']} rows accepted, {rows['rejected']} rejected, {rows['skipped']} skipped "
        f"at level {report['level']}: {verdict}."
    )


def _print_infos(console: Console, findings: list[dict[str, Any]]) -> None:
    """What is only said, in a low voice: the same of many cells on one line."""
    cells: dict[tuple[str, ...], list[str]] = {}
    for finding in findings:
        said = tuple(str(finding[part]) for part in ("column", "value", "problem", "fix"))
        cells.setdefault(said, []).append(finding["cell"])
    for (column, value, problem, fix), places in cells.items():
        more = f" and {len(places) - INFO_CELLS_SHOWN} more" if len(places) > INFO_CELLS_SHOWN else ""
        shown = f" '{value}'" if value else ""
        line = f"info    {', '.join(places[:INFO_CELLS_SHOWN]):>7}{more}  {column or 'sheet'}{shown}: {problem}. {fix}."
        console.print(Text(line, "dim"), soft_wrap=True)
