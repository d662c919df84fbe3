"""The job's report for programs, `manifest.json`; the next run over the sheet reads there what became of its rows."""

from __future__ import annotations

import json
import logging
import math
from typing import Any

from bulkvid_pipeline.core.findings import Finding
from bulkvid_pipeline.core.options import Platform, Priority, Style, Voice
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowReport, RowState

_log = logging.getLogger(__name__)

MANIFEST_SCHEMA = "bulkvid.job_manifest"
MANIFEST_VERSION = 1
"""Raised when a key of the manifest is renamed, removed or changes its meaning; added keys do not raise it."""


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
        "rows": [row_document(row) for row in job.rows],
        "findings": [_finding_document(finding) for finding in job.findings],
    }
    return json.dumps(document, ensure_ascii=False, indent=2, allow_nan=False) + "\n"


def rows_of_manifest(text: str) -> tuple[RowReport, ...]:
    """The rows that a manifest tells of; none where it is of another version, or no manifest."""
    try:
        document = json.loads(text)
        if (document["schema"], document["schema_version"]) != (MANIFEST_SCHEMA, MANIFEST_VERSION):
            raise ValueError(f"it is a {document['schema']} of version {document['schema_version']}")
        return tuple(_row_of(row) for row in document["rows"])
    except (ValueError, KeyError, TypeError) as error:
        _log.warning("The manifest of before cannot be used (%s): rows are told by what is published alone", error)
        return ()


def _row_of(document: dict[str, Any]) -> RowReport:
    outputs = tuple(_output_of(output) for output in document["outputs"])
    error = document["error"] or {"code": "", "reason": "", "fix": ""}
    return RowReport(
        row_key=document["row_key"],
        sheet_row=document["sheet_row"],
        title=document["title"],
        state=RowState(document["state"]),
        outputs=outputs,
        reason=error["reason"],
        fix=error["fix"],
        error_code=error["code"],
        warnings=tuple(document["warnings"]),
        priority=Priority(document["priority"]),
        style=Style(document["style"]) if document["style"] else None,
        voice=Voice(document["voice"]) if document["voice"] else None,
        spent_in_vain=0.0 if outputs else document.get("cost", 0.0),
    )


def _output_of(document: dict[str, Any]) -> RowOutput:
    return RowOutput(
        platform=Platform(document["platform"]),
        video=document["video"] or "",
        poster=document["poster"] or "",
        srt=document["srt"] or "",
        vtt=document["vtt"] or "",
        document=document["document"] or "",
        duration_s=document["duration_s"],
        size_bytes=document["size_bytes"],
        loudness_lufs=document["loudness_lufs"],
        width=document["width"],
        height=document["height"],
        render_seconds=document["render_seconds"],
        cost=document.get("cost", 0.0),
        quality=document.get("quality") or "",
        url=document.get("url") or "",
    )


def row_document(row: RowReport) -> dict[str, Any]:
    """A row as JSON values."""
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
        "outputs": [output_document(output) for output in row.outputs],
    }


def output_document(output: RowOutput) -> dict[str, Any]:
    """A video as JSON values."""
    return {
        "platform": output.platform.value,
        "video": output.video or None,
        "url": output.url or None,
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
