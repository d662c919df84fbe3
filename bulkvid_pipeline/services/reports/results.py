"""The job's report for spreadsheets, `results.csv`; cell values come from sheets and are hostile."""

from __future__ import annotations

import csv
import io

from bulkvid_pipeline.services.reports.manifest import output_document, row_document
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowReport

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
_CSV_COLUMNS = (
    "sheet_row", "row_key", "title", "state", "platform", "video", "poster", "srt", "vtt", "width", "height",
    "duration_s", "size_bytes", "loudness_lufs", "render_seconds", "cost", "quality", "priority", "style",
    "voice", "error_code", "reason", "fix", "warnings",
)  # fmt: skip


def results_csv(job: JobReport) -> str:
    """One line for each video, and one for each row without any; begins with a byte order mark, so Excel reads UTF-8.

    Text that a spreadsheet would take for a formula gets a leading apostrophe (OWASP, "CSV Injection").
    """
    sink = io.StringIO()
    sink.write("\ufeff")
    writer = csv.DictWriter(sink, fieldnames=list(_CSV_COLUMNS), lineterminator="\r\n")
    writer.writeheader()
    for row in job.rows:
        for output in row.outputs or (None,):
            writer.writerow({name: harmless_cell(value) for name, value in _csv_line(row, output).items()})
    return sink.getvalue()


def _csv_line(row: RowReport, output: RowOutput | None) -> dict[str, object]:
    line = row_document(row) | (output_document(output) if output else {})
    line["video"] = line.get("video") or line.get("url")
    line |= {"error_code": row.error_code, "reason": row.reason, "fix": row.fix, "warnings": " | ".join(row.warnings)}
    return {name: line.get(name) for name in _CSV_COLUMNS}


def harmless_cell(value: object) -> object:
    """Numbers as they are (a loudness of -14 is no formula), text made harmless."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value
