"""The Dagster events of rows: materialisations with metadata for the web UI, and failures."""

from __future__ import annotations

import math
from collections.abc import Iterable
from urllib.parse import urlsplit
from urllib.request import url2pathname

import dagster as dg

from bulkvid_pipeline.adapters.dagster.planned_rows import report_planned
from bulkvid_pipeline.core import tags
from bulkvid_pipeline.core.findings import ValidationReport, shortened, table_row
from bulkvid_pipeline.core.planning import VideoPlan
from bulkvid_pipeline.core.sheet_table import SheetTable
from bulkvid_pipeline.services.batch.generation import Verdict
from bulkvid_pipeline.services.batch.row_turn import RowRetried
from bulkvid_pipeline.services.jobs.follow import FILES, WARNINGS_JOINT
from bulkvid_pipeline.services.outputs.outcomes import PublishedOutput, RowOutcome

PREVIEW_ROWS = 20
TITLE_KEPT = 200
"""Characters of a title that are stored with the planned rows."""
FINDINGS_KEPT = 1_000
"""Largest number of findings stored with the check; a sheet with more has the same fault in a whole column."""


def materialisation(outcome: RowOutcome, key: str) -> dg.AssetMaterialization:
    """The row's materialisation for the web UI. Figures of several outputs are summed; loudness is the first one's."""
    first, outputs = outcome.outputs[0], outcome.outputs
    seconds = sum(output.duration_s for output in outputs)
    spent = sum(output.render_seconds for output in outputs)
    return dg.AssetMaterialization(
        asset_key=tags.VIDEO_ASSET,
        partition=key,
        description=outcome.plan.title,
        tags={tags.FINGERPRINT: outcome.fingerprint},
        metadata={
            # The web UI keeps this order, most important first. A run's log shows plain text at once but
            # Markdown only after a click, so everything except the picture is plain text.
            "poster": dg.MetadataValue.md(_poster(first)),
            "title": outcome.plan.title,
            "video": place(first.url),
            **{f"video_{output.platform}": place(output.url) for output in outputs[1:]},
            "outputs": "; ".join(map(_facts, outputs)),
            "quality": "; ".join(map(_quality, outputs)),
            "warnings": WARNINGS_JOINT.join(outcome.warnings) or "none",
            "sheet_row": outcome.plan.sheet_row,
            "duration_s": dg.MetadataValue.float(round(seconds, 2)),
            **({"made_by": first.generation} if first.generation else {}),
            **({"loudness_lufs": round(first.loudness_lufs, 2)} if math.isfinite(first.loudness_lufs) else {}),
            "size_bytes": sum(output.size_bytes for output in outputs),
            "render_seconds": dg.MetadataValue.float(round(spent, 2)),
            "times_real_time": dg.MetadataValue.float(round(seconds / spent, 1) if spent else 0.0),
            "rendered_now": outcome.rendered,
            "cost": dg.MetadataValue.float(round(sum(output.cost for output in outputs), 6)),
            "attempts": outcome.attempts,
            FILES: dg.MetadataValue.json([_files(output) for output in outputs]),
            "dagster/data_version": outcome.fingerprint,
        },
    )


def _files(output: PublishedOutput) -> dict[str, object]:
    """An output for programs; keys of files are relative to the storage's root."""
    return {
        "platform": output.platform,
        "video": output.video,
        "poster": output.poster,
        "srt": output.srt,
        "vtt": output.vtt,
        "document": output.document,
        "width": output.width,
        "height": output.height,
        "duration_s": round(output.duration_s, 3),
        "size_bytes": output.size_bytes,
        "loudness_lufs": round(output.loudness_lufs, 2) if math.isfinite(output.loudness_lufs) else None,
        "render_seconds": round(output.render_seconds, 3),
        "cost": round(output.cost, 6),
        "quality": output.checked,
        **({"url": output.external_url} if output.external_url else {}),
        **({"details": output.details} if output.details else {}),
    }


def planned_rows(plans: Iterable[VideoPlan]) -> dg.MetadataValue:
    """The rows that a run is about, in the order of the sheet, as columns: what is queued is known from here."""
    plans = tuple(plans)
    return dg.MetadataValue.json(
        {
            "row_keys": [plan.row_key for plan in plans],
            "sheet_rows": [plan.sheet_row for plan in plans],
            "titles": [shortened(plan.title, TITLE_KEPT) for plan in plans],
        }
    )


def _poster(output: PublishedOutput) -> str:
    """The poster as an embedded picture, since the web UI can load neither local files nor private buckets."""
    if output.generation:
        return "No poster: the video was made elsewhere"
    if not output.thumbnail:
        return "The poster has too many details for a small picture"
    return f"![poster](data:image/webp;base64,{output.thumbnail})"


