"""Pictures of a draft's rows, and a short draft video with sound, while somebody chooses how they are to look."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from bulkvid_pipeline.core.errors import BulkVideoError, InvalidRequestError, NotFoundError, RenderCancelledError
from bulkvid_pipeline.core.options import Platform
from bulkvid_pipeline.core.vocabulary.platforms import PLATFORMS
from bulkvid_pipeline.dashboard.visits import Changing, Reading, page_router
from bulkvid_pipeline.dashboard.wizard_page import drafts_of
from bulkvid_pipeline.services.drafts.checking import spec_for_looks
from bulkvid_pipeline.services.previews.row_looks import NamedLook
from bulkvid_pipeline.web.sent_parts import parts_answer

router = page_router()
_KEPT = "private, max-age=3600, immutable"
_LOOK_EVERY_S = 0.25
_Found = TypeVar("_Found")


@router.get("/new/{draft_id}/picture")
async def picture(draft_id: str, visit: Changing, row: str = "", platform: str = "") -> Response:
    """The scenes of a row with the choices of the draft: a part of the page, or without script a page of its own."""
    refused: BulkVideoError | None = None
    named: NamedLook | None = None
    draft = await run_in_threadpool(drafts_of(visit).get, draft_id)
    try:
        spec = spec_for_looks(draft.spec, user_id=visit.caller.user_id, project_id=visit.project_id)
        looking = visit.services.looks.look(spec, _row(row), _platform(platform))
        named = await while_connected(visit.request, looking)
    except BulkVideoError as error:
        refused = error
    values = {
        "draft": draft,
        "named": named,
        "refused": refused,
        "row": row,
        "platform": platform,
        "platforms": tuple(Platform),
    }
    status = refused.http_status if refused and not isinstance(refused, RenderCancelledError) else 200
    if visit.is_fragment:
        return visit.fragment("wizard/_picture.html", status=status, **values)
    return visit.page("wizard/picture.html", status=status, title="Picture of a row", **values)


@router.get("/new/looks/{name}/{scene}.jpg")
async def scene_picture(name: str, scene: str, visit: Reading) -> Response:
    """The picture of a scene, counted from 1."""
    look = await run_in_threadpool(visit.services.looks.kept, visit.project_id, name)
    number = int(scene) if scene.isdecimal() and len(scene) <= 9 else 0
    if not 1 <= number <= len(look.stills):
        raise NotFoundError("There is no such scene", fix="Load the page again")
    return Response(look.stills[number - 1], headers={"Cache-Control": _KEPT}, media_type="image/jpeg")


@router.get("/new/looks/{name}/draft.mp4")
async def draft_video(name: str, visit: Reading) -> Response:
    """The draft video; players ask for parts of it."""
    look = await run_in_threadpool(visit.services.looks.kept, visit.project_id, name)
    return parts_answer(visit.request, _DraftVideo(name, look.draft), {"Cache-Control": _KEPT})


@dataclass(frozen=True)
class _DraftVideo:
    """See `web.sent_parts.SentBody`; the name of a look stands for all that is in it."""

    etag: str
    data: bytes
    content_type: str = "video/mp4"
    modified_at: datetime | None = None

    @property
    def size(self) -> int:
        return len(self.data)

    def stream(self, offset: int, length: int) -> Iterator[bytes]:
        yield self.data[offset : offset + length]


async def while_connected(request: Request, work: Coroutine[Any, Any, _Found]) -> _Found:
    """The result of `work`, which is cancelled when the browser does not wait for it any more.

    Raises:
        RenderCancelledError: it does not.
    """
    task = asyncio.create_task(work)
    try:
        while not task.done():
            await asyncio.wait([task], timeout=_LOOK_EVERY_S)
            if not task.done() and await request.is_disconnected():
                raise RenderCancelledError("Nobody waits for the picture any more")
        return task.result()
    finally:
        if not task.done():
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task


def _row(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or len(text) > 9:
        raise InvalidRequestError("This is no row number", fix="Give the number that the sheet shows", field="row")
    return int(text)


def _platform(text: str) -> Platform | None:
    if not text:
        return None
    found = PLATFORMS.meaning(text)
    if found is None:
        raise InvalidRequestError("There is no such platform", fix=f"Choose one of {', '.join(Platform)}")
    return found
