"""Sheets: uploading them, and seeing how they are understood."""

from __future__ import annotations

import hashlib
from typing import Annotated, Any

from fastapi import Body, Query, Request, Response
from pydantic import Field
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, Writer, guarded_router
from bulkvid_pipeline.api.bodies import Documented, check_texts, file_of, upload_body
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer, success_body
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.idempotency import IdempotencyKey, once
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.spec import BulkJobSpec
from bulkvid_pipeline.core.wire import SheetPreview, UploadView
from bulkvid_pipeline.services.intake.checking import read_spec
from bulkvid_pipeline.services.intake.previewing import MOST_ROWS, preview_sheet
from bulkvid_pipeline.services.sheets.uploads import Uploads
from bulkvid_pipeline.web.slow_threads import in_slow_thread

router = guarded_router(prefix="/api/sheets", tags=["sheets"])

SUFFIXES = {
    "text/csv": ".csv",
    "text/tab-separated-values": ".tsv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
    "application/vnd.ms-excel": ".xls",
    "application/vnd.oasis.opendocument.spreadsheet": ".ods",
}
"""Content types of a body that is the file itself, and the suffix of a file without a name."""


class PreviewRequest(BulkJobSpec):
    """The job as far as it is known; only its sheet is needed."""

    rows: int = Field(10, ge=1, le=MOST_ROWS, description="How many rows to show and check")


@router.post(
    "",
    operation_id="upload_sheet",
    status_code=201,
    response_model=Answer[UploadView],
    responses=documented(400, 401, 403, 409, 413, 415, 422, 429, 503, 507),
    openapi_extra={"requestBody": upload_body(SUFFIXES)},
)
async def upload_sheet(
    request: Request,
    caller: Writer,
    context: Context,
    key: IdempotencyKey = None,
    name: Annotated[
        str | None, Query(max_length=255, description="Name of the file, if the body is the file itself")
    ] = None,
) -> Response:
    """Upload a CSV, TSV, XLSX, XLS or ODS file of at most 10 MiB; its id is used as input_source.path of a job.

    The file is the field `file` of a form, or the body itself. What it is, its content decides. A file that is uploaded
    again under the same name is the same sheet: a job over it renders only rows that have changed.
    """
    given, data = await file_of(request, name, SUFFIXES, example="ideas.csv")

    def upload(_work: object) -> tuple[int, bytes]:
        return 201, success_body(Uploads(context.settings).add(caller.project_id, given, data))

    return await once(request, caller, key, [given, hashlib.sha256(data).hexdigest()], upload)


@router.get(
    "/{upload_id}",
    operation_id="get_sheet",
    response_model=Answer[UploadView],
    responses=documented(401, 403, 404, 429, 503),
)
async def get_sheet(upload_id: str, request: Request, caller: Reader, context: Context) -> Response:
    """An uploaded sheet."""
    found = await run_in_threadpool(lambda: Uploads(context.settings).get(caller.project_id, upload_id))
    return answer(request, found)


@router.delete(
    "/{upload_id}", operation_id="delete_sheet", status_code=204, responses=documented(401, 403, 404, 429, 503)
)
async def delete_sheet(upload_id: str, caller: Writer, context: Context) -> Response:
    """Delete an uploaded sheet. Jobs that have read it are not affected."""
    await run_in_threadpool(lambda: Uploads(context.settings).remove(caller.project_id, upload_id))
    return Response(status_code=204)


@router.post(
    "/preview",
    operation_id="preview_sheet",
    response_model=Answer[SheetPreview],
    responses=documented(400, 401, 403, 404, 413, 415, 429, 500, 503),
)
async def preview(
    body: Annotated[
        dict[str, Any],
        Documented(PreviewRequest),
        Body(examples=[{"input_source": {"path": "upload_3f2a9c0d1b4e5f60_spring-ideas-a1b2c3"}, "rows": 10}]),
    ],
    request: Request,
    caller: Reader,
    context: Context,
) -> Response:
    """See how a sheet is understood: its columns and first rows, the findings at each level, and an estimate."""
    check_texts(body)
    rows = _rows_of(body)

    def look() -> Response:
        job = {name: value for name, value in body.items() if name != "rows"}
        spec = read_spec(job, user_id=caller.user_id, project_id=caller.project_id)
        return answer(request, preview_sheet(spec, rows, context.settings, context.instance))

    return await in_slow_thread(request, look)


def _rows_of(body: dict[str, Any]) -> int:
    rows = body.get("rows", 10)
    if type(rows) is not int or not 1 <= rows <= MOST_ROWS:
        raise InvalidRequestError(f"rows is not a number from 1 to {MOST_ROWS}", fix="Give rows: 10", field="rows")
    return rows
