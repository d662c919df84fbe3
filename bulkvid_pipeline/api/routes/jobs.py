"""Jobs: listing them, and reading one with its progress, its figures and the report about its sheet."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import BeforeValidator
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer, ready_answer
from bulkvid_pipeline.core.findings import Severity
from bulkvid_pipeline.core.states import JobState
from bulkvid_pipeline.core.wire import JobView, Metrics, Page, Progress, SheetReport
from bulkvid_pipeline.services.jobs.job_list import JobQuery, SortBy
from bulkvid_pipeline.services.jobs.metrics import metrics_of
from bulkvid_pipeline.services.jobs.sheet_report import sheet_report

router = guarded_router(prefix="/api/bulk-jobs", tags=["jobs"])


class Order(StrEnum):
    """Which way a list is sorted."""

    ASC = "asc"
    DESC = "desc"


def separated(values: object) -> object:
    """`a,b` in place of two parameters, as many clients write lists."""
    if not isinstance(values, list):
        return values
    return [part for value in values for part in (value.split(",") if isinstance(value, str) else [value])]


JobId = Annotated[str, Path(description="The job's id", examples=["job_4f1c0a9b2e77"])]
States = Annotated[
    list[JobState],
    BeforeValidator(separated),
    Query(description="Only jobs in these states: several parameters, or one with commas"),
]
PageSize = Annotated[int, Query(ge=1, le=100, description="Largest number of entries of a page")]
PageTokenText = Annotated[
    str | None,
    Query(description="`next_page_token` of the page before, with the same filters and sorting; without it the first"),
]
SearchText = Annotated[str, Query(max_length=200, description="Only jobs with this in title, sheet or id, in any case")]
ONE = documented(400, 401, 403, 404, 429, 503)


@router.get(
    "",
    operation_id="list_jobs",
    summary="List jobs",
    response_model=Answer[Page[JobView]],
    responses=documented(400, 401, 403, 429, 503),
)
async def list_jobs(
    request: Request,
    caller: Reader,
    context: Context,
    state: States = [],  # noqa: B006  FastAPI copies it
    q: SearchText = "",
    sort: Annotated[SortBy, Query(description="What jobs are sorted by; those that are equal by their id")] = (
        SortBy.CREATED_AT
    ),
    order: Annotated[Order, Query(description="Ascending or descending")] = Order.DESC,
    page_size: PageSize = 20,
    page_token: PageTokenText = None,
) -> Response:
    """The jobs of the token's project, in pages.

    Pages stay right while jobs come and go: none is moved to another page. `next_page_token` is null on the last one.
    """
    jobs = context.reads.jobs
    await jobs.fresh()
    found = jobs.page(
        JobQuery(
            project_id=caller.project_id,
            states=frozenset(state),
            q=q,
            sort=sort,
            descending=order is Order.DESC,
            page_size=page_size,
            page_token=page_token or None,
        )
    )
    items = b",".join([entry.view_json for entry in found.entries])
    token = f'"{found.next_page_token}"'.encode() if found.next_page_token else b"null"
    return ready_answer(request, b'{"items":[' + items + b'],"next_page_token":' + token + b"}")


@router.get("/{job_id}", operation_id="get_job", summary="Read a job", response_model=Answer[JobView], responses=ONE)
async def get_job(job_id: JobId, request: Request, caller: Reader, context: Context) -> Response:
    """The job as it stands, with its counts, its times, the rows in work and the actions that it allows now."""
    entry = await context.reads.jobs.lookup(job_id, caller.project_id)
    return ready_answer(request, entry.view_json)


@router.get(
    "/{job_id}/progress",
    operation_id="get_job_progress",
    summary="Read a job's progress",
    response_model=Answer[Progress],
    responses=ONE,
)
async def get_progress(job_id: JobId, request: Request, caller: Reader, context: Context) -> Response:
    """How far the job is: percent, rows by state, time spent and left, and the rows in work.

    It changes at most once a second; `/stream` tells each change as it comes.
    """
    entry = await context.reads.jobs.lookup(job_id, caller.project_id)
    return ready_answer(request, entry.progress_json)


@router.get(
    "/{job_id}/metrics",
    operation_id="get_job_metrics",
    summary="Read a job's figures",
    response_model=Answer[Metrics],
    responses=ONE,
)
async def get_metrics(job_id: JobId, request: Request, caller: Reader, context: Context) -> Response:
    """How fast the job is, what it has made, and what that has cost."""
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    return answer(request, await run_in_threadpool(lambda: metrics_of(context.reads.rows.rows(job))))


@router.get(
    "/{job_id}/report",
    operation_id="get_job_report",
    summary="Read the report about a job's sheet",
    response_model=Answer[SheetReport],
    responses=ONE,
)
async def get_report(
    job_id: JobId,
    request: Request,
    caller: Reader,
    context: Context,
    level: Annotated[
        list[Severity],
        BeforeValidator(separated),
        Query(description="Only findings of these severities: several parameters, or one with commas"),
    ] = [],  # noqa: B006  FastAPI copies it
) -> Response:
    """What the validation found in the sheet, cell by cell, and what to do about it.

    At most 1,000 findings are kept; `findings_total` counts all. 404 until the sheet has been validated.
    """
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    return answer(request, await run_in_threadpool(sheet_report, context.reads.log, job, frozenset(level)))
