"""Templates: looking at them, and editing those of the project with a live picture of what they do."""

from __future__ import annotations

import json
from typing import Annotated, Any

from anyio import from_thread
from fastapi import Query
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import Response

from bulkvid_pipeline.core.errors import (
    ActionNotAllowedError,
    BulkVideoError,
    RenderCancelledError,
    StorageError,
    TemplateChangedError,
    TemplateInvalidError,
    TemplateNotFoundError,
    TemplateReadOnlyError,
)
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.core.service_wire import FieldProblem, TemplateView
from bulkvid_pipeline.dashboard.template_editor import TEMPLATE_ID, Editor
from bulkvid_pipeline.dashboard.visits import Reading, TemplateChanging, Visit, page_router
from bulkvid_pipeline.services.previews.font_preview import font_png
from bulkvid_pipeline.services.previews.template_preview import EDITED, THUMBNAIL, Sheet, image_name, template_image
from bulkvid_pipeline.services.templates.assets import ProjectAssets
from bulkvid_pipeline.services.templates.document_check import DRAFT, problems_of
from bulkvid_pipeline.services.templates.project_templates import Expected, ProjectTemplates
from bulkvid_pipeline.services.templates.request_errors import errors_of_requests
from bulkvid_pipeline.services.templates.template_store import Origin, TemplateStore
from bulkvid_pipeline.services.templates.template_texts import own_colors
from bulkvid_pipeline.services.templates.template_views import template_summaries, template_view
from bulkvid_pipeline.services.wiring.cache import local_cache
from bulkvid_pipeline.web.entity_tags import tagged
from bulkvid_pipeline.web.sent_parts import disposition

router = page_router()

FILE_FIELDS = {"logo_file": "settings.style.logo", "music_file": "settings.audio.background_music"}
"""Fields of the form with a file, and where its name goes."""
MOST_IMPORTED = 64 * 1024
_UNSAVED = 422


@router.get("/templates")
def templates_page(visit: Reading) -> Response:
    """All templates that the project may use, each with a picture."""
    found = template_summaries(ProjectTemplates(store_of(visit)))
    return visit.page(
        "templates/list.html",
        title="Templates",
        own=[each for each in found if each.origin is Origin.PROJECT],
        shared=[each for each in found if each.origin is Origin.SHARED],
        built_in=[each for each in found if each.origin is Origin.BUILT_IN],
    )


@router.get("/templates/{template_id}")
def template_page(template_id: str, visit: Reading) -> Response:
    """The editor of a template; one that cannot be changed is shown in it."""
    store = store_of(visit)
    with errors_of_requests():
        # The version first: what is saved between the two is noticed when this is saved.
        version = ProjectTemplates(store).version(template_id)
        view = template_view(store, template_id)
    return _editor_page(visit, _opened(store, template_id, version).checked(store), view)


@router.get("/new-template")
def new_template_page(visit: TemplateChanging, like: Annotated[str, Query(alias="from")] = "") -> Response:
    """The editor of a new template, begun as a copy of another one."""
    store = store_of(visit)
    editor = Editor.of({})
    if like:
        with errors_of_requests():
            found = store.document(like)
        name = str(found.get("name") or like)
        editor = Editor.of({k: v for k, v in found.items() if k != "template_id"} | {"name": f"{name} (copy)"})
    return _editor_page(visit, editor.checked(store), None)


@router.post("/new-template")
async def make_template(visit: TemplateChanging) -> Response:
    """Save a new template."""
    editor = await _sent(visit)
    return await run_in_threadpool(_save, visit, editor, Expected(is_new=True), None)


@router.post("/templates/{template_id}")
async def save_template(template_id: str, visit: TemplateChanging) -> Response:
    """Save a template that was made before, on top of the version that was edited."""
    editor = await _sent(visit)
    expected = Expected(frozenset({editor.version})) if editor.version else Expected(is_new=True)
    return await run_in_threadpool(_save, visit, editor, expected, template_id)


@router.post("/template-draft")
async def draft(visit: TemplateChanging) -> Response:
    """The page again as it was sent, with verdicts and a picture: what changes at once where there is script."""
    editor = await _sent(visit)
    form = await visit.form()

    def page() -> Response:
        store = store_of(visit)
        shown = _used(store, editor, str(form.get("use", ""))).checked(store)
        if not shown.has_problems:
            shown = _pictured(visit, store, shown)
        return _editor_page(visit, shown, _view_of(visit, editor), status=_UNSAVED if shown.has_problems else 200)

    return await run_in_threadpool(page)


@router.post("/template-check")
async def check(visit: TemplateChanging) -> Response:
    """What is wrong with what was typed, and how its colours are seen, as parts of the page."""
    editor = Editor.sent(await visit.form())
    checked = await run_in_threadpool(lambda: editor.checked(store_of(visit)))
    return visit.fragment("templates/_verdicts.html", editor=checked)


