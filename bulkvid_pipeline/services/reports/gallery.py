"""What a finished job leaves beside its videos: `report.html`, `results.csv`, `manifest.json`.

All three are pure functions of a `JobReport`. Titles, reasons and cell values come from sheets and are hostile: the
page is autoescaped, its links can only be relative and only its own script runs; the table holds no formulas.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import math
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice

MANIFEST_SCHEMA = "bulkvid.job_manifest"
MANIFEST_VERSION = 1
"""Raised when a key of the manifest is renamed, removed or changes its meaning; added keys do not raise it."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


class RowState(StrEnum):
    """How a row ended."""

    COMPLETED = "completed"
    FAILED = "failed"
    REJECTED = "rejected"
    """Validation refused it; nothing was rendered."""
    SKIPPED = "skipped"
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class RowOutput:
    """One video of a row. Paths are relative to the folder that holds the report; empty where there is no such file."""

    platform: Platform
    video: str
    poster: str = ""
    srt: str = ""
    vtt: str = ""
    document: str = ""
    """The video's `video.json`."""
    duration_s: float = 0.0
    size_bytes: int = 0
    loudness_lufs: float | None = None
    width: int = 0
    height: int = 0
    render_seconds: float = 0.0
    cost: float = 0.0
    """What a paid voice has asked for it."""
    quality: str = ""
    """What came of its checks, in one line."""


@dataclass(frozen=True)
class RowReport:
    """One row of the sheet and what became of it."""

    row_key: str
    sheet_row: int
    title: str
    state: RowState
    outputs: tuple[RowOutput, ...] = ()
    reason: str = ""
    """Why there is no video, one sentence."""
    fix: str = ""
    error_code: str = ""
    warnings: tuple[str, ...] = ()
    priority: Priority = Priority.NORMAL
    style: Style | None = None
    voice: Voice | None = None
    spent_in_vain: float = 0.0
    """What a paid voice has asked for a row that has no video."""

    @property
    def duration_s(self) -> float:
        """Of all its videos together, as are size and render time."""
        return sum(output.duration_s for output in self.outputs)

    @property
    def longest_s(self) -> float:
        return max((output.duration_s for output in self.outputs), default=0.0)

    @property
    def size_bytes(self) -> int:
        return sum(output.size_bytes for output in self.outputs)

    @property
    def render_seconds(self) -> float:
        return sum(output.render_seconds for output in self.outputs)

    @property
    def cost(self) -> float:
        return self.spent_in_vain + sum(output.cost for output in self.outputs)


@dataclass(frozen=True)
class JobReport:
    """A finished job. `started_at` and `finished_at` are ISO 8601; `rows` are in the sheet's order."""

    job_id: str
    title: str
    sheet: str
    started_at: str
    finished_at: str
    wall_seconds: float
    rows: tuple[RowReport, ...]
    findings: tuple[Finding, ...] = ()
    """What validation said about the sheet."""

    @property
    def counts(self) -> dict[RowState, int]:
        """Rows by state, every state named."""
        counted = Counter(row.state for row in self.rows)
        return {state: counted[state] for state in RowState}

    @property
    def videos(self) -> int:
        return sum(len(row.outputs) for row in self.rows)

    @property
    def video_seconds(self) -> float:
        return sum(row.duration_s for row in self.rows)

    @property
    def size_bytes(self) -> int:
        return sum(row.size_bytes for row in self.rows)

    @property
    def render_seconds(self) -> float:
        return sum(row.render_seconds for row in self.rows)

    @property
    def cost(self) -> float:
        """What paid voices have asked for all rows, in the currency of their price."""
        return sum(row.cost for row in self.rows)

    @property
    def speed(self) -> float:
        """Seconds of finished video per second spent on rendering it; 0 where no time was measured."""
        return self.video_seconds / self.render_seconds if self.render_seconds > 0 else 0.0


