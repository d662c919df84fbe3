"""What all pages of a job begin with, and how each of them is answered: whole, or what changes of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query
from starlette.responses import Response

from bulkvid_pipeline.core.jobs import RowInWork
from bulkvid_pipeline.dashboard import words
from bulkvid_pipeline.dashboard.addresses import job_address, media_address, row_address
from bulkvid_pipeline.dashboard.dagster_links import run_link
from bulkvid_pipeline.dashboard.rendering import rendered
from bulkvid_pipeline.dashboard.routes.jobs import unless_empty
from bulkvid_pipeline.dashboard.visits import Visit
from bulkvid_pipeline.services.jobs.job_rows import JobRows
from bulkvid_pipeline.services.jobs.job_summary import JobSummary, summary_of
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.web.entity_tags import tagged

PageNumber = Annotated[int, unless_empty(1), Query(ge=1, le=100_000)]
REFUSED = "refused"
"""In place of a state: the rows of the sheet that its check has refused."""


@dataclass(frozen=True)
class Head:
    """What all pages of a job begin with."""

    rows: JobRows
    summary: JobSummary

    @classmethod
    def of(cls, visit: Visit, job_id: str) -> Head:
        """The head of the job of that id.

        Raises:
            JobNotFoundError: the caller's project has none.
        """
        reads = visit.services.reads
        rows = reads.rows.rows(job_of(visit, job_id))
        return cls(rows, summary_of(visit.services.instance, reads.log, rows))

    @property
    def job(self) -> Job:
        return self.rows.job


def job_of(visit: Visit, job_id: str) -> Job:
    """The job of the caller's project, as it stands now.

    Raises:
        JobNotFoundError: there is none, or it is another project's.
    """
    return visit.services.reads.jobs.lookup_blocking(job_id, visit.project_id)


def live_page(visit: Visit, head: Head, room: str, **values: Any) -> Response:
    """A page below the job's head, or what changes of it."""
    services, job = visit.services, head.job
    host = visit.request.url.hostname or ""
    title = job.title or job.job_id
    shared: dict[str, Any] = {
        "title": title if room != "row" else f"{values['record'].row.title or 'Row'} · {title}",
        "job": job,
        "room": room,
        "summary": head.summary,
        "working": _working(head.rows),
        "words": words,
        "job_address": job_address,
        "row_address": row_address,
        "media_address": media_address,
        "run_url": run_link(services.settings, job.run_id, host),
        "REFUSED": REFUSED,
    }
    if not visit.is_fragment:
        return visit.page("jobs/job.html", **shared, **values)
    body = rendered("jobs/_live.html", {"visit": visit, **shared, **values}).encode()
    return tagged(visit.request, body, "text/html", {"Vary": "HX-Request, Cookie"})


def _working(rows: JobRows) -> list[tuple[RowInWork, str, int]]:
    """The rows in work with their titles and numbers, in the order of the sheet."""
    found = [(each, rows.by_key.get(each.row_key)) for each in rows.job.in_work]
    told = [(each, row.title if row else each.row_key, row.sheet_row if row else 0) for each, row in found]
    return sorted(told, key=lambda one: (one[2], one[0].row_key))
