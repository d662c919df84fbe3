"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import Any, TypeVar

from .calls import Caller
from .errors import UnexpectedAnswerError
from .models import Event
from .requests import get
from .shapes import Shape

S = TypeVar("S", bound=Shape)
LARGEST_PAGE = 100
MOST_EVENTS = 250


async def paged(
    caller: Caller,
    path: str,
    shape: type[S],
    asked: Mapping[str, object],
    *,
    page_size: int | None = None,
    limit: int | None = None,
) -> AsyncGenerator[S, None]:
    """The entries of a list, at most `limit`, page after page as they are needed.

    Raises:
        ValueError: `limit` is negative.
    """
    size = page_size or min(LARGEST_PAGE, _left(limit) or LARGEST_PAGE)
    left = limit
    token: str | None = None
    while left is None or left > 0:
        page = await _page(caller, path, {**asked, "page_size": size, "page_token": token})
        for entry in page["items"][:left]:
            yield shape.read(entry)
        left = None if left is None else left - len(page["items"])
        following = page.get("next_page_token")
        if following is None:
            return
        if following == token:
            raise UnexpectedAnswerError(f"{path} names the same page as the next one again")
        token = following


async def events_after(
    caller: Caller, path: str, asked: Mapping[str, object], after: str, limit: int | None
) -> AsyncGenerator[Event, None]:
    """The events of a job after the one with the id `after`, at most `limit`, oldest first."""
    left = _left(limit)
    cursor, has_more = after, True
    while has_more and left != 0:
        page = await _page(caller, path, {**asked, "cursor": cursor, "limit": min(MOST_EVENTS, left or MOST_EVENTS)})
        for entry in page["items"]:
            yield Event.read(entry)
        left = None if left is None else left - len(page["items"])
        cursor, has_more = page["next_cursor"], page.get("has_more", False)


async def newest_events(
    caller: Caller, path: str, asked: Mapping[str, object], limit: int | None
) -> AsyncGenerator[Event, None]:
    """The newest events of a job, at most `limit`, oldest first."""
    left = _left(limit)
    pages: list[list[Any]] = []
    before: str | None = None
    while left != 0:
        page = await _page(caller, path, {**asked, "before": before, "limit": min(MOST_EVENTS, left or MOST_EVENTS)})
        pages.append(page["items"])
        left = None if left is None else left - len(page["items"])
        before = page.get("previous_cursor")
        if before is None:
            break
    for entries in reversed(pages):
        for entry in entries:
            yield Event.read(entry)


async def _page(caller: Caller, path: str, asked: Mapping[str, object]) -> dict[str, Any]:
    page = await caller.data(get(path, asked))
    if not isinstance(page, dict) or not isinstance(page.get("items"), list):
        raise UnexpectedAnswerError(f"{path} did not answer with a list", fix="Check base_url")
    return page


def _left(limit: int | None) -> int | None:
    if limit is not None and limit < 0:
        raise ValueError("limit is 0 or more")
    return limit
