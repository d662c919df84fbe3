"""The rows of a job, and what has happened in it."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from fastapi import Header, Path, Query, Request, Response
from pydantic import BeforeValidator, Field
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.api.routes.jobs import ONE, JobId, PageSize, PageTokenText, separated
from bulkvid_pipeline.core.errors import InvalidRequestError, NotFoundError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.states import ItemState
from bulkvid_pipeline.core.wire import EventPage, ItemDetail, ItemView, Page
from bulkvid_pipeline.services.jobs.event_cursor import EventCursor
from bulkvid_pipeline.services.jobs.events import EventQuery
from bulkvid_pipeline.services.jobs.item_filter import ItemFilter
from bulkvid_pipeline.services.jobs.items import ItemQuery
from bulkvid_pipeline.services.jobs.jobs import Job
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.web.base_url import base_url

router = guarded_router(prefix="/api/bulk-jobs", tags=["rows and events"])

RowName = Annotated[str, Path(description="The row's key or its number in the sheet", examples=["spring-tips", "7"])]
ItemStates = Annotated[
    list[ItemState],
    BeforeValidator(separated),
    Query(description="Only rows in these states: several parameters, or one with commas"),
]
Platforms = Annotated[
    list[Platform],
    BeforeValidator(separated),
    Query(description="Only finished rows with a video for one of these platforms"),
]
Codes = Annotated[
    list[Annotated[str, Field(max_length=80)]],
    BeforeValidator(separated),
    Query(
        description="Only rows that failed with an error of one of these codes; `WARNING` are rows that are finished "
        "with warnings",
        examples=["GLYPHS_MISSING"],
    ),
]


class Level(StrEnum):
    """How grave an event is."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


def in_capitals(value: object) -> object:
    """Levels may be written in small letters too."""
    return value.upper() if isinstance(value, str) else value


@router.get(
    "/{job_id}/items",
    operation_id="list_job_items",
    summary="List a job's rows",
    response_model=Answer[Page[ItemView]],
    responses=documented(400, 401, 403, 404, 429, 503),
)
async def list_items(
    job_id: JobId,
    request: Request,
    caller: Reader,
    context: Context,
    state: ItemStates = [],  # noqa: B006  FastAPI copies it
    q: Annotated[
        str, Query(max_length=200, description="Only rows with this in title, key or error, in any case")
    ] = "",
    platform: Platforms = [],  # noqa: B006
    code: Codes = [],  # noqa: B006
    page_size: PageSize = 20,
    page_token: PageTokenText = None,
) -> Response:
    """The rows that the job is about, in the order of its sheet: queued, in progress and ended ones.

    Rows that the validation refused are in `/report`. Each finished row has a link to its first video; `/results` has
    all links.
    """
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    wanted = ItemFilter(frozenset(state), frozenset(platform), frozenset(code), q)
    query = ItemQuery(job.job_id, wanted, page_size, page_token or None)
    base = base_url(request, context.settings)
    return answer(request, await run_in_threadpool(context.reads.items.page, job, query, base))


@router.get(
    "/{job_id}/items/{row}",
    operation_id="get_job_item",
    summary="Read a row",
    response_model=Answer[ItemDetail],
    responses=ONE,
)
async def get_item(job_id: JobId, row: RowName, request: Request, caller: Reader, context: Context) -> Response:
    """All that is known of a row: its videos with links and quality checks, its warnings, and how each try ended."""
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    base = base_url(request, context.settings)
    return answer(request, await run_in_threadpool(context.reads.items.detail, job, row, base))


@router.get(
    "/{job_id}/events",
    operation_id="list_job_events",
    summary="List a job's events",
    response_model=Answer[EventPage],
    responses=documented(400, 401, 403, 404, 429, 503),
)
async def list_events(
    job_id: JobId,
    request: Request,
    caller: Reader,
    context: Context,
    level: Annotated[
        Level, BeforeValidator(in_capitals), Query(description="Only events that are at least as grave")
    ] = Level.INFO,
    row: Annotated[str | None, Query(description="Only events of the row with this key or sheet row number")] = None,
    limit: Annotated[int, Query(ge=1, le=250, description="Largest number of events")] = 100,
    cursor: Annotated[
        str | None,
        Query(description="`next_cursor` of an answer, or the `id` of an event: only newer events, oldest first"),
    ] = None,
    before: Annotated[
        str | None, Query(description="`previous_cursor` of an answer: the newest events among those before it")
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", description="The id of the last event of `/stream` or of this list: as `cursor`"),
    ] = None,
) -> Response:
    """What has happened in the job, oldest first: the newest events, if no cursor says otherwise.

    Go on with `cursor` = `next_cursor` for what is newer, now or later, and with `before` = `previous_cursor` for what
    is older. No event is left out or met twice, also while the job is running.
    """
    if before and (cursor or last_event_id):
        raise InvalidRequestError(
            "Events after one place and before another cannot be asked for at once",
            fix="Send either cursor (or Last-Event-ID) or before",
            field="before",
        )
    query = EventQuery(
        level=level.value,
        limit=limit,
        after=_cursor(cursor, "cursor") or _cursor(last_event_id, "Last-Event-ID"),
        before=_cursor(before, "before"),
    )
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    return answer(request, await run_in_threadpool(_events, context, job, query, row))


def _events(context: OpenServices, job: Job, query: EventQuery, row: str | None) -> EventPage:
    if row:
        rows = context.reads.rows.rows(job)
        found = rows.find(row)
        if found is None:
            raise NotFoundError(
                f"Job '{job.job_id}' has no row '{row[:80]}'",
                fix="Use a row_key or a sheet_row of its items",
                field="row",
            )
        query = EventQuery(query.level, query.limit, rows.partition(found.row_key), query.after, query.before)
    return context.reads.events.page(job, query)


def _cursor(text: str | None, field: str) -> EventCursor | None:
    """The place that a cursor names; ids of a stream's events begin with one."""
    if not text:
        return None
    try:
        return EventCursor.parse(text.partition(".")[0])
    except InvalidRequestError as error:
        raise InvalidRequestError(error.message, fix=error.fix, field=field) from error
