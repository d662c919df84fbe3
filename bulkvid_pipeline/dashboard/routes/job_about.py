"""A job as a whole: its figures, settings and runs, and its results as a table."""

from __future__ import annotations

from starlette.responses import Response

from bulkvid_pipeline.adapters.storage.location import without_credentials
from bulkvid_pipeline.core.run_parts import parts_of
from bulkvid_pipeline.dashboard.dagster_links import run_link
from bulkvid_pipeline.dashboard.routes.job_head import Head, live_page
from bulkvid_pipeline.dashboard.visits import Reading, page_router
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.jobs.metrics import metrics_of
from bulkvid_pipeline.web.results_table import results_table

router = page_router()


@router.get("/jobs/{job_id}/about")
def about_page(job_id: str, visit: Reading) -> Response:
    """Figures, settings and runs of the job."""
    head = Head.of(visit, job_id)
    host = visit.request.url.hostname or ""
    links = {run.run_id: run_link(visit.services.settings, run.run_id, host) for run in head.job.runs}
    figures, parts = metrics_of(head.rows), parts_of(head.job.runs)
    return live_page(visit, head, "about", figures=figures, parts=parts, links=links, place=_place(head.job))


@router.get("/jobs/{job_id}/results.csv")
async def results_csv(job_id: str, visit: Reading) -> Response:
    """All results as a table, with links that end after a while."""
    entry = await visit.services.reads.jobs.lookup(job_id, visit.project_id)
    return await results_table(visit.services, visit.request, entry.job)


def _place(job: Job) -> str:
    """The storage that the job publishes to; folders of the server are nobody's business over the network."""
    return without_credentials(job.output) if "://" in job.output and not job.output.startswith("file:") else ""
