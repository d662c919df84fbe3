"""Telling the sheet itself what became of its rows: status, links, length, reason and time, beside the ideas.

Rows are found again by their keys in the sheet as it stands just before each writing, and looked at once more after
it, since people sort and delete while a job runs. What cannot be written is told on the run and never fails a row;
`write_again` does it again.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from dagster import DagsterInstance

from bulkvid_pipeline.adapters.retry import RetryPolicy
from bulkvid_pipeline.adapters.sheets.raw_sheet import MAX_COLUMNS
from bulkvid_pipeline.core.column_choice import ColumnChoice
from bulkvid_pipeline.core.errors import InvalidSpecError, ServiceUnavailableError
from bulkvid_pipeline.core.findings import Finding, Severity, shortened
from bulkvid_pipeline.core.ranges import A1Range, parse_range
from bulkvid_pipeline.core.spec import BulkJobSpec, SourceType
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.write_back import ReportedSheet, RowResult, plan_writing, require_header, written_over
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet
from bulkvid_pipeline.services.wiring.limits import wait_for_sheet_read, wait_for_sheet_write
from bulkvid_pipeline.settings import Settings

if TYPE_CHECKING:
    from bulkvid_pipeline.adapters.sheets.google_writing import SheetWriter

LONGEST_TURN_S = 60.0
"""How long a turn of the rate limits is waited for: the end of a job waits with it."""

MOST_TRIES = 3
"""How often results are put right when the sheet is sorted while they are written."""


@dataclass(frozen=True)
class Written:
    """What a writing has done: rows written, rows that said the same already, titles of rows that are gone."""

    rows: int = 0
    unchanged: int = 0
    missing: tuple[str, ...] = ()

    def __add__(self, other: Written) -> Written:
        return Written(self.rows + other.rows, self.unchanged + other.unchanged, (*self.missing, *other.missing))

    def __str__(self) -> str:
        parts = [f"{in_rows(self.rows)} written into the sheet"]
        if self.unchanged:
            parts.append(f"{in_rows(self.unchanged)} stood there already")
        if self.missing:
            named = ", ".join(f"'{shortened(title)}'" for title in self.missing[:5])
            more = ", ..." if len(self.missing) > 5 else ""
            parts.append(f"{in_rows(len(self.missing))} not found in the sheet any more: {named}{more}")
        return "; ".join(parts)


def in_rows(count: int) -> str:
    """`1 row`, `2 rows`."""
    return f"{count} row{'' if count == 1 else 's'}"


def check_write_back(spec: BulkJobSpec, settings: Settings) -> None:
    """Find out before anything is rendered whether results can be written back at all.

    Raises:
        InvalidSpecError: the input is a file, or the installation has no service account.
        InvalidSheetError: the sheet has no header row.
        BulkVideoError: the account may not edit the sheet, or Google could not be asked.
    """
    if not spec.write_back:
        return
    source = spec.input_source
    if source.type is SourceType.FILE:
        raise InvalidSpecError(
            "write_back is for Google sheets; the file that a job reads is never changed",
            fix="Leave write_back out: results.csv beside the videos holds the state and link of each row",
        )
    require_header(source.format)
    if settings.google_credentials is None:
        reads = "an API key" if settings.google_api_key is not None else "public links"
        raise InvalidSpecError(
            f"write_back needs a service account; this installation reads sheets with {reads}, which cannot write",
            fix="Set BULKVID_GOOGLE_CREDENTIALS to a service account's key file and share the sheet with it as Editor",
        )
    assert source.sheet_id is not None
    _writer(settings).check_editable(source.sheet_id)


def result_of(outcome: RowOutcome) -> RowResult | None:
    """The cells to write for a finished row that has ended; nothing of one that was stopped."""
    plan = outcome.plan
    if outcome.state is ItemState.COMPLETED:
        seconds = sum(output.duration_s for output in outcome.outputs)
        urls = tuple(output.url for output in outcome.outputs)
        return RowResult(plan.row_key, plan.title, outcome.state.value, urls, seconds)
    if outcome.failure is not None:
        return RowResult(plan.row_key, plan.title, outcome.state.value, error=str(outcome.failure))
    return None


def refused_results(sheet: ValidatedSheet) -> list[RowResult]:
    """What the sheet is told of rows that validation refused."""
    by_row: dict[int, list[Finding]] = {}
    for finding in sheet.report.findings:
        if finding.sheet_row is not None:
            by_row.setdefault(finding.sheet_row, []).append(finding)
    found = []
    for state, numbers in (("rejected", sheet.report.rejected), (ItemState.SKIPPED.value, sheet.report.skipped)):
        for number in numbers:
            findings = by_row.get(number, [])
            grave = [finding for finding in findings if finding.severity is Severity.ERROR] or findings
            error = "; ".join(f"{finding.cell} {finding.problem}. {finding.fix}" for finding in grave)
            title = sheet.titles.get(number) or f"Row {number}"
            found.append(RowResult(sheet.refused_keys[number], title, state, error=error))
    return found


def write_results(
    instance: DagsterInstance,
    spec: BulkJobSpec,
    settings: Settings,
    results: Iterable[RowResult],
    *,
    retry: RetryPolicy | None = None,
) -> Written:
    """Write results into the job's sheet as it is now, in one request, and see that each stands in its row.

    Nothing keeps a sheet from being sorted between our reading and our writing; where that happened, rows get their
    own results, and rows that were hit get back what they had.

    Raises:
        BulkVideoError: the sheet cannot be read or written, or no turn comes within a minute.
    """
    assert spec.input_source.sheet_id is not None
    writer, sheet_id, results = _writer(settings, retry), spec.input_source.sheet_id, list(results)
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S UTC")

    def wait_for_turn() -> None:
        wait_for_sheet_write(instance, spec, settings, LONGEST_TURN_S)

    name, sheet = _read(instance, spec, settings, writer)
    first = plan = plan_writing(sheet, results, written_at=now)
    tries = 0
    while plan.blocks:
        if tries == MOST_TRIES:
            raise ServiceUnavailableError(f"The rows of sheet ID '{sheet_id}' keep moving while results are written")
        if plan.new_columns:
            writer.ensure_width(sheet_id, name, plan.width, before_writing=wait_for_turn)
        writer.write(sheet_id, name, plan.blocks, before_writing=wait_for_turn)
        before, tries = sheet, tries + 1
        name, sheet = _read(instance, spec, settings, writer)
        plan = plan_writing(sheet, results, written_at=now, restore=written_over(before, sheet, results))
    return Written(first.written, first.unchanged, plan.missing)


def _read(
    instance: DagsterInstance, spec: BulkJobSpec, settings: Settings, writer: SheetWriter
) -> tuple[str, ReportedSheet]:
    """The name of the job's tab, and what stands in the rows of its range, to their right end."""
    source = spec.input_source
    assert source.sheet_id is not None
    area = parse_range(source.range) if source.range else A1Range(0, MAX_COLUMNS - 1)
    wait_for_sheet_read(instance, spec, settings, LONGEST_TURN_S)
    area_to_end = dataclasses.replace(area, last_column=area.first_column + MAX_COLUMNS - 1)
    choice = ColumnChoice.of(source.columns)
    raw = writer.read(source.sheet_id, area_to_end, gid=source.gid, find_tab=True, choice=choice)
    width = area.last_column - area.first_column + 1
    sheet = ReportedSheet(
        raw.cells, first_row=raw.first_row, first_column=raw.first_column, ideas_width=width, choice=choice
    )
    return raw.name, sheet


def _writer(settings: Settings, retry: RetryPolicy | None = None) -> SheetWriter:
    # gspread takes a third of a second to import, which jobs without write_back need not pay.
    from bulkvid_pipeline.adapters.sheets.google_credentials import ServiceAccount
    from bulkvid_pipeline.adapters.sheets.google_writing import SheetWriter

    if settings.google_credentials is None:
        raise InvalidSpecError(
            "write_back needs a service account", fix="Set BULKVID_GOOGLE_CREDENTIALS to its key file"
        )
    return SheetWriter(ServiceAccount(settings.google_credentials), timeout_s=settings.network_timeout_s, retry=retry)


def by_key(results: Sequence[RowResult]) -> dict[str, RowResult]:
    """The newest result of each row."""
    return {result.row_key: result for result in results}
