"""Videos, posters, captions and archives of them through our own host: browsers are never sent to a storage."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from bulkvid_pipeline.core.errors import NotFoundError
from bulkvid_pipeline.core.keys import slug
from bulkvid_pipeline.dashboard.addresses import job_address
from bulkvid_pipeline.dashboard.visits import Reading, Visit, page_router
from bulkvid_pipeline.services.jobs.job_rows import JobRows, Row
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.outputs.archive import job_archive
from bulkvid_pipeline.services.outputs.archived_report import DOCUMENTS
from bulkvid_pipeline.services.outputs.checksums import Checksums
from bulkvid_pipeline.services.outputs.job_files import FileKind, JobFiles, videos_of
from bulkvid_pipeline.services.outputs.media import SentFile, media_file, sent_document, video_of
from bulkvid_pipeline.services.reports.gallery import report_script_hash
from bulkvid_pipeline.services.reports.job_report import REPORT
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.web.sent_parts import PLAYED_HERE, disposition, parts_answer
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = page_router()

READ = ["GET", "HEAD"]
MOST_ROWS = 2000
"""Rows that one address can choose."""
_ASKED_AGAIN = "private, no-cache"
_KEPT = "private, max-age=86400, immutable"
_REPORT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src '{script}'",
        "style-src 'unsafe-inline'",
        "img-src 'self' data:",
        "media-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
        # Without its origin the page would ask for posters without the session's cookie.
        "sandbox allow-same-origin allow-scripts allow-downloads allow-popups",
    )
)
"""For a published report: only the script that our reports have may run in it, whatever else stands in it."""


@router.api_route("/media/{job_id}/{row}/{platform}/{kind}", methods=READ)
def media(  # run in a thread: the storage is asked
    job_id: str, row: str, platform: str, kind: str, visit: Reading, v: str = "", download: str | None = None
) -> Response:
    """A file of a finished video: `video`, `poster`, `captions.srt`, `captions.vtt` or `video.json`.

    With `v`, the video's version as our pages have it, browsers may keep it; with `download` they save it.
    """
    rows = rows_of(visit, job_id)
    video = video_of(rows, row, platform)
    if kind not in set(FileKind):
        raise NotFoundError(f"A video has no file '{kind[:40]}'", fix="Open the job's gallery")
    files = files_of(visit, rows.job)
    file = media_file(files, video, FileKind(kind), checksums_of(visit, files))
    caching = _KEPT if v and v == video.version else _ASKED_AGAIN
    return _sent(visit, file, caching, "inline" if download is None else "attachment")


@router.api_route("/jobs/{job_id}/videos.zip", methods=READ)
async def archive(
    job_id: str,
    visit: Reading,
    row: Annotated[list[str], Query(max_length=MOST_ROWS)] = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """All finished videos of the job, or those of chosen rows (by key or sheet row number), as one ZIP file."""
    return await in_slow_thread(visit.request, lambda: _archived(job_id, visit, row))  # all its files are looked at


def _archived(job_id: str, visit: Visit, row: list[str]) -> Response:
    rows = rows_of(visit, job_id)
    chosen = _chosen(rows, row) if row else list(rows.rows)
    files = files_of(visit, rows.job)
    some = "-chosen" if row else ""
    found = job_archive(
        files, chosen, checksums_of(visit, files), name=f"{slug(rows.job.title, fallback=job_id)}{some}"
    )
    headers = {
        "Cache-Control": _ASKED_AGAIN,
        "Vary": "Cookie",
        "Content-Disposition": disposition("attachment", f"{found.name}.zip"),
    }
    return parts_answer(visit.request, found, headers)


@router.get("/jobs/{job_id}/report.html")
def report(job_id: str, visit: Reading) -> Response:
    """The published report, at the place from where its links lead to its files."""
    return visit.redirect(job_address(rows_of(visit, job_id).job.job_id, f"/report/{REPORT}"))


@router.api_route("/jobs/{job_id}/report/{path:path}", methods=READ)
def published(job_id: str, path: str, visit: Reading, download: str | None = None) -> Response:
    """A document of the published report, or a file that it links to."""
    rows = rows_of(visit, job_id)
    files = files_of(visit, rows.job)
    checksums = checksums_of(visit, files)
    kind = "inline" if download is None and path == REPORT else "attachment"
    if path in DOCUMENTS:
        document = sent_document(files, rows, path, checksums)
        return _sent(visit, document, _ASKED_AGAIN, kind, _REPORT_POLICY.format(script=report_script_hash()))
    for row in rows.rows:
        for video in videos_of(row):
            if path.startswith(video.folder_in_sheet):
                for each in FileKind:
                    if video.path(each) == path:
                        return _sent(visit, media_file(files, video, each, checksums), _ASKED_AGAIN, "inline")
    raise NotFoundError("The job has no such file", fix="Open the job's gallery")


def rows_of(visit: Visit, job_id: str) -> JobRows:
    """The rows of a job of the caller's project, as they stand now.

    Raises:
        JobNotFoundError: there is none, or it is another project's.
    """
    reads = visit.services.reads
    return reads.rows.rows(reads.jobs.lookup_blocking(job_id, visit.project_id))


def files_of(visit: Visit, job: Job) -> JobFiles:
    """The files of the job."""
    return JobFiles(visit.services.reads.links, job)


def checksums_of(visit: Visit, files: JobFiles) -> Checksums:
    """What is known of the files' checksums on this machine."""
    settings = visit.services.settings
    return Checksums(files.storage, local_cache(settings) if settings.cache else None)


def _chosen(rows: JobRows, names: list[str]) -> list[Row]:
    """The rows of those names, in the sheet's order.

    Raises:
        NotFoundError: the job has no such row.
    """
    found = {name: rows.find(name) for name in names}
    lacking = [name for name, row in found.items() if row is None]
    if lacking:
        raise NotFoundError(
            f"Job '{rows.job.job_id}' has no row '{lacking[0][:80]}'", fix="Reload the job's page and choose again"
        )
    return sorted({row.row_key: row for row in found.values() if row is not None}.values(), key=lambda row: row.place)


def _sent(visit: Visit, file: SentFile, caching: str, kind: str, policy: str = PLAYED_HERE) -> Response:
    headers = {
        "Cache-Control": caching,
        "Vary": "Cookie",
        "Content-Security-Policy": policy,
        "Content-Disposition": disposition(kind, file.name),
    }
    return parts_answer(visit.request, file, headers)
