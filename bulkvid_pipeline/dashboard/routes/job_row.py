"""One row of a job."""

from __future__ import annotations

from typing import Any

from starlette.responses import Response

from bulkvid_pipeline.dashboard.routes.job_head import Head, live_page
from bulkvid_pipeline.dashboard.routes.job_rows import ShownRow
from bulkvid_pipeline.dashboard.visits import Reading, page_router
from bulkvid_pipeline.services.jobs.events import EventQuery
from bulkvid_pipeline.services.jobs.items import ItemRecord
from bulkvid_pipeline.services.outputs.job_files import RowVideo, videos_of

router = page_router()

ROW_EVENTS = 50


@router.get("/jobs/{job_id}/rows/{row:path}")
def row_page(job_id: str, row: str, visit: Reading) -> Response:
    """All that is known of a row."""
    head = Head.of(visit, job_id)
    reads = visit.services.reads
    record = reads.items.record(head.job, row)
    events = reads.events.page(head.job, EventQuery("INFO", ROW_EVENTS, record.partition)).items
    report = head.summary.report
    found = [each for each in report.findings if each.sheet_row == record.row.sheet_row] if report else []
    values = {"record": record, "videos": _with_checks(record), "events": events[::-1], "findings": found}
    return live_page(visit, head, "row", shown=ShownRow.of(record.row), **values)


def _with_checks(record: ItemRecord) -> list[tuple[RowVideo, Any]]:
    videos = {video.platform: video for video in videos_of(record.row)}
    return [(videos[str(about["platform"])], checks) for about, checks in record.outputs]
