"""Page tokens: where the next page of a list begins, as a text that clients hand back unseen.

A token holds the place of the last item that was sent (its sort value and its id), never a number of items to leave
out, so pages stay right while items come and go. It is bound to its query by a checksum over both.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from hashlib import blake2b

from bulkvid_pipeline.core.errors import InvalidRequestError

FIELD = "page_token"
MAX_TEXT = 2048

_CHECKSUM_BYTES = 6

Place = tuple[float | str, ...]


def page_token(place: Sequence[float | str], query: str) -> str:
    """The token of that place in the list that `query` (any text that tells it from others) describes."""
    content = json.dumps(list(place), separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(_checksum(content, query) + content).rstrip(b"=").decode()


def place_of(token: str, query: str, kinds: tuple[type, ...]) -> Place:
    """The place that `page_token` was made of; `kinds` are the types of its parts, a float may have been whole.

    Raises:
        InvalidRequestError: the token is damaged, or of another query.
    """
    try:
        if len(token) > MAX_TEXT or not token.isascii():
            raise ValueError("too long, or not ASCII")
        raw = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        content = raw[_CHECKSUM_BYTES:]
        if _checksum(content, query) != raw[:_CHECKSUM_BYTES]:
            raise ValueError("damaged, or of another query")
        return _typed(json.loads(content), kinds)
    except (ValueError, RecursionError, binascii.Error) as error:
        raise InvalidRequestError(
            "The page token does not belong to this list",
            fix="Send next_page_token as it was given, with the same filters and sorting; leave it out for the first",
            field=FIELD,
        ) from error


def _typed(place: object, kinds: tuple[type, ...]) -> Place:
    if not isinstance(place, list) or len(place) != len(kinds):
        raise ValueError("not a place")
    for part, kind in zip(place, kinds, strict=True):
        if isinstance(part, bool) or not isinstance(part, (int, float) if kind is float else kind):
            raise ValueError("not a place of this list")
    return tuple(place)


def _checksum(content: bytes, query: str) -> bytes:
    return blake2b(
        content, key=blake2b(query.encode("utf-8", "surrogatepass")).digest(), digest_size=_CHECKSUM_BYTES
    ).digest()
