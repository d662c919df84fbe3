"""The report that goes into an archive of videos: the published one, or one of the archive's rows alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import UTC, datetime

from bulkvid_pipeline.adapters.storage import Storage, StoredObject
from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.services.jobs.job_rows import Row
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.job_files import FileKind, RowVideo, videos_of
from bulkvid_pipeline.services.reports.gallery import report_html
from bulkvid_pipeline.services.reports.job_report import REPORT, RESULTS
from bulkvid_pipeline.services.reports.manifest import manifest_json, rows_of_manifest
from bulkvid_pipeline.services.reports.model import JobReport, RowOutput, RowReport, RowState
from bulkvid_pipeline.services.reports.results import results_csv
from bulkvid_pipeline.services.reports.standing import MANIFEST

DOCUMENTS = (REPORT, RESULTS, MANIFEST)

_STATES = {
    ItemState.COMPLETED: RowState.COMPLETED,
    ItemState.FAILED: RowState.FAILED,
    ItemState.CANCELLED: RowState.CANCELLED,
}


@dataclass(frozen=True)
class PublishedReport:
    """The documents of the report beside the videos, by their names, and the rows that they tell of."""

    documents: Mapping[str, StoredObject]
    rows: tuple[RowReport, ...]

    def tells_of(self, paths: AbstractSet[str], videos: Sequence[RowVideo]) -> bool:
        """Whether it links to these files, relative to it, and to no others; and to these videos that lie elsewhere."""
        outputs = [output for row in self.rows for output in row.outputs]
        linked = {path for each in outputs for path in (each.video, each.poster, each.srt, each.vtt, each.document)}
        elsewhere = {video.url for video in videos if video.url}
        return linked - {""} == paths and {each.url for each in outputs} - {""} == elsewhere


def published_report(storage: Storage, folder: str, listed: Mapping[str, StoredObject]) -> PublishedReport | None:
    """The report that lies in the sheet's folder; None where it is not whole.

    Args:
        storage: where it lies.
        folder: key of the sheet's folder.
        listed: objects that are known already, by key.

    Raises:
        BulkVideoError: the storage cannot be asked.
    """
    keys = {name: f"{folder}/{name}" if folder else name for name in DOCUMENTS}
    found = {name: listed.get(key) or storage.exists(key) for name, key in keys.items()}
    documents = {name: stored for name, stored in found.items() if stored is not None}
    if len(documents) < len(DOCUMENTS):
        return None
    try:
        text = storage.read_bytes(keys[MANIFEST]).decode(errors="replace")
    except NotFoundError:
        return None
    return PublishedReport(documents, rows_of_manifest(text))


def report_of_rows(job: Job, rows: Sequence[Row], known: Iterable[RowReport], at: datetime) -> dict[str, str]:
    """The texts of a report that tells of these rows alone, by their names; the same rows make the same texts.

    Args:
        job: whose rows they are.
        rows: in the sheet's order.
        known: what a published report says of rows, which may say more than the job's events do.
        at: when the last of the rows ended.
    """
    by_key = {row.row_key: row for row in known}
    began = min(datetime.fromtimestamp(int(job.created_at), UTC), at)
    report = JobReport(
        job_id=job.job_id,
        title=job.title or job.sheet,
        sheet=job.sheet,
        started_at=began.isoformat(timespec="seconds"),
        finished_at=at.isoformat(timespec="seconds"),
        wall_seconds=round((at - began).total_seconds(), 3),
        rows=tuple(_row(row, by_key.get(row.row_key)) for row in rows),
    )
    return {REPORT: report_html(report), RESULTS: results_csv(report), MANIFEST: manifest_json(report)}


def _row(row: Row, known: RowReport | None) -> RowReport:
    outputs = tuple(_output(video) for video in videos_of(row))
    if known is not None and outputs and {each.document for each in known.outputs} == {o.document for o in outputs}:
        return known
    end = row.end
    return RowReport(
        row_key=row.row_key,
        sheet_row=row.sheet_row,
        title=row.title,
        state=RowState.COMPLETED if outputs else _STATES.get(row.state, RowState.PENDING),
        outputs=outputs,
        reason=end.error if end else "",
        fix=end.fix if end else "",
        error_code=end.code if end else "",
        warnings=end.warnings if end else (),
        spent_in_vain=end.cost if end and not outputs else 0.0,
    )


def _output(video: RowVideo) -> RowOutput:
    about = video.about
    return RowOutput(
        platform=Platform(video.platform),
        video=video.path(FileKind.VIDEO),
        poster=video.path(FileKind.POSTER),
        srt=video.path(FileKind.SRT),
        vtt=video.path(FileKind.VTT),
        document=video.path(FileKind.DOCUMENT),
        duration_s=about.get("duration_s") or 0.0,
        size_bytes=about.get("size_bytes") or 0,
        loudness_lufs=about.get("loudness_lufs"),
        width=about.get("width") or 0,
        height=about.get("height") or 0,
        render_seconds=about.get("render_seconds") or 0.0,
        cost=about.get("cost") or 0.0,
        quality=about.get("quality") or "",
        url=video.url,
    )
