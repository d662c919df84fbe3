"""`bulkvid doctor`."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bulkvid_pipeline.cli.printing import print_json
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.service_wire import CheckStatus, DoctorCheck, DoctorReport
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.doctor.check import site_here
from bulkvid_pipeline.services.doctor.examination import chosen, examine
from bulkvid_pipeline.services.doctor.registry import CHECKS

_COLOURS: dict[CheckStatus, str] = {"ok": "green", "warning": "yellow", "broken": "bold red", "skipped": "dim"}
LONGEST_LIMIT_S = 3600.0
TABLE_COLUMNS = 60
"""A narrower terminal has no room for a table: it breaks the lines itself."""


def examine_installation(
    spec: BulkJobSpec | None, only: Sequence[str], *, timeout_s: float, paid: bool, as_json: bool, plain: bool
) -> int:
    """Look at everything and print what was found; returns the exit code.

    Raises:
        InvalidRequestError: there is no such check, or the limit is none.
    """
    if not 0 < timeout_s <= LONGEST_LIMIT_S:
        raise InvalidRequestError(
            f"{timeout_s:g} s are no time limit for a check", fix=f"Give more than 0 and at most {LONGEST_LIMIT_S:g}"
        )
    checks = chosen(CHECKS, only)
    site = site_here(spec, timeout_s, paid=paid)
    console = Console(highlight=False)
    if as_json:
        report = examine(site, checks)
        print_json(report.model_dump(mode="json"))
    elif plain or not console.is_terminal or console.width < TABLE_COLUMNS:
        report = examine(site, checks)
        _print_lines(report)
    else:
        with console.status("Looking at everything ..."):
            report = examine(site, checks)
        _print_table(console, report)
    sys.stdout.flush()
    return 1 if report.status == "broken" else 0


def _print_table(console: Console, report: DoctorReport) -> None:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column(no_wrap=True)
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    table.add_column(justify="right", no_wrap=True, style="dim")
    for check in report.checks:
        words = Text(check.found, "dim" if check.status == "skipped" else "")
        if check.mend:
            words.append(f"\n{check.mend}", "green")
        table.add_row(Text(check.status, _COLOURS[check.status]), check.name, words, f"{check.duration_ms} ms")
    console.print(table)
    console.print(Text(_verdict(report), _COLOURS[report.status]))


def _print_lines(report: DoctorReport) -> None:
    wide = max((len(check.name) for check in report.checks), default=0)
    for check in report.checks:
        print(_line(check, wide))
        if check.mend:
            print(f"{'':8} {'':{wide}} Fix: {check.mend}")
    print(_verdict(report))


def _line(check: DoctorCheck, wide: int) -> str:
    return f"{check.status:8} {check.name:{wide}} {check.found} ({check.duration_ms} ms)"


def _verdict(report: DoctorReport) -> str:
    """The one line that says whether there is something to do."""
    bad, doubtful, good = (report.counts[status] for status in ("broken", "warning", "ok"))
    tail = f"{good} ok, {report.counts['skipped']} skipped, in {report.duration_ms / 1000:.1f} s."
    warnings = f"{doubtful} warning{'' if doubtful == 1 else 's'}"
    if bad:
        return f"{bad} broken, {warnings}, {tail}"
    return f"Nothing is broken: {warnings}, {tail}" if doubtful else f"All is well: {tail}"
