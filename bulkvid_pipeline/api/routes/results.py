"""What a job has made: the list of its videos, and the videos themselves where they lie in a folder."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

from fastapi import Header, HTTPException, Query, Request, Response
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse

from bulkvid_pipeline.adapters.storage import content_type_of
from bulkvid_pipeline.api.auth import Public, Reader, guarded_router
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.api.routes.items import ItemStates
from bulkvid_pipeline.api.routes.jobs import JobId, PageSize, PageTokenText
from bulkvid_pipeline.core.wire import Page, ResultView
from bulkvid_pipeline.services.jobs.results import DEFAULT_STATES, ResultQuery
from bulkvid_pipeline.services.outputs.links import FILES_PATH
from bulkvid_pipeline.web.base_url import base_url
from bulkvid_pipeline.web.ranges import NoSuchPartError, parts_of
from bulkvid_pipeline.web.results_table import CSV, results_table
from bulkvid_pipeline.web.sent_parts import PLAYED_HERE

router = guarded_router(tags=["results"])


class Format(StrEnum):
    """How results are written."""

    JSON = "json"
    CSV = "csv"


_OK: dict[str, Any] = {
    "description": "A page of results, or all of them as CSV",
    "model": Answer[Page[ResultView]],
    "content": {CSV: {"schema": {"type": "string"}, "example": "sheet_row,row_key,title,state,platform,...\r\n"}},
}


@router.get(
    "/api/bulk-jobs/{job_id}/results",
    operation_id="list_job_results",
    summary="List a job's videos with links",
    responses={200: _OK, **documented(400, 401, 403, 404, 429, 503)},
)
async def list_results(
    job_id: JobId,
    request: Request,
    caller: Reader,
    context: Context,
    form: Annotated[
        Format | None, Query(alias="format", description="`csv` for all results as CSV, like `Accept: text/csv`")
    ] = None,
    state: ItemStates = [],  # noqa: B006  FastAPI copies it
    page_size: PageSize = 20,
    page_token: PageTokenText = None,
    accept: Annotated[str, Header(description="`text/csv` for all results as CSV")] = "*/*",
) -> Response:
    """One entry for each video, with links to it, its poster and its captions, and one for each row that failed.

    Links are made for this answer, need no token, and end at `links_expire_at`: do not keep them, ask again.
    """
    job = (await context.reads.jobs.lookup(job_id, caller.project_id)).job
    states = frozenset(state) or DEFAULT_STATES
    if form is Format.CSV or (form is None and _prefers_csv(accept)):
        return await results_table(context, request, job, states, {"Vary": "Accept"})
    query = ResultQuery(job.job_id, states, page_size, page_token or None)
    page = await run_in_threadpool(context.reads.results.page, job, query, base_url(request, context.settings))
    return answer(request, page, headers={"Vary": "Accept"})


@router.head(FILES_PATH + "{token}/{name}", include_in_schema=False)
@router.get(
    FILES_PATH + "{token}/{name}",
    operation_id="download_file",
    summary="Download a file by its link",
    response_class=FileResponse,
    responses={
        200: {"description": "The file", "content": {"application/octet-stream": {}, "video/mp4": {}}},
        206: {"description": "The part of the file that the header Range names"},
        **documented(403, 404, 416, 503),
    },
)
async def download_file(
    _: Public,
    request: Request,
    context: Context,
    token: Annotated[str, InPath(description="Out of a link that the API has handed out; it ends after a while")],
    name: Annotated[  # noqa: ARG001
        str, InPath(description="The file's name, for those who save it; the token alone says which it is")
    ],
) -> Response:
    """A video, poster or caption file of a job that publishes to a folder of the server. Needs no other token.

    Parts of it can be asked for with the header Range.
    """
    links = context.reads.links
    file = links.file_of(token)
    job = (await context.reads.jobs.lookup(file.job_id)).job
    path = await run_in_threadpool(links.path, job, file.key)
    await run_in_threadpool(_check_range, request, path)
    headers = {"Cache-Control": "private, max-age=3600", "Content-Security-Policy": PLAYED_HERE}
    return FileResponse(
        path,
        headers=headers,
        media_type=content_type_of(file.key),
        filename=path.name,
        content_disposition_type="inline",
    )


def _check_range(request: Request, path: Path) -> None:
    """Leave in the request only a Range that the framework understands: of others it answers in a shape of its own.

    Raises:
        HTTPException: the range lies outside the file.
    """
    size = path.stat().st_size
    try:
        parts = parts_of(request.headers.get("range", ""), size)
    except NoSuchPartError:
        if "if-range" not in request.headers:
            raise HTTPException(416, headers={"Content-Range": f"bytes */{size}"}) from None
        parts = ""
    others = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
    request.scope["headers"] = [*others, (b"range", parts.encode())] if parts else others


def _prefers_csv(accept: str) -> bool:
    """Whether the header wants CSV rather than JSON."""
    wanted = [part.strip().partition(";")[0].strip().lower() for part in accept.split(",")]
    return CSV in wanted and not any(kind in wanted[: wanted.index(CSV)] for kind in ("application/json", "*/*"))