@router.post("/template-preview")
async def preview(visit: TemplateChanging) -> Response:
    """The picture of what was typed; nothing if it cannot be painted, or if the browser asks for another one."""
    editor = Editor.sent(await visit.form())

    def part() -> Response:
        try:
            pictured = _pictured(visit, store_of(visit), editor)
        except (TemplateInvalidError, RenderCancelledError):
            return Response(status_code=204)
        return visit.fragment("templates/_picture.html", editor=pictured, view=None)

    return await run_in_threadpool(part)


@router.post("/template-import")
async def import_template(visit: TemplateChanging) -> Response:
    """The editor of a template that was sent as a JSON document; nothing is saved yet."""
    form = await visit.form()
    file = form.get("file")
    content = await file.read(MOST_IMPORTED + 1) if isinstance(file, UploadFile) else b""

    def page() -> Response:
        store = store_of(visit)
        editor = Editor.of(_imported(content))
        named = str(editor.document.get("template_id", ""))
        return _editor_page(visit, Editor.of(editor.document, template_id=named[:64]).checked(store), None)

    return await run_in_threadpool(page)


@router.get("/templates/{template_id}/document.json")
def export_template(template_id: str, visit: Reading) -> Response:
    """The template's document, to be kept or imported elsewhere."""
    with errors_of_requests():
        document = store_of(visit).document(template_id)
    return Response(
        json.dumps(document, indent=2, ensure_ascii=False),
        headers={
            "Content-Disposition": disposition("attachment", f"{template_id}.json"),
            "Cache-Control": "no-store",
        },
        media_type="application/json",
    )


@router.get("/templates/{template_id}/delete")
def delete_page(template_id: str, visit: TemplateChanging) -> Response:
    """Asks before a template is deleted."""
    store = store_of(visit)
    with errors_of_requests():
        version = ProjectTemplates(store).version(template_id)
        view = template_view(store, template_id)
    return visit.page("templates/delete.html", title=f"Delete {view.name or template_id}", view=view, version=version)


@router.post("/templates/{template_id}/delete")
async def delete_template(template_id: str, visit: TemplateChanging) -> Response:
    """Delete a template of the project, if it is still the one that was shown."""
    version = str((await visit.form()).get("version", ""))

    def delete() -> None:
        with errors_of_requests():
            ProjectTemplates(store_of(visit)).delete(template_id, Expected(frozenset({version})))

    await run_in_threadpool(delete)
    return visit.redirect("/templates", say=f"The template {template_id} is deleted")


@router.get("/templates/{template_id}/thumbnail.webp")
def thumbnail(template_id: str, visit: Reading) -> Response:
    """Two cards of a template."""
    return _saved_picture(visit, template_id, THUMBNAIL)


@router.get("/templates/{template_id}/preview.webp")
def saved_preview(template_id: str, visit: Reading) -> Response:
    """All cards of a template as it is saved."""
    return _saved_picture(visit, template_id, EDITED)


@router.get("/template-fonts/{family}")
def font_sample(family: str, visit: Reading) -> Response:
    """What a font looks like."""
    return tagged(visit.request, font_png(family), "image/png")


def store_of(visit: Visit) -> TemplateStore:
    """The templates as the project of who is logged in sees them."""
    return TemplateStore(visit.services.settings.templates_folder, visit.project_id)


def _opened(store: TemplateStore, template_id: str, version: str) -> Editor:
    try:
        return Editor.of(store.document(template_id), template_id=template_id, version=version)
    except TemplateInvalidError as error:
        # There is nothing to begin with, and saving replaces it.
        empty = Editor.of({}, template_id=template_id, version=version)
        return empty.refused(error, problems_of(error))


def _editor_page(visit: Visit, editor: Editor, view: TemplateView | None, *, status: int = 200) -> Response:
    assets = ProjectAssets(store_of(visit)).list()
    name = (view.name or view.template_id) if view else "New template"
    return visit.page(
        "templates/editor.html",
        status=status,
        title=name,
        editor=editor,
        view=view,
        may_save=visit.may("templates:write") and (view is None or not view.read_only),
        logos=[asset for asset in assets if asset.kind == "logo"],
        music=[asset for asset in assets if asset.kind == "music"],
        own_by_style={style.value: own_colors(style) for style in Style},
    )


async def _sent(visit: Visit) -> Editor:
    """The form of the editor, with the files that came with it uploaded and chosen."""
    form = await visit.form()
    editor = Editor.sent(form)
    for name, place in FILE_FIELDS.items():
        file = form.get(name)
        if isinstance(file, UploadFile) and file.filename:
            editor = await run_in_threadpool(_with_file, visit, editor, place, file.filename, await file.read())
    return editor


