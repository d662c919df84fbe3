"""What the check of a job's sheet has found, cell by cell."""

from __future__ import annotations

from typing import Annotated, Any

from starlette.responses import Response

from bulkvid_pipeline.core.findings import Severity
from bulkvid_pipeline.core.wire import FindingView
from bulkvid_pipeline.dashboard.addresses import address, job_address
from bulkvid_pipeline.dashboard.routes.job_head import Head, PageNumber, live_page
from bulkvid_pipeline.dashboard.routes.jobs import unless_empty
from bulkvid_pipeline.dashboard.visits import Reading, page_router

router = page_router()

FINDINGS_PAGE = 100


@router.get("/jobs/{job_id}/check")
def check_page(
    job_id: str,
    visit: Reading,
    severity: Annotated[Severity | None, unless_empty(None)] = None,
    page: PageNumber = 1,
) -> Response:
    """What the check of the sheet has found, cell by cell."""
    head = Head.of(visit, job_id)
    report = head.summary.report
    found = [each for each in report.findings if severity in (None, each.severity)] if report else []
    path = job_address(job_id, "/check")
    return live_page(
        visit, head, "check", severity=severity, **paged_findings(found, page, path, severity=severity or "")
    )


def paged_findings(found: list[FindingView], page: int, path: str, **choices: str) -> dict[str, Any]:
    """A page of findings."""
    pages = max(1, -(-len(found) // FINDINGS_PAGE))
    page = min(page, pages)

    def other(number: int) -> str:
        return address(path, **choices, page=number) if 1 <= number <= pages else ""

    shown = found[(page - 1) * FINDINGS_PAGE : page * FINDINGS_PAGE]
    return {"findings": shown, "findings_total": len(found), "pages": (page, pages, other(page - 1), other(page + 1))}
