"""The validation report of a job's sheet, as the job's newest check of it has recorded it."""

from __future__ import annotations

from typing import Any

from dagster import DagsterEventType

from bulkvid_pipeline.adapters.dagster.run_log import RunLog, Wanted, asset_event
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.findings import Severity
from bulkvid_pipeline.core.searching import plain
from bulkvid_pipeline.core.wire import FindingView, RowCounts, SheetReport
from bulkvid_pipeline.services.jobs.jobs import Job

_CHECKS = Wanted((DagsterEventType.ASSET_CHECK_EVALUATION,))


def sheet_report(log: RunLog, job: Job, severities: frozenset[Severity] = frozenset()) -> SheetReport:
    """The newest report, with the findings of these severities only, if any are given.

    Raises:
        NotFoundError: the sheet was not validated yet, or what was found is not kept any more.
        ServiceUnavailableError: the database does not respond.
    """
    for run in reversed(job.runs):
        for stored in log.read(run.run_id, _CHECKS, 1, newest_first=True):
            about = asset_event(stored.text).metadata
            if about.get("findings") is not None:
                return _report(job.job_id, about, severities)
    raise NotFoundError(
        f"Job '{job.job_id}' has no validation report", fix="Wait until its sheet has been read and validated"
    )


def refusals(report: SheetReport, q: str = "") -> list[FindingView]:
    """The findings by which rows were refused, of those that hold `q` in cell, value or problem, in any case."""
    rejected, wanted = set(report.rejected_rows), plain(q)
    return [
        each
        for each in report.findings
        if each.severity == Severity.ERROR
        and (each.sheet_row in rejected or each.sheet_row is None)
        and wanted in plain(f"{each.cell} {each.value} {each.problem}")
    ]


def _report(job_id: str, about: dict[str, Any], severities: frozenset[Severity]) -> SheetReport:
    found = about["findings"]
    findings = [FindingView(**finding) for finding in found["findings"]]
    return SheetReport(
        job_id=job_id,
        level=found["level"],
        stops_job=found["stops_job"],
        rows=RowCounts(**found["rows"]),
        errors=about["errors"],
        warnings=about["warnings"],
        findings_total=found["findings_total"],
        findings=tuple(finding for finding in findings if not severities or finding.severity in severities),
        accepted_rows=tuple(found["accepted_rows"]),
        rejected_rows=tuple(found["rejected_rows"]),
        skipped_rows=tuple(found["skipped_rows"]),
    )
