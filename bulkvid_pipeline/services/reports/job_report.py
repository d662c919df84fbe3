"""Leaving the report beside a job's videos: a gallery, a table, and a manifest that the next run reads."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Protocol

from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.services.outputs.outcomes import RowOutcome
from bulkvid_pipeline.services.outputs.output_store import OutputStore
from bulkvid_pipeline.services.reports.gallery import report_html
from bulkvid_pipeline.services.reports.manifest import manifest_json
from bulkvid_pipeline.services.reports.merging import merged_rows
from bulkvid_pipeline.services.reports.model import JobReport
from bulkvid_pipeline.services.reports.results import results_csv
from bulkvid_pipeline.services.reports.standing import MANIFEST
from bulkvid_pipeline.services.sheets.validation import ValidatedSheet

_log = logging.getLogger(__name__)

REPORT, RESULTS = "report.html", "results.csv"
LONGEST_WAIT_S = 30.0
"""For another run over the sheet to finish writing its report: some storage requests."""


class Turns(Protocol):
    """Lets one run at a time do a thing; see `adapters.dagster.leases.Leases.alone`."""

    def alone(self, name: str, within_s: float) -> AbstractContextManager[bool]: ...


def write_report(
    store: OutputStore,
    sheet: ValidatedSheet,
    spec: BulkJobSpec,
    job_id: str,
    outcomes: Sequence[RowOutcome],
    started_at: datetime,
    wall_seconds: float,
    turns: Turns,
) -> str:
    """Store `report.html`, `results.csv` and `manifest.json` in the sheet's folder; returns the gallery's URL.

    They tell of all rows as they stand now, not only of those that this run has seen. Runs over one sheet write in
    turns, and each reads what the one before it has left, so that none loses what another has made.

    Raises:
        BulkVideoError: storage refused.
    """
    url = store.storage.url(store.beside(REPORT))
    with turns.alone(url, LONGEST_WAIT_S) as alone:
        if not alone:
            _log.warning("Another run has been writing %s for %.0f s; it is written all the same", url, LONGEST_WAIT_S)
        job = JobReport(
            job_id=job_id,
            title=spec.title or sheet.name,
            sheet=sheet.uri,
            started_at=started_at.isoformat(timespec="seconds"),
            finished_at=datetime.now(UTC).isoformat(timespec="seconds"),
            wall_seconds=round(wall_seconds, 3),
            rows=merged_rows(store, sheet, outcomes, started_at),
            findings=sheet.report.findings,
        )
        documents = {RESULTS: results_csv(job), MANIFEST: manifest_json(job), REPORT: report_html(job)}
        for name, text in documents.items():
            store.write_text(name, text)
    return url