def report_html(job: JobReport) -> str:
    """The gallery: one page that needs nothing but the files it links to, from disk or from a bucket."""
    environment = _environment()
    style, script = _asset("report.css"), _asset("report.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = environment.get_template("report.html")
    return page.render(job=job, states=list(RowState), style=style, script=script, script_hash=f"sha256-{digest}")


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
            writer.writerow({name: _cell(value) for name, value in _csv_line(row, output).items()})
    return sink.getvalue()


def manifest_json(job: JobReport) -> str:
    """The job for programs: stable keys under `schema` and `schema_version`, null where something is not known."""
    document = {
        "schema": MANIFEST_SCHEMA,
        "schema_version": MANIFEST_VERSION,
        "job": {
            "job_id": job.job_id,
            "title": job.title,
            "sheet": job.sheet,
            "started_at": job.started_at,
            "finished_at": job.finished_at,
            "wall_seconds": _rounded(job.wall_seconds),
        },
        "totals": {
            "rows": len(job.rows),
            "rows_by_state": {state.value: count for state, count in job.counts.items()},
            "videos": job.videos,
            "video_seconds": _rounded(job.video_seconds),
            "size_bytes": job.size_bytes,
            "render_seconds": _rounded(job.render_seconds),
            "speed_x_real_time": _rounded(job.speed),
            "cost": round(job.cost, 6),
        },
        "rows": [_row_document(row) for row in job.rows],
        "findings": [_finding_document(finding) for finding in job.findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def _row_document(row: RowReport) -> dict[str, Any]:
    return {
        "row_key": row.row_key,
        "sheet_row": row.sheet_row,
        "title": row.title,
        "state": row.state.value,
        "priority": row.priority.value,
        "style": row.style.value if row.style else None,
        "voice": row.voice.value if row.voice else None,
        "error": {"code": row.error_code, "reason": row.reason, "fix": row.fix} if row.reason else None,
        "warnings": list(row.warnings),
        "cost": round(row.cost, 6),
        "outputs": [_output_document(output) for output in row.outputs],
    }


def _output_document(output: RowOutput) -> dict[str, Any]:
    return {
        "platform": output.platform.value,
        "video": output.video,
        "poster": output.poster or None,
        "srt": output.srt or None,
        "vtt": output.vtt or None,
        "document": output.document or None,
        "width": output.width,
        "height": output.height,
        "duration_s": _rounded(output.duration_s),
        "size_bytes": output.size_bytes,
        "loudness_lufs": _rounded(output.loudness_lufs),
        "render_seconds": _rounded(output.render_seconds),
        "cost": round(output.cost, 6),
        "quality": output.quality or None,
    }


def _finding_document(finding: Finding) -> dict[str, Any]:
    return {
        "severity": finding.severity.value,
        "sheet_row": finding.sheet_row,
        "column": finding.column or None,
        "column_letter": finding.column_letter or None,
        "value": finding.value,
        "problem": finding.problem,
        "fix": finding.fix,
        "code": finding.code or None,
    }


def _rounded(value: float | None) -> float | None:
    """To milliseconds and thousandths; None for what JSON has no number for (the loudness of silence)."""
    return round(value, 3) if value is not None and math.isfinite(value) else None


_CSV_COLUMNS = (
    "sheet_row", "row_key", "title", "state", "platform", "video", "poster", "srt", "vtt", "width", "height",
    "duration_s", "size_bytes", "loudness_lufs", "render_seconds", "cost", "quality", "priority", "style",
    "voice", "error_code", "reason", "fix", "warnings",
)  # fmt: skip


def _csv_line(row: RowReport, output: RowOutput | None) -> dict[str, object]:
    line = _row_document(row) | (_output_document(output) if output else {})
    line |= {"error_code": row.error_code, "reason": row.reason, "fix": row.fix, "warnings": " | ".join(row.warnings)}
    return {name: line.get(name) for name in _CSV_COLUMNS}


def _cell(value: object) -> object:
    """Numbers as they are (a loudness of -14 is no formula), text made harmless."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _link(path: str) -> str:
    """A relative URL: whatever the path is made of, it can name no scheme and no other host."""
    return "./" + quote(path, safe="/~")


def _clock(seconds: float) -> str:
    """`0:42`, `12:05`, `1:02:03`."""
    whole = round(seconds)
    hours, minutes, rest = whole // 3600, whole % 3600 // 60, whole % 60
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _span(seconds: float) -> str:
    """`4.2 s`, `3 min 20 s`, `2 h 5 min`."""
    if seconds < 60:
        return f"{seconds:.1f} s" if seconds < 10 else f"{seconds:.0f} s"
    whole = round(seconds)
    if whole < 3600:
        return f"{whole // 60} min {whole % 60} s" if whole % 60 else f"{whole // 60} min"
    return f"{whole // 3600} h {whole % 3600 // 60} min"


def _size(size_bytes: int) -> str:
    """`812 KB`, `4.2 MB`, `1.3 GB`: powers of 1000, as file managers show them."""
    if size_bytes < 1e6:
        return f"{math.ceil(size_bytes / 1e3)} KB"
    return f"{size_bytes / 1e6:.1f} MB" if size_bytes < 1e9 else f"{size_bytes / 1e9:.1f} GB"


def _moment(iso: str) -> str:
    """`22 Nov 2026, 00:28 UTC`; text that is no date is shown as it is."""
    try:
        moment = datetime.fromisoformat(iso)
    except ValueError:
        return iso
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    return f"{moment.day} {moment:%b %Y, %H:%M} UTC"


def _facts(output: RowOutput) -> str:
    """`1920×1080 · 0:42 · 3.1 MB · -14.0 LUFS · made in 4.1 s`."""
    facts = [f"{output.width}×{output.height}", _clock(output.duration_s), _size(output.size_bytes)]
    if output.loudness_lufs is not None and math.isfinite(output.loudness_lufs):
        facts.append(f"{output.loudness_lufs:.1f} LUFS")
    if output.render_seconds:
        facts.append(f"made in {_span(output.render_seconds)}")
    return " · ".join(facts)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("bulkvid_pipeline.services.reports", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "link": _link,
        "clock": _clock,
        "span": _span,
        "size": _size,
        "moment": _moment,
        "facts": _facts,
    }
    return environment


@cache
def _asset(name: str) -> Markup:
    """Our own style sheet or script, as it is."""
    environment = _environment()
    assert environment.loader is not None
    return Markup(environment.loader.get_source(environment, name)[0])