def place(url: str) -> dg.MetadataValue:
    """A link if a browser can open it, else a path to copy: web pages can open neither `file:` nor `s3:`."""
    parts = urlsplit(url)
    if parts.scheme in {"http", "https"}:
        return dg.MetadataValue.url(url)
    return dg.MetadataValue.path(url2pathname(parts.path) if parts.scheme == "file" else url)


def _facts(output: PublishedOutput) -> str:
    """`youtube 1280x720, 6.3 s, 0.3 MB, -14.0 LUFS`; what is not known of a video made elsewhere is left out."""
    size = [f"{output.size_bytes / 1e6:.1f} MB"] if output.size_bytes or not output.generation else []
    if output.generation:
        length = [f"{output.duration_s:.1f} s"] if output.duration_s else []
        return ", ".join([output.platform, *length, *size])
    frame = f"{output.platform} {output.width}x{output.height}"
    return ", ".join([frame, f"{output.duration_s:.1f} s", *size, _loudness(output)])


def _loudness(output: PublishedOutput) -> str:
    return f"{output.loudness_lufs:.1f} LUFS" if math.isfinite(output.loudness_lufs) else "without sound"


def _quality(output: PublishedOutput) -> str:
    """`youtube: 32 checks passed`."""
    return f"{output.platform}: {output.checked}"


def report_failed_row(
    context: dg.AssetExecutionContext | dg.OpExecutionContext, outcome: RowOutcome, key: str, *, planned: bool
) -> None:
    """Mark the row's partition as failed and say why.

    Dagster shows a partition as failed when a failed run planned it and did not materialise it. Runs over chosen
    partitions have planned them from the start (`planned`); for other runs a row is planned here, once it has failed.
    """
    if not planned:
        report_planned(context.instance, context.run, tags.BATCH_ASSET, tags.VIDEO_ASSET, key)
    context.log.error(f"Row {outcome.plan.sheet_row} '{shortened(outcome.plan.title)}' failed: {outcome.failure}")


def observation_of_failure(outcome: RowOutcome, key: str) -> dg.AssetObservation:
    """Why a row failed, on its partition's page."""
    assert outcome.failure is not None
    return dg.AssetObservation(
        asset_key=tags.VIDEO_ASSET,
        partition=key,
        description=f"Failed: {outcome.failure.message}",
        metadata={
            "reason": outcome.failure.message,
            "fix": outcome.failure.fix,
            "title": outcome.plan.title,
            "sheet_row": outcome.plan.sheet_row,
            "state": outcome.state.value,
            "code": outcome.failure.code,
            "attempts": outcome.attempts,
        },
    )


def observation_of_retry(retried: RowRetried, key: str) -> dg.AssetObservation:
    """Why a row is tried once more, on its partition's page; no end of the row."""
    how = " with the default template" if retried.verdict is Verdict.USE_DEFAULT_TEMPLATE else ""
    said = f"Try {retried.tried} failed, the row is made again{how}: {retried.failure.message}"
    return dg.AssetObservation(
        asset_key=tags.VIDEO_ASSET,
        partition=key,
        description=said,
        metadata={
            "retried": retried.tried,
            "verdict": retried.verdict.value,
            "problem": retried.failure.message,
            "code": retried.failure.code,
            "title": retried.plan.title,
            "sheet_row": retried.plan.sheet_row,
        },
    )


def sheet_preview(table: SheetTable) -> str:
    """The first rows of a sheet as a table."""
    frame = table.frame.drop(columns="row_key").head(PREVIEW_ROWS)
    lines = ["| row | " + " | ".join(frame.columns) + " |", "|" + "---|" * (len(frame.columns) + 1)]
    for number, *cells in frame.itertuples(index=True, name=None):
        lines.append(table_row([str(number), *(shortened(str(cell), 40) for cell in cells)]))
    return "\n".join(lines)


def report_check(report: ValidationReport, name: str, asset: str) -> dg.AssetCheckResult:
    """The validation report as an asset check: failed when any row was refused."""
    severity = dg.AssetCheckSeverity.ERROR if report.stops_job else dg.AssetCheckSeverity.WARN
    return dg.AssetCheckResult(
        passed=not report.errors,
        check_name=name,
        asset_key=asset,
        severity=severity,
        description=f"{len(report.errors)} errors, {len(report.warnings)} warnings at level {report.level}",
        metadata={
            "report": dg.MetadataValue.md(report.as_markdown()),
            "findings": dg.MetadataValue.json(report.as_dict(limit=FINDINGS_KEPT)),
            "accepted": len(report.accepted),
            "rejected": len(report.rejected),
            "skipped": len(report.skipped),
            "errors": len(report.errors),
            "warnings": len(report.warnings),
        },
    )
