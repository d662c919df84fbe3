"""Templates: the look and sound of videos. A project changes its own; those of the installation it can only use."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Body, Header, Path, Request, Response

from bulkvid_pipeline.api.auth import Reader, TemplateWriter, guarded_router
from bulkvid_pipeline.api.bodies import check_texts
from bulkvid_pipeline.api.context import Context
from bulkvid_pipeline.api.envelope import Answer
from bulkvid_pipeline.api.error_answers import documented
from bulkvid_pipeline.api.reading import answer
from bulkvid_pipeline.api.template_document import TEMPLATE_DOCUMENT
from bulkvid_pipeline.core.errors import InvalidRequestError
from bulkvid_pipeline.core.service_wire import TemplateDeleted, TemplateView
from bulkvid_pipeline.core.wire import Page
from bulkvid_pipeline.services.access.scopes import Caller
from bulkvid_pipeline.services.opened import OpenServices
from bulkvid_pipeline.services.previews.template_preview import WHOLE, image_name, template_image
from bulkvid_pipeline.services.templates.project_templates import Expected, ProjectTemplates
from bulkvid_pipeline.services.templates.request_errors import errors_of_requests
from bulkvid_pipeline.services.templates.template_store import TemplateStore
from bulkvid_pipeline.services.templates.template_views import template_view, template_views
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.web.entity_tags import tagged

router = guarded_router(prefix="/api/templates", tags=["templates"])

_Id = Annotated[
    str, Path(description="Id of the template: letters, digits, '_' and '-'", examples=["my_brand_template"])
]
_IfMatch = Annotated[
    str | None,
    Header(description="Change the template only if this is its ETag, so that nobody's change is lost"),
]


@router.get(
    "",
    operation_id="list_templates",
    summary="List templates",
    response_model=Answer[Page[TemplateView]],
    responses=documented(401, 403, 429, 503),
)
def list_templates(request: Request, caller: Reader, context: Context) -> Response:
    """All templates that your project may use: built-in ones, those of the installation, and its own."""
    return answer(request, Page[TemplateView](items=tuple(template_views(store_of(context, caller)))))


@router.get(
    "/{template_id}",
    operation_id="get_template",
    summary="Get a template",
    response_model=Answer[TemplateView],
    responses=documented(401, 403, 404, 429, 503),
)
def get_template(template_id: _Id, request: Request, caller: Reader, context: Context) -> Response:
    """A template, with what cannot be used of it. Its ETag changes when its document does."""
    store = store_of(context, caller)
    with errors_of_requests():
        tag = _tag(ProjectTemplates(store).version(template_id))
        return answer(request, template_view(store, template_id), tag=tag)


@router.put(
    "/{template_id}",
    operation_id="save_template",
    summary="Make or replace a template",
    response_model=Answer[TemplateView],
    responses={
        201: {"model": Answer[TemplateView], "description": "The template is new"},
        **documented(400, 401, 403, 409, 412, 413, 415, 429, 503, 507),
    },
)
def save_template(
    template_id: _Id,
    document: Annotated[Any, Body(), TEMPLATE_DOCUMENT],
    request: Request,
    caller: TemplateWriter,
    context: Context,
    if_match: _IfMatch = None,
    if_none_match: Annotated[
        str | None, Header(description="`*`: only make a template, replace none", examples=["*"])
    ] = None,
) -> Response:
    """Make a template of your project, or replace it.

    The body is the whole template; what it leaves out has its default. `{"style": "modern", "voice": "female"}` is a
    template too. Logo and music are names of files that were uploaded to `/api/template-assets`, or of files in
    the templates folder of the installation. Built-in and shared templates cannot be replaced.
    """
    check_texts(document)
    store = store_of(context, caller)
    templates = ProjectTemplates(store)
    with errors_of_requests():
        is_new = templates.save(template_id, document, _expected(if_match, if_none_match))
        tag = _tag(templates.version(template_id))
        view = template_view(store, template_id)
    return answer(request, view, status=201 if is_new else 200, headers={"ETag": tag})


@router.delete(
    "/{template_id}",
    operation_id="delete_template",
    summary="Delete a template",
    response_model=Answer[TemplateDeleted],
    responses=documented(401, 403, 404, 409, 412, 429, 503),
)
def delete_template(
    template_id: _Id, request: Request, caller: TemplateWriter, context: Context, if_match: _IfMatch = None
) -> Response:
    """Delete a template of your project. Jobs that start or resume with it afterwards do not find it."""
    with errors_of_requests():
        ProjectTemplates(store_of(context, caller)).delete(template_id, _expected(if_match, None))
    return answer(request, TemplateDeleted(template_id=template_id))


@router.get(
    "/{template_id}/preview.png",
    operation_id="get_template_preview",
    summary="See a template",
    response_class=Response,
    responses={
        200: {"content": {"image/png": {}}, "description": "A sheet of cards: a row a kind of card, a column a shape"},
        **documented(401, 403, 404, 429, 500, 503),
    },
)
def get_template_preview(template_id: _Id, request: Request, caller: Reader, context: Context) -> Response:
    """The four kinds of card in the three shapes of frame, as the template paints them."""
    with errors_of_requests(sent=False):
        template = store_of(context, caller).load(template_id)
        picture = template_image(template, local_cache(context.settings), WHOLE)
    return tagged(request, picture, WHOLE.media_type, tag=_tag(image_name(template, WHOLE)))


def store_of(context: OpenServices, caller: Caller) -> TemplateStore:
    """The templates as the caller's project sees them."""
    return TemplateStore(context.settings.templates_folder, caller.project_id)


def _tag(version: str) -> str:
    return f'"{version}"'


def _expected(if_match: str | None, if_none_match: str | None) -> Expected:
    """What the conditional headers rely on.

    Raises:
        InvalidRequestError: If-None-Match names tags, which has no meaning for a change.
    """
    if if_none_match is not None and if_none_match.strip() != "*":
        raise InvalidRequestError(
            "If-None-Match of a change can only be *", fix="Send *, or If-Match with an ETag", field="If-None-Match"
        )
    tags = None if if_match is None else {tag.strip().strip('"') for tag in if_match.split(",")} - {"*"}
    return Expected(frozenset(tags) if tags is not None else None, is_new=if_none_match is not None)
