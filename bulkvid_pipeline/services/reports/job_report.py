"""Leaving the gallery beside a job's videos."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from bulkvid_pipeline.core.findings import Finding, Severity
from bulkvid_pipeline.core.options import Platform, Style, Voice
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput, RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.reports.gallery import (
    JobReport,
    RowOutput,
    RowReport,
    RowState,
    manifest_json,
    report_html,
    results_csv,
)
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet

REPORT, RESULTS, MANIFEST = "report.html", "results.csv", "manifest.json"


def write_report(
    store: OutputStore,
    sheet: ValidatedSheet,
    spec: BulkJobSpec,
    job_id: str,
    outcomes: Sequence[RowOutcome],
    started_at: datetime,
    wall_seconds: float,
) -> str:
    """Store `report.html`, `results.csv` and `manifest.json` in the sheet's folder; returns the gallery's URL.

    Raises:
        BulkVideoError: storage refused.
    """
    job = JobReport(
        job_id=job_id,
        title=spec.title or sheet.name,
        sheet=sheet.uri,
        started_at=started_at.isoformat(timespec="seconds"),
        finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
        wall_seconds=round(wall_seconds, 3),
        rows=_rows(store, sheet, outcomes),
        findings=sheet.report.findings,
    )
    documents = {RESULTS: results_csv(job), MANIFEST: manifest_json(job), REPORT: report_html(job)}
    for name, text in documents.items():
        store.write_text(name, text)
    return store.storage.url(store.beside(REPORT))


def _rows(store: OutputStore, sheet: ValidatedSheet, outcomes: Sequence[RowOutcome]) -> tuple[RowReport, ...]:
    by_key = {outcome.plan.row_key: outcome for outcome in outcomes}
    by_row: dict[int, list[Finding]] = {}
    for finding in sheet.report.findings:
        if finding.sheet_row is not None:
            by_row.setdefault(finding.sheet_row, []).append(finding)
    rows = [_planned(store, plan, by_key.get(plan.row_key), by_row.get(plan.sheet_row, ())) for plan in sheet.plans]
    for state, numbers in ((RowState.REJECTED, sheet.report.rejected), (RowState.SKIPPED, sheet.report.skipped)):
        rows += [_refused(n, sheet.titles.get(n) or f"Row {n}", state, by_row.get(n, ())) for n in numbers]
    return tuple(sorted(rows, key=lambda row: row.sheet_row))


_STATES: Mapping[ItemState, RowState] = {
    ItemState.COMPLETED: RowState.COMPLETED,
    ItemState.FAILED: RowState.FAILED,
    ItemState.CANCELLED: RowState.CANCELLED,
}


def _planned(store: OutputStore, plan: VideoPlan, outcome: RowOutcome | None, findings: Iterable[Finding]) -> RowReport:
    findings = tuple(finding for finding in findings if finding.severity is not Severity.INFO)
    said = outcome.warnings if outcome else ()
    news = tuple(text for text in said if not any(text.startswith(finding.problem) for finding in findings))
    failure = outcome.failure if outcome else None
    return RowReport(
        row_key=plan.row_key,
        sheet_row=plan.sheet_row,
        title=plan.title,
        state=_STATES[outcome.state] if outcome else RowState.CANCELLED,
        outputs=tuple(_output(store, output) for output in outcome.outputs) if outcome else (),
        reason=failure.message if failure else ("" if outcome else "Not begun when the job was stopped"),
        fix=failure.fix if failure else ("" if outcome else "Run the job again: finished rows are kept"),
        error_code=failure.code if failure else "",
        warnings=(*(str(finding) for finding in findings), *news),
        priority=plan.priority,
        style=Style(plan.style),
        voice=Voice(plan.voice),
        spent_in_vain=outcome.cost if outcome and not outcome.outputs else 0.0,
    )


def _output(store: OutputStore, output: PublishedOutput) -> RowOutput:
    inside = len(store.folder) + 1
    return RowOutput(
        platform=Platform(output.platform),
        video=output.video[inside:],
        poster=output.poster[inside:],
        srt=output.srt[inside:],
        vtt=output.vtt[inside:],
        document=output.document[inside:],
        duration_s=output.duration_s,
        size_bytes=output.size_bytes,
        loudness_lufs=output.loudness_lufs,
        width=output.width,
        height=output.height,
        render_seconds=output.render_seconds,
        cost=output.cost,
        quality=output.quality.summary,
    )


def _refused(sheet_row: int, title: str, state: RowState, findings: Iterable[Finding]) -> RowReport:
    findings = tuple(findings)
    grave = [f for f in findings if f.severity is Severity.ERROR] or list(findings)
    return RowReport(
        row_key=f"row-{sheet_row}",
        sheet_row=sheet_row,
        title=title,
        state=state,
        reason="; ".join(f"{f.cell} {f.problem}" for f in grave),
        fix="; ".join(dict.fromkeys(f.fix for f in grave)),
        error_code=grave[0].code if grave else "",
    )
