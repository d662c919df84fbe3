"""Logos and music of a project, and the music of the styles to listen to."""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import UploadFile
from starlette.responses import FileResponse, JSONResponse, Response

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidAssetError, NotFoundError
from bulkvid_pipeline.core.options import Style
from bulkvid_pipeline.dashboard.routes.templates import store_of
from bulkvid_pipeline.dashboard.visits import Reading, TemplateChanging, Visit, page_router
from bulkvid_pipeline.services.templates.assets import MOST_BYTES, ProjectAssets, style_music

router = page_router()


@router.get("/template-assets")
def assets_page(visit: Reading) -> Response:
    """All logos and music that templates can name."""
    return _page(visit)


@router.post("/template-assets")
async def upload(visit: TemplateChanging) -> Response:
    """Upload a file. The editor's script asks for JSON, since it goes on where it is."""
    file = (await visit.form()).get("file")
    given = isinstance(file, UploadFile) and bool(file.filename)
    name, data = (file.filename or "", await file.read()) if given and isinstance(file, UploadFile) else ("", b"")
    wants_json = "application/json" in visit.request.headers.get("accept", "")

    def add() -> Response:
        try:
            if not name:
                raise InvalidAssetError("No file is chosen", fix="Choose a logo or music first", field="file")
            asset, is_new = ProjectAssets(store_of(visit)).add(name, data)
        except BulkVideoError as error:
            if wants_json:
                told = {"message": error.message, "fix": error.fix}
                return JSONResponse(told, error.http_status, {"Cache-Control": "no-store"})
            return _page(visit, error, error.http_status)
        if wants_json:
            return JSONResponse({"name": asset.name, "kind": asset.kind}, 201 if is_new else 200)
        return visit.redirect(
            "/template-assets", say=f"{asset.name} is uploaded" if is_new else f"{asset.name} is there"
        )

    return await run_in_threadpool(add)


@router.get("/template-assets/{name}")
def asset(name: str, visit: Reading) -> Response:
    """The file itself, in parts where a player asks for them."""
    found = ProjectAssets(store_of(visit)).find(name)
    return FileResponse(found.path, headers={"Cache-Control": "private, no-cache"}, media_type=found.media_type)


@router.get("/template-assets/{name}/delete")
def delete_page(name: str, visit: TemplateChanging) -> Response:
    """Asks before a file is deleted."""
    found = ProjectAssets(store_of(visit)).view(name)
    return visit.page("templates/delete_asset.html", title=f"Delete {found.name}", asset=found)


@router.post("/template-assets/{name}/delete")
def delete(name: str, visit: TemplateChanging) -> Response:
    """Delete a file that no template names."""
    ProjectAssets(store_of(visit)).delete(name)
    return visit.redirect("/template-assets", say=f"{name} is deleted")


@router.get("/template-music/{style}")
def music_of_style(style: str, visit: Reading) -> Response:  # noqa: ARG001
    """The music that a style has of its own."""
    try:
        path = style_music(Style(style))
    except ValueError:
        raise NotFoundError("There is no such style", fix="Choose one of the styles in the list") from None
    return FileResponse(path, headers={"Cache-Control": "private, max-age=86400"}, media_type="audio/ogg")


def _page(visit: Visit, problem: BulkVideoError | None = None, status: int = 200) -> Response:
    found = ProjectAssets(store_of(visit)).list()
    return visit.page(
        "templates/assets.html",
        status=status,
        title="Logos and music",
        logos=[each for each in found if each.kind == "logo"],
        music=[each for each in found if each.kind == "music"],
        most_bytes=MOST_BYTES,
        problem=problem,
        may_change=visit.may("templates:write"),
    )
