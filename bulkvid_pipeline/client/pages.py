"""Lists that come in pages."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from typing import TypeVar

from .calls import Caller
from .errors import UnexpectedAnswerError
from .requests import get
from .shapes import Shape

S = TypeVar("S", bound=Shape)
LARGEST_PAGE = 100


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
    if limit is not None and limit < 0:
        raise ValueError("limit is 0 or more")
    size = page_size or min(LARGEST_PAGE, limit or LARGEST_PAGE)
    left = limit
    token: str | None = None
    while left is None or left > 0:
        page = await caller.data(get(path, {**asked, "page_size": size, "page_token": token}))
        if not isinstance(page, dict) or not isinstance(page.get("items"), list):
            raise UnexpectedAnswerError(f"{path} did not answer with a list", fix="Check base_url")
        for entry in page["items"][:left]:
            yield shape.read(entry)
        left = None if left is None else left - len(page["items"])
        following = page.get("next_page_token")
        if following is None:
            return
        if following == token:
            raise UnexpectedAnswerError(f"{path} names the same page as the next one again")
        token = following
