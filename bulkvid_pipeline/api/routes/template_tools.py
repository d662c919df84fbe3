"""What an editor of templates needs besides them: their fields, logos and music, and what a document comes to."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from bulkvid_pipeline.api.auth import Reader, TemplateWriter, guarded_router
from bulkvid_pipeline.api.bodies import check_texts, file_of, upload_body
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.api.routes.templates import store_of
from bulkvid_pipeline.api.template_document import TEMPLATE_DOCUMENT
from bulkvid_pipeline.core.service_wire import TemplateAsset, TemplateDocumentCheck, TemplateField
from bulkvid_pipeline.core.wire import Page
from bulkvid_pipeline.services.previews.template_preview import EDITED, template_image
from bulkvid_pipeline.services.templates.assets import LOGO_TYPES, MUSIC_TYPES, ProjectAssets
from bulkvid_pipeline.services.templates.document_check import DRAFT, check_document
from bulkvid_pipeline.services.templates.request_errors import errors_of_requests
from bulkvid_pipeline.services.templates.template_fields import template_fields
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.web.entity_tags import tagged

router = guarded_router(prefix="/api", tags=["templates"])

_ASSETS = "/template-assets"
"""Beside the templates, not among them: each name there is free for a template."""
_Name = Annotated[str, Path(description="Name of the file", examples=["acme-logo.png"])]
_BODIES = {kind: suffix for suffix, kind in reversed({**LOGO_TYPES, **MUSIC_TYPES}.items())}


@router.get(
    "/template-fields",
    operation_id="list_template_fields",
    summary="List the fields of a template",
    response_model=Answer[Page[TemplateField]],
    responses=documented(401, 403, 429, 503),
)
def list_template_fields(request: Request, caller: Reader) -> Response:  # noqa: ARG001
    """All that can be chosen in a template, with titles, explanations and allowed values, as a form shows it."""
    return answer(request, Page[TemplateField](items=template_fields()))


@router.post(
    "/template-checks",
    operation_id="check_template",
    summary="Check a template before it is saved",
    response_model=Answer[TemplateDocumentCheck],
    responses=documented(400, 401, 403, 413, 415, 429, 503),
)
def check_template(
    document: Annotated[Any, Body(), TEMPLATE_DOCUMENT], request: Request, caller: Reader, context: Context
) -> Response:
    """What is wrong with the document, and how well its colours are seen where its style draws them.

    Nothing is saved. Colours are judged by their contrast as WCAG 2.2 defines it; videos show a colour that does not
    pass as the nearest one that does. Music is opened only when the template is saved.
    """
    check_texts(document)
    return answer(request, check_document(store_of(context, caller), DRAFT, document))


@router.post(
    "/template-previews",
    operation_id="preview_template",
    summary="See a template before it is saved",
    response_class=Response,
    responses={
        200: {"content": {"image/webp": {}}, "description": "A sheet of cards: a row a kind of card, a column a shape"},
        **documented(400, 401, 403, 413, 415, 429, 503),
    },
)
def preview_template(document: Annotated[Any, Body(), TEMPLATE_DOCUMENT], caller: Reader, context: Context) -> Response:
    """The four kinds of card in the three shapes of frame, as the document would paint them. Nothing is saved."""
    check_texts(document)
    with errors_of_requests():
        template = store_of(context, caller).pictured(DRAFT, document)
        picture = template_image(template, local_cache(context.settings), EDITED)
    return Response(picture, headers={"Cache-Control": "no-store"}, media_type=EDITED.media_type)


@router.get(
    _ASSETS,
    operation_id="list_template_assets",
    summary="List logos and music",
    response_model=Answer[Page[TemplateAsset]],
    responses=documented(401, 403, 429, 503),
)
def list_template_assets(request: Request, caller: Reader, context: Context) -> Response:
    """The logos and the music that your templates can name: your project's own, and those of the installation."""
    return answer(request, Page[TemplateAsset](items=ProjectAssets(store_of(context, caller)).list()))


@router.post(
    _ASSETS,
    operation_id="upload_template_asset",
    summary="Upload a logo or music",
    status_code=201,
    response_model=Answer[TemplateAsset],
    responses={
        200: {"model": Answer[TemplateAsset], "description": "The same file is there already"},
        **documented(400, 401, 403, 409, 413, 415, 429, 503, 507),
    },
    openapi_extra={"requestBody": upload_body(_BODIES)},
)
async def upload_template_asset(
    request: Request,
    caller: TemplateWriter,
    context: Context,
    name: Annotated[
        str | None, Query(max_length=255, description="Name of the file, if the body is the file itself")
    ] = None,
) -> Response:
    """Upload a logo (PNG, JPEG, WebP) or music (MP3, M4A, AAC, WAV, FLAC, Ogg, Opus, AIFF) of at most 10 MiB.

    The file is the field `file` of a form, or the body itself. What it is, its content decides. Another file that is
    there under its name stays as it is: the new one then gets a number. Templates use it by the name in the answer.
    """
    given, data = await file_of(request, name, _BODIES, example="logo.png")
    assets = ProjectAssets(store_of(context, caller))
    asset, is_new = await run_in_threadpool(assets.add, given, data)
    return answer(request, asset, status=201 if is_new else 200)


@router.get(
    f"{_ASSETS}/{{name}}",
    operation_id="get_template_asset",
    summary="Get a logo or music",
    response_class=Response,
    responses={
        200: {"content": {"*/*": {}}, "description": "The file"},
        **documented(401, 403, 404, 429, 503),
    },
)
def get_template_asset(name: _Name, request: Request, caller: Reader, context: Context) -> Response:
    """The file itself."""
    asset, content = ProjectAssets(store_of(context, caller)).read(name)
    return tagged(request, content, asset.media_type)


@router.delete(
    f"{_ASSETS}/{{name}}",
    operation_id="delete_template_asset",
    summary="Delete a logo or music",
    status_code=204,
    responses=documented(401, 403, 404, 409, 429, 503),
)
def delete_template_asset(name: _Name, caller: TemplateWriter, context: Context) -> Response:
    """Delete a file of your project. One that a template of yours names stays, and the answer says which."""
    ProjectAssets(store_of(context, caller)).delete(name)
    return Response(status_code=204)