def _with_file(visit: Visit, editor: Editor, place: str, name: str, data: bytes) -> Editor:
    try:
        asset, _ = ProjectAssets(store_of(visit)).add(name, data)
    except BulkVideoError as error:
        return editor.with_problem(FieldProblem(field=place, problem=str(error)))
    return editor.with_texts({place: asset.name})


def _save(visit: Visit, editor: Editor, expected: Expected, template_id: str | None) -> Response:
    store = store_of(visit)
    if template_id is not None:
        editor = editor.named(template_id)
    checked = editor.checked(store)
    if checked.has_problems:
        return _editor_page(visit, checked, _view_of(visit, editor), status=_UNSAVED)
    try:
        is_new = ProjectTemplates(store).save(editor.template_id, editor.edited, expected)
    except TemplateInvalidError as error:
        refused = checked.refused(error, problems_of(error))
        return _editor_page(visit, refused, _view_of(visit, editor), status=_UNSAVED)
    except TemplateChangedError as error:
        return _changed_by_others(visit, checked, error, is_new=template_id is None)
    except (TemplateReadOnlyError, ActionNotAllowedError, StorageError) as error:
        place = TEMPLATE_ID if isinstance(error, TemplateReadOnlyError) else ""
        refused = checked.with_problem(FieldProblem(field=place, problem=str(error)))
        return _editor_page(visit, refused, _view_of(visit, editor), status=error.http_status)
    name = editor.texts.get("name") or editor.template_id
    return visit.redirect(f"/templates/{editor.template_id}", say=f"{name} is {'made' if is_new else 'saved'}")


def _changed_by_others(visit: Visit, editor: Editor, error: TemplateChangedError, *, is_new: bool) -> Response:
    """The page again, on top of what is saved now, beside which it is shown: whoever saves again has seen it."""
    store = store_of(visit)
    if is_new:
        taken = FieldProblem(field=TEMPLATE_ID, problem=f"{error.message}: choose another short name")
        return _editor_page(visit, editor.with_problem(taken), None, status=_UNSAVED)
    try:
        version = ProjectTemplates(store).version(editor.template_id)
        beside = editor.beside(_opened(store, editor.template_id, version).document, version)
    except TemplateNotFoundError:
        beside = editor.deleted()
    return _editor_page(visit, beside, _view_of(visit, editor), status=TemplateChangedError.http_status)


def _view_of(visit: Visit, editor: Editor) -> TemplateView | None:
    """The saved template on which the editor's document is made; None if it is new."""
    if not editor.version:
        return None
    try:
        return template_view(store_of(visit), editor.template_id)
    except TemplateNotFoundError:
        return None


def _used(store: TemplateStore, editor: Editor, wish: str) -> Editor:
    """With a colour taken that was suggested: `place=#RRGGBB`; or `without-unknown` keys."""
    if wish == "without-unknown":
        return editor.without_unknown(store)
    place, _, color = wish.partition("=")
    return editor.with_texts({place: color}) if place in editor.texts else editor


def _pictured(visit: Visit, store: TemplateStore, editor: Editor) -> Editor:
    """The editor with its picture.

    Raises:
        TemplateInvalidError: it cannot be painted.
        RenderCancelledError: the browser has asked for another one.
    """
    template = store.pictured(editor.template_id or DRAFT, editor.edited)
    picture = template_image(
        template,
        local_cache(visit.services.settings),
        EDITED,
        lambda: not from_thread.run(visit.request.is_disconnected),
    )
    return editor.with_picture(picture)


def _saved_picture(visit: Visit, template_id: str, sheet: Sheet) -> Response:
    with errors_of_requests(sent=False):
        template = store_of(visit).load(template_id)
        tag = f'"{image_name(template, sheet)}"'
        known = tagged(visit.request, b"", sheet.media_type, tag=tag)
        if known.status_code == 304:
            return known
        picture = template_image(template, local_cache(visit.services.settings), sheet)
    return tagged(visit.request, picture, sheet.media_type, tag=tag)


def _imported(content: bytes) -> dict[str, Any]:
    """The document in a file.

    Raises:
        TemplateInvalidError: the file holds none.
    """
    with errors_of_requests():
        if not content:
            raise TemplateInvalidError("There is no file", fix="Choose the JSON file of a template", field="file")
        if len(content) > MOST_IMPORTED:
            raise TemplateInvalidError("The file is larger than a template can be", fix="Choose the JSON file of one")
        try:
            document = json.loads(content.decode("utf-8-sig"))
            json.dumps(document, ensure_ascii=False).encode()
        except (ValueError, RecursionError) as error:
            raise TemplateInvalidError(
                "The file is not a JSON document", fix="Choose a file that was exported here, or written as one"
            ) from error
        if not isinstance(document, dict):
            raise TemplateInvalidError("The file holds no template", fix="A template is a JSON object: {...}")
        return document
